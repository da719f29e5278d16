package measure

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// drawn is how records of delivered tables are drawn, field by field: day is a day in a few months or long before,
// after one on or after the day before it or none, ago one shortly before the end of the period, key one of few names,
// and all else one of some values, of which a blank is none.
var drawn = map[string][]string{
	"annex_a.list_2":  {"assessment_start_date=day", "assessment_completion_date=after", "organisation_completing_assessment=Health|School|Council|Police"},
	"annex_a.list_3":  {"date_of_referral=day", "allocated_team=North|South|East||West"},
	"annex_a.list_4":  {"continuous_assessment_start_date=day", "continuous_assessment_date_of_authorisation=after", "allocated_team=North|South|East||West"},
	"annex_a.list_5":  {"strategy_discussion_date=day", "date_of_initial_child_protection_conference=after", "icpc_led_to_plan=Y|N|", "allocated_team=North|South|East|"},
	"annex_a.list_6":  {"cin_start_date=day", "cin_closure_date=after", "primary_need_code=N1|N2|N3|", "case_status=a|b|c", "allocated_team=North|South|East|", "allocated_worker=key", "reason_for_closure=RC1|RC2|RC3"},
	"annex_a.list_7":  {"child_unique_id=key", "child_protection_plan_start_date=day", "child_protection_plan_end_date=after", "number_of_previous_child_protection_plans=0|1|2|", "date_of_the_last_statutory_visit=ago", "date_of_latest_review_conference=ago", "latest_category_of_abuse=NEG|EMO|PHY|SAB", "initial_category_of_abuse=NEG|EMO|PHY|", "allocated_team=North|South|East|"},
	"annex_a.list_8":  {"child_unique_id=key", "date_of_birth=birth", "date_started_to_be_looked_after=day", "date_ceased_to_be_looked_after=after", "age=12|3|9|16", "date_of_last_health_assessment=ago", "date_of_last_dental_check=ago", "date_of_latest_statutory_review=ago", "date_of_last_social_work_visit=ago", "start_date_of_most_recent_placement=ago", "number_of_placements_in_the_last_12_months=1|2|3|", "placement_location=a) In|b) Out|", "placement_distance=2|30|", "placement_type=U1|K2|R1|S1|Z1|", "missing_episodes_last_12_months=0|1|", "uasc_last_12_months=N|Y|", "reason_ceased_to_be_looked_after=E4|E11|E8", "allocated_team=North|South|"},
	"annex_a.list_9":  {"age=19|20|21|18", "la_in_touch=a) Yes|b) No|", "suitability_of_accommodation=a) Suitable|b) Not|", "type_of_accommodation=a) One|b) Two|c) Three", "activity_status=F2|G5|P1|G4|F4|"},
	"annex_a.list_10": {"date_the_child_entered_care=day", "date_of_placement_order=after", "date_of_matching_child_and_prospective_adopters=after", "date_placed_for_adoption=after", "date_of_adoption_order=after"},
	"annex_a.list_11": {"date_enquiry_received=day", "date_stage_1_started=after", "date_stage_1_ended=after", "date_stage_2_started=after", "date_stage_2_ended=after"},

	"school.pupils":            {"upn=key", "entry_date=day", "leaving_date=after", "enrolment_status=C|M|G", "sessions_possible=100|0|200", "sessions_missed=1|10|40|"},
	"school.exclusions":        {"upn=key", "category=SUSP|PERM|FIXD", "start_date=day", "reason=PP|DB|BU|"},
	"school.home_education":    {"date_of_birth=birth", "sex=M|F|U", "year_group=5|6|7|", "start_date=day", "end_date=after"},
	"school.missing_education": {"date_of_birth=birth", "sex=F|M|U", "year_group=5|6|7|", "start_date=day", "end_date=after"},
	"school.attainment":        {"upn=key", "academic_year=2017/18|2018/19", "key_stage=2|4|5", "expected_standard=Y|N|", "attainment_8=40|50", "points_per_entry=30|20"},
	"school_links":             {"child_id=key", "upn=key", "status=linked|linked|refused", "entry_date=day", "leaving_date=after", "sessions_possible=100|0", "sessions_missed=1|40|"},

	"contacts":                {"child_id=key", "counted_date=day", "class=open_case|unique|repeated_row", "source=6|1A|3B|2A", "in_period=yes"},
	"front_door.children":     {"child_id=key", "date_of_birth=birth"},
	"front_door.cin_episodes": {"child_id=key", "start_date=day", "end_date=after"},
}

