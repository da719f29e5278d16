package rules

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

func compileFrontDoor(t testing.TB) *Program {
	t.Helper()
	c, coll, _ := loadFrontDoor(t)
	p, err := c.Compile(coll)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mustRun(t testing.TB, p *Program, d *Delivery, workers int) *Result {
	t.Helper()
	r, err := p.Run(context.Background(), d, workers)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheResultDoesNotDependOnWorkers(t *testing.T) {
	p, d := compileFrontDoor(t), synthetic(t, 20_000, 1)
	one, many := mustRun(t, p, d, 1), mustRun(t, p, d, 7)
	if !reflect.DeepEqual(one.Outcomes, many.Outcomes) {
		t.Error("outcomes differ")
	}
	a, b := slices.Collect(one.Findings(NewIdentifier(nil))), slices.Collect(many.Findings(NewIdentifier(nil)))
	if !reflect.DeepEqual(a, b) {
		t.Error("findings differ")
	}
	if len(a) != one.Count() || len(a) == 0 {
		t.Errorf("%d findings, counted %d", len(a), one.Count())
	}
	for _, o := range one.Outcomes {
		if o.Status != Passed && o.Status != Failed {
			t.Errorf("rule %s: %s %s", o.Rule, o.Status, o.Reason)
		}
		if o.Looked == 0 {
			t.Errorf("rule %s looked at nothing", o.Rule)
		}
	}
}

func TestFindingsStandInTheirDeclaredOrderWithTheirPlaces(t *testing.T) {
	p, d := compileFrontDoor(t), synthetic(t, 3_000, 2)
	last, seen := "", map[string]bool{}
	for f := range mustRun(t, p, d, 2).Findings(NewIdentifier([]byte("key"))) {
		place := fmt.Sprintf("%s %d %08d", f.Rule, slices.IndexFunc(d.Collection.Tables, func(t *schemas.Table) bool { return t.Name == f.Table }), f.Cells[0].Line)
		if place < last {
			t.Fatalf("%s stands after %s", place, last)
		}
		last = place
		if seen[f.ID] {
			t.Fatalf("id %s stands twice", f.ID)
		}
		seen[f.ID] = true
		for _, c := range f.Cells {
			if c.Line < 2 || c.File != c.Table+".csv" || c.Value == nil || f.Message == "" || f.Collection != "front_door" {
				t.Fatalf("finding %+v", f)
			}
		}
	}
}

// places returns the rule, table and row of every hit.
func places(r *Result) map[string]map[uint32]bool {
	all := map[string]map[uint32]bool{}
	for i, p := range r.program.rules {
		for c, hits := range r.hits[i] {
			rows := map[uint32]bool{}
			for _, row := range hits.rows {
				rows[row] = true
			}
			all[fmt.Sprintf("%s %s %d", p.rule.Code, p.checks[c].table.name(), c)] = rows
		}
	}
	return all
}

func TestAnUnreadableCellCostsOnlyItsRecord(t *testing.T) {
	p, d := compileFrontDoor(t), synthetic(t, 1_200, 3)
	before := mustRun(t, p, d, 2)
	for _, of := range d.Collection.Tables {
		for _, f := range of.Fields {
			const row = 57
			garbled := garble(d, of.Name, f.Name, row)
			after := places(mustRun(t, p, garbled, 2))
			// Records that see the garbled one as their parent may change as well.
			touched := map[string]map[uint32]bool{of.Name: {row: true}}
			for _, child := range d.Collection.Tables {
				for _, reference := range child.Fields {
					if reference.References != of.Name {
						continue
					}
					rows := map[uint32]bool{}
					for r := range d.Tables[child.Name].Rows {
						if d.Tables[child.Name].Column(reference.Name).Text(r) == d.Tables[of.Name].Column(of.Key[0]).Text(row) {
							rows[uint32(r)] = true
						}
					}
					if touched[child.Name] == nil {
						touched[child.Name] = rows
					}
				}
			}
			for place, rows := range places(before) {
				tableName := strings.Fields(place)[1]
				unique := p.rules[slices.IndexFunc(p.rules, func(r *program) bool { return r.rule.Code == strings.Fields(place)[0] })].checks[0].unique != nil
				for r := range rows {
					if !after[place][r] && !touched[tableName][r] && !unique {
						t.Errorf("%s.%s: %s lost row %d", of.Name, f.Name, place, r)
					}
				}
				for r := range after[place] {
					if !rows[r] && !touched[tableName][r] {
						t.Errorf("%s.%s: %s gained row %d", of.Name, f.Name, place, r)
					}
				}
			}
		}
	}
}

func TestWhatIsNotDeliveredSkipsByNameWhatReadsIt(t *testing.T) {
	p, full := compileFrontDoor(t), synthetic(t, 300, 4)
	noReferrals := *full
	noReferrals.Tables = map[string]*table.Table{}
	for name, tb := range full.Tables {
		if name != "referrals" {
			noReferrals.Tables[name] = tb
		}
	}
	noDate := *full
	noDate.AsAt = nil
	for _, c := range []struct {
		name   string
		d      *Delivery
		reason string
		rules  string
	}{
		{"column", withoutColumn(full, "contacts", "source"), "column contacts.source not delivered", "FD-030 FD-031 FD-072"},
		{"parent's column", withoutColumn(full, "children", "expected_date_of_birth"), "column children.expected_date_of_birth not delivered", "FD-020 FD-025 FD-026 FD-027 FD-055 FD-066"},
		{"key", withoutColumn(full, "contacts", "child_id"), "column contacts.child_id not delivered", "FD-003 FD-004 FD-019 FD-020 FD-022 FD-041 FD-042 FD-043"},
		{"table", &noReferrals, "table referrals not delivered", "FD-005 FD-006 FD-012 FD-013 FD-021 FD-022 FD-023 FD-024 FD-028 FD-034 FD-038 FD-042 FD-044 FD-045 FD-056 FD-064 FD-065 FD-073"},
		{"as-at", &noDate, "as-at date not given", "FD-010 FD-012 FD-015 FD-017 FD-026 FD-027 FD-048 FD-060 FD-066 FD-067"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var skipped []string
			for _, o := range mustRun(t, p, c.d, 2).Outcomes {
				if o.Status == Skipped {
					skipped = append(skipped, o.Rule)
					if o.Reason != c.reason || o.Looked != 0 || o.Failures != 0 {
						t.Errorf("rule %s: %+v", o.Rule, o)
					}
				}
			}
			if got := strings.Join(skipped, " "); got != c.rules {
				t.Errorf("skipped %s, want %s", got, c.rules)
			}
		})
	}
}

func TestAllThatIsMissingIsNamedInReadingOrder(t *testing.T) {
	c, coll, _ := loadFrontDoor(t)
	d := withoutColumn(withoutColumn(synthetic(t, 60, 5), "contacts", "contact_date"), "children", "date_of_birth")
	c.Rules = []*Rule{c.Rule("FD-019")}
	p, err := c.Compile(coll)
	if err != nil {
		t.Fatal(err)
	}
	want := "column children.date_of_birth not delivered, column contacts.contact_date not delivered"
	if got := mustRun(t, p, d, 1).Outcomes[0].Reason; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

type faulty struct{}

func (faulty) bools(*worker, *lanes, []uint8) { panic("a cell's text") }

func TestAFaultBreaksItsRuleAndNoOther(t *testing.T) {
	p, d := compileFrontDoor(t), synthetic(t, 600, 6)
	whole := mustRun(t, p, d, 1)
	hurt := compileFrontDoor(t)
	hurt.rules[9].checks[0].holds = faulty{}
	for _, workers := range []int{1, 4} {
		r := mustRun(t, hurt, d, workers)
		for i, o := range r.Outcomes {
			if i != 9 {
				if !reflect.DeepEqual(o, whole.Outcomes[i]) {
					t.Errorf("rule %s changed", o.Rule)
				}
				continue
			}
			if o.Status != Broken || o.Looked != 0 || o.Failures != 0 || strings.Contains(o.Reason, "cell's text") || !strings.Contains(o.Reason, "run_test.go") {
				t.Errorf("broken rule: %+v", o)
			}
		}
	}
}

func TestAColumnOfAnotherShapeBreaksWhatReadsIt(t *testing.T) {
	p, d := compileFrontDoor(t), synthetic(t, 60, 7)
	d.Tables["contacts"].Column("contact_date").Array = d.Tables["contacts"].Column("family_id").Array
	broken := 0
	for _, o := range mustRun(t, p, d, 2).Outcomes {
		if o.Status == Broken {
			broken++
		}
	}
	if broken != 9 {
		t.Errorf("%d rules broke", broken)
	}
}

func TestTheContextStopsARun(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := compileFrontDoor(t).Run(ctx, synthetic(t, 60, 8), 2); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestUniqueAgreesWithCounting(t *testing.T) {
	of := &schemas.Table{Name: "list", Key: []string{"k"}, Fields: []*schemas.Field{
		{Name: "k", Type: schemas.TypeKey}, {Name: "t", Type: schemas.TypeText}, {Name: "d", Type: schemas.TypeDate}, {Name: "c", Type: schemas.TypeCode},
	}}
	coll := &schemas.Collection{Name: "test", Tables: []*schemas.Table{of}}
	d := synthetic(t, 30_000, 9).Tables["contacts"]
	list := &table.Table{Schema: of, Rows: d.Rows}
	for i, name := range []string{"contact_id", "family_id", "contact_date", "source"} {
		c := *d.Column(name)
		c.Field = of.Fields[i]
		list.Columns = append(list.Columns, &c)
	}
	delivery := &Delivery{Collection: coll, Tables: map[string]*table.Table{"list": list}}
	for _, x := range []struct {
		keys               []string
		atMost, timesUsual int
	}{
		{keys: []string{"k"}}, {keys: []string{"t"}}, {keys: []string{"t", "d"}}, {keys: []string{"d", "c"}}, {keys: []string{"c"}},
		{keys: []string{"lower(t)", "d + 1", "c"}}, {keys: []string{"d"}, atMost: 30}, {keys: []string{"d", "c"}, atMost: 2, timesUsual: 2},
		{keys: []string{"d"}, atMost: 10, timesUsual: 2}, {keys: []string{"c"}, atMost: 2, timesUsual: 3},
	} {
		keys := x.keys
		var unique []Expression
		for _, k := range keys {
			unique = append(unique, Expression{Text: k})
		}
		c := &Catalogue{Collection: "test", Rules: []*Rule{{Code: "T-1", Checks: []*Check{{
			For: "list", Unique: unique, AtMost: x.atMost, TimesUsual: x.timesUsual, Applies: Expression{Text: `c != "6"`}, Flags: []Flag{{Field: "k"}},
		}}}}}
		p, err := c.Compile(coll)
		if err != nil {
			t.Fatal(err)
		}
		groups := map[string][]uint32{}
		others := map[string]string{} // the key's values but the first
		looked := 0
		for row := range list.Rows {
			if source := list.Columns[3].Text(row); source == "" || source == "6" {
				continue
			}
			looked++
			key, known := "", true
			for _, k := range keys {
				c := list.Column(strings.Fields(strings.TrimSuffix(strings.TrimPrefix(k, "lower("), ")"))[0])
				known = known && c.State(row) == table.Present
				key += c.Text(row) + "\x00"
			}
			if known {
				groups[key] = append(groups[key], uint32(row))
				_, others[key], _ = strings.Cut(key, "\x00")
			}
		}
		var want []uint32
		usual := func(but string) int { // of the groups that agree with it in all but the first value
			var sizes []int
			for key, g := range groups {
				if key != but && others[key] == others[but] {
					sizes = append(sizes, len(g))
				}
			}
			slices.Sort(sizes)
			if len(sizes) == 0 {
				return 0
			}
			return sizes[(len(sizes)-1)/2]
		}
		for key, g := range groups {
			if len(g) > max(1, x.atMost) && (x.timesUsual == 0 || len(g) > x.timesUsual*usual(key)) {
				want = append(want, g...)
			}
		}
		slices.Sort(want)
		r := mustRun(t, p, delivery, 1)
		if !slices.Equal(r.hits[0][0].rows, want) || r.Outcomes[0].Looked != looked {
			t.Errorf("unique %v: %d rows, want %d; looked at %d, want %d", keys, len(r.hits[0][0].rows), len(want), r.Outcomes[0].Looked, looked)
		}
	}
}

func TestErrorRowsCountEachRecordOnce(t *testing.T) {
	p, d := compileFrontDoor(t), synthetic(t, 2_000, 10)
	r := mustRun(t, p, d, 2)
	rows := map[int]bool{}
	for f := range r.Findings(NewIdentifier(nil)) {
		if f.Severity == Error && f.Table == "contacts" {
			rows[f.Cells[0].Line] = true
		}
	}
	if got := r.ErrorRows("contacts"); got != len(rows) || got == 0 {
		t.Errorf("got %d, want %d", got, len(rows))
	}
	if got := r.ErrorRows("no such table"); got != 0 {
		t.Errorf("got %d", got)
	}
}

func TestRecordsLookedAtAreCountedOnceOverChecks(t *testing.T) {
	p, d := compileFrontDoor(t), synthetic(t, 600, 11)
	for _, o := range mustRun(t, p, d, 1).Outcomes {
		if o.Rule == "FD-015" && o.Looked != d.Tables["cin_episodes"].Rows {
			t.Errorf("looked at %d of %d episodes", o.Looked, d.Tables["cin_episodes"].Rows)
		}
	}
}

func TestTheFirstOfSeveralParentsIsSeen(t *testing.T) {
	coll := oracleCollection()
	for _, keys := range [][]string{{"K1", "K1"}, {"", "K1"}} {
		of := coll.Table("rows")
		d, err := Example{Records: []Record{{Fields: []ExampleField{{"parent_id", "K1"}}}}}.delivery(coll, of, nil)
		if err != nil {
			t.Fatal(err)
		}
		var rows []map[string]string
		for i, k := range keys {
			rows = append(rows, map[string]string{"id": k, "n1": fmt.Sprint(i)})
		}
		parents := coll.Table("parents")
		made := &table.Table{Schema: parents, Rows: len(rows)}
		for _, f := range parents.Fields {
			made.Columns = append(made.Columns, exampleColumn(f, rows))
		}
		d.Tables["parents"] = made
		want := 0
		if keys[0] == "" {
			want = 1
		}
		if got := judge(t, coll, of, fmt.Sprintf("parent.n1 == %d", want), d); got[0] != yes {
			t.Errorf("keys %v: got %v", keys, got)
		}
	}
}

func TestConditionsCountOverTablesThatThePipelineMakes(t *testing.T) {
	of, err := schemas.Result("contacts")
	if err != nil {
		t.Fatal(err)
	}
	coll := &schemas.Collection{Tables: []*schemas.Table{of}}
	var records []Record
	for _, r := range [][3]string{{"true", "unique", "true"}, {"true", "unique", "false"}, {"false", "unique", "true"}, {"true", "exact", "true"}, {"true", "unique", "true"}} {
		records = append(records, Record{Fields: []ExampleField{{"in_period", r[0]}, {"class", r[1]}, {"converted", r[2]}}})
	}
	d, err := Example{Records: records}.delivery(coll, of, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := compileCondition(nil, of, `in_period && class == "unique" && converted`)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := c.Rows(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	if rows.Count() != 2 || !rows.Has(0) || rows.Has(1) || !rows.Has(4) || !slices.Equal(rows.Rows(), []uint32{0, 4}) {
		t.Errorf("rows %v", rows.Rows())
	}
	d.Tables["contacts"].Column("class").Array = nil
	if _, err := c.Rows(context.Background(), d); !errors.Is(err, ErrMissing) {
		t.Errorf("got %v", err)
	}
}

func TestTheInnerLoopAllocatesNothing(t *testing.T) {
	if raceDetector {
		t.Skip("under the race detector pools of the standard library allocate")
	}
	p := compileFrontDoor(t)
	for _, rows := range []int{4 * chunkRows, 16 * chunkRows} {
		d := synthetic(t, rows, 12)
		w, b := newWorker(context.Background()), newBinder(d)
		for _, rule := range p.rules {
			for _, c := range rule.checks {
				if c.holds == nil {
					continue
				}
				if err := b.bind(w, c.table, &c.reading); err != nil {
					t.Fatal(err)
				}
				judged := 0
				look := func(at *lanes) {
					answers := w.takeFlags(at.n)
					c.holds.bools(w, at, answers)
					w.dropFlags(answers)
					judged += at.n
				}
				if n := allocations(func() { _ = c.eachChunk(w, nil, look) }); n > 0 {
					t.Errorf("rule %s: %v allocations over %d rows", rule.rule.Code, n, rows)
				}
			}
		}
	}
}
