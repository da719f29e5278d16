package table

import (
	"testing"

	"pgregory.net/rapid"
)

func TestDecimalsAreReadAndWrittenExactly(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "1": 10_000, "-1.5": -15_000, "0.0001": 1, "007.10": 71_000, "99999999999999.9999": 999_999_999_999_999_999} {
		if got, err := ParseDecimal(text); err != nil || got != want {
			t.Errorf("%s: got %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "-", ".5", "5.", "1.00001", "1,5", "+1", "1e3", " 1", "100000000000000", "--1", "1.2.3"} {
		if got, err := ParseDecimal(text); err == nil {
			t.Errorf("%q is taken for %d", text, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(-mostDecimal+1, mostDecimal-1).Draw(t, "n")
		if got, err := ParseDecimal(DecimalText(n)); err != nil || got != n {
			t.Fatalf("%d is written %s and read %d, %v", n, DecimalText(n), got, err)
		}
		if a := DecimalArray([]int64{n}, nil, 0); int64(a.Value(0).LowBits()) != n {
			t.Fatalf("%d is held as %v", n, a.Value(0))
		}
	})
}
