package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// group is the measures of one subject.
type group struct {
	Title, ID string
	Entries   []entry
}

// entry is a measure with its figure, what it is read beside, and how it ran.
type entry struct {
	ID, Title, Wording              string
	Value, Of, Detail               string
	Hidden                          bool
	Beside                          []besideRow
	Colour, ColourWord, Rule        string
	Expected                        string
	Outside                         bool
	Line                            *line
	Series                          table
	Parts                           []table
	Counted, Among, Exclusions      string
	Reading, Limit, Source          string
	Version, Notes, Changed, Breaks string
}

type besideRow struct{ Area, Year, Value, Note string }

// lack is a reason for which measures are not available.
type lack struct {
	Reason   string
	Measures []string
}

// colourWords say what a colour means: red is a question and not a verdict.
var colourWords = map[string]string{"green": "on target", "amber": "near target", "red": "look here", "grey": "too few records to colour"}

// groups lays out the measures that have a figure, by subject, and the reasons why others have none.
func (s *sheet) groups() (all []group, lacks []lack) {
	for _, m := range s.measures {
		f, available := s.whole(m.ID)
		series := s.series(m)
		if !available && len(series) == 0 {
			if reason := s.reason(m.ID); reason != "" {
				i := slices.IndexFunc(lacks, func(l lack) bool { return l.Reason == reason })
				if i < 0 {
					i = len(lacks)
					lacks = append(lacks, lack{Reason: reason})
				}
				lacks[i].Measures = append(lacks[i].Measures, m.Title)
			}
			continue
		}
		i := slices.IndexFunc(all, func(g group) bool { return g.Title == m.Group })
		if i < 0 {
			i = len(all)
			all = append(all, group{Title: m.Group, ID: "group-" + strconv.Itoa(i+1)})
		}
		all[i].Entries = append(all[i].Entries, s.entry(m, f, series))
	}
	return all, lacks
}

// reason says why a measure has no figure, or "".
func (s *sheet) reason(measure string) string {
	for _, f := range s.of[measure] {
		if f.Unavailable != "" {
			return f.Unavailable
		}
	}
	return ""
}

// series returns the figures of a measure for periods other than the whole.
func (s *sheet) series(m Measure) []figure {
	var all []figure
	for _, f := range s.of[m.ID] {
		if f.Breakdown == "" && f.Period.Kind != "whole" && f.Unavailable == "" {
			all = append(all, f)
		}
	}
	return all
}

func (s *sheet) entry(m Measure, f figure, series []figure) entry {
	if m.Unit == "per 10,000" { // a rate for a year is the one to read beside others
		if i := slices.IndexFunc(series, func(f figure) bool { return f.Period.Kind == "rolling_12_months" }); i >= 0 {
			f = series[i]
		}
	}
	e := entry{
		ID: m.ID, Title: m.Title, Wording: m.Wording, Counted: m.Numerator, Among: m.Denominator, Exclusions: m.Exclusions, Limit: m.Limit,
		Source: m.Source, Version: m.Version, Notes: m.Notes, Changed: m.Changed, Reading: reading(m.Polarity),
		Colour: m.Standing.Colour, ColourWord: colourWords[m.Standing.Colour], Rule: m.Standing.Rule, Expected: m.Expected, Outside: m.Outside,
	}
	e.Value, e.Hidden = withUnit(f.Value, m.Unit), f.Value.Hidden()
	switch {
	case m.Unit == "per 10,000":
		e.Of = f.Numerator.String() + " in " + periodName(f.Period)
	case m.Rate:
		e.Of = f.Numerator.String() + " of " + f.Denominator.String()
	case f.Value.text != f.Numerator.text:
		e.Of = "of " + some(f.Numerator, "record", "records")
	}
	for _, b := range m.Beside {
		row := besideRow{Area: b.Area, Year: b.Year, Note: b.Note, Value: s.page.Policy.NotAvailable}
		if b.Value != nil {
			row.Value = strconv.FormatFloat(*b.Value, 'f', -1, 64)
			if m.Unit == "percent" {
				row.Value += "\u00a0%"
			}
		}
		e.Beside = append(e.Beside, row)
	}
	for _, b := range m.Breaks {
		e.Breaks += fmt.Sprintf("%s: %s. ", longDay(b.On), b.Why)
	}
	if len(series) > 0 {
		e.Series = s.seriesTable(m, series)
		e.Line = newLine(m, series)
	}
	for _, field := range s.fieldsOf(m.ID) {
		b := by(field)
		t := s.tell(b, m.ID)
		head := []heading{{m.ID, capital(countName(m)), counts}}
		if m.Rate {
			head = []heading{{m.ID, capital(countName(m)), counts}, {m.ID, "Of", bases}, {m.ID, "Share", rates}}
		}
		e.Parts = append(e.Parts, t.table(m.Title+" by "+lower(fieldName(field)), fieldName(field), false, head...))
	}
	return e
}

