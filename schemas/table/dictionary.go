package table

import (
	"bytes"
	"math"
	"slices"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Dictionary gives each distinct text a code, in the order in which the texts are first seen. The text lies
// in the shape of an Arrow string array, so that handing it over copies nothing. It is not safe for
// concurrent use.
type Dictionary struct {
	texts    hashTable
	counted  *counted // those of them that are found by number; nil while there are few
	offsets  []int32
	data     []byte
	expected int // how many texts there will be, as far as somebody said
}

// NewDictionary returns an empty dictionary.
func NewDictionary() *Dictionary {
	return &Dictionary{texts: newHashTable(), offsets: []int32{0}}
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
	code, k, at := d.look(text)
	if code != NoCode {
		return code
	}
	code = uint32(d.Len())
	if len(d.data)+len(text) > math.MaxInt32 {
		panic("the distinct values of one column pass 2 GiB; split the delivery by year")
	}
	if cap(d.data)-len(d.data) < len(text) {
		d.grow(len(text))
	}
	d.data = append(d.data, text...)
	d.offsets = append(d.offsets, int32(len(d.data)))
	if texts := max(d.Len(), d.expected); texts > countedFrom && k.long == 0 {
		if d.counted == nil {
			d.counted = &counted{}
		}
		if d.counted.add(k.word, uint32(len(text)), code, texts) {
			return code
		}
	}
	if d.texts.count == d.texts.most() {
		d.texts.resize(max(2*d.texts.count, d.expected-int(code)))
		at = d.texts.free(k)
	}
	d.texts.slots[at] = k.slot(code)
	d.texts.count++
	return code
}

// CodeOf is Code of a text.
func (d *Dictionary) CodeOf(text string) uint32 {
	return d.Code(unsafe.Slice(unsafe.StringData(text), len(text))) // Code keeps nothing of it and changes nothing
}

// grow makes room for the texts that are expected, as long as those so far, and for so many bytes at least.
func (d *Dictionary) grow(bytes int) {
	if count, more := d.Len(), d.expected-d.Len(); count > 0 && more > 0 {
		likely := len(d.data) / count * (more + more/16)
		bytes = max(bytes, min(likely, math.MaxInt32-len(d.data)))
	}
	d.data = slices.Grow(d.data, bytes)
}

// Lookup returns the code of text and whether it has one.
func (d *Dictionary) Lookup(text []byte) (uint32, bool) {
	code, _, _ := d.look(text)
	return code, code != NoCode
}

// look returns the code of text, or NoCode, its key and then the slot of the hash table where it belongs.
func (d *Dictionary) look(text []byte) (code uint32, k key, at uint32) {
	k = d.texts.keyOf(text)
	if d.counted != nil && k.long == 0 {
		if code := d.counted.find(k.word, uint32(len(text))); code != NoCode {
			return code, k, 0
		}
	}
	at = d.find(text, k, d.texts.home(k))
	return d.texts.slots[at].code(), k, at
}

// Expect says that so many texts more are likely.
func (d *Dictionary) Expect(more int) {
	d.expected = d.Len() + more
	if cap(d.offsets)-len(d.offsets) < more {
		d.offsets = slices.Grow(d.offsets, more+more/16)
	}
}

// find returns the place of a text's slot, or of the free one where it belongs. The search begins at its home.
func (d *Dictionary) find(text []byte, k key, home uint32) (at uint32) {
	slots := d.texts.slots
	for at = home; ; {
		held := slots[at]
		if held.next == 0 || held.holds(k) && (k.long == 0 || bytes.Equal(d.Value(held.code()), text)) {
			return at
		}
		if at++; int(at) == len(slots) {
			at = 0
		}
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
