package measure

import (
	"fmt"

	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// Input is what measures are computed from.
type Input struct {
	Tables    map[string]*table.Table // the tables that the pipeline made by name, delivered ones as collection.table
	Delivered map[string]bool         // delivered tables (contacts) and columns (contacts.family_id)
	Counts    map[string]int          // rows_read, rows_quarantined
	Grid      []GridPoint

	Period   Span // the reporting period
	Held     Span // what the delivery covers
	AsAt     schemas.Day
	Calendar *schemas.Calendar

	Population  func(year int) (people int64, known bool) // residents aged 0 to 17, mid-year
	Purposes    []string                                  // stated, for measures that join collections
	Policy      *Policy
	Unavailable string // why no figure over the tables that the pipeline makes is available, or ""

	views *views
}

// GridPoint is the conversion under one pair of settings.
type GridPoint struct {
	SameIncidentDays, ReferralWindow int
	Unique, Converted                int
}

// Figure is one number with where it comes from. Breakdown and Category are blank for a total.
type Figure struct {
	Measure             *Measure
	Period              Period
	Breakdown, Category string
	// Numerator is nil when the figure is not available; Denominator also for a count.
	Numerator, Denominator *int64
	// Value is the rate as a share, the rate per 10,000 or the statistic; nil for a count and where there is none.
	Value       *float64
	Unavailable string
	Mark        Mark
}

// Blank is the category of rows that have no value in a breakdown.
const Blank = "not recorded"

// GridCategory names a pair of settings.
func GridCategory(sameIncidentDays, referralWindow int) string {
	return fmt.Sprintf("same_incident_days %d, referral_window_wd %d", sameIncidentDays, referralWindow)
}

// delivery hands one table to a condition, with the day that as_at means.
func (in *Input) delivery(t *table.Table, asAt schemas.Day) *rules.Delivery {
	return &rules.Delivery{Tables: map[string]*table.Table{t.Schema.Name: t}, AsAt: &asAt, Calendar: in.Calendar}
}
