package pipeline

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"frontdoor/pipeline/dedupe"
	"frontdoor/pipeline/measure"
	"frontdoor/schemas/table"
)

// robustPoints is how far, in points, the rate may move under a neighbouring setting and still be called robust.
const robustPoints = 2

// headline is the sentence that the run is about: the rate with its numerator, its denominator and what was
// deducted before it.
func (r *result) headline() string {
	if r.decided == nil {
		return "No figure is available: no table of contacts could be read."
	}
	total := func(id string) int64 {
		for _, f := range r.figures {
			if f.Measure.ID == id && f.Breakdown == "" && f.Numerator != nil {
				return *f.Numerator
			}
		}
		return 0
	}
	contacts, unique := total("contacts"), total("unique_contacts")
	period := r.period()
	var text strings.Builder
	if r.job.config.Authority == syntheticAuthority {
		fmt.Fprintf(&text, "Synthetic data of %s. ", authorityName(r.job.config.Authority))
	}
	fmt.Fprintf(&text, "Between %s and %s the front door recorded %s, one for each child named: ", period.From.words(), period.To.words(), some(contacts, "contact", "contacts"))
	fmt.Fprintf(&text, "%s named no child, %s, %s told of an incident already told and %s began on an open case. ",
		grouped(total("unidentified")), some(total("copies"), "was a copy", "were copies"), grouped(total("same_incident")), grouped(total("open_case")))
	fmt.Fprintf(&text, "That leaves %s about %s. ", some(unique, "unique contact", "unique contacts"), some(total("unique_children"), "child", "children"))
	converted := total("conversion_unique")
	switch {
	case r.read.tables["referrals"] == nil:
		text.WriteString("Whether they became referrals cannot be said: no referrals were read.")
		return text.String()
	case unique == 0:
		text.WriteString("There is no rate of nothing.")
		return text.String()
	}
	fmt.Fprintf(&text, "%s of these (%.0f %%) became a referral; as a share of all contacts this is %.0f %%. ", grouped(converted), percent(converted, unique), percent(converted, contacts))
	low, high := r.neighbours(percent(converted, unique))
	if high-percent(converted, unique) > robustPoints || percent(converted, unique)-low > robustPoints {
		fmt.Fprintf(&text, "The figure is not robust: under neighbouring settings it lies between %.1f %% and %.1f %%. ", low, high)
	}
	text.WriteString("There is no national definition, and neither a high nor a low figure is good in itself.")
	return text.String()
}

// neighbours returns the range of the rate under the settings next to the chosen ones in the grid, one of them
// moved at a time, the chosen rate included.
func (r *result) neighbours(rate float64) (low, high float64) {
	low, high = rate, rate
	var days, windows []int
	for _, p := range r.decided.Grid {
		days = append(days, p.SameIncidentDays)
		windows = append(windows, p.ReferralWindow)
	}
	settings := r.job.config.Contacts
	onGrid := slices.Contains(days, settings.SameIncidentDays) && slices.Contains(windows, settings.ReferralWindowWD)
	for _, p := range r.decided.Grid {
		oneMoved := p.SameIncidentDays == settings.SameIncidentDays || p.ReferralWindow == settings.ReferralWindowWD
		if p.Unique > 0 && (oneMoved || !onGrid) && next(p.SameIncidentDays, settings.SameIncidentDays, days) && next(p.ReferralWindow, settings.ReferralWindowWD, windows) {
			tried := percent(int64(p.Converted), int64(p.Unique))
			low, high = min(low, tried), max(high, tried)
		}
	}
	return low, high
}

// next tells whether a value of the grid is the chosen one or the nearest below or above it.
func next(value, chosen int, grid []int) bool {
	for _, other := range grid {
		if value < other && other < chosen || chosen < other && other < value {
			return false
		}
	}
	return true
}

func percent(numerator, denominator int64) float64 {
	if denominator == 0 {
		return math.NaN()
	}
	return 100 * float64(numerator) / float64(denominator)
}

// some writes a count with what is counted, in the singular for one.
func some(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + many
}

// grouped writes a count with commas between thousands.
func grouped(n int64) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// measureInput hands what was decided to the measures.
func measureInput(read *joined, decided *dedupe.Result) measure.Input {
	in := measure.Input{Delivered: map[string]bool{}, Counts: map[string]int{}}
	for name, t := range read.tables {
		in.Delivered[name] = true
		for _, column := range t.Columns {
			in.Delivered[name+"."+column.Field.Name] = column.Delivered()
		}
	}
	for _, f := range read.files {
		if read.holds(f, "contacts") {
			in.Counts["rows_read"] += f.report.Read
			in.Counts["rows_quarantined"] += f.report.Quarantined
		}
	}
	if decided == nil {
		in.Unavailable = "contacts not delivered, or not readable"
		return in
	}
	in.Tables = map[string]*table.Table{"contacts": decided.Contacts, "incidents": decided.Incidents, "referrals": decided.Referrals}
	for _, p := range decided.Grid {
		in.Grid = append(in.Grid, measure.GridPoint(p))
	}
	return in
}
