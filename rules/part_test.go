package rules

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"frontdoor/schemas"
)

// A condition is true where all its parts are, and a part is what its text says: against both stands what the nodes of
// the whole condition answer row by row.
func TestConditionIsTrueWhereItsPartsAre(t *testing.T) {
	coll := oracleCollection()
	of := coll.Table("rows")
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	several := 0
	rapid.Check(t, func(t *rapid.T) {
		d, _ := drawDelivery(t, coll, rapid.SampledFrom([]int{5, 40, 150}).Draw(t, "most"))
		d.Calendar = calendar
		condition := conditionText{t}.boolean(rapid.IntRange(1, 3).Draw(t, "depth"))
		for range rapid.IntRange(0, 2).Draw(t, "more") {
			condition = "(" + condition + ") && " + conditionText{t}.boolean(1)
		}
		c, err := compileCondition(coll, of, condition)
		if err != nil {
			t.Fatal(err)
		}
		rowsOf := func(c *Condition) *Bits {
			rows, err := c.Rows(context.Background(), d)
			if err != nil {
				t.Fatalf("%s: %v", c.Text(), err)
			}
			return rows
		}
		whole, both := rowsOf(c), rowsOf(c.Parts()[0])
		for _, part := range c.Parts()[1:] {
			both = both.And(rowsOf(part))
			several++
		}
		for _, part := range c.Parts() {
			again, err := compileCondition(coll, of, part.Text())
			if err != nil {
				t.Fatalf("the part %s of %s: %v", part.Text(), condition, err)
			}
			if got, want := rowsOf(again).Rows(), rowsOf(part).Rows(); len(got) != len(want) {
				t.Fatalf("the part %s of %s is true of %v, and its text of %v", part.Text(), condition, want, got)
			}
		}
		for row, answer := range judge(t, coll, of, condition, d) {
			if want := answer == yes; whole.Has(row) != want || both.Has(row) != want {
				t.Fatalf("%s, row %d: got %t for the whole and %t for its parts, want %t", condition, row, whole.Has(row), both.Has(row), want)
			}
		}
	})
	if several == 0 {
		t.Error("no condition had parts")
	}
}
