package main

import "testing"

// sample is the plan of the committed sample.
func sample(t *testing.T) *delivery {
	t.Helper()
	d, err := planned(1, goal{contacts: 6720})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestClassesAddUpToTheContactRows(t *testing.T) {
	d := sample(t)
	got := d.truth(1)
	for name, n := range map[string]classCount{"all": got.All, "in period": got.InPeriod.classCount} {
		sum := 0
		for class, count := range n.Classes {
			sum += count
			if count == 0 {
				t.Errorf("%s: no row is %s", name, class)
			}
		}
		if sum != n.ContactRows {
			t.Errorf("%s: classes add up to %d, rows are %d", name, sum, n.ContactRows)
		}
	}
	if files := got.Files["contacts.csv"]; got.All.ContactRows != files.Accepted {
		t.Errorf("%d rows have a class, %d are accepted", got.All.ContactRows, files.Accepted)
	}
}

func TestReferralsAddUpAndLinkedEqualsConverted(t *testing.T) {
	d := sample(t)
	got := d.truth(1)
	sum, converted := 0, 0
	for _, n := range got.Referrals {
		sum += n
	}
	for _, c := range d.contacts {
		if c.linked != nil {
			converted++
		}
	}
	if accepted := got.Files["referrals.csv"].Accepted; sum != accepted {
		t.Errorf("referrals add up to %d, %d are accepted", sum, accepted)
	}
	if linked := got.Referrals[statusLinked]; linked != converted {
		t.Errorf("%d referrals linked, %d incidents converted", linked, converted)
	}
}

func TestPeriodHoldsTheSentence(t *testing.T) {
	got := sample(t).truth(1).InPeriod
	if got.Contacts != 6720 {
		t.Errorf("%d contacts in the period, want 6720", got.Contacts)
	}
	if got.ConversionPercent < 28.6 || got.ConversionPercent > 29.4 {
		t.Errorf("%.2f %% of the unique contacts became referrals, want about 29", got.ConversionPercent)
	}
	for method, n := range got.LinkMethods {
		if n == 0 {
			t.Errorf("no incident in the period is linked by %s", method)
		}
	}
}

func TestEveryRuleIsPlanted(t *testing.T) {
	d := sample(t)
	rules := []string{
		"IN-005", "IN-006", "IN-007",
		"FD-001", "FD-002", "FD-003", "FD-004", "FD-005", "FD-006", "FD-007", "FD-008", "FD-010", "FD-011", "FD-012", "FD-013",
		"FD-014", "FD-015", "FD-016", "FD-017", "FD-018", "FD-019", "FD-020", "FD-021", "FD-022", "FD-023", "FD-030", "FD-031",
		"FD-032", "FD-033", "FD-034", "FD-035", "FD-036", "FD-037", "FD-038", "FD-039", "FD-040", "FD-050", "FD-051", "FD-052",
		"FD-053", "FD-054", "FD-055", "FD-056", "FD-057", "FD-024", "FD-025", "FD-026", "FD-027", "FD-028", "FD-029", "FD-041",
		"FD-042", "FD-043", "FD-044", "FD-045", "FD-046", "FD-047", "FD-048", "FD-049", "FD-058", "FD-059", "FD-060", "FD-061",
		"FD-062", "FD-063", "FD-064", "FD-065", "FD-066", "FD-067", "FD-068", "FD-070",
	}
	for _, rule := range rules {
		if n := len(d.findings[rule]); n < 2 {
			t.Errorf("%s is planted on %d records", rule, n)
		}
	}
	for _, rule := range []string{"FD-071", "FD-072", "FD-073", "FD-074", "FD-075", "FD-076"} {
		if len(d.together[rule]) != 1 {
			t.Errorf("%s is planted %d times", rule, len(d.together[rule]))
		}
	}
	if len(d.findings) != len(rules) {
		t.Errorf("%d rules planted, %d named here", len(d.findings), len(rules))
	}
}

func TestUnrelatedEventsOfOnePersonKeepApart(t *testing.T) {
	d := sample(t)
	incidents := map[int][]*contact{}
	for i := range d.contacts {
		if c := &d.contacts[i]; c.child != nil && c.first == i {
			incidents[c.child.person] = append(incidents[c.child.person], c)
		}
	}
	for _, firsts := range incidents {
		for i, one := range firsts {
			for _, other := range firsts[:i] {
				gap := max(one.day-other.day, other.day-one.day)
				twoOccurrences := gap == 0 && one.incident != other.incident
				afterClosure := one.class != other.class && gap <= 3
				if gap <= apart && !twoOccurrences && !afterClosure {
					t.Errorf("two incidents of one person are %d days apart", gap)
				}
			}
		}
	}
}
