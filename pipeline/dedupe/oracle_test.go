package dedupe

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/bits"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"frontdoor/schemas"
)

// The oracle: section 3.2 of the domain notes read aloud, slow and short, written without sight of the
// product. It takes rows in file order and gives one judgement a row; it shares with the product only the
// calendar and the code sets.

// oracleContact is one row of contacts; Person is the child resolved, 0 where the row names no child.
type oracleContact struct {
	ID                                                  string
	Person                                              int
	Day                                                 schemas.Day
	Source, Concern, Ref, Family, System, Outcome, Link string
}

// oracleReferral is one row of referrals; HasDay is false where the date cannot be read.
type oracleReferral struct {
	ID     string
	Person int
	Day    schemas.Day
	HasDay bool
	Source string
}

// oracleEpisode is one row of episodes of need.
type oracleEpisode struct {
	ID               string
	Person           int
	Start, End       schemas.Day
	HasStart, HasEnd bool
}

// oracleSettings are the parameters of the definition, and what is held. Indistinguishable says that the
// extract has no column for contact id, reference or concern (Annex A).
type oracleSettings struct {
	SameIncidentDays, SameIncidentDaysWeak, SameIncidentDaysSameRef int
	MigratedDays, ReferralWindowWD, ReferralBeforeWD                int
	MigrationFrom, MigrationTo                                      schemas.Day
	HasMigration, Indistinguishable                                 bool
	HeldFrom, HeldTo                                                schemas.Day
}

// oracleDefaults returns the defaults of contact_definition.json, without migration and with nothing held.
func oracleDefaults() oracleSettings {
	return oracleSettings{SameIncidentDays: 3, SameIncidentDaysWeak: 1, SameIncidentDaysSameRef: 30,
		MigratedDays: 1, ReferralWindowWD: 5, ReferralBeforeWD: 1}
}

// oracleRow is what is said of one contact row. First is the row of the incident's first contact, -1 if there
// is none. Matched is the first row of the pair for a repeated row, else -1; MayMatch are the rows of the
// contacts that a copy or a member may be said to match, in order. What follows Weak stands on the first
// contact of a unique incident only.
type oracleRow struct {
	Class                         string
	First, Matched                int
	MayMatch                      []int
	Weak                          bool
	PossibleSame, Converted       bool
	LinkMethod                    string // explicit, window, before_contact, outcome_only or blank
	ReferralIndex                 int    // -1 for none
	Repeat30, Repeat90, Repeat12m string // yes, no, not known; blank where not unique
	TooRecent                     bool
}

// oracleResult is a judgement of each contact row and a status (linked, further, not_linked) of each referral.
type oracleResult struct {
	Rows      []oracleRow
	Referrals []string
}

// oracleSet is a set of texts as they are compared, none blank.
type oracleSet map[string]bool

func (s oracleSet) add(text string) {
	if text != "" {
		s[text] = true
	}
}

func (s oracleSet) meets(other oracleSet) bool {
	for v := range s {
		if other[v] {
			return true
		}
	}
	return false
}

// contradicts tells whether both sides name some and none in common.
func (s oracleSet) contradicts(other oracleSet) bool {
	return len(s) > 0 && len(other) > 0 && !s.meets(other)
}

func oracleFold(text string) string { return strings.ToLower(strings.TrimSpace(text)) }

// oracleSource returns what a source is compared by: its code where it maps, else its own text.
func oracleSource(sources *schemas.CodeSet, text string) string {
	if i := sources.Place(strings.TrimSpace(text)); i >= 0 {
		return "code " + sources.Codes[i].Code
	}
	return "text " + oracleFold(text)
}

// oracleJoined is one contact: the rows of one contact id and child.
type oracleJoined struct {
	row, person                     int // its first row
	id                              string
	day                             schemas.Day // the earliest
	source, system                  string      // the first row's
	concerns, refs, outcomes, links oracleSet
	episode                         int // the open episode, -1 for none
}

// oracleIncident is the contacts that tell of one incident, in order.
type oracleIncident struct {
	members  []*oracleJoined
	referral int
}

