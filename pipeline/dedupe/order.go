package dedupe

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas/table"
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
		sorted[place] = placed{table.Head(data, int(offsets[place]-offsets[0]), int(offsets[place+1]-offsets[0])), int32(place)}
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
// differ after the other, the lowest first. Bits that are the same in all are taken out of the beginnings.
func byStart(sorted []placed) []placed {
	width := squeeze(sorted)
	const digit, most = 11, 1 << 11
	other := make([]placed, len(sorted))
	for shift := 0; shift < width; shift += digit {
		var next [most + 1]int32
		for i := range sorted {
			next[sorted[i].start>>shift&(most-1)+1]++
		}
		for n := range most {
			next[n+1] += next[n]
		}
		for _, p := range sorted {
			at := &next[p.start>>shift&(most-1)]
			other[*at] = p
			*at++
		}
		sorted, other = other, sorted
	}
	return sorted
}

// squeeze takes the bits out of beginnings that are the same in all, and returns how many are left.
func squeeze(placed []placed) (width int) {
	var differ uint64
	for i := range placed {
		differ |= placed[i].start ^ placed[0].start
	}
	type run struct { // bits that differ, one beside the other
		shift int
		mask  uint64 // where they come to stand
	}
	var runs []run
	for from := 0; differ>>from != 0; {
		from += bits.TrailingZeros64(differ >> from)
		length := bits.TrailingZeros64(^(differ >> from))
		runs = append(runs, run{shift: from - width, mask: (1<<length - 1) << width})
		width, from = width+length, from+length
	}
	for i := range placed {
		var start uint64
		for _, r := range runs {
			start |= placed[i].start >> (r.shift & 63) & r.mask
		}
		placed[i].start = start
	}
	return width
}
