package rules

import (
	"runtime"
	"strings"
	"testing"
)

// BenchmarkFrontDoorCatalogue judges a front door of a million contacts by the whole catalogue, on one worker
// and on all. A check is one record that one check looks at.
func BenchmarkFrontDoorCatalogue(b *testing.B) {
	p, d := compileFrontDoor(b), synthetic(b, 1_000_000, 1)
	for name, workers := range map[string]int{"one worker": 1, "all workers": runtime.GOMAXPROCS(0)} {
		b.Run(name, func(b *testing.B) {
			checks := 0
			for b.Loop() {
				checks += mustRun(b, p, d, workers).Work()
			}
			b.ReportMetric(float64(checks)/b.Elapsed().Seconds(), "checks/s")
			b.ReportMetric(float64(checks)/b.Elapsed().Seconds()/float64(workers), "checks/s/core")
		})
	}
}

// BenchmarkKindsOfConditions judges single conditions over a million contacts and a third as many children, links
// and lists between tables at hand. A check is one record; the lists of the children hold three contacts each,
// those of the contacts four siblings.
func BenchmarkKindsOfConditions(b *testing.B) {
	d := synthetic(b, 1_000_000, 1)
	for _, c := range []struct{ kind, table, condition string }{
		{"own: present", "contacts", "present(contact_date)"},
		{"own: date", "contacts", "contact_date <= as_at"},
		{"own: code in a set", "contacts", `in_codes(source, "referral_source")`},
		{"own: two dates", "cin_episodes", "start_date <= end_date"},
		{"own: two codes", "contacts", "source == outcome"},
		{"own: working days", "referrals", "working_days(referral_date, as_at) <= 45"},
		{"parent: date", "contacts", "child.date_of_birth <= contact_date + 280"},
		{"parent: key", "contacts", "child_id == referral.child_id"},
		{"parent: working days", "contacts", "working_days(referral.referral_date, contact_date) <= 5"},
		{"parent: age", "contacts", "age(child.date_of_birth, contact_date) < 18"},
		{"children: exists", "children", `contacts.exists(c, c.source == "6")`},
		{"children: all dates", "children", "contacts.all(c, c.contact_date >= date_of_birth)"},
		{"children: size", "children", "size(contacts) <= 20"},
		{"children: max", "children", "max(contacts.map(c, c.contact_date)) <= as_at"},
		{"children: latest", "children", `contacts.max_by(c, c.contact_date).source == "6"`},
		{"siblings: exists", "contacts", "child.contacts.exists(c, c != this && c.contact_date == contact_date)"},
		{"neighbour: previous", "contacts", "contact_date - previous.contact_date >= 1"},
		{"neighbour: both", "cin_episodes", "previous.end_date <= start_date && !present(next)"},
	} {
		b.Run(strings.ReplaceAll(c.kind, " ", "-"), func(b *testing.B) {
			condition, err := compileCondition(d.Collection, d.Collection.Table(c.table), c.condition)
			if err != nil {
				b.Fatal(err)
			}
			w, links := newWorker(b.Context()), newBinder(d)
			if err := links.bind(w, condition.check.table, &condition.check.reading); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				w.effort = effort{}
				if err := condition.check.eachChunk(w, nil, func(*lanes) {}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(d.Tables[c.table].Rows*b.N)/b.Elapsed().Seconds(), "checks/s")
		})
	}
}

// BenchmarkGroups judges the shapes over all records of a table.
func BenchmarkGroups(b *testing.B) {
	d := synthetic(b, 1_000_000, 1)
	for _, c := range []struct {
		name  string
		check *Check
	}{
		{"unique", &Check{For: "contacts", Unique: expressions("contact_id", "child_id")}},
		{"no overlap", &Check{For: "cin_episodes", NoOverlap: &NoOverlap{Within: expressions("child_id"), Start: Expression{Text: "start_date"}, End: Expression{Text: "end_date"}, Touching: "allowed"}}},
		{"one open", &Check{For: "cin_episodes", AtMostOneOpen: &AtMostOneOpen{Within: expressions("child_id"), End: Expression{Text: "end_date"}}}},
	} {
		b.Run(strings.ReplaceAll(c.name, " ", "-"), func(b *testing.B) {
			p := checked(b, d.Collection, c.check)
			w, binder := newWorker(b.Context()), newBinder(d)
			for b.Loop() {
				if _, err := p.rules[0].checks[0].judge(w, binder, func([]uint32) {}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(d.Tables[c.check.For].Rows*b.N)/b.Elapsed().Seconds(), "checks/s")
		})
	}
}

// BenchmarkRelations makes the links, lists and neighbours of a million contacts.
func BenchmarkRelations(b *testing.B) {
	d := synthetic(b, 1_000_000, 1)
	w := worldOf(b, d.Collection)
	contacts, _ := w.table("contacts")
	children, _ := w.table("children")
	for b.Loop() {
		binder := newBinder(d)
		binder.children(w.lists[children]["contacts"])
		binder.link(linkRef{contacts, []*step{w.steps[contacts]["previous"]}})
	}
}

// BenchmarkFindings writes out every finding of a million contacts.
func BenchmarkFindings(b *testing.B) {
	r := mustRun(b, compileFrontDoor(b), synthetic(b, 1_000_000, 1), 2)
	n := 0
	for b.Loop() {
		for range r.Findings(NewIdentifier([]byte("key"))) {
			n++
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "findings/s")
}