// randomDelivery draws every table with few records, few values and few months, so that counts are small and hiding is
// hard.
func randomDelivery(t *testing.T, in Input, seed uint64) Input {
	draw := rand.New(rand.NewPCG(seed, 2)).IntN
	in.Tables, in.Purposes = map[string]*table.Table{}, []string{"school"}
	in.Delivered = map[string]bool{"pupils": true, "exclusions": true, "pupils.sessions_missed": true, "list_5": true}
	for _, name := range sortedKeys(drawn) {
		values, months, long := 1+draw(4), 1+draw(6), 2+draw(6)
		var records []map[string]string
		for range []int{8, 20, 45, 90, 160}[draw(5)] {
			record := map[string]string{}
			var last schemas.Day
			for _, of := range drawn[name] {
				field, kind, _ := strings.Cut(of, "=")
				text := ""
				switch kind {
				case "key":
					text = fmt.Sprint("K", draw(60))
				case "birth":
					text = fmt.Sprintf("20%02d-03-01", 2+draw(14))
				case "ago":
					text = table.DateText(in.Period.To - schemas.Day(draw(30)*draw(30)))
				case "day":
					last = in.Period.From + schemas.Day(draw(months*30))
					if draw(long) == 0 {
						last -= schemas.Day(draw(1000))
					}
					text = table.DateText(last)
				case "after":
					if draw(4) > 0 {
						last += schemas.Day(draw([]int{12, 60, 300, 900}[draw(4)]))
						text = table.DateText(last)
					}
				default:
					all := strings.Split(kind, "|")
					some := min(len(all), values+1)
					text = all[min(draw(some), draw(some))]
				}
				if text != "" {
					record[field] = text
				}
			}
			records = append(records, record)
		}
		in.Tables[name] = decided(t, name, records...)
	}
	return in
}

// counts is what a reader makes out of the figures over one table: a set is named by what decides it.
type counts struct {
	*attack
	whole  Period
	cells  map[string]map[string]int // by set: the unknowns by place
	column map[int][]string          // by unknown: the columns in which it stands hidden
	open   map[string]bool           // columns that show something
	dated  map[string]bool           // sets that are told by period
	inside map[[2]string]bool        // of two sets, the first lies in the second
	hidden map[int]bool
	exempt []int               // steps of the waterfall
	flows  map[string][]string // by name of a balance: what begins and ends, by date
	stocks map[string]map[schemas.Day]string
}

// setName names a set of records by table, date field, day of a snapshot and condition.
func setName(table, date string, f Figure, condition string) string {
	day := ""
	if f.Measure.Kind == Snapshot {
		day = fmt.Sprint(f.Period.To)
	}
	return strings.Join([]string{table, date, day, condition}, " / ")
}

// enter notes a count of a set.
func (c *counts) enter(set string, f Figure, n int64, open, whole bool) {
	column, place := "period", string(Whole)
	switch {
	case whole:
	case f.Breakdown != "":
		column, place = f.Breakdown, f.Breakdown+"="+f.Category
	case c.dated[set] && (f.Period.From != c.whole.From || f.Period.To != c.whole.To):
		place = f.Period.Label
	}
	at := c.unknown(set+" / "+place, n)
	if c.cells[set] == nil {
		c.cells[set] = map[string]int{}
	}
	c.cells[set][place] = at
	if f.Mark == ProcessCount {
		c.exempt = append(c.exempt, at)
	}
	if open {
		c.low[at], c.high[at] = n, n
		if place != string(Whole) {
			c.open[set+" / "+column] = true
		}
		return
	}
	c.hidden[at] = true
	if place != string(Whole) {
		c.column[at] = append(c.column[at], set+" / "+column)
	} else if n > 0 {
		c.low[at] = max(c.low[at], 1) // a whole of nought is shown, or withheld with its periods: here the reader is told
	}
}

