package dedupe

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/apache/arrow-go/v18/arrow/array"
)

// placed is the place of a text with the text's beginning, which orders most texts.
type placed struct {
	start uint64
	place int32
}

// byText returns the places of texts in the order of the texts; equal ones stay in the order of their places.
func byText(texts *array.String) []int32 {
	sorted := make([]placed, texts.Len())
	if len(sorted) == 0 {
		return nil
	}
	offsets, data := texts.ValueOffsets(), texts.ValueBytes()
	for place := range sorted {
		sorted[place] = placed{startOf(data, int(offsets[place]-offsets[0]), int(offsets[place+1]-offsets[0])), int32(place)}
	}
	sorted = byStart(sorted)
	for from, to := 0, 0; from < len(sorted); from = to {
		for to = from + 1; to < len(sorted) && sorted[to].start == sorted[from].start; {
			to++
		}
		slices.SortFunc(sorted[from:to], func(a, b placed) int {
			return cmp.Or(cmp.Compare(texts.Value(int(a.place)), texts.Value(int(b.place))), cmp.Compare(a.place, b.place))
		})
	}
	places := make([]int32, len(sorted))
	for i, p := range sorted {
		places[i] = p.place
	}
	return places
}

// byStart sorts by the beginnings, those that are equal in their order: a counting sort by each byte in which they
// differ, the last first.
func byStart(sorted []placed) []placed {
	var differ uint64
	for i := range sorted {
		differ |= sorted[i].start ^ sorted[0].start
	}
	other := make([]placed, len(sorted))
	for shift := 0; shift < 64; shift += 8 {
		if differ>>shift&0xff == 0 {
			continue
		}
		var next [257]int32
		for i := range sorted {
			next[sorted[i].start>>shift&0xff+1]++
		}
		for b := range 256 {
			next[b+1] += next[b]
		}
		for _, p := range sorted {
			b := p.start >> shift & 0xff
			other[next[b]] = p
			next[b]++
		}
		sorted, other = other, sorted
	}
	return sorted
}

// startOf returns the first eight bytes of the text that stands in data from begin to end, as a number that orders as the
// texts do where they differ in these.
func startOf(data []byte, begin, end int) uint64 {
	if begin+8 > len(data) {
		var start [8]byte
		copy(start[:], data[begin:end])
		return binary.BigEndian.Uint64(start[:])
	}
	start := binary.BigEndian.Uint64(data[begin:])
	if length := end - begin; length < 8 {
		start &^= 1<<(64-8*length) - 1
	}
	return start
}
