package measure

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// record is one incident or referral, as the oracle reads it.
type record map[string]string

func (r record) day(t *testing.T, field string) schemas.Day { return dayOf(t, r[field]) }

// span of a period by its label, written out by hand.
var spans = map[string][2]string{
	"whole": {"2019-04-01", "2019-09-30"}, "2019-04": {"2019-04-01", "2019-04-30"}, "2019-09": {"2019-09-01", "2019-09-30"}, "2019-20 Q1": {"2019-04-01", "2019-06-30"},
	"2019-20 H1": {"2019-04-01", "2019-09-30"}, "financial_year": {"2019-04-01", "2019-09-30"}, "academic_year": {"2019-09-01", "2019-09-30"}, "rolling_12_months": {"2018-10-01", "2019-09-30"},
}

// The engine's figures against a count over plain records, one after the other, that knows nothing of columns,
// conditions or periods but what is written here.
func TestFiguresAreThoseOfPlainCounting(t *testing.T) {
	catalogue, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	base := common(t)
	base.Held = Span{dayOf(t, "2018-03-01"), dayOf(t, "2019-12-31")}
	schema := func(name string) *schemas.Table {
		s, err := Declared(name)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	contacts, incidents, referrals := schema("contacts"), schema("incidents"), schema("referrals")
	for seed := range uint64(12) {
		draw := rand.New(rand.NewPCG(seed, 7)).IntN
		day := func() string { return table.DateText(base.Held.From + schemas.Day(draw(600))) }
		var events, refs []record
		for range draw(60) {
			r := record{"class": []string{"unique", "unique", "open_case"}[draw(3)], "first_date": day(), "person_id": fmt.Sprint("P", draw(8)), "source_group": []string{"Police", "Schools"}[draw(2)],
				"became": []string{"advice", "no further action", "other"}[draw(3)], "repeat_30d": []string{"yes", "no", "not known"}[draw(3)]}
			if r["class"] == "unique" && draw(3) == 0 {
				r["converted"], r["working_days"], r["became"] = "yes", strconv.Itoa(draw(7)-1), "referral"
			}
			events = append(events, r)
		}
		for range draw(40) {
			r := record{"referral_date": day(), "person_id": fmt.Sprint("P", draw(8)), "status": []string{"linked", "not_linked"}[draw(2)]}
			if nfa := draw(3); nfa < 2 {
				r["nfa"] = strconv.Itoa(nfa)
			}
			refs = append(refs, r)
		}
		in := base
		in.Tables = map[string]*table.Table{"contacts": tableOf(t, contacts), "incidents": tableOf(t, incidents, plain(events)...), "referrals": tableOf(t, referrals, plain(refs)...)}
		in.Delivered = map[string]bool{"contacts": true, "referrals": true, "referrals.nfa": true, "contacts.outcome": true}
		figures, err := catalogue.Evaluate(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		compared := 0
		for _, f := range figures {
			span, known := spans[f.Period.Label]
			if !known || f.Numerator == nil || f.Category == Blank {
				continue
			}
			numerator, denominator, asked := count(t, f, events, refs, dayOf(t, span[0]), dayOf(t, span[1]), base.Held.From)
			if !asked {
				continue
			}
			compared++
			of := int64(-1)
			if f.Denominator != nil {
				of = *f.Denominator
			}
			if *f.Numerator != numerator || of != denominator {
				t.Fatalf("seed %d, %s: got %d of %d, want %d of %d", seed, nameOf(f), *f.Numerator, of, numerator, denominator)
			}
		}
		if compared < 60 {
			t.Fatalf("only %d figures were compared", compared)
		}
	}
}

func plain(records []record) []map[string]string {
	var all []map[string]string
	for _, r := range records {
		all = append(all, r)
	}
	return all
}

// count counts what a measure says, by hand.
func count(t *testing.T, f Figure, events, refs []record, from, to, held schemas.Day) (numerator, denominator int64, asked bool) {
	denominator = -1
	rated := false
	var children []string
	tally := func(above, below bool) {
		if above {
			numerator++
		}
		if below {
			denominator++
		}
	}
	switch f.Measure.ID {
	case "conversion_unique", "contact_advice", "contact_nfa", "referral_in_one_day", "repeat_30d", "referral_nfa", "rereferral", "rereferral_not_known":
		denominator, rated = 0, true
	}
	for _, e := range events {
		inside := e.day(t, "first_date") >= from && e.day(t, "first_date") <= to && (f.Breakdown == "" || e[f.Breakdown] == f.Category)
		unique := inside && e["class"] == "unique"
		converted := unique && e["converted"] == "yes"
		soon := converted && e["working_days"] != "2" && e["working_days"] != "3" && e["working_days"] != "4" && e["working_days"] != "5"
		switch f.Measure.ID {
		case "unique_contacts":
			tally(unique, false)
		case "unique_children":
			if unique && !slices.Contains(children, e["person_id"]) {
				children = append(children, e["person_id"])
				numerator++
			}
		case "conversion_unique":
			tally(converted, unique)
		case "contact_advice":
			tally(unique && e["became"] == "advice", unique)
		case "contact_nfa":
			tally(unique && e["became"] == "no further action", unique)
		case "referral_in_one_day":
			tally(soon, unique)
		case "repeat_30d":
			tally(unique && e["repeat_30d"] == "yes", unique && e["repeat_30d"] != "not known")
		case "days_to_referral":
			tally(converted, false)
		case "three_contacts_no_referral":
			if unique && !converted && e.third(t, events) && e.noReferral(t, refs, held) && !slices.Contains(children, e["person_id"]) {
				children = append(children, e["person_id"])
				numerator++
			}
		}
	}
	for row, r := range refs {
		inside := r.day(t, "referral_date") >= from && r.day(t, "referral_date") <= to && (f.Breakdown == "" || r[f.Breakdown] == f.Category)
		known, again := again(t, refs, row, held)
		switch f.Measure.ID {
		case "referrals":
			tally(inside, false)
		case "referral_nfa":
			tally(inside && r["nfa"] == "1", inside && r["nfa"] != "")
		case "rereferral":
			tally(inside && again, inside && known)
		case "rereferral_not_known":
			tally(inside && !known, inside)
		}
	}
	switch f.Measure.ID {
	case "unique_contacts", "unique_children", "days_to_referral", "referrals", "three_contacts_no_referral":
		return numerator, -1, true
	}
	return numerator, denominator, rated
}

// third tells whether an incident is at least the third unique one of its child in the year up to it.
func (r record) third(t *testing.T, events []record) bool {
	n := 0
	for _, e := range events {
		if day := e.day(t, "first_date"); e["class"] == "unique" && e["person_id"] == r["person_id"] && day <= r.day(t, "first_date") && schemas.SameDayNextYear(day) >= r.day(t, "first_date") {
			n++
		}
	}
	return n >= 3
}

// noReferral tells whether it is known that a child had no referral in the year up to an incident.
func (r record) noReferral(t *testing.T, refs []record, held schemas.Day) bool {
	for _, other := range refs {
		if day := other.day(t, "referral_date"); other["person_id"] == r["person_id"] && day <= r.day(t, "first_date") && schemas.SameDayNextYear(day) >= r.day(t, "first_date") {
			return false
		}
	}
	return schemas.SameDayNextYear(held) <= r.day(t, "first_date")
}

// again tells whether it is known that a referral follows one of the same child in the year before, and whether it does.
func again(t *testing.T, refs []record, row int, held schemas.Day) (known, again bool) {
	mine := refs[row].day(t, "referral_date")
	for i, other := range refs {
		day := other.day(t, "referral_date")
		if i != row && other["person_id"] == refs[row]["person_id"] && (day < mine || day == mine && i < row) && schemas.SameDayNextYear(day) >= mine {
			return true, true
		}
	}
	return schemas.SameDayNextYear(held) <= mine, false
}
