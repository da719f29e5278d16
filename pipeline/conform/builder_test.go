package conform_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"frontdoor/pipeline/conform"
	"frontdoor/pipeline/ingest"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// visits is a small collection with every type of field, a key that others refer to, and one that refers on.
const visitsSchema = `
collection: visits
title: Visits
tables:
  - name: children
    title: Children
    key: [child_id]
    fields:
      - {name: child_id, type: key, privacy: direct, needed: true, aliases: [person_id]}
      - {name: date_of_birth, type: date, privacy: indirect, analysis: month, aliases: [dob]}
      - {name: name, type: text, privacy: direct}
  - name: visits
    title: Visits
    key: [visit_id, child_id]
    fields:
      - {name: visit_id, type: key, privacy: direct}
      - {name: child_id, type: key, references: children, parent: child, privacy: direct}
      - {name: sibling_id, type: key, references: children, parent: sibling, privacy: direct}
      - {name: visited, type: datetime, privacy: open, needed: true}
      - {name: minutes, type: integer, privacy: open}
      - {name: kind, type: code, privacy: open, aliases: [type, visit_type]}
`

func visits(t testing.TB) *schemas.Collection {
	t.Helper()
	c, err := schemas.Parse([]byte(visitsSchema))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustRead(t testing.TB, name string, options conform.Options, files ...delivery) *conform.Result {
	t.Helper()
	c := visits(t)
	r, err := read(t.Context(), c, name, conform.NewKeys(c), options, ingest.Limits{}, files...)
	if err != nil {
		t.Fatal(err)
	}
	checkCounts(t, r)
	return r
}

// checkCounts checks that for every file what was read is accepted or quarantined, and where it is.
func checkCounts(t testing.TB, r *conform.Result) {
	t.Helper()
	rows := map[string]int{}
	for row := range r.Table.Rows {
		rows[r.Table.FileOf(row)]++
	}
	quarantined := map[string]int{}
	for _, q := range r.Quarantined {
		quarantined[q.File]++
	}
	for _, f := range r.Files {
		if f.Read != f.Accepted+f.Quarantined || f.Accepted != rows[f.File] || f.Quarantined != quarantined[f.File] {
			t.Errorf("file %s: %+v, but %d rows and %d quarantined records", f.File, f, rows[f.File], quarantined[f.File])
		}
	}
	for _, c := range slices.Concat(r.Table.Columns, r.Table.Extras) {
		if c.Array != nil && (c.Array.Len() != r.Table.Rows || c.Time != nil && c.Time.Len() != r.Table.Rows) {
			t.Errorf("column %s has %d rows of %d", c.Field.Name, c.Array.Len(), r.Table.Rows)
		}
	}
}

// texts returns the values of a column, with its state where there is none.
func texts(c *table.Column, rows int) (out []string) {
	for row := range rows {
		switch c.State(row) {
		case table.Present:
			out = append(out, c.Text(row))
		case table.Blank:
			out = append(out, "(blank)")
		case table.Absent:
			out = append(out, "(absent)")
		case table.Unreadable:
			out = append(out, "(unreadable)")
		}
	}
	return out
}

// deliveries returns the texts that stood in a column.
func deliveries(c *table.Column, rows int) (out []string) {
	for row := range rows {
		text, delivered := c.Delivery(row)
		if !delivered {
			text = "(absent)"
		}
		out = append(out, text)
	}
	return out
}

// said is a problem in one line: rule, line, fields, value, key.
func said(problems []conform.Problem) (out []string) {
	for _, p := range problems {
		value := "-"
		if p.Value != nil {
			value = *p.Value
		}
		out = append(out, strings.Join([]string{p.Rule, p.File, table.DateText(schemas.Day(p.Line))[8:], strings.Join(p.Fields, "+"), value, strings.Join(p.Key, "+")}, "|"))
	}
	return out
}

func wantEqual[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %#v\nwant %#v", what, got, want)
	}
}

