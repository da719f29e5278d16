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
	Synthetic                        bool
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
	Totals                           []total
	Grid                             *grid
	Rule                             string

	Outcomes          []outcomeCount
	Findings          []outcomeCount
	Look              []outcome
	Settings          []Setting
	ApprovedBy        string
	Inputs            []input
	InputsWithTrouble bool
}

type keyFigure struct{ Value, Label string }

// table is rows of a breakdown under their headings. Empty says why there is none.
type table struct {
	Caption  string
	Head     []string
	Rows     []tableRow
	Bars     bool // the first count has a bar
	Empty    string
	Withheld bool
}

type tableRow struct {
	Label string
	Cells []Shown
	Bar   string // width in percent of the longest, of a count that is seen
}

// total is a figure of the whole with its definition.
type total struct {
	ID, Title, Wording, Value, Rate, Of string
	Unavailable                         string
	Exclusions, Polarity, Source        string
	Counted, Among                      string
}

type outcomeCount struct{ Label, Count string }

type outcome struct {
	Rule, Title, Severity, Status, Reason, Looked, Failures string
	Local                                                   bool // added by the council
}

type input struct{ File, Table, Read, Accepted, Quarantined, Status string }

func newView(p Page) (*view, error) {
	style, err := files.ReadFile("page.css")
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(style)
	v := &view{
		Style:     template.CSS(style),
		Policy:    "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; base-uri 'none'; form-action 'none'",
		Title:     "Contacts at the front door",
		Synthetic: p.Synthetic, RunID: p.RunID, Program: p.Program, Definition: p.DefinitionVersion,
		Headline: p.Headline, Notes: p.Notes, Rule: disclosureRule, Settings: p.Settings, ApprovedBy: p.ApprovedBy,
	}
	v.Authority = p.Authority.Name
	if p.Authority.Code != "" {
		v.Authority += " (" + p.Authority.Code + ")"
	}
	if v.AsAt, err = longDay(p.AsAt); err != nil {
		return nil, fmt.Errorf("as at: %w", err)
	}
	if v.Period, err = spell(p.Period); err != nil {
		return nil, fmt.Errorf("period: %w", err)
	}
	v.Waterfall = waterfall(p.Waterfall)
	v.WaterfallHeight = len(v.Waterfall) * barPitch
	v.WaterfallSays = inWords(p.Waterfall)
	v.Totals = totals(p.Figures)
	v.Key = keyFigures(v.Totals)
	v.breakdowns(p.Figures)
	v.Grid = newGrid(p)
	v.quality(p)
	for _, in := range p.Inputs {
		v.InputsWithTrouble = v.InputsWithTrouble || in.Status != "read"
		v.Inputs = append(v.Inputs, input{in.File, in.Table, thousands(in.Read), thousands(in.Accepted), thousands(in.Quarantined), in.Status})
	}
	return v, nil
}

// breakdowns fills the tables of counts by category.
func (v *view) breakdowns(figures []Figure) {
	s := became.disclose(figures)
	v.Became = s.table("Unique contacts by what became of them", "Outcome", true, heading{"became", "Unique contacts", counts}, heading{"became", "Share", rates})
	s = days.disclose(figures)
	v.Days = s.table("Unique contacts that became a referral, by working days to it", "From the nearest contact to the referral", true, heading{"days_to_referral", "Contacts", counts})
	s = missed.disclose(figures)
	v.Missed = s.table("Referrals that fall just outside the window, by working days after the unique contact", "After the nearest contact", true, heading{"referrals_missed", "Referrals", counts})
	s = months.disclose(figures)
	v.Months = s.table("Unique contacts by the month of the incident’s first contact", "Month", false,
		heading{"unique_contacts", "Unique contacts", counts}, heading{"conversion_unique", "Became a referral", counts}, heading{"conversion_unique", "Share", rates},
		heading{"referral_in_one_day", "Within one working day", counts}, heading{"referral_in_one_day", "Share", rates})
	v.Trend = newTrend(s)
	s = groups.disclose(figures)
	v.Sources = s.table("Unique contacts by the source of the incident’s first contact", "Source", false,
		heading{"unique_contacts", "Unique contacts", counts}, heading{"conversion_unique", "Became a referral", counts}, heading{"conversion_unique", "Share", rates},
		heading{"one_source_only", "Told by this source only", counts}, heading{"repeat_30d", "Repeat within 30 days", counts}, heading{"repeat_30d", "Share of those known", rates})
	s = source.disclose(figures)
	v.AllSources = s.table("All contacts received, by source", "Source", true, heading{"contacts", "Contacts", counts})
}

// heading says what a column of a table shows of which measure.
type heading struct {
	measure, title string
	kind           int
}

