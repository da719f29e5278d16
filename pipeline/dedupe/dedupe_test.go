package dedupe

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"pgregory.net/rapid"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// fatal is what *testing.T and *rapid.T have in common for a helper.
type fatal interface{ Fatal(args ...any) }

// deliver makes a table of the front door from columns of text; "" is blank. Columns that are not given are not
// delivered. Every column is a dictionary but the dates, which are given as days.
func deliver(t fatal, name string, rows int, texts map[string]func(row int) string, days map[string]func(row int) (schemas.Day, bool)) *table.Table {
	collection, err := schemas.Load("front_door")
	if err != nil {
		t.Fatal(err)
	}
	result := &table.Table{Schema: collection.Table(name), Rows: rows}
	lines := make([]uint32, rows)
	for row := range lines {
		lines[row] = uint32(row)
	}
	result.Line = table.LineArray(lines)
	for _, f := range result.Schema.Fields {
		column := &table.Column{Field: f}
		if of, ok := texts[f.Name]; ok {
			b := &builder{table: &table.Table{Schema: result.Schema, Rows: rows, Columns: []*table.Column{column}}}
			column.Array = dictionary(b, of)
		}
		if of, ok := days[f.Name]; ok {
			column.Array = dates(rows, of)
		}
		result.Columns = append(result.Columns, column)
	}
	return result
}

func dictionary(b *builder, of func(row int) string) arrow.Array {
	words := table.NewDictionary()
	codes := make([]uint32, b.table.Rows)
	valid, nulls := bitmap(b.table.Rows, func(row int) bool {
		if of(row) == "" {
			return false
		}
		codes[row] = words.Code([]byte(of(row)))
		return true
	})
	return table.DictionaryArray(codes, words.Array(), valid, nulls)
}

func dates(rows int, of func(row int) (schemas.Day, bool)) arrow.Array {
	values := make([]schemas.Day, rows)
	valid, nulls := bitmap(rows, func(row int) (ok bool) {
		values[row], ok = of(row)
		return ok
	})
	return table.DateArray(values, valid, nulls)
}

func childName(person int) string {
	if person == 0 {
		return ""
	}
	return fmt.Sprintf("P%d", person)
}

// productJudge has the product judge what the oracle judges.
func productJudge(t fatal, contacts []oracleContact, referrals []oracleReferral, episodes []oracleEpisode, s oracleSettings, calendar *schemas.Calendar) oracleResult {
	result, err := Run(context.Background(), productInput(t, contacts, referrals, episodes, s, calendar))
	if err != nil {
		t.Fatal(err)
	}
	return readBack(result, referrals)
}

// productInput hands the product what the oracle judges.
func productInput(t fatal, contacts []oracleContact, referrals []oracleReferral, episodes []oracleEpisode, s oracleSettings, calendar *schemas.Calendar) Input {
	texts := map[string]func(int) string{
		"contact_id": func(row int) string { return contacts[row].ID }, "child_id": func(row int) string { return childName(contacts[row].Person) },
		"source": func(row int) string { return contacts[row].Source }, "concern": func(row int) string { return contacts[row].Concern },
		"incident_ref": func(row int) string { return contacts[row].Ref }, "family_id": func(row int) string { return contacts[row].Family },
		"source_system": func(row int) string { return contacts[row].System }, "outcome": func(row int) string { return contacts[row].Outcome },
		"referral_id": func(row int) string { return contacts[row].Link },
	}
	if s.Indistinguishable {
		delete(texts, "concern")
		delete(texts, "incident_ref")
		delete(texts, "contact_id")
	}
	settings := Settings{
		SameIncidentDays: s.SameIncidentDays, SameIncidentDaysWeak: s.SameIncidentDaysWeak, SameIncidentDaysSameRef: s.SameIncidentDaysSameRef,
		MigratedDays: s.MigratedDays, ReferralWindow: s.ReferralWindowWD, ReferralBefore: s.ReferralBeforeWD,
		HeldFrom: &s.HeldFrom, HeldTo: &s.HeldTo, AsAt: s.HeldTo,
	}
	if s.HasMigration {
		settings.Migration = &Span{From: s.MigrationFrom, To: s.MigrationTo}
	}
	return Input{
		Contacts: deliver(t, "contacts", len(contacts), texts, map[string]func(int) (schemas.Day, bool){
			"contact_date": func(row int) (schemas.Day, bool) { return contacts[row].Day, true },
		}),
		Referrals: deliver(t, "referrals", len(referrals), map[string]func(int) string{
			"referral_id": func(row int) string { return referrals[row].ID }, "child_id": func(row int) string { return childName(referrals[row].Person) },
			"source": func(row int) string { return referrals[row].Source },
		}, map[string]func(int) (schemas.Day, bool){
			"referral_date": func(row int) (schemas.Day, bool) { return referrals[row].Day, referrals[row].HasDay },
		}),
		Episodes: deliver(t, "cin_episodes", len(episodes), map[string]func(int) string{
			"episode_id": func(row int) string { return episodes[row].ID }, "child_id": func(row int) string { return childName(episodes[row].Person) },
		}, map[string]func(int) (schemas.Day, bool){
			"start_date": func(row int) (schemas.Day, bool) { return episodes[row].Start, episodes[row].HasStart },
			"end_date":   func(row int) (schemas.Day, bool) { return episodes[row].End, episodes[row].HasEnd },
		}),
		Settings: settings, Calendar: calendar, Workers: 2,
	}
}

