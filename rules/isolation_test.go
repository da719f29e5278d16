package rules

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// relatedRules are rules over parents, children, siblings, neighbours and groups of the front door.
const relatedRules = `collection: front_door
rules:
  - &rule
    code: FD-901
    severity: error
    title: Episodes that run at once
    about: Wrong.
    source: the project's own
    since: 2018-19
    checks:
      - for: cin_episodes
        let: {"runs(e, on)": 'e.start_date <= on && (present(e.end_date) ? on <= e.end_date : true)'}
        holds: '!child.episodes.exists(e, e != this && runs(e, start_date))'
        flags: [start_date, {each: e in child.episodes, when: 'e != this && runs(e, start_date)', fields: [start_date, end_date]}]
        fails: [{start_date: 2019-05-02}]
        passes: [{start_date: 2019-05-02}]
      - for: cin_episodes
        no_overlap: {within: [child_id], start: start_date, end: end_date, touching: overlap}
        fails: [{start_date: 2019-05-02}]
        passes: [{start_date: 2019-05-02}]
      - for: cin_episodes
        at_most_one_open: {within: [child_id], end: end_date}
        group: [child_id]
        fails: [{start_date: 2019-05-02}]
        passes: [{start_date: 2019-05-02}]
  - code: FD-902
    severity: error
    title: Neighbours
    about: Wrong.
    source: the project's own
    since: 2018-19
    checks:
      - for: contacts
        holds: contact_date - previous.contact_date > 30 && next.source != source
        flags: [contact_date, previous.contact_date, next.source]
        fails: [{contact_date: 2019-05-02}]
        passes: [{contact_date: 2019-05-02}]
      - for: referrals
        holds: present(next) || referral_date >= max(child.contacts.map(c, c.contact_date))
        flags: [referral_date]
        fails: [{referral_date: 2019-05-02}]
        passes: [{referral_date: 2019-05-02}]
  - code: FD-903
    severity: warning
    title: Children with many contacts
    about: Wrong.
    source: the project's own
    since: 2018-19
    checks:
      - for: children
        holds: size(contacts.filter(c, present(c.referral))) <= 1 && contacts.max_by(c, c.contact_date).source != "6" && contacts.all(c, c.referral.child == this)
        flags: [child_id, {each: c in contacts, fields: [source, referral.source]}]
        fails: [{child_id: C1}]
        passes: [{child_id: C1}]
`

