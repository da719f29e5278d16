package pipeline

import "testing"

func TestCountsAreWrittenAsPeopleReadThem(t *testing.T) {
	for n, want := range map[int64]string{0: "0 contacts", 1: "1 contact", 999: "999 contacts", 6720: "6,720 contacts", 1234567: "1,234,567 contacts"} {
		if got := some(n, "contact", "contacts"); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

func TestNeighboursAreTheNearestSettingsOfTheGrid(t *testing.T) {
	grid := []int{0, 1, 2, 5, 10}
	for _, c := range []struct {
		value, chosen int
		want          bool
	}{{2, 5, true}, {10, 5, true}, {5, 5, true}, {1, 5, false}, {2, 3, true}, {5, 3, true}, {10, 3, false}, {10, 20, true}} {
		if got := next(c.value, c.chosen, grid); got != c.want {
			t.Errorf("%d beside %d: got %t", c.value, c.chosen, got)
		}
	}
}
