package pages

import (
	"bytes"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"pgregory.net/rapid"

	"frontdoor/schemas/table"
)

// Identifiers are mostly of one length; a few are not, and may lie anywhere, the last one included.
func TestGatheredTextsAreThoseOfTheCodes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := make([][]byte, rapid.IntRange(1, 1500).Draw(t, "texts"))
		length := rapid.IntRange(0, 20).Draw(t, "length")
		for i := range texts {
			texts[i] = bytes.Repeat([]byte{byte(i), byte(i >> 8)}, length)[:length]
		}
		for range rapid.IntRange(0, 3).Draw(t, "exceptions") {
			i := rapid.IntRange(0, len(texts)-1).Draw(t, "exception")
			texts[i] = bytes.Repeat([]byte{'x'}, rapid.IntRange(0, 40).Draw(t, "its length"))
		}
		before := rapid.IntRange(0, len(texts)-1).Draw(t, "texts cut off before")
		offsets, data := []int32{0}, []byte(nil)
		for _, text := range texts {
			data = append(data, text...)
			offsets = append(offsets, int32(len(data)))
		}
		a := array.NewSlice(table.StringArray(offsets, data, nil, 0), int64(before), int64(len(texts))).(*array.String)
		texts = texts[before:]
		codes := rapid.SliceOfN(rapid.Uint32Range(0, uint32(len(texts)-1)), 0, 300).Draw(t, "codes")
		var want []byte
		var lengths []int32
		for _, code := range codes {
			want, lengths = append(want, texts[code]...), append(lengths, int32(len(texts[code])))
		}
		var e Encoder
		for range 2 { // the second time the stretches are known
			size := textList{a.ValueOffsets(), a.ValueBytes()}.gather(&e, codes)
			if size != len(want) || !bytes.Equal(e.text, want) || !slices.Equal(e.lengths, lengths) {
				t.Fatalf("%d texts of %q are %q", len(codes), texts, e.text)
			}
		}
	})
}