func (in *oracleIncident) first() *oracleJoined { return in.members[0] }

// all joins a part of the contacts of the incident.
func (in *oracleIncident) all(part func(*oracleJoined) oracleSet) oracleSet {
	all := oracleSet{}
	for _, m := range in.members {
		maps.Copy(all, part(m))
	}
	return all
}

// rows returns the rows of the contacts of the incident for which ok holds.
func (in *oracleIncident) rows(ok func(*oracleJoined) bool) []int {
	var rows []int
	for _, m := range in.members {
		if ok(m) {
			rows = append(rows, m.row)
		}
	}
	return rows
}

func oracleConcerns(c *oracleJoined) oracleSet { return c.concerns }
func oracleRefs(c *oracleJoined) oracleSet     { return c.refs }

// oracleJudge judges the rows by section 3.2.
func oracleJudge(contacts []oracleContact, referrals []oracleReferral, episodes []oracleEpisode, s oracleSettings, calendar *schemas.Calendar) oracleResult {
	sources, err := schemas.LoadCodeSet("referral_source")
	if err != nil {
		panic(err)
	}
	res := oracleResult{Rows: make([]oracleRow, len(contacts)), Referrals: make([]string, len(referrals))}
	for i := range res.Rows {
		res.Rows[i] = oracleRow{First: -1, Matched: -1, ReferralIndex: -1}
	}

	// A contact is one (contact id, child); a row without an id is a contact of its own.
	var order []*oracleJoined
	for i, row := range contacts {
		id := strings.TrimSpace(row.ID)
		var c *oracleJoined
		if n := slices.IndexFunc(order, func(c *oracleJoined) bool { return c.id == id && c.person == row.Person }); id != "" && n >= 0 {
			c = order[n]
			c.day = min(c.day, row.Day)
			res.Rows[i].Class, res.Rows[i].Matched = "repeated_row", c.row
		} else {
			c = &oracleJoined{row: i, person: row.Person, id: id, day: row.Day, episode: -1,
				source: oracleSource(sources, row.Source), system: oracleFold(row.System),
				concerns: oracleSet{}, refs: oracleSet{}, outcomes: oracleSet{}, links: oracleSet{}}
			order = append(order, c)
		}
		c.concerns.add(oracleFold(row.Concern))
		c.refs.add(oracleFold(row.Ref))
		c.outcomes.add(oracleFold(row.Outcome))
		c.links.add(strings.TrimSpace(row.Link))
	}

	// On an open case: started on an earlier day, not ended before the contact's day, the first in the file.
	for _, c := range order {
		c.episode = slices.IndexFunc(episodes, func(e oracleEpisode) bool {
			return len(c.links) == 0 && e.Person == c.person && e.HasStart && e.Start < c.day && !(e.HasEnd && e.End < c.day)
		})
	}

	// By day, contact id, row.
	slices.SortFunc(order, func(a, b *oracleJoined) int {
		return cmp.Or(cmp.Compare(a.day, b.day), strings.Compare(a.id, b.id), cmp.Compare(a.row, b.row))
	})
	var incidents []*oracleIncident // in the order of their first contacts
	for _, c := range order {
		row := &res.Rows[c.row]
		if c.person == 0 {
			row.Class = "unidentified"
			continue
		}
		in := oracleJoin(c, incidents, s, row)
		if in == nil {
			row.Class = "unique"
			if c.episode >= 0 {
				row.Class = "open_case"
			}
			row.PossibleSame = row.Class == "unique" && oraclePossible(c, incidents)
			in = &oracleIncident{referral: -1}
			incidents = append(incidents, in)
		}
		in.members = append(in.members, c)
		row.First = in.first().row
	}
	for i := range res.Rows {
		if res.Rows[i].Class == "repeated_row" {
			res.Rows[i].First = res.Rows[res.Rows[i].Matched].First
		}
	}

	unique := slices.DeleteFunc(incidents, func(in *oracleIncident) bool { return res.Rows[in.first().row].Class != "unique" })
	oracleConvert(unique, referrals, s, calendar, sources, res)
	for n, in := range unique {
		oracleLookBack(in.first(), unique[:n], s, &res.Rows[in.first().row])
		row := &res.Rows[in.first().row]
		row.TooRecent = !row.Converted && calendar.WorkingDays(in.first().day, s.HeldTo) <= s.ReferralWindowWD
	}
	return res
}

