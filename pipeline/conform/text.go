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
	own        bool // the table's key: its texts are mostly new
	codes      []uint32
	recent     *remembered // of the current file
	field      *schemas.Field
	spelling   *spelling   // of the current file; nil when values are taken as they are written
	spellings  []*spelling // of the files that ended
}

func (c *codeColumn) beginFile(options *Options) {
	c.spelling, c.recent = spellingOf(c.field, options), newRemembered()
}

func (c *codeColumn) endFile() {
	c.spellings = append(c.spellings, c.spelling)
	c.base.endFile()
}

func (c *codeColumn) add(text *table.Text, place int) {
	c.codes = extended(c.codes, text.Records(), c.ahead)
	switch {
	case c.own:
		c.dictionary.Expect(c.ahead)
	case len(text.Marks) == 0 && !text.Elements && !c.recent.full():
		c.addRemembered(text, place)
		return
	}
	c.eachCell(text, place, c)
}

// addRemembered adds the cells of a window whose texts are remembered. The others are settled one by one, and
// remembered if they have a value and nothing of them is kept beside it.
func (c *codeColumn) addRemembered(text *table.Text, place int) {
	first := c.rows
	c.extend(text.Records())
	codes := c.codes[first:]
	c.recent.find(text, place, codes)
	missed := 0
	for i, code := range codes {
		if code < blankCode {
			continue
		}
		row, cell := first+i, place+i*text.Columns
		if codes[i] = 0; code == blankCode {
			c.null(row)
			continue
		}
		missed++
		kept := len(c.kept)
		if c.settle(text, row, cell, c); len(c.kept) == kept && !c.isNull(row) {
			c.recent.add(text.Data[text.Begin[cell]:text.End[cell]], c.codes[row])
		}
	}
	c.recent.weigh(missed, len(codes))
}

// take looks up the texts of a run. Those that are not known yet, or are not written as their code is, follow one by
// one.
func (c *codeColumn) take(cells *run) {
	codes := c.codes[cells.first:][:len(cells.begin)]
	if c.spelling == nil {
		c.dictionary.Find(cells.data, cells.begin, cells.end, codes)
	} else {
		c.spelling.placesOf(cells, codes)
	}
	for i, code := range codes {
		if code == table.NoCode {
			codes[i] = 0
			c.set(cells.first+i, cells.data[cells.begin[i]:cells.end[i]])
		}
	}
}

func (c *codeColumn) set(row int, value []byte) {
	value, ok := c.identifier(row, value)
	if !ok {
		return
	}
	if s := c.spelling; s != nil {
		n := s.of(value)
		if s.mixed {
			c.see(twoWays, row, value)
			s.mixed = false
		}
		if !s.same[n] {
			c.keep(row, value, rewritten, 0)
			if value = []byte(s.codes[n]); len(value) == 0 { // an object without a flag that is set
				c.null(row)
				return
			}
		}
		c.codes[row] = c.dictionary.Code(value)
		if s.same[n] {
			s.places[n] = c.codes[row]
		}
		return
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
	c.codes = extended(c.codes, rows, c.ahead)
	c.withoutColumn(rows)
}

func (c *codeColumn) remove(r removal) {
	c.codes = take(r, c.codes)
	c.base.remove(r)
}

func (c *codeColumn) build() *table.Column {
	out := c.column()
	c.codes = fitted(c.codes)
	out.Array = table.DictionaryArray(c.codes, c.dictionary.Array(), c.bitmap(), c.nulls)
	return out
}

// textColumn reads text that is different in nearly every row.
type textColumn struct {
	base
	offsets []int32 // of the rows so far, from 0
	data    []byte
}

func newTextColumn(names bool) *textColumn {
	return &textColumn{base: base{names: names}, offsets: []int32{0}}
}

func (c *textColumn) add(text *table.Text, place int) {
	c.offsets = roomFor(c.offsets, text.Records()+1, c.ahead)
	c.eachCell(text, place, c)
	c.fill(c.rows)
}

// take adds the texts of a run, one behind the other.
func (c *textColumn) take(cells *run) {
	c.fill(cells.first)
	size := 0
	for i, end := range cells.end {
		size += int(end - cells.begin[i])
	}
	c.room(cells.first, size+shortCopy)
	to, offset := c.data[len(c.data):cap(c.data)], len(c.data)
	c.offsets = append(c.offsets, make([]int32, len(cells.end))...)
	offsets := c.offsets[len(c.offsets)-len(cells.end):]
	for i, begin := range cells.begin {
		end := cells.end[i]
		length := int(end - begin)
		if length <= shortCopy && int(begin)+shortCopy <= len(cells.data) {
			*(*[shortCopy]byte)(to) = [shortCopy]byte(cells.data[begin:])
		} else {
			copy(to, cells.data[begin:end])
		}
		to = to[length:]
		offset += length
		offsets[i] = int32(offset)
	}
	c.data = c.data[:offset]
}

// shortCopy is how many bytes of a short text are copied at once, whatever its length.
const shortCopy = 16

// room makes room for so many bytes of text that begin in a row.
func (c *textColumn) room(row, bytes int) {
	if len(c.data)+bytes > math.MaxInt32 {
		panic("the texts of one column pass 2 GiB; split the delivery by year")
	}
	if cap(c.data)-len(c.data) < bytes {
		c.data = roomFor(c.data, bytes, c.bytesAhead(row))
	}
}

func (c *textColumn) set(row int, value []byte) {
	if c.names {
		var ok bool
		if value, ok = c.identifier(row, value); !ok {
			return
		}
	}
	c.fill(row)
	c.room(row, len(value))
	c.data = append(c.data, value...)
	c.offsets = append(c.offsets, int32(len(c.data)))
}

// bytesAhead guesses how much text is ahead from a row of the window that is being added on.
func (c *textColumn) bytesAhead(row int) int {
	if row < 1000 {
		return 0
	}
	return int(float64(len(c.data)) / float64(row) * float64(c.ahead))
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
	kept, length := c.offsets[:1], 0
	r.each(c.rows, func(from, to int) {
		shift := c.offsets[from] - int32(length)
		length += copy(c.data[length:], c.data[c.offsets[from]:c.offsets[to]])
		for _, end := range c.offsets[from+1 : to+1] { // in the same memory: what is kept never passes what is read
			kept = append(kept, end-shift)
		}
	})
	c.offsets, c.data = kept, c.data[:length]
	c.base.remove(r)
}

func (c *textColumn) build() *table.Column {
	out := c.column()
	c.offsets, c.data = fitted(c.offsets), fitted(c.data)
	out.Array = table.StringArray(c.offsets, c.data, c.bitmap(), c.nulls)
	return out
}
