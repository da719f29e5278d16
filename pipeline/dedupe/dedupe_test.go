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
	result, err := Run(context.Background(), Input{
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
	})
	if err != nil {
		t.Fatal(err)
	}
	return readBack(result, referrals)
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

func TestTheOracleAgreesOnRandomFrontDoors(t *testing.T) {
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
