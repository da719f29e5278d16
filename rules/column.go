package rules

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// The places of a record that is not there.
const (
	noRecord     int32 = -1 // the key is blank or no record has it
	unsureRecord int32 = -2 // the key cannot be read
)

// column is one field as the nodes of a check read it: of the record that a variable stands for, or of another
// that it leads to.
type column struct {
	variable int
	link     []int32    // from the rows of the variable to those of this column; nil for its own fields
	via      recordNode // a record that is computed; variable and link then mean nothing

	length     int
	bits       []byte // the validity bitmap, or nil when no value is null
	bitsFrom   int
	unreadable []uint64 // which rows cannot be read, or nil when there is none

	codes      []uint32      // of a dictionary
	dictionary *array.String // its texts
	part       bool          // the column is the parts of list cells, whose codes an element variable walks through
	parts      *parts        // of a list, what its distinct cells hold
	text       *array.String
	days       []int32
	integers   []int64 // integers, or decimals in ten-thousandths
	times      *array.Time32
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
		v.days, v.times = c.Days(), c.Time
	case *array.Int64:
		v.integers = a.Int64Values()
	case *array.Decimal128: // the binder puts in the values
	case *array.Boolean:
		v.booleans, v.boolsFrom = a.Data().Buffers()[1].Bytes(), a.Data().Offset()
	default:
		return v, fmt.Errorf("read column %s: no condition can read %s", c.Field.Name, c.Array.DataType())
	}
	if want, is := arrowType(c.Field.Type), c.Array.DataType().ID(); want != is && !(want == arrow.STRING && v.dictionary != nil) {
		return v, fmt.Errorf("read column %s: it is %s, which does not fit the type %s", c.Field.Name, c.Array.DataType(), c.Field.Type)
	}
	v.length = c.Array.Len()
	if c.Array.NullN() > 0 {
		v.bits, v.bitsFrom = c.Array.NullBitmapBytes(), c.Array.Data().Offset()
	}
	return v, nil
}

func arrowType(t schemas.Type) arrow.Type {
	switch t {
	case schemas.TypeDate, schemas.TypeDateTime:
		return arrow.DATE32
	case schemas.TypeInteger:
		return arrow.INT64
	case schemas.TypeDecimal:
		return arrow.DECIMAL128
	case schemas.TypeBoolean:
		return arrow.BOOL
	case schemas.TypeList:
		return arrow.DICTIONARY
	}
	return arrow.STRING
}

func bit(bits []byte, i int) uint8 { return bits[i>>3] >> (i & 7) & 1 }

// see returns rows and a link such that link[rows[i]] is the row of the column that lane i sees, or noRecord,
// unsureRecord; a nil link stands for the rows themselves. made, if not nil, is to be dropped afterwards.
func (c *column) see(w *worker, at *lanes) (rows []uint32, link, made []int32) {
	if c.via == nil {
		return at.rows[c.variable], c.link, nil
	}
	made = w.takePlaces(at.n)
	c.via.places(w, at, made)
	return ordinals[:at.n], made, made
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

// plain tells that every lane sees the row of its own variable, which has a value.
func (c *column) plain() bool { return c.via == nil && c.link == nil && c.bits == nil }

func placeOf(link []int32, row uint32) int32 {
	if link == nil {
		return int32(row)
	}
	return link[row]
}

// lookUp writes the dictionary code that each lane sees: the dictionary's length for a blank, and one more for
// what cannot be read.
func (c *column) lookUp(w *worker, at *lanes, out []uint32) {
	if c.part {
		copy(out, at.rows[c.variable])
		return
	}
	if at.codes != nil {
		copy(out, at.codes)
		return
	}
	first, run := c.run(at)
	if run && c.bits == nil {
		copy(out, c.codes[first:])
		return
	}
	if c.plain() {
		for i, row := range at.rows[c.variable] {
			out[i] = c.codes[row]
		}
		return
	}
	blank := uint32(c.dictionary.Len())
	if run {
		valid := w.takeFlags(at.n)
		c.holds(first, valid)
		for i, code := range c.codes[first : first+at.n] {
			if out[i] = code; valid[i] == 0 {
				out[i] = blank + uint32(c.missing(int32(first+i)))
			}
		}
		w.dropFlags(valid)
		return
	}
	rows, link, made := c.see(w, at)
	for i, row := range rows {
		place := placeOf(link, row)
		if place >= 0 && c.valid(place) == 1 {
			out[i] = c.codes[place]
		} else {
			out[i] = blank + uint32(c.missing(place))
		}
	}
	if made != nil {
		w.dropPlaces(made)
	}
}
