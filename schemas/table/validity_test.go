package table

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"pgregory.net/rapid"
)

func TestKeepLeavesTheRowsThatHaveAValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		has := rapid.SliceOfN(rapid.Bool(), 1, 300).Draw(t, "has")
		bits, nulls := make([]byte, (len(has)+7)/8), 0
		for row, is := range has {
			if is {
				bits[row/8] |= 1 << (row % 8)
			} else {
				nulls++
			}
		}
		from := rapid.IntRange(0, len(has)-1).Draw(t, "from")
		part := array.NewSlice(IntegerArray(make([]int64, len(has)), bits, nulls), int64(from), int64(len(has)))
		valid := ValidityOf(part)
		rows := rapid.SliceOfN(rapid.Uint64(), (part.Len()+63)/64, (part.Len()+63)/64).Draw(t, "rows")
		kept := append([]uint64(nil), rows...)
		valid.Keep(kept)
		for row := range part.Len() {
			in, want := kept[row>>6]>>(row&63)&1 == 1, rows[row>>6]>>(row&63)&1 == 1 && part.IsValid(row)
			if in != want {
				t.Fatalf("row %d of %d from %d is kept: %t, want %t", row, part.Len(), from, in, want)
			}
		}
	})
}
