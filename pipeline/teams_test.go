package pipeline

import (
	"path/filepath"
	"testing"

	"frontdoor/pipeline/report"
)

// The records of a workbook are told apart by their sheets: every team has those of its lists, and the findings about
// them.
func TestTeamsHaveTheRecordsOfTheirLists(t *testing.T) {
	c, err := ReadConfig(filepath.Join("..", "samples", "exports", "annex-a", "run.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	run := runOf(t, c)
	p := &report.Page{}
	if err := readTeams(run, p); err != nil {
		t.Fatal(err)
	}
	records := map[string]int64{}
	var findings int64
	for _, team := range p.Teams {
		records[team.Name], findings = team.Records, findings+team.Findings
	}
	want := map[string]int64{"Duty Team": 2, "Leaving Care": 1, "Team 1": 3, "Team 2": 1, "Team 3": 1}
	for name, n := range want {
		if records[name] != n {
			t.Errorf("%s: %d records, want %d", name, records[name], n)
		}
	}
	if len(records) != len(want) {
		t.Errorf("teams: %v", records)
	}
	if findings == 0 {
		t.Error("no team has a finding")
	}
}