func TestColumnsOfEveryType(t *testing.T) {
	r := mustRead(t, "visits", conform.Options{}, delivery{"v.csv", "Visit ID,child_id,sibling-id,VISITED,minutes,Type\n" +
		"V1,C1,C2,2019-05-02 09:30,30,home\n" +
		"V2,C2,,2019-05-03 00:00,,home\n" +
		"00123,\u00a0C1\u200b ,C1, 2019-05-04 ,+7,\n"})
	rows := r.Table.Rows
	wantEqual(t, "visit_id", texts(r.Table.Column("visit_id"), rows), []string{"V1", "V2", "00123"})
	wantEqual(t, "child_id", texts(r.Table.Column("child_id"), rows), []string{"C1", "C2", "C1"})
	wantEqual(t, "sibling_id", texts(r.Table.Column("sibling_id"), rows), []string{"C2", "(blank)", "C1"})
	wantEqual(t, "visited", texts(r.Table.Column("visited"), rows), []string{"2019-05-02 09:30", "2019-05-03", "2019-05-04"})
	wantEqual(t, "minutes", texts(r.Table.Column("minutes"), rows), []string{"30", "(blank)", "7"})
	wantEqual(t, "kind", texts(r.Table.Column("kind"), rows), []string{"home", "home", "(blank)"})
	wantEqual(t, "child_id as delivered", deliveries(r.Table.Column("child_id"), rows), []string{"C1", "C2", "\u00a0C1\u200b "})
	wantEqual(t, "visited as delivered", deliveries(r.Table.Column("visited"), rows), []string{"2019-05-02 09:30", "2019-05-03 00:00", " 2019-05-04 "})
	wantEqual(t, "minutes as delivered", deliveries(r.Table.Column("minutes"), rows), []string{"30", "", "+7"})
	wantEqual(t, "problems", said(r.Problems), nil)
	if got := r.Table.LineOf(2); got != 4 || r.Table.FileOf(2) != "v.csv" {
		t.Errorf("row 2 is from %s, line %d", r.Table.FileOf(2), got)
	}
	child, names := r.Table.Column("child_id").Codes()
	sibling, _ := r.Table.Column("sibling_id").Codes()
	if child[0] != sibling[2] || names.Value(int(child[1])) != "C2" || child[1] != sibling[0] {
		t.Errorf("codes of one key differ between columns: %v, %v", child, sibling)
	}
}

func TestKeysAreOneOverTables(t *testing.T) {
	c := visits(t)
	keys := conform.NewKeys(c)
	children, err := read(t.Context(), c, "children", keys, conform.Options{}, ingest.Limits{}, delivery{"c.csv", "child_id,name\nC1,x\nC2,y\n"})
	if err != nil {
		t.Fatal(err)
	}
	visits, err := read(t.Context(), c, "visits", keys, conform.Options{}, ingest.Limits{}, delivery{"v.csv", "child_id,visited\nC9,2019-01-01\nC2,2019-01-02\n"})
	if err != nil {
		t.Fatal(err)
	}
	parent, names := children.Table.Column("child_id").Codes()
	child, _ := visits.Table.Column("child_id").Codes()
	if !slices.Equal(parent, []uint32{0, 1}) || !slices.Equal(child, []uint32{2, 1}) || names.Len() != 2 || keys.Dictionary("children").Len() != 3 {
		t.Errorf("parent codes %v of %d, child codes %v of %d", parent, names.Len(), child, keys.Dictionary("children").Len())
	}
	if keys.Dictionary("visits") != nil {
		t.Error("a key that nothing refers to has a dictionary")
	}
}

func TestHeaders(t *testing.T) {
	r := mustRead(t, "visits", conform.Options{}, delivery{"v.csv", "visited,visit_type,type, Notes ,visited,notes,,VISIT_ID,Notes (2)\n2019-01-01,a,b,c,d,e,f,g,h\n"})
	f := r.Files[0]
	wantEqual(t, "missing", f.Missing, []string{"child_id", "sibling_id", "minutes"})
	wantEqual(t, "extra", f.Extra, []string{"type", "Notes", "column 7", "Notes (2)"})
	wantEqual(t, "duplicate", f.Duplicate, []string{"visited (2)", "notes"})
	wantEqual(t, "problems", said(r.Problems), []string{
		"IN-003|v.csv|02|child_id|-|", "IN-003|v.csv|02|sibling_id|-|", "IN-003|v.csv|02|minutes|-|",
		"IN-004|v.csv|02|type|-|", "IN-004|v.csv|02|Notes|-|", "IN-011|v.csv|02|visited|-|",
		"IN-011|v.csv|02|notes|-|", "IN-004|v.csv|02|column 7|-|", "IN-004|v.csv|02|Notes (2)|-|",
	})
	wantEqual(t, "kind", texts(r.Table.Column("kind"), 1), []string{"a"})
	var extras []string
	for _, e := range r.Table.Extras {
		if e.Field.Privacy != schemas.Direct {
			t.Errorf("extra column %s is not restricted", e.Field.Name)
		}
		extras = append(extras, e.Field.Name+"="+e.Text(0))
	}
	wantEqual(t, "extras", extras, []string{"type=b", "Notes=c", "visited (2)=d", "notes=e", "column 7=f", "Notes (2)=h"})
	if r.Table.Column("child_id").Delivered() {
		t.Error("a column that was not delivered has an array")
	}
}

