package report

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"frontdoor/rules"
)

// view is what the template sees: texts, and numbers as far as they may be seen.
type view struct {
	Style  template.CSS
	Policy string

	Title, Authority, Period, AsAt   string
	Synthetic, Internal              bool
	RunID, Program, Definition       string
	Headline                         string
	Notes                            []string
	Key                              []keyFigure
	Waterfall                        []bar
	WaterfallSays                    string
	WaterfallHeight                  int
	Became, Days, Missed, AllSources table
	Months, Sources                  table
	Trend                            *trend
	Grid                             *grid
	Groups                           []group
	Lacks                            []lack
	Coloured                         bool
	Small                            Policy
	Neighbours                       []NeighbourList

	Outcomes          []outcomeCount
	Findings          []outcomeCount
	Look              []outcome
	LookAll           int
	Teams             []teamRow
	Settings          []Setting
	ApprovedBy        string
	Inputs            []input
	InputsWithTrouble bool
	Terms             []Term
	Changed           []entry
	Acronyms          []Acronym
}

type keyFigure struct{ Value, Label string }

// table is rows of a breakdown under their headings. Empty says why there is none.
type table struct {
	Caption string
	Head    []string
	Rows    []tableRow
	Bars    bool // the first count has a bar
	Empty   string
	Hidden  bool // it has hidden numbers
}

type tableRow struct {
	Label string
	Cells []Shown
	Bar   string // width in percent of the longest, of a count that is seen
}

type outcomeCount struct{ Label, Count string }

type outcome struct {
	Rule, Title, Severity, Status, Reason, Looked, Failures string
	Local                                                   bool // added by the council
}

type input struct{ File, Table, Read, Accepted, Quarantined, Status string }

type teamRow struct{ Name, Records, Findings string }

// mostRules is how many rules that did not pass a page lists; the store has all.
const mostRules = 60

func newView(s *sheet) (*view, error) {
	style, err := files.ReadFile("page.css")
	if err != nil {
		return nil, err
	}
	p := &s.page
	for _, day := range []string{p.AsAt, p.Period.From, p.Period.To} {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return nil, fmt.Errorf("read date: %w", err)
		}
	}
	hash := sha256.Sum256(style)
	v := &view{
		Style:     template.CSS(style),
		Policy:    "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; base-uri 'none'; form-action 'none'",
		Title:     "Contacts at the front door",
		Synthetic: p.Synthetic, Internal: !s.public, RunID: p.RunID, Program: p.Program, Definition: p.DefinitionVersion,
		Headline: s.headline(), Notes: p.Notes, Small: p.Policy, Settings: p.Settings, ApprovedBy: p.ApprovedBy,
		AsAt: longDay(p.AsAt), Period: spell(p.Period), Neighbours: p.Neighbours, Terms: p.Terms,
	}
	v.Authority = p.Authority.Name
	if p.Authority.Code != "" {
		v.Authority += " (" + p.Authority.Code + ")"
	}
	steps := s.steps()
	v.Waterfall, v.WaterfallHeight, v.WaterfallSays = waterfall(steps), len(steps)*barPitch, inWords(steps)
	v.breakdowns(s)
	v.Grid = newGrid(s)
	v.Groups, v.Lacks = s.groups()
	v.Key = v.keyFigures()
	for _, g := range v.Groups {
		for _, e := range g.Entries {
			v.Coloured = v.Coloured || e.Colour != ""
			if e.Changed != "" {
				v.Changed = append(v.Changed, e)
			}
		}
	}
	v.quality(p)
	for _, in := range p.Inputs {
		v.InputsWithTrouble = v.InputsWithTrouble || in.Status != "read"
		v.Inputs = append(v.Inputs, input{in.File, in.Table, thousands(in.Read), thousands(in.Accepted), thousands(in.Quarantined), in.Status})
	}
	v.Acronyms, err = acronymsOf(v)
	return v, err
}

// breakdowns fills the tables of the main job.
func (v *view) breakdowns(s *sheet) {
	v.Became = s.tell(became, "became").table("Unique contacts by what became of them", "Outcome", true, heading{"became", "Unique contacts", counts}, heading{"became", "Share", rates})
	v.Days = s.tell(days, "days_to_referral").table("Unique contacts that became a referral, by working days to it", "From the nearest contact to the referral", true, heading{"days_to_referral", "Contacts", counts})
	v.Missed = s.tell(missed, "referrals_missed").table("Referrals that fall just outside the window, by working days after the unique contact", "After the nearest contact", true, heading{"referrals_missed", "Referrals", counts})
	byMonth := s.tell(months, "unique_contacts", "conversion_unique", "referral_in_one_day")
	v.Months = byMonth.table("Unique contacts by the month of the incident’s first contact", "Month", false,
		heading{"unique_contacts", "Unique contacts", counts}, heading{"conversion_unique", "Became a referral", counts}, heading{"conversion_unique", "Share", rates},
		heading{"referral_in_one_day", "Within one working day", counts}, heading{"referral_in_one_day", "Share", rates})
	v.Trend = newTrend(byMonth)
	v.Sources = s.tell(groups, "unique_contacts", "conversion_unique", "contact_nfa", "contact_early_help", "repeat_30d").table("Unique contacts by the source of the incident’s first contact", "Source", false,
		heading{"unique_contacts", "Unique contacts", counts}, heading{"conversion_unique", "Became a referral", rates}, heading{"contact_early_help", "Led to early help", rates},
		heading{"contact_nfa", "No further action", rates}, heading{"repeat_30d", "Repeat within 30 days", rates})
	v.AllSources = s.tell(source, "contacts").table("All contacts received, by source", "Source", true, heading{"contacts", "Contacts", counts})
}

