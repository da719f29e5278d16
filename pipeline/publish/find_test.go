package publish

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

// TestFindGivesTheRowsThatReadingAllGives holds Find and At against a walk over the whole table.
func TestFindGivesTheRowsThatReadingAllGives(t *testing.T) {
	st := newStaging(t, newStore(t), "run1")
	if err := storeDecided(st, twoRowGroups(t)); err != nil {
		t.Fatal(err)
	}
	run := st.Reader()
	for _, reveal := range []bool{true, false} {
		all := readAll(t, run, "contacts", reveal)
		last := all[len(all)-1]
		for _, column := range []string{"contact_id", "class", "line", "matched_contact_id"} {
			values := []string{fmt.Sprint(last.Value(column)), fmt.Sprint(all[3].Value(column)), "no such value"}
			var want, numbers []int64
			for i, row := range all {
				if row.Number != int64(i) {
					t.Fatalf("row %d has number %d", i, row.Number)
				}
				if v := row.Value(column); v != nil && slices.Contains(values, fmt.Sprint(v)) {
					want = append(want, row.Number)
				}
			}
			for row, err := range run.Find("contacts", reveal, column, values...) {
				if err != nil {
					t.Fatal(err)
				}
				numbers = append(numbers, row.Number)
				if fmt.Sprint(row) != fmt.Sprint(all[row.Number]) {
					t.Fatalf("%s: row %d is not the one that stands there", column, row.Number)
				}
				if len(numbers) > 100 {
					break
				}
			}
			if !slices.Equal(numbers, want[:min(len(want), 101)]) {
				t.Errorf("%s, reveal %v: rows %v, want %v", column, reveal, numbers, want[:min(len(want), 101)])
			}
		}
		var at []int64
		for row, err := range run.At("contacts", reveal, last.Number, 5) {
			if err != nil {
				t.Fatal(err)
			}
			at = append(at, row.Number)
		}
		if !slices.Equal(at, []int64{5, last.Number}) {
			t.Errorf("At gave rows %v", at)
		}
	}
	for _, err := range run.Find("contacts", false, "no_such_column", "1") {
		if !errors.Is(err, ErrNoTable) {
			t.Errorf("a column that is not there: %v", err)
		}
	}
}

// TestRangesAreThoseOfOriginals: what excludes a row group from a search is known of identifiers, not of pseudonyms.
func TestRangesAreThoseOfOriginals(t *testing.T) {
	st := newStaging(t, newStore(t), "run1")
	if err := storeDecided(st, twoRowGroups(t)); err != nil {
		t.Fatal(err)
	}
	for part, want := range map[Part]bool{Restricted: true, Analysis: false} {
		f, err := st.Reader().openParquet(string(part) + "/contacts.parquet")
		if err != nil {
			t.Fatal(err)
		}
		place := slices.Index(f.names, "contact_id")
		for i, group := range f.data.Metadata().RowGroups {
			if is := group.Columns[place].MetaData.Statistics.MinValue != nil; is != want {
				t.Errorf("%s, row group %d: the range of contact_id is known: %v", part, i, is)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