// readCounts reads the public counts of figures: medians and values are none. The counts of a table stand together.
func readCounts(figures []Figure, whole Period) map[string]*counts {
	byTable := map[string]*counts{}
	for _, f := range figures {
		m := f.Measure
		if f.Numerator == nil || f.Unavailable != "" || m.From != "" || f.Mark&InternalOnly != 0 {
			continue
		}
		of := func(table string) *counts {
			if byTable[table] == nil {
				byTable[table] = &counts{
					attack: &attack{number: map[string]int{}}, whole: whole, cells: map[string]map[string]int{}, column: map[int][]string{}, open: map[string]bool{},
					dated: map[string]bool{}, inside: map[[2]string]bool{}, hidden: map[int]bool{}, flows: map[string][]string{}, stocks: map[string]map[schemas.Day]string{},
				}
			}
			return byTable[table]
		}
		own := of(m.Table)
		above := setName(m.Table, m.Date, f, m.Numerator)
		switch {
		case m.Statistic != nil:
			all := above
			above += " / with " + m.Statistic.String()
			own.inside[[2]string{above, all}] = true
		case m.Distinct != "":
			all := above
			above += " / different " + m.Distinct
			own.inside[[2]string{above, all}] = true
		}
		own.dated[above] = m.Kind == Flow
		own.enter(above, f, *f.Numerator, f.Mark&NumeratorHidden == 0, false)
		if m.IsRate() && f.Denominator != nil {
			below := setName(m.tableBelow(), m.dateBelow(), f, m.Denominator)
			c := of(m.tableBelow())
			c.dated[below] = m.Kind == Flow && m.dateBelow() != ""
			c.enter(below, f, *f.Denominator, f.Mark&DenominatorHidden == 0, f.Breakdown != "" && m.shares())
			if m.tableBelow() == m.Table && m.dateBelow() == m.Date && above != below {
				c.inside[[2]string{above, below}] = true
			}
		}
		if m.Balance != "" && f.Breakdown == "" {
			if m.Kind == Flow && f.Period.Kind == Whole {
				own.flows[m.Balance] = append(own.flows[m.Balance], m.Date)
				own.flows[m.Balance+m.Date] = []string{above}
			} else if m.Kind == Snapshot {
				if own.stocks[m.Balance] == nil {
					own.stocks[m.Balance] = map[schemas.Day]string{}
				}
				own.stocks[m.Balance][f.Period.To] = above
			}
		}
	}
	return byTable
}

// relate sets up what holds of the counts.
func (c *counts) relate(spans []Period) {
	for at, columns := range c.column {
		// Where a column shows anything, its noughts are shown, so that what is hidden in it is none.
		if c.low[at] != c.high[at] && slices.ContainsFunc(columns, func(column string) bool { return c.open[column] }) {
			c.low[at] = max(c.low[at], 1)
		}
	}
	for _, set := range sortedKeys(c.cells) {
		c.relateCategories(set)
		if c.dated[set] && !strings.Contains(set, " / different ") {
			c.relatePeriods(set, spans)
		}
	}
	// A condition that says more than another chooses among its records.
	for _, set := range sortedKeys(c.cells) {
		for _, other := range sortedKeys(c.cells) {
			if strings.HasPrefix(other, set+" && ") && !strings.Contains(other, " / with ") && !strings.Contains(other, " / different ") {
				c.inside[[2]string{other, set}] = true
			}
		}
	}
	for _, set := range sortedKeys(c.cells) {
		for _, of := range sortedKeys(c.cells) {
			if c.inside[[2]string{set, of}] {
				c.relateInside(set, of)
			}
		}
	}
	for _, name := range sortedKeys(c.stocks) {
		c.relateStock(name)
	}
}

// relateCategories says that the categories of a field add up to the whole.
func (c *counts) relateCategories(set string) {
	whole, has := c.cells[set][string(Whole)]
	byField := map[string][]int{}
	for _, place := range sortedKeys(c.cells[set]) {
		if field, _, is := strings.Cut(place, "="); is {
			byField[field] = append(byField[field], c.cells[set][place])
		}
	}
	for _, field := range sortedKeys(byField) {
		if has {
			c.sum(whole, byField[field], false)
		}
	}
}

