package conform

import (
	"math"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// codeColumn reads text that repeats, or a key that tables share.
type codeColumn struct {
	base
	dictionary *table.Dictionary
	codes      []uint32
	field      *schemas.Field
	spelling   *spelling   // of the current file; nil when values are taken as they are written
	spellings  []*spelling // of the files that ended
}

func (c *codeColumn) beginFile(options *Options) { c.spelling = spellingOf(c.field, options) }

func (c *codeColumn) endFile() {
	c.spellings = append(c.spellings, c.spelling)
	c.base.endFile()
}

func (c *codeColumn) add(text *table.Text, place int) {
	c.codes = extended(c.codes, text.Records())
	c.eachCell(text, place, c.set)
}

func (c *codeColumn) set(row int, value []byte) {
	value, ok := c.identifier(row, value)
	if !ok {
		return
	}
	if c.spelling != nil {
		code, same := c.spelling.of(value)
		if c.spelling.mixed {
			c.see(twoWays, row, value)
			c.spelling.mixed = false
		}
		if !same {
			c.keep(row, value, rewritten, 0)
		}
		if value = code; len(value) == 0 { // an object without a flag that is set
			c.null(row)
			return
		}
	}
	c.codes[row] = c.dictionary.Code(value)
}

// identifier returns the text of a code or identifier without what a spreadsheet added to it. What a spreadsheet
// took away cannot be had back: the cell is refused and ok is false.
func (b *base) identifier(row int, value []byte) (text []byte, ok bool) {
	if isExponent(value) {
		b.refuse(row, value, exponent)
		return nil, false
	}
	whole, cut := withoutDecimals(value)
	if cut {
		b.see(decimal, row, value)
		b.keep(row, value, rewritten, 0)
	}
	return whole, true
}

func (c *codeColumn) without(rows int) {
	c.codes = extended(c.codes, rows)
	c.withoutColumn(rows)
}

func (c *codeColumn) remove(r removal) {
	c.codes = take(r, c.codes)
	c.base.remove(r)
}

func (c *codeColumn) build() *table.Column {
	out := c.column()
	out.Array = table.DictionaryArray(c.codes, c.dictionary.Array(), c.bitmap(), c.nulls)
	return out
}

// textColumn reads text that is different in nearly every row.
type textColumn struct {
	base
	names   bool    // it names somebody or something: a number in it is an identifier
	offsets []int32 // of the rows so far, from 0
	data    []byte
}

func newTextColumn(names bool) *textColumn { return &textColumn{names: names, offsets: []int32{0}} }

func (c *textColumn) add(text *table.Text, place int) {
	c.offsets = roomFor(c.offsets, text.Records())
	c.eachCell(text, place, c.set)
	c.fill(c.rows)
}

func (c *textColumn) set(row int, value []byte) {
	if c.names {
		var ok bool
		if value, ok = c.identifier(row, value); !ok {
			return
		}
	}
	c.fill(row)
	if len(c.data)+len(value) > math.MaxInt32 {
		panic("the texts of one column pass 2 GiB; split the delivery by year")
	}
	c.data = append(roomFor(c.data, len(value)), value...)
	c.offsets = append(c.offsets, int32(len(c.data)))
}

// fill gives the rows before row that have no text yet an empty one.
func (c *textColumn) fill(row int) {
	for len(c.offsets) <= row {
		c.offsets = append(c.offsets, int32(len(c.data)))
	}
}

func (c *textColumn) without(rows int) {
	c.withoutColumn(rows)
	c.fill(c.rows)
}

func (c *textColumn) remove(r removal) {
	offsets, length := []int32{0}, 0
	r.each(c.rows, func(from, to int) {
		shift := c.offsets[from] - int32(length)
		length += copy(c.data[length:], c.data[c.offsets[from]:c.offsets[to]])
		for _, end := range c.offsets[from+1 : to+1] {
			offsets = append(offsets, end-shift)
		}
	})
	c.offsets, c.data = offsets, c.data[:length]
	c.base.remove(r)
}

func (c *textColumn) build() *table.Column {
	out := c.column()
	out.Array = table.StringArray(c.offsets, c.data, c.bitmap(), c.nulls)
	return out
}
