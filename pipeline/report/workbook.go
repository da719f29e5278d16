package report

import (
	"fmt"
	"io"
)

// marking heads everything that hides nothing.
const marking = "OFFICIAL-SENSITIVE"

// WriteWorkbook writes every figure of a page, its measures, rules and acronyms as an XLSX workbook. The same page
// gives the same bytes. Texts are written as texts: none of them becomes a formula.
func WriteWorkbook(w io.Writer, p InternalPage) error {
	v, err := p.view()
	if err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	if err := writeBook(w, p.sheets(v)); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

// sheets lays the page out as sheets.
func (p InternalPage) sheets(v *view) []sheetOf {
	first := sheetOf{name: "Read first", widths: []float64{28, 100}, rows: [][]any{
		{marking}, {v.Title, v.Authority}, {"Period", v.Period}, {"Extracts as at", v.AsAt}, {"Headline", v.Headline}, {"Run", v.RunID}, {"Definition", v.Definition},
		{"Small numbers", "Nothing is hidden here. What may be passed on is report.html, under the policy: " + v.Small.Name},
	}}
	if v.Synthetic {
		first.rows = append(first.rows, []any{"Synthetic", "Every child, contact and number is invented"})
	}
	for _, note := range v.Notes {
		first.rows = append(first.rows, []any{"Note", note})
	}
	figures, crossed := p.figureSheet("Figures", p.figures), p.figureSheet("Parts by period", p.crossed)
	measures := sheetOf{
		name: "Measures", widths: []float64{24, 36, 60, 14, 50, 50, 40, 24, 40, 12},
		rows: [][]any{{marking}, {"Measure", "Title", "Wording", "Unit", "Numerator", "Denominator", "Left out", "Reading", "Source", "Definition"}},
	}
	for _, m := range p.measures {
		measures.rows = append(measures.rows, []any{m.ID, m.Title, m.Wording, m.Unit, m.Numerator, m.Denominator, m.Exclusions, reading(m.Polarity), m.Source, m.Version})
	}
	outcomes := sheetOf{
		name: "Rules", widths: []float64{14, 60, 12, 12, 40, 14, 12},
		rows: [][]any{{marking}, {"Rule", "What it says", "Severity", "Outcome", "Why", "Looked at", "Findings"}},
	}
	for _, o := range p.page.Outcomes {
		outcomes.rows = append(outcomes.rows, []any{o.Rule, o.Title, string(o.Severity), string(o.Status), o.Reason, int64(o.Looked), int64(o.Failures)})
	}
	words := sheetOf{name: "Acronyms", widths: []float64{14, 44, 80}, rows: [][]any{{marking}, {"Acronym", "In words", "What it is"}}}
	for _, a := range v.Acronyms {
		words.rows = append(words.rows, []any{a.Short, a.Long, a.Plain})
	}
	return []sheetOf{first, figures, crossed, measures, outcomes, words}
}

// figureSheet lays figures out, one a row.
func (p InternalPage) figureSheet(name string, figures []figure) sheetOf {
	s := sheetOf{
		name: name, widths: []float64{24, 36, 18, 20, 12, 12, 18, 26, 12, 12, 14, 12, 40},
		rows: [][]any{{marking}, {"Measure", "Title", "Kind of period", "Period", "From", "To", "Breakdown", "Category", "Numerator", "Denominator", "Figure", "Unit", "Not available"}},
	}
	measures := map[string]Measure{}
	for _, m := range p.measures {
		measures[m.ID] = m
	}
	for _, f := range figures {
		m := measures[f.Measure]
		s.rows = append(s.rows, []any{
			f.Measure, m.Title, words(f.Period.Kind), periodName(f.Period), f.Period.From, f.Period.To, f.Breakdown, f.Category,
			number(f.Numerator), number(f.Denominator), f.Value.String(), m.Unit, f.Unavailable,
		})
	}
	return s
}

// number returns a count as a number of the sheet, or nothing.
func number(s Shown) any {
	if n, ok := s.Value(); ok {
		return n
	}
	return nil
}
