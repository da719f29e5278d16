package pipeline

import (
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontdoor/pipeline/measure"
	"frontdoor/pipeline/publish"
	"frontdoor/schemas"
)

// council is a delivery of an invented council with everything that measures read: children, the eleven lists of Annex
// A and school data, with blanks and dates out of order among them.
type council struct {
	*rand.Rand
	folder string
	tables map[string][][]string
}

func newCouncil(t *testing.T, seed uint64, children int) *council {
	c := &council{Rand: rand.New(rand.NewPCG(seed, 7)), folder: t.TempDir(), tables: map[string][][]string{}}
	for i := range children {
		c.child(i)
	}
	for name, rows := range c.tables {
		path := filepath.Join(c.folder, filepath.FromSlash(name)+".csv")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(csv.NewWriter(file).WriteAll(rows), file.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// add adds a record to collection/table: values by field, blank where one is not given.
func (c *council) add(name string, record map[string]string) {
	t := declaredAs(name)
	if c.tables[name] == nil {
		var head []string
		for _, f := range t.Fields {
			head = append(head, f.Name)
		}
		c.tables[name] = [][]string{head}
	}
	row := make([]string, len(t.Fields))
	for field, value := range record {
		row[t.FieldIndex(field)] = value
	}
	c.tables[name] = append(c.tables[name], row)
}

// declaredAs returns the schema of collection/table.
func declaredAs(name string) *schemas.Table {
	t, err := measure.Declared(strings.Replace(name, "/", ".", 1))
	if err != nil {
		panic(err)
	}
	return t
}

// day returns a day so many days after 1 October 2018, as text.
func (c *council) day(n int) string {
	return time.Date(2018, 10, 1+n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

func (c *council) maybe(share float64, value string) string {
	if c.Float64() < share {
		return value
	}
	return ""
}

func (c *council) one(values ...string) string { return values[c.IntN(len(values))] }

// upnOf returns a well-formed unique pupil number.
func upnOf(n int) string {
	const letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
	digits := fmt.Sprintf("8390000%05d", n)
	sum := 0
	for i, d := range digits {
		sum += int(d-'0') * (i + 2)
	}
	return string(letters[sum%23]) + digits
}

// child adds what is known of one child.
func (c *council) child(i int) {
	type r = map[string]string
	id, team, worker := fmt.Sprint("C", 1000+i), c.one("North", "South", "Duty", ""), c.one("A Worker", "B Worker", "C Worker", "")
	years := c.IntN(18)
	born := fmt.Sprintf("%d-%02d-15", 2019-years, 1+c.IntN(9))
	own := func(more r) r {
		all := r{"child_unique_id": id, "sex": c.one("a) Male", "b) Female"), "date_of_birth": born, "age": strconv.Itoa(years), "allocated_team": team, "allocated_worker": worker}
		for k, v := range more {
			all[k] = v
		}
		return all
	}
	list := func(n int, more r) {
		all := own(more)
		name := fmt.Sprint("annex_a/list_", n)
		for field := range all {
			if declaredAs(name).Field(field) == nil {
				delete(all, field)
			}
		}
		c.add(name, all)
	}
	number := c.maybe(0.8, upnOf(i))
	c.add("front_door/children", r{"child_id": id, "upn": number, "date_of_birth": born, "sex": "F"})
	for range 1 + c.IntN(3) {
		day := c.IntN(360)
		c.add("front_door/contacts", r{"contact_id": fmt.Sprint("K", len(c.tables["front_door/contacts"])), "child_id": id, "contact_date": c.day(day), "source": c.one("6", "2A", "3A", "1A"), "outcome": c.one("NFA", "NEW_REFERRAL", "ADVICE"), "incident_ref": c.maybe(0.3, fmt.Sprint("REF", i))})
		if c.IntN(3) == 0 {
			list(3, r{"date_of_referral": c.day(day + c.IntN(9)), "referral_source": c.one("6", "2A"), "referral_nfa": c.one("Y", "N", "")})
		}
	}
	start := c.IntN(330)
	if c.IntN(3) == 0 {
		list(2, r{"assessment_start_date": c.day(start), "assessment_completion_date": c.maybe(0.6, c.day(start+c.IntN(300))), "organisation_completing_assessment": c.one("Academy", "Hub", "Health")})
		list(4, r{"continuous_assessment_start_date": c.day(start), "continuous_assessment_date_of_authorisation": c.maybe(0.7, c.day(start+c.IntN(90)))})
		list(5, r{"strategy_discussion_date": c.day(start + c.IntN(20)), "date_of_initial_child_protection_conference": c.maybe(0.7, c.day(start+c.IntN(50))), "icpc_led_to_plan": c.one("Y", "N", "")})
	}
	if c.IntN(2) == 0 {
		list(6, r{"cin_start_date": c.day(start - 600*c.IntN(2)), "primary_need_code": c.one("N1", "N2", "N4"), "cin_closure_date": c.maybe(0.4, c.day(start+c.IntN(200))), "reason_for_closure": c.maybe(0.5, "RC8"), "case_status": c.one("CINP", "CPP", "LAC")})
	}
	if c.IntN(3) == 0 {
		list(7, r{"child_protection_plan_start_date": c.day(start - 900*c.IntN(2)), "initial_category_of_abuse": c.one("NEG", "EMO"), "latest_category_of_abuse": c.one("NEG", "EMO", "PHY"), "date_of_the_last_statutory_visit": c.maybe(0.9, c.day(320+c.IntN(44))), "date_of_latest_review_conference": c.day(200 + c.IntN(160)), "child_protection_plan_end_date": c.maybe(0.4, c.day(start+c.IntN(250))), "number_of_previous_child_protection_plans": c.one("0", "0", "1", "")})
	}
	if c.IntN(3) == 0 {
		list(8, r{"date_started_to_be_looked_after": c.day(start - 800*c.IntN(2)), "date_of_latest_statutory_review": c.day(150 + c.IntN(210)), "date_of_last_social_work_visit": c.day(300 + c.IntN(64)), "date_of_last_health_assessment": c.maybe(0.8, c.day(c.IntN(360))), "date_of_last_dental_check": c.maybe(0.8, c.day(c.IntN(360))),
			"number_of_placements_in_the_last_12_months": c.one("1", "2", "3", ""), "date_ceased_to_be_looked_after": c.maybe(0.3, c.day(start+c.IntN(300))), "reason_ceased_to_be_looked_after": c.one("a) Adopted", "E11", "d) Returned home"), "start_date_of_most_recent_placement": c.day(start - 790*c.IntN(2)), "placement_type": c.one("U4", "K2", "h) Children's Homes", "R1", "S1", "Z1", ""),
			"placement_location": c.one("a) In", "b) Out"), "placement_distance": c.one("4.5", "21", "50.25", "999.9"), "missing_episodes_last_12_months": c.one("0", "1", ""), "uasc_last_12_months": c.one("Y", "N")})
		list(9, r{"age": c.one("18", "19", "20", "21"), "la_in_touch": c.one("a) In touch", "b) Not in touch", "d) Exclude"), "type_of_accommodation": c.one("a) With parents or relatives", "e) Gone abroad"), "suitability_of_accommodation": c.one("a) Suitable", "b) Not suitable"), "activity_status": c.one("F2: Full time", "G5: Not in education", "P1")})
		list(10, r{"date_the_child_entered_care": c.day(start - 700), "date_of_placement_order": c.day(start - 400), "date_of_matching_child_and_prospective_adopters": c.day(start - 500 + c.IntN(300)), "date_placed_for_adoption": c.day(start - 200), "date_of_adoption_order": c.day(start)})
	}
	if c.IntN(5) == 0 {
		c.add("annex_a/list_11", r{"individual_adopter_identifier": fmt.Sprint("A", i), "date_enquiry_received": c.day(start), "date_stage_1_started": c.day(start - 60), "date_stage_1_ended": c.day(start), "date_stage_2_started": c.day(start), "date_stage_2_ended": c.day(start + 40)})
	}
	if c.IntN(8) > 0 {
		possible := c.IntN(2) * 190
		c.add("school/pupils", r{"upn": upnOf(i), "date_of_birth": born, "school_urn": "100001", "entry_date": "2016-09-05", "leaving_date": c.maybe(0.1, "2019-07-20"), "enrolment_status": c.one("C", "M", "S"), "sessions_possible": strconv.Itoa(possible), "sessions_missed": strconv.Itoa(c.IntN(1 + possible/4))})
		if c.IntN(3) == 0 {
			c.add("school/exclusions", r{"upn": upnOf(i), "category": c.one("SUSP", "FIXD", "PERM"), "start_date": c.day(start), "reason": c.one("DB", "PP")})
		}
		c.add("school/attainment", r{"upn": upnOf(i), "academic_year": "2018/19", "key_stage": c.one("2", "4", "5"), "expected_standard": c.one("Y", "N", ""), "attainment_8": c.one("17.3", "42.25", ""), "points_per_entry": c.one("31.5", "")})
	}
	if c.IntN(10) == 0 {
		c.add("school/home_education", r{"child_id": id, "date_of_birth": born, "sex": "M", "year_group": "7", "start_date": c.day(start), "end_date": c.maybe(0.5, c.day(start+30))})
		c.add("school/missing_education", r{"child_id": id, "date_of_birth": born, "sex": "F", "year_group": "9", "start_date": c.day(start), "end_date": c.maybe(0.5, c.day(start+30))})
	}
}

func (c *council) run(t *testing.T) *publish.Run {
	t.Helper()
	key, err := filepath.Abs(filepath.Join("..", "samples", "front-door.key"))
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(c.folder, "run.yaml")
	text := `authority: "998"
as_at: 2019-10-31
period: {from: 2019-04-01, to: 2019-09-30}
pseudonym_key_file: ` + key + `
figures: figures.yaml
join: {school: true, purpose: attendance of children whom we care for}
extracts:
  - {collection: front_door, path: front_door, from: 2018-10-01}
  - {collection: annex_a, path: annex_a, from: 2018-10-01}
  - {collection: school, path: school}
`
	if err := errors.Join(os.WriteFile(config, []byte(text), 0o600), os.WriteFile(filepath.Join(c.folder, "figures.yaml"), []byte("population_0_17: {2018: 71200, 2019: 71650}\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	loaded, err := ReadConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return runOf(t, loaded)
}

// indicators are those of the 55 that committees' papers mention which the front door, Annex A and school data support.
const indicators = `contacts repeat_contacts conversion_unique referrals referral_nfa rereferral assess45 assess10 s47_rate icpc15
	cpp_rate cpp_repeat_ever cpp_repeat_2y cpp_2y_open cpp_2y_ended cpp_review cp_visits cp_category cin_rate cla_rate cla_20miles
	cla_3placements cla_longterm cla_residential cla_unregistered cla_reviews cla_visits cla_health cla_dental cla_attend
	cla_notonroll cla_suspension exclusions_all cla_ks2 cla_ks4 cla_ks5 cl_eet cl_accom cl_intouch adopt_pct adopt_a10 adopt_a2
	eh_open caseload ehe cme`

// Every measure that extracts can support has a figure here, and opens to as many records as its stored numerator and
// denominator say: in the whole, in another period, and in a part of either.
func TestEveryFigureOpensToItsRecords(t *testing.T) {
	run := newCouncil(t, 1, 300).run(t)
	figures, err := figuresOf(run)
	if err != nil {
		t.Fatal(err)
	}
	taken := map[string]int{}
	opened := map[string]bool{}
	for row, err := range run.Rows("measures", true) {
		if err != nil {
			t.Fatal(err)
		}
		m := figures.catalogue.Measure(textOf(row, "measure"))
		if m.Lacks != "" || m.From != "" {
			continue
		}
		if why := textOf(row, "status"); why != "available" {
			if textOf(row, "period_kind") == "whole" {
				t.Errorf("%s: %s", m.ID, why)
			}
			continue
		}
		kind := m.ID + textOf(row, "period_kind") + textOf(row, "breakdown")
		if taken[kind]++; taken[kind] > 1 {
			continue
		}
		opened[m.ID] = true
		name := FigureName{m.ID, textOf(row, "period"), textOf(row, "breakdown"), textOf(row, "category")}
		e, err := figures.explain(t.Context(), run, name, 1, false)
		if err != nil {
			t.Errorf("%v: %v", name, err)
			continue
		}
		if n := numberOf(row, "numerator"); e.Stored == nil || *e.Stored != n || *e.Figure.Numerator != n || m.Distinct == "" && int64(e.AllAbove) != n {
			t.Errorf("%v: stored %d, counted again %d, records %d", name, n, *e.Figure.Numerator, e.AllAbove)
		}
		d, has := row.Value("denominator").(int64)
		if has != (e.Figure.Denominator != nil) || has && (*e.Figure.Denominator != d || !m.PerHead && int64(e.AllBelow) != d) {
			t.Errorf("%v: stored of %d, records %d", name, d, e.AllBelow)
		}
		for _, column := range []string{"rate", "value"} {
			if v, has := row.Value(column).(float64); has && (e.Figure.Value == nil || *e.Figure.Value != v) {
				t.Errorf("%v: stored %s %v, counted again %v", name, column, v, e.Figure.Value)
			}
		}
	}
	for _, m := range figures.catalogue.Measures {
		if !opened[m.ID] && m.Lacks == "" && m.From == "" {
			t.Errorf("%s: no figure was opened", m.ID)
		}
	}
	for _, id := range strings.Fields(indicators) {
		if !opened[id] {
			t.Errorf("indicator %s has no figure", id)
		}
	}
}

// The data dictionary names every column of the small tables, in order, and no other: in both parts, but for what stands
// in the restricted one only.
func TestDictionaryHasTheColumnsOfTheStore(t *testing.T) {
	run := newCouncil(t, 2, 20).run(t)
	tables, err := schemas.StoredTables()
	if err != nil {
		t.Fatal(err)
	}
	for _, declared := range tables {
		var want []string
		for _, c := range declared.Columns {
			want = append(want, c.Name)
		}
		for _, restricted := range []bool{true, false} {
			got, err := run.Columns(declared.Name, restricted)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, restricted %v: the store has %v, the dictionary %v", declared.Name, restricted, got, want)
			}
		}
	}
}
