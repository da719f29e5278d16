package conform

import (
	"cmp"
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
	ahead       int    // rows that are likely still to come, from the window that is being added on; 0 when nobody knows
	valid       []byte // a bit a row; set behind the last row until it is trimmed
	kept        []kept // by row
	absent      []table.Span
	begun       int        // the first row of the current file
	sightings   []sighting // by file
	clean       []byte     // room for a text without its hidden blanks
	names       bool       // it names somebody or something: a number in it is an identifier
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
	b.valid = extended(b.valid, (b.rows+7)/8-from, (b.ahead+7)/8)
	for i := range b.valid[from:] {
		b.valid[from+i] = 0xff
	}
}

// extended returns values with so many zeros more, and room for those ahead, of which they are the first. What it
// returned before must not have been shortened: behind the values there are zeros.
func extended[T any](values []T, more, ahead int) []T {
	values = roomFor(values, more, ahead)
	return values[:len(values)+more]
}

// roomFor returns values with room for so many more, and for those ahead, of which they are the first. Where nobody
// knows what is ahead (0) it doubles the room; append, for long columns, adds a quarter and copies four times as
// much.
func roomFor[T any](values []T, more, ahead int) []T {
	if cap(values)-len(values) >= more {
		return values
	}
	if ahead == 0 {
		ahead = len(values)
	}
	room := make([]T, len(values), len(values)+max(more, ahead+ahead/64))
	copy(room, values)
	return room
}

// fitted returns values in memory of their size, unless they have little more.
func fitted[T any](values []T) []T {
	if cap(values)-len(values) > len(values)/8+1024 {
		return slices.Clone(values)
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

// run is cells of one column of a window that stand in consecutive rows and are ordinary: their text is their value as
// it is, and they are neither marked nor anything that a spreadsheet left behind. Those without text are blank: null
// already.
type run struct {
	first      int // the row of the first of them
	data       []byte
	begin, end []uint32
}

// each gives the cells on one by one, but for those that are blank.
func (r *run) each(set func(row int, value []byte)) {
	for i, end := range r.end {
		if begin := r.begin[i]; begin < end {
			set(r.first+i, r.data[begin:end])
		}
	}
}

// runMost is how many cells a run has at most.
const runMost = table.Together

// cellReader takes the cells of a column, in the order of their rows.
type cellReader interface {
	take(cells *run)
	set(row int, value []byte) // takes the value of one row, which is not blank
}

// eachCell adds the cells of one column of a window: the ordinary ones in runs, the others one by one.
func (b *base) eachCell(text *table.Text, place int, to cellReader) {
	var begins, ends [runMost]uint32
	row := b.rows
	b.extend(text.Records())
	cells := run{data: text.Data}
	for at := place; row < b.rows; {
		n := 0
		if len(text.Marks) == 0 && !text.Elements {
			n = b.ordinary(text, row, at, begins[:min(runMost, b.rows-row)], ends[:])
		}
		if n > 0 {
			cells.first, cells.begin, cells.end = row, begins[:n], ends[:n]
			to.take(&cells)
			row, at = row+n, at+n*text.Columns
		}
		if n < runMost && row < b.rows {
			b.settle(text, row, at, to)
			row, at = row+1, at+text.Columns
		}
	}
}

// ordinary gathers the cells of a column from a place of the window on, as long as they are ordinary and there is room.
// It makes blank ones null and returns how many it gathered.
func (b *base) ordinary(text *table.Text, row, at int, begins, ends []uint32) int {
	data, ends := text.Data, ends[:len(begins)]
	if text.Tidy && text.Plain {
		for i := range begins {
			begin, end := text.Begin[at], text.End[at]
			at += text.Columns
			if begins[i], ends[i] = begin, end; begin == end {
				b.null(row + i)
			}
		}
		return len(begins)
	}
	for i := range begins {
		begin, end := text.Begin[at], text.End[at]
		at += text.Columns
		begins[i], ends[i] = begin, end
		if begin == end {
			b.null(row + i)
			continue
		}
		first, last := data[begin], data[end-1]
		if b.names && first <= '9' && first >= '0' && spoilt(data[begin:end]) {
			return i
		}
		if b.exact {
			continue
		}
		if cellEnds[first]|cellEnds[last]&^maybeFormula != 0 || !text.Plain && !isASCII(data[begin:end]) {
			return i
		}
	}
	return len(begins)
}

// What the first or the last byte of a cell says of it, beside that it is solid: 0.
const (
	maybeBlank   = 1 << iota // it is a blank, or part of one
	maybeFormula             // as the first: the cell is a formula or an error of a spreadsheet
)

var cellEnds = func() (is [256]uint8) {
	for b := range is {
		if !solid[b] {
			is[b] = maybeBlank
		}
	}
	is['#'], is['='] = maybeFormula, maybeFormula
	return is
}()

// spoilt tells whether identifier would not leave a text that begins with a digit as it is.
func spoilt(text []byte) bool {
	_, cut := withoutDecimals(text)
	return cut || isExponent(text)
}

// settle adds one cell: trims it and settles it where it is blank, where the reader marked it or where it holds an
// error of a spreadsheet. Others are given on.
func (b *base) settle(text *table.Text, row, at int, to cellReader) {
	if text.Elements && text.Begin[at] == 0 {
		b.null(row)
		return
	}
	raw := text.Data[text.Begin[at]:text.End[at]]
	if len(text.Marks) > 0 {
		mark, marked := slices.BinarySearchFunc(text.Marks, uint32(at), func(m table.Mark, cell uint32) int { return cmp.Compare(m.Cell, cell) })
		if marked {
			b.null(row)
			b.keep(row, raw, markCauses[text.Marks[mark].Kind], 0)
			return
		}
	}
	from, end := 0, len(raw)
	if !b.exact {
		from, end = trim(raw)
	}
	if end-from != len(raw) || text.Elements && end == 0 {
		b.keep(row, raw, rewritten, 0)
	}
	if from == end {
		b.null(row)
		return
	}
	value := raw[from:end]
	if b.exact {
		to.set(row, value)
		return
	}
	if value[0] == '#' && isSheetError(value) {
		b.null(row)
		b.keep(row, value, sheetError, 0)
		return
	}
	if value[0] == '=' {
		if inside, ok := insideFormula(value); ok {
			b.see(protected, row, raw)
			b.keep(row, raw, rewritten, 0)
			if value = inside; len(value) == 0 {
				b.null(row)
				return
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
	to.set(row, value)
}

// remove takes rows out.
func (b *base) remove(r removal) {
	to := 0
	r.each(b.rows, func(from, end int) {
		moveBits(b.valid, to, from, end)
		to += end - from
	})
	b.nulls = to - countBits(b.valid, to)
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
	b.valid = fitted(b.valid)
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
