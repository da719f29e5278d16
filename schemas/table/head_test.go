package table

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Heads order as the texts do, wherever these stand: texts with the same head differ behind their first eight bytes, or by
// zeros at their ends.
func TestHeadsOrderAsTheTextsDo(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune{0, 'a', 'b', 'é'}), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b, behind := text.Draw(t, "a"), text.Draw(t, "b"), text.Draw(t, "behind")
		data := []byte(a + b + behind)
		first, second := Head(data, 0, len(a)), Head(data, len(a), len(a)+len(b))
		switch order := strings.Compare(a, b); {
		case first == second:
			if strings.TrimRight(cut(a), "\x00") != strings.TrimRight(cut(b), "\x00") {
				t.Fatalf("%q and %q have one head", a, b)
			}
		case first < second != (order < 0):
			t.Fatalf("heads %x of %q and %x of %q", first, a, second, b)
		}
	})
}
