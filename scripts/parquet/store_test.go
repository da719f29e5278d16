package parquet

import (
	"database/sql"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
)

// manifest is the part of a run's manifest that is recounted here.
type manifest struct {
	Counts map[string]int64 `json:"counts"`
	Files  []struct {
		Path string `json:"path"`
	} `json:"files"`
}

// store returns the folder of the current run of the store FRONTDOOR_STORE, and its manifest.
func store(t *testing.T) (string, manifest) {
	t.Helper()
	folder := os.Getenv("FRONTDOOR_STORE")
	if folder == "" {
		t.Skip("FRONTDOOR_STORE names no store; run make duckdb")
	}
	current, err := os.ReadFile(filepath.Join(folder, "current"))
	if err != nil {
		t.Fatal(err)
	}
	run := filepath.Join(folder, "runs", strings.TrimSpace(string(current)))
	text, err := os.ReadFile(filepath.Join(run, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return run, m
}

func open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// one returns the single number that a query gives.
func one(t *testing.T, db *sql.DB, query string, arguments ...any) int64 {
	t.Helper()
	var n int64
	if err := db.QueryRow(query, arguments...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func TestEveryParquetFileOpens(t *testing.T) {
	run, m := store(t)
	db := open(t)
	listed := map[string]bool{}
	for _, f := range m.Files {
		listed[f.Path] = true
	}
	opened := 0
	err := fs.WalkDir(os.DirFS(run), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(name) != ".parquet" {
			return err
		}
		if !listed[name] {
			t.Errorf("%s is not in the manifest", name)
		}
		path := filepath.Join(run, filepath.FromSlash(name))
		rows := one(t, db, "SELECT count(*) FROM read_parquet(?)", path)
		stored := one(t, db, "SELECT num_rows FROM parquet_file_metadata(?)", path)
		if rows != stored {
			t.Errorf("%s: %d rows read, %d by its footer", name, rows, stored)
		}
		// Reading every column of every row decodes every page.
		one(t, db, "SELECT count(DISTINCT hash(r)) FROM read_parquet(?) AS r", path)
		opened++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if opened == 0 {
		t.Error("the run has no Parquet file")
	}
	t.Logf("%d Parquet files opened", opened)
}

func TestClassesAreThoseOfTheManifest(t *testing.T) {
	run, m := store(t)
	db := open(t)
	for _, part := range []string{"restricted", "analysis"} {
		path := filepath.Join(run, part, "contacts.parquet")
		rows := one(t, db, "SELECT count(*) FROM read_parquet(?)", path)
		var sum int64
		for _, class := range []string{"repeated_row", "unidentified", "exact", "migrated", "same_incident_ref", "same_incident_window", "open_case", "unique"} {
			all := one(t, db, "SELECT count(*) FROM read_parquet(?) WHERE class = ?", path, class)
			period := one(t, db, "SELECT count(*) FROM read_parquet(?) WHERE class = ? AND in_period", path, class)
			sum += all
			same(t, m, part+": "+class, class, all)
			same(t, m, part+": "+class+" in the period", "period_"+class, period)
		}
		if sum != rows {
			t.Errorf("%s: %d rows of contacts, %d in the classes", part, rows, sum)
		}
	}
}

func TestConversionIsThatOfTheMeasures(t *testing.T) {
	run, m := store(t)
	db := open(t)
	incidents := filepath.Join(run, "restricted", "incidents.parquet")
	contacts := filepath.Join(run, "restricted", "contacts.parquet")
	measures := filepath.Join(run, "restricted", "measures.parquet")
	unique := one(t, db, "SELECT count(*) FROM read_parquet(?) WHERE in_period AND class = 'unique'", contacts)
	converted := one(t, db, "SELECT count(*) FROM read_parquet(?) WHERE in_period AND class = 'unique' AND converted", contacts)
	for name, got := range map[string]int64{
		"numerator":   one(t, db, "SELECT numerator FROM read_parquet(?) WHERE measure = 'conversion_unique' AND breakdown = ''", measures),
		"denominator": one(t, db, "SELECT denominator FROM read_parquet(?) WHERE measure = 'conversion_unique' AND breakdown = ''", measures),
	} {
		want := map[string]int64{"numerator": converted, "denominator": unique}[name]
		if got != want {
			t.Errorf("%s of the conversion: %d in the measures, %d in the contacts", name, got, want)
		}
	}
	if n := one(t, db, "SELECT count(*) FROM read_parquet(?) WHERE in_period AND class = 'unique' AND converted", incidents); n != converted {
		t.Errorf("converted: %d incidents, %d contacts", n, converted)
	}
	linked := one(t, db, "SELECT count(*) FROM read_parquet(?) WHERE status = 'linked'", filepath.Join(run, "restricted", "referrals.parquet"))
	if all := one(t, db, "SELECT count(*) FROM read_parquet(?) WHERE converted", incidents); all != linked {
		t.Errorf("%d converted incidents, %d linked referrals", all, linked)
	}
	same(t, m, "converted in the period", "period_converted", converted)
	same(t, m, "linked referrals", "referrals_linked", linked)
	t.Logf("%d of %d unique contacts became a referral", converted, unique)
}

func TestReadIsAcceptedAndQuarantined(t *testing.T) {
	run, _ := store(t)
	db := open(t)
	inputs := filepath.Join(run, "restricted", "inputs.parquet")
	if n := one(t, db, "SELECT count(*) FROM read_parquet(?) WHERE read <> accepted + quarantined", inputs); n > 0 {
		t.Errorf("%d files do not add up", n)
	}
}

// same compares a recount with a count of the manifest, which must be there.
func same(t *testing.T, m manifest, what, name string, got int64) {
	t.Helper()
	want, ok := m.Counts[name]
	if !ok {
		t.Errorf("%s: the manifest counts no %s", what, name)
	} else if got != want {
		t.Errorf("%s: %d by SQL, %d by the manifest", what, got, want)
	}
}
