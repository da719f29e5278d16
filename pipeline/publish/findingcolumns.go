package publish

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

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
	ends                                       []uint32 // by finding, how many cells there are up to its last

	cell struct {
		table, file, sheet, field, value codedTexts
		line                             []int64
		bytes                            int // of the values
	}
}

func newFindingColumns() *findingColumns { return &findingColumns{idEnds: []int32{0}} }

func (r *findingColumns) full() bool {
	return len(r.ends) == pages.RowGroupRows || len(r.cell.line) >= mostCells || r.cell.bytes >= mostCellBytes
}

func (r *findingColumns) add(f rules.Finding) {
	r.id = append(r.id, f.ID...)
	r.idEnds = append(r.idEnds, int32(len(r.id)))
	r.rule.add(f.Rule)
	r.severity.add(string(f.Severity))
	r.collection.add(f.Collection)
	r.table.add(f.Table)
	r.message.add(f.Message)
	r.local.add(f.Local)
	at := &r.cell
	for _, texts := range []*codedTexts{&at.table, &at.file, &at.sheet, &at.field, &at.value} {
		texts.codes = room(texts.codes, len(f.Cells))
	}
	at.line = room(at.line, len(f.Cells))
	for i := range f.Cells {
		c := &f.Cells[i]
		at.table.add(c.Table)
		at.file.add(c.File)
		if c.Sheet == "" {
			at.sheet.addNull()
		} else {
			at.sheet.add(c.Sheet)
		}
		at.line = append(at.line, int64(c.Line))
		at.field.add(c.Field)
		if c.Value == nil {
			at.value.addNull()
		} else {
			at.value.add(*c.Value)
			at.bytes += len(*c.Value)
		}
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

// codedTexts is a column of texts of which most are as the one before.
type codedTexts struct {
	texts *table.Dictionary
	codes []uint32
	valid bitmap
	nulls int
	last  string // the text of lastCode, once there are texts
	code  uint32
}

func (c *codedTexts) add(text string) {
	if c.texts == nil || text != c.last {
		if c.texts == nil {
			c.texts = table.NewDictionary()
		}
		c.last, c.code = text, c.texts.CodeOf(text)
	}
	c.codes = append(c.codes, c.code)
	c.valid.add(true)
}

func (c *codedTexts) addNull() {
	c.codes = append(c.codes, 0)
	c.valid.add(false)
	c.nulls++
}

func (c *codedTexts) array() arrow.Array {
	texts := table.Texts(nil)
	if c.texts != nil {
		texts = c.texts.Array()
	}
	return table.DictionaryArray(c.codes, texts, c.valid.bits, c.nulls)
}

// bitmap is a bit a row, the first in the lowest place.
type bitmap struct {
	bits []byte
	rows int
}

func (b *bitmap) add(set bool) {
	if b.rows%8 == 0 {
		b.bits = append(b.bits, 0)
	}
	if set {
		b.bits[b.rows/8] |= 1 << (b.rows % 8)
	}
	b.rows++
}