// readBack reads a judgement from the tables that the stage makes.
func readBack(result *Result, referrals []oracleReferral) oracleResult {
	contacts := result.Contacts
	text := func(field string, row int) string { return contacts.Column(field).Text(row) }
	first := map[string]int{}
	for row := range contacts.Rows {
		if text("first_of_incident", row) == "true" {
			first[text("incident_id", row)] = row
		}
	}
	var got oracleResult
	for row := range contacts.Rows {
		r := oracleRow{
			Class: text("class", row), First: -1, Matched: -1, Weak: text("evidence", row) == "weak",
			PossibleSame: text("possible_same_incident", row) == "true", Converted: text("converted", row) == "true",
			LinkMethod: text("link_method", row), ReferralIndex: -1, TooRecent: text("too_recent", row) == "true",
			Repeat30: text("repeat_30d", row), Repeat90: text("repeat_90d", row), Repeat12m: text("repeat_12m", row),
		}
		if f, ok := first[text("incident_id", row)]; ok {
			r.First = f
		}
		if m := contacts.Column("matched_line"); m.Array.IsValid(row) {
			fmt.Sscan(m.Text(row), &r.Matched)
		}
		if id := text("referral_id", row); id != "" {
			r.ReferralIndex = slices.IndexFunc(referrals, func(o oracleReferral) bool { return o.ID == id })
		}
		got.Rows = append(got.Rows, r)
	}
	for row := range result.Referrals.Rows {
		got.Referrals = append(got.Referrals, result.Referrals.Column("status").Text(row))
	}
	return got
}

func TestTheOracleAgreesOnRandomFrontDoors(t *testing.T) { agree(t) }

// TestTheOracleAgreesWhenIncidentsAreLookedUp has every child's incidents looked up, as those of a child with very
// many contacts are.
func TestTheOracleAgreesWhenIncidentsAreLookedUp(t *testing.T) {
	before := crowded
	crowded = 0
	t.Cleanup(func() { crowded = before })
	agree(t)
}

// TestTheOracleAgreesWhenRowsAreGatheredInParts has the rows of every batch of persons gathered by themselves, from ranges of
// few rows, as those of many persons are in a delivery of many millions.
func TestTheOracleAgreesWhenRowsAreGatheredInParts(t *testing.T) {
	rows, persons, least := gatheredRows, batchBits, rangeRows
	gatheredRows, batchBits, rangeRows = 0, 0, 3
	t.Cleanup(func() { gatheredRows, batchBits, rangeRows = rows, persons, least })
	agree(t)
}

// TestTheOracleAgreesWhenRowsComeFromRanges has the rows of all persons gathered at once, from ranges of few rows.
func TestTheOracleAgreesWhenRowsComeFromRanges(t *testing.T) {
	persons, least := batchBits, rangeRows
	batchBits, rangeRows = 1, 3
	t.Cleanup(func() { batchBits, rangeRows = persons, least })
	agree(t)
}

