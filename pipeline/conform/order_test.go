package conform_test

import (
	"fmt"
	"strings"
	"testing"

	"frontdoor/pipeline/conform"
	"frontdoor/schemas/table"
)

// dates reads a column of dates of birth, one a row.
func dates(t *testing.T, options conform.Options, cells ...string) (*table.Column, *conform.Result) {
	t.Helper()
	var b strings.Builder
	b.WriteString("child_id,date_of_birth,name\n")
	for i, c := range cells {
		fmt.Fprintf(&b, "C%d,%s,\n", i, c)
	}
	r := mustRead(t, "children", options, delivery{"c.csv", b.String()})
	c := r.Table.Column("date_of_birth")
	wantEqual(t, "as delivered", deliveries(c, r.Table.Rows), cells)
	return c, r
}

func TestDateOrderWithoutEvidenceIsDayFirst(t *testing.T) {
	c, r := dates(t, conform.Options{}, "02/05/2019", "2019-05-03", "04/05/2019", "5/5/2019", "05-05-2019")
	wantEqual(t, "values", texts(c, 5), []string{"2019-05-02", "2019-05-03", "2019-05-04", "2019-05-05", "2019-05-05"})
	if c.Layout != "02/01/2006" || len(c.Kept) != 3 || len(r.Problems) != 0 {
		t.Errorf("layout %s, %d kept, problems %q", c.Layout, len(c.Kept), said(r.Problems))
	}
}

func TestDateOrderOfAFewStrayMonthsFirst(t *testing.T) {
	cells := []string{"01/02/2019", "02/13/2019"}
	for i := range 19 {
		cells = append(cells, fmt.Sprintf("%d/02/2019", 13+i%10))
	}
	c, r := dates(t, conform.Options{}, cells...)
	wantEqual(t, "values", texts(c, 3), []string{"2019-02-01", "(unreadable)", "2019-02-13"})
	wantEqual(t, "problems", said(r.Problems), []string{"IN-005|c.csv|04|date_of_birth|02/13/2019|C1"})
}

func TestDateOrderThatCannotBeTold(t *testing.T) {
	cells := []string{"01/02/2019", "02/13/2019", "13/02/2019", "2019-02-14", "3/4/2019", " 05/06/2019 ", "31/02/2019", "05/06/2019 00:00", ""}
	c, r := dates(t, conform.Options{}, cells...)
	wantEqual(t, "values", texts(c, 9), []string{"(unreadable)", "(unreadable)", "2019-02-13", "2019-02-14", "(unreadable)", "(unreadable)", "(unreadable)", "(unreadable)", "(blank)"})
	wantEqual(t, "problems", said(r.Problems), []string{"IN-012|c.csv|02|date_of_birth|-|", "IN-005|c.csv|09|date_of_birth|31/02/2019|C6"})
	wantEqual(t, "dates", r.Files[0].Dates[0].Undecided, true)
}

func TestDateOrderThatIsDeclared(t *testing.T) {
	c, r := dates(t, conform.Options{DateOrder: conform.DayFirst}, "01/02/2019", "02/13/2019", "02/14/2019")
	wantEqual(t, "values", texts(c, 3), []string{"2019-02-01", "(unreadable)", "(unreadable)"})
	wantEqual(t, "problems", said(r.Problems), []string{"IN-005|c.csv|04|date_of_birth|02/13/2019|C1", "IN-005|c.csv|05|date_of_birth|02/14/2019|C2"})
}

func TestDateOrderIsAFilesOwn(t *testing.T) {
	r := mustRead(t, "children", conform.Options{},
		delivery{"1.csv", "child_id,dob\nC1,01/02/2019\nC2,13/02/2019\n"},
		delivery{"2.csv", "child_id,dob\nC3,01/02/2019\nC4,02/13/2019\n"},
		delivery{"3.csv", "child_id,dob\nC5,01/02/2019\n"})
	wantEqual(t, "values", texts(r.Table.Column("date_of_birth"), 5), []string{"2019-02-01", "2019-02-13", "(unreadable)", "(unreadable)", "2019-02-01"})
}

func TestNeededDatesWithoutOrderQuarantine(t *testing.T) {
	r := mustRead(t, "visits", conform.Options{}, delivery{"v.csv", "visit_id,visited\nV1,01/02/2019 10:00\nV2,02/13/2019\nV3,13/02/2019 11:00\n"})
	wantEqual(t, "visit_id", texts(r.Table.Column("visit_id"), r.Table.Rows), []string{"V3"})
	wantEqual(t, "text", []string{r.Quarantined[0].Text, r.Quarantined[1].Text}, []string{"V1,01/02/2019 10:00", "V2,02/13/2019"})
}

func TestTimesKeepNoTextWhereTheyAreWrittenAlike(t *testing.T) {
	for name, c := range map[string]struct {
		row  func(i int) string
		kept int
	}{
		"midnight everywhere":    {func(i int) string { return fmt.Sprintf("2019-05-%02d 00:00:00.000", i+1) }, 0},
		"seconds and zone":       {func(i int) string { return fmt.Sprintf("2019-05-%02dT%02d:30:0%d.000Z", i+1, i+1, i) }, 0},
		"times where known":      {func(i int) string { return []string{"02/05/2019", "02/05/2019 09:30"}[i%2] }, 0},
		"short days and months":  {func(i int) string { return fmt.Sprintf("%d/%d/2019 1%d:30", i+8, i+3, i) }, 0},
		"one written otherwise":  {func(i int) string { return []string{"2019-05-02 10:00", "2019-05-02 10:00:00"}[i/9] }, 1},
		"one in another layout":  {func(i int) string { return []string{"2019-05-02", "02/05/2019"}[i/9] }, 1},
		"one with a fraction":    {func(i int) string { return fmt.Sprintf("2019-05-02 10:00:00.00%d", i/9) }, 1},
		"one with another zone":  {func(i int) string { return "2019-05-02T10:00:00" + []string{"+01:00", "Z"}[i/9] }, 1},
		"one midnight, no clock": {func(i int) string { return []string{"2019-05-02", "2019-05-02 00:00"}[i/9] }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			var want []string
			b.WriteString("visit_id,visited\n")
			for i := range 10 {
				want = append(want, c.row(i))
				fmt.Fprintf(&b, "V%d,%s\n", i, c.row(i))
			}
			r := mustRead(t, "visits", conform.Options{}, delivery{"v.csv", b.String()})
			visited := r.Table.Column("visited")
			wantEqual(t, "as delivered", deliveries(visited, 10), want)
			if len(visited.Kept) != c.kept {
				t.Errorf("%d texts kept: %+v", len(visited.Kept), visited.Kept)
			}
		})
	}
}

func TestDatesWithATimeAreDates(t *testing.T) {
	c, _ := dates(t, conform.Options{}, "2019-05-02 00:00:00", "2019-05-03 09:30:00", "2019-05-04 00:00:00")
	wantEqual(t, "values", texts(c, 3), []string{"2019-05-02", "2019-05-03", "2019-05-04"})
	if c.Time != nil || len(c.Kept) != 1 {
		t.Errorf("time %v, kept %+v", c.Time, c.Kept)
	}
}
