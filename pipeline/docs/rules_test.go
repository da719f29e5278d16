package docs

import (
	"strings"
	"testing"

	"frontdoor/rules"
)

func TestThePageOfARuleTellsItsHistory(t *testing.T) {
	c, err := rules.Parse("test.yaml", []byte(`collection: front_door
rules:
  - code: LA-001
    severity: error
    title: Too old
    about: The contact is too old.
    source: the council's own
    since: 2019-20
    until: 2022-23
    checks:
      - {for: contacts, holds: 'contact_date >= date("2000-01-01")', flags: [contact_date], fails: [{contact_date: 1999-12-31}], passes: [{contact_date: 2000-01-01}]}
    changes:
      - {from: 2021-22, what: The limit moves., holds: 'contact_date >= date("2005-01-01")', fails: [{contact_date: 2004-12-31}], passes: [{contact_date: 2005-01-01}]}
`))
	if err != nil {
		t.Fatal(err)
	}
	w := &writer{}
	w.rule(c.Rule("LA-001"))
	page := string(w.page())
	for _, want := range []string{
		"Holds 2019-20 to 2022-23.", "| holds | `contact_date >= date(\"2005-01-01\")` |", "**Changed from 2021-22.** The limit moves.",
		"| holds | `contact_date >= date(\"2000-01-01\")` |", "| fails | `{contact_date: 2004-12-31}` |",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing in:\n%s", want, page)
		}
	}
}