// oracleJoin returns the incident that the contact joins and writes into its row how, or nil.
func oracleJoin(c *oracleJoined, incidents []*oracleIncident, s oracleSettings, row *oracleRow) *oracleIncident {
	for _, class := range []string{"exact", "migrated", "same_incident_ref", "same_incident_window"} {
		for _, in := range slices.Backward(incidents) {
			// An incident that was not on an open case, or one on the same open episode.
			mayJoin := in.first().episode < 0 || in.first().episode == c.episode
			if in.first().person != c.person || !mayJoin {
				continue
			}
			var rows []int
			weak := false
			days := int(c.day - in.first().day)
			switch class {
			case "exact":
				rows = in.rows(func(m *oracleJoined) bool {
					return m.day == c.day && m.source == c.source && m.system == c.system &&
						maps.Equal(m.refs, c.refs) && maps.Equal(m.concerns, c.concerns)
				})
				weak = s.Indistinguishable
			case "migrated":
				within := func(d schemas.Day) bool { return s.HasMigration && s.MigrationFrom <= d && d <= s.MigrationTo }
				rows = in.rows(func(m *oracleJoined) bool {
					return within(m.day) && within(c.day) && int(c.day-m.day) <= s.MigratedDays &&
						m.system != "" && c.system != "" && m.system != c.system && m.source == c.source &&
						!m.refs.contradicts(c.refs) && !m.concerns.contradicts(c.concerns)
				})
			case "same_incident_ref":
				rows = in.rows(func(m *oracleJoined) bool { return m.refs.meets(c.refs) && days <= s.SameIncidentDaysSameRef })
			case "same_incident_window":
				concerns := in.all(oracleConcerns)
				if c.refs.contradicts(in.all(oracleRefs)) {
					break
				}
				if weak = len(c.concerns) == 0 || len(concerns) == 0; weak {
					rows = in.rows(func(*oracleJoined) bool { return days <= min(s.SameIncidentDaysWeak, s.SameIncidentDays) })
				} else {
					rows = in.rows(func(m *oracleJoined) bool { return m.concerns.meets(c.concerns) && days <= s.SameIncidentDays })
				}
			}
			if len(rows) > 0 {
				row.Class, row.MayMatch, row.Weak = class, rows, weak
				return in
			}
		}
	}
	return nil
}

// oraclePossible tells whether the unique contact stands within a day of an earlier incident of the child,
// from another source, with a different concern or reference.
func oraclePossible(c *oracleJoined, earlier []*oracleIncident) bool {
	return slices.ContainsFunc(earlier, func(in *oracleIncident) bool {
		return in.first().person == c.person && c.day-in.first().day <= 1 &&
			!slices.ContainsFunc(in.members, func(m *oracleJoined) bool { return m.source == c.source }) &&
			(c.concerns.contradicts(in.all(oracleConcerns)) || c.refs.contradicts(in.all(oracleRefs)))
	})
}

