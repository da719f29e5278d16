package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"frontdoor/rules"
)

var update = flag.Bool("update", false, "write the golden files")

func TestPageIsTheGoldenOne(t *testing.T) {
	got := written(t, smallPage())
	const golden = "testdata/small.golden.html"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the page is not %s; look at the difference, then run with -update", golden)
	}
}

func TestSamePageSameBytes(t *testing.T) {
	first := written(t, smallPage())
	if written(t, smallPage()) != first {
		t.Error("two writes differ")
	}
}

func TestPageHasNoScriptAndAsksForNothing(t *testing.T) {
	page := written(t, smallPage())
	for _, forbidden := range []string{"<script", "javascript:", "http:", "https:", "<link", "<img", "<iframe", "@import", "url(", " style=", " onload", " onclick", "ZgotmplZ"} {
		if strings.Contains(strings.ToLower(page), strings.ToLower(forbidden)) {
			t.Errorf("the page has %q", forbidden)
		}
	}
	if !strings.Contains(page, `http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-`) {
		t.Error("the page has no policy of its own")
	}
	if strings.Index(page, "Content-Security-Policy") > strings.Index(page, "<style>") {
		t.Error("the policy stands behind the style it allows")
	}
}

func TestHostileTextStaysText(t *testing.T) {
	const hostile = `"><script>alert(1)</script><svg onload=x>{{.}}&'`
	p := smallPage()
	p.Authority.Name, p.RunID, p.ApprovedBy, p.Program, p.DefinitionVersion = hostile, hostile, hostile, hostile, hostile
	p.Notes = []string{hostile}
	for i := range p.Measures {
		m := &p.Measures[i]
		m.Title, m.Wording, m.Source, m.Exclusions, m.Numerator, m.Denominator, m.Notes, m.Changed, m.Limit = hostile, hostile, hostile, hostile, hostile, hostile, hostile, hostile, hostile
		m.Standing, m.Breaks, m.Beside = Standing{"red", hostile}, []Break{{"2019-05-01", hostile}}, []Beside{{Area: hostile, Year: hostile, Note: hostile}}
	}
	p.Terms, p.Neighbours = []Term{{hostile, hostile, hostile, hostile}}, []NeighbourList{{hostile, []string{hostile}}}
	for i := range p.Figures {
		f := &p.Figures[i]
		if f.Breakdown != "" && f.Breakdown != "settings" {
			f.Category += hostile
		}
		if f.Unavailable != "" {
			f.Unavailable = hostile
		}
	}
	for i := range p.Outcomes {
		p.Outcomes[i].Title, p.Outcomes[i].Reason = hostile, hostile
	}
	p.Settings[0] = Setting{hostile, hostile, hostile}
	p.Inputs[0].File, p.Inputs[0].Table, p.Inputs[0].Status = hostile, hostile, hostile
	page := written(t, p)
	if strings.Contains(page, "<script") || strings.Contains(page, "<svg onload") {
		t.Error("delivered text became markup")
	}
}

func TestSourceThatIsNoCodeIsNotNamed(t *testing.T) {
	p := smallPage()
	p.Figures = append(p.Figures, count("contacts", "source", "Mrs Green next door", 400), count("contacts", "source", "her neighbour", 300))
	page := written(t, p)
	if strings.Contains(page, "Green") || strings.Contains(page, "neighbour") {
		t.Error("the page names a delivered text")
	}
	if !strings.Contains(page, `<tr><th scope="row">Not mapped</th><td class="n">700</td>`) {
		t.Error("sources without a code are not counted together")
	}
}

func TestFigureThatIsNotAvailableSaysWhy(t *testing.T) {
	p := smallPage()
	var figures []Figure
	for _, f := range p.Figures {
		if f.Measure == "days_to_referral" {
			continue
		}
		figures = append(figures, f)
	}
	p.Figures = append(figures, Figure{Measure: "days_to_referral", Period: wholePeriod, Unavailable: "referrals not delivered"})
	if page := written(t, p); !strings.Contains(page, "Not available: referrals not delivered.") {
		t.Error("the table of days does not say why it is missing")
	}
}

func TestPageWithNothingInItIsWhole(t *testing.T) {
	page := written(t, Page{AsAt: "2019-12-31", Period: wholePeriod})
	if !strings.HasSuffix(page, "</html>\n") {
		t.Error("the page ends early")
	}
}

func TestPageRefusesWhatIsNoDate(t *testing.T) {
	for _, p := range []Page{{}, {AsAt: "31/12/2019", Period: wholePeriod}, {AsAt: "2019-12-31", Period: Period{From: "2019", To: "2020"}}} {
		if err := WritePublic(&bytes.Buffer{}, p.Public()); err == nil {
			t.Errorf("%+v: want an error", p)
		}
	}
}