// TestTheResultDoesNotDependOnBatchesRangesAndWorkers holds what one worker makes of all rows at once against what some make
// of few rows of few persons at a time.
func TestTheResultDoesNotDependOnBatchesRangesAndWorkers(t *testing.T) {
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	rows, persons, least := gatheredRows, batchBits, rangeRows
	t.Cleanup(func() { gatheredRows, batchBits, rangeRows = rows, persons, least })
	rapid.Check(t, func(t *rapid.T) {
		contacts, referrals, episodes, s := oracleDraw(t)
		in := productInput(t, contacts, referrals, episodes, s, calendar)
		said := func(workers int) string {
			in.Workers = workers
			result, err := Run(context.Background(), in)
			if err != nil {
				t.Fatal(err)
			}
			text := fmt.Sprint(result.Grid, result.Events, result.Ledger)
			for _, made := range []*table.Table{result.Contacts, result.Incidents, result.Referrals, result.Persons, result.Links} {
				for _, column := range made.Columns {
					text += fmt.Sprintln(made.Schema.Name, column.Field.Name, columnOf(made, column.Field.Name))
				}
			}
			return text
		}
		gatheredRows, batchBits, rangeRows = rows, persons, least
		want := said(1)
		gatheredRows, batchBits, rangeRows = rapid.IntRange(0, 9).Draw(t, "gathered"), 1, 3
		if got := said(3); got != want {
			t.Fatalf("three workers make\n%s\none makes\n%s", got, want)
		}
	})
}

func agree(t *testing.T) {
	t.Helper()
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		contacts, referrals, episodes, s := oracleDraw(t)
		s.Indistinguishable = false
		want := oracleJudge(contacts, referrals, episodes, s, calendar)
		got := productJudge(t, contacts, referrals, episodes, s, calendar)
		for row := range want.Rows {
			w, g := want.Rows[row], got.Rows[row]
			matches := w.MayMatch
			if w.Matched >= 0 {
				matches = []int{w.Matched}
			}
			if (g.Matched >= 0 || len(matches) > 0) && !slices.Contains(matches, g.Matched) {
				t.Fatalf("row %d: matched to row %d, want one of %v", row, g.Matched, matches)
			}
			w.Matched, w.MayMatch, g.Matched = 0, nil, 0
			if fmt.Sprint(w) != fmt.Sprint(g) {
				t.Fatalf("row %d:\n got %+v\nwant %+v\ncontacts %+v\nepisodes %+v\nreferrals %+v", row, g, w, contacts, episodes, referrals)
			}
		}
		if !slices.Equal(want.Referrals, got.Referrals) {
			t.Fatalf("referrals: got %v, want %v", got.Referrals, want.Referrals)
		}
	})
}

// columnOf reads a column of a result table as texts.
func columnOf(t *table.Table, field string) []string {
	texts := make([]string, t.Rows)
	for row := range texts {
		texts[row] = t.Column(field).Text(row)
	}
	return texts
}