// relatePeriods says that periods add up stretches of days, those between the ends of any two periods.
func (c *counts) relatePeriods(set string, spans []Period) {
	edges := []schemas.Day{}
	for _, p := range spans {
		edges = append(edges, p.From, p.To+1)
	}
	slices.Sort(edges)
	edges = slices.Compact(edges)
	truth := func(p Period) (int64, bool) {
		at, has := c.cells[set][p.Label]
		if !has {
			return 0, false
		}
		return c.truth[at], true
	}
	stretches := map[schemas.Day]int{}
	for _, p := range spans { // a stretch is a month, or what the longest year has besides
		if p.Kind == Month {
			if n, has := truth(p); has {
				stretches[p.From] = c.unknown(fmt.Sprint(set, " / from ", p.From), n)
			}
		}
	}
	for _, p := range spans {
		whole, has := c.cells[set][p.Label]
		if !has {
			continue
		}
		var parts []int
		rest := false
		for i, from := range edges[:len(edges)-1] {
			if from < p.From || edges[i+1]-1 > p.To {
				continue
			}
			if at, known := stretches[from]; known {
				parts = append(parts, at)
			} else {
				rest = true
			}
		}
		c.sum(whole, parts, rest)
	}
	for from, at := range stretches {
		c.cells[set][fmt.Sprint("from ", from)] = at
	}
}

// relateInside says that one set lies in another, in every place, if that is so.
func (c *counts) relateInside(set, of string) {
	for _, place := range sortedKeys(c.cells[set]) {
		if at, both := c.cells[of][place]; both && c.truth[c.cells[set][place]] > c.truth[at] {
			return
		}
	}
	for _, place := range sortedKeys(c.cells[set]) {
		if at, both := c.cells[of][place]; both {
			c.sum(at, []int{c.cells[set][place]}, true)
		}
	}
}

// relateStock says that what stands at the end of a month stood before or began in it, unless it ended.
func (c *counts) relateStock(name string) {
	days := sortedDays(c.stocks[name])
	for i := 1; i < len(days); i++ {
		before, after := c.stocks[name][days[i-1]], c.stocks[name][days[i]]
		began, ended := "", ""
		for _, date := range c.flows[name] {
			if strings.Contains(after, date+" <= as_at") {
				began = c.flows[name+date][0]
			} else {
				ended = c.flows[name+date][0]
			}
		}
		place := fmt.Sprint("from ", days[i-1]+1)
		in, hasIn := c.cells[began][place]
		out, hasOut := c.cells[ended][place]
		if !hasIn || !hasOut {
			continue
		}
		stood, stands := c.cells[before][string(Whole)], c.cells[after][string(Whole)]
		all := c.unknown(fmt.Sprint(name, " stood or began ", days[i]), c.truth[stood]+c.truth[in])
		c.sum(all, []int{stood, in}, false)
		c.sum(all, []int{stands, out}, false)
	}
}

func sortedDays[T any](m map[schemas.Day]T) []schemas.Day {
	var days []schemas.Day
	for day := range m {
		days = append(days, day)
	}
	slices.Sort(days)
	return days
}

// What begins and ends between two stocks is told by the stocks and the wholes alone where nothing ends, or where
// whatever ends does so in months in which nothing begins. Then the wholes are withheld; else they stay.
func TestWholesOfABalanceTellNoParts(t *testing.T) {
	for name, test := range map[string]struct {
		ended string // of the assessments that began in June, half of them
		want  Mark
	}{
		"none ends":               {"", NumeratorHidden},
		"as many begin as end":    {"2019-06-20", 0},
		"they end in other month": {"2019-07-20", NumeratorHidden},
	} {
		in := common(t)
		in.Period.From = dayOf(t, "2019-01-01") // so that no other period is the whole
		var records []map[string]string
		for i := range 30 {
			record := map[string]string{"assessment_start_date": "2019-06-03", "organisation_completing_assessment": "Health"}
			switch {
			case i < 10:
				record["assessment_start_date"] = "2018-06-03"
			case i == 29:
				record["assessment_start_date"] = "2019-08-05"
			case test.ended != "" && i%2 == 0:
				record["assessment_completion_date"] = test.ended
			}
			records = append(records, record)
		}
		in.Tables = map[string]*table.Table{"annex_a.list_2": decided(t, "annex_a.list_2", records...)}
		figures := evaluate(t, in)
		for _, figure := range []string{"eh_started", "eh_completed", "eh_started | organisation_completing_assessment | Health"} {
			if f := figures[figure]; f.Numerator == nil || f.Mark != test.want {
				t.Errorf("%s: %s: got %s, want %s", name, figure, f.Mark, test.want)
			}
		}
		if f := figures["eh_open"]; f.Mark != 0 {
			t.Errorf("%s: the stock is %s", name, f.Mark)
		}
		if f := figures["eh_started | 2019-06"]; f.Mark != NumeratorHidden {
			t.Errorf("%s: what began in June is %s", name, f.Mark)
		}
	}
}

