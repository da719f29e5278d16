package publish

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestVerifyFindsAFlippedBitInEveryFile(t *testing.T) {
	s := newStore(t)
	run := newWholeRun().publish(t, s, "run1")
	for _, entry := range run.Manifest().Files {
		name := filepath.Join(s.dir, runsFolder, "run1", filepath.FromSlash(entry.Path))
		whole, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []int{0, len(whole) / 3, len(whole) / 2, len(whole) - 6, len(whole) - 1} {
			if at < 0 {
				continue
			}
			damaged := slices.Clone(whole)
			damaged[at] ^= 1 << (at % 8)
			if err := os.WriteFile(name, damaged, fileMode); err != nil {
				t.Fatal(err)
			}
			problems, err := Verify(run)
			if err != nil {
				t.Errorf("%s, byte %d: %v", entry.Path, at, err)
			}
			if !slices.ContainsFunc(problems, func(p Problem) bool { return p.Check == "file" && p.Where == entry.Path }) {
				t.Errorf("%s, byte %d: not found: %v", entry.Path, at, problems)
			}
		}
		if err := os.WriteFile(name, whole, fileMode); err != nil {
			t.Fatal(err)
		}
	}
	if problems, err := Verify(run); err != nil || len(problems) > 0 {
		t.Errorf("mended: %v %v", problems, err)
	}
}

func TestDamagedParquetIsAnErrorAndNeverAPanic(t *testing.T) {
	s := newStore(t)
	run := newWholeRun().publish(t, s, "run1")
	for _, table := range []string{"contacts", "findings", "children", "measures"} {
		name := filepath.Join(s.dir, runsFolder, "run1", "restricted", tables[table]+".parquet")
		whole, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		damage := [][]byte{nil, []byte("PAR1"), []byte("no parquet at all"), whole[:len(whole)/2]}
		for at := 4; at < len(whole); at += 211 {
			bad := slices.Clone(whole)
			bad[at] ^= 0x55
			damage = append(damage, bad)
		}
		for i, bad := range damage {
			if err := os.WriteFile(name, bad, fileMode); err != nil {
				t.Fatal(err)
			}
			var fault error
			for _, err := range run.Rows(table, true) {
				fault = err
			}
			if fault != nil && !errors.Is(fault, ErrDamaged) {
				t.Errorf("%s, damage %d: got %v", table, i, fault)
			}
			if i < 4 && fault == nil {
				t.Errorf("%s, damage %d: not noticed", table, i)
			}
			if _, err := Verify(run); err != nil {
				t.Errorf("%s, damage %d: verify: %v", table, i, err)
			}
		}
		if err := os.WriteFile(name, whole, fileMode); err != nil {
			t.Fatal(err)
		}
	}
}

func TestVerifyFindsMissingAndAddedFiles(t *testing.T) {
	s := newStore(t)
	run := newWholeRun().publish(t, s, "run1")
	folder := filepath.Join(s.dir, runsFolder, "run1")
	if err := os.Remove(filepath.Join(folder, "report.html")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "restricted", "more.csv"), nil, fileMode); err != nil {
		t.Fatal(err)
	}
	problems, err := Verify(run)
	want := []Problem{{"file", "report.html", "it is missing"}, {"file", "restricted/more.csv", "it is not in the manifest"}}
	if err != nil || !slices.Equal(problems, want) {
		t.Errorf("got %v %v, want %v", problems, err, want)
	}
	for _, content := range []string{"", "{", `{"run_id":"run1","other":1}`} {
		if err := os.WriteFile(filepath.Join(folder, ManifestFile), []byte(content), fileMode); err != nil {
			t.Fatal(err)
		}
		_, err := s.Run("run1")
		wantError(t, err, ErrDamaged)
	}
	if err := os.Remove(filepath.Join(folder, ManifestFile)); err != nil {
		t.Fatal(err)
	}
	_, err = s.Run("run1")
	wantError(t, err, ErrDamaged)
}

