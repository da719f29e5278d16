package measure

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// decided makes a table of records given as field to text: booleans are true where the text is "yes", dates are
// yyyy-mm-dd, whole numbers are written out, and what is not given is null.
func decided(t testing.TB, name string, records ...map[string]string) *table.Table {
	t.Helper()
	schema, err := Declared(name)
	if err != nil {
		t.Fatal(err)
	}
	return tableOf(t, schema, records...)
}

func tableOf(t testing.TB, schema *schemas.Table, records ...map[string]string) *table.Table {
	t.Helper()
	result := &table.Table{Schema: schema, Rows: len(records)}
	for _, f := range schema.Fields {
		words := table.NewDictionary()
		codes, numbers, days := make([]uint32, len(records)), make([]int64, len(records)), make([]int32, len(records))
		valid, yes := make([]byte, (len(records)+7)/8), make([]byte, (len(records)+7)/8)
		nulls := 0
		for row, record := range records {
			text, given := record[f.Name]
			if !given {
				nulls++
				continue
			}
			valid[row/8] |= 1 << (row % 8)
			if text == "yes" {
				yes[row/8] |= 1 << (row % 8)
			}
			codes[row] = words.Code([]byte(text))
			fmt.Sscan(text, &numbers[row])
			if f.Type == schemas.TypeDate {
				days[row] = dayOf(t, text)
			}
		}
		column := &table.Column{Field: f}
		switch f.Type {
		case schemas.TypeBoolean:
			column.Array = table.BooleanArray(len(records), yes, nil, 0)
		case schemas.TypeInteger:
			column.Array = table.IntegerArray(numbers, valid, nulls)
		case schemas.TypeDate:
			column.Array = table.DateArray(days, valid, nulls)
		default:
			column.Array = table.DictionaryArray(codes, words.Array(), valid, nulls)
		}
		result.Columns = append(result.Columns, column)
	}
	return result
}

func dayOf(t testing.TB, text string) schemas.Day {
	t.Helper()
	day, err := schemas.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return day
}

// incident is a unique incident in the period unless said otherwise.
func incident(more map[string]string) map[string]string {
	record := map[string]string{"in_period": "yes", "class": "unique", "first_date": "2019-04-10", "source_group": "Police", "sources": "1", "person_id": "P1"}
	for field, text := range more {
		record[field] = text
	}
	return record
}

func evaluate(t *testing.T, in Input) map[string]Figure {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	figures, err := c.Evaluate(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]Figure{}
	for _, f := range figures {
		byName[nameOf(f)] = f
	}
	return byName
}

// nameOf names a figure: measure, period unless it is the whole, breakdown and category.
func nameOf(f Figure) string {
	parts := []string{f.Measure.ID}
	if f.Period.Kind != Whole {
		parts = append(parts, f.Period.Label)
	}
	if f.Breakdown != "" {
		parts = append(parts, f.Breakdown, f.Category)
	}
	return strings.Join(parts, " | ")
}

// common is an input without tables: the half year from April 2019, held from January 2018.
func common(t testing.TB) Input {
	t.Helper()
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := DefaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	return Input{
		Period: Span{dayOf(t, "2019-04-01"), dayOf(t, "2019-09-30")}, Held: Span{dayOf(t, "2018-01-01"), dayOf(t, "2019-12-31")},
		AsAt: dayOf(t, "2019-12-31"), Calendar: calendar, Policy: policy,
		Population: func(year int) (int64, bool) { return 20000, year == 2019 },
	}
}