// countName words what the numerator counts.
func countName(m Measure) string {
	if m.Unit == "percent" {
		return "counted"
	}
	return m.Unit
}

// fieldsOf returns the breakdowns of a measure that the page shows nowhere else.
func (s *sheet) fieldsOf(measure string) []string {
	var fields []string
	for _, f := range s.of[measure] {
		if f.Breakdown != "" && f.Breakdown != "settings" && !slices.Contains(fields, f.Breakdown) {
			fields = append(fields, f.Breakdown)
		}
	}
	return fields
}

func (s *sheet) seriesTable(m Measure, series []figure) table {
	t := table{Caption: m.Title + " by period", Head: []string{"Period"}}
	switch {
	case m.Rate:
		t.Head = append(t.Head, "Counted", "Of", "Share")
	case m.Unit == "per 10,000":
		t.Head = append(t.Head, "Counted", "For every 10,000")
	case series[0].Value.text != series[0].Numerator.text:
		t.Head = append(t.Head, "Records", capital(m.Unit))
	default:
		t.Head = append(t.Head, capital(m.Unit))
	}
	for _, f := range series {
		row := tableRow{Label: periodName(f.Period), Cells: []Shown{f.Numerator}}
		if m.Rate {
			row.Cells = append(row.Cells, f.Denominator)
		}
		if len(t.Head) > len(row.Cells)+1 {
			row.Cells = append(row.Cells, f.Value)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// withUnit writes a value with its unit where the text does not hold it.
func withUnit(v Shown, unit string) string {
	if v.Hidden() || unit == "percent" || v.text == "" {
		return v.String()
	}
	if unit == "per 10,000" {
		return v.String() + " for every 10,000"
	}
	return v.String() + " " + unit
}

// periodName words a period.
func periodName(p Period) string {
	switch p.Kind {
	case "month":
		name := monthName(p.Label)
		if !strings.HasSuffix(p.From, "-01") {
			name += " (from " + longDay(p.From) + ")"
		}
		return name
	case "quarter", "half_year":
		return p.Label
	case "financial_year":
		return "financial year to " + longDay(p.To)
	case "academic_year":
		return "academic year to " + longDay(p.To)
	case "rolling_12_months":
		return "12 months to " + longDay(p.To)
	}
	return longDay(p.From) + " to " + longDay(p.To)
}

func reading(polarity string) string {
	switch polarity {
	case "high":
		return "Higher is better"
	case "low":
		return "Lower is better"
	}
	return "Neither high nor low is good in itself"
}

// line is the small chart of a measure by month. Months that are hidden, and a break, interrupt it.
type line struct {
	Strokes [][4]string // x1, y1, x2, y2
	Dots    [][2]string
	Gaps    []string // x of a break
	Says    string
}

// lineHeight is the height of the small chart, in pixels.
const lineHeight = 44

func newLine(m Measure, series []figure) *line {
	var values []float64
	var seen []bool
	var labels []string
	for _, f := range series {
		if f.Period.Kind != "month" {
			continue
		}
		v, err := strconv.ParseFloat(strings.NewReplacer("\u00a0%", "", ",", "").Replace(f.Value.text), 64)
		values, seen, labels = append(values, v), append(seen, err == nil && !f.Value.Hidden()), append(labels, f.Period.From)
	}
	if len(values) < 3 {
		return nil
	}
	most := 1e-9
	for i, v := range values {
		if seen[i] {
			most = max(most, v)
		}
	}
	x := func(i int) string { return fmt.Sprintf("%.2f%%", 2+96*float64(i)/float64(len(values)-1)) }
	y := func(v float64) string { return fmt.Sprintf("%.1f", 4+(lineHeight-8)*(1-v/most)) }
	l := &line{Says: m.Title + " by month: "}
	for i, v := range values {
		broken := slices.ContainsFunc(m.Breaks, func(b Break) bool { return i > 0 && b.On > labels[i-1] && b.On <= labels[i] })
		if broken {
			l.Gaps = append(l.Gaps, fmt.Sprintf("%.2f%%", 2+96*(float64(i)-0.5)/float64(len(values)-1)))
		}
		if i > 0 && seen[i] && seen[i-1] && !broken {
			l.Strokes = append(l.Strokes, [4]string{x(i - 1), y(values[i-1]), x(i), y(v)})
		}
		if seen[i] {
			l.Dots = append(l.Dots, [2]string{x(i), y(v)})
		}
		if i > 0 {
			l.Says += "; "
		}
		l.Says += monthName(labels[i][:7]) + " "
		if seen[i] {
			l.Says += strconv.FormatFloat(v, 'f', -1, 64)
		} else {
			l.Says += "not shown"
		}
	}
	l.Says += "."
	return l
}
