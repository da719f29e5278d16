package rules

import (
	"testing"

	"frontdoor/schemas"
)

func TestEveryExampleOfTheSchoolCatalogueHolds(t *testing.T) {
	catalogue, err := Load("school")
	if err != nil {
		t.Fatal(err)
	}
	collection, err := schemas.Load("school")
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	if err := catalogue.Try(t.Context(), collection, calendar); err != nil {
		t.Fatal(err)
	}
	if len(catalogue.Rules) < 20 {
		t.Errorf("%d rules", len(catalogue.Rules))
	}
	for _, rule := range catalogue.Rules {
		alone := *catalogue
		alone.Rules = []*Rule{rule}
		for _, check := range rule.Checks {
			kept := check.Holds.Text
			for _, text := range append(mutants(kept), negated(kept)...) {
				check.Holds.Text = text
				if alone.Try(t.Context(), collection, calendar) == nil {
					t.Errorf("rule %s: no example tells %q from %q", rule.Code, text, kept)
				}
			}
			check.Holds.Text = kept
		}
	}
}