func input(t testing.TB) Input {
	in := common(t)
	in.Tables = map[string]*table.Table{
		"contacts": decided(t, "contacts",
			map[string]string{"in_period": "yes", "counted_date": "2019-04-10", "class": "unique", "source": "6"},
			map[string]string{"in_period": "yes", "counted_date": "2019-04-10", "class": "repeated_row", "source": "6"},
			map[string]string{"in_period": "yes", "counted_date": "2019-05-10", "class": "exact", "evidence": "weak"},
			map[string]string{"counted_date": "2019-03-10", "class": "unique"}),
		"incidents": decided(t, "incidents",
			incident(map[string]string{"converted": "yes", "working_days": "1", "became": "referral", "repeat_30d": "no", "event_id": "E1"}),
			incident(map[string]string{"converted": "yes", "working_days": "-1", "became": "referral", "person_id": "P2", "repeat_30d": "yes", "event_id": "E1"}),
			incident(map[string]string{"became": "advice", "first_date": "2019-05-02", "repeat_30d": "not known", "event_id": "E3"}),
			incident(map[string]string{"became": "advice", "source_group": "Schools", "repeat_30d": "no", "event_id": "E4"}),
			incident(map[string]string{"class": "open_case"}),
			map[string]string{"class": "unique", "converted": "yes", "first_date": "2019-03-05", "person_id": "P1"}),
		"referrals": decided(t, "referrals",
			map[string]string{"person_id": "P1", "referral_date": "2019-04-11", "status": "linked", "nfa": "1"},
			map[string]string{"person_id": "P1", "referral_date": "2019-06-03", "status": "not_linked", "nfa": "0", "in_period": "yes", "missed_by_working_days": "6"},
			map[string]string{"person_id": "P9", "referral_date": "2018-11-05", "status": "not_linked", "nfa": "0"}),
	}
	in.Delivered = map[string]bool{"contacts": true, "referrals": true, "referrals.nfa": true, "contacts.family_id": true, "contacts.outcome": true}
	in.Counts = map[string]int{"rows_read": 5, "rows_quarantined": 1}
	in.Grid = []GridPoint{{SameIncidentDays: 3, ReferralWindow: 5, Unique: 4, Converted: 2}}
	return in
}

func TestFiguresHaveTheirNumeratorAndDenominator(t *testing.T) {
	got := evaluate(t, input(t))
	for name, want := range map[string][2]int64{ // -1: a count without a denominator
		"rows_read":                                          {5, -1},
		"rows_quarantined":                                   {1, -1},
		"rows_outside":                                       {1, -1},
		"contact_rows":                                       {3, -1},
		"contact_rows | class | exact":                       {1, -1},
		"contacts":                                           {2, -1},
		"contacts | 2019-04":                                 {1, -1},
		"contacts | rolling_12_months":                       {3, -1},
		"contacts | source | 6":                              {1, -1},
		"contacts | source | " + Blank:                       {1, -1},
		"unique_contacts":                                    {4, -1},
		"unique_contacts | 2019-20 Q1":                       {4, -1},
		"unique_contacts | 2019-20 Q2":                       {0, -1},
		"unique_contacts | financial_year":                   {4, -1},
		"unique_contacts | academic_year":                    {0, -1},
		"unique_contacts | rolling_12_months":                {5, -1},
		"unique_children":                                    {2, -1},
		"unique_children | 2019-05":                          {1, -1},
		"events":                                             {3, -1},
		"conversion_unique":                                  {2, 4},
		"conversion_unique | 2019-04":                        {2, 3},
		"conversion_unique | 2019-05":                        {0, 1},
		"conversion_unique | source_group | Schools":         {0, 1},
		"conversion_all":                                     {2, 2},
		"referral_in_one_day":                                {2, 4},
		"days_to_referral | working_days | -1":               {1, -1},
		"median_days_to_referral":                            {2, -1},
		"became | became | advice":                           {2, 4},
		"became | became | referral":                         {2, 4},
		"contact_advice":                                     {2, 4},
		"contact_advice | source_group | Schools":            {1, 1},
		"repeat_30d":                                         {1, 3},
		"referrals | status | not_linked":                    {1, -1},
		"referrals":                                          {2, -1},
		"referral_rate | rolling_12_months":                  {3, 20000},
		"referral_nfa":                                       {1, 2},
		"rereferral":                                         {1, 2},
		"rereferral_not_known | rolling_12_months":           {1, 3},
		"referrals_missed | missed_by_working_days | 6":      {1, -1},
		"conversion_grid | settings | " + GridCategory(3, 5): {2, 4},
	} {
		f, ok := got[name]
		if !ok || f.Numerator == nil {
			t.Errorf("%s: no figure: %+v", name, f.Unavailable)
			continue
		}
		denominator := int64(-1)
		if f.Denominator != nil {
			denominator = *f.Denominator
		}
		if *f.Numerator != want[0] || denominator != want[1] {
			t.Errorf("%s: got %d of %d, want %d of %d", name, *f.Numerator, denominator, want[0], want[1])
		}
	}
	for name, want := range map[string]float64{"median_days_to_referral": 0, "referral_rate | rolling_12_months": 1.5, "conversion_unique": 0.5} {
		if f := got[name]; f.Value == nil || *f.Value != want {
			t.Errorf("%s: got %v, want %v", name, f.Value, want)
		}
	}
}

