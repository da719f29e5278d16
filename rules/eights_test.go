package rules

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestEightAtATimeIsOneAtATime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		truths := rapid.SampledFrom([]uint8{no, unknown, yes})
		n := rapid.IntRange(0, 70).Draw(t, "lanes")
		a, b := rapid.SliceOfN(truths, n, n).Draw(t, "a"), rapid.SliceOfN(truths, n, n).Draw(t, "b")
		value := truths.Draw(t, "value")
		each := func(of func(a, b uint8) uint8) []uint8 {
			out := make([]uint8, n)
			for i := range a {
				out[i] = of(a[i], b[i])
			}
			return out
		}
		// What stands behind the lanes in the same vector is left alone.
		whole := func(of func(out, other []uint8)) []uint8 {
			out := append(slices.Clone(a), 7, 7, 7, 7, 7, 7, 7, 7)
			of(out[:n], b)
			if slices.ContainsFunc(out[n:], func(flag uint8) bool { return flag != 7 }) {
				t.Fatalf("wrote behind %d lanes: %v", n, out)
			}
			return out[:n]
		}
		for name, pair := range map[string][2][]uint8{
			"and": {whole(joinAnd), each(func(a, b uint8) uint8 { return min(a, b) })},
			"or":  {whole(joinOr), each(func(a, b uint8) uint8 { return max(a, b) })},
			"not": {whole(func(out, _ []uint8) { negate(out) }), each(func(a, _ uint8) uint8 { return 2 - a })},
			"is true": {whole(func(out, _ []uint8) { unknownToNo(out) }), each(func(a, _ uint8) uint8 {
				if a == yes {
					return yes
				}
				return no
			})},
		} {
			if !slices.Equal(pair[0], pair[1]) {
				t.Errorf("%s of %v and %v is %v, want %v", name, a, b, pair[0], pair[1])
			}
		}
		set := newBits(128 + n)
		set.addYes(128, a)
		for i, flag := range a {
			if set.Has(128+i) != (flag == yes) {
				t.Errorf("lane %d of %v is in the set: %v", i, a, set.Has(128+i))
			}
		}
		var want []uint32
		rows := make([]uint32, n)
		for i, flag := range a {
			rows[i] = uint32(3 * i)
			if flag == value {
				want = append(want, rows[i])
			}
		}
		if got := n - countUnlike(a, value); got != len(want) {
			t.Errorf("%d of %v are %d, want %d", got, a, value, len(want))
		}
		if got := keep(rows, a, value); !slices.Equal(got, want) {
			t.Errorf("keep %d of %v gives %v, want %v", value, a, got, want)
		}
	})
}
