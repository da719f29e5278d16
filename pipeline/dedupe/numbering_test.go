package dedupe

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// TestFoldedNumbersTextsAsTheyAreCompared holds the numbers of a column, whether its texts stand in a dictionary or by row,
// against texts folded one by one.
func TestFoldedNumbersTextsAsTheyAreCompared(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		said := rapid.SliceOfN(rapid.SampledFrom([]string{"", "A1", "a1", " A1", "B\t", "B", "É", "é", "  ", "LONGER THAN EIGHT"}), 1, 700).Draw(t, "texts")
		for _, only := range []string{"", "A1 B LONGER THAN EIGHT"} { // texts that fold tells apart, too
			texts := slices.Clone(said)
			for i := range texts {
				if only != "" && !strings.Contains(only, texts[i]) {
					texts[i] = ""
				}
			}
			coded := deliver(t, "contacts", len(texts), map[string]func(int) string{"concern": func(row int) string { return texts[row] }}, nil).Column("concern")
			plain := &table.Column{Field: &schemas.Field{}, Array: table.Texts(texts)}
			for _, column := range []*table.Column{coded, plain} {
				numbers := folded(column)
				for row := range texts {
					folds := string(fold(nil, texts[row]))
					if (numbers.at(int32(row)) == none) != (folds == "") {
						t.Fatalf("%q has the number %d", texts[row], numbers.at(int32(row)))
					}
					for other := max(0, row-20); other < row; other++ {
						same := numbers.at(int32(row)) == numbers.at(int32(other))
						if same != (folds == string(fold(nil, texts[other]))) {
							t.Fatalf("%q and %q: same number: %v", texts[row], texts[other], same)
						}
					}
				}
			}
		}
	})
}

func TestIdentifiersAreNumberedAlikeWhereTheyAreAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.StringMatching(`[1-9]?[0-9]?[0-9]?`), 0, 900).Draw(t, "texts")
		numbers, identifiers := identify(func(text string) uint64 { return digits(text) << 40 }, &table.Column{Array: table.Texts(texts)})
		for row, number := range numbers[0] {
			switch identifier := digits(texts[row]) << 40; {
			case identifier == 0 && number == none:
			case identifier == 0 || number == none || identifiers[number] != identifier:
				t.Fatalf("%q has the number %d", texts[row], number)
			}
		}
		if distinct := slices.Compact(slices.Sorted(slices.Values(identifiers))); len(distinct) != len(identifiers) {
			t.Fatalf("%d numbers for %d identifiers", len(identifiers), len(distinct))
		}
	})
}

func TestTextsAreOrderedByTheirPlacesWhereTheyAreEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOf(rapid.StringMatching(`[AB]?[0-9]{0,3}(LONG-[0-9]{6})?`)).Draw(t, "texts")
		want := make([]int32, len(texts))
		for place := range want {
			want[place] = int32(place)
		}
		slices.SortStableFunc(want, func(a, b int32) int { return cmp.Compare(texts[a], texts[b]) })
		if got := byText(table.Texts(texts)); !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v of %q", got, want, texts)
		}
	})
}

// TestRowsAreDealtOutInFileOrder holds the places of rows against a stable sort by batch.
func TestRowsAreDealtOutInFileOrder(t *testing.T) {
	bits, least := batchBits, rangeRows
	batchBits, rangeRows = 1, 2
	t.Cleanup(func() { batchBits, rangeRows = bits, least })
	rapid.Check(t, func(t *rapid.T) {
		persons := rapid.SliceOf(rapid.Int32Range(none, 9)).Draw(t, "persons")
		d := deal(len(persons), batchesOf(10), cells{of: persons}, 2)
		rows := make([]int32, len(persons))
		for row := range rows {
			rows[row] = int32(row)
		}
		slices.SortStableFunc(rows, func(a, b int32) int { return cmp.Compare(d.batchOf(persons[a]), d.batchOf(persons[b])) })
		got := make([]int32, len(persons))
		for number, next := range d.next {
			for row := number * d.size; row < min((number+1)*d.size, len(persons)); row++ {
				batch := d.batchOf(persons[row])
				got[next[batch]] = int32(row)
				next[batch]++
			}
		}
		if !slices.Equal(got, rows) {
			t.Fatalf("got %v, want %v of %v", got, rows, persons)
		}
	})
}
