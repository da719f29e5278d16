package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSameSeedAndSizeGiveTheSameBytes(t *testing.T) {
	one, again := generate(t, "--contacts", "900", "--seed", "5"), generate(t, "--contacts", "900", "--seed", "5")
	if name := differing(t, one, again); name != "" {
		t.Errorf("%s differs between two runs with the same seed", name)
	}
	other := generate(t, "--contacts", "900", "--seed", "6")
	if differing(t, filepath.Join(one, "front-door"), filepath.Join(other, "front-door")) == "" {
		t.Error("another seed gave the same extract")
	}
}

func TestCommittedSamplesAreWhatTheGeneratorWrites(t *testing.T) {
	made := generate(t)
	const samples = "../../samples"
	if name := differing(t, made, samples); name != "" {
		t.Errorf("samples/%s is not what the generator writes: run go run ./scripts/generate --out samples/front-door --bad samples/bad --exports samples/exports", name)
	}
	for _, folder := range []string{"front-door", "front-door-expected", "bad", "exports"} {
		if name := differing(t, filepath.Join(samples, folder), filepath.Join(made, folder)); name != "" {
			t.Errorf("samples/%s/%s is not written by the generator", folder, name)
		}
	}
}

func TestTooSmallAGoalIsRefused(t *testing.T) {
	if _, err := planned(1, goal{contacts: 5}); err == nil {
		t.Error("a goal below the planted errors was accepted")
	}
}

func TestRowsAskedForStandInTheFile(t *testing.T) {
	d, err := planned(3, goal{rows: 20000})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(d.contacts); got != 20000 {
		t.Errorf("%d rows, want 20000", got)
	}
}

func TestPartsShareNoIdentifier(t *testing.T) {
	children, contacts, referrals, episodes := map[int]bool{}, map[int]bool{}, map[int]bool{}, map[int]bool{}
	rows, identified := 0, map[string]int{}
	for d, err := range parts(3, goal{rows: 7500}, 3000) {
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range d.children {
			if children[c.id] {
				t.Fatalf("child %d stands in two parts", c.id)
			}
			children[c.id] = true
			if c.second == nil && len(c.upn) == 13 && rows > 0 {
				identified[c.upn]++
			}
		}
		for _, id := range d.contactIDs {
			if contacts[id] {
				t.Fatalf("contact %d stands in two parts", id)
			}
			contacts[id] = true
		}
		for _, r := range d.referrals {
			if referrals[r.id] {
				t.Fatalf("referral %d stands in two parts", r.id)
			}
			referrals[r.id] = true
		}
		for _, e := range d.episodes {
			if episodes[e.id] {
				t.Fatalf("episode %d stands in two parts", e.id)
			}
			episodes[e.id] = true
		}
		rows += len(d.contacts)
	}
	if rows != 7500 {
		t.Errorf("%d rows, want 7500", rows)
	}
	for upn, n := range identified {
		if n > 1 {
			t.Errorf("UPN %s is given out %d times", upn, n)
		}
	}
}

func TestFindingsPointAtTheLinesOfTheFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "front-door")
	if err := writeDelivery(dir, 2, parts(2, goal{contacts: 900}, partRows), true); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir+"-expected", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(filepath.Join(dir, "children.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	const sex = 7
	for reader := csv.NewReader(file); ; {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		line, _ := reader.FieldPos(0)
		wrong := line > 1 && !strings.Contains("MFU", record[sex])
		rule := strings.SplitN(string(text), `"FD-035": [`, 2)[1]
		rule = rule[:strings.Index(rule, "]")]
		if listed := strings.Contains(rule, fmt.Sprintf(`"line": %d}`, line)); listed != wrong {
			t.Errorf("line %d: listed under FD-035 %v, wrong in the file %v", line, listed, wrong)
		}
	}
}
