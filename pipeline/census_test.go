package pipeline_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/pipeline"
	"frontdoor/rules"
	"frontdoor/scripts/generate/census"
)

// check judges a return written to a file.
func check(t testing.TB, path string, o pipeline.CheckOptions) *pipeline.Checked {
	t.Helper()
	o.Collection, o.Paths = "cin_census", []string{path}
	checked, err := pipeline.Check(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return checked
}

// inXML writes a return into a new file.
func inXML(t testing.TB, message *census.Node) (path, text string) {
	t.Helper()
	var b bytes.Buffer
	if err := message.WriteXML(&b); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "return.xml")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, b.String()
}

// issues writes findings as rule and cells, sorted. whole says whether a finding is one text or each of its cells.
func issues(findings []rules.Finding, whole bool) []string {
	all := map[string]bool{}
	for _, f := range findings {
		var cells []string
		for _, c := range f.Cells {
			cells = append(cells, fmt.Sprintf("%s:%d %s", c.Table, c.Line, c.Field))
		}
		slices.Sort(cells)
		if whole || len(cells) == 0 {
			all[f.Rule+" | "+strings.Join(cells, ", ")] = true
			continue
		}
		for _, c := range cells {
			all[f.Rule+" | "+c] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func (o *oracle) issues(whole bool) []string {
	all := map[string]bool{}
	for rule, groups := range o.found {
		for _, cells := range groups {
			if sorted := slices.Sorted(maps.Keys(cells)); whole || len(sorted) == 0 {
				all[rule+" | "+strings.Join(sorted, ", ")] = true
			} else {
				for _, c := range sorted {
					all[rule+" | "+c] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// ofRules keeps the findings of the published rules.
func ofRules(checked *pipeline.Checked) []rules.Finding {
	return slices.DeleteFunc(slices.Collect(checked.Findings()), func(f rules.Finding) bool {
		return strings.HasPrefix(f.Rule, "IN-") || strings.HasPrefix(f.Rule, "PP-")
	})
}

func TestCleanCensusReturnsHaveNoFinding(t *testing.T) {
	for year := 2023; year <= 2026; year++ {
		message := census.Return(uint64(year), year, 3000)
		path, _ := inXML(t, message)
		folder := filepath.Join(t.TempDir(), "tables")
		if err := message.WriteCSV(folder); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{path, folder} {
			checked := check(t, path, pipeline.CheckOptions{})
			for f := range checked.Findings() {
				t.Errorf("%d: %s %v", year, f.Rule, f.Cells)
			}
			for _, o := range checked.Outcomes {
				if o.Status != rules.Passed {
					t.Errorf("%d: rule %s %s: %s", year, o.Rule, o.Status, o.Reason)
				}
			}
		}
	}
}

func TestCensusRulesAgreeWithTheirWordingOnRandomReturns(t *testing.T) {
	rounds := uint64(36)
	if testing.Short() {
		rounds = 4
	}
	reported := map[string]int{}
	for seed := range rounds {
		year := 2023 + int(seed)%4
		m := &mess{Rand: rand.New(rand.NewPCG(seed, 7)), identifiers: seed/12 == 1}
		message := census.Return(seed/2, year, []int{160, 9, 5}[int(seed)/4%3])
		m.spoil(message)
		path, text := inXML(t, message)
		o := readOracle(text)
		o.judge()
		found := ofRules(check(t, path, pipeline.CheckOptions{}))
		for _, whole := range []bool{false, !m.identifiers} {
			got, want := issues(found, whole), o.issues(whole)
			for _, i := range want {
				if !slices.Contains(got, i) {
					t.Errorf("seed %d, %d: missing %s", seed, year, i)
				}
			}
			for _, i := range got {
				if !slices.Contains(want, i) {
					t.Errorf("seed %d, %d: not wanted %s", seed, year, i)
				}
			}
			if t.Failed() {
				t.FailNow()
			}
		}
		for rule := range o.found {
			reported[fmt.Sprintf("%s in %d", rule, year)]++
		}
	}
	if testing.Short() {
		return
	}
	for year := 2023; year <= 2026; year++ {
		catalogue, err := rules.Load("cin_census")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range catalogue.In(rules.YearOf(rulesDay(year))).Rules {
			if key := fmt.Sprintf("%s in %d", r.Code, year); !strings.HasPrefix(r.Code, "PP-") && reported[key] == 0 {
				t.Errorf("rule %s was never broken", key)
			}
		}
	}
}

func rulesDay(year int) int32 {
	return int32(time.Date(year, 3, 31, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// mess spoils returns: values that are no codes, dates that are moved or gone, records that are doubled or gone.
type mess struct {
	*rand.Rand
	identifiers bool // children's identifiers too
	edges       []time.Time
	dates       []time.Time // of the child at hand, and the edges of the year
}

var spoilt = map[string][]string{
	"ReferralNFA":            {"0", "1", "true", "false", "True", "FALSE", "2", ""},
	"ICPCnotRequired":        {"0", "1", "true", "false", "True", "FALSE", ""},
	"ReasonForClosure":       {"RC1", "RC2", "RC8", "RC8", "RC9", "RC10", "rc1", ""},
	"PrimaryNeedCode":        {"N0", "N9", "N10", "n1", ""},
	"ReferralSource":         {"1A", "10", "11", "1a", ""},
	"Ethnicity":              {"WBRI", "wbri", "XXXX", ""},
	"Disability":             {"NONE", "none", "MOB", "MOB", "XYZ", ""},
	"Sex":                    {"M", "U", "u", "X", ""},
	"GenderCurrent":          {"0", "1", "9", "3", ""},
	"UPNunknown":             {"UN1", "UN7", "un7", "UN8", "un2", ""},
	"UPN":                    {"A801200001001", "H801200001001", "H801200001001", "A801", "A80120", "A80120000100I", "A999200001001", "A942200001001", "A8O1200001001", "A801200OO1001", "A80120000100a", ""},
	"FormerUPN":              {"A801200001001", "A80120000100A", "1801200001001", "A80", ""},
	"InitialCategoryOfAbuse": {"NEG", "neg", "XXX", ""},
	"LatestCategoryOfAbuse":  {"MUL", "neg", "XXX", ""},
	"NumberOfPreviousCPP":    {"0", "-1", ""},
	"AssessmentFactors":      {"21", "21", "121", "18A", "18a", "19A", "1A", "1A", "XX", ""},
}

// dated are the dates that a record may have and often lacks.
var dated = map[string][]string{
	"ChildIdentifiers": {"PersonDeathDate", "ExpectedPersonBirthDate"}, "CINdetails": {"DateOfInitialCPC", "CINclosureDate"},
	"Assessments": {"AssessmentAuthorisationDate"}, "CINPlanDates": {"CINPlanEndDate"}, "Section47": {"DateOfInitialCPC", "InitialCPCtarget"},
	"ChildProtectionPlans": {"CPPendDate"},
}

func (m *mess) spoil(message *census.Node) {
	d := message.Kid("Header").Kid("CollectionDetails").Kid("ReferenceDate")
	last, err := time.Parse(time.DateOnly, d.Text)
	if err != nil {
		panic(err)
	}
	for _, day := range []time.Time{last, last.AddDate(-1, 0, 1)} {
		m.edges = append(m.edges, day.AddDate(0, 0, -1), day, day.AddDate(0, 0, 1))
	}
	if m.IntN(4) == 0 {
		d.Text = ""
	}
	for _, child := range message.Kid("Children").Kids {
		m.dates = m.edges
		m.gather(child)
		m.node(child)
	}
	if len(message.Kid("Children").Kids) < 6 { // so few that one disability may be all there is
		code := "MOB"
		for _, child := range message.Kid("Children").Kids {
			if all := child.Kid("ChildCharacteristics").Kid("Disabilities"); all != nil {
				all.Kids = []*census.Node{{Name: "Disability", Text: code}}
				code = "NONE"
			}
		}
	}
}

// gather collects the dates of a child, from which others are taken: equal dates and neighbours are what rules
// turn on.
func (m *mess) gather(n *census.Node) {
	if date, err := time.Parse(time.DateOnly, n.Text); err == nil {
		m.dates = append(m.dates[:len(m.dates):len(m.dates)], date)
	}
	for _, kid := range n.Kids {
		m.gather(kid)
	}
}

func (m *mess) date() string {
	return m.dates[m.IntN(len(m.dates))].AddDate(0, 0, []int{-280, -1, 0, 0, 0, 0, 1, 30, -45}[m.IntN(9)]).Format(time.DateOnly)
}

func (m *mess) node(n *census.Node) {
	for i := 0; i < len(n.Kids); i++ {
		kid := n.Kids[i]
		m.node(kid)
		switch {
		case len(kid.Kids) == 0 || kid.Name == "ChildIdentifiers" || kid.Name == "ChildCharacteristics":
		case m.IntN(15) == 0:
			n.Kids = slices.Delete(n.Kids, i, i+1)
			i--
		case m.IntN(6) == 0:
			copied := copyOf(kid)
			m.node(copied)
			n.Kids = slices.Insert(n.Kids, i+1, copied)
			i++
		}
	}
	if n.Name == "ChildIdentifiers" && n.Kid("FormerUPN") == nil && m.IntN(10) == 0 {
		n.Kids = append(n.Kids, &census.Node{Name: "FormerUPN", Text: spoilt["FormerUPN"][m.IntN(4)]})
	}
	for _, name := range dated[n.Name] {
		if n.Kid(name) == nil && m.IntN(8) == 0 {
			n.Kids = append(n.Kids, &census.Node{Name: name, Text: m.date()})
		}
	}
	if n.Name == "CINdetails" {
		m.extra(n)
	}
	if len(n.Kids) > 0 {
		return
	}
	choices := spoilt[n.Name]
	_, err := time.Parse(time.DateOnly, n.Text)
	switch {
	case n.Name == "LAchildID" && m.identifiers && m.IntN(8) == 0:
		n.Text = []string{"", "A-1", "A 2", "A2", "A2", "ABCDEFGHIJKLMNOPQRSTU", "ABCDEFGHIJKLMNOPQRST"}[m.IntN(7)]
	case choices != nil && m.IntN(7) == 0:
		n.Text = choices[m.IntN(len(choices))]
	case err == nil && m.IntN(12) == 0:
		n.Text = ""
	case n.Name == "PersonBirthDate" && m.IntN(12) == 0:
		n.Text = m.edges[m.IntN(len(m.edges))].AddDate(-25, 0, 0).Format(time.DateOnly)
	case err == nil && m.IntN(6) == 0:
		n.Text = m.date()
	}
}

// extra adds records with dates of any kind to an episode.
func (m *mess) extra(episode *census.Node) {
	add := func(name, text string) *census.Node { return &census.Node{Name: name, Text: text} }
	if m.IntN(5) == 0 {
		plan := add("ChildProtectionPlans", "")
		plan.Kids = append(plan.Kids, add("CPPstartDate", m.date()), add("InitialCategoryOfAbuse", "NEG"), add("LatestCategoryOfAbuse", "NEG"), add("NumberOfPreviousCPP", "0"))
		switch m.IntN(5) {
		case 0:
			plan.Kids = append(plan.Kids, add("CPPendDate", plan.Kids[0].Text))
		case 1, 2:
			plan.Kids = append(plan.Kids, add("CPPendDate", m.date()))
		}
		plan.Kids = append(plan.Kids, &census.Node{Name: "Reviews", Kids: []*census.Node{add("CPPreviewDate", m.date())}})
		episode.Kids = append(episode.Kids, plan)
	}
	if m.IntN(2) == 0 {
		enquiry := add("Section47", "")
		enquiry.Kids = append(enquiry.Kids, add("S47ActualStartDate", m.date()), add("ICPCnotRequired", spoilt["ICPCnotRequired"][m.IntN(7)]))
		switch held := episode.Kid("DateOfInitialCPC"); {
		case held != nil && m.IntN(2) == 0:
			enquiry.Kids = append(enquiry.Kids, add("DateOfInitialCPC", held.Text))
		case m.IntN(2) == 0:
			enquiry.Kids = append(enquiry.Kids, add("DateOfInitialCPC", m.date()))
		}
		episode.Kids = append(episode.Kids, enquiry)
	}
	if m.IntN(5) == 0 {
		plan := add("CINPlanDates", "")
		plan.Kids = append(plan.Kids, add("CINPlanStartDate", m.date()))
		if m.IntN(2) == 0 {
			plan.Kids = append(plan.Kids, add("CINPlanEndDate", m.date()))
		}
		episode.Kids = append(episode.Kids, plan)
	}
}

func copyOf(n *census.Node) *census.Node {
	copied := &census.Node{Name: n.Name, Text: n.Text}
	for _, kid := range n.Kids {
		copied.Kids = append(copied.Kids, copyOf(kid))
	}
	return copied
}
