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

// TestTheGridJoinsContactsByItsDays has two contacts of one concern so many days apart.
func TestTheGridJoinsContactsByItsDays(t *testing.T) {
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	first := day(t, "2019-05-14")
	for apart := range schemas.Day(9) {
		result, err := Run(context.Background(), Input{
			Contacts: deliver(t, "contacts", 2, map[string]func(int) string{
				"contact_id": func(row int) string { return []string{"K1", "K2"}[row] }, "child_id": func(int) string { return "C" },
				"concern": func(int) string { return "NEG" },
			}, map[string]func(int) (schemas.Day, bool){"contact_date": func(row int) (schemas.Day, bool) { return first + schemas.Day(row)*apart, true }}),
			Calendar: calendar, Workers: 1, Settings: Settings{SameIncidentDays: 3, ReferralWindow: 5, AsAt: day(t, "2019-12-31")},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, point := range result.Grid {
			want := 2
			if int(apart) <= point.SameIncidentDays {
				want = 1
			}
			if point.Unique != want {
				t.Errorf("%d days apart, under %+v: want %d", apart, point, want)
			}
		}
	}
}

// TestTheGridConvertsByTheContactAfterAReferral has a referral one working day after one contact of an incident and one
// before another: a window of none leaves the second.
func TestTheGridConvertsByTheContactAfterAReferral(t *testing.T) {
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	days := []string{"2019-05-14", "2019-05-16"}
	result, err := Run(context.Background(), Input{
		Contacts: deliver(t, "contacts", len(days), map[string]func(int) string{
			"contact_id": func(row int) string { return days[row] }, "child_id": func(int) string { return "C" }, "concern": func(int) string { return "NEG" },
		}, map[string]func(int) (schemas.Day, bool){"contact_date": func(row int) (schemas.Day, bool) { return day(t, days[row]), true }}),
		Referrals: deliver(t, "referrals", 1, map[string]func(int) string{"referral_id": func(int) string { return "R" }, "child_id": func(int) string { return "C" }},
			map[string]func(int) (schemas.Day, bool){"referral_date": func(int) (schemas.Day, bool) { return day(t, "2019-05-15"), true }}),
		Calendar: calendar, Workers: 1, Settings: Settings{SameIncidentDays: 3, ReferralWindow: 5, ReferralBefore: 1, AsAt: day(t, "2019-12-31")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, point := range result.Grid {
		if point.SameIncidentDays == 3 && (point.Unique != 1 || point.Converted != 1) {
			t.Errorf("under %+v, want one unique contact that is converted", point)
		}
	}
}
