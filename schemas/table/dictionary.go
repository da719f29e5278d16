package table

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"math"
	"math/bits"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Dictionary gives each distinct text a code, in the order in which the texts are first seen. The text lies
// in the shape of an Arrow string array, so that handing it over copies nothing. It is not safe for
// concurrent use.
type Dictionary struct {
	seed    maphash.Seed
	mixer   uint64 // of the short texts' hashes, by the seed
	slots   []slot // open addressing
	offsets []int32
	data    []byte
	touched uint32 // keeps Find's early reads of slots
}

// slot is a place in a dictionary's hash table. A text of up to shortText bytes stands in it whole, so that the
// slot alone tells whether it is the text looked for; of a longer one its hash does.
type slot struct {
	text uint64
	next uint32 // code+1, or 0 when the slot is free
	size uint32 // bytes of the text
}

const shortText = 8

// NewDictionary returns an empty dictionary.
func NewDictionary() *Dictionary {
	seed := maphash.MakeSeed()
	return &Dictionary{seed: seed, mixer: maphash.String(seed, ""), slots: make([]slot, 64), offsets: []int32{0}}
}

// Len counts the distinct texts.
func (d *Dictionary) Len() int { return len(d.offsets) - 1 }

// Value returns the text of a code; it must not be changed.
func (d *Dictionary) Value(code uint32) []byte {
	return d.data[d.offsets[code]:d.offsets[code+1]]
}

// Code returns the code of text, giving it the next one when it is new. It panics with an explanation when
// the distinct texts together pass 2 GiB, which is the most that one Arrow string array holds.
func (d *Dictionary) Code(text []byte) uint32 {
	sought := d.slotOf(text)
	at, found := d.find(text, sought)
	if found {
		return d.slots[at].next - 1
	}
	code := uint32(d.Len())
	if len(d.data)+len(text) > math.MaxInt32 {
		panic("the distinct values of one column pass 2 GiB; split the delivery by year")
	}
	d.data = append(d.data, text...)
	d.offsets = append(d.offsets, int32(len(d.data)))
	sought.next = code + 1
	d.slots[at] = sought
	if d.Len() > most(len(d.slots)) {
		d.resize(2 * len(d.slots))
	}
	return code
}

// Lookup returns the code of text and whether it has one.
func (d *Dictionary) Lookup(text []byte) (uint32, bool) {
	at, found := d.find(text, d.slotOf(text))
	return d.slots[at].next - 1, found
}

// NoCode stands for a text that has no code.
const NoCode = math.MaxUint32

// FindMost is how many texts are looked up together at most.
const FindMost = 256

// Find looks up texts, at most FindMost of them: each stands in data from its begin to its end. It sets their codes,
// NoCode for a text that has none, and passes over those that are empty. The places of all of them are settled before
// the first is compared, so that the memory of a large dictionary is waited for once and not for every text.
func (d *Dictionary) Find(data []byte, begins, ends, codes []uint32) {
	var sought [FindMost]uint64
	var homes [FindMost]uint32
	mask := uint64(len(d.slots) - 1)
	ends, codes = ends[:len(begins)], codes[:len(begins)]
	for i, begin := range begins {
		size := ends[i] - begin
		s := slot{size: size}
		if size-1 < shortText && int(begin)+shortText <= len(data) {
			unused := (64 - 8*size) & 63
			s.text = binary.LittleEndian.Uint64(data[begin:]) << unused >> unused
		} else {
			s = d.slotOf(data[begin:ends[i]])
		}
		sought[i&(FindMost-1)], homes[i&(FindMost-1)] = s.text, uint32(d.home(s)&mask)
	}
	if len(d.slots) > 1024 {
		for _, home := range homes[:len(begins)] {
			d.touched += d.slots[home].next
		}
	}
	for i, begin := range begins {
		size := ends[i] - begin
		if size == 0 {
			continue
		}
		at := uint64(homes[i&(FindMost-1)])
		held := &d.slots[at]
		for held.next != 0 && (held.text != sought[i&(FindMost-1)] || held.size != size || size > shortText && !bytes.Equal(d.Value(held.next-1), data[begin:ends[i]])) {
			at = (at + 1) & mask
			held = &d.slots[at]
		}
		codes[i] = held.next - 1 // NoCode where the slot is free
	}
}

// Expect makes room for so many texts more.
func (d *Dictionary) Expect(more int) {
	room := len(d.slots)
	for d.Len()+more > most(room) {
		room *= 2
	}
	if room > len(d.slots) {
		d.resize(room)
		d.offsets = slices.Grow(d.offsets, more)
	}
}

// slotOf returns the slot that a text would stand in, without its code.
func (d *Dictionary) slotOf(text []byte) slot {
	s := slot{size: uint32(len(text))}
	switch n := len(text); {
	case n > shortText:
		s.text = maphash.Bytes(d.seed, text)
	case n >= 4: // the two halves overlap
		s.text = uint64(binary.LittleEndian.Uint32(text)) | uint64(binary.LittleEndian.Uint32(text[n-4:]))<<(8*n-32)
	case n > 0:
		s.text = uint64(text[0]) | uint64(text[n/2])<<(n/2*8) | uint64(text[n-1])<<(8*n-8)
	}
	return s
}

// home returns the place at which the search for a slot begins, before it is cut to the table's size.
func (d *Dictionary) home(s slot) uint64 {
	if s.size > shortText {
		return s.text
	}
	high, low := bits.Mul64(s.text^d.mixer, 0x9e3779b97f4a7c15) // the golden ratio: bits in no order
	return high ^ low
}

