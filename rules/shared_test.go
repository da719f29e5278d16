package rules

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// What rules have in common is made once for all of them: none may find anything else because of the others.
func TestARuleFindsTheSameAloneAndBesideOthers(t *testing.T) {
	c, coll, _ := loadFrontDoor(t)
	d := synthetic(t, 9_000, 3)
	all := mustRun(t, compileFrontDoor(t), d, 2)
	for _, r := range c.Rules {
		alone := *c
		alone.Rules = []*Rule{r}
		p, err := alone.Compile(coll)
		if err != nil {
			t.Fatal(err)
		}
		got := slices.Collect(mustRun(t, p, d, 1).Findings(NewIdentifier(nil)))
		want := slices.Collect(all.FindingsOf(r.Code, NewIdentifier(nil)))
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s has %d findings alone and %d beside others", r.Code, len(got), len(want))
		}
	}
}

func TestWordsAreFoundAsFoldingAndComparingFindsThem(t *testing.T) {
	text := rapid.StringMatching(`[aAbBkKiI\x{212a}\x{130}é]{0,4}`)
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOf(text).Draw(t, "words")
		asked := text.Draw(t, "text")
		for _, fold := range []*letterCase{nil, &lowerCase, &upperCase} {
			folded := asked
			if fold != nil {
				folded = string(fold.appendFolded(nil, asked))
			}
			if got, want := newWords(list, fold).has(asked), slices.Contains(list, folded); got != want {
				t.Fatalf("%q in %q: got %v, want %v", asked, list, got, want)
			}
		}
	})
}

func TestBitsAndRowsOfAChunkAreWrittenInTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, n := rapid.IntRange(0, 20).Draw(t, "from"), rapid.IntRange(0, 40).Draw(t, "lanes")
		bits := rapid.SliceOfN(rapid.Byte(), (from+n+7)/8, (from+n+7)/8).Draw(t, "bits")
		out := slices.Repeat([]uint8{7}, n+8)
		unpack(out[:n], bits, from)
		for i, flag := range out {
			want := uint8(7)
			if i < n {
				want = bit(bits, from+i)
			}
			if flag != want {
				t.Fatalf("place %d is %d, want %d", i, flag, want)
			}
		}
		rows := make([]uint32, chunkRows)
		start := rapid.Uint32Max(1<<31).Draw(t, "start")
		numberRows(rows, start)
		for i, row := range rows {
			if row != start+uint32(i) {
				t.Fatalf("row %d is %d, want %d", i, row, start+uint32(i))
			}
		}
	})
}