// Whatever is delivered of Annex A and school data: what every measure of the catalogue publishes tells, together, no
// hidden count more closely than the policy promises. Of small differences it looks at those of a numerator and its
// denominator. Those of two denominators of different measures are published, such as the children looked after and
// those of them for whom missing episodes are recorded.
func TestHiddenCountsOfEveryMeasureCannotBeRecovered(t *testing.T) {
	catalogue, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	base := common(t)
	reporting := []Span{base.Period, {dayOf(t, "2019-01-01"), base.Period.To}, {dayOf(t, "2019-04-15"), dayOf(t, "2019-08-31")}}
	seeds, attacked := uint64(48), map[string]bool{}
	if testing.Short() {
		seeds = 10
	}
	for seed := range seeds {
		base.Period = reporting[seed%3]
		figures, err := catalogue.Evaluate(context.Background(), randomDelivery(t, base, seed))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range figures {
			if f.Numerator == nil || f.Mark&(InternalOnly|ProcessCount) != 0 {
				continue
			}
			attacked[f.Measure.ID] = true
			exempt := f.Measure.Waterfall && f.Breakdown == "" && f.Period.From == base.Period.From && f.Period.To == base.Period.To
			if f.Mark&NumeratorHidden == 0 && base.Policy.small(*f.Numerator) && !exempt {
				t.Errorf("seed %d: %s: %d is published", seed, nameOf(f), *f.Numerator)
			}
			if f.Measure.IsRate() && f.Denominator != nil && f.Mark&DenominatorHidden == 0 && base.Policy.small(*f.Denominator) {
				t.Errorf("seed %d: %s: of %d is published", seed, nameOf(f), *f.Denominator)
			}
			if f.Measure.IsRate() && f.Denominator != nil && f.Mark == 0 && *f.Numerator > 0 && !f.Measure.shares() && f.Measure.DenominatorTable == "" && base.Policy.small(*f.Denominator-*f.Numerator) {
				t.Errorf("seed %d: %s: %d of %d tell of a small rest", seed, nameOf(f), *f.Numerator, *f.Denominator)
			}
		}
		byTable := readCounts(figures, periods(base.Period)[0])
		for _, name := range sortedKeys(byTable) {
			c := byTable[name]
			c.relate(periods(base.Period))
			if !c.conclude() {
				t.Errorf("seed %d: %s: nothing fits what is published", seed, name)
				continue
			}
			for at := range c.low {
				truth, room := c.truth[at], base.Policy.Candidates-1
				if c.low[at] == 0 {
					room = 1 // its whole column is withheld, and it may be nought
				}
				if c.low[at] > truth || c.high[at] < truth {
					t.Errorf("seed %d: the attack concludes that %s, which is %d, lies between %d and %d", seed, c.names[at], truth, c.low[at], c.high[at])
				}
				// A whole that is exempt tells of its parts what it must; nothing can hide that.
				if slices.ContainsFunc(c.exempt, func(whole int) bool { return base.Policy.small(c.truth[whole]) || truth == c.truth[whole] }) {
					continue
				}
				if c.hidden[at] && base.Policy.small(truth) && c.high[at]-c.low[at] < room {
					t.Errorf("seed %d: %s is %d and lies between %d and %d", seed, c.names[at], truth, c.low[at], c.high[at])
				}
			}
		}
	}
	for _, m := range catalogue.Measures {
		if (strings.Contains(m.Table, ".") || m.ID == "open_case_s47") && m.From == "" && m.Lacks == "" && !attacked[m.ID] {
			t.Errorf("measure %s is never attacked", m.ID)
		}
	}
}