func TestRecordsThatCannotBePlaced(t *testing.T) {
	r := mustRead(t, "visits", conform.Options{}, delivery{"v.csv", "visit_id,child_id,sibling_id,visited,minutes,kind\n" +
		"V1,C1,,2019-05-02,1,a\n" +
		"V2,C2,,2019-02-30,x,\"b,\"\"b\"\n" +
		"V3,C3,,,1\n" +
		"V4,C4,,  ,4,d\n" +
		"V5,C5,,\x00,5,e\n" +
		"V6,C6,,2019-05-07,6.0,f\n" +
		"V7,C7,,2019-05-08,7,\"f"})
	rows := r.Table.Rows
	wantEqual(t, "visit_id", texts(r.Table.Column("visit_id"), rows), []string{"V1", "V6"})
	wantEqual(t, "minutes", texts(r.Table.Column("minutes"), rows), []string{"1", "6"})
	wantEqual(t, "minutes as delivered", deliveries(r.Table.Column("minutes"), rows), []string{"1", "6.0"})
	wantEqual(t, "lines", []int{r.Table.LineOf(0), r.Table.LineOf(1)}, []int{2, 7})
	wantEqual(t, "problems", said(r.Problems), []string{
		"IN-005|v.csv|04|visited|2019-02-30|V2+C2", "IN-007|v.csv|04|visited|2019-02-30|V2+C2", "IN-005|v.csv|04|minutes|x|V2+C2",
		"IN-006|v.csv|05||V3,C3,,,1|",
		"IN-007|v.csv|06|visited|  |V4+C4",
		"IN-007|v.csv|07|visited|\x00|V5+C5", "IN-010|v.csv|07|visited|\x00|V5+C5",
		"IN-024|v.csv|08|minutes|6.0|V6+C6",
		"IN-009|v.csv|09||V7,C7,,2019-05-08,7,\"f|",
	})
	var quarantined []string
	for _, q := range r.Quarantined {
		quarantined = append(quarantined, q.Rule+"|"+q.Reason+"|"+q.Text)
	}
	wantEqual(t, "quarantined", quarantined, []string{
		"IN-007|visited cannot be read|V2,C2,,2019-02-30,x,\"b,\"\"b\"",
		"IN-006|the record has 5 cells and the header 6|V3,C3,,,1",
		"IN-007|visited is blank|V4,C4,,\"  \",4,d",
		"IN-007|visited cannot be read|V5,C5,,\x00,5,e",
		"IN-009|a quote in the record never closes|V7,C7,,2019-05-08,7,\"f",
	})
	if f := r.Files[0]; f.Read != 7 || f.Accepted != 2 || !f.Damaged {
		t.Errorf("report %+v", f)
	}
}

func TestNULBytesCostTheirCellAlone(t *testing.T) {
	r := mustRead(t, "visits", conform.Options{}, delivery{"v.csv", "visit_id,visited,minutes,kind\nV1,2019-01-01,\x001,a\n\x00,2019-01-02,2,\"b\x00\"\"\"\nV3,2019-01-03,3,c\n"})
	wantEqual(t, "visit_id", texts(r.Table.Column("visit_id"), 3), []string{"V1", "(unreadable)", "V3"})
	wantEqual(t, "minutes", texts(r.Table.Column("minutes"), 3), []string{"(unreadable)", "2", "3"})
	wantEqual(t, "kind as delivered", deliveries(r.Table.Column("kind"), 3), []string{"a", "b\x00\"", "c"})
}

func TestSeveralFiles(t *testing.T) {
	r := mustRead(t, "visits", conform.Options{},
		delivery{"1.csv", "visit_id,visited,note\nV1,2019-01-01,x\n,,\nV2,2019-01-02,\n"},
		delivery{"2.csv", "visit_id,visited,minutes\n"},
		delivery{"3.csv", "kind,minutes,visited,visit_id,memo\na,5,02/01/2019,V3,m\nb,,03/01/2019,V4,n\n"},
		delivery{"4.csv", "visit_id,minutes\nV5,9\n"})
	rows := r.Table.Rows
	wantEqual(t, "visit_id", texts(r.Table.Column("visit_id"), rows), []string{"V1", "V2", "V3", "V4"})
	wantEqual(t, "kind", texts(r.Table.Column("kind"), rows), []string{"(absent)", "(absent)", "a", "b"})
	wantEqual(t, "minutes", texts(r.Table.Column("minutes"), rows), []string{"(absent)", "(absent)", "5", "(blank)"})
	wantEqual(t, "note", texts(r.Table.Extras[0], rows), []string{"x", "(blank)", "(absent)", "(absent)"})
	wantEqual(t, "memo", texts(r.Table.Extras[1], rows), []string{"(absent)", "(absent)", "m", "n"})
	wantEqual(t, "visited as delivered", deliveries(r.Table.Column("visited"), rows), []string{"2019-01-01", "2019-01-02", "02/01/2019", "03/01/2019"})
	wantEqual(t, "layouts", [][]conform.DateColumn{r.Files[0].Dates, r.Files[1].Dates, r.Files[2].Dates, r.Files[3].Dates}, [][]conform.DateColumn{
		{{Field: "visited", Layout: "2006-01-02"}}, {{Field: "visited"}}, {{Field: "visited", Layout: "02/01/2006"}}, nil,
	})
	wantEqual(t, "files", []string{r.Table.FileOf(0), r.Table.FileOf(1), r.Table.FileOf(2)}, []string{"1.csv", "1.csv", "3.csv"})
	if !r.Files[1].HeaderOnly || r.Files[0].HeaderOnly {
		t.Error("header-only file not told from others")
	}
	for _, want := range []string{"IN-013|2.csv|02||-|", "IN-007|4.csv|03|visited|-|V5+", "IN-018|1.csv|04||-|"} {
		if !slices.Contains(said(r.Problems), want) {
			t.Errorf("no problem %s in %q", want, said(r.Problems))
		}
	}
}

