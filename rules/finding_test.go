package rules

import "testing"

func TestIdsDoNotChange(t *testing.T) {
	// An id is an interface: waivers and comparisons of runs rest on it.
	plain, keyed := NewIdentifier(nil), NewIdentifier([]byte("key"))
	for _, c := range []struct {
		id   *Identifier
		want string
	}{
		{plain, "aa3f04bfd143aa9fd964400c6d33ed9a"}, {plain, "6b4a087bb9654e86d784888bcbcebee8"}, {keyed, "b76537398961a1903fe28647bb79bbdd"}, {keyed, "e9e509dd73c2da4b737f3ea97418175a"},
	} {
		if got := c.id.ID("FD-014", "cin_episodes", []string{"E1"}, []string{"start_date", "end_date"}); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestIdsTellPartsApart(t *testing.T) {
	id := NewIdentifier(nil)
	seen := map[string]bool{}
	for _, parts := range [][2][]string{{{"a", "b"}, {"c"}}, {{"a"}, {"b", "c"}}, {{"ab"}, {"c"}}, {{"a", "b", "c"}, nil}} {
		text := id.ID("FD-001", "children", parts[0], parts[1])
		if seen[text] {
			t.Errorf("two findings have the id %s", text)
		}
		seen[text] = true
	}
}
