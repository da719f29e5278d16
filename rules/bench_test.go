package rules

import (
	"context"
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

// BenchmarkKindsOfConditions judges single conditions over a million contacts, links between tables at hand.
func BenchmarkKindsOfConditions(b *testing.B) {
	d := synthetic(b, 1_000_000, 1)
	for _, c := range []struct{ kind, condition string }{
		{"present", "present(contact_date)"}, {"date against a constant", "contact_date <= as_at"}, {"code in a list", `in_codes(source, "referral_source")`},
		{"two codes", "source == outcome"}, {"parent date", "child.date_of_birth <= contact_date + 280"}, {"parent key", "child_id == referral.child_id"},
		{"working days", "working_days(referral.referral_date, contact_date) <= 5"}, {"age", "age(child.date_of_birth, contact_date) < 18"},
	} {
		b.Run(strings.ReplaceAll(c.kind, " ", "-"), func(b *testing.B) {
			condition, err := CompileCondition(d.Collection, d.Collection.Table("contacts"), c.condition)
			if err != nil {
				b.Fatal(err)
			}
			w, links := newWorker(context.Background()), newBinder(d)
			if err := links.bind(w, condition.check.table, &condition.check.reading); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if err := condition.check.eachChunk(w, nil, func(*lanes) {}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(d.Tables["contacts"].Rows*b.N)/b.Elapsed().Seconds(), "checks/s")
		})
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

// BenchmarkLinks makes the link from a million contacts to their children.
func BenchmarkLinks(b *testing.B) {
	d := synthetic(b, 1_000_000, 1)
	child, parent := d.Tables["contacts"].Column("child_id"), d.Tables["children"].Column("child_id")
	for b.Loop() {
		parentRows(child, parent)
	}
}