func TestWhatTheDeliveryCannotSupportIsNotAvailable(t *testing.T) {
	in := input(t)
	in.Delivered = map[string]bool{"contacts": true}
	in.Held.From = in.Period.From
	got := evaluate(t, in)
	for name, reason := range map[string]string{
		"conversion_unique":                   "referrals not delivered",
		"conversion_grid":                     "referrals not delivered",
		"events":                              "none of contacts.incident_ref, contacts.family_id delivered",
		"unique_contacts | rolling_12_months": "what is held begins on 2019-04-01",
	} {
		if f := got[name]; f.Numerator != nil || f.Unavailable != reason {
			t.Errorf("%s: got %+v, want not available: %s", name, f, reason)
		}
	}
	if f := got["unique_contacts"]; f.Numerator == nil {
		t.Error("unique contacts need no referrals")
	}
}

func TestARateOfNothingIsNoRate(t *testing.T) {
	zero := int64(0)
	f := Figure{Numerator: &zero, Denominator: &zero}
	if f.share(); f.Value != nil {
		t.Errorf("got %f", *f.Value)
	}
}

func TestPeriodsFollowTheCalendar(t *testing.T) {
	day := func(text string) schemas.Day { return dayOf(t, text) }
	var got []string
	for _, p := range periods(Span{day("2019-04-10"), day("2020-02-29")}) {
		got = append(got, fmt.Sprintf("%s %s %s", p.Label, table.DateText(p.From), table.DateText(p.To)))
	}
	want := []string{
		"whole 2019-04-10 2020-02-29",
		"2019-04 2019-04-10 2019-04-30", "2019-05 2019-05-01 2019-05-31", "2019-06 2019-06-01 2019-06-30", "2019-07 2019-07-01 2019-07-31",
		"2019-08 2019-08-01 2019-08-31", "2019-09 2019-09-01 2019-09-30", "2019-10 2019-10-01 2019-10-31", "2019-11 2019-11-01 2019-11-30",
		"2019-12 2019-12-01 2019-12-31", "2020-01 2020-01-01 2020-01-31", "2020-02 2020-02-01 2020-02-29",
		"2019-20 Q2 2019-07-01 2019-09-30", "2019-20 Q3 2019-10-01 2019-12-31",
		"financial_year 2019-04-01 2020-02-29", "academic_year 2019-09-01 2020-02-29", "rolling_12_months 2019-03-01 2020-02-29",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTwelveMonthsEndOnTheAnniversary(t *testing.T) {
	for day, want := range map[string]string{
		"2019-06-03": "2018-06-03", "2020-02-28": "2019-02-28", "2020-02-29": "2019-03-01", "2021-02-28": "2020-02-28", "2021-03-01": "2020-03-01",
	} {
		if got := table.DateText(earliestWithin(dayOf(t, day), 12)); got != want {
			t.Errorf("%s: got %s, want %s", day, got, want)
		}
	}
	for day := dayOf(t, "2015-01-01"); day < dayOf(t, "2025-01-01"); day++ {
		for earlier := day - 370; earlier < day-360; earlier++ {
			if got, want := earlier >= earliestWithin(day, 12), schemas.SameDayNextYear(earlier) >= day; got != want {
				t.Fatalf("%s and %s: got %t", table.DateText(earlier), table.DateText(day), got)
			}
		}
	}
}