// heading says what a column of a table shows of which measure.
type heading struct {
	measure, title string
	kind           int
}

const (
	counts = iota
	bases
	rates
)

// table lays a breakdown out. A column whose measure is not available is left out; the page says why elsewhere.
func (t told) table(caption, label string, bars bool, headings ...heading) table {
	laid := table{Caption: caption, Head: []string{label}, Bars: bars}
	var shown []heading
	for _, h := range headings {
		if c := t.columns[h.measure]; c != nil && len(c.figures) > 0 {
			laid.Head, shown = append(laid.Head, h.title), append(shown, h)
		}
	}
	if len(shown) == 0 {
		laid.Empty = "There is nothing to count."
		if c := t.columns[headings[0].measure]; c != nil && c.unavailable != "" {
			laid.Empty = "Not available: " + c.unavailable + "."
		}
		return laid
	}
	var longest int64 = 1
	for i, key := range t.keys {
		row := tableRow{Label: t.categories[i]}
		for _, h := range shown {
			f := t.columns[h.measure].figures[key]
			cell := map[int]Shown{counts: f.Numerator, bases: f.Denominator, rates: f.Value}[h.kind]
			laid.Hidden = laid.Hidden || cell.Hidden()
			row.Cells = append(row.Cells, cell)
		}
		n, _ := row.Cells[0].Value()
		longest = max(longest, n)
		laid.Rows = append(laid.Rows, row)
	}
	for i, row := range laid.Rows {
		if n, ok := row.Cells[0].Value(); ok {
			laid.Rows[i].Bar = share(n, longest)
		}
	}
	return laid
}

// keyFigures are the few numbers that stand beside the headline.
func (v *view) keyFigures() []keyFigure {
	var key []keyFigure
	for _, wanted := range []struct{ id, label string }{
		{"contacts", "contacts received"}, {"unique_contacts", "unique contacts"}, {"unique_children", "children with a unique contact"},
		{"conversion_unique", "of unique contacts became a referral"},
	} {
		for _, g := range v.Groups {
			for _, e := range g.Entries {
				if e.ID == wanted.id {
					number, _, _ := strings.Cut(e.Value, " ")
					key = append(key, keyFigure{number, wanted.label})
				}
			}
		}
	}
	return key
}

// quality fills what the rules said.
func (v *view) quality(p *Page) {
	byStatus := map[rules.Status]int64{}
	for _, o := range p.Outcomes {
		byStatus[o.Status]++
		if o.Status != rules.Passed {
			v.Look = append(v.Look, outcome{
				Rule: o.Rule, Local: o.Local, Title: o.Title, Severity: string(o.Severity), Status: string(o.Status), Reason: o.Reason,
				Looked: thousands(int64(o.Looked)), Failures: thousands(int64(o.Failures)),
			})
		}
	}
	rank := map[string]int{string(rules.Broken): 0, string(rules.Skipped): 1, string(rules.Failed): 2}
	slices.SortStableFunc(v.Look, func(a, b outcome) int { return rank[a.Status] - rank[b.Status] })
	if v.LookAll = len(v.Look); v.LookAll > mostRules {
		v.Look = v.Look[:mostRules]
	}
	v.Outcomes = append(v.Outcomes, outcomeCount{"Rules in force", thousands(int64(len(p.Outcomes)))})
	for _, s := range []rules.Status{rules.Passed, rules.Failed, rules.Skipped, rules.Broken} {
		v.Outcomes = append(v.Outcomes, outcomeCount{capital(string(s)), thousands(byStatus[s])})
	}
	for _, s := range []rules.Severity{rules.Error, rules.Warning, rules.Query} {
		v.Findings = append(v.Findings, outcomeCount{map[rules.Severity]string{rules.Error: "Errors", rules.Warning: "Warnings", rules.Query: "Queries"}[s], thousands(p.FindingsBySeverity[s])})
	}
	for _, team := range p.Teams {
		v.Teams = append(v.Teams, teamRow{team.Name, thousands(team.Records), thousands(team.Findings)})
	}
}

// longDay writes 1 April 2019; what is no date stays as it is.
func longDay(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.Format("2 January 2006")
}

// spell writes a period, with the year once where it is the same.
func spell(p Period) string {
	return strings.Replace(between(p), " and ", " to ", 1)
}
