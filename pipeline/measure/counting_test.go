package measure

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// Rows are counted by stretches of time. Against that stands a count of the rows of each period, one after the other.
func TestStretchesAddUpToPeriods(t *testing.T) {
	spans := periods(Span{dayOf(t, "2019-02-10"), dayOf(t, "2019-09-30")})
	for seed := range uint64(50) {
		draw := rand.New(rand.NewPCG(seed, 3)).IntN
		var records []map[string]string
		for range draw(200) {
			r := map[string]string{"class": []string{"unique", "open_case"}[draw(2)]}
			if draw(9) > 0 {
				r["first_date"] = table.DateText(dayOf(t, "2018-06-01") + schemas.Day(draw(700)))
			}
			if draw(9) > 0 {
				r["person_id"], r["sources"] = fmt.Sprint("P", draw(30)), fmt.Sprint(draw(4))
			}
			records = append(records, r)
		}
		incidents := decided(t, "incidents", records...)
		date, person, sources := incidents.Column("first_date"), incidents.Column("person_id"), incidents.Column("sources")
		c := &chosen{when: whenOf(stretchesOf(spans), date), words: make([]uint64, (len(records)+63)/64)}
		for row, r := range records {
			if r["class"] == "unique" {
				c.words[row>>6] |= 1 << (row & 63)
			}
		}
		c = c.only(c.when.has)
		persons, _ := valuesOf(person)
		different, categories := differ(c, persons), categoriesOf(sources)
		crossing := cross(c, categories)
		for _, p := range spans {
			rows, met, bySources := int64(0), map[string]bool{}, map[string]int64{}
			for _, r := range records {
				if r["class"] != "unique" || r["first_date"] == "" {
					continue
				}
				if day := dayOf(t, r["first_date"]); day < p.From || day > p.To {
					continue
				}
				rows++
				met[r["person_id"]] = true
				if r["sources"] == "" {
					bySources[Blank]++
				} else {
					bySources[r["sources"]]++
				}
			}
			if got := c.in(p); got != rows || int64(len(c.rowsIn(p))) != rows {
				t.Fatalf("seed %d, %s: got %d rows, want %d", seed, p.Label, got, rows)
			}
			if got := different.in(p); got != int64(len(met)) {
				t.Fatalf("seed %d, %s: got %d different values, want %d", seed, p.Label, got, len(met))
			}
			for number, n := range crossing.in(p) {
				if name := categories.names[number]; n != bySources[name] {
					t.Fatalf("seed %d, %s: got %d of %s, want %d", seed, p.Label, n, name, bySources[name])
				}
			}
		}
	}
}

func TestSignaturesAreNumberedInTheOrderInWhichTheyAreMet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		met := rapid.SliceOf(rapid.Uint64Range(0, 2000)).Draw(t, "met")
		s, numbers := newSignatures(), map[uint64]uint32{0: 0}
		for _, signature := range met {
			if _, known := numbers[signature]; !known {
				numbers[signature] = uint32(len(numbers))
			}
			if got := s.of(signature); got != numbers[signature] || s.all[got] != signature {
				t.Fatalf("signature %d has number %d, want %d", signature, got, numbers[signature])
			}
		}
	})
}

func TestTheMiddleIsThatOfSortedValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wide := rapid.SampledFrom([]int64{1, 5, 40, math.MaxInt64}).Draw(t, "wide")
		values := rapid.SliceOfN(rapid.Int64Range(-wide, wide), 1, 60).Draw(t, "values")
		sorted := slices.Sorted(slices.Values(values))
		if low, high := middle(values); low != sorted[(len(sorted)-1)/2] || high != sorted[len(sorted)/2] {
			t.Fatalf("the middle of %d is %d and %d", sorted, low, high)
		}
	})
}

func TestMeasuresOfOtherCollectionsStandAsNotDelivered(t *testing.T) {
	all, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	own, err := Read(Catalogues(), Source, DeclaredOf([]string{frontDoor}))
	if err != nil {
		t.Fatal(err)
	}
	told := func(c *Catalogue) (lines []string) {
		figures, err := c.Evaluate(context.Background(), input(t))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range figures {
			line := fmt.Sprint(nameOf(f), ": ", f.Unavailable, " ", f.Mark)
			if f.Numerator != nil {
				line += fmt.Sprint(" ", *f.Numerator)
			}
			lines = append(lines, line)
		}
		return lines
	}
	if got, want := told(own), told(all); !reflect.DeepEqual(got, want) {
		t.Fatalf("got\n%q, want\n%q", got, want)
	}
	if own.Measure("caseload").program != nil {
		t.Error("a measure of a collection that is not looked at is compiled")
	}
}
