package pipeline

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestDeliveriesOfAMergedAuthority runs two deliveries of contacts, one of an authority that became part of the run's;
// a later one that is no text costs nothing but itself.
func TestDeliveriesOfAMergedAuthority(t *testing.T) {
	folder := filepath.Dir(door(t, "", nil))
	const header = "contact_id,child_id,contact_date,source\n"
	for _, name := range []string{"old", "new", "bad"} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(folder, "old", "contacts.csv"), header+"K1,C1,2019-03-01,6\nK2,C1,2019-04-02,6\n")
	write(t, filepath.Join(folder, "new", "contacts.csv"), header+"K2,C1,2019-04-02,6\nK3,C2,2019-05-02,6\n")
	write(t, filepath.Join(folder, "bad", "contacts.csv"), "%PDF-1.7")
	configure := func(predecessor string) string {
		path := filepath.Join(folder, "merged.yaml")
		write(t, path, `authority: "839"
as_at: 2019-12-31
pseudonym_key_file: store.key
extracts:
  - {collection: front_door, path: old, authority: "`+predecessor+`", from: 2019-01-01, to: 2019-04-30, delivered: 2019-05-01, kind: snapshot}
  - {collection: front_door, path: new, from: 2019-04-01, to: 2019-05-31, delivered: 2019-06-01, kind: increment}
  - {collection: front_door, path: bad, from: 2019-01-01, to: 2019-12-31, delivered: 2020-01-01, kind: cumulative}
`)
		return path
	}
	c, err := ReadConfig(configure("836"))
	if err != nil {
		t.Fatal(err)
	}
	run := runOf(t, c)
	m := run.Manifest()
	if m.Counts["contacts"] != 3 || m.ExitCode != ExitUnreadable {
		t.Errorf("%d contacts, exit code %d", m.Counts["contacts"], m.ExitCode)
	}
	notes := strings.Join(m.Notes, "\n")
	for _, want := range []string{"Poole became part of 839 on 2019-04-01; its identifiers are led by 836:; it covers days", "speaks for 1 records of contacts.csv;", "3/contacts.csv could not be read"} {
		if !strings.Contains(notes, want) {
			t.Errorf("no note that says %q in\n%s", want, notes)
		}
	}
	var contacts []string
	for row, err := range run.Rows("contacts", true) {
		if err != nil {
			t.Fatal(err)
		}
		contacts = append(contacts, text(row, "authority")+" "+text(row, "contact_id")+" "+text(row, "child_id")+" "+text(row, "person_id"))
	}
	if want := []string{"836 836:K1 836:C1 836:C1", "839 K2 C1 C1", "839 K3 C2 C2"}; !slices.Equal(contacts, want) {
		t.Errorf("contacts %q, want %q", contacts, want)
	}
	for row, err := range run.Rows("differences", true) {
		if err != nil || text(row, "kind") != "not compared" || text(row, "file") != "contacts.csv" || number(row, "line") != 3 || text(row, "later_file") != "2/contacts.csv" {
			t.Errorf("difference %v, %v", row.Values, err)
		}
	}
	if _, err := ReadConfig(configure("201")); !errors.Is(err, ErrConfig) {
		t.Errorf("another authority's extract: error %v", err)
	}
}

// TestExtractsThatDoNotSayWhenTheyWereDeliveredStandBesideEachOther: nothing tells which speaks, so all count and the run
// says so. Of one authority's numbers nothing is led.
func TestExtractsThatDoNotSayWhenTheyWereDeliveredStandBesideEachOther(t *testing.T) {
	config := door(t, "  - {collection: front_door, path: again}\n", nil)
	again := filepath.Join(filepath.Dir(config), "again")
	if err := os.Mkdir(again, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(again, "contacts.csv"), "contact_id,child_id,contact_date,source\nK1,C1,2019-05-01,6\nK9,C1,2019-06-01,6\n")
	c, err := ReadConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	m := runOf(t, c).Manifest()
	if m.Counts["contact_rows"] != 5 || m.Counts["repeated_row"] != 1 || !strings.Contains(strings.Join(m.Notes, "\n"), "contacts came in 2 extracts that do not say when they were delivered") {
		t.Errorf("counts %v, notes %q", m.Counts, m.Notes)
	}
}

func TestDeliveriesThatSayNothingAreRefused(t *testing.T) {
	for extract, want := range map[string]string{
		"kind: snapshot":                         "kind snapshot says nothing without the day",
		"kind: increment, delivered: 2019-05-01": "an increment says from, to and delivered",
		"from: 2019-05-02, to: 2019-05-01":       "to lies before from",
		`authority: "837", kind: cumulative`:     "kind cumulative says nothing",
		`authority: "908"`:                       "one run is of one authority",
	} {
		_, err := ReadConfig(door(t, "  - {collection: front_door, path: in, "+extract+"}\n", nil))
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", extract, err)
		}
	}
}
