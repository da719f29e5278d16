package conform_test

import (
	"slices"
	"strings"
	"testing"

	"frontdoor/pipeline/conform"
	"frontdoor/pipeline/ingest"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// found lists the problems of a rule.
func found(r *conform.Result, rule string) (out []string) {
	for _, line := range said(r.Problems) {
		if strings.HasPrefix(line, rule+"|") {
			out = append(out, line)
		}
	}
	return out
}

func TestWhatSpreadsheetsDidToIdentifiers(t *testing.T) {
	r := mustRead(t, "visits", conform.Options{}, delivery{"v.csv", "visit_id,child_id,visited,minutes,kind\n" +
		"9.43E+09,00123,2019-01-01,1,6.0\n" +
		"V2,123,2019-01-02,#N/A,7\n" +
		"=\"00045\",12.00,2019-01-03,########,8.0\n" +
		"1E5,\"a\u00a0b\",2019-01-04,2,\"x\u200by\"\n"})
	wantEqual(t, "visit_id", texts(r.Table.Column("visit_id"), 4), []string{"(unreadable)", "V2", "00045", "1E5"})
	wantEqual(t, "child_id", texts(r.Table.Column("child_id"), 4), []string{"00123", "123", "12", "a b"})
	wantEqual(t, "child_id as delivered", deliveries(r.Table.Column("child_id"), 4), []string{"00123", "123", "12.00", "a\u00a0b"})
	wantEqual(t, "minutes", texts(r.Table.Column("minutes"), 4), []string{"1", "(unreadable)", "(unreadable)", "2"})
	wantEqual(t, "kind", texts(r.Table.Column("kind"), 4), []string{"6", "7", "8", "xy"})
	for rule, want := range map[string][]string{
		conform.RuleCellExponent:  {"IN-023|v.csv|03|visit_id|9.43E+09|+00123"},
		conform.RuleCellError:     {"IN-022|v.csv|04|minutes|#N/A|V2+123", "IN-022|v.csv|05|minutes|########|00045+12"},
		conform.RuleTextProtected: {"IN-028|v.csv|05|visit_id|=\"00045\"|00045+12"},
		conform.RuleDecimal:       {"IN-024|v.csv|03|kind|6.0|+00123", "IN-024|v.csv|05|child_id|12.00|00045+12"},
		conform.RuleBlankHidden:   {"IN-027|v.csv|06|child_id|a\u00a0b|1E5+a b", "IN-027|v.csv|06|kind|x\u200by|1E5+a b"},
		conform.RuleZerosLost:     {"IN-029|v.csv|04|child_id|123|V2+123"},
	} {
		if got := found(r, rule); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", rule, got, want)
		}
	}
}

func TestWhatSpreadsheetsDidToDates(t *testing.T) {
	for name, c := range map[string]struct {
		order     conform.DateOrder
		cells     []string
		want      []string
		delivered []string // when other than the cells
		rule      string   // of which there is one problem
	}{
		"serials":             {cells: []string{"44090", "44090.604166666664", "2020-09-16"}, want: []string{"2020-09-16", "2020-09-16 14:30", "2020-09-16"}, rule: conform.RuleDateSerial},
		"no serials":          {cells: []string{"9999", "80000", "440901", "44090.x"}, want: []string{"(unreadable)", "(unreadable)", "(unreadable)", "(unreadable)"}},
		"short years":         {cells: []string{"16/09/20", "01/02/99", "17/09/20 10:00"}, want: []string{"2020-09-16", "1999-02-01", "2020-09-17 10:00"}, rule: conform.RuleDateShortYear},
		"months as words":     {cells: []string{"16-Sep-2020", "6 September 2020", "2020-Sep-16 00:00:00", "16/sept/2020", "16-Foo-2020", "31-Feb-2020"}, want: []string{"2020-09-16", "2020-09-06", "2020-09-16", "2020-09-16", "(unreadable)", "(unreadable)"}},
		"month first":         {order: conform.MonthFirst, cells: []string{"09/16/2020", "02/03/2020", "16/09/2020"}, want: []string{"2020-09-16", "2020-02-03", "(unreadable)"}},
		"day first, declared": {order: conform.DayFirst, cells: []string{"02/03/2020", "09/16/2020"}, want: []string{"2020-03-02", "(unreadable)"}},
		"month first, alone":  {cells: []string{"09/16/2020", "02/03/2020"}, want: []string{"(unreadable)", "(unreadable)"}, rule: conform.RuleDateOrder},
	} {
		t.Run(name, func(t *testing.T) {
			var text strings.Builder
			text.WriteString("kind,visited\n")
			for _, cell := range c.cells {
				text.WriteString("k," + cell + "\n")
			}
			r := readAll(t, c.order, text.String())
			wantEqual(t, "dates", texts(r.Table.Column("seen"), len(c.cells)), c.want)
			wantEqual(t, "dates as delivered", deliveries(r.Table.Column("seen"), len(c.cells)), c.cells)
			if c.rule != "" && len(found(r, c.rule)) != 1 {
				t.Errorf("problems %q, want one of %s", said(r.Problems), c.rule)
			}
		})
	}
}

