package measure

import (
	"context"
	"fmt"
	"testing"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// decided makes a result table of records given as field to text; boolean fields are true where the text is "yes",
// whole numbers are written out, and what is not given is null.
func decided(t *testing.T, name string, records ...map[string]string) *table.Table {
	t.Helper()
	schema, err := schemas.Result(name)
	if err != nil {
		t.Fatal(err)
	}
	result := &table.Table{Schema: schema, Rows: len(records)}
	for _, f := range schema.Fields {
		words := table.NewDictionary()
		codes, numbers := make([]uint32, len(records)), make([]int64, len(records))
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
		}
		column := &table.Column{Field: f}
		switch f.Type {
		case schemas.TypeBoolean:
			column.Array = table.BooleanArray(len(records), yes, nil, 0)
		case schemas.TypeInteger:
			column.Array = table.IntegerArray(numbers, valid, nulls)
		case schemas.TypeDate:
			column.Array = table.DateArray(make([]schemas.Day, len(records)), nil, 0)
		default:
			column.Array = table.DictionaryArray(codes, words.Array(), valid, nulls)
		}
		result.Columns = append(result.Columns, column)
	}
	return result
}

// incident is a unique incident in the period unless said otherwise.
func incident(more map[string]string) map[string]string {
	record := map[string]string{"in_period": "yes", "class": "unique", "month": "2019-04", "source_group": "Police", "sources": "1", "person_id": "P1"}
	for field, text := range more {
		record[field] = text
	}
	return record
}

func evaluate(t *testing.T, in Input) map[string]Figure {
	t.Helper()
	c, err := Load("front_door")
	if err != nil {
		t.Fatal(err)
	}
	figures, err := c.Evaluate(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]Figure{}
	for _, f := range figures {
		byName[f.Measure.ID+" "+f.Breakdown+" "+f.Category] = f
	}
	return byName
}

func input(t *testing.T) Input {
	return Input{
		Tables: map[string]*table.Table{
			"contacts": decided(t, "contacts",
				map[string]string{"in_period": "yes", "class": "unique", "source": "6"},
				map[string]string{"in_period": "yes", "class": "repeated_row", "source": "6"},
				map[string]string{"in_period": "yes", "class": "exact", "evidence": "weak"},
				map[string]string{"class": "unique"}),
			"incidents": decided(t, "incidents",
				incident(map[string]string{"converted": "yes", "working_days": "1", "became": "referral", "repeat_30d": "no", "event_id": "E1"}),
				incident(map[string]string{"converted": "yes", "working_days": "-1", "became": "referral", "person_id": "P2", "repeat_30d": "yes", "event_id": "E1"}),
				incident(map[string]string{"became": "advice", "month": "2019-05", "repeat_30d": "not known", "event_id": "E3"}),
				incident(map[string]string{"became": "advice", "source_group": "Schools", "repeat_30d": "no", "event_id": "E4"}),
				incident(map[string]string{"class": "open_case"}),
				map[string]string{"class": "unique", "converted": "yes", "month": "2019-03"}),
			"referrals": decided(t, "referrals", map[string]string{"status": "linked"}, map[string]string{"status": "not_linked", "in_period": "yes", "missed_by_working_days": "6"}),
		},
		Delivered: map[string]bool{"contacts": true, "referrals": true, "contacts.family_id": true},
		Counts:    map[string]int{"rows_read": 5, "rows_quarantined": 1},
		Grid:      []GridPoint{{SameIncidentDays: 3, ReferralWindow: 5, Unique: 4, Converted: 2}},
	}
}

func TestFiguresHaveTheirNumeratorAndDenominator(t *testing.T) {
	got := evaluate(t, input(t))
	for name, want := range map[string][2]int64{ // -1: a count without a denominator
		"rows_read  ":                                    {5, -1},
		"rows_quarantined  ":                             {1, -1},
		"rows_outside  ":                                 {1, -1},
		"contact_rows  ":                                 {3, -1},
		"contact_rows class exact":                       {1, -1},
		"contacts  ":                                     {2, -1},
		"contacts source 6":                              {1, -1},
		"contacts source " + Blank:                       {1, -1},
		"unique_contacts  ":                              {4, -1},
		"unique_children  ":                              {2, -1},
		"events  ":                                       {3, -1},
		"conversion_unique  ":                            {2, 4},
		"conversion_unique month 2019-04":                {2, 3},
		"conversion_unique month 2019-05":                {0, 1},
		"conversion_unique source_group Schools":         {0, 1},
		"conversion_all  ":                               {2, 2},
		"referral_in_one_day  ":                          {2, 4},
		"days_to_referral working_days -1":               {1, -1},
		"became became advice":                           {2, 4},
		"became became referral":                         {2, 4},
		"repeat_30d  ":                                   {1, 3},
		"referrals status not_linked":                    {1, -1},
		"referrals_missed missed_by_working_days 6":      {1, -1},
		"conversion_grid settings " + GridCategory(3, 5): {2, 4},
	} {
		f, ok := got[name]
		if !ok || f.Numerator == nil {
			t.Errorf("%s: no figure", name)
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
}

func TestWhatTheDeliveryCannotSupportIsNotAvailable(t *testing.T) {
	in := input(t)
	in.Delivered = map[string]bool{"contacts": true}
	got := evaluate(t, in)
	for name, reason := range map[string]string{
		"conversion_unique  ": "referrals not delivered",
		"conversion_grid  ":   "referrals not delivered",
		"events  ":            "none of contacts.incident_ref, contacts.family_id delivered",
	} {
		if f := got[name]; f.Numerator != nil || f.Unavailable != reason {
			t.Errorf("%s: got %+v, want not available: %s", name, f, reason)
		}
	}
	if f := got["unique_contacts  "]; f.Numerator == nil {
		t.Error("unique contacts need no referrals")
	}
}

func TestARateOfNothingIsNoRate(t *testing.T) {
	zero := int64(0)
	if rate, ok := (Figure{Numerator: &zero, Denominator: &zero}).Rate(); ok {
		t.Errorf("got %f", rate)
	}
}
