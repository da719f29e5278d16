package pages

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/parquet-go/parquet-go/format"
)

const (
	// few is how many texts a dictionary may have whatever the number of rows.
	few = 64
	// pageText ends a page of plain text, and is the most text that a dictionary may hold.
	pageText = 16 << 20
	// lead is the number of texts from which is told how a chunk is best written.
	lead = 1024
)

// dictionary encodes texts that repeat, with a dictionary of those that occur in these rows; as plain texts where
// that takes less.
func (e *Encoder) dictionary(a *array.Dictionary, from, to int) error {
	codes := a.Indices().(*array.Uint32).Uint32Values()[from:to]
	codes, e.codes = held(e, codes, e.codes)
	var texts source
	switch d := a.Dictionary().(type) {
	case *array.String:
		texts = textList{d.ValueOffsets(), d.ValueBytes()}
	case *array.FixedSizeBinary:
		texts = sumsOf(d)
	default:
		return fmt.Errorf("a dictionary of type %s has no encoding", d.DataType())
	}
	if !e.settler.settle(codes, texts.len(), worthwhile(texts, codes)) {
		return texts.plain(e, codes)
	}
	size := texts.gather(e, e.settler.order)
	if size > pageText {
		return texts.plain(e, codes)
	}
	e.hashTexts(e.text)
	e.rangeOf(e.text)
	e.page = resize(e.page, size+4*len(e.lengths))
	at, text := 0, e.text
	for _, n := range e.lengths {
		binary.LittleEndian.PutUint32(e.page[at:], uint32(n))
		copy(e.page[at+4:], text[:n])
		at, text = at+4+int(n), text[n:]
	}
	if err := e.dictionaryPage(len(e.lengths)); err != nil {
		return err
	}
	return e.placed()
}

// source holds the texts of a dictionary.
type source interface {
	len() int
	// size returns the length of the text of a code.
	size(code uint32) int
	// gather puts the texts of codes one behind the other into e.text, their lengths into e.lengths, and returns their size.
	gather(e *Encoder, codes []uint32) int
	// plain writes the texts of codes as pages without a dictionary.
	plain(e *Encoder, codes []uint32) error
}

// worthwhile returns the number of texts with which a dictionary takes as much room as plain texts, judged by the first
// ones: packed, plain texts shrink to about 5/8, a dictionary to 3/4, and places among its texts not at all.
func worthwhile(texts source, codes []uint32) int {
	size, n := 0, min(len(codes), lead)
	for _, code := range codes[:n] {
		size += texts.size(code)
	}
	plain := size * 5
	places := n * bits.Len(uint(len(codes)))
	return max(few, len(codes)*(plain-places)/max(6*(size+4*n), 1))
}

// texts encodes texts that hardly repeat.
func (e *Encoder) texts(a *array.String, from, to int) error {
	offsets, data := a.ValueOffsets()[from:to+1], a.ValueBytes()
	data = data[offsets[0]-a.ValueOffsets()[0]:]
	lengths := resize(e.numbers, to-from)
	for i := range lengths {
		lengths[i] = offsets[i+1] - offsets[i]
	}
	e.numbers = lengths
	all := int(offsets[to-from] - offsets[0])
	if e.valid == nil {
		e.lengths = append(e.lengths[:0], lengths...)
		return e.plainTexts(data[:all])
	}
	e.lengths = e.lengths[:0]
	size := 0
	for i, rows := range e.valid {
		for ; rows != 0; rows &= rows - 1 {
			n := lengths[8*i+bits.TrailingZeros8(rows)]
			e.lengths = append(e.lengths, n)
			size += int(n)
		}
	}
	if size == all { // what is null has no text
		return e.plainTexts(data[:all])
	}
	e.text = e.text[:0]
	for row := range lengths {
		if !e.isNull(row) {
			at := offsets[row] - offsets[0]
			e.text = append(e.text, data[at:at+lengths[row]]...)
		}
	}
	return e.plainTexts(e.text)
}

// plainTexts writes texts of e.lengths, each page of them ended by pageText, but those of a list in one: where neighbours
// have much in common, as in a sorted column, without what a text shares with the one before it.
func (e *Encoder) plainTexts(text []byte) error {
	e.hashTexts(text)
	e.rangeOf(text)
	fronted := fronted(text, e.lengths[:min(len(e.lengths), lead)])
	value := 0
	for row := 0; row < e.chunk.rows || e.list != nil && e.chunk.dataPages == 0; {
		first, firstValue, size := row, value, 0
		if row == 0 && (len(text) < pageText || e.list != nil) { // all in one page
			row, value, size = e.chunk.rows, len(e.lengths), len(text)
		}
		for row < e.chunk.rows && size < pageText {
			for range min(8, e.chunk.rows-row) { // levels begin at a multiple of 8
				if !e.isNull(row) {
					size += int(e.lengths[value])
					value++
				}
				row++
			}
		}
		e.page = e.levels(e.page[:0], first, row)
		write, encoding := e.lengthsAndText, format.DeltaLengthByteArray
		if fronted {
			write, encoding = e.withoutShared, format.DeltaByteArray
		}
		rest, err := write(text[:size], e.lengths[firstValue:value])
		if err != nil {
			return err
		}
		if err := e.dataPage(row-first, encoding, rest); err != nil {
			return err
		}
		text = text[size:]
	}
	return nil
}

func (e *Encoder) hashTexts(text []byte) {
	e.hash(bytesOf(e.lengths))
	e.hash(text)
}
