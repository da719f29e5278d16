package rules

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// spansCollection is a table of times with a group.
func spansCollection() *schemas.Collection {
	return &schemas.Collection{Name: "test", Tables: []*schemas.Table{
		{Name: "owners", Key: []string{"id"}, Fields: []*schemas.Field{{Name: "id", Type: schemas.TypeKey}, {Name: "n", Type: schemas.TypeInteger}}},
		{Name: "spans", Key: []string{"id"}, Order: &schemas.Order{Within: []string{"owner_id"}, By: []string{"start"}}, Fields: []*schemas.Field{
			{Name: "id", Type: schemas.TypeKey}, {Name: "owner_id", Type: schemas.TypeKey, References: "owners", Parent: "owner", Children: "spans"},
			{Name: "start", Type: schemas.TypeDate}, {Name: "end", Type: schemas.TypeDate}, {Name: "kind", Type: schemas.TypeCode},
		}},
	}}
}

// checked compiles one check.
func checked(t testing.TB, coll *schemas.Collection, check *Check) *Program {
	t.Helper()
	p, err := (&Catalogue{Collection: coll.Name, Rules: []*Rule{{Code: "T-1", Severity: Error, About: "Wrong.", Checks: []*Check{check}}}}).Compile(coll)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func expressions(texts ...string) []Expression {
	var list []Expression
	for _, text := range texts {
		list = append(list, Expression{Text: text})
	}
	return list
}

func TestOverlapsAgreeWithHoldingEveryPairAgainstEachOther(t *testing.T) {
	coll := spansCollection()
	of := coll.Table("spans")
	until, _ := schemas.ParseDay("2019-03-31")
	for _, touching := range []string{"allowed", "overlap"} {
		for _, identical := range []string{"", "allowed"} {
			for _, openUntil := range []string{"", "reference_date"} {
				p := checked(t, coll, &Check{For: "spans", Applies: Expression{Text: `kind != "x"`}, NoOverlap: &NoOverlap{
					Within: expressions("owner_id"), Start: Expression{Text: "start"}, End: Expression{Text: "end"}, Touching: touching, Identical: identical, OpenUntil: Expression{Text: openUntil},
				}})
				rapid.Check(t, func(t *rapid.T) {
					d, drawn := drawDelivery(t, coll, 12)
					d.Refer(until)
					rows := drawn["spans"]
					looked := func(r map[string]cell) bool { return r["kind"].state == table.Present && r["kind"].text != "x" }
					covers := func(b, a map[string]cell) bool { // b covers the start of a, which is not earlier
						start, later := valueOf(of.Field("start"), b["start"], false), valueOf(of.Field("start"), a["start"], false)
						if start.state != isKnown || later.state != isKnown || start.n > later.n {
							return false
						}
						end := valueOf(of.Field("end"), b["end"], false)
						switch {
						case b["end"].state == table.Unreadable:
							return false
						case b["end"].state == table.Blank && openUntil == "":
							return true
						case b["end"].state == table.Blank:
							end.n = int64(until)
						}
						return later.n < end.n || touching == "overlap" && later.n == end.n
					}
					var want []uint32
					for i, a := range rows {
						for k, b := range rows {
							if i == k || !looked(a) || !looked(b) || a["owner_id"].state != table.Present || a["owner_id"] != b["owner_id"] {
								continue
							}
							if identical != "" && a["start"] == b["start"] && a["end"] == b["end"] && a["end"].state != table.Unreadable {
								continue
							}
							if covers(a, b) || covers(b, a) {
								want = append(want, uint32(i))
								break
							}
						}
					}
					r := mustRunRapid(t, p, d)
					if got := r.hits[0][0].rows; !slices.Equal(got, want) {
						t.Fatalf("touching %s, identical %s, open until %s: got %v, want %v\n%v", touching, identical, openUntil, got, want, rows)
					}
				})
			}
		}
	}
}

func mustRunRapid(t *rapid.T, p *Program, d *Delivery) *Result {
	r, err := p.Run(context.Background(), d, 1)
	if err != nil {
		t.Fatal(err)
	}
	if o := r.Outcomes[0]; o.Status != Passed && o.Status != Failed {
		t.Fatalf("%+v", o)
	}
	return r
}

func TestAtMostOneOpenAgreesWithCounting(t *testing.T) {
	coll := spansCollection()
	p := checked(t, coll, &Check{For: "spans", AtMostOneOpen: &AtMostOneOpen{Within: expressions("owner_id", "kind"), End: Expression{Text: "end"}}})
	rapid.Check(t, func(t *rapid.T) {
		d, drawn := drawDelivery(t, coll, 15)
		groups := map[string][]uint32{}
		for i, r := range drawn["spans"] {
			if r["end"].state == table.Blank && r["owner_id"].state == table.Present && r["kind"].state == table.Present {
				key := r["owner_id"].text + "\x00" + r["kind"].text
				groups[key] = append(groups[key], uint32(i))
			}
		}
		var want []uint32
		for _, g := range groups {
			if len(g) > 1 {
				want = append(want, g...)
			}
		}
		slices.Sort(want)
		if got := mustRunRapid(t, p, d).hits[0][0].rows; !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestGroupsByTheRecordsOfEachAgreeWithGatheringPairs(t *testing.T) {
	coll := spansCollection()
	const meet = "b != this && b.start <= start"
	check := &Check{
		For: "spans", Holds: Expression{Text: "!is_true(owner.spans.exists(b, " + meet + "))"}, Group: expressions("owner_id", "b.kind"),
		Flags: []Flag{{Field: "start"}, {Each: &Each{Name: "b", List: Expression{Text: "owner.spans"}, When: Expression{Text: meet}, Fields: []string{"end"}}}},
	}
	p := checked(t, coll, check)
	of := coll.Table("spans").Field("start")
	rapid.Check(t, func(t *rapid.T) {
		d, drawn := drawDelivery(t, coll, 9)
		rows := drawn["spans"]
		want := map[string][]string{}
		for i, a := range rows {
			for k, b := range rows {
				later, start := valueOf(of, a["start"], false), valueOf(of, b["start"], false)
				known := drawn["owners"] != nil && slices.ContainsFunc(drawn["owners"], func(o map[string]cell) bool { return o["id"] == a["owner_id"] })
				if i == k || !known || a["owner_id"].state != table.Present || a["owner_id"] != b["owner_id"] || start.state != isKnown || later.state != isKnown || start.n > later.n {
					continue
				}
				key := a["owner_id"].text + "/" + b["kind"].text
				if b["kind"].state != table.Present {
					key = fmt.Sprint(i, " ", k)
				}
				want[key] = append(want[key], fmt.Sprintf("start %d", i), fmt.Sprintf("end %d", k))
			}
		}
		var wanted, got []string
		for _, cells := range want {
			slices.Sort(cells)
			wanted = append(wanted, strings.Join(slices.Compact(cells), ", "))
		}
		ids := map[string]bool{}
		r := mustRunRapid(t, p, d)
		hits := r.hits[0][0]
		for i := range hits.count() {
			var cells []string
			from, to := hits.of(i)
			for _, row := range hits.rows[from:to] {
				cells = append(cells, fmt.Sprintf("start %d", row))
			}
			for _, place := range hits.each[1].places[hits.each[1].starts[from]:hits.each[1].starts[to]] {
				cells = append(cells, fmt.Sprintf("end %d", place))
			}
			slices.Sort(cells)
			got = append(got, strings.Join(slices.Compact(cells), ", "))
		}
		for f := range r.Findings(NewIdentifier(nil)) {
			if ids[f.ID] {
				t.Fatal("an id stands twice")
			}
			ids[f.ID] = true
		}
		slices.Sort(wanted)
		slices.Sort(got)
		if !slices.Equal(got, wanted) {
			t.Fatalf("got %q, want %q\n%v", got, wanted, rows)
		}
	})
}

// parsed reads a catalogue of one check over the front door.
func parsed(t testing.TB, lines ...string) *Catalogue {
	t.Helper()
	text := strings.Split(string(ruleText()), "      - for:")[0] + "      - " + strings.Join(lines, "\n        ") + "\n"
	c, err := Parse("local.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestExamplesOfEveryKindOfCheckFailAndPassAsTheySay(t *testing.T) {
	_, coll, calendar := loadFrontDoor(t)
	for name, lines := range map[string][]string{
		"each with when": {
			"for: cin_episodes",
			`let: {"runs(e, on)": 'e.start_date <= on && (present(e.end_date) ? on <= e.end_date : true)'}`,
			"holds: '!child.episodes.exists(e, e != this && runs(e, start_date))'",
			"flags: [start_date, {each: e in child.episodes, when: 'e != this && runs(e, start_date)', fields: [start_date, end_date]}, child.date_of_birth]",
			"fails:",
			"  - {start_date: 2019-05-02, child: {episodes: [{start_date: 2019-05-01, end_date: 2019-05-02}, {start_date: 2019-05-03}]}, findings: 2, cells: 8}",
			"passes:",
			"  - {start_date: 2019-05-02, end_date: 2019-05-02, child: {episodes: [{start_date: 2019-05-01, end_date: 2019-05-01}, {start_date: 2019-05-03, end_date: no day}]}}",
			"  - {start_date: 2019-05-02, child_id: '', end_date: 2019-05-04}",
		},
		"group": {
			"for: cin_episodes", "holds: present(closure_reason)", "flags: [end_date]", "group: [child_id]",
			"fails:",
			"  - {records: [{child_id: C1, closure_reason: ''}, {child_id: C2, closure_reason: ''}, {child_id: C1, closure_reason: ''}, {child_id: C1, closure_reason: RC1}], findings: 2, cells: 3}",
			"  - {records: [{child_id: '', closure_reason: ''}, {child_id: '', closure_reason: ''}], findings: 2}",
			"passes: [{child_id: C1, closure_reason: RC1}]",
		},
		"group by the records of each": {
			"for: cin_episodes", "let: {same: 'child.episodes.filter(e, e != this && e.start_date == start_date)'}", "holds: size(same) == 0",
			"flags: [start_date, {each: e in same, fields: [start_date]}, {each: c in child.contacts, fields: [source]}]", "group: [child_id, e.episode_id]",
			"fails:",
			"  - {records: [{child_id: C1, episode_id: A, start_date: 2019-05-02, child: {child_id: C1, contacts: [{child_id: C1}]}}, {child_id: C1, episode_id: B, start_date: 2019-05-02}, {child_id: C1, episode_id: B, start_date: 2019-05-02}], findings: 2, cells: 8}",
			"  - {start_date: 2019-05-02, child: {episodes: [{start_date: 2019-05-02}]}, findings: 2, cells: 4}",
			"passes: [{start_date: 2019-05-02, child: {episodes: [{start_date: 2019-05-03}]}}]",
		},
		"neighbours": {
			"for: cin_episodes", "applies: present(previous)", "holds: start_date > previous.end_date && !present(next)", "flags: [start_date, previous.end_date]",
			"fails:",
			"  - {start_date: 2019-05-02, child: {episodes: [{start_date: 2019-05-01, end_date: 2019-05-02}]}, findings: 1, cells: 2}",
			"  - {start_date: 2019-05-01, child: {episodes: [{start_date: 2019-05-01, end_date: ''}, {start_date: 2019-05-01, end_date: 2019-05-02}]}, findings: 1}",
			"passes:",
			"  - {start_date: 2019-05-03, child: {episodes: [{start_date: 2019-05-01, end_date: 2019-05-02}]}}",
			"  - {start_date: 2019-05-02, child: {episodes: [{start_date: 2019-05-01, end_date: 2019-05-02}, {start_date: no day}]}}",
			"  - {start_date: '', child: {episodes: [{start_date: 2019-05-01, end_date: 2019-05-02}]}}",
		},
		"last year": {
			"for: children", "applies: present(last_year)", "holds: sex == last_year.sex", "flags: [sex, last_year.sex]",
			"fails: [{sex: M, last_year: {sex: F}, cells: 2}]",
			"passes: [{sex: M, last_year: {sex: M}}, {sex: M}, {sex: '', last_year: {sex: M}}]",
		},
		"return": {
			"for: return",
			"let: {open: 'cin_episodes.filter(e, !present(e.end_date))'}",
			"applies: size(cin_episodes) > 0",
			"holds: size(open) * 2 <= size(cin_episodes) && size(last_year.children) < 2",
			"flags: [{each: e in open, fields: [end_date, child.sex]}]",
			"fails:",
			"  - {tables: {cin_episodes: [{end_date: ''}, {end_date: '', child: {sex: M}}, {end_date: 2019-01-01}]}, findings: 1, cells: 3}",
			"  - {tables: {cin_episodes: [{end_date: 2019-01-01}]}, last_year: {children: [{sex: M}, {sex: F}]}, findings: 1}",
			"passes: [{tables: {cin_episodes: [{end_date: ''}, {end_date: 2019-01-01}]}, last_year: {children: [{sex: M}]}}, {tables: {children: [{sex: M}]}}]",
		},
		"return without cells": {
			"for: return", "holds: 'children.all(c, children.exists_one(d, d.nhs_number == c.nhs_number)) && reference_date == period_end && period_start == date(\"2018-04-01\") && collection_year == 2019 && authority == \"E1\"'",
			"fails: [{tables: {children: [{nhs_number: '1'}, {nhs_number: '1'}]}, reference_date: 2019-03-31, authority: E1, findings: 1}, {tables: {children: []}, reference_date: 2019-03-30, authority: E1}, {tables: {children: []}, reference_date: 2019-03-31, authority: E2}]",
			"passes: [{tables: {children: [{nhs_number: '1'}, {nhs_number: '2'}]}, reference_date: 2019-03-31, authority: E1}]",
		},
		"shapes": {
			"for: cin_episodes", "no_overlap: {within: [child.child_id], start: start_date, end: end_date, touching: allowed, open_until: as_at}",
			"fails: [{as_at: 2019-12-31, start_date: 2019-05-02, child: {episodes: [{start_date: 2019-05-01, end_date: 2019-05-03}]}, findings: 2, cells: 4}]",
			"passes: [{as_at: 2019-12-31, start_date: 2019-05-02, child: {episodes: [{start_date: 2019-05-01, end_date: 2019-05-02}]}}, {as_at: 2019-12-31, start_date: 2019-05-02, child_id: C1}]",
		},
		"unique within a parent": {
			"for: contacts", "unique: [referral.referral_id, source]", "flags: [source]", "group: [referral_id]",
			"fails: [{source: 1A, referral: {referral_id: R1, contacts: [{source: 1A}]}, findings: 1, cells: 2}]",
			"passes: [{source: 1A, referral: {referral_id: R1, contacts: [{source: 1B}]}}, {records: [{source: 1A, referral_id: R1}, {source: 1A, referral_id: R1}]}]",
		},
		"time of day": {
			"for: contacts", "holds: 'minutes_between(datetime(contact_date), datetime(\"2019-05-02 10:00\")) <= 30 && date(datetime(contact_date)) == contact_date'", "flags: [contact_date]",
			"fails: [{contact_date: 2019-05-02 09:29}]", "passes: [{contact_date: 2019-05-02 09:30}, {contact_date: 2019-05-02}, {contact_date: 2019-05-02 00:00}]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := parsed(t, lines...).Try(context.Background(), coll, calendar); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestANamedConditionKeepsItsOwnNames(t *testing.T) {
	_, coll, calendar := loadFrontDoor(t)
	c := parsed(t, "for: cin_episodes",
		`let: {"others(x)": 'child.episodes.filter(e, e != x)', "later(a, b)": 'others(a).exists(e, e.start_date > b.start_date)', mine: child.episodes}`,
		// Elements of one name stand inside one another, within and without the named conditions, and a named list
		// is walked through inside itself.
		"holds: 'later(this, this) || mine.all(e, mine.all(f, e == f || e.start_date != f.start_date || later(e, f)))'", "flags: [start_date]",
		"fails: [{start_date: 2019-05-02, child: {episodes: [{start_date: 2019-05-02}]}, findings: 2}]",
		"passes: [{start_date: 2019-05-02, child: {episodes: [{start_date: 2019-05-01}, {start_date: 2019-05-03}]}}]")
	if err := c.Try(context.Background(), coll, calendar); err != nil {
		t.Error(err)
	}
}

// crowd makes many spans of one owner.
func crowdOf(t testing.TB, coll *schemas.Collection, n int) *Delivery {
	d, err := Example{}.delivery(coll, coll.Table("owners"), nil)
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]map[string]string, n)
	for i := range rows {
		rows[i] = map[string]string{
			"id": fmt.Sprint(i), "owner_id": "one", "kind": fmt.Sprint(i % 7),
			"start": table.DateText(schemas.Day(10_000 + 3*i)), "end": table.DateText(schemas.Day(10_002 + 3*i)),
		}
	}
	for _, of := range coll.Tables {
		made := &table.Table{Schema: of, Rows: n}
		if of.Name == "owners" {
			made.Rows = 1
		}
		for _, f := range of.Fields {
			cells := rows
			if of.Name == "owners" {
				cells = []map[string]string{{"id": "one", "n": "1"}}
			}
			made.Columns = append(made.Columns, exampleColumn(f, cells))
		}
		d.Tables[of.Name] = made
	}
	return d
}

func TestACrowdedGroupEndsARuleAsBrokenAndNoOther(t *testing.T) {
	coll := spansCollection()
	d := crowdOf(t, coll, 100_000)
	pairwise := &Check{For: "spans", Holds: Expression{Text: "owner.spans.all(e, e == this || e.start != start)"}, Flags: []Flag{{Field: "start"}}}
	begun := time.Now()
	r := mustRun(t, checked(t, coll, pairwise), d, 1)
	if o := r.Outcomes[0]; o.Status != Broken || !strings.Contains(o.Reason, "one group") || !strings.Contains(o.Reason, ErrEffort.Error()) || o.Failures != 0 || len(r.hits[0]) != 0 {
		t.Errorf("pairwise: %+v", o)
	}
	t.Logf("broken after %v", time.Since(begun))
	for name, check := range map[string]*Check{
		"unique":     {Unique: expressions("owner_id", "kind", "start")},
		"no overlap": {NoOverlap: &NoOverlap{Within: expressions("owner_id"), Start: Expression{Text: "start"}, End: Expression{Text: "end"}, Touching: "overlap"}},
		"one open":   {AtMostOneOpen: &AtMostOneOpen{Within: expressions("owner_id"), End: Expression{Text: "end"}}},
		"previous":   {Holds: Expression{Text: "!(previous.end >= start)"}, Flags: []Flag{{Field: "start"}}},
	} {
		check.For = "spans"
		if o := mustRun(t, checked(t, coll, check), d, 1).Outcomes[0]; o.Status != Passed || o.Looked != 100_000 {
			t.Errorf("%s: %+v", name, o)
		}
	}
	each := &Check{For: "spans", Holds: Expression{Text: "kind == \"9\""}, Flags: []Flag{{Each: &Each{Name: "e", List: Expression{Text: "owner.spans"}, When: Expression{Text: "e.start == start"}, Fields: []string{"start"}}}}}
	if o := mustRun(t, checked(t, coll, each), d, 1).Outcomes[0]; o.Status != Broken {
		t.Errorf("flags of each: %+v", o)
	}
}

func TestABlankKeyJoinsToNothing(t *testing.T) {
	coll := spansCollection()
	d := crowdOf(t, coll, 100_000)
	blank := make([]map[string]string, 100_000)
	for i := range blank {
		blank[i] = map[string]string{"owner_id": "", "id": ""}
	}
	for _, of := range coll.Tables {
		for i, f := range of.Fields {
			if f.Name == "owner_id" || f.Name == "id" {
				d.Tables[of.Name].Columns[i] = exampleColumn(f, blank[:d.Tables[of.Name].Rows])
			}
		}
	}
	for _, condition := range []string{"!present(owner)", "!present(previous)", "!is_true(owner.spans.exists(e, true))"} {
		p := checked(t, coll, &Check{For: "spans", Holds: Expression{Text: condition}, Flags: []Flag{{Field: "start"}}})
		if o := mustRun(t, p, d, 1).Outcomes[0]; o.Status != Passed {
			t.Errorf("%s: %+v", condition, o)
		}
	}
	p := checked(t, coll, &Check{For: "owners", Holds: Expression{Text: "size(spans) == 0"}, Flags: []Flag{{Field: "id"}}})
	if o := mustRun(t, p, d, 1).Outcomes[0]; o.Status != Passed {
		t.Errorf("children of a record without a key: %+v", o)
	}
}

func TestListsLongerThanAChunkAreGatheredWhole(t *testing.T) {
	coll := spansCollection()
	n := 2*chunkRows + 17
	d := crowdOf(t, coll, n)
	owners := coll.Table("owners")
	for _, condition := range []string{
		fmt.Sprintf("size(spans) == %d", n),
		fmt.Sprintf("size(spans.filter(e, e.kind == \"3\")) == %d", (n+3)/7),
		fmt.Sprintf(`min(spans.map(e, e.start)) == date(%q)`, table.DateText(10_000)),
		fmt.Sprintf(`max(spans.map(e, e.end)) == date(%q)`, table.DateText(schemas.Day(10_002+3*(n-1)))),
		fmt.Sprintf(`sum(spans.map(e, e.end - e.start)) == %d`, 2*n),
		"count_distinct(spans.map(e, e.kind)) == 7",
		fmt.Sprintf("count_distinct(spans.map(e, e.start)) == %d", n),
		fmt.Sprintf(`spans.max_by(e, e.start).id == "%d"`, n-1),
		`spans.max_by(e, e.kind).id == "6"`, `spans.min_by(e, lower(e.kind)).id == "0"`,
		fmt.Sprintf(`spans.exists(e, e.id == "%d")`, n-1), `spans.all(e, e.start < e.end)`, fmt.Sprintf(`spans.exists_one(e, e.id == "%d")`, n-1),
		fmt.Sprintf(`spans.exists(e, e.id == "%d" && size(e.owner.spans) == %d)`, n-1, n),
		"spans.filter(e, e.kind == \"1\").all(e, e.owner.n == n)",
	} {
		if got := judge(t, coll, owners, condition, d); got[0] != yes {
			t.Errorf("%s: got %d", condition, got[0])
		}
	}
}

func TestTheContextStopsALongList(t *testing.T) {
	coll := spansCollection()
	p := checked(t, coll, &Check{For: "spans", Holds: Expression{Text: "owner.spans.all(e, e.start != start || e == this)"}, Flags: []Flag{{Field: "start"}}})
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := p.Run(ctx, crowdOf(t, coll, 9_000), 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestSayingAShapeOtherwiseIsNoticedByAnExampleOrComplainedOf(t *testing.T) {
	_, coll, calendar := loadFrontDoor(t)
	complaints := func(examples ...string) string {
		c := parsed(t, append([]string{"for: cin_episodes", "no_overlap: {within: [child_id, source_system], start: start_date, end: end_date, touching: allowed, open_until: as_at}"}, examples...)...)
		faults, err := c.Lint(t.Context(), coll, calendar)
		if err != nil {
			t.Fatal(err)
		}
		return faults.Error()
	}
	careless := complaints(
		"fails: [{as_at: 2019-12-31, records: [{child_id: C1, source_system: A, start_date: 2019-01-01, end_date: 2019-03-01}, {child_id: C1, source_system: A, start_date: 2019-02-01, end_date: ''}]}]",
		"passes: [{as_at: 2019-12-31, records: [{child_id: C1, source_system: A, start_date: 2019-01-01, end_date: 2019-03-01}]}]")
	for _, want := range []string{"in place of touching: allowed", "in place of open_until: as_at", "in place of within child_id", "in place of within source_system"} {
		if !strings.Contains(careless, want) {
			t.Errorf("%q is missing in:\n%s", want, careless)
		}
	}
	careful := complaints(
		"fails: [{as_at: 2019-12-31, records: [{child_id: C1, source_system: A, start_date: 2019-01-01, end_date: 2019-03-01}, {child_id: C1, source_system: A, start_date: 2019-02-01, end_date: ''}]}]",
		"passes:",
		"  - {as_at: 2019-12-31, records: [{child_id: C1, source_system: A, start_date: 2019-01-01, end_date: 2019-03-01}, {child_id: C1, source_system: A, start_date: 2019-03-01, end_date: ''}]}",
		"  - {as_at: 2019-12-31, records: [{child_id: C1, source_system: A, start_date: 2019-01-01, end_date: ''}, {child_id: C1, source_system: A, start_date: 2020-03-01, end_date: ''}]}",
		"  - {as_at: 2019-12-31, records: [{child_id: C1, source_system: A, start_date: 2019-01-01}, {child_id: C2, source_system: A, start_date: 2019-01-02}, {child_id: C2, source_system: B, start_date: 2019-01-03}, {child_id: C1, source_system: C, start_date: 2019-01-03}]}")
	if strings.Contains(careful, "in place of") {
		t.Errorf("complains of:\n%s", careful)
	}
}
