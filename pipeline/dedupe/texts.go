package dedupe

import (
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas/table"
)

// texts are the texts of a column's cells; the zero value holds none.
type texts struct {
	values *array.String
	codes  []uint32
	valid  table.Validity
}

func textsOf(column *table.Column) texts {
	if !column.Delivered() {
		return texts{}
	}
	if codes, values := column.Codes(); values != nil {
		return texts{values: values, codes: codes, valid: table.ValidityOf(column.Array)}
	}
	return texts{values: column.Array.(*array.String), valid: table.ValidityOf(column.Array)}
}

// longID is the length of a text that is longer than its start.
const longID = 9

// starts reads how the texts of rows from one on start, and how long they are.
func (t *texts) starts(into []uint64, lengths []uint8, from int) {
	if t.values == nil || t.values.Len() == 0 {
		clear(into)
		clear(lengths)
		return
	}
	offsets, data := t.values.ValueOffsets(), t.values.ValueBytes()
	base := int(offsets[0])
	for i := range into {
		row := from + i
		into[i], lengths[i] = 0, 0
		if !t.valid.Of(row) {
			continue
		}
		if t.codes != nil {
			row = int(t.codes[row])
		}
		begin, end := int(offsets[row])-base, int(offsets[row+1])-base
		into[i], lengths[i] = table.Head(data, begin, end), uint8(min(end-begin, longID))
	}
}

// at returns the text of a row; a cell without a value reads as "".
func (t *texts) at(row int32) string {
	switch {
	case t.values == nil || !t.valid.Of(int(row)):
		return ""
	case t.codes != nil:
		return t.values.Value(int(t.codes[row]))
	}
	return t.values.Value(int(row))
}
