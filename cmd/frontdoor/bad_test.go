package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontdoor/rules"
)

// expectation is what a bad delivery must give.
type expectation struct {
	Exit     int
	Findings []string
	File     string
	Sheet    string
	Line     *int // null where it is no record
}

// TestBadSamples checks every delivery of samples/bad and demands the exit code, the rules with findings and the
// place that its generator planted.
func TestBadSamples(t *testing.T) {
	bad := filepath.Join("..", "..", "samples", "bad")
	text, err := os.ReadFile(filepath.Join(bad, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected map[string]expectation
	if err := json.Unmarshal(text, &expected); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(bad)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		want, there := expected[entry.Name()]
		if !there {
			t.Errorf("%s has no expectation", entry.Name())
		}
		delete(expected, entry.Name())
		t.Run(entry.Name(), func(t *testing.T) {
			t.Parallel()
			want.hold(t, filepath.Join(bad, entry.Name()))
		})
	}
	for name := range expected {
		t.Errorf("%s is expected and not there", name)
	}
}

// hold checks a delivery and compares. It is sound but for the one fault, so that no other rule about files has
// a finding; a rule about records may have some that follow from the fault.
func (want expectation) hold(t *testing.T, folder string) {
	stdout, stderr, code := frontdoor(t, "check", "--collection", "front_door", "--as-at", "2019-12-31", "--format", "jsonl", folder)
	if code != want.Exit {
		t.Errorf("exit code %d, want %d; %s", code, want.Exit, stderr)
	}
	file := filepath.ToSlash(filepath.Join(folder, want.File))
	found := map[string]bool{}
	placed := len(want.Findings) == 0
	lines := bufio.NewScanner(bytes.NewReader(stdout))
	for lines.Scan() {
		var f rules.Finding
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			t.Fatal(err)
		}
		found[f.Rule] = true
		if !slices.Contains(want.Findings, f.Rule) {
			if strings.HasPrefix(f.Rule, "IN-") {
				t.Errorf("a finding of %s, which was not planted", f.Rule)
			}
			continue
		}
		if len(f.Cells) == 0 && f.Table+".csv" == want.File {
			placed = true
		}
		for _, cell := range f.Cells {
			if cell.File == file && cell.Sheet == want.Sheet && (want.Line == nil || cell.Line == *want.Line) {
				placed = true
			}
		}
	}
	for _, rule := range want.Findings {
		if !found[rule] {
			t.Errorf("no finding of %s", rule)
		}
	}
	if !placed {
		t.Errorf("no finding stands at %s", want.File)
	}
	if len(want.Findings) == 0 && !bytes.Contains(stderr, []byte(want.File)) {
		t.Errorf("%s is not named on standard error: %s", want.File, stderr)
	}
}

// frontdoor runs the command.
func frontdoor(t *testing.T, args ...string) (stdout, stderr []byte, code int) {
	t.Helper()
	var out, log bytes.Buffer
	c := exec.Command("frontdoor", args...)
	c.Stdout, c.Stderr = &out, &log
	err := c.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return out.Bytes(), log.Bytes(), c.ProcessState.ExitCode()
}