const (
	counts = iota
	rates
)

// table lays a breakdown out. A column whose measure is not available is left out; the definitions say why.
func (s suppressed) table(caption, label string, bars bool, headings ...heading) table {
	t := table{Caption: caption, Head: []string{label}, Bars: bars}
	var columns [][]Shown
	for _, h := range headings {
		p := s.parts[h.measure]
		if p == nil || p.numerators == nil {
			continue
		}
		column := p.numerators
		if h.kind == rates {
			column = p.rates
		}
		if column != nil {
			t.Head = append(t.Head, h.title)
			columns = append(columns, column)
		}
	}
	if len(columns) == 0 {
		t.Empty = "There is nothing to count."
		if p := s.parts[headings[0].measure]; p != nil && p.unavailable != "" {
			t.Empty = "Not available: " + p.unavailable + "."
		}
		return t
	}
	var longest int64 = 1
	for _, cell := range columns[0] {
		n, _ := cell.Value()
		longest = max(longest, n)
	}
	for i, category := range s.categories {
		row := tableRow{Label: category}
		for _, column := range columns {
			row.Cells = append(row.Cells, column[i])
			t.Withheld = t.Withheld || column[i].text == withheldText
		}
		if n, ok := row.Cells[0].Value(); ok {
			row.Bar = share(n, longest)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// totals returns the figures of the whole, in their order.
func totals(figures []Figure) []total {
	var all []total
	for _, f := range figures {
		if f.Breakdown != "" {
			if slices.ContainsFunc(all, func(t total) bool { return t.ID == f.Measure }) {
				continue
			}
			f.Numerator, f.Denominator, f.Rate = nil, nil, nil // a measure without a total, such as the grid
		}
		t := total{
			ID: f.Measure, Title: f.Title, Wording: f.Wording, Unavailable: f.Unavailable, Exclusions: f.Exclusions, Source: f.Source,
			Counted: f.Counted, Among: f.Among, Polarity: polarity(f.Polarity),
		}
		if f.Numerator != nil {
			t.Value = thousands(*f.Numerator)
		}
		if f.Denominator != nil {
			t.Of = thousands(*f.Denominator)
		}
		if f.Rate != nil {
			t.Rate = percent(*f.Rate)
		}
		all = append(all, t)
	}
	return all
}

func polarity(p string) string {
	switch p {
	case "high":
		return "Higher is better"
	case "low":
		return "Lower is better"
	}
	return "Neither high nor low is good in itself"
}

// keyFigures are the few numbers that stand beside the headline.
func keyFigures(all []total) []keyFigure {
	var key []keyFigure
	for _, wanted := range []struct{ id, label string }{
		{"contacts", "contacts received"}, {"unique_contacts", "unique contacts"}, {"unique_children", "children with a unique contact"},
		{"conversion_unique", "of unique contacts became a referral"},
	} {
		i := slices.IndexFunc(all, func(t total) bool { return t.ID == wanted.id })
		switch {
		case i < 0:
		case all[i].Rate != "":
			key = append(key, keyFigure{all[i].Rate, wanted.label})
		case all[i].Value != "" && all[i].Of == "":
			key = append(key, keyFigure{all[i].Value, wanted.label})
		}
	}
	return key
}

// quality fills what the rules said.
func (v *view) quality(p Page) {
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
	v.Outcomes = append(v.Outcomes, outcomeCount{"Rules in force", thousands(int64(len(p.Outcomes)))})
	for _, s := range []rules.Status{rules.Passed, rules.Failed, rules.Skipped, rules.Broken} {
		v.Outcomes = append(v.Outcomes, outcomeCount{capital(string(s)), thousands(byStatus[s])})
	}
	for _, s := range []rules.Severity{rules.Error, rules.Warning, rules.Query} {
		v.Findings = append(v.Findings, outcomeCount{map[rules.Severity]string{rules.Error: "Errors", rules.Warning: "Warnings", rules.Query: "Queries"}[s], thousands(p.FindingsBySeverity[s])})
	}
}

// longDay writes 1 April 2019.
func longDay(day string) (string, error) {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return "", fmt.Errorf("read date: %w", err)
	}
	return t.Format("2 January 2006"), nil
}

// spell writes a period, with the year once where it is the same.
func spell(p *Period) (string, error) {
	if p == nil {
		return "all that was delivered", nil
	}
	from, err := longDay(p.From)
	if err != nil {
		return "", err
	}
	to, err := longDay(p.To)
	if err != nil {
		return "", err
	}
	if p.From[:4] == p.To[:4] {
		from = strings.TrimSuffix(from, " "+p.From[:4])
	}
	return from + " to " + to, nil
}
