package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestBothFindTheSame runs the two over the sample and holds what they found against each other; then one cell of the
// job's results is changed, and the comparison must name it.
func TestBothFindTheSame(t *testing.T) {
	top, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	scratch := t.TempDir()
	program, results, store := filepath.Join(scratch, "frontdoor"), filepath.Join(scratch, "results"), filepath.Join(scratch, "store")
	for _, c := range []*exec.Cmd{
		exec.Command("go", "build", "-o", program, "./cmd/frontdoor"),
		exec.Command(program, "run", "--config", "samples/front-door.yaml", "--store", store),
	} {
		c.Dir = top
		if said, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", c.Args, err, said)
		}
	}
	t.Chdir(scratch) // the job leaves its working folder for that of its results
	if err := job(t.Context(), filepath.Join(top, "samples", "front-door"), results, 2, false); err != nil {
		t.Fatal(err)
	}
	runs, err := filepath.Glob(filepath.Join(store, "runs", "*"))
	if err != nil || len(runs) != 1 {
		t.Fatal(runs, err)
	}
	codes, err := rulesOfJob()
	if err != nil || len(codes) < 40 {
		t.Errorf("%d rules are compared: %v, %v", len(codes), codes, err)
	}
	differing, err := differences(t.Context(), runs[0], results)
	if err != nil || len(differing) > 0 {
		t.Fatalf("%v\n%s", err, strings.Join(differing, "\n"))
	}
	spoil(t, results)
	differing, err = differences(t.Context(), runs[0], results)
	if err != nil || len(differing) != 2 || !strings.HasPrefix(differing[0], "decided contacts: 1 rows by frontdoor alone") {
		t.Errorf("%v\n%s", err, strings.Join(differing, "\n"))
	}
}

// spoil changes the class of one contact in the job's results.
func spoil(t *testing.T, results string) {
	t.Helper()
	connection, done, err := open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	contacts := slashed(filepath.Join(results, "contacts.parquet"))
	_, err = connection.ExecContext(t.Context(), `COPY (SELECT * REPLACE (CASE WHEN line = 2 THEN 'spoilt' ELSE class END AS class)
		FROM read_parquet('`+contacts+`')) TO '`+contacts+`.new' (FORMAT parquet)`)
	if err != nil {
		t.Fatal(err)
	}
	if err := done(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(contacts+".new", contacts); err != nil {
		t.Fatal(err)
	}
}
