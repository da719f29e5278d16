package dedupe

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"frontdoor/schemas"
)

// TestTheGridSaysWhatARunUnderItsSettingsWouldSay holds every point of the grid against a run with its settings.
func TestTheGridSaysWhatARunUnderItsSettingsWouldSay(t *testing.T) {
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		contacts, referrals, episodes, s := oracleDraw(t)
		s.Indistinguishable = false
		in := productInput(t, contacts, referrals, episodes, s, calendar)
		in.Settings.Period = &Span{From: s.HeldFrom, To: s.HeldFrom + (s.HeldTo-s.HeldFrom)/2}
		judge := func() *Result {
			result, err := Run(context.Background(), in)
			if err != nil {
				t.Fatal(err)
			}
			return result
		}
		for _, point := range judge().Grid {
			in.Settings.SameIncidentDays, in.Settings.ReferralWindow = point.SameIncidentDays, point.ReferralWindow
			got := GridPoint{SameIncidentDays: point.SameIncidentDays, ReferralWindow: point.ReferralWindow}
			incidents := judge().Incidents
			for row := range incidents.Rows {
				if incidents.Column("class").Text(row) != Unique.String() || !incidents.Column("in_period").True(row) {
					continue
				}
				got.Unique++
				if incidents.Column("converted").True(row) {
					got.Converted++
				}
			}
			if got != point {
				t.Fatalf("the grid has %+v, a run under its settings %+v", point, got)
			}
		}
	})
}