func TestInvariantsFindWhatDoesNotAddUp(t *testing.T) {
	changes := map[string]struct {
		change func(w *wholeRun)
		found  string
	}{
		"nothing":                       {func(*wholeRun) {}, ""},
		"unknown class":                 {func(w *wholeRun) { w.classes[4] = "odd" }, "rows of the eight classes"},
		"another class":                 {func(w *wholeRun) { w.classes[4] = "migrated" }, "exact: 1, but recounted: 0"},
		"converted copy":                {func(w *wholeRun) { w.classes[0] = "exact" }, "first contacts of unique incidents"},
		"converted later contact":       {func(w *wholeRun) { w.first[0] = "false" }, "first contacts of unique incidents"},
		"row moved out of the period":   {func(w *wholeRun) { w.inPeriod[1] = "false" }, "period_unique: 2, but recounted: 1"},
		"converted without referral":    {func(w *wholeRun) { w.converted[1] = "true" }, "converted contacts: 3"},
		"unknown referral status":       {func(w *wholeRun) { w.status[2] = "lost" }, "linked, further and not linked"},
		"referral linked to nothing":    {func(w *wholeRun) { w.linkedTo[0] = "" }, "without an incident"},
		"two referrals of one incident": {func(w *wholeRun) { w.linkedTo[3] = "I0" }, "whose incident has another one"},
		"incident with another's":       {func(w *wholeRun) { w.incidents[0][2] = "R3" }, "linked elsewhere"},
		"incidents that changed places": {func(w *wholeRun) { w.incidents[0][2], w.incidents[3][2] = "R3", "R0" }, "linked elsewhere"},
		"incident not converted":        {func(w *wholeRun) { w.incidents[0][1] = "false" }, "converted: 1, but linked referrals: 2"},
		"finding too few":               {func(w *wholeRun) { w.outcomes[0].Failures = 2 }, "failures: 2, but findings: 1"},
		"rule without outcome":          {func(w *wholeRun) { w.outcomes = w.outcomes[1:] }, "rule FD-001 has findings and no outcome"},
		"rule twice":                    {func(w *wholeRun) { w.outcomes = append(w.outcomes, w.outcomes[2]) }, "two outcomes"},
		"unknown outcome":               {func(w *wholeRun) { w.outcomes[2].Status = "fine" }, "neither passed"},
		"failed with nothing":           {func(w *wholeRun) { w.outcomes[2].Status = "failed" }, "it is failed with 0 failures"},
		"conversion of others":          {func(w *wholeRun) { *w.measures[0].Denominator = 3 }, "denominator: 3, but unique in the period: 2"},
		"conversion without numerator":  {func(w *wholeRun) { w.measures[0].Numerator = nil }, "no numerator"},
		"record lost":                   {func(w *wholeRun) { w.inputs[0].Read = 12 }, "records read: 12"},
		"accepted more than stored":     {func(w *wholeRun) { w.inputs[0].Accepted, w.inputs[0].Read = 11, 12 }, "accepted: 11, but stored: 10"},
		"quarantined and not listed":    {func(w *wholeRun) { w.quarantine = nil }, "listed as quarantined: 0"},
		"quarantined from nowhere":      {func(w *wholeRun) { w.quarantine[0].File = "x.csv" }, "not among the inputs"},
		"stored from nowhere":           {func(w *wholeRun) { w.inputs[0].File = "x.csv" }, "not among the inputs"},
		"headline count":                {func(w *wholeRun) { w.counts["unique"] = 4 }, "unique: 4, but recounted: 3"},
		"headline count left out":       {func(w *wholeRun) { delete(w.counts, "rules_broken") }, "rules_broken: 0, but recounted: 1"},
		"period count":                  {func(w *wholeRun) { w.counts["period_contacts"] = 7 }, "period_contacts: 7, but recounted: 6"},
	}
	for name, c := range changes {
		t.Run(name, func(t *testing.T) {
			w := newWholeRun()
			c.change(w)
			st := newStaging(t, newStore(t), "run1")
			w.write(t, st)
			st.Draft(w.manifest("run1"))
			problems, err := Invariants(st.Reader())
			if err != nil {
				t.Fatal(err)
			}
			if c.found == "" && len(problems) > 0 || c.found != "" && !slices.ContainsFunc(problems, func(p Problem) bool { return strings.Contains(p.String(), c.found) }) {
				t.Errorf("got %v, want %q", problems, c.found)
			}
		})
	}
}

func TestRepeatsAreCountedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		near := rapid.Uint64Range(0, 3)
		far := rapid.Map(near, func(n uint64) uint64 { return n << 60 })
		hashes := rapid.SliceOf(rapid.OneOf(near, far, rapid.Uint64Range(0, 40))).Draw(t, "hashes")
		met := map[uint64]bool{}
		var want int64
		for _, hash := range hashes {
			hash = max(hash, 1) // 0 is as good as 1
			if met[hash] {
				want++
			}
			met[hash] = true
		}
		if got := repeats(hashes); got != want {
			t.Fatalf("got %d, want %d", got, want)
		}
	})
}

func TestLogicalHashFollowsContentOnly(t *testing.T) {
	sum := func(change func(w *wholeRun), version string) string {
		s := newStore(t)
		st := newStaging(t, s, "run1")
		st.Version = version
		w := newWholeRun()
		change(w)
		w.write(t, st)
		m := w.manifest("run1")
		if err := st.Seal(m); err != nil {
			t.Fatal(err)
		}
		return m.LogicalHash
	}
	whole := sum(func(*wholeRun) {}, "test")
	if got := sum(func(*wholeRun) {}, "other"); got != whole {
		t.Error("it changed with the maker of the files")
	}
	for name, change := range map[string]func(w *wholeRun){
		"class":   func(w *wholeRun) { w.classes[1] = "exact" },
		"order":   func(w *wholeRun) { w.classes[4], w.classes[5] = w.classes[5], w.classes[4] },
		"null":    func(w *wholeRun) { w.incident[0] = "" },
		"boolean": func(w *wholeRun) { w.first[0] = "false" },
		"measure": func(w *wholeRun) { *w.measures[0].Numerator = 9 },
	} {
		if sum(change, "test") == whole {
			t.Errorf("%s: it did not change", name)
		}
	}
}
