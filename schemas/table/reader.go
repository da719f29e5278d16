package table

import (
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
)

// Reader reads the texts of a column's rows: of most columns without asking for each row how it was delivered, and a
// day that stands in row after row but once. It is not safe for concurrent use.
type Reader struct {
	column *Column
	plain  bool     // but for kept texts, what was delivered is the value
	kept   []uint64 // bitmap of the rows with kept texts, or nil when there is none
	valid  Validity
	codes  []uint32 // of a dictionary
	texts  *array.String
	days   []schemas.Day
	day    schemas.Day // the last day read
	date   []byte      // as it was delivered; empty before the first
}

// NewReader returns a reader of a column. That may be nil as long as no row is read.
func NewReader(c *Column) *Reader {
	r := &Reader{column: c}
	if !c.Delivered() {
		return r
	}
	r.plain = len(c.Absent) == 0 && len(c.Leads) == 0 && !c.Elements
	r.valid = ValidityOf(c.Array)
	if c.Layout != "" {
		r.days = c.Days()
	}
	if r.codes, r.texts = c.Codes(); r.codes == nil {
		r.texts, _ = c.Array.(*array.String)
	}
	if len(c.Kept) > 0 {
		r.kept = make([]uint64, c.Array.Len()/64+1)
		for _, k := range c.Kept {
			r.kept[k.Row>>6] |= 1 << (k.Row & 63)
		}
	}
	return r
}

// Text is Column.Text.
func (r *Reader) Text(row int) string {
	switch {
	case r.texts == nil:
		return r.column.Text(row)
	case !r.valid.Of(row):
		return ""
	case r.codes != nil:
		return r.texts.Value(int(r.codes[row]))
	}
	return r.texts.Value(row)
}

// Heads writes the first eight bytes of the texts of rows as numbers that order as they do; a shorter text is filled up
// with zeros. The texts are read in one breath, so that they are waited for together.
func (r *Reader) Heads(rows []uint32, heads []uint64) {
	if r.texts == nil {
		for i, row := range rows {
			text := []byte(r.Text(int(row)))
			heads[i] = Head(text, 0, len(text))
		}
		return
	}
	offsets, data := r.texts.ValueOffsets(), r.texts.ValueBytes()
	for i, row := range rows {
		if heads[i] = 0; !r.valid.Of(int(row)) {
			continue
		}
		if r.codes != nil {
			row = r.codes[row]
		}
		heads[i] = Head(data, int(offsets[row]-offsets[0]), int(offsets[row+1]-offsets[0]))
	}
}

// Coded returns the codes of the rows, which of them have a value, and the texts of the codes. It returns nil where what
// was delivered is not the text of the row's code, with nothing for a row without a value.
func (r *Reader) Coded() (codes []uint32, valid Validity, texts *array.String) {
	if r.codes == nil || !r.plain || r.kept != nil {
		return nil, Validity{}, nil
	}
	return r.codes, r.valid, r.texts
}

// Delivery is Column.Delivery.
func (r *Reader) Delivery(row int) (text string, delivered bool) {
	if r.texts != nil && r.asIs(row) {
		return r.Text(row), true
	}
	if r.days == nil || !r.asIs(row) {
		return r.column.Delivery(row)
	}
	made, delivered := r.AppendDelivery(nil, row)
	return string(made), delivered
}

// AppendDelivery appends the text that Delivery returns.
func (r *Reader) AppendDelivery(text []byte, row int) (_ []byte, delivered bool) {
	switch {
	case !r.asIs(row):
	case r.texts != nil:
		return append(text, r.Text(row)...), true
	case r.days != nil && r.valid.Of(row):
		c := r.column
		if day := r.days[row]; len(r.date) == 0 || day != r.day {
			r.day, r.date = day, schemas.Date(day).AppendFormat(r.date[:0], c.Layout)
		}
		return c.appendClock(append(text, r.date...), row), true
	}
	value, delivered := r.column.Delivery(row)
	return append(text, value...), delivered
}

// asIs tells that nothing says of a row how it was delivered.
func (r *Reader) asIs(row int) bool {
	return r.plain && (r.kept == nil || r.kept[row>>6]>>(row&63)&1 == 0)
}