// oracleConvert links referrals to the unique incidents, which come in the order of their first contacts.
func oracleConvert(unique []*oracleIncident, referrals []oracleReferral, s oracleSettings, calendar *schemas.Calendar, sources *schemas.CodeSet, res oracleResult) {
	link := func(in *oracleIncident, r int, method string) {
		in.referral, res.Referrals[r] = r, "linked"
		row := &res.Rows[in.first().row]
		row.Converted, row.LinkMethod, row.ReferralIndex = true, method, r
	}

	// (a) explicit: by date and id, so that the first to reach an incident converts it; undated ones last.
	byDate := make([]int, len(referrals))
	for r := range referrals {
		byDate[r], res.Referrals[r] = r, "not_linked"
	}
	slices.SortStableFunc(byDate, func(a, b int) int {
		x, y := referrals[a], referrals[b]
		return cmp.Or(cmp.Compare(oracleOrder(!x.HasDay), oracleOrder(!y.HasDay)), cmp.Compare(x.Day, y.Day), strings.Compare(x.ID, y.ID))
	})
	for _, r := range byDate {
		n := slices.IndexFunc(unique, func(in *oracleIncident) bool {
			return in.first().person == referrals[r].Person &&
				slices.ContainsFunc(in.members, func(m *oracleJoined) bool { return m.links[strings.TrimSpace(referrals[r].ID)] })
		})
		if n >= 0 && unique[n].referral >= 0 {
			res.Referrals[r] = "further"
		} else if n >= 0 {
			link(unique[n], r, "explicit")
		}
	}

	// (b) over all that are left, pairs in their order; outcome_only where no referral, used or not, is near.
	type pair struct {
		otherSource, before bool
		days, n, r          int
	}
	var pairs []pair
	near := make([]bool, len(unique))
	for n, in := range unique {
		for r, referral := range referrals {
			if !referral.HasDay || referral.Person != in.first().person {
				continue
			}
			source := oracleSource(sources, referral.Source)
			other := !slices.ContainsFunc(in.members, func(m *oracleJoined) bool { return m.source == source })
			for _, m := range in.members {
				p := pair{other, referral.Day < m.day, calendar.WorkingDays(m.day, referral.Day), n, r}
				limit := s.ReferralWindowWD
				if p.before {
					p.days, limit = calendar.WorkingDays(referral.Day, m.day), s.ReferralBeforeWD
				}
				if p.days <= limit {
					pairs, near[n] = append(pairs, p), true
				}
			}
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(oracleOrder(a.otherSource), oracleOrder(b.otherSource)), cmp.Compare(a.days, b.days),
			cmp.Compare(oracleOrder(a.before), oracleOrder(b.before)), cmp.Compare(a.n, b.n),
			strings.Compare(referrals[a.r].ID, referrals[b.r].ID), cmp.Compare(a.r, b.r))
	})
	for _, p := range pairs {
		if unique[p.n].referral < 0 && res.Referrals[p.r] == "not_linked" {
			link(unique[p.n], p.r, map[bool]string{false: "window", true: "before_contact"}[p.before])
		}
	}
	for n, in := range unique {
		outcomes := in.all(func(c *oracleJoined) oracleSet { return c.outcomes })
		if in.referral < 0 && !near[n] && (outcomes["new_referral"] || outcomes["cp_enquiry"]) {
			res.Rows[in.first().row].LinkMethod = "outcome_only"
		}
	}
}

// oracleOrder puts false before true.
func oracleOrder(b bool) int {
	if b {
		return 1
	}
	return 0
}

// oracleLookBack writes whether a unique contact repeats an earlier one: yes if one stands in the window, not
// known if the last day that is not held stands in it, else no.
func oracleLookBack(c *oracleJoined, earlier []*oracleIncident, s oracleSettings, row *oracleRow) {
	look := func(until func(schemas.Day) schemas.Day) string {
		if slices.ContainsFunc(earlier, func(in *oracleIncident) bool {
			return in.first().person == c.person && c.day <= until(in.first().day)
		}) {
			return "yes"
		}
		if c.day <= until(s.HeldFrom-1) {
			return "not known"
		}
		return "no"
	}
	row.Repeat30 = look(func(d schemas.Day) schemas.Day { return d + 30 })
	row.Repeat90 = look(func(d schemas.Day) schemas.Day { return d + 90 })
	row.Repeat12m = look(schemas.SameDayNextYear)
}

