package rules

import (
	"context"
	"slices"
	"strings"
	"testing"

	"frontdoor/schemas"
)

func loadFrontDoor(t testing.TB) (*Catalogue, *schemas.Collection, *schemas.Calendar) {
	t.Helper()
	c, err := Load("front_door")
	if err != nil {
		t.Fatal(err)
	}
	coll, err := schemas.Load("front_door")
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	return c, coll, calendar
}

func TestEveryExampleOfTheCatalogueFailsOrPassesAsItSays(t *testing.T) {
	c, coll, calendar := loadFrontDoor(t)
	if err := c.Try(context.Background(), coll, calendar); err != nil {
		t.Fatal(err)
	}
}

func TestRulesAboutStructureAreMadeByAStageAndNoOthersAre(t *testing.T) {
	front, _, _ := loadFrontDoor(t)
	structure, err := Load("structure")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range slices.Concat(structure.Rules, front.Rules) {
		if (r.MadeBy == "") == strings.HasPrefix(r.Code, "IN-") {
			t.Errorf("rule %s: made_by is %q", r.Code, r.MadeBy)
		}
	}
}
