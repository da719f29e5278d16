package rules

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas/table"
)

// The places of a record that is not there, in a link.
const (
	noRecord     int32 = -1 // the key is blank or no record has it
	unsureRecord int32 = -2 // the key cannot be read
)

// column is one field as the nodes of a check read it: the record's own, or a parent's through link.
type column struct {
	link       []int32 // for each row of the check's table the row of this one, noRecord or unsureRecord; nil for own fields
	bits       []byte  // the validity bitmap, or nil when no value is null
	bitsFrom   int
	unreadable []uint64 // which rows cannot be read, or nil when there is none

	codes      []uint32 // of a dictionary
	dictionary *array.String
	text       *array.String
	days       []int32
	integers   []int64
	booleans   []byte
	boolsFrom  int
}

// newColumn views a delivered column.
func newColumn(c *table.Column) (column, error) {
	var v column
	switch a := c.Array.(type) {
	case *array.Dictionary:
		if v.codes, v.dictionary = c.Codes(); v.dictionary == nil {
			return v, fmt.Errorf("read column %s: its dictionary does not hold text", c.Field.Name)
		}
	case *array.String:
		v.text = a
	case *array.Date32:
		v.days = c.Days()
	case *array.Int64:
		v.integers = a.Int64Values()
	case *array.Boolean:
		v.booleans, v.boolsFrom = a.Data().Buffers()[1].Bytes(), a.Data().Offset()
	default:
		return v, fmt.Errorf("read column %s: no condition can read %s", c.Field.Name, c.Array.DataType())
	}
	if want := arrowType(c); want != c.Array.DataType().ID() && !(want == arrow.DICTIONARY && v.text != nil || want == arrow.STRING && v.dictionary != nil) {
		return v, fmt.Errorf("read column %s: it is %s, which does not fit the type %s", c.Field.Name, c.Array.DataType(), c.Field.Type)
	}
	if c.Array.NullN() > 0 {
		v.bits, v.bitsFrom = c.Array.NullBitmapBytes(), c.Array.Data().Offset()
	}
	return v, nil
}

func arrowType(c *table.Column) arrow.Type {
	switch typeOf(c.Field.Type).TypeName() {
	case dateType.TypeName():
		return arrow.DATE32
	case "int":
		return arrow.INT64
	case "bool":
		return arrow.BOOL
	}
	return arrow.STRING
}

func bit(bits []byte, i int) uint8 { return bits[i>>3] >> (i & 7) & 1 }

// place returns the row of the column's table that a row of the check's table sees, or noRecord, unsureRecord.
func (c *column) place(row uint32) int32 {
	if c.link == nil {
		return int32(row)
	}
	return c.link[row]
}

// valid is 1 where the column has a value, at a place that is a row.
func (c *column) valid(place int32) uint8 {
	if c.bits == nil {
		return 1
	}
	return bit(c.bits, c.bitsFrom+int(place))
}

// missing tells why there is no value at a place: no for blank, unknown for unreadable. It is what present()
// answers.
func (c *column) missing(place int32) uint8 {
	switch {
	case place == unsureRecord:
		return unknown
	case place >= 0 && c.unreadable != nil && c.unreadable[place>>6]>>(place&63)&1 == 1:
		return unknown
	}
	return no
}

// lookUp writes the dictionary code that each row sees: the dictionary's length for a blank, and one more for
// what cannot be read.
func (c *column) lookUp(rows, out []uint32) {
	if c.link == nil && c.bits == nil {
		for i, row := range rows {
			out[i] = c.codes[row]
		}
		return
	}
	blank := uint32(c.dictionary.Len())
	for i, row := range rows {
		place := c.place(row)
		if place >= 0 && c.valid(place) == 1 {
			out[i] = c.codes[place]
		} else {
			out[i] = blank + uint32(c.missing(place))
		}
	}
}

type numberField struct{ slot int }

func (n numberField) numbers(w *worker, rows []uint32, out numbers) {
	c := &w.in.columns[n.slot]
	if c.integers != nil {
		load(c, c.integers, rows, out)
	} else {
		load(c, c.days, rows, out)
	}
}

func load[T int32 | int64](c *column, from []T, rows []uint32, out numbers) {
	switch {
	case c.link == nil && c.bits == nil:
		for i, row := range rows {
			out.values[i], out.known[i] = int64(from[row]), 1
		}
	case c.link == nil:
		for i, row := range rows {
			out.values[i], out.known[i] = int64(from[row]), bit(c.bits, c.bitsFrom+int(row))
		}
	default:
		for i, row := range rows {
			place := c.link[row]
			if place < 0 {
				out.known[i] = 0
				continue
			}
			out.values[i], out.known[i] = int64(from[place]), c.valid(place)
		}
	}
}

type textField struct{ slot int }

func (n textField) texts(w *worker, rows []uint32, out texts) {
	c := &w.in.columns[n.slot]
	if w.distinct {
		distinctTexts(c, rows, out)
		return
	}
	for i, row := range rows {
		place := c.place(row)
		if place < 0 || c.valid(place) == 0 {
			out.known[i] = 0
			continue
		}
		out.known[i] = 1
		if c.dictionary != nil {
			out.values[i] = c.dictionary.Value(int(c.codes[place]))
		} else {
			out.values[i] = c.text.Value(int(place))
		}
	}
}

func distinctTexts(c *column, codes []uint32, out texts) {
	blank := uint32(c.dictionary.Len())
	for i, code := range codes {
		if code >= blank {
			out.known[i] = 0
			continue
		}
		out.values[i], out.known[i] = c.dictionary.Value(int(code)), 1
	}
}

type boolField struct{ slot int }

func (n boolField) bools(w *worker, rows []uint32, out []uint8) {
	c := &w.in.columns[n.slot]
	for i, row := range rows {
		place := c.place(row)
		if place < 0 || c.valid(place) == 0 {
			out[i] = unknown
			continue
		}
		out[i] = 2 * bit(c.booleans, c.boolsFrom+int(place))
	}
}

// presentField is present() of a field.
type presentField struct{ slot int }

func (n presentField) bools(w *worker, rows []uint32, out []uint8) {
	c := &w.in.columns[n.slot]
	if w.distinct {
		blank := uint32(c.dictionary.Len())
		for i, code := range rows {
			switch code {
			case blank:
				out[i] = no
			case blank + 1:
				out[i] = unknown
			default:
				out[i] = yes
			}
		}
		return
	}
	if c.link == nil && c.unreadable == nil {
		for i, row := range rows {
			out[i] = 2 * c.valid(int32(row))
		}
		return
	}
	for i, row := range rows {
		place := c.place(row)
		if place >= 0 && c.valid(place) == 1 {
			out[i] = yes
		} else {
			out[i] = c.missing(place)
		}
	}
}

// presentRecord is present() of a parent.
type presentRecord struct{ parent int }

func (n presentRecord) bools(w *worker, rows []uint32, out []uint8) {
	link := w.in.parents[n.parent]
	for i, row := range rows {
		switch link[row] {
		case noRecord:
			out[i] = no
		case unsureRecord:
			out[i] = unknown
		default:
			out[i] = yes
		}
	}
}
