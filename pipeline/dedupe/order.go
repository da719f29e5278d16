package dedupe

import (
	"cmp"
	"encoding/binary"
	"math/bits"
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

// byStart sorts by the beginnings, those that are equal in their order: a counting sort by some of the bits in which they
// differ after the other, the lowest first.
func byStart(sorted []placed) []placed {
	var differ uint64
	for i := range sorted {
		differ |= sorted[i].start ^ sorted[0].start
	}
	const digit, most = 11, 1 << 11
	other := make([]placed, len(sorted))
	for differ != 0 {
		var runs []run
		for room := digit; room > 0 && differ != 0; {
			r := run{from: bits.TrailingZeros64(differ), at: digit - room}
			r.width = min(bits.TrailingZeros64(^(differ >> r.from)), room)
			r.mask = 1<<r.width - 1
			differ &^= r.mask << r.from
			runs, room = append(runs, r), room-r.width
		}
		var next [most + 1]int32
		for i := range sorted {
			next[digitOf(sorted[i].start, runs)+1]++
		}
		for n := range most {
			next[n+1] += next[n]
		}
		for _, p := range sorted {
			at := &next[digitOf(p.start, runs)]
			other[*at] = p
			*at++
		}
		sorted, other = other, sorted
	}
	return sorted
}

// run is some bits of a number, one beside the other, and where they stand in a digit.
type run struct {
	from, width, at int
	mask            uint64
}

// digitOf puts runs of bits together, the lowest first.
func digitOf(number uint64, runs []run) (digit uint64) {
	for _, r := range runs {
		digit |= number >> (r.from & 63) & r.mask << (r.at & 63)
	}
	return digit
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
