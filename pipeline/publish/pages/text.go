package pages

import (
	"bytes"
	"encoding/binary"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/format"
)

const (
	// few is how many texts a dictionary may have whatever the number of rows.
	few = 64
	// pageText ends a page of plain text, and is the most text that a dictionary may hold.
	pageText = 16 << 20
	// longRange is the longest text that is written as the smallest or largest.
	longRange = 128
)

// dictionary encodes texts that repeat, with a dictionary of those that occur in these rows; as plain texts where
// most of them occur once.
func (e *Encoder) dictionary(a *array.Dictionary, from, to int) error {
	texts := a.Dictionary().(*array.String)
	codes := a.Indices().(*array.Uint32).Uint32Values()[from:to]
	e.settler.begin(texts.Len())
	for row, code := range codes {
		if !e.isNull(row) {
			e.settler.add(code)
		}
	}
	order := e.settler.order
	size := 0
	for _, code := range order {
		size += texts.ValueLen(int(code))
	}
	if len(order) > few && len(order) > len(e.settler.places)/2 || size > pageText {
		e.gather(texts, order, e.settler.places)
		return e.plainTexts()
	}
	e.gather(texts, order, nil)
	e.hashTexts()
	e.rangeOf()
	e.page = e.page[:0]
	for i := range order {
		text := e.text[e.offsets[i]:e.offsets[i+1]]
		e.page = append(binary.LittleEndian.AppendUint32(e.page, uint32(len(text))), text...)
	}
	if err := e.dictionaryPage(len(order)); err != nil {
		return err
	}
	return e.placed()
}

// gather puts texts one behind the other: those of the codes in order, or for each place the text of that code.
func (e *Encoder) gather(texts *array.String, order []uint32, places []int32) {
	offsets, data := texts.ValueOffsets(), texts.ValueBytes()
	base := offsets[0]
	e.text, e.offsets = e.text[:0], append(e.offsets[:0], 0)
	add := func(code uint32) {
		e.text = appendShort(e.text, data, int(offsets[code]-base), int(offsets[code+1]-base))
		e.offsets = append(e.offsets, uint32(len(e.text)))
	}
	if places == nil {
		for _, code := range order {
			add(code)
		}
		return
	}
	for _, place := range places {
		add(order[place])
	}
}

// appendShort appends data[from:to]: a text of up to 16 bytes, as most are, in one move, whatever stands behind it.
func appendShort(dst, data []byte, from, to int) []byte {
	const move = 16
	if n := len(dst); to-from <= move && from+move <= len(data) && n+move <= cap(dst) {
		*(*[move]byte)(dst[n : n+move]) = *(*[move]byte)(data[from : from+move])
		return dst[:n+to-from]
	}
	return append(dst, data[from:to]...)
}

// texts encodes texts that hardly repeat.
func (e *Encoder) texts(a *array.String, from, to int) error {
	offsets, data := a.ValueOffsets(), a.ValueBytes()
	base := offsets[0]
	e.text, e.offsets = e.text[:0], append(e.offsets[:0], 0)
	if e.valid == nil {
		e.text = append(e.text, data[offsets[from]-base:offsets[to]-base]...)
		for _, end := range offsets[from+1 : to+1] {
			e.offsets = append(e.offsets, uint32(end-offsets[from]))
		}
		return e.plainTexts()
	}
	for row := range to - from {
		if !e.isNull(row) {
			e.text = append(e.text, data[offsets[from+row]-base:offsets[from+row+1]-base]...)
			e.offsets = append(e.offsets, uint32(len(e.text)))
		}
	}
	return e.plainTexts()
}

// plainTexts writes the gathered texts, each page of them ended by pageText, but those of a list in one page.
func (e *Encoder) plainTexts() error {
	e.hashTexts()
	e.rangeOf()
	value := 0
	for row := 0; row < e.chunk.rows || e.list != nil && e.chunk.dataPages == 0; {
		first, firstValue := row, value
		for row < e.chunk.rows && (e.list != nil || e.offsets[value]-e.offsets[firstValue] < pageText) {
			for range min(8, e.chunk.rows-row) { // levels begin at a multiple of 8
				if !e.isNull(row) {
					value++
				}
				row++
			}
		}
		e.page = e.levels(e.page[:0], first, row)
		lengths := resize(e.numbers, value-firstValue)
		for i := range lengths {
			lengths[i] = int32(e.offsets[firstValue+i+1] - e.offsets[firstValue+i])
		}
		e.numbers = lengths
		var err error
		if e.buffer, err = (&delta.BinaryPackedEncoding{}).EncodeInt32(e.buffer, lengths); err != nil {
			return err
		}
		e.page = append(append(e.page, e.buffer...), e.text[e.offsets[firstValue]:e.offsets[value]]...)
		if err := e.dataPage(row-first, format.DeltaLengthByteArray); err != nil {
			return err
		}
	}
	return nil
}

func (e *Encoder) hashTexts() {
	_, _ = e.content.Write(bytesOf(e.offsets))
	_, _ = e.content.Write(e.text)
}

// rangeOf notes the smallest and the largest of the gathered texts.
func (e *Encoder) rangeOf() {
	if !e.ranged || len(e.offsets) < 2 {
		return
	}
	least, most := 0, 0
	leastHead, mostHead := e.head(0), e.head(0)
	for i := 1; i < len(e.offsets)-1; i++ {
		head := e.head(i)
		if head < leastHead || head == leastHead && bytes.Compare(e.textAt(i), e.textAt(least)) < 0 {
			least, leastHead = i, head
		}
		if head > mostHead || head == mostHead && bytes.Compare(e.textAt(i), e.textAt(most)) > 0 {
			most, mostHead = i, head
		}
	}
	if len(e.textAt(least)) <= longRange && len(e.textAt(most)) <= longRange {
		e.chunk.least, e.chunk.most = bytes.Clone(e.textAt(least)), bytes.Clone(e.textAt(most))
	}
}

func (e *Encoder) textAt(i int) []byte { return e.text[e.offsets[i]:e.offsets[i+1]] }

// head is the first 8 bytes of a text as a number that orders as they do; a shorter text is filled up with zeros.
func (e *Encoder) head(i int) uint64 {
	text := e.textAt(i)
	if len(text) >= 8 {
		return binary.BigEndian.Uint64(text)
	}
	var head uint64
	for place, b := range text {
		head |= uint64(b) << (56 - 8*place)
	}
	return head
}

// narrow views values of 32 bits as numbers.
func narrow[T ~int32 | ~uint32](values []T) []int32 {
	if len(values) == 0 {
		return nil
	}
	return unsafe.Slice((*int32)(unsafe.Pointer(&values[0])), len(values))
}
