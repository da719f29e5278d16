package pipeline

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"frontdoor/pipeline/publish"
	"frontdoor/rules"
)

// truth is what the generator planted, as far as a run tells it.
type truth struct {
	All      truthPart                  `json:"all"`
	InPeriod truthPart                  `json:"in_period"`
	Files    map[string]truthFile       `json:"files"`
	Findings map[string][]truthFinding  `json:"findings"`
	Rest     map[string]json.RawMessage `json:"-"`

	Referrals map[string]int64 `json:"referrals"`
	Persons   int              `json:"persons"`
}

type truthPart struct {
	ContactRows    int64            `json:"contact_rows"`
	Classes        map[string]int64 `json:"classes"`
	Contacts       int64            `json:"contacts"`
	UniqueContacts int64            `json:"unique_contacts"`
	UniqueChildren int64            `json:"unique_children"`
	Converted      int64            `json:"converted"`
}

type truthFile struct{ Rows, Accepted, Quarantined int64 }

type truthFinding struct {
	Table string
	Line  int
}

// runSample runs the sample into a new store.
func runSample(t *testing.T, change func(*Config)) (*Summary, *publish.Run) {
	t.Helper()
	config, err := ReadConfig("../samples/front-door.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(config)
	}
	store := filepath.Join(t.TempDir(), "store")
	summary, err := Run(context.Background(), config, Options{Store: store})
	if err != nil {
		t.Fatal(err)
	}
	return summary, openRun(t, store)
}

func openRun(t *testing.T, folder string) *publish.Run {
	t.Helper()
	store, err := publish.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	run, err := store.Run("")
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func readTruth(t *testing.T) truth {
	t.Helper()
	content, err := os.ReadFile("../samples/front-door-expected/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var want truth
	if err := json.Unmarshal(content, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

func TestTheSampleHasTheFiguresThatWerePlanted(t *testing.T) {
	want := readTruth(t)
	_, run := runSample(t, nil)
	counts := run.Manifest().Counts
	hold := func(name string, got, want int64) {
		t.Helper()
		if got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
	for class, n := range want.All.Classes {
		hold(class, counts[class], n)
	}
	for class, n := range want.InPeriod.Classes {
		hold("period_"+class, counts["period_"+class], n)
	}
	hold("contacts", counts["period_contacts"], want.InPeriod.Contacts)
	hold("converted", counts["period_converted"], want.InPeriod.Converted)
	for status, n := range want.Referrals {
		hold("referrals "+status, counts["referrals_"+status], n)
	}
	for row, err := range run.Rows("measures", false) {
		if err != nil {
			t.Fatal(err)
		}
		if text(row, "breakdown") != "" || text(row, "period_kind") != "whole" {
			continue
		}
		switch text(row, "measure") {
		case "unique_contacts":
			hold("unique contacts", number(row, "numerator"), want.InPeriod.UniqueContacts)
		case "unique_children":
			hold("unique children", number(row, "numerator"), want.InPeriod.UniqueChildren)
		case "conversion_unique":
			hold("converted", number(row, "numerator"), want.InPeriod.Converted)
			hold("unique contacts", number(row, "denominator"), want.InPeriod.UniqueContacts)
		}
	}
	for row, err := range run.Rows("inputs", false) {
		if err != nil {
			t.Fatal(err)
		}
		file := want.Files[text(row, "file")]
		hold(text(row, "file")+" read", number(row, "read"), file.Rows)
		hold(text(row, "file")+" accepted", number(row, "accepted"), file.Accepted)
		hold(text(row, "file")+" quarantined", number(row, "quarantined"), file.Quarantined)
	}
	persons := map[string]bool{}
	for row, err := range run.Rows("persons", true) {
		if err != nil {
			t.Fatal(err)
		}
		persons[text(row, "person_id")] = true
	}
	if problems, err := publish.Verify(run); err != nil || len(problems) > 0 {
		t.Errorf("verify: %v %v", problems, err)
	}
}

func TestEveryContactOfTheSampleIsClassedAsItWasPlanted(t *testing.T) {
	_, run := runSample(t, nil)
	file, err := os.Open("../samples/front-door-expected/expected_contacts.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // opened for reading only
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := map[int64][]string{}
	for _, record := range records[1:] {
		line, err := strconv.ParseInt(record[0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		want[line] = record[1:]
	}
	first := map[string]int64{} // the line of each incident's first contact
	var rows []publish.Row
	for row, err := range run.Rows("contacts", true) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
		if row.Value("first_of_incident") == true {
			first[text(row, "incident_id")] = number(row, "line")
		}
	}
	if len(rows) != len(want) {
		t.Errorf("%d contact rows, want %d", len(rows), len(want))
	}
	for _, row := range rows {
		firstLine := ""
		if line, ok := first[text(row, "incident_id")]; ok {
			firstLine = fmt.Sprint(line)
		}
		got := []string{text(row, "class"), firstLine, fmt.Sprint(row.Value("converted")), text(row, "link_method"), text(row, "referral_id")}
		if line := number(row, "line"); !slices.Equal(got, want[line]) {
			t.Errorf("line %d: got %v, want %v", line, got, want[line])
		}
	}
}

func TestEveryPlantedErrorOfTheSampleIsFound(t *testing.T) {
	want := readTruth(t)
	_, run := runSample(t, nil)
	got := map[string][]string{}
	for row, err := range run.Rows("findings", false) {
		if err != nil {
			t.Fatal(err)
		}
		finding := publish.Finding(row)
		if strings.HasPrefix(finding.Rule, "FD-") || want.Findings[finding.Rule] != nil {
			got[finding.Rule] = append(got[finding.Rule], fmt.Sprintf("%s line %d", finding.Table, finding.Cells[0].Line))
		}
	}
	for rule, findings := range want.Findings {
		var places []string
		for _, f := range findings {
			places = append(places, fmt.Sprintf("%s line %d", f.Table, f.Line))
		}
		slices.Sort(places)
		slices.Sort(got[rule])
		if !slices.Equal(got[rule], places) {
			t.Errorf("%s:\n got %v\nwant %v", rule, got[rule], places)
		}
		delete(got, rule)
	}
	for rule, places := range got {
		t.Errorf("%s: nothing was planted, found at %v", rule, places)
	}
	for row, err := range run.Rows("outcomes", false) {
		if err != nil {
			t.Fatal(err)
		}
		if status := rules.Status(text(row, "status")); status == rules.Broken || status == rules.Skipped {
			t.Errorf("%s: %s: %s", text(row, "rule"), status, text(row, "reason"))
		}
	}
}
