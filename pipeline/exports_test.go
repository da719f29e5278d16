package pipeline

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"frontdoor/pipeline/publish"
)

// TestExports runs every export of samples/exports and demands the exit code, the findings about files and the figures
// that its generator planted.
func TestExports(t *testing.T) {
	folder := filepath.Join("..", "samples", "exports")
	written, err := os.ReadFile(filepath.Join(folder, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected map[string]struct {
		Exit, Contacts, Unique, Converted int64
		Findings                          map[string]int64
	}
	if err := json.Unmarshal(written, &expected); err != nil {
		t.Fatal(err)
	}
	for name, want := range expected {
		t.Run(name, func(t *testing.T) {
			c, err := ReadConfig(filepath.Join(folder, name, "run.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			run := runOf(t, c)
			m := run.Manifest()
			counts := map[string]int64{"contacts": want.Contacts, "unique": want.Unique, "converted": want.Converted}
			for count, is := range counts {
				if m.Counts[count] != is {
					t.Errorf("%s: %d, want %d", count, m.Counts[count], is)
				}
			}
			if int64(m.ExitCode) != want.Exit {
				t.Errorf("exit code %d, want %d", m.ExitCode, want.Exit)
			}
			found := map[string]int64{}
			for row, err := range run.Rows("outcomes", false) {
				if err != nil {
					t.Fatal(err)
				}
				if rule := text(row, "rule"); strings.HasPrefix(rule, "IN-") && number(row, "failures") > 0 {
					found[rule] = number(row, "failures")
				}
			}
			if !maps.Equal(found, want.Findings) {
				t.Errorf("findings about files: %v, want %v", found, want.Findings)
			}
		})
	}
}

// runOf runs a configuration into a store of its own.
func runOf(t *testing.T, c *Config) *publish.Run {
	t.Helper()
	store := t.TempDir()
	summary, err := Run(t.Context(), c, Options{Store: store})
	if err != nil {
		t.Fatal(err)
	}
	opened, err := publish.Open(store)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close() })
	run, err := opened.Run(summary.RunID)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// TestForeignWorkbook reads a workbook that nobody here wrote, where it lies (FRONTDOOR_FOREIGN names the folder):
// every list, every oddity named.
func TestForeignWorkbook(t *testing.T) {
	path := filepath.Join(os.Getenv("FRONTDOOR_FOREIGN"), "Annex_A_2024_Jan.xlsx")
	if _, err := os.Stat(path); err != nil {
		t.Skip("the workbook is not here")
	}
	checked, err := Check(t.Context(), CheckOptions{Collection: "annex_a", Paths: []string{path}})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, o := range checked.Outcomes {
		if o.Failures > 0 {
			found[o.Rule] = o.Failures
		}
	}
	want := map[string]int{"AX-003": 1, "AX-004": 1, "AX-011": 1, "IN-022": 10, "IN-027": 3, "IN-030": 13, "IN-036": 15, "IN-040": 2, "IN-041": 2, "IN-046": 9, "IN-052": 1}
	if !maps.Equal(found, want) {
		t.Errorf("findings %v, want %v", found, want)
	}
}
