package validate

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// delivered is a front door with two episodes, the second of which ends before it starts, and nothing else.
func delivered(t *testing.T) Input {
	t.Helper()
	catalogue, err := rules.Load("front_door")
	if err != nil {
		t.Fatal(err)
	}
	structure, err := rules.Load("structure")
	if err != nil {
		t.Fatal(err)
	}
	coll, err := schemas.Load("front_door")
	if err != nil {
		t.Fatal(err)
	}
	of := coll.Table("cin_episodes")
	episodes := &table.Table{Schema: of, Rows: 2, Line: table.LineArray([]uint32{2, 3})}
	for _, f := range of.Fields {
		c := &table.Column{Field: f}
		switch f.Name {
		case "episode_id":
			d := table.NewDictionary()
			c.Array = table.DictionaryArray([]uint32{d.Code([]byte("E1")), d.Code([]byte("E2"))}, d.Array(), nil, 0)
		case "start_date":
			c.Array = table.DateArray([]int32{18000, 18000}, nil, 0)
		case "end_date":
			c.Array = table.DateArray([]int32{18001, 17999}, nil, 0)
		}
		episodes.Columns = append(episodes.Columns, c)
	}
	files := table.NewDictionary()
	episodes.File = table.DictionaryArray([]uint32{files.Code([]byte("e.csv")), 0}, files.Array(), nil, 0)
	asAt := schemas.Day(19000)
	return Input{
		Catalogue: catalogue, Structure: structure, Workers: 2,
		Delivery: &rules.Delivery{Collection: coll, Tables: map[string]*table.Table{"cin_episodes": episodes}, AsAt: &asAt},
	}
}

func structural(t *testing.T, in Input, code, tableName string, line int) rules.Finding {
	t.Helper()
	f, err := in.Structure.Finding(rules.NewIdentifier([]byte("key")), code, "front_door", tableName, nil, []string{"start_date"},
		[]rules.Cell{{Table: tableName, File: "e.csv", Line: line, Field: "start_date"}})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestEveryRuleInForceHasOneOutcome(t *testing.T) {
	in := delivered(t)
	in.Structural = []rules.Finding{structural(t, in, "IN-005", "cin_episodes", 2), structural(t, in, "IN-002", "contacts", 1)}
	in.StructuralLooked = map[string]int{"IN-005": 20}
	r, err := Run(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(r.Outcomes), len(in.Catalogue.Rules)+len(in.Structure.Rules); got != want {
		t.Errorf("%d outcomes, want %d", got, want)
	}
	status := map[string]rules.Outcome{}
	for _, o := range r.Outcomes {
		if _, twice := status[o.Rule]; twice {
			t.Errorf("rule %s has two outcomes", o.Rule)
		}
		status[o.Rule] = o
	}
	for code, want := range map[string]rules.Status{
		"FD-014": rules.Failed, "FD-016": rules.Passed, "FD-010": rules.Skipped, "FD-039": rules.Skipped,
		"IN-005": rules.Failed, "IN-002": rules.Failed, "IN-001": rules.Passed,
	} {
		if status[code].Status != want {
			t.Errorf("rule %s: got %s %s, want %s", code, status[code].Status, status[code].Reason, want)
		}
	}
	if o := status["IN-005"]; o.Looked != 20 || o.Failures != 1 || o.Severity != rules.Error || o.Collection != "front_door" {
		t.Errorf("outcome %+v", o)
	}
}

func TestFindingsStandByRuleTableAndRow(t *testing.T) {
	in := delivered(t)
	in.Structural = []rules.Finding{
		structural(t, in, "IN-005", "contacts", 9), structural(t, in, "IN-005", "cin_episodes", 3),
		structural(t, in, "IN-005", "cin_episodes", 2), structural(t, in, "IN-002", "contacts", 1),
	}
	r, err := Run(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	collect := func() (all []rules.Finding) {
		id := rules.NewIdentifier([]byte("key"))
		for _, o := range r.Outcomes {
			for f := range r.FoundOf(o.Rule, id) {
				all = append(all, f.Written())
			}
		}
		return all
	}
	findings := collect()
	for _, f := range findings {
		got = append(got, f.Rule+" "+f.Table)
	}
	want := []string{"FD-014 cin_episodes", "IN-002 contacts", "IN-005 cin_episodes", "IN-005 cin_episodes", "IN-005 contacts"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if findings[2].Cells[0].Line != 3 {
		t.Error("findings of one rule and table left the order of reading")
	}
	if !reflect.DeepEqual(findings, collect()) {
		t.Error("asking twice gives other findings")
	}
	if e, w := r.Count(rules.Error), r.Count(rules.Warning); e != 4 || w != 1 {
		t.Errorf("%d errors, %d warnings", e, w)
	}
}

func TestRecordsInErrorAreCountedOnceOverReadingAndRules(t *testing.T) {
	in := delivered(t)
	for _, c := range []struct{ line, want int }{{3, 1}, {2, 2}, {77, 1}} { // 77 is a record that was set aside
		in.Structural = []rules.Finding{structural(t, in, "IN-005", "cin_episodes", c.line)}
		r, err := Run(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.ErrorRows("cin_episodes"); got != c.want {
			t.Errorf("line %d: got %d, want %d", c.line, got, c.want)
		}
		if got := r.ErrorRows("contacts"); got != 0 {
			t.Errorf("contacts: got %d", got)
		}
	}
}

func TestAStructuralFindingWithoutARuleIsRefused(t *testing.T) {
	in := delivered(t)
	in.Structural = []rules.Finding{{Rule: "IN-999"}}
	if _, err := Run(context.Background(), in); !errors.Is(err, rules.ErrUnknown) {
		t.Errorf("got %v", err)
	}
}
