package rules

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"frontdoor/schemas"
)

// cellsTable is a table with one column of every type.
func cellsTable() *schemas.Table {
	field := func(name string, t schemas.Type) *schemas.Field {
		return &schemas.Field{Name: name, Type: t, Privacy: schemas.Open}
	}
	return &schemas.Table{Name: "cells", Key: []string{"id"}, Fields: []*schemas.Field{
		field("id", schemas.TypeText), field("a", schemas.TypeBoolean), field("b", schemas.TypeBoolean),
		field("n", schemas.TypeInteger), field("d", schemas.TypeDate), field("e", schemas.TypeDate), field("c", schemas.TypeCode), field("t", schemas.TypeText),
	}}
}

// verdictOf says what a condition is for one record: yes, no or unknown.
func verdictOf(t *testing.T, condition string, cells map[string]string) uint8 {
	t.Helper()
	of := cellsTable()
	coll := &schemas.Collection{Name: "test", Tables: []*schemas.Table{of}}
	record := Record{}
	for name, text := range cells {
		record.Fields = append(record.Fields, ExampleField{name, text})
	}
	d, err := Example{Records: []Record{record}, AsAt: "2019-12-31"}.delivery(coll, of, nil)
	if err != nil {
		t.Fatal(err)
	}
	is := func(text string) bool {
		c, err := compileCondition(coll, of, text)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := c.Rows(context.Background(), d)
		if err != nil {
			t.Fatal(err)
		}
		return rows.Has(0)
	}
	switch {
	case is(condition):
		return yes
	case is("!(" + condition + ")"):
		return no
	}
	return unknown
}

func TestConnectivesFollowKleene(t *testing.T) {
	texts := map[uint8]string{no: "false", unknown: "", yes: "true"}
	for a, textA := range texts {
		for b, textB := range texts {
			cells := map[string]string{"a": textA, "b": textB}
			same := unknown
			if a != unknown && b != unknown {
				same = no
				if a == b {
					same = yes
				}
			}
			choose := map[uint8]uint8{yes: a, no: b, unknown: unknown}[a]
			for condition, want := range map[string]uint8{
				"a && b": min(a, b), "a || b": max(a, b), "!a": 2 - a, "a == b": same, "a != b": 2 - same,
				"a ? a : b": choose, "a in [b]": same, "a in [b, true]": max(a, same),
				"is_true(a)": a &^ 1, "!is_true(a)": 2 - a&^1, "is_true(!a)": (2 - a) &^ 1, "is_true(a) || b": max(a&^1, b),
			} {
				if got := verdictOf(t, condition, cells); got != want {
					t.Errorf("%s with a=%q b=%q: got %d, want %d", condition, textA, textB, got, want)
				}
			}
		}
	}
}

func TestPresentTellsBlankFromUnreadable(t *testing.T) {
	for cell, want := range map[string]uint8{"2019-01-01": yes, "": no, "yesterday": unknown} {
		if got := verdictOf(t, "present(d)", map[string]string{"d": cell}); got != want {
			t.Errorf("present of %q: got %d, want %d", cell, got, want)
		}
	}
}

func TestComparisonsWithTheMissingAreUnknown(t *testing.T) {
	for _, operator := range []string{"<", "<=", ">", ">=", "==", "!="} {
		for _, pair := range [][2]string{{"d", "e"}, {"d", `date("2019-01-01")`}, {"as_at", "d"}, {"n", "5"}, {"c", `"x"`}, {"c", "t"}} {
			condition := fmt.Sprintf("%s %s %s", pair[0], operator, pair[1])
			if got := verdictOf(t, condition, map[string]string{"e": "2019-01-01", "t": "x"}); got != unknown {
				t.Errorf("%s: got %d, want unknown", condition, got)
			}
		}
	}
}

