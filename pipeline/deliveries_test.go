package pipeline

import (
	"errors"
	"os"
	"path/filepath"
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
	m := runOf(t, c).Manifest()
	if m.Counts["contacts"] != 3 || m.ExitCode != ExitUnreadable {
		t.Errorf("%d contacts, exit code %d", m.Counts["contacts"], m.ExitCode)
	}
	notes := strings.Join(m.Notes, "\n")
	for _, want := range []string{"Poole became part of 839 on 2019-04-01; it covers days", "speaks for 1 records of contacts.csv; 0 of them it no longer has", "3/contacts.csv could not be read"} {
		if !strings.Contains(notes, want) {
			t.Errorf("no note that says %q in\n%s", want, notes)
		}
	}
	if _, err := ReadConfig(configure("201")); !errors.Is(err, ErrConfig) {
		t.Errorf("another authority's extract: error %v", err)
	}
}
