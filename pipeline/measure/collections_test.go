package measure

import (
	"context"
	"fmt"
	"testing"

	"frontdoor/schemas/table"
)

// Every measure of Annex A and school reads fields that the schemas have, and counts what its wording says.
func TestMeasuresOfAnnexAAndSchool(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range c.Measures {
		if m.missing != "" && m.Lacks == "" {
			t.Errorf("measure %s: %s", m.ID, m.missing)
		}
	}
	in := common(t)
	in.Tables, in.Delivered = map[string]*table.Table{}, map[string]bool{}
	list := func(name string, records ...map[string]string) {
		schema, err := Declared(name)
		if err != nil {
			t.Fatal(err)
		}
		in.Tables[name] = tableOf(t, schema, records...)
	}
	type r = map[string]string
	list("annex_a.list_2",
		r{"assessment_start_date": "2019-04-01", "assessment_completion_date": "2019-04-11"},
		r{"assessment_start_date": "2019-04-01", "assessment_completion_date": "2019-04-21"},
		r{"assessment_start_date": "2019-08-01"}, r{"assessment_start_date": "2019-11-01"})
	list("annex_a.list_4",
		r{"continuous_assessment_start_date": "2019-04-01", "continuous_assessment_date_of_authorisation": "2019-04-15", "allocated_team": "North"}, // 10 working days
		r{"continuous_assessment_start_date": "2019-04-01", "continuous_assessment_date_of_authorisation": "2019-06-07", "allocated_team": "North"}, // 45
		r{"continuous_assessment_start_date": "2019-04-01", "continuous_assessment_date_of_authorisation": "2019-06-10", "allocated_team": "South"}, // 46
		r{"continuous_assessment_start_date": "2019-06-03", "allocated_team": "South"},
		r{"continuous_assessment_start_date": "2019-09-10", "allocated_team": "South"})
	list("annex_a.list_5",
		r{"strategy_discussion_date": "2019-05-07", "date_of_initial_child_protection_conference": "2019-05-29", "icpc_led_to_plan": "Y"}, // 15 working days over a bank holiday
		r{"strategy_discussion_date": "2019-05-07", "date_of_initial_child_protection_conference": "2019-05-30", "icpc_led_to_plan": "N"},
		r{"strategy_discussion_date": "2019-05-07", "date_of_initial_child_protection_conference": "2019-05-01"}, r{"strategy_discussion_date": "2019-05-07"})
	list("annex_a.list_7",
		r{"child_unique_id": "A", "child_protection_plan_start_date": "2016-01-01", "child_protection_plan_end_date": "2018-06-01", "number_of_previous_child_protection_plans": "0"},
		r{"child_unique_id": "A", "child_protection_plan_start_date": "2019-06-01", "number_of_previous_child_protection_plans": "1", "date_of_the_last_statutory_visit": "2019-09-20", "latest_category_of_abuse": "NEG"},
		r{"child_unique_id": "B", "child_protection_plan_start_date": "2017-09-30", "number_of_previous_child_protection_plans": "0", "date_of_the_last_statutory_visit": "2019-05-01", "latest_category_of_abuse": "EMO"},
		r{"child_unique_id": "C", "child_protection_plan_start_date": "2019-07-01", "child_protection_plan_end_date": "2019-08-01", "number_of_previous_child_protection_plans": "0"})
	list("annex_a.list_8",
		r{"date_started_to_be_looked_after": "2018-01-01", "age": "12", "date_of_last_health_assessment": "2018-11-01", "date_of_last_dental_check": "2018-09-30", "number_of_placements_in_the_last_12_months": "3", "placement_location": "b) Out", "placement_distance": "20.0001", "placement_type": "K2", "start_date_of_most_recent_placement": "2018-01-01"},
		r{"date_started_to_be_looked_after": "2018-01-01", "age": "3", "date_of_last_health_assessment": "2018-11-01", "date_of_last_dental_check": "2019-01-01", "number_of_placements_in_the_last_12_months": "1", "placement_location": "a) In", "placement_distance": "50", "placement_type": "n) Other placements"},
		r{"date_started_to_be_looked_after": "2019-09-30", "age": "3"},
		r{"date_started_to_be_looked_after": "2018-02-01", "date_ceased_to_be_looked_after": "2019-09-30", "reason_ceased_to_be_looked_after": "E11 - Adopted"})
	list("annex_a.list_9",
		r{"age": "19", "la_in_touch": "a) Yes", "activity_status": "F2: Full time in education"}, r{"age": "21", "la_in_touch": "b) No", "activity_status": "G5: NEET"},
		r{"age": "20", "la_in_touch": "d) Exclude"}, r{"age": "18", "la_in_touch": "a) Yes", "activity_status": "F2"})
	list("annex_a.list_10",
		r{"date_the_child_entered_care": "2018-01-01", "date_placed_for_adoption": "2019-01-01", "date_of_placement_order": "2018-06-01", "date_of_matching_child_and_prospective_adopters": "2018-06-11", "date_of_adoption_order": "2019-06-01"},
		r{"date_the_child_entered_care": "2018-01-01", "date_placed_for_adoption": "2018-01-11", "date_of_placement_order": "2018-06-01", "date_of_matching_child_and_prospective_adopters": "2018-05-11", "date_of_adoption_order": "2019-06-01"})
	list("school.pupils", r{"sessions_possible": "100", "sessions_missed": "10", "enrolment_status": "C"}, r{"sessions_possible": "100", "sessions_missed": "9", "enrolment_status": "M", "entry_date": "2019-01-01"}, r{"sessions_possible": "0", "sessions_missed": "0"})
	list("school.home_education", r{"date_of_birth": "2013-08-31", "start_date": "2019-01-01"}, r{"date_of_birth": "2014-09-01", "start_date": "2019-01-01"}, r{"date_of_birth": "2010-01-01", "start_date": "2019-01-01", "end_date": "2019-09-30"})
	list("school.exclusions", r{"upn": "1", "category": "SUSP", "start_date": "2019-05-01"}, r{"upn": "1", "category": "FIXD", "start_date": "2019-06-01"}, r{"upn": "2", "category": "PERM", "start_date": "2019-06-01"})
	figures, err := c.Evaluate(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Figure{}
	for _, f := range figures {
		got[nameOf(f)] = f
	}
	for name, want := range map[string]string{
		"eh_started": "3", "eh_open": "1", "eh_completed": "2", "eh_days": "2 = 15", "eh_open | 2019-04": "0", "eh_open | 2019-08": "1",
		"assess45": "2 of 3", "assess10": "1 of 3", "assess_days": "3 = 45", "assess_open": "2", "assess_open_late": "1 of 2", "assess10_started": "1 of 5", "assess45 | allocated_team | North": "2 of 2",
		"s47_started": "4", "icpc": "3", "icpc15": "1 of 2", "icpc_days": "2 = 15.5", "icpc_to_plan": "1 of 2",
		"cpp_open": "2", "cpp_open | 2019-05": "1", "cpp_started": "2", "cpp_ended": "1", "cpp_repeat_ever": "1 of 2", "cpp_repeat_2y": "1 of 1", "cpp_gap": "1 = 365",
		"cpp_2y_open": "1 of 2", "cpp_2y_ended": "0 of 1", "cp_visits": "1 of 2", "cp_category | latest_category_of_abuse | NEG": "1 of 2", "cpp_rate": "2 of 20000",
		"cla_open": "3", "cla_ended": "1", "cla_health": "1 of 2", "cla_dental": "1 of 2", "cla_3placements": "1 of 2", "cla_out_of_area": "1 of 2", "adopt_pct": "1 of 1",
		"cl_intouch": "1 of 2", "cl_eet": "1 of 2", "adopt_a10": "2 = 187.5", "adopt_a2": "2 = 5", "suspensions": "2", "permanent_exclusions": "1", "pupils_suspended": "1", "persistent_absence": "1 of 2",
		"cin_open": "not available: annex_a.list_6 not delivered", "cla_20miles": "1 of 3", "cla_longterm": "0 of 0", "cla_residential": "1 of 2", "cla_unregistered": "1 of 2", "cla_notonroll": "not available: it joins school data to social care, and the configuration states no purpose for that",
		"exclusions_all": "1 of 2", "absence": "2 = 0.095", "ehe": "1", "agency": "not available: the workforce census is not read",
	} {
		f, has := got[name]
		text := "no figure"
		switch {
		case has && f.Unavailable != "":
			text = "not available: " + f.Unavailable
		case has:
			text = fmt.Sprint(*f.Numerator)
			if f.Denominator != nil {
				text += fmt.Sprint(" of ", *f.Denominator)
			} else if f.Value != nil {
				text += fmt.Sprint(" = ", *f.Value)
			}
		}
		if text != want {
			t.Errorf("%s: got %s, want %s", name, text, want)
		}
	}
}
