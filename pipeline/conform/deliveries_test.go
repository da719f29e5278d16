package conform_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"frontdoor/pipeline/conform"
	"frontdoor/pipeline/ingest"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// delivered is a file of one of several deliveries.
type delivered struct {
	name, text string
	on         string // and the days that it covers
	from, to   string
	kind       conform.Kind // cumulative when blank
	authority  string
	ended      string
}

func day(t testing.TB, text string) schemas.Day {
	t.Helper()
	d, err := schemas.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func readDeliveries(t testing.TB, table string, files ...delivered) *conform.Result {
	t.Helper()
	c := frontDoor(t)
	b, err := conform.NewBuilder(t.Context(), c, c.Table(table), conform.NewKeys(c), conform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for _, f := range files {
		d := &conform.Delivery{Kind: cmp.Or(f.kind, conform.Cumulative), Delivered: day(t, f.on), From: day(t, f.from), To: day(t, f.to)}
		o := conform.Options{Delivery: d, Authority: f.authority}
		if f.ended != "" {
			ended := day(t, f.ended)
			d.Ended, o.Lead = &ended, f.authority+":"
		}
		if err := b.Declare(o); err != nil {
			t.Fatal(err)
		}
		if err := readFile(t.Context(), b, f.name, strings.NewReader(f.text), ingest.Limits{}); err != nil {
			t.Fatal(err)
		}
	}
	r, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	checkCounts(t, r)
	return r
}

// differences writes differences as "kind earlier:line > later:line fields before > after".
func differences(r *conform.Result) (lines []string) {
	for _, d := range r.Differences {
		line := fmt.Sprintf("%s %s:%d > %s:%d", d.Kind, d.Earlier.File, d.Earlier.Line, d.Later.File, d.Later.Line)
		if len(d.Fields) > 0 {
			line += fmt.Sprint(" ", d.Fields, d.Before, d.After)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestForAnyDayTheLatestDeliveryThatCoversItSpeaks(t *testing.T) {
	const header = "contact_id,child_id,contact_date,outcome\n"
	r := readDeliveries(t, "contacts",
		delivered{name: "april", text: header + "K1,C1,2019-04-01,NFA\nK2,C1,30/04/2019,NFA\nK3,C1,2019-05-01,\n", on: "2019-05-02", from: "2019-04-01", to: "2019-05-01"},
		delivered{name: "may", text: header + "K2,C1,2019-04-30,INFORMATION\nK4,C1,2019-05-01,\nK5,C1,soon,\n", on: "2019-06-01", from: "2019-04-30", to: "2019-05-31"},
		delivered{name: "old", text: header + "K0,C1,2019-03-31,\nK1,C1,2019-04-01,NFA\n", on: "2019-04-02", from: "2019-03-01", to: "2019-04-01"})
	wantEqual(t, "contacts", texts(r.Table.Column("contact_id"), r.Table.Rows), []string{"K1", "K2", "K4", "K0"})
	wantEqual(t, "files", []string{r.Table.FileOf(0), r.Table.FileOf(1), r.Table.FileOf(3)}, []string{"april", "may", "old"})
	wantEqual(t, "superseded", []int{r.Files[0].Superseded, r.Files[1].Superseded, r.Files[2].Superseded}, []int{2, 0, 1})
	if got := found(r, conform.RuleSuperseded); len(got) != 2 {
		t.Errorf("findings %q", got)
	}
	wantEqual(t, "differences", differences(r), []string{
		"changed april:3 > may:2 [outcome] [NFA] [INFORMATION]", "dropped april:4 > may:0", "added april:0 > may:3",
	})
}

func TestOfRecordsWithoutADayTheKindOfTheDeliverySays(t *testing.T) {
	first := delivered{name: "old", text: "child_id,surname,sex\nC1,Old,F\nC2,Old,F\n", on: "2019-05-01", from: "2019-01-01", to: "2019-04-30"}
	later := delivered{name: "new", text: "child_id,surname\nC1,New\nC3,New\n", on: "2019-06-01", from: "2019-01-01", to: "2019-05-31"}
	changed := "changed old:2 > new:2 [surname] [Old] [New]"
	for kind, want := range map[conform.Kind]struct{ children, differences []string }{
		conform.Cumulative: {[]string{"C1 New", "C3 New", "C2 Old"}, []string{changed}},
		conform.Snapshot:   {[]string{"C1 New", "C3 New"}, []string{changed, "dropped old:3 > new:0"}},
		conform.Increment:  {[]string{"C1 New", "C3 New", "C1 Old", "C2 Old"}, []string{"again old:2 > new:2 [surname] [Old] [New]"}},
	} {
		later.kind = kind
		r := readDeliveries(t, "children", later, first)
		var children []string
		for row := range r.Table.Rows {
			children = append(children, r.Table.Column("child_id").Text(row)+" "+r.Table.Column("surname").Text(row))
		}
		wantEqual(t, "children after a "+string(kind), children, want.children)
		wantEqual(t, "differences of a "+string(kind), differences(r), want.differences)
	}
}

func TestAnIncrementAddsAndIsSupersededByWhatCoversItLater(t *testing.T) {
	const header = "contact_id,child_id,contact_date\n"
	year := delivered{name: "year", text: header + "K1,C1,2019-01-10\nK2,C1,2019-01-31\n", on: "2019-02-01", from: "2019-01-01", to: "2019-01-31", kind: conform.Snapshot}
	week := delivered{name: "week", text: header + "K3,C1,2019-01-31\nK2,C1,2019-01-31\nK4,C1,2019-02-05\n", on: "2019-02-08", from: "2019-01-31", to: "2019-02-07", kind: conform.Increment}
	r := readDeliveries(t, "contacts", year, week)
	wantEqual(t, "contacts", texts(r.Table.Column("contact_id"), r.Table.Rows), []string{"K1", "K2", "K3", "K2", "K4"})
	wantEqual(t, "differences", differences(r), []string{"added year:0 > week:2", "again year:3 > week:3"})

	quarter := delivered{name: "quarter", text: header + "K1,C1,2019-01-10\nK2,C1,2019-01-31\nK3,C1,2019-01-31\nK4,C1,2019-02-05\nK5,C1,2019-02-07\nK6,C1,2019-02-08\n", on: "2019-04-01", from: "2019-01-01", to: "2019-03-31"}
	r = readDeliveries(t, "contacts", year, week, quarter)
	wantEqual(t, "superseded", []int{r.Files[0].Superseded, r.Files[1].Superseded, r.Files[2].Accepted}, []int{2, 3, 6})
	wantEqual(t, "differences", differences(r), []string{"added year:0 > week:2", "again year:3 > week:3", "added week:0 > quarter:6"})
}

func TestDeliveriesOfOneDayAreOne(t *testing.T) {
	const header = "contact_id,child_id,contact_date\n"
	north := delivered{name: "north", text: header + "K1,C1,2019-01-10\n", on: "2019-02-01", from: "2019-01-01", to: "2019-01-31"}
	south := delivered{name: "south", text: header + "K2,C1,2019-01-10\n", on: "2019-02-01", from: "2019-01-01", to: "2019-01-31"}
	r := readDeliveries(t, "contacts", north, south)
	wantEqual(t, "contacts", texts(r.Table.Column("contact_id"), r.Table.Rows), []string{"K1", "K2"})
	later := delivered{name: "later", text: header + "K2,C1,2019-01-10\nK1,C1,2019-01-10\n", on: "2019-03-01", from: "2019-01-01", to: "2019-01-31"}
	r = readDeliveries(t, "contacts", north, south, later)
	wantEqual(t, "rows and differences", []int{r.Table.Rows, len(r.Differences)}, []int{2, 0})
}

// TestAuthoritiesKeepTheirNumbers reads two authorities that became part of a third, with the same numbers for other
// children: neither speaks for the other, and from its first day the third speaks for both.
func TestAuthoritiesKeepTheirNumbers(t *testing.T) {
	const header = "contact_id,child_id,contact_date,incident_ref\n"
	one := delivered{name: "poole", text: header + "K1,C1,2019-03-01,I1\nK2,C1,2019-04-01,\n", on: "2019-05-01", from: "2018-01-01", to: "2019-04-30", authority: "836", ended: "2019-04-01"}
	two := delivered{name: "bournemouth", text: header + "K1,C1,2019-03-01,\nK2,C1,2019-03-31,\n", on: "2019-06-01", from: "2018-01-01", to: "2019-03-31", authority: "837", ended: "2019-04-01"}
	three := delivered{name: "new", text: header + "K1,C1,2019-04-01,I1\n", on: "2019-04-30", from: "2019-01-01", to: "2019-04-30", authority: "839"}
	r := readDeliveries(t, "contacts", three, one, two)
	wantEqual(t, "contacts", texts(r.Table.Column("contact_id"), r.Table.Rows), []string{"K1", "836:K1", "837:K1", "837:K2"})
	wantEqual(t, "children", texts(r.Table.Column("child_id"), r.Table.Rows), []string{"C1", "836:C1", "837:C1", "837:C1"})
	wantEqual(t, "incidents", texts(r.Table.Column("incident_ref"), r.Table.Rows), []string{"I1", "836:I1", "(blank)", "(blank)"})
	wantEqual(t, "differences", differences(r), []string{"not compared poole:3 > new:0"})
	if text, _ := r.Table.Column("child_id").Delivery(1); text != "C1" {
		t.Errorf("the delivered text is %q", text)
	}
	var authorities []string
	for row := range r.Table.Rows {
		authorities = append(authorities, r.Table.Authority.ValueStr(row))
	}
	wantEqual(t, "authorities", authorities, []string{"839", "836", "837", "837"})
}

// TestDeliveriesAgainstTheirDefinition draws deliveries and holds what stands of them against the definition, read by
// itself: a record goes if a delivery that is no increment, of a later day, covers the record's day.
func TestDeliveriesAgainstTheirDefinition(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		first := day(t, "2019-01-01")
		var files []delivered
		type record struct {
			id  string
			day schemas.Day
		}
		var records [][]record
		for n := range rapid.IntRange(1, 5).Draw(rt, "deliveries") {
			from := first + schemas.Day(rapid.IntRange(0, 6).Draw(rt, "from"))
			to := from + schemas.Day(rapid.IntRange(0, 6).Draw(rt, "days"))
			f := delivered{
				name: fmt.Sprint("f", n), text: "contact_id,child_id,contact_date\n", from: table.DateText(from), to: table.DateText(to),
				on:   table.DateText(first + 20 + schemas.Day(rapid.IntRange(0, 3).Draw(rt, "on"))),
				kind: rapid.SampledFrom([]conform.Kind{conform.Cumulative, conform.Snapshot, conform.Increment}).Draw(rt, "kind"),
			}
			var held []record
			for range rapid.IntRange(0, 6).Draw(rt, "records") {
				r := record{fmt.Sprint("K", rapid.IntRange(1, 4).Draw(rt, "id")), first + schemas.Day(rapid.IntRange(-1, 13).Draw(rt, "day"))}
				held = append(held, r)
				f.text += r.id + ",C1," + table.DateText(r.day) + "\n"
			}
			files, records = append(files, f), append(records, held)
		}
		var want []string
		gone := make([]int, len(files))
		for i, f := range files {
			for _, rec := range records[i] {
				later := slices.ContainsFunc(files, func(g delivered) bool {
					return g.kind != conform.Increment && g.on > f.on && g.from <= table.DateText(rec.day) && table.DateText(rec.day) <= g.to
				})
				if later {
					gone[i]++
				} else {
					want = append(want, f.name+rec.id)
				}
			}
		}
		r := readDeliveries(t, "contacts", files...)
		var got []string
		for row := range r.Table.Rows {
			got = append(got, r.Table.FileOf(row)+r.Table.Column("contact_id").Text(row))
		}
		if !slices.Equal(got, want) {
			rt.Fatalf("what stands: %v, want %v", got, want)
		}
		for i, report := range r.Files {
			if report.Superseded != gone[i] || report.Changed+report.Dropped > gone[i] {
				rt.Fatalf("report %+v, want %d superseded", report, gone[i])
			}
		}
	})
}
