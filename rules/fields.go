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

type numberField struct{ slot int }

func (n numberField) numbers(w *worker, at *lanes, out numbers) {
	c := &w.in.columns[n.slot]
	if first, ok := c.run(at); ok {
		if c.integers != nil {
			copy(out.values, c.integers[first:])
		} else {
			widen(out.values, c.days[first:])
		}
		c.holds(first, out.known)
		return
	}
	rows, link, made := c.see(w, at)
	if c.integers != nil {
		load(c, c.integers, rows, link, out)
	} else {
		load(c, c.days, rows, link, out)
	}
	if made != nil {
		w.dropPlaces(made)
	}
}

func load[T int32 | int64](c *column, from []T, rows []uint32, link []int32, out numbers) {
	switch {
	case link == nil && c.bits == nil:
		for i, row := range rows {
			out.values[i], out.known[i] = int64(from[row]), 1
		}
	case link == nil:
		for i, row := range rows {
			out.values[i], out.known[i] = int64(from[row]), bit(c.bits, c.bitsFrom+int(row))
		}
	default:
		for i, row := range rows {
			place := link[row]
			if place < 0 {
				out.known[i] = 0
				continue
			}
			out.values[i], out.known[i] = int64(from[place]), c.valid(place)
		}
	}
}

// momentField is datetime() of a field: the seconds since 1970, known where the time is.
type momentField struct{ slot int }

func (n momentField) numbers(w *worker, at *lanes, out numbers) {
	c := &w.in.columns[n.slot]
	rows, link, made := c.see(w, at)
	for i, row := range rows {
		place := placeOf(link, row)
		if place < 0 || c.times == nil || c.valid(place) == 0 || c.times.IsNull(int(place)) {
			out.known[i] = 0
			continue
		}
		out.values[i], out.known[i] = int64(c.days[place])*daySeconds+int64(c.times.Value(int(place))), 1
	}
	if made != nil {
		w.dropPlaces(made)
	}
}

type textField struct{ slot int }

func (n textField) texts(w *worker, at *lanes, out texts) {
	c := &w.in.columns[n.slot]
	switch {
	case c.part:
		for i, code := range at.rows[c.variable] {
			out.values[i], out.known[i] = c.dictionary.Value(int(code)), 1
		}
		return
	case at.codes != nil:
		distinctTexts(c, at.codes, out)
		return
	}
	rows, link, made := c.see(w, at)
	for i, row := range rows {
		place := placeOf(link, row)
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
	if made != nil {
		w.dropPlaces(made)
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

func (n boolField) bools(w *worker, at *lanes, out []uint8) {
	c := &w.in.columns[n.slot]
	rows, link, made := c.see(w, at)
	for i, row := range rows {
		place := placeOf(link, row)
		if place < 0 || c.valid(place) == 0 {
			out[i] = unknown
			continue
		}
		out[i] = 2 * bit(c.booleans, c.boolsFrom+int(place))
	}
	if made != nil {
		w.dropPlaces(made)
	}
}

// presentField is present() of a field.
type presentField struct{ slot int }

func (n presentField) bools(w *worker, at *lanes, out []uint8) {
	c := &w.in.columns[n.slot]
	if at.codes != nil {
		blank := uint32(c.dictionary.Len())
		for i, code := range at.codes {
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
	if first, ok := c.run(at); ok {
		c.holds(first, out)
		twice(out)
		for i, word := 0, 0; c.unreadable != nil && i < len(out); i++ {
			if word = (first + i) >> 6; c.unreadable[word] == 0 {
				i = (word+1)<<6 - first - 1 // to the next word
				continue
			}
			out[i] |= c.missing(int32(first + i))
		}
		return
	}
	rows, link, made := c.see(w, at)
	for i, row := range rows {
		place := placeOf(link, row)
		if place >= 0 && c.valid(place) == 1 {
			out[i] = yes
		} else {
			out[i] = c.missing(place)
		}
	}
	if made != nil {
		w.dropPlaces(made)
	}
}
