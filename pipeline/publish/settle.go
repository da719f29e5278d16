package publish

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"

	"frontdoor/schemas/table"
)

// rowGroupRows is the number of rows of every row group but a file's last.
const rowGroupRows = 131072

// settler gives the rows of one row group a dictionary of their own: the texts that occur, in the order of
// first appearance. Workers may have filled the column's dictionary in any order; what is written must not
// tell. It is not safe for concurrent use.
type settler struct {
	place []uint32 // by code: its place in the settled list, if stamp says so
	stamp []uint32
	round uint32
	codes []uint32
	order []uint32
}

// settle returns, for the rows from to to, each row's place in order, and the old codes in the order in which
// they first appear. Null rows have place 0. Both are valid until the next call.
func (s *settler) settle(a *array.Dictionary, from, to int) (places, order []uint32) {
	if n := a.Dictionary().Len(); n > len(s.place) {
		s.place, s.stamp, s.round = make([]uint32, n), make([]uint32, n), 0
	}
	s.round++
	s.codes, s.order = s.codes[:0], s.order[:0]
	indices := a.Indices().(*array.Uint32)
	codes := indices.Values()[from:to]
	nulls, offset := nullBits(indices)
	for i, code := range codes {
		if nulls != nil && !bitutil.BitIsSet(nulls, offset+from+i) {
			s.codes = append(s.codes, 0)
			continue
		}
		if s.stamp[code] != s.round {
			s.stamp[code] = s.round
			s.place[code] = uint32(len(s.order))
			s.order = append(s.order, code)
		}
		s.codes = append(s.codes, s.place[code])
	}
	return s.codes, s.order
}

// nullBits returns the bitmap of valid values and where it starts; nil when none is null.
func nullBits(a arrow.Array) (bits []byte, offset int) {
	if a.NullN() == 0 {
		return nil, 0
	}
	return a.NullBitmapBytes(), a.Data().Offset()
}

// nearlyUnique tells whether a dictionary would hold most of its texts only once in a row group, judged by the
// first one: such a column is written as plain text.
func nearlyUnique(a *array.Dictionary, s *settler) bool {
	rows := min(a.Len(), rowGroupRows)
	_, order := s.settle(a, 0, rows)
	held := rows - array.NewSlice(a.Indices(), 0, int64(rows)).NullN()
	return len(order) > 64 && len(order) > held/2
}

// settled returns the rows from to to of a dictionary as an array with a settled dictionary.
func settled(a *array.Dictionary, s *settler, from, to int) *array.Dictionary {
	places, order := s.settle(a, from, to)
	texts := gather(a.Dictionary().(*array.String), order)
	slice := array.NewSlice(a.Indices(), int64(from), int64(to))
	return table.DictionaryArray(append([]uint32(nil), places...), texts, validBits(slice), slice.NullN())
}

// gather returns the texts of the codes.
func gather(texts *array.String, codes []uint32) *array.String {
	size := 0
	for _, c := range codes {
		size += texts.ValueLen(int(c))
	}
	offsets := make([]int32, 1, len(codes)+1)
	data := make([]byte, 0, size)
	for _, c := range codes {
		data = append(data, texts.Value(int(c))...)
		offsets = append(offsets, int32(len(data)))
	}
	return table.StringArray(offsets, data, nil, 0)
}

// plainText returns the rows from to to of a dictionary as plain text.
func plainText(a *array.Dictionary, from, to int) *array.String {
	texts := a.Dictionary().(*array.String)
	codes := a.Indices().(*array.Uint32).Values()[from:to]
	slice := array.NewSlice(a.Indices(), int64(from), int64(to))
	offsets := make([]int32, 1, len(codes)+1)
	perText := len(texts.ValueBytes())/max(texts.Len(), 1) + 1
	data := make([]byte, 0, perText*(len(codes)-slice.NullN()))
	for i, c := range codes {
		if slice.IsValid(i) {
			data = append(data, texts.Value(int(c))...)
		}
		offsets = append(offsets, int32(len(data)))
	}
	return table.StringArray(offsets, data, validBits(slice), slice.NullN())
}