func TestDroppedFilesLeaveNothing(t *testing.T) {
	c := visits(t)
	files := []delivery{
		{"1.csv", "visit_id,visited\nV1,2019-01-01\n"},
		{"2.csv", "visit_id,visited,kind,memo\nV2,2019-02-30,a,b\nV3,13/01/2019,a,b\nV4,01/13/2019,a,b\nV5,01/01/2019\n"},
		{"3.csv", "visit_id,visited\nV6,2019-01-02\n"},
	}
	b, err := conform.NewBuilder(t.Context(), c, c.Table("visits"), conform.NewKeys(c), conform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for i, f := range files {
		if _, err := ingest.ReadCSV(t.Context(), strings.NewReader(f.text), ingest.Options{}, &sink{Builder: b, file: f.name}); err != nil {
			t.Fatal(err)
		}
		end := b.End
		if i == 1 {
			end = b.Drop
		}
		if err := end(); err != nil {
			t.Fatal(err)
		}
	}
	got, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	checkCounts(t, got)
	want := mustRead(t, "visits", conform.Options{}, files[0], files[2])
	wantEqual(t, "problems", said(got.Problems), said(want.Problems))
	wantEqual(t, "visit_id", texts(got.Table.Column("visit_id"), got.Table.Rows), []string{"V1", "V6"})
	if got.Table.Column("kind").Delivered() || len(got.Table.Extras) > 0 || len(got.Files) != 2 || len(got.Quarantined) > 0 {
		t.Errorf("the dropped file left traces: %+v", got)
	}
}

func TestNothingDelivered(t *testing.T) {
	r := mustRead(t, "visits", conform.Options{})
	if r.Table.Rows != 0 || r.Table.Column("kind").Delivered() || len(r.Problems) > 0 {
		t.Errorf("%+v", r)
	}
}

func TestStrayQuotesAreCountedAndNamed(t *testing.T) {
	r := mustRead(t, "visits", conform.Options{}, delivery{"v.csv", "visit_id,visited\n\"V\"1,2019-01-01\n"})
	if r.Files[0].Stray != 1 || r.Table.Column("visit_id").Text(0) != "V1" {
		t.Errorf("report %+v", r.Files[0])
	}
	if len(r.Problems) == 0 || r.Problems[len(r.Problems)-1].Rule != conform.RuleQuoteStray || r.Problems[len(r.Problems)-1].Line != 2 {
		t.Errorf("problems %+v", r.Problems)
	}
}

func TestBuilderRefusesWrongOrder(t *testing.T) {
	c := visits(t)
	if _, err := conform.NewBuilder(t.Context(), c, c.Table("visits"), conform.NewKeys(c), conform.Options{DateOrder: "ymd"}); err == nil {
		t.Error("an unknown date order is taken")
	}
	b, err := conform.NewBuilder(t.Context(), c, c.Table("visits"), conform.NewKeys(c), conform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if b.Add(&table.Text{}) == nil || b.End() == nil || b.Drop() == nil {
		t.Error("a window or an end before a file is taken")
	}
	if err := b.Begin("a", []string{"kind"}, 1); err != nil {
		t.Fatal(err)
	}
	if b.Begin("b", []string{"kind"}, 1) == nil {
		t.Error("a file inside a file is taken")
	}
	if _, err := b.Finish(); err == nil {
		t.Error("an open file is finished")
	}
}

func TestCancellationEndsTheBuilder(t *testing.T) {
	c := frontDoor(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("enough")
	b, err := conform.NewBuilder(ctx, c, c.Table("contacts"), conform.NewKeys(c), conform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	cancel(reason)
	if err := readFile(t.Context(), b, "contacts.csv", strings.NewReader(contactsText(50_000)), ingest.Limits{Window: 4096}); !errors.Is(err, reason) {
		t.Errorf("error %v, want the cause of the cancellation", err)
	}
}
