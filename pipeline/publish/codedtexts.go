package publish

import (
	"bytes"

	"github.com/apache/arrow-go/v18/arrow"

	"frontdoor/schemas/table"
)

// codedTexts is a column of texts of which most are as the one before.
type codedTexts struct {
	texts *table.Dictionary // nil before the first
	codes []uint32
	valid bitmap // empty where all rows have a text
	nulls int
	code  uint32 // of the last text
}

func (c *codedTexts) clear() {
	c.texts, c.codes, c.nulls = nil, c.codes[:0], 0
	c.valid.clear()
}

func (c *codedTexts) add(text []byte) { c.addAgain(text, 1) }

// addAgain adds a text so many times.
func (c *codedTexts) addAgain(text []byte, times int) {
	if c.texts == nil {
		c.texts, c.code = table.NewDictionary(), 0
		c.texts.Code(text)
	}
	if !bytes.Equal(text, c.texts.Value(c.code)) {
		c.code = c.texts.Code(text)
	}
	first := len(c.codes)
	c.codes = room(c.codes, times)[:first+times]
	for i := first; i < len(c.codes); i++ {
		c.codes[i] = c.code
	}
	c.hold(times)
}

// hold notes that the last so many rows have a text; the first row without one notes those before it.
func (c *codedTexts) hold(times int) {
	if c.nulls > 0 {
		c.valid.add(true, times)
	}
}

func (c *codedTexts) addNull() { c.addNulls(1) }

func (c *codedTexts) addNulls(times int) {
	first := len(c.codes)
	c.codes = room(c.codes, times)[:first+times]
	clear(c.codes[first:])
	if c.nulls == 0 {
		c.valid.add(true, first)
	}
	c.valid.add(false, times)
	c.nulls += times
}

func (c *codedTexts) has(row int) bool { return c.nulls == 0 || c.valid.has(row) }

// at returns the text of a row, nothing for one without.
func (c *codedTexts) at(row int) []byte {
	if !c.has(row) {
		return nil
	}
	return c.texts.Value(c.codes[row])
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

func (b *bitmap) clear() { b.bits, b.rows = b.bits[:0], 0 }

func (b *bitmap) has(row int) bool { return b.bits[row/8]>>(row%8)&1 == 1 }

// add adds a bit so many times.
func (b *bitmap) add(set bool, times int) {
	for ; times > 0 && (times < 8 || b.rows%8 != 0); times-- {
		if b.rows%8 == 0 {
			b.bits = append(b.bits, 0)
		}
		if set {
			b.bits[b.rows/8] |= 1 << (b.rows % 8)
		}
		b.rows++
	}
	for ; times >= 8; times -= 8 {
		b.bits = append(b.bits, -byte(btoi(set)))
		b.rows += 8
	}
	if times > 0 {
		b.add(set, times)
	}
}
