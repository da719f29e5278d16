package dedupe

import "testing"

// TestAListIsMadeForAllBatches has a first batch that tells of the others, and one whose only row, with a long id, does not.
func TestAListIsMadeForAllBatches(t *testing.T) {
	const rows = 1_000_000
	for _, first := range []struct{ rows, bytes, most int }{
		{rows: 10_000, bytes: 200_000, most: 30_000_000},
		{rows: 1, bytes: 1_000, most: 1_000_000},
	} {
		to := &joined{judged: &judged{door: &door{dealt: &dealt{begins: []int32{0, int32(first.rows), rows, rows}}}}}
		list := extend(to, []byte(nil), first.bytes)
		if len(list) != first.bytes || cap(list) > first.most {
			t.Errorf("of %d rows with %d bytes the list is %d long and holds %d", first.rows, first.bytes, len(list), cap(list))
		}
		if enough := first.bytes * rows / first.rows; first.rows > 1 && cap(list) < enough {
			t.Errorf("the list holds %d of %d bytes", cap(list), enough)
		}
	}
}
