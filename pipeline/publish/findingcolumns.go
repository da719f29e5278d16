package publish

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/pipeline/publish/pages"
	"frontdoor/rules"
	"frontdoor/schemas/table"
)

// The most that a row group of findings holds: one finding may have as many cells as a table has records.
const (
	mostCells     = 1 << 20
	mostCellBytes = 256 << 20
)

// cellValue is the column that the analysis part has without its values.
const cellValue = "value"

// findingColumns are the findings of a row group, column by column, with their cells as a list.
type findingColumns struct {
	id                                         []byte
	idEnds                                     []int32
	rule, severity, collection, table, message codedTexts
	local                                      bitmap
	ends                                       []uint32                   // by finding, how many cells there are up to its last
	known                                      map[*table.Reader][]uint32 // see addCoded
	text                                       []byte                     // room for one

	cell struct {
		table, file, sheet, field, value codedTexts
		line                             []int64
		bytes                            int // of the values
	}
}

func newFindingColumns() *findingColumns { return &findingColumns{idEnds: []int32{0}} }

// clear forgets the findings and keeps their memory.
func (r *findingColumns) clear() {
	r.id, r.idEnds, r.ends = r.id[:0], r.idEnds[:1], r.ends[:0]
	r.local.clear()
	at := &r.cell
	for _, texts := range [...]*codedTexts{
		&r.rule, &r.severity, &r.collection, &r.table, &r.message, &at.table, &at.file, &at.sheet, &at.field, &at.value,
	} {
		texts.clear()
	}
	at.line, at.bytes = at.line[:0], 0
	clear(r.known)
}

func (r *findingColumns) full() bool {
	return len(r.ends) == pages.RowGroupRows || len(r.cell.line) >= mostCells || r.cell.bytes >= mostCellBytes
}

func (r *findingColumns) add(f *rules.Found) {
	r.id = append(r.id, f.ID...)
	r.idEnds = append(r.idEnds, int32(len(r.id)))
	r.rule.add(textBytes(f.Rule))
	r.severity.add(textBytes(string(f.Severity)))
	r.collection.add(textBytes(f.Collection))
	r.table.add(textBytes(f.Table))
	r.message.add(textBytes(f.Message))
	r.local.add(f.Local, 1)
	at := &r.cell
	for i := range f.Cells {
		c := &f.Cells[i]
		at.table.add(textBytes(c.Table))
		at.field.add(textBytes(c.Field))
		r.addPlace(c.File, c.Sheet)
		at.line = append(at.line, int64(c.Line))
		if c.Value == nil {
			at.value.addNull()
		} else {
			r.addValue(textBytes(*c.Value))
		}
	}
	for i := range f.Flagged {
		r.addFlagged(&f.Flagged[i])
	}
	r.ends = append(r.ends, uint32(len(at.line)))
}

// room makes room for n more, or for as many as there are: a slice that grows by less is copied too often.
func room[T any](slice []T, n int) []T {
	if cap(slice)-len(slice) < n {
		return slices.Grow(slice, max(n, len(slice)))
	}
	return slice
}

func (r *findingColumns) addPlace(file, sheet string) {
	r.cell.file.add(textBytes(file))
	if sheet == "" {
		r.cell.sheet.addNull()
	} else {
		r.cell.sheet.add(textBytes(sheet))
	}
}

func (r *findingColumns) addValue(text []byte) {
	r.cell.value.add(text)
	r.cell.bytes += len(text)
}

// addFlagged adds the cells of a field in the order of their rows.
func (r *findingColumns) addFlagged(in *rules.FlaggedIn) {
	at := &r.cell
	at.line = room(at.line, len(in.Rows))
	at.table.addAgain(textBytes(in.Table), len(in.Rows))
	at.field.addAgain(textBytes(in.Field), len(in.Rows))
	for _, row := range in.Rows {
		at.line = append(at.line, int64(in.Of.LineOf(int(row))))
	}
	if file := in.Of.File; in.Of.Sheet == nil && file != nil && file.NullN() == 0 && file.Dictionary().Len() == 1 {
		at.file.addAgain(textBytes(in.Of.FileOf(0)), len(in.Rows))
		at.sheet.addNulls(len(in.Rows))
	} else {
		for _, row := range in.Rows {
			r.addPlace(in.Of.FileOf(int(row)), in.Of.SheetOf(int(row)))
		}
	}
	if codes, valid, texts := in.Texts.Coded(); codes != nil && texts.Len() <= fewTexts && len(in.Rows) >= severalRows {
		r.addCoded(in.Texts, in.Rows, codes, valid, texts)
		return
	}
	for _, row := range in.Rows {
		text, delivered := in.Texts.AppendDelivery(r.text[:0], int(row))
		if r.text = text; delivered {
			r.addValue(text)
		} else {
			at.value.addNull()
		}
	}
}

// Up to fewTexts of a column are remembered by their codes, for flagged cells of severalRows or more.
const (
	fewTexts    = 1 << 12
	severalRows = 8
)

// addCoded adds the values of rows of a column whose texts are few: each is looked for but once.
func (r *findingColumns) addCoded(of *table.Reader, rows, codes []uint32, valid table.Validity, texts *array.String) {
	known := r.known[of]
	if known == nil {
		if r.known == nil {
			r.known = map[*table.Reader][]uint32{}
		}
		known = make([]uint32, texts.Len()+1) // by code, and for no value: the code here, counted from 1
		r.known[of] = known
	}
	values := &r.cell.value
	values.codes = room(values.codes, len(rows))
	for _, row := range rows {
		code := texts.Len()
		if valid.Of(int(row)) {
			code = int(codes[row])
		}
		if known[code] == 0 {
			r.addValue(textBytes(of.Text(int(row))))
			known[code] = values.code + 1
			continue
		}
		values.codes = append(values.codes, known[code]-1)
		values.hold(1)
		r.cell.bytes += len(values.texts.Value(known[code] - 1))
	}
}

// columns returns what stands in a part, in the order of findingRow.
func (r *findingColumns) columns(part Part) []column {
	var all []column
	list := &pages.List{Name: "cells", Ends: r.ends}
	add := func(name string, array arrow.Array, required bool, of *pages.List) {
		all = append(all, column{Column: pages.Column{Name: name, Array: array, Required: required, Unranged: of != nil, List: of}})
	}
	add("id", table.StringArray(r.idEnds, r.id, nil, 0), true, nil)
	add("rule", r.rule.array(), true, nil)
	add("severity", r.severity.array(), true, nil)
	add("collection", r.collection.array(), true, nil)
	add("table", r.table.array(), true, nil)
	add("message", r.message.array(), true, nil)
	add("table", r.cell.table.array(), true, list)
	add("file", r.cell.file.array(), true, list)
	add("sheet", r.cell.sheet.array(), false, list)
	add("line", table.IntegerArray(r.cell.line, nil, 0), true, list)
	add("field", r.cell.field.array(), true, list)
	value := r.cell.value.array()
	if part == Analysis {
		value = noTexts(len(r.cell.line))
	}
	add(cellValue, value, false, list)
	add("local", table.BooleanArray(len(r.ends), r.local.bits, nil, 0), true, nil)
	return all
}

// noTexts is a column without any value.
func noTexts(rows int) arrow.Array {
	return table.DictionaryArray(make([]uint32, rows), table.Texts(nil), make([]byte, (rows+7)/8), rows)
}