func day(t *testing.T, text string) schemas.Day {
	t.Helper()
	d, err := schemas.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// judgeChildren judges children records, each given by child_id, upn, nhs_number, legacy_child_id and birth date,
// and one contact for each.
func judgeChildren(t *testing.T, ledger []Person, children ...[5]string) *Result {
	t.Helper()
	of := func(place int) func(int) string { return func(row int) string { return children[row][place] } }
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	result, err := Run(context.Background(), Input{
		Children: deliver(t, "children", len(children), map[string]func(int) string{
			"child_id": of(0), "upn": of(1), "nhs_number": of(2), "legacy_child_id": of(3),
		}, map[string]func(int) (schemas.Day, bool){
			"date_of_birth": func(row int) (schemas.Day, bool) {
				if children[row][4] == "" {
					return 0, false
				}
				return day(t, children[row][4]), true
			},
		}),
		Contacts: deliver(t, "contacts", len(children), map[string]func(int) string{"child_id": of(0), "contact_id": of(0)},
			map[string]func(int) (schemas.Day, bool){"contact_date": func(int) (schemas.Day, bool) { return day(t, "2019-05-01"), true }}),
		Calendar: calendar, Ledger: ledger, Workers: 2, Settings: Settings{AsAt: day(t, "2019-12-31")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestChildrenAreLinkedByExactIdentifiersAndContradictionsRefused(t *testing.T) {
	const upn, otherUPN, temporary = "B801200005001", "Q839400024001", "X37010000124A"
	const nhs, otherNHS = "9990000018", "9990000026"
	for name, c := range map[string]struct {
		children [][5]string
		persons  []string // the person of each child
		links    []string // method and status of each link
	}{
		"the same UPN":                      {[][5]string{{"A", upn}, {"B", upn}}, []string{"A", "A"}, []string{"upn linked"}},
		"the same invalid UPN":              {[][5]string{{"A", "A801200005001"}, {"B", "A801200005001"}}, []string{"A", "B"}, nil},
		"a UPN written with blanks":         {[][5]string{{"A", upn}, {"B", " b801200005001"}}, []string{"A", "A"}, []string{"upn linked"}},
		"the reason for no UPN":             {[][5]string{{"A", "UN1"}, {"B", "UN1"}}, []string{"A", "B"}, nil},
		"the same NHS number":               {[][5]string{{"B", "", nhs}, {"A", "", "999 000 0018"}}, []string{"A", "A"}, []string{"nhs_number linked"}},
		"a placeholder for an NHS number":   {[][5]string{{"A", "", "1111111111"}, {"B", "", "1111111111"}}, []string{"A", "B"}, nil},
		"a number of an earlier system":     {[][5]string{{"A"}, {"B", "", "", "A"}}, []string{"A", "A"}, []string{"legacy_child_id linked"}},
		"one earlier number for two":        {[][5]string{{"A", "", "", "Z"}, {"B", "", "", "Z"}}, []string{"A", "A"}, []string{"legacy_child_id linked"}},
		"birth dates that differ":           {[][5]string{{"A", upn, "", "", "2010-01-01"}, {"B", upn, "", "", "2011-01-01"}}, []string{"A", "B"}, []string{"upn refused"}},
		"NHS numbers that differ":           {[][5]string{{"A", upn, nhs}, {"B", upn, otherNHS}}, []string{"A", "B"}, []string{"upn refused"}},
		"permanent UPNs that differ":        {[][5]string{{"A", upn, nhs}, {"B", otherUPN, nhs}}, []string{"A", "B"}, []string{"nhs_number refused"}},
		"a temporary UPN that was replaced": {[][5]string{{"A", temporary, nhs}, {"B", upn, nhs}}, []string{"A", "A"}, []string{"nhs_number linked"}},
		"a chain that contradicts itself": {
			[][5]string{{"A", upn, "", "", "2010-01-01"}, {"B", upn, nhs}, {"C", "", nhs, "", "2011-01-01"}},
			[]string{"A", "A", "C"}, []string{"upn linked", "nhs_number refused"},
		},
		"the second of two holders fits": {
			[][5]string{{"A", upn, "", "", "2010-01-01"}, {"B", upn, "", "", "2011-01-01"}, {"C", upn, "", "", "2011-01-01"}},
			[]string{"A", "B", "B"}, []string{"upn refused", "upn refused", "upn linked"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := judgeChildren(t, nil, c.children...)
			persons := map[string]string{}
			for i, child := range columnOf(got.Persons, "child_id") {
				persons[child] = columnOf(got.Persons, "person_id")[i]
			}
			for i, child := range c.children {
				if persons[child[0]] != c.persons[i] {
					t.Errorf("child %s is person %s, want %s", child[0], persons[child[0]], c.persons[i])
				}
			}
			var links []string
			for i, method := range columnOf(got.Links, "method") {
				links = append(links, method+" "+columnOf(got.Links, "status")[i])
			}
			if !slices.Equal(links, c.links) {
				t.Errorf("links %v, want %v", links, c.links)
			}
		})
	}
}

func TestTheLedgerKeepsPersonsTogetherUntilTheyContradict(t *testing.T) {
	ledger := []Person{{ChildID: "A", PersonID: "B"}, {ChildID: "B", PersonID: "B"}, {ChildID: "X", PersonID: "X"}}
	together := judgeChildren(t, ledger, [5]string{"A"}, [5]string{"B"})
	if got := columnOf(together.Persons, "person_id"); !slices.Equal(got, []string{"B", "B"}) {
		t.Errorf("persons %v: the evidence is gone, the person stays", got)
	}
	if children := together.Ledger.ChildID; children.Len() != 3 || children.Value(2) != "X" {
		t.Errorf("ledger %+v: a child that this delivery does not name stays in it", together.Ledger)
	}
	apart := judgeChildren(t, ledger, [5]string{"A", "", "", "", "2010-01-01"}, [5]string{"B", "", "", "", "2011-01-01"})
	if got := columnOf(apart.Persons, "person_id"); !slices.Equal(got, []string{"A", "B"}) {
		t.Errorf("persons %v, want them divided", got)
	}
	if len(apart.Events) != 1 || apart.Events[0].Kind != "split" || apart.Events[0].PersonID != "B" || apart.Events[0].OtherPersonID != "A" {
		t.Errorf("events %+v", apart.Events)
	}
}

func TestEventsJoinChildrenByReferenceOrFamilyAndDay(t *testing.T) {
	rows := [][4]string{ // child, day, reference, family
		{"A", "2019-05-01", "OCC1", ""},
		{"B", "2019-05-02", "OCC1", ""},
		{"C", "2019-05-01", "", "F1"},
		{"D", "2019-05-01", "", "F1"},
		{"E", "2019-05-02", "", "F1"},     // another day
		{"F", "2019-05-01", "OCC2", "F2"}, // two references set a family's incidents apart
		{"G", "2019-05-01", "OCC3", "F2"},
		{"H", "2019-07-01", "OCC1", ""}, // the reference comes again long after
	}
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	of := func(place int) func(int) string { return func(row int) string { return rows[row][place] } }
	result, err := Run(context.Background(), Input{
		Contacts: deliver(t, "contacts", len(rows), map[string]func(int) string{"contact_id": of(0), "child_id": of(0), "incident_ref": of(2), "family_id": of(3)},
			map[string]func(int) (schemas.Day, bool){"contact_date": func(row int) (schemas.Day, bool) { return day(t, rows[row][1]), true }}),
		Calendar: calendar, Workers: 1, Settings: Settings{SameIncidentDaysSameRef: 30, AsAt: day(t, "2019-12-31")},
	})
	if err != nil {
		t.Fatal(err)
	}
	events := map[string]string{}
	for i, person := range columnOf(result.Incidents, "person_id") {
		events[person] = columnOf(result.Incidents, "event_id")[i]
	}
	for pair, same := range map[string]bool{"AB": true, "CD": true, "CE": false, "FG": false, "AH": false, "AC": false} {
		if (events[pair[:1]] == events[pair[1:]]) != same {
			t.Errorf("%s and %s: events %q and %q, want the same: %t", pair[:1], pair[1:], events[pair[:1]], events[pair[1:]], same)
		}
	}
}

func TestAReferralThatMissesTheWindowSaysByHowMuch(t *testing.T) {
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	one := func(text string) func(int) string { return func(int) string { return text } }
	on := func(text string) map[string]func(int) (schemas.Day, bool) {
		return map[string]func(int) (schemas.Day, bool){"contact_date": func(int) (schemas.Day, bool) { return day(t, text), true }, "referral_date": func(int) (schemas.Day, bool) { return day(t, text), true }}
	}
	contacts := on("2026-03-02")
	delete(contacts, "referral_date")
	referrals := on("2026-03-10")
	delete(referrals, "contact_date")
	result, err := Run(context.Background(), Input{
		Contacts:  deliver(t, "contacts", 1, map[string]func(int) string{"contact_id": one("K"), "child_id": one("C")}, contacts),
		Referrals: deliver(t, "referrals", 1, map[string]func(int) string{"referral_id": one("R"), "child_id": one("C")}, referrals),
		Calendar:  calendar, Workers: 1, Settings: Settings{ReferralWindow: 5, ReferralBefore: 1, AsAt: day(t, "2026-12-31")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if status, missed := columnOf(result.Referrals, "status"), columnOf(result.Referrals, "missed_by_working_days"); status[0] != "not_linked" || missed[0] != "6" {
		t.Errorf("status %v, missed by %v, want not linked by 6 working days", status, missed)
	}
}