// readAll reads a table with a date and time that no record needs.
func readAll(t *testing.T, order conform.DateOrder, text string) *conform.Result {
	t.Helper()
	c, err := schemas.Parse([]byte(`
collection: sights
tables:
  - name: sights
    key: [kind]
    fields:
      - {name: kind, type: code, privacy: open}
      - {name: seen, type: datetime, privacy: open, aliases: [visited]}
      - {name: age, type: integer, privacy: open, whole: true, pattern: '(^|_)age(_|$)'}
      - {name: source, type: code, privacy: open, codes: referral_source, loose: true}
`))
	if err != nil {
		t.Fatal(err)
	}
	r, err := read(t.Context(), c, "sights", conform.NewKeys(c), conform.Options{DateOrder: order}, ingest.Limits{}, delivery{"s.csv", text})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestColumnsByPatternTakeTheBestMatch(t *testing.T) {
	r := readAll(t, conform.Undeclared, "kind,visited,Average score,Age at end of long placement,Child's age,source\nk,2019-01-01,99,5,6.9,\n")
	wantEqual(t, "age", texts(r.Table.Column("age"), 1), []string{"6"})
	wantEqual(t, "age as delivered", deliveries(r.Table.Column("age"), 1), []string{"6.9"})
	if got := found(r, conform.RuleColumnPattern); !slices.Equal(got, []string{"IN-041|s.csv|02|age|-|"}) {
		t.Errorf("by pattern: %q", got)
	}
	if got := found(r, conform.RuleColumnUnknown); len(got) != 2 {
		t.Errorf("columns not known: %q", got)
	}
	if got := found(r, conform.RuleFraction); len(got) != 1 {
		t.Errorf("fractions: %q", got)
	}
}

func TestSpellingsOfOneCode(t *testing.T) {
	spellings := []string{"6", "q) 6: Police", "6 Police", "Police", " POLICE ", "6: police", "g) Police", "6 - Police", "b) 1B: Individual", "a) Individual", "Individual", "10 Downing Street", "10", "Unknown", "p1) 5D: LA services"}
	var text strings.Builder
	text.WriteString("kind,source\n")
	for _, s := range spellings {
		text.WriteString("k,\"" + s + "\"\n")
	}
	r := readAll(t, conform.Undeclared, text.String())
	wantEqual(t, "sources", texts(r.Table.Column("source"), len(spellings)), []string{
		"6", "6", "6", "6", "6", "6", "6", "6", "1B", "Individual", "Individual", "10 Downing Street", "10", "10", "5D",
	})
	wantEqual(t, "as delivered", deliveries(r.Table.Column("source"), len(spellings)), spellings)
	if got := found(r, conform.RuleCodeUnmapped); !slices.Equal(got, []string{"IN-040|s.csv|14|source|10 Downing Street|k"}) {
		t.Errorf("not mapped: %q", got)
	}
}

func TestAnotherHeaderChangesTheColumns(t *testing.T) {
	r := mustRead(t, "visits", conform.Options{}, delivery{"v.csv", "visit_id,visited,minutes,kind,note\nV1,2019-01-01,1,a,x\nkind,note,visited,visit_id\nb,y,02/01/2019,V2\nc,z,03/01/2019\n"})
	wantEqual(t, "visit_id", texts(r.Table.Column("visit_id"), 2), []string{"V1", "V2"})
	wantEqual(t, "kind", texts(r.Table.Column("kind"), 2), []string{"a", "b"})
	wantEqual(t, "minutes", texts(r.Table.Column("minutes"), 2), []string{"1", "(absent)"})
	wantEqual(t, "note", texts(r.Table.Extras[0], 2), []string{"x", "y"})
	for _, want := range []string{"IN-020|v.csv|04||kind,note,visited,visit_id|", "IN-003|v.csv|04|minutes|-|", "IN-006|v.csv|06||c,z,03/01/2019|"} {
		if !slices.Contains(said(r.Problems), want) {
			t.Errorf("no problem %s in %q", want, said(r.Problems))
		}
	}
	if q := r.Quarantined; len(q) != 1 || q[0].Reason != "the record has 3 cells and the header 4" {
		t.Errorf("quarantined %+v", q)
	}
}

func TestFeedMakesATableOfTheFrontDoor(t *testing.T) {
	c, err := schemas.Load("annex_a")
	if err != nil {
		t.Fatal(err)
	}
	list := func(name, file, text string) *table.Table {
		r, err := read(t.Context(), c, name, conform.NewKeys(c), conform.Options{}, ingest.Limits{}, delivery{file, text})
		if err != nil {
			t.Fatal(err)
		}
		return r.Table
	}
	door := frontDoor(t)
	one := list("list_1", "1.csv", "Child Unique ID,Date of Contact,Contact Source\n7,16/09/2020,q) 6: Police\n7,16/09/2020,Police\n8,17/09/2020,\n")
	contacts := conform.Feed(door.Table("contacts"), []*table.Table{one})
	wantEqual(t, "source", texts(contacts.Column("source"), 3), []string{"6", "6", "(blank)"})
	wantEqual(t, "source as delivered", deliveries(contacts.Column("source"), 3), []string{"q) 6: Police", "Police", ""})
	wantEqual(t, "date as delivered", deliveries(contacts.Column("contact_date"), 3), []string{"16/09/2020", "16/09/2020", "17/09/2020"})
	ids := texts(contacts.Column("contact_id"), 3)
	if ids[0][:20] != ids[1][:20] || ids[0] == ids[1] || !strings.HasSuffix(ids[1], "-2") || ids[2][:20] == ids[0][:20] {
		t.Errorf("ids %q", ids)
	}
	for _, absent := range []string{"incident_ref", "outcome", "concern", "referral_id"} {
		if contacts.Column(absent).Delivered() {
			t.Errorf("%s seems delivered", absent)
		}
	}
	six := list("list_6", "6.csv", "Child Unique ID,CIN Start Date,CIN Closure Date,Reason for Closure\n7,soon,2020-01-02,RC1 - Adopted\n")
	seven := list("list_7", "7.csv", "Child Unique ID,Child Protection Plan Start Date\n8,2020-03-01\n")
	episodes := conform.Feed(door.Table("cin_episodes"), []*table.Table{six, nil, seven, one})
	wantEqual(t, "start", texts(episodes.Column("start_date"), 2), []string{"(unreadable)", "2020-03-01"})
	wantEqual(t, "start as delivered", deliveries(episodes.Column("start_date"), 2), []string{"soon", "2020-03-01"})
	wantEqual(t, "end", texts(episodes.Column("end_date"), 2), []string{"2020-01-02", "(absent)"})
	wantEqual(t, "reason", texts(episodes.Column("closure_reason"), 2), []string{"RC1", "(absent)"})
	if episodes.FileOf(1) != "7.csv" || episodes.LineOf(1) != 2 {
		t.Errorf("the second episode stands in %s, line %d", episodes.FileOf(1), episodes.LineOf(1))
	}
	if conform.Feed(door.Table("children"), []*table.Table{one}) != nil {
		t.Error("nothing feeds the children")
	}
}

func TestCodesWithAndWithoutTheirLetter(t *testing.T) {
	c, err := schemas.Load("annex_a")
	if err != nil {
		t.Fatal(err)
	}
	const header = "Child Unique ID,Gender,Contact Source,Date of Contact\n"
	r, err := read(t.Context(), c, "list_1", conform.NewKeys(c), conform.Options{}, ingest.Limits{},
		delivery{"mixed.csv", header + "1,b) Female,q) 6: Police,2019-05-01\n2,b) female,6,2019-05-02\n3,Female,6 Police,2019-05-03\n4,a) Male,e) 2A: Schools,2019-05-04\n"},
		delivery{"plain.csv", header + "5,Female,6,2019-05-05\n6,Martian,6,2019-05-06\n"})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "columns in two ways", found(r, conform.RuleTwoWays), []string{"IN-052|mixed.csv|04|contact_source|6|2+2019-05-02+6", "IN-052|mixed.csv|05|sex|Female|3+2019-05-03+6"})
}