// oracleDraw draws a small front door around Christmas, Easter or the end of February, with few distinct
// values, many blanks and many rows that are nearly copies. Nothing lies outside what is held.
func oracleDraw(t *rapid.T) ([]oracleContact, []oracleReferral, []oracleEpisode, oracleSettings) {
	// Nearly even odds, where rapid's own ranges favour the ends.
	number := func(low, high int) int {
		n := 0
		for range bits.Len(uint(high-low)) + 2 {
			n = 2*n + oracleOrder(rapid.Bool().Draw(t, "bit"))
		}
		return low + n%(high-low+1)
	}
	pick := func(values ...string) string { return values[number(0, len(values)-1)] }
	days := func(values ...schemas.Day) schemas.Day { return values[number(0, len(values)-1)] }
	oneIn := func(n int) bool { return number(1, n) == n }

	base, err := schemas.ParseDay(pick("2025-12-22", "2026-03-30", "2026-03-02", "2025-02-17", "2024-02-19"))
	if err != nil {
		t.Fatal(err)
	}
	sources := []string{"6", "2A", "", "2a ", "Police", " police"}
	links := [][]string{{""}, {"", "", "", "", "r9", "r10", "r1", "r99"}, {"", "r9", "r10", "r9", "r10"}}[number(0, 2)]
	people := number(1, 3)
	person := func() int {
		if oneIn(12) {
			return 0
		}
		return number(1, people)
	}

	s := oracleDefaults()
	if oneIn(2) {
		s.SameIncidentDays, s.SameIncidentDaysWeak = number(0, 7), number(0, 3)
		s.SameIncidentDaysSameRef, s.MigratedDays = number(0, 90), number(0, 2)
		s.ReferralWindowWD, s.ReferralBeforeWD = number(0, 20), number(0, 5)
	}
	systems := []string{"", "OLD", "NEW", "new "}
	if s.HasMigration = oneIn(2); s.HasMigration {
		s.MigrationFrom, s.MigrationTo = base+days(-400, 0, 1), base+days(1, 4, 40)
		systems = systems[1:]
	}
	s.Indistinguishable = oneIn(10)

	contacts := make([]oracleContact, number(1, 14))
	for i := range contacts {
		c := &contacts[i]
		redraw := func() bool { return true }
		if i > 0 && oneIn(2) {
			*c = contacts[number(0, i-1)]
			redraw = func() bool { return oneIn(5) }
		}
		c.ID = pick(fmt.Sprintf("c%d", i*5%17), fmt.Sprintf("c%d", i*5%17), "c5", "C5", "é", "")
		if redraw() {
			c.Person = person()
		}
		if redraw() {
			c.Day = base + days(0, 0, 0, 1, 1, 2, 3, 3, 4, 5, 7, 8, 11, 30, 31, 39)
			if oneIn(12) {
				c.Day -= days(29, 30, 60, 89, 90, 360, 364, 365, 366)
			}
		}
		for _, f := range []struct {
			field  *string
			values []string
		}{
			{&c.Source, sources},
			{&c.Concern, []string{"", "DA", "NEG", " da", "EMO"}},
			{&c.Ref, []string{"", "", "", "OCC1", "occ1 ", "OCC2"}},
			{&c.Family, []string{"", "F1", "F2"}},
			{&c.System, systems},
			{&c.Outcome, []string{"", "NFA", "NEW_REFERRAL", "cp_enquiry", "ADVICE", "what"}},
			{&c.Link, links},
		} {
			if redraw() {
				*f.field = pick(f.values...)
			}
		}
		if s.Indistinguishable {
			c.ID, c.Concern, c.Ref = "", "", ""
		}
	}
	byDay := func(a, b oracleContact) int { return cmp.Compare(a.Day, b.Day) }
	s.HeldFrom = slices.MinFunc(contacts, byDay).Day - days(0, 1, 25, 29, 30, 31, 59, 60, 89, 90, 91, 364, 365, 366)
	s.HeldTo = slices.MaxFunc(contacts, byDay).Day + days(0, 1, 3, 5, 7, 8, 30)

	var referrals []oracleReferral
	for _, id := range []string{"r9", "r10", "r1", "R2", "r2"}[:number(0, 5)] {
		r := oracleReferral{ID: id, Person: person(), HasDay: !oneIn(8), Source: pick(sources...)}
		if r.HasDay {
			r.Day = base + days(-3, -2, -1, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 33)
		}
		referrals = append(referrals, r)
	}
	episodes := make([]oracleEpisode, number(0, 3))
	for i := range episodes {
		e := oracleEpisode{ID: fmt.Sprintf("e%d", i), Person: person(), HasStart: !oneIn(10), HasEnd: oneIn(2)}
		if e.HasStart {
			e.Start = base + days(-30, -1, 0, 0, 1, 2, 5)
		}
		if e.HasEnd {
			e.End = base + days(-2, 0, 1, 2, 3, 6)
		}
		episodes[i] = e
	}
	return contacts, referrals, episodes, s
}