func TestComparisonsAtTheirBoundaries(t *testing.T) {
	order := map[string]int{"2019-01-01": -1, "2019-01-02": 0, "2019-01-03": 1}
	for cell, than := range order {
		for operator, want := range map[string]bool{"<": than < 0, "<=": than <= 0, ">": than > 0, ">=": than >= 0, "==": than == 0, "!=": than != 0} {
			expect := no
			if want {
				expect = yes
			}
			mirror := map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}[operator]
			for _, condition := range []string{
				"d " + operator + ` date("2019-01-02")`, `date("2019-01-02") ` + mirror + " d", "d " + operator + " e", "e " + mirror + " d",
				"d - e " + operator + " 0", "d " + operator + " e + 0", "t " + operator + ` "2019-01-02"`,
			} {
				if got := verdictOf(t, condition, map[string]string{"d": cell, "t": cell, "e": "2019-01-02"}); got != expect {
					t.Errorf("%s with d=%s: got %d, want %d", condition, cell, got, expect)
				}
			}
		}
	}
}

func TestArithmeticBeyondTheNumbersIsUnknown(t *testing.T) {
	cells := map[string]string{"n": "9223372036854775807"}
	for condition, want := range map[string]uint8{
		"n + 1 > 0": unknown, "n - 1 > 0": yes, "-n < 0": yes, "-n - 2 < 0": unknown, "n + 0 == n": yes,
	} {
		if got := verdictOf(t, condition, cells); got != want {
			t.Errorf("%s: got %d, want %d", condition, got, want)
		}
	}
}

func TestMonthsAndAges(t *testing.T) {
	for _, c := range []struct {
		from, to    string
		months, age int
	}{
		{"2004-02-29", "2005-02-27", 11, 0}, {"2004-02-29", "2005-02-28", 12, 1}, {"2004-02-29", "2008-02-28", 47, 3},
		{"2004-02-29", "2008-02-29", 48, 4}, {"2019-01-31", "2019-02-28", 1, 0}, {"2019-01-31", "2019-03-01", 1, 0},
		{"2019-01-31", "2019-03-31", 2, 0}, {"2001-06-15", "2019-06-14", 215, 17}, {"2001-06-15", "2019-06-15", 216, 18},
		{"2019-06-15", "2019-06-15", 0, 0}, {"2019-06-15", "2019-06-14", 0, 0}, {"2019-06-15", "2019-05-15", -1, 0},
	} {
		for text, want := range map[string]int{"months_between(d, e)": c.months, "age(d, e)": c.age} {
			condition := fmt.Sprintf("%s == %d", text, want)
			if got := verdictOf(t, condition, map[string]string{"d": c.from, "e": c.to}); got != yes {
				t.Errorf("%s from %s to %s: got %d", condition, c.from, c.to, got)
			}
		}
	}
}

func TestAgesComparedRoughlyStandOnTheRightSide(t *testing.T) {
	days := rapid.Int64Range(-30_000, 40_000)
	rapid.Check(t, func(t *rapid.T) {
		from := days.Draw(t, "from")
		to := rapid.OneOf(days, rapid.Map(rapid.Int64Range(-40, 80), func(years int64) int64 {
			return from + years*1461/4 + rapid.Int64Range(-2, 2).Draw(t, "off")
		})).Draw(t, "to")
		low := rapid.Int64Range(-30, 80).Draw(t, "low")
		high := low + rapid.Int64Range(0, 30).Draw(t, "range")
		out := numbers{make([]int64, 1), make([]uint8, 1)}
		betweenNode{years, numberConstant(from), numberConstant(to)}.roughly(newWorker(t.Context()), &lanes{n: 1}, low, high, out)
		want := int64(monthsBetween(schemas.Day(from), schemas.Day(to)) / 12)
		if got := out.values[0]; (got < low) != (want < low) || (got > high) != (want > high) {
			t.Fatalf("from %d to %d: got %d, want as %d between %d and %d", from, to, got, want, low, high)
		}
	})
}

func TestCivilAgreesWithTheCalendar(t *testing.T) {
	for d := schemas.Day(-200_000); d < 200_000; d += 7 {
		y, m, day := civil(int64(d))
		if date := schemas.Date(d); y != date.Year() || m != int(date.Month()) || day != date.Day() {
			t.Fatalf("day %d: got %d-%d-%d, want %s", d, y, m, day, date)
		}
	}
}
