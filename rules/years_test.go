package rules

import (
	"context"
	"strings"
	"testing"

	"frontdoor/schemas"
)

// changing is a catalogue in which one rule changes twice, one ends and one begins later.
const changing = `collection: front_door
rules:
  - code: LA-001
    severity: error
    title: Contact is too old
    about: The contact is too old.
    source: the council's own
    since: 2019-20
    checks:
      - for: contacts
        let: {limit: 'date("2000-01-01")', born: child.date_of_birth}
        applies: present(born)
        holds: contact_date >= limit && born >= limit
        flags: [contact_date, child.date_of_birth]
        fails: [{contact_date: 1999-12-31, child: {date_of_birth: 2001-01-01}}]
        passes: [{contact_date: 2000-01-01, child: {date_of_birth: 2001-01-01}}]
    changes:
      - from: 2021-22
        what: The limit moves by five years.
        let: {limit: 'date("2005-01-01")'}
        fails: [{contact_date: 2004-12-31, child: {date_of_birth: 2006-01-01}}]
        passes: [{contact_date: 2005-01-01, child: {date_of_birth: 2006-01-01}}]
      - from: 2022-23
        what: It is a warning, in other words.
        severity: warning
        title: Contact is rather old
  - code: LA-002
    severity: query
    title: Ended
    about: The source is missing.
    source: the council's own
    since: 2018-19
    until: 2020-21
    checks:
      - {for: contacts, holds: present(source), flags: [source], fails: [{source: ""}], passes: [{source: "6"}]}
      - {for: contacts, holds: present(outcome), flags: [outcome], fails: [{outcome: ""}], passes: [{outcome: NFA}]}
    changes:
      - {from: 2019-20, what: The outcome need not be there., check: 2, about: The outcome is missing., applies: present(source), fails: [{source: "6", outcome: ""}], passes: [{source: ""}]}
`

func readChanging(t *testing.T) *Catalogue {
	t.Helper()
	c, err := Read("changing.yaml", []byte(changing), schemas.Load)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestARuleHoldsAsItStoodInItsYear(t *testing.T) {
	c := readChanging(t)
	for _, want := range []struct {
		year         Year
		rules        string
		limit, title string
		severity     Severity
	}{
		{"2017-18", "", "", "", ""}, {"2018-19", "LA-002", "", "", ""},
		{"2019-20", "LA-001 LA-002", "2000", "Contact is too old", Error}, {"2020-21", "LA-001 LA-002", "2000", "Contact is too old", Error},
		{"2021-22", "LA-001", "2005", "Contact is too old", Error}, {"2022-23", "LA-001", "2005", "Contact is rather old", Warning},
		{"2030-31", "LA-001", "2005", "Contact is rather old", Warning},
	} {
		in := c.In(want.year)
		var codes []string
		for _, r := range in.Rules {
			codes = append(codes, r.Code)
		}
		if got := strings.Join(codes, " "); got != want.rules {
			t.Errorf("%s: rules %s, want %s", want.year, got, want.rules)
		}
		if r := in.Rule("LA-001"); r != nil {
			let := r.Checks[0].Let
			if !strings.Contains(let[0].Value.Text, want.limit) || len(let) != 2 || r.Title != want.title || r.Severity != want.severity {
				t.Errorf("%s: %s, %s, %v", want.year, r.Title, r.Severity, let)
			}
		}
	}
	if first, last := c.Span(); first != "2018-19" || last != "2022-23" {
		t.Errorf("the catalogue spans %s to %s", first, last)
	}
	if in := c.In("2018-19").Rule("LA-002"); in.Checks[1].Applies.Text != "" {
		t.Error("a later change shows in an earlier year")
	}
	if in := c.In("2019-20").Rule("LA-002"); in.Checks[1].Applies.Text == "" || in.Checks[1].About == "" || in.About != "The source is missing." {
		t.Errorf("the change of the second check is not there: %+v", in.Checks[1])
	}
}

func TestEveryFormOfARuleHoldsItsExamples(t *testing.T) {
	coll, err := schemas.Load("front_door")
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	if err := readChanging(t).Try(context.Background(), coll, calendar); err != nil {
		t.Error(err)
	}
	for _, change := range []struct{ from, to, line string }{
		{`fails: [{contact_date: 1999-12-31`, `fails: [{contact_date: 2002-12-31`, "changing.yaml:15:"},
		{`fails: [{contact_date: 2004-12-31`, `fails: [{contact_date: 2014-12-31`, "changing.yaml:21:"},
	} {
		c, err := Read("changing.yaml", []byte(strings.Replace(changing, change.from, change.to, 1)), schemas.Load)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Try(context.Background(), coll, calendar); err == nil || !strings.Contains(err.Error(), change.line) {
			t.Errorf("%s: got %v", change.to, err)
		}
	}
}

func TestTheHistoryOfARuleSaysWhatItSaidBefore(t *testing.T) {
	history := readChanging(t).Rule("LA-001").History()
	if len(history) != 2 || history[0].From != "2022-23" || history[1].From != "2021-22" {
		t.Fatalf("got %v", history)
	}
	if got := history[1].Before; len(got) != 1 || got[0] != (Line{"let limit", `date("2000-01-01")`}) {
		t.Errorf("got %v", got)
	}
	if got := history[0].Before; len(got) != 2 || got[0] != (Line{"severity", "error"}) || got[1] != (Line{"title", "Contact is too old"}) {
		t.Errorf("got %v", got)
	}
}

func TestYearsAreThoseOfAprilToMarch(t *testing.T) {
	for day, want := range map[string]Year{"2019-03-31": "2018-19", "2019-04-01": "2019-20", "2000-01-01": "1999-00", "2099-12-31": "2099-00"} {
		d, err := schemas.ParseDay(day)
		if err != nil {
			t.Fatal(err)
		}
		if got := YearOf(d); got != want {
			t.Errorf("%s: got %s, want %s", day, got, want)
		}
	}
	for _, text := range []string{"2019", "2019-19", "2019-21", "19-20", "2019/20", "", "2019-200", "abcd-ef"} {
		if y, err := ParseYear(text); err == nil {
			t.Errorf("%q is taken for %s", text, y)
		}
	}
}
