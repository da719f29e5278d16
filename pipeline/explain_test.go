package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"frontdoor/pipeline/publish"
)

// holds tells whether a row shows the values of a condition.
func (c Condition) holds(row publish.Row) bool {
	for _, where := range c.Where {
		name, value, _ := strings.Cut(where, "=")
		if fmt.Sprint(row.Value(name)) != value {
			return false
		}
	}
	return true
}

func countRows(t *testing.T, run *publish.Run, c Condition) int64 {
	t.Helper()
	n := int64(0)
	for row, err := range run.Rows(c.Table, false) {
		if err != nil {
			t.Fatal(err)
		}
		if c.holds(row) {
			n++
		}
	}
	return n
}

// someRows returns every nth row of a table.
func someRows(t *testing.T, run *publish.Run, table string, reveal bool, nth int) []publish.Row {
	t.Helper()
	var rows []publish.Row
	n := 0
	for row, err := range run.Rows(table, reveal) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n%nth == 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

// someOfTheSample writes the sample with a stretch of its contacts about the beginning of the period, so that
// many explanations take little time.
func someOfTheSample(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"children.csv", "contacts.csv", "referrals.csv", "cin_episodes.csv"} {
		content, err := os.ReadFile(filepath.Join("..", "samples", "front-door", name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "contacts.csv" {
			lines := bytes.SplitAfter(content, []byte("\n"))
			content = bytes.Join(append(lines[:1:1], lines[5500:6500]...), nil)
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestExplain(t *testing.T) {
	dir := someOfTheSample(t)
	_, run := runSample(t, func(c *Config) { c.Extracts[0].Path = dir })
	t.Run("conversion adds up to the records", func(t *testing.T) { explainsConversion(t, run) })
	t.Run("contacts by pseudonym, place and original", func(t *testing.T) { explainsContacts(t, run) })
	t.Run("findings of both catalogues", func(t *testing.T) { explainsFindings(t, run) })
	t.Run("unknown ids are refused and not repeated", func(t *testing.T) { refusesUnknown(t, run) })
}

func explainsConversion(t *testing.T, run *publish.Run) {
	e, err := ExplainConversion(run, 0, false)
	if err != nil {
		t.Fatal(err)
	}
	counts := run.Manifest().Counts
	if e.Unavailable != "" || e.Converted != counts["period_converted"] || e.Unique != counts["period_unique"] || e.Converted == 0 {
		t.Errorf("got %d of %d (%s), the manifest has %d of %d", e.Converted, e.Unique, e.Unavailable, counts["period_converted"], counts["period_unique"])
	}
	left := int64(0)
	for i, s := range e.Steps {
		switch {
		case s.Less:
			left -= s.Count
		case i == 0:
			left = s.Count
		case s.Count != left:
			t.Errorf("%s: %d, but %d are left", s.Title, s.Count, left)
		}
	}
	linked := int64(0)
	for _, m := range e.Methods {
		linked += m.Count
	}
	if linked != e.Converted {
		t.Errorf("%d are linked by a method, %d converted", linked, e.Converted)
	}
	for _, s := range append(append(e.Steps[1:], e.Methods...), e.OutcomeOnly) {
		if s.Behind.Table == "" {
			continue
		}
		if n := countRows(t, run, s.Behind); n != s.Count {
			t.Errorf("%s: %d rows stand behind it, it says %d", s.Title, n, s.Count)
		}
	}
	if int64(len(e.ConvertedRecords)) != e.Converted || int64(len(e.UniqueRecords)) != e.Unique {
		t.Errorf("listed %d and %d records", len(e.ConvertedRecords), len(e.UniqueRecords))
	}
	for _, r := range e.ConvertedRecords {
		if r.LinkMethod == "" || r.ReferralID == "" {
			t.Errorf("%s is converted without a referral", r)
		}
	}
	few, err := ExplainConversion(run, 2, true)
	if err != nil {
		t.Fatal(err)
	}
	if len(few.ConvertedRecords) != 2 || few.UniqueRecords[0].Place != e.UniqueRecords[0].Place || few.UniqueRecords[0].ContactID == e.UniqueRecords[0].ContactID {
		t.Errorf("with a limit of 2 and originals: %v", few.ConvertedRecords)
	}
}

func explainsContacts(t *testing.T, run *publish.Run) {
	shown, originals := someRows(t, run, "contacts", false, 83), someRows(t, run, "contacts", true, 83)
	for i, row := range shown {
		place := placeOf(row)
		byPlace := explained(t, run, place.String(), false)
		if len(byPlace.Rows) != 1 || byPlace.Rows[0].Place != place || len(byPlace.Settings) == 0 {
			t.Fatalf("%s: %+v", place, byPlace)
		}
		r := byPlace.Rows[0]
		if r.Class != row.Value("class") || r.Reason == "" {
			t.Errorf("%s: %s because %q", place, r.Class, r.Reason)
		}
		if matched := row.Value("matched_line") != nil; matched != (r.Matched != nil) {
			t.Errorf("%s: matched to %v", place, r.Matched)
		}
		if (r.Incident == nil) != (row.Value("incident_id") == nil) {
			t.Errorf("%s: incident %v", place, r.Incident)
		}
		if r.Incident != nil && (r.Incident.Converted != (r.Incident.Referral != nil) || r.Incident.Class == "" || !has(r.Incident.Contacts, place)) {
			t.Errorf("%s: incident %+v", place, r.Incident)
		}
		id, original := textOf(row, "contact_id"), textOf(originals[i], "contact_id")
		if id == "" {
			continue
		}
		byPseudonym := explained(t, run, id, false)
		for _, other := range []*ContactExplained{explained(t, run, id, true), explained(t, run, original, true)} {
			if len(other.Rows) != len(byPseudonym.Rows) || other.Rows[0].Place != byPseudonym.Rows[0].Place || other.Rows[0].ContactID != original {
				t.Errorf("%s: the original leads to %d rows, the pseudonym to %d", place, len(other.Rows), len(byPseudonym.Rows))
			}
		}
	}
}

func explained(t *testing.T, run *publish.Run, name string, reveal bool) *ContactExplained {
	t.Helper()
	e, err := ExplainContact(run, name, reveal)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func has(members []Member, place Place) bool {
	for _, m := range members {
		if m.Place == place {
			return true
		}
	}
	return false
}

func explainsFindings(t *testing.T, run *publish.Run) {
	seen := map[string]bool{}
	for _, row := range someRows(t, run, "findings", false, 1) {
		rule := textOf(row, "rule")
		kind := rule[:3] + textOf(row, "severity")
		if seen[kind] {
			continue
		}
		seen[kind] = true
		for _, reveal := range []bool{false, true} {
			e, err := ExplainFinding(run, textOf(row, "id"), reveal)
			if err != nil {
				t.Fatal(err)
			}
			if e.Rule.Code != rule || e.Finding.Rule != rule || e.Rule.Source == "" {
				t.Errorf("%s leads to %s", rule, e.Rule.Code)
			}
			for _, c := range e.Finding.Cells {
				if c.Value != nil && !reveal {
					t.Errorf("%s shows a value", rule)
				}
			}
		}
	}
}

func refusesUnknown(t *testing.T, run *publish.Run) {
	original := textOf(someRows(t, run, "contacts", true, 100)[0], "contact_id")
	_, hidden := ExplainContact(run, original, false)
	_, unknown := ExplainContact(run, "Kay99", true)
	_, finding := ExplainFinding(run, "Kay99", true)
	for _, err := range []error{hidden, unknown, finding} {
		if !errors.Is(err, ErrNotInRun) || strings.Contains(err.Error(), "Kay99") || strings.Contains(err.Error(), original) {
			t.Errorf("got %v", err)
		}
	}
}
