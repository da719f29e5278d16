package conform

import (
	"slices"

	"frontdoor/schemas/table"
)

// column takes the cells of one field, window by window, and makes an Arrow array of them.
type column interface {
	beginFile(options *Options)
	add(text *table.Text, place int) // the cells of one window that stand in the column at place
	without(rows int)                // records of a file that does not have the column
	endFile()                        // the file's last window was added
	remove(r removal)                // rows go; nothing is added afterwards
	build() *table.Column            // the column without its field; may be called again after remove
	common() *base
}

// cause says why a cell's text is kept beside its value.
type cause uint8

const (
	rewritten  cause = iota // the value would be written otherwise
	unreadable              // the text is no value of the field's type
	holdsNUL
	undecided  // a date whose order of day and month cannot be told
	sheetError // #N/A and the like
	exponent   // an identifier that a spreadsheet wrote as 9.43E+09
	uncomputed // a formula that was never computed
	digitsLost // a number of more digits than a workbook keeps
	causes     = iota
)

// causeRules are the rules that cells which cannot be read fall under.
var causeRules = [causes]string{
	unreadable: RuleCellUnreadable, holdsNUL: RuleCellNUL, sheetError: RuleCellError, exponent: RuleCellExponent,
	uncomputed: RuleCellUncomputed, digitsLost: RuleCellDigits,
}

// markCauses are the causes of the cells that the reader marked.
var markCauses = map[table.MarkKind]cause{table.NUL: holdsNUL, table.Uncomputed: uncomputed, table.LostDigits: digitsLost}

// oddity is a way in which the cells of a column are written that is read, and told once a column and file.
type oddity uint8

const (
	decimal     oddity = iota // a code or whole number written as 6.0
	serial                    // a date written as its number of days
	shortYear                 // a date whose year has two digits
	hiddenBlank               // no-break or zero-width blanks inside
	protected                 // ="00123"
	partial                   // a whole number, such as an age, with a fraction
	twoWays                   // codes with and without the letter of their list
)

// oddityRules are the rules that they fall under.
var oddityRules = [...]string{
	decimal: RuleDecimal, serial: RuleDateSerial, shortYear: RuleDateShortYear, hiddenBlank: RuleBlankHidden, protected: RuleTextProtected, partial: RuleFraction,
	twoWays: RuleTwoWays,
}

// sighting is where an oddity first stood in a file.
type sighting struct {
	oddity oddity
	row    int
	count  int
	text   string
}

// kept is a cell whose delivered text is kept.
type kept struct {
	row   int
	text  string
	cause cause
	order dateOrder // of a date
}

// base is what all columns have: which rows hold a value, and the kept texts.
type base struct {
	rows, nulls int
	valid       []byte // a bit a row; set behind the last row until it is trimmed
	kept        []kept // by row
	absent      []table.Span
	begun       int        // the first row of the current file
	sightings   []sighting // by file
	clean       []byte     // room for a text without its hidden blanks
	exact       bool       // blanks at the ends of a cell belong to it
	elements    bool       // the cells are XML elements, and null rows without kept text had none
}

func (b *base) common() *base { return b }

func (b *base) beginFile(*Options) {}

func (b *base) endFile() { b.begun = b.rows }

// see notes an oddity in the cell of a row, whose text is kept.
func (b *base) see(what oddity, row int, text []byte) {
	for i := len(b.sightings) - 1; i >= 0 && b.sightings[i].row >= b.begun; i-- {
		if b.sightings[i].oddity == what {
			b.sightings[i].count++
			return
		}
	}
	b.sightings = append(b.sightings, sighting{what, row, 1, string(text)})
}

// extend makes room for rows, whose cells hold a value until told otherwise.
func (b *base) extend(rows int) {
	b.rows += rows
	from := len(b.valid)
	b.valid = extended(b.valid, (b.rows+7)/8-from)
	for i := range b.valid[from:] {
		b.valid[from+i] = 0xff
	}
}

// extended returns values with so many zeros more. It doubles the room where append, for long columns, adds a
// quarter and copies four times as much.
func extended[T any](values []T, more int) []T {
	return append(roomFor(values, more), make([]T, more)...)
}

// roomFor returns values with room for so many more.
func roomFor[T any](values []T, more int) []T {
	if cap(values)-len(values) < more {
		values = slices.Grow(values, max(more, len(values)))
	}
	return values
}

func (b *base) null(row int) {
	b.valid[row>>3] &^= 1 << (row & 7)
	b.nulls++
}

func (b *base) isNull(row int) bool { return b.valid[row>>3]&(1<<(row&7)) == 0 }