// Headings must not skip a level, every table has a caption, every header cell a scope.
func TestMarkupIsInOrder(t *testing.T) {
	page := written(t, smallPage())
	last := 0
	for _, m := range regexp.MustCompile(`<h([1-6])`).FindAllStringSubmatch(page, -1) {
		level := int(m[1][0] - '0')
		if level > last+1 {
			t.Errorf("a heading of level %d follows one of level %d", level, last)
		}
		last = level
	}
	if tables, captions := strings.Count(page, "<table"), strings.Count(page, "<caption"); tables != captions {
		t.Errorf("%d tables, %d captions", tables, captions)
	}
	if cells, scopes := strings.Count(page, "<th ")+strings.Count(page, "<th>"), strings.Count(page, "<th scope="); cells != scopes {
		t.Errorf("%d header cells, %d with a scope", cells, scopes)
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("the id %s stands twice", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !ids[m[1]] {
			t.Errorf("a link leads to #%s, which is not there", m[1])
		}
	}
}

func TestSyntheticPageSaysSoFirst(t *testing.T) {
	const banner = "Synthetic data: every child, contact and number in this page is invented"
	p := smallPage()
	if page := written(t, p); strings.Index(page, banner) > strings.Index(page, "<h1") || !strings.Contains(page, banner) {
		t.Error("the banner does not stand before the heading")
	}
	p.Synthetic = false
	if strings.Contains(written(t, p), "ynthetic data") {
		t.Error("real data are called synthetic")
	}
}

func written(t *testing.T, p Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := WritePublic(&b, p.Public()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var wholePeriod = Period{Kind: "whole", Label: "whole", From: "2019-04-01", To: "2019-09-30"}

func count(measure, breakdown, category string, n int64) Figure {
	f := Figure{Measure: measure, Period: wholePeriod, Breakdown: breakdown, Category: category, Numerator: &n, Publish: "shown"}
	if n >= 1 && n <= 5 {
		f.Publish = "numerator hidden"
	}
	if breakdown == "month" {
		f.Period = Period{Kind: "month", Label: category, From: category + "-01", To: category + "-28"}
		f.Breakdown, f.Category = "", ""
	}
	return f
}

func rated(measure, breakdown, category string, n, d int64) Figure {
	f := count(measure, breakdown, category, n)
	f.Denominator = &d
	if d > 0 {
		r := float64(n) / float64(d)
		f.Value = &r
	}
	return f
}

// smallPage is an invented run in the shape in which the pipeline makes one.
func smallPage() Page {
	p := Page{
		Authority: Authority{Code: "998", Name: "Sampleshire"}, Synthetic: true, AsAt: "2019-12-31",
		Period: wholePeriod, RunID: "0123456789abcdef", Program: "0.1.0",
		Policy:             Policy{Name: "small numbers, version 1", Words: "A count of 1 to 5 is hidden.", Exempt: "Process counts are exempt.", RoundTo: 1, Hidden: "c", NotAvailable: "x", NoRate: "z"},
		Notes:              []string{"There is no national definition of a unique contact: do not compare this figure with other councils. Neither high nor low is good in itself."},
		FindingsBySeverity: map[rules.Severity]int64{rules.Error: 412, rules.Warning: 57, rules.Query: 3},
		Outcomes: []rules.Outcome{
			{Rule: "FD-001", Title: "Child number stands on more than one row", Severity: rules.Error, Status: rules.Passed, Looked: 6152},
			{Rule: "FD-004", Title: "Contact whose child is not in the file", Severity: rules.Error, Status: rules.Failed, Looked: 13786, Failures: 49},
			{Rule: "FD-020", Title: "Closure reason that no list knows", Severity: rules.Warning, Status: rules.Skipped, Reason: "cin_episodes.closure_reason not delivered"},
			{Rule: "FD-021", Title: "Born after the contact", Severity: rules.Error, Status: rules.Broken, Reason: "its work went beyond the limit"},
		},
		Settings: []Setting{
			{"same_incident_days", "3", "Calendar days from an incident's first contact within which a common concern makes one incident"},
			{"referral_window_wd", "5", "Working days after any contact of the incident within which a referral is linked"},
			{"migration", "2019-03-01 to 2019-04-30", "Days between which two systems overlapped"},
		},
		DefinitionVersion: "v3",
		Inputs: []Input{
			{"children.csv", "children", 6153, 6152, 1, "read"}, {"contacts.csv", "contacts", 13871, 13865, 6, "read"},
			{"referrals.csv", "referrals", 2971, 2969, 2, "read"}, {"cin_episodes.csv", "cin_episodes", 2216, 2215, 1, "read"},
		},
	}
	p.Figures = []Figure{
		count("rows_read", "", "", 13871), count("rows_quarantined", "", "", 6), count("rows_outside", "", "", 6784), count("contact_rows", "", "", 7081),
		count("contact_rows", "class", "repeated_row", 361), count("contact_rows", "class", "unidentified", 42), count("contact_rows", "class", "exact", 406),
		count("contact_rows", "class", "migrated", 256), count("contact_rows", "class", "same_incident_ref", 137), count("contact_rows", "class", "same_incident_window", 1237),
		count("contact_rows", "class", "open_case", 349), count("unidentified", "", "", 42), count("copies", "", "", 662), count("same_incident", "", "", 1374), count("open_case", "", "", 349),
		count("contacts", "", "", 6720), count("unique_contacts", "", "", 4293), count("unique_children", "", "", 3504),
		rated("conversion_unique", "", "", 1245, 4293), rated("conversion_all", "", "", 1245, 6720), rated("referral_in_one_day", "", "", 811, 4293),
		count("days_to_referral", "", "", 1245), rated("became", "", "", 4293, 4293), rated("repeat_30d", "", "", 402, 4293), count("one_source_only", "", "", 3301),
		rated("rereferral", "", "", 90, 400),
		{Measure: "events", Period: wholePeriod, Unavailable: "none of contacts.incident_ref, contacts.family_id delivered"},
	}
	england, seen := 22.6, map[string]bool{}
	for _, f := range p.Figures {
		if seen[f.Measure] {
			continue
		}
		seen[f.Measure] = true
		m := Measure{
			ID: f.Measure, Group: "Front door", Title: title(f.Measure), Wording: "What " + title(f.Measure) + " counts.", Kind: "flow", Unit: "contacts",
			Numerator: "in_period", Polarity: "none", Source: "the project's own", Version: "v3", Places: 1,
		}
		if f.Denominator != nil {
			m.Rate, m.Unit, m.Denominator = true, "percent", "in_period"
		}
		if f.Measure == "rereferral" {
			m.Polarity, m.Standing = "low", Standing{"amber", "target at most 20 %, amber within 5 points of it"}
			m.Beside = []Beside{{Area: "England", Year: "2025", Value: &england}, {Area: "Region", Note: "no region is known for this authority"}}
			m.Breaks = []Break{{"2019-07-01", "three councils became one"}}
		}
		p.Measures = append(p.Measures, m)
	}
	add := func(f ...Figure) { p.Figures = append(p.Figures, f...) }
	for i, m := range []struct{ unique, converted, soon int64 }{{701, 208, 140}, {744, 215, 133}, {698, 199, 130}, {760, 223, 148}, {652, 190, 121}, {738, 210, 139}} {
		month := fmt.Sprintf("2019-%02d", 4+i)
		add(count("unique_contacts", "month", month, m.unique), rated("conversion_unique", "month", month, m.converted, m.unique), rated("referral_in_one_day", "month", month, m.soon, m.unique))
	}
	for _, g := range []struct {
		name                           string
		unique, converted, one, repeat int64
	}{
		{"Anonymous", 31, 4, 31, 0}, {"Education services", 402, 130, 300, 41}, {"Health services", 812, 301, 590, 80}, {"Housing", 77, 12, 60, 6},
		{"Individual", 623, 143, 500, 61}, {"LA services", 288, 101, 210, 30}, {"Police", 1502, 350, 1210, 150}, {"Schools", 556, 203, 398, 33}, {"not recorded", 2, 1, 2, 1},
	} {
		add(count("unique_contacts", "source_group", g.name, g.unique), rated("conversion_unique", "source_group", g.name, g.converted, g.unique),
			count("one_source_only", "source_group", g.name, g.one), rated("repeat_30d", "source_group", g.name, g.repeat, g.unique))
	}
	for _, s := range []struct {
		code string
		n    int64
	}{{"1A", 900}, {"2A", 1300}, {"3A", 1200}, {"4", 120}, {"6", 3100}, {"9", 97}, {"10", 3}} {
		add(count("contacts", "source", s.code, s.n))
	}
	for _, b := range []struct {
		name string
		n    int64
	}{{"referral", 1245}, {"early help", 801}, {"advice", 702}, {"no further action", 1290}, {"another authority", 61}, {"other", 4}, {"too recent to judge, or not yet decided", 12}, {"not recorded", 178}} {
		add(rated("became", "became", b.name, b.n, 4293))
	}
	for i, n := range []int64{69, 402, 340, 201, 130, 101, 2} {
		add(count("days_to_referral", "working_days", fmt.Sprint(i-1), n))
	}
	for _, days := range []int{0, 1, 3, 7} {
		for _, window := range []int{0, 1, 2, 5, 10} {
			add(rated("conversion_grid", "settings", fmt.Sprintf("same_incident_days %d, referral_window_wd %d", days, window), int64(600+60*window), int64(4600-60*days)))
		}
	}
	add(Figure{Measure: "conversion_unique", Period: wholePeriod, Breakdown: "team", Category: "North", Numerator: p.Figures[0].Numerator, Publish: "internal"})
	return p
}

func title(measure string) string { return capital(words(measure)) }
