package pipeline

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestWhatAnnexACannotTellIsNotZero: List 1 has no outcome, incident reference, system or referral number, so nothing that
// takes one is told as none.
func TestWhatAnnexACannotTellIsNotZero(t *testing.T) {
	c, err := ReadConfig(filepath.Join("..", "samples", "exports", "annex-a", "run.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	run := runOf(t, c)
	if m := run.Manifest(); !strings.Contains(m.Headline, "what became of the others cannot be said") || strings.Contains(m.Headline, "led to early help") {
		t.Errorf("headline %s", m.Headline)
	}
	unavailable := map[string]bool{}
	for row, err := range run.Rows("measures", false) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(text(row, "status"), notAvailable) {
			unavailable[text(row, "measure")] = true
		}
	}
	for _, measure := range []string{"contact_nfa", "contact_advice", "contact_early_help", "outcome_only"} {
		if !unavailable[measure] {
			t.Errorf("%s is a figure", measure)
		}
	}
	e, err := ExplainConversion(run, 0, false)
	if err != nil {
		t.Fatal(err)
	}
	if e.Unavailable != "" || e.Converted != 1 {
		t.Errorf("conversion: %q, %d", e.Unavailable, e.Converted)
	}
	var lacking []string
	for _, s := range append(append(e.Steps, e.Methods...), e.OutcomeOnly) {
		if s.Unavailable != "" {
			lacking = append(lacking, strings.TrimPrefix(s.Unavailable, "the contacts have no "))
		}
	}
	if got := strings.Join(lacking, " "); got != "source_system incident_ref referral_id outcome" {
		t.Errorf("steps that need %s are not available", got)
	}
}
