package measure

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/rules"
	"frontdoor/schemas/table"
)

// Input is what measures are computed from.
type Input struct {
	Tables      map[string]*table.Table // the result tables, by name
	Delivered   map[string]bool         // delivered tables (contacts) and columns (contacts.family_id)
	Counts      map[string]int          // rows_read, rows_quarantined
	Grid        []GridPoint
	Unavailable string // why no figure at all is available, or ""
}

// GridPoint is the conversion under one pair of settings.
type GridPoint struct {
	SameIncidentDays, ReferralWindow int
	Unique, Converted                int
}

// Figure is one number with where it comes from. Breakdown and Category are blank for a total. Denominator is
// nil for a count; both are nil when the figure is not available.
type Figure struct {
	Measure             *Measure
	Breakdown, Category string
	Numerator           *int64
	Denominator         *int64
	Unavailable         string
}

// Rate returns the numerator as a share of the denominator; ok is false for a count and where the denominator
// is zero.
func (f Figure) Rate() (rate float64, ok bool) {
	if f.Numerator == nil || f.Denominator == nil || *f.Denominator == 0 {
		return 0, false
	}
	return float64(*f.Numerator) / float64(*f.Denominator), true
}

// Blank is the category of rows that have no value in a breakdown.
const Blank = "not recorded"

// given returns the figures that no table holds.
func (m *Measure) given(in Input) []Figure {
	if m.From != "grid" {
		n := int64(in.Counts[m.From])
		return []Figure{{Measure: m, Numerator: &n}}
	}
	var figures []Figure
	for _, p := range in.Grid {
		converted, unique := int64(p.Converted), int64(p.Unique)
		figures = append(figures, Figure{
			Measure: m, Breakdown: "settings", Category: GridCategory(p.SameIncidentDays, p.ReferralWindow),
			Numerator: &converted, Denominator: &unique,
		})
	}
	return figures
}

// GridCategory names a pair of settings.
func GridCategory(sameIncidentDays, referralWindow int) string {
	return fmt.Sprintf("same_incident_days %d, referral_window_wd %d", sameIncidentDays, referralWindow)
}

// count computes the total and every breakdown of a measure over tables.
func (m *Measure) count(ctx context.Context, in Input) ([]Figure, error) {
	t := in.Tables[m.Table]
	above, err := m.numerator.Rows(ctx, delivery(t))
	if err != nil {
		return nil, err
	}
	var below *rules.Bits
	belowTable := t
	if m.denominator != nil {
		if m.DenominatorTable != "" {
			belowTable = in.Tables[m.DenominatorTable]
		}
		if below, err = m.denominator.Rows(ctx, delivery(belowTable)); err != nil {
			return nil, err
		}
	}
	total := Figure{Measure: m}
	if n := int64(above.Count()); m.Distinct == "" {
		total.Numerator = &n
	} else {
		n = int64(len(tally(t.Column(m.Distinct), above)))
		total.Numerator = &n
	}
	if below != nil {
		n := int64(below.Count())
		total.Denominator = &n
	}
	figures := []Figure{total}
	for _, field := range m.Breakdowns {
		figures = append(figures, m.breakDown(t, field, above, below)...)
	}
	return figures, nil
}

// breakDown counts by the values of a field. A measure whose numerator is its denominator shows each category's
// share of the whole; any other shows the rate within the category.
func (m *Measure) breakDown(t *table.Table, field string, above, below *rules.Bits) []Figure {
	column := t.Column(field)
	numerators := tally(column, above)
	var denominators map[string]int64
	shares := m.denominator != nil && m.Denominator == m.Numerator
	if below != nil && !shares {
		denominators = tally(column, below)
	}
	categories := make([]string, 0, len(numerators))
	for c := range numerators {
		categories = append(categories, c)
	}
	for c := range denominators {
		if _, also := numerators[c]; !also {
			categories = append(categories, c)
		}
	}
	slices.SortFunc(categories, byNumberThenText)
	figures := make([]Figure, 0, len(categories))
	for _, c := range categories {
		n := numerators[c]
		f := Figure{Measure: m, Breakdown: field, Category: c, Numerator: &n}
		switch {
		case shares:
			whole := int64(below.Count())
			f.Denominator = &whole
		case denominators != nil:
			d := denominators[c]
			f.Denominator = &d
		}
		figures = append(figures, f)
	}
	return figures
}

// byNumberThenText sorts whole numbers by size and everything else as text.
func byNumberThenText(a, b string) int {
	var x, y int
	_, errA := fmt.Sscanf(a, "%d", &x)
	_, errB := fmt.Sscanf(b, "%d", &y)
	if errA == nil && errB == nil && x != y {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(a, b)
}

// tally counts the chosen rows by the value of a column; rows without a value count as Blank.
func tally(column *table.Column, rows *rules.Bits) map[string]int64 {
	counts := map[string]int64{}
	codes, values := column.Codes()
	if values == nil {
		for _, row := range rows.Rows() {
			counts[category(column, int(row))]++
		}
		return counts
	}
	byCode := make([]int64, values.Len())
	for _, row := range rows.Rows() {
		if column.Array.IsNull(int(row)) {
			counts[Blank]++
			continue
		}
		byCode[codes[row]]++
	}
	for code, n := range byCode {
		if n > 0 {
			counts[values.Value(code)] += n
		}
	}
	return counts
}

func category(column *table.Column, row int) string {
	if column.Array.IsNull(row) {
		return Blank
	}
	if numbers, ok := column.Array.(*array.Int64); ok {
		return fmt.Sprint(numbers.Value(row))
	}
	return column.Text(row)
}

func delivery(t *table.Table) *rules.Delivery {
	return &rules.Delivery{Tables: map[string]*table.Table{t.Schema.Name: t}}
}
