package pages

import (
	"bytes"
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
	// longRange is the longest text that is written as the smallest or largest.
	longRange = 128
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

// textList holds texts that lie in data one behind the other.
type textList struct {
	offsets []int32
	data    []byte // from the first offset
}

func (s textList) len() int { return len(s.offsets) - 1 }

func (s textList) size(code uint32) int { return int(s.offsets[code+1] - s.offsets[code]) }

func (s textList) plain(e *Encoder, codes []uint32) error {
	s.gather(e, codes)
	return e.plainTexts(e.text)
}

func (s textList) gather(e *Encoder, codes []uint32) int {
	const move = 16 // the most bytes of most texts: they are copied in one move, whatever stands behind them
	offsets, data := s.offsets, s.data
	base := offsets[0]
	lengths := resize(e.lengths, len(codes))
	e.text = resize(e.text, max(len(codes)*move+move, cap(e.text)))
	text, at := e.text, 0
	if uniform(offsets, move) {
		for i, code := range codes {
			lengths[i] = move
			*(*[move]byte)(text[at:]) = *(*[move]byte)(data[int(code)*move:])
			at += move
		}
		e.text, e.lengths = text[:at], lengths
		return at
	}
	var starts [64]int32 // of some texts: they are all known before the first is read, so that the reads wait for memory together
	for i := 0; i < len(codes); i += len(starts) {
		some := codes[i:min(i+len(starts), len(codes))]
		for j, code := range some {
			start := offsets[code]
			starts[j%len(starts)], lengths[i+j] = start-base, offsets[code+1]-start
		}
		for j, length := range lengths[i : i+len(some)] {
			from, n := int(starts[j%len(starts)]), int(length)
			if at+max(n, move) > len(text) {
				text = resizeKeeping(text, at+max(n, move)+len(text)/2)
			}
			if n <= move && from+move <= len(data) {
				*(*[move]byte)(text[at:]) = *(*[move]byte)(data[from:])
			} else {
				copy(text[at:], data[from:from+n])
			}
			at += n
		}
	}
	e.text, e.lengths = text[:at], lengths
	return at
}

// uniform tells whether all texts between offsets are of n bytes.
func uniform(offsets []int32, n int32) bool {
	if int(offsets[len(offsets)-1]-offsets[0]) != (len(offsets)-1)*int(n) {
		return false
	}
	last := offsets[0] - n
	for _, offset := range offsets {
		if offset-last != n {
			return false
		}
		last = offset
	}
	return true
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

// rangeOf notes the smallest and the largest of the texts of e.lengths.
func (e *Encoder) rangeOf(text []byte) {
	if !e.ranged || len(e.lengths) == 0 {
		return
	}
	least, most := text[:e.lengths[0]], text[:e.lengths[0]]
	leastHead, mostHead := head(text, 0, len(least)), head(text, 0, len(most))
	at := 0
	for _, n := range e.lengths {
		h := head(text, at, int(n))
		if h <= leastHead || h >= mostHead {
			value := text[at : at+int(n)]
			if h < leastHead || h == leastHead && bytes.Compare(value, least) < 0 {
				least, leastHead = value, h
			}
			if h > mostHead || h == mostHead && bytes.Compare(value, most) > 0 {
				most, mostHead = value, h
			}
		}
		at += int(n)
	}
	if len(least) <= longRange && len(most) <= longRange {
		e.chunk.least, e.chunk.most = bytes.Clone(least), bytes.Clone(most)
	}
}

// head is the first 8 of the n bytes at a place as a number that orders as they do; a shorter text is filled up with zeros.
func head(text []byte, at, n int) uint64 {
	if at+8 <= len(text) {
		eight := binary.BigEndian.Uint64(text[at:])
		if n < 8 {
			eight &= ^uint64(0) << (64 - 8*n)
		}
		return eight
	}
	var eight [8]byte
	copy(eight[:], text[at:at+n])
	return binary.BigEndian.Uint64(eight[:])
}