// oracleExamples is contact_definition.json as far as it is checked.
type oracleExamples struct {
	N      int
	Config map[string]struct{ Default any }
	Codes  []oracleExample
}

// oracleExample is one worked example.
type oracleExample struct {
	Name, Why string
	Contacts  []struct{ ID, Person, Date, Src, Concern, Ref, Sys, Outcome, Link string }
	Referrals []struct{ ID, Person, Date, Src string }
	Cin       []struct{ Person, Start, End string }
	Config    struct{ Migration []string }

	Expect          []string
	Converted       map[string]string
	ReferralsExpect map[string]string `json:"referrals_expect"`
}

func TestOracleOnWorkedExamples(t *testing.T) {
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/contact_definition.json")
	if err != nil {
		t.Fatal(err)
	}
	var examples oracleExamples
	if err := json.Unmarshal(text, &examples); err != nil {
		t.Fatal(err)
	}
	if len(examples.Codes) != examples.N || examples.N != 34 {
		t.Fatalf("%d examples, want %d and 34", len(examples.Codes), examples.N)
	}
	d := oracleDefaults()
	for name, got := range map[string]int{
		"same_incident_days": d.SameIncidentDays, "same_incident_days_weak": d.SameIncidentDaysWeak,
		"same_incident_days_same_ref": d.SameIncidentDaysSameRef, "migrated_days": d.MigratedDays,
		"referral_window_wd": d.ReferralWindowWD, "referral_before_wd": d.ReferralBeforeWD,
	} {
		if examples.Config[name].Default != float64(got) {
			t.Errorf("default of %s: got %d, want %v", name, got, examples.Config[name].Default)
		}
	}

	day := func(text string) schemas.Day {
		d, err := schemas.ParseDay(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, e := range examples.Codes {
		people := map[string]int{"": 0}
		person := func(name string) int {
			if _, ok := people[name]; !ok {
				people[name] = len(people)
			}
			return people[name]
		}
		s := oracleDefaults()
		s.HeldFrom, s.HeldTo = day("2018-01-01"), day("2026-12-31")
		s.Indistinguishable = strings.HasPrefix(e.Name, "Annex A")
		if m := e.Config.Migration; m != nil {
			s.HasMigration, s.MigrationFrom, s.MigrationTo = true, day(m[0]), day(m[1])
		}
		var contacts []oracleContact
		for _, c := range e.Contacts {
			contacts = append(contacts, oracleContact{ID: c.ID, Person: person(c.Person), Day: day(c.Date), Source: c.Src,
				Concern: c.Concern, Ref: c.Ref, System: c.Sys, Outcome: c.Outcome, Link: c.Link})
		}
		var referrals []oracleReferral
		for _, r := range e.Referrals {
			referrals = append(referrals, oracleReferral{ID: r.ID, Person: person(r.Person), Day: day(r.Date), HasDay: true, Source: r.Src})
		}
		var episodes []oracleEpisode
		for _, c := range e.Cin {
			episode := oracleEpisode{Person: person(c.Person), Start: day(c.Start), HasStart: true, HasEnd: c.End != ""}
			if episode.HasEnd {
				episode.End = day(c.End)
			}
			episodes = append(episodes, episode)
		}

		for judge, got := range map[string]oracleResult{
			"oracle":  oracleJudge(contacts, referrals, episodes, s, calendar),
			"product": productJudge(t, contacts, referrals, episodes, s, calendar),
		} {
			e.check(t, judge+": "+e.Name, got)
		}
	}
}

// check holds a judgement against what an example expects.
func (e oracleExample) check(t *testing.T, name string, got oracleResult) {
	t.Helper()
	for i, row := range got.Rows {
		method := e.Converted[strconv.Itoa(i)]
		if row.Class != e.Expect[i] || row.LinkMethod != method || row.Converted != (method != "" && method != "outcome_only") {
			t.Errorf("%s: row %d: got %s, %q, converted %t, want %s, %q", name, i, row.Class, row.LinkMethod, row.Converted, e.Expect[i], method)
		}
		// What the examples say in words only.
		weak := i == 1 && strings.HasPrefix(e.Name, "Blank concern, two agencies") || i > 0 && strings.HasPrefix(e.Name, "Annex A")
		if row.Weak != weak {
			t.Errorf("%s: row %d: weak: got %t, want %t", name, i, row.Weak, weak)
		}
		if i == 1 && e.Why == "possible_same_incident is true on the second" && !row.PossibleSame {
			t.Errorf("%s: row %d: not possibly the same incident", name, i)
		}
		if i == 1 && e.Why == "the second is a repeat contact" && row.Repeat30 != "yes" {
			t.Errorf("%s: row %d: repeat within 30 days: %q", name, i, row.Repeat30)
		}
	}
	for r, status := range got.Referrals {
		if want := e.ReferralsExpect[e.Referrals[r].ID]; want != "" && status != want {
			t.Errorf("%s: referral %d: got %s, want %s", name, r, status, want)
		}
	}
}

// TestOracleDrawReachesEveryCase keeps the generator from growing vacuous, and the identities of 3.2 true of
// the oracle itself.
func TestOracleDrawReachesEveryCase(t *testing.T) {
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	type judged struct {
		contacts []oracleContact
		result   oracleResult
	}
	draw := rapid.Custom(func(t *rapid.T) judged {
		contacts, referrals, episodes, s := oracleDraw(t)
		return judged{contacts, oracleJudge(contacts, referrals, episodes, s, calendar)}
	})
	seen := map[string]int{}
	for seed := range 2000 {
		got := draw.Example(seed)
		linked := map[int]bool{}
		for i, row := range got.result.Rows {
			for _, what := range []string{row.Class, row.LinkMethod, "30 days " + row.Repeat30, "90 days " + row.Repeat90,
				"12 months " + row.Repeat12m, fmt.Sprintf("%s weak %t", row.Class, row.Weak),
				fmt.Sprintf("possibly the same %t", row.PossibleSame), fmt.Sprintf("too recent %t", row.TooRecent)} {
				seen[what]++
			}
			if row.Converted != (row.ReferralIndex >= 0) || row.Converted && linked[row.ReferralIndex] {
				t.Fatalf("seed %d: row %d: converted %t by referral %d, or by one used before", seed, i, row.Converted, row.ReferralIndex)
			}
			if row.Converted {
				linked[row.ReferralIndex] = true
			}
			started := row.Class == "unique" || row.Class == "open_case"
			if started != (row.First == i) || row.First >= 0 && got.contacts[row.First].Person != got.contacts[i].Person {
				t.Fatalf("seed %d: row %d: class %s, first contact %d", seed, i, row.Class, row.First)
			}
		}
		for r, status := range got.result.Referrals {
			seen[status]++
			if (status == "linked") != linked[r] {
				t.Fatalf("seed %d: referral %d: %s, and linked %t", seed, r, status, linked[r])
			}
		}
	}
	for _, what := range []string{"repeated_row", "unidentified", "exact", "migrated", "same_incident_ref", "same_incident_window",
		"open_case", "unique", "explicit", "window", "before_contact", "outcome_only", "linked", "further", "not_linked",
		"30 days yes", "30 days no", "30 days not known", "90 days yes", "90 days no", "90 days not known",
		"12 months yes", "12 months no", "12 months not known", "exact weak true", "same_incident_window weak true",
		"same_incident_window weak false", "possibly the same true", "too recent true"} {
		if seen[what] < 50 {
			t.Errorf("%s: seen %d times in 2000 front doors, want 50 or more", what, seen[what])
		}
	}
}
