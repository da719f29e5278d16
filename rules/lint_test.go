package rules

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"frontdoor/schemas"
)

// Among what the lint demands is that every changed operator or constant of every condition breaks an example.
func TestTheCataloguesOfTheProgramPassTheLint(t *testing.T) {
	for _, name := range Catalogues() {
		c, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, complaint := range lint(t, c) {
			t.Error(complaint)
		}
	}
}

func lint(t *testing.T, c *Catalogue) Faults {
	t.Helper()
	coll, err := schemas.Load(c.Collection)
	if err != nil && !errors.Is(err, schemas.ErrUnknown) { // structure is of no collection
		t.Fatal(err)
	}
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	complaints, err := c.Lint(context.Background(), coll, calendar)
	if err != nil {
		t.Fatal(err)
	}
	return complaints
}

func TestTheLintNamesEverythingThatItWouldHaveOtherwise(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "careless.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := Read("careless.yaml", text, schemas.Load)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "careless.golden", lint(t, c).Error()+"\n")
}
