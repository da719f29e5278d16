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

func TestTheCataloguesHaveTheirFixedCodes(t *testing.T) {
	front, _, _ := loadFrontDoor(t)
	structure, err := Load("structure")
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, r := range slices.Concat(structure.Rules, front.Rules) {
		codes = append(codes, r.Code)
		if (r.MadeBy == "") == strings.HasPrefix(r.Code, "IN-") {
			t.Errorf("rule %s: made_by is %q", r.Code, r.MadeBy)
		}
	}
	want := "IN-001 IN-002 IN-003 IN-004 IN-005 IN-006 IN-007 IN-008 IN-009 IN-010 IN-011 IN-012 IN-013 " +
		"FD-001 FD-002 FD-003 FD-004 FD-005 FD-006 FD-007 FD-008 FD-010 FD-011 FD-012 FD-013 FD-014 FD-015 FD-016 " +
		"FD-017 FD-018 FD-019 FD-020 FD-021 FD-022 FD-023 FD-030 FD-031 FD-032 FD-033 FD-034 FD-035 FD-036 FD-037 " +
		"FD-038 FD-039 FD-040 FD-050 FD-051 FD-052 FD-053 FD-054 FD-055 FD-056 FD-057"
	if got := strings.Join(codes, " "); got != want {
		t.Errorf("codes:\n got %s\nwant %s", got, want)
	}
}