func compileRelated(t testing.TB) *Program {
	t.Helper()
	_, coll, _ := loadFrontDoor(t)
	c, err := Parse("related.yaml", []byte(strings.Replace(relatedRules, "  - &rule\n    code", "  - code", 1)))
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.Compile(coll)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// tidy makes a front door in which every key stands once, every record has a child and no two dates of a child are
// equal, with about one other cell in ten blank or unreadable.
func tidy(t testing.TB, children int, seed uint64) (*Delivery, map[string][]map[string]string) {
	t.Helper()
	_, coll, calendar := loadFrontDoor(t)
	random := rand.New(rand.NewPCG(seed, 2))
	rows := map[string][]map[string]string{}
	for _, of := range coll.Tables {
		n := children
		if of.Name != "children" {
			n = 3 * children
		}
		for i := range n {
			cells := map[string]string{}
			for _, f := range of.Fields {
				text := fmt.Sprintf("%s %d", f.Name, random.IntN(9))
				switch {
				case f.Name == of.Key[0]:
					text = fmt.Sprintf("%s-%d", of.Name, i)
				case f.Name == "child_id":
					text = fmt.Sprintf("children-%d", random.IntN(children))
				case f.References != "":
					text = fmt.Sprintf("%s-%d", f.References, random.IntN(3*children))
				case f.Name == "source":
					text = fmt.Sprint(6 + random.IntN(3))
				case f.Type == schemas.TypeDate || f.Type == schemas.TypeDateTime:
					text = table.DateText(schemas.Day(17_000 + i + 13*n*random.IntN(3)))
				}
				if f.Name != "child_id" && f.Name != of.Key[0] && random.IntN(10) == 0 {
					text = []string{"", "no day"}[random.IntN(2)]
				}
				cells[f.Name] = text
			}
			cells["line"] = fmt.Sprint(i + 2)
			rows[of.Name] = append(rows[of.Name], cells)
		}
	}
	asAt := schemas.Day(18_000)
	d := &Delivery{Collection: coll, Tables: map[string]*table.Table{}, AsAt: &asAt, Calendar: calendar}
	fillTables(d, rows)
	return d, rows
}

// fillTables makes rows into the tables of a delivery.
func fillTables(d *Delivery, rows map[string][]map[string]string) {
	for _, of := range d.Collection.Tables {
		made := &table.Table{Schema: of, Rows: len(rows[of.Name])}
		var lines []uint32
		for _, cells := range rows[of.Name] {
			var line uint32
			_, _ = fmt.Sscan(cells["line"], &line)
			lines = append(lines, line)
		}
		made.Line = table.LineArray(lines)
		for _, f := range of.Fields {
			made.Columns = append(made.Columns, exampleColumn(f, rows[of.Name]))
		}
		d.Tables[of.Name] = made
	}
}

// told writes findings so that they can be compared, in an order of their own.
func told(r *Result) []string {
	var all []string
	for f := range r.Findings(NewIdentifier(nil)) {
		var cells []string
		for _, c := range f.Cells {
			cells = append(cells, fmt.Sprintf("%s %d %s", c.Table, c.Line, c.Field))
		}
		slices.Sort(cells)
		all = append(all, fmt.Sprint(f.Rule, " ", f.Table, " ", f.ID, cells))
	}
	slices.Sort(all)
	return all
}

func TestTheOrderOfRulesRecordsAndWorkersDoesNotMatter(t *testing.T) {
	p := compileRelated(t)
	d, rows := tidy(t, 200, 1)
	want := told(mustRun(t, p, d, 1))
	if len(want) < 100 {
		t.Fatalf("only %d findings", len(want))
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 3 {
		shuffled := &Program{collection: p.collection, rules: slices.Clone(p.rules)}
		random.Shuffle(len(shuffled.rules), func(i, k int) {
			shuffled.rules[i], shuffled.rules[k] = shuffled.rules[k], shuffled.rules[i]
		})
		for _, of := range rows {
			random.Shuffle(len(of), func(i, k int) { of[i], of[k] = of[k], of[i] })
		}
		again := *d
		again.Tables = map[string]*table.Table{}
		fillTables(&again, rows)
		if got := told(mustRun(t, shuffled, &again, 1+random.IntN(4))); !reflect.DeepEqual(got, want) {
			t.Fatalf("%d findings, want %d", len(got), len(want))
		}
	}
}

func TestGarbageInOneRecordLeavesOtherChildrenAlone(t *testing.T) {
	p := compileRelated(t)
	d, rows := tidy(t, 60, 5)
	verdicts := func(d *Delivery) map[string]bool { // by rule, check, table and row
		all := map[string]bool{}
		for i, r := range mustRun(t, p, d, 1).hits {
			for check, f := range r {
				for _, row := range f.rows {
					all[fmt.Sprintf("%d %d %s %d", i, check, p.rules[i].checks[check].table.name(), row)] = true
				}
			}
		}
		return all
	}
	before := verdicts(d)
	childOf := func(tableName string, row int) string { return rows[tableName][row]["child_id"] }
	changed := 0
	for _, of := range d.Collection.Tables {
		const row = 7
		// Whom the record concerns: its child, and those of the records that refer to it.
		concerned := map[string]bool{childOf(of.Name, row): true}
		for _, other := range d.Collection.Tables {
			for _, f := range other.Fields {
				for i, cells := range rows[other.Name] {
					if f.References == of.Name && cells[f.Name] == rows[of.Name][row][of.Key[0]] {
						concerned[childOf(other.Name, i)] = true
					}
				}
			}
		}
		if referral := rows[of.Name][row]["referral_id"]; of.Name == "contacts" && referral != "" {
			for i, cells := range rows["referrals"] {
				if cells["referral_id"] == referral {
					concerned[childOf("referrals", i)] = true
				}
			}
		}
		for _, f := range of.Fields {
			after := verdicts(garble(d, of.Name, f.Name, row))
			for place := range union(before, after) {
				if before[place] == after[place] {
					continue
				}
				changed++
				var rule, check, at int
				var name string
				_, _ = fmt.Sscan(place, &rule, &check, &name, &at)
				if !concerned[childOf(name, at)] {
					t.Errorf("%s.%s: the verdict on %s changed, which concerns another child", of.Name, f.Name, place)
				}
			}
		}
	}
	if changed == 0 {
		t.Error("garbage changed nothing at all")
	}
}

func union(a, b map[string]bool) map[string]bool {
	both := map[string]bool{}
	for k := range a {
		both[k] = true
	}
	for k := range b {
		both[k] = true
	}
	return both
}

// allocations counts those of a run, as few as any of several tries had: what the runtime allocates meanwhile is not
// the run's.
func allocations(run func()) float64 {
	least := testing.AllocsPerRun(2, run)
	for range 4 {
		least = min(least, testing.AllocsPerRun(2, run))
	}
	return least
}

func TestListsAreJudgedWithoutAllocation(t *testing.T) {
	if raceDetector {
		t.Skip("under the race detector pools of the standard library allocate")
	}
	_, coll, _ := loadFrontDoor(t)
	d := synthetic(t, 12*chunkRows, 12)
	d.LastYear = d.Tables
	for _, condition := range []string{
		"contacts.exists(c, c.source == \"6\")", "contacts.all(c, c.contact_date >= date_of_birth)", "contacts.exists_one(c, present(c.referral))",
		"size(contacts.filter(c, c.outcome in [\"NFA\"])) <= 2", "max(contacts.map(c, c.contact_date)) - min(episodes.map(e, e.start_date)) < 100",
		"contacts.max_by(c, c.contact_date).referral.nfa == \"1\"", "contacts.all(c, contacts.exists_one(d, c == d))", "count_distinct(contacts.map(c, c.source)) <= 3",
		"referrals.all(r, r.contacts.all(c, c.contact_date >= r.referral_date - 30))", "last_year.sex == sex",
	} {
		c, err := compileCondition(coll, coll.Table("children"), condition)
		if err != nil {
			t.Fatal(err)
		}
		w := newWorker(t.Context())
		if err := newBinder(d).bind(w, c.check.table, &c.check.reading); err != nil {
			t.Fatal(err)
		}
		if n := allocations(func() { _ = c.check.eachChunk(w, nil, func(*lanes) {}) }); n > 0 {
			t.Errorf("%s: %v allocations", condition, n)
		}
	}
}

func TestReadingOrderOfFindingsIsThatOfTheirFirstRecord(t *testing.T) {
	d, _ := tidy(t, 50, 9)
	r := mustRun(t, compileRelated(t), d, 2)
	for i := range r.hits {
		hits := r.inOrder(i)
		if !slices.IsSortedFunc(hits, func(a, b hit) int {
			return cmp.Or(cmp.Compare(a.table, b.table), cmp.Compare(a.row, b.row), cmp.Compare(a.check, b.check))
		}) {
			t.Errorf("rule %d: %v", i, hits)
		}
	}
}