// find returns the place of a text's slot, or of the free one where it belongs.
func (d *Dictionary) find(text []byte, sought slot) (at uint64, found bool) {
	mask := uint64(len(d.slots) - 1)
	for at = d.home(sought) & mask; ; at = (at + 1) & mask {
		held := d.slots[at]
		if held.next == 0 {
			return at, false
		}
		if held.text == sought.text && held.size == sought.size && (held.size <= shortText || bytes.Equal(d.Value(held.next-1), text)) {
			return at, true
		}
	}
}

// most is how many texts a hash table of so many slots takes.
func most(slots int) int { return slots / 8 * 5 }

// resize moves the texts to a hash table of so many slots, a power of two.
func (d *Dictionary) resize(size int) {
	old := d.slots
	d.slots = make([]slot, size)
	mask := uint64(size - 1)
	for _, held := range old {
		if held.next == 0 {
			continue
		}
		at := d.home(held) & mask
		for d.slots[at].next != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = held
	}
}

// Array returns the texts seen so far as an Arrow array. Texts added later do not change it.
func (d *Dictionary) Array() *array.String { return StringArray(d.offsets, d.data, nil, 0) }

// StringArray wraps offsets and text as an Arrow string array without copying. valid is a bitmap, or nil when
// no value is null.
func StringArray(offsets []int32, data, valid []byte, nulls int) *array.String {
	buffers := []*memory.Buffer{nil, memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(offsets)), memory.NewBufferBytes(data)}
	if nulls > 0 {
		buffers[0] = memory.NewBufferBytes(valid)
	}
	return array.NewStringData(array.NewData(arrow.BinaryTypes.String, len(offsets)-1, buffers, nil, nulls, 0))
}

// Texts returns texts, none of them null, as an array.
func Texts(texts []string) *array.String {
	size := 0
	for _, text := range texts {
		size += len(text)
	}
	offsets := make([]int32, 1, len(texts)+1)
	data := make([]byte, 0, size)
	for _, text := range texts {
		data = append(data, text...)
		offsets = append(offsets, int32(len(data)))
	}
	return StringArray(offsets, data, nil, 0)
}

// SharedStart returns how many texts two arrays share from the first on: all of the shorter one, or none. Arrays
// with nulls are compared only with themselves.
func SharedStart(known, values *array.String) int {
	n := min(known.Len(), values.Len())
	if n == 0 || values.Data().Offset() != 0 || known.Data().Offset() != 0 {
		return 0
	}
	a, b := known.ValueOffsets()[:n+1], values.ValueOffsets()[:n+1]
	if &a[0] == &b[0] && known.Len() == values.Len() && known.NullN() == values.NullN() {
		return n
	}
	if known.NullN() > 0 || values.NullN() > 0 || !slices.Equal(a, b) || !bytes.Equal(known.ValueBytes()[:a[n]], values.ValueBytes()[:b[n]]) {
		return 0
	}
	return n
}

// DictionaryType is the Arrow type of code and key columns.
var DictionaryType = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint32, ValueType: arrow.BinaryTypes.String}

// DictionaryArray wraps codes and their texts as an Arrow dictionary array without copying.
func DictionaryArray(codes []uint32, values *array.String, valid []byte, nulls int) *array.Dictionary {
	indices := array.NewData(arrow.PrimitiveTypes.Uint32, len(codes), fixedBuffers(arrow.Uint32Traits.CastToBytes(codes), valid, nulls), nil, nulls, 0)
	result := array.NewDictionaryArray(DictionaryType, array.NewUint32Data(indices), values)
	result.Dictionary() // filled in at the first call, without a lock: here, before anybody shares the array
	return result
}

// DateArray wraps days as an Arrow date array without copying.
func DateArray(days []int32, valid []byte, nulls int) *array.Date32 {
	return array.NewDate32Data(array.NewData(arrow.FixedWidthTypes.Date32, len(days), fixedBuffers(arrow.Int32Traits.CastToBytes(days), valid, nulls), nil, nulls, 0))
}

// TimeArray wraps times of day, in seconds, as an Arrow time array without copying.
func TimeArray(seconds []int32, valid []byte, nulls int) *array.Time32 {
	return array.NewTime32Data(array.NewData(arrow.FixedWidthTypes.Time32s, len(seconds), fixedBuffers(arrow.Int32Traits.CastToBytes(seconds), valid, nulls), nil, nulls, 0))
}

// IntegerArray wraps whole numbers as an Arrow array without copying.
func IntegerArray(values []int64, valid []byte, nulls int) *array.Int64 {
	return array.NewInt64Data(array.NewData(arrow.PrimitiveTypes.Int64, len(values), fixedBuffers(arrow.Int64Traits.CastToBytes(values), valid, nulls), nil, nulls, 0))
}

// LineArray wraps line numbers as an Arrow array without copying.
func LineArray(lines []uint32) *array.Uint32 {
	return array.NewUint32Data(array.NewData(arrow.PrimitiveTypes.Uint32, len(lines), fixedBuffers(arrow.Uint32Traits.CastToBytes(lines), nil, 0), nil, 0, 0))
}

// BooleanArray wraps a bitmap of values as an Arrow array without copying.
func BooleanArray(length int, values, valid []byte, nulls int) *array.Boolean {
	return array.NewBooleanData(array.NewData(arrow.FixedWidthTypes.Boolean, length, fixedBuffers(values, valid, nulls), nil, nulls, 0))
}

func fixedBuffers(values, valid []byte, nulls int) []*memory.Buffer {
	buffers := []*memory.Buffer{nil, memory.NewBufferBytes(values)}
	if nulls > 0 {
		buffers[0] = memory.NewBufferBytes(valid)
	}
	return buffers
}