// keep keeps the text of a cell, unless what was delivered around it is kept already, and why.
func (b *base) keep(row int, text []byte, why cause, order dateOrder) {
	if last := len(b.kept) - 1; last >= 0 && b.kept[last].row == row {
		b.kept[last].cause, b.kept[last].order = why, order
		return
	}
	b.kept = append(b.kept, kept{row, string(text), why, order})
}

// refuse makes the cell of a row null for a reason of its own.
func (b *base) refuse(row int, text []byte, why cause) {
	b.null(row)
	b.keep(row, text, why, fixed)
}

// reject makes the cell of a row null because its text cannot be read.
func (b *base) reject(row int, text []byte, order dateOrder) {
	b.null(row)
	b.keep(row, text, unreadable, order)
}

// withoutColumn adds null rows of a file that does not have the column.
func (b *base) withoutColumn(rows int) {
	first := b.rows
	b.extend(rows)
	for row := first; row < b.rows; row++ {
		b.null(row)
	}
	if last := len(b.absent) - 1; last >= 0 && b.absent[last].To == first {
		b.absent[last].To = b.rows
	} else if rows > 0 {
		b.absent = append(b.absent, table.Span{From: first, To: b.rows})
	}
}

// eachCell adds the cells of one column of a window: trims them and settles those that are blank, that the reader
// marked or that hold an error of a spreadsheet. The others are given to set, in order.
func (b *base) eachCell(text *table.Text, place int, set func(row int, value []byte)) {
	row, columns, marks := b.rows, text.Columns, text.Marks
	b.extend(text.Records())
	for at := place; row < b.rows; row, at = row+1, at+columns {
		if text.Elements && text.Begin[at] == 0 {
			b.null(row)
			continue
		}
		raw := text.Data[text.Begin[at]:text.End[at]]
		if len(marks) > 0 {
			for len(marks) > 0 && marks[0].Cell < uint32(at) {
				marks = marks[1:]
			}
			if len(marks) > 0 && marks[0].Cell == uint32(at) {
				b.null(row)
				b.keep(row, raw, markCauses[marks[0].Kind], 0)
				continue
			}
		}
		from, to := 0, len(raw)
		if !b.exact {
			from, to = trim(raw)
		}
		if to-from != len(raw) || text.Elements && to == 0 {
			b.keep(row, raw, rewritten, 0)
		}
		if from == to {
			b.null(row)
			continue
		}
		value := raw[from:to]
		if b.exact {
			set(row, value)
			continue
		}
		if value[0] == '#' && isSheetError(value) {
			b.null(row)
			b.keep(row, value, sheetError, 0)
			continue
		}
		if value[0] == '=' {
			if inside, ok := insideFormula(value); ok {
				b.see(protected, row, raw)
				b.keep(row, raw, rewritten, 0)
				if value = inside; len(value) == 0 {
					b.null(row)
					continue
				}
			}
		}
		if !text.Plain {
			if clean, hidden := withoutHidden(b.clean[:0], value); hidden {
				b.clean = clean
				b.see(hiddenBlank, row, raw)
				b.keep(row, raw, rewritten, 0)
				value = clean
			}
		}
		set(row, value)
	}
}

// remove takes rows out.
func (b *base) remove(r removal) {
	to := 0
	b.nulls = 0
	r.each(b.rows, func(from, end int) {
		for row := from; row < end; row++ {
			bit := b.valid[row>>3] >> (row & 7) & 1
			b.nulls += int(1 - bit)
			b.valid[to>>3] = b.valid[to>>3]&^(1<<(to&7)) | bit<<(to&7)
			to++
		}
	})
	b.rows = to
	b.kept = slices.DeleteFunc(b.kept, func(k kept) bool { return r.takes(k.row) })
	for i := range b.kept {
		b.kept[i].row = r.after(b.kept[i].row)
	}
	for i, s := range b.absent {
		b.absent[i] = table.Span{From: r.after(s.From), To: r.after(s.To)}
	}
	b.absent = slices.DeleteFunc(b.absent, func(s table.Span) bool { return s.From == s.To })
}

// bitmap returns the rows that hold a value in the shape of an Arrow bitmap.
func (b *base) bitmap() []byte {
	b.valid = b.valid[:(b.rows+7)/8]
	if rest := b.rows & 7; rest != 0 {
		b.valid[len(b.valid)-1] &= 1<<rest - 1
	}
	return b.valid
}

// column returns what all columns have of a table's column.
func (b *base) column() *table.Column {
	c := &table.Column{Absent: slices.Clone(b.absent), Elements: b.elements}
	for _, k := range b.kept {
		c.Kept = append(c.Kept, table.Kept{Row: k.row, Text: k.text, Unreadable: k.cause != rewritten})
	}
	return c
}
