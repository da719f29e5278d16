package table

import "github.com/apache/arrow-go/v18/arrow/array"

// FileOf returns the file that a row came from, as given.
func (t *Table) FileOf(row int) string { return textAt(t.File, row) }

// SheetOf returns the sheet of a workbook that a row came from, "" for a text.
func (t *Table) SheetOf(row int) string { return textAt(t.Sheet, row) }

// LineOf returns the physical line on which a row's record starts.
func (t *Table) LineOf(row int) int {
	if t.Line == nil {
		return 0
	}
	return int(t.Line.Value(row))
}

func textAt(texts *array.Dictionary, row int) string {
	if texts == nil || texts.IsNull(row) {
		return ""
	}
	return texts.Dictionary().(*array.String).Value(texts.GetValueIndex(row))
}

// StandAs gives a table the places of another's records, row by row.
func (t *Table) StandAs(other *Table) {
	t.File, t.Sheet, t.Line, t.Authority = other.File, other.Sheet, other.Line, other.Authority
}

// StandAt gives a table the places of records of other tables: each row that of a row of one of them.
func (t *Table) StandAt(rows int, of func(row int) (other *Table, at int)) {
	lines := make([]uint32, rows)
	for row := range lines {
		other, at := of(row)
		lines[row] = uint32(other.LineOf(at))
	}
	t.Line = LineArray(lines)
	t.File = gather(rows, func(row int) string { other, at := of(row); return textAt(other.File, at) })
	t.Sheet = gather(rows, func(row int) string { other, at := of(row); return textAt(other.Sheet, at) })
	t.Authority = gather(rows, func(row int) string { other, at := of(row); return textAt(other.Authority, at) })
}

// gather makes a column of texts, with null for a blank one; nil where all of some rows are blank.
func gather(rows int, of func(row int) string) *array.Dictionary {
	texts, nulls := NewDictionary(), 0
	codes, valid := make([]uint32, rows), make([]byte, (rows+7)/8)
	for row := range codes {
		text := of(row)
		if text == "" {
			nulls++
			continue
		}
		codes[row] = texts.Code([]byte(text))
		valid[row>>3] |= 1 << (row & 7)
	}
	if nulls > 0 && nulls == rows {
		return nil
	}
	return DictionaryArray(codes, texts.Array(), valid, nulls)
}
