package rules

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"frontdoor/schemas"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test ./rules -update writes it):\n%s", name, got)
	}
}

func TestEveryMistakeOfACatalogueIsToldAtOnce(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "bad.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = Read("bad.yaml", text, schemas.Load)
	if !errors.Is(err, ErrCatalogue) {
		t.Fatalf("the cause is not ErrCatalogue: %v", err)
	}
	golden(t, "faults.golden", err.Error()+"\n")
}

// However YAML folds, indents or quotes a condition, a mistake is shown under the word that is at fault.
func TestAMistakeIsShownUnderItsWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{`source == "é"`, `present(child)`, `outcome != "it's"`, `child.sex == "\\"`}), 0, 4).Draw(t, "before")
		parts = append(parts, `wrong == "x"`)
		gap := rapid.SampledFrom([]string{" ", "  ", "\n"})
		text := parts[0]
		for _, part := range parts[1:] {
			text += gap.Draw(t, "gap") + "&&" + gap.Draw(t, "gap") + part
		}
		indented := strings.ReplaceAll(text, "\n", "\n          ")
		var written string
		switch style := rapid.SampledFrom([]string{"plain", "single", "double", ">", ">-", "|", "|-"}).Draw(t, "style"); style {
		case "plain":
			written = indented
		case "single":
			written = "'" + strings.ReplaceAll(indented, "'", "''") + "'"
		case "double":
			written = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(indented) + `"`
		default:
			written = style + "\n          " + indented
		}
		catalogue := string(ruleText("holds: "+written, "flags: [start_date]"))
		catalogue = strings.Replace(catalogue, "cin_episodes", "contacts", 1)
		_, err := Read("local.yaml", []byte(catalogue), schemas.Load)
		var faults Faults
		if !errors.As(err, &faults) {
			t.Fatalf("got %v", err)
		}
		for _, f := range faults {
			if !strings.Contains(f.Message, "'wrong'") {
				continue
			}
			if line := []rune(strings.Split(catalogue, "\n")[f.Line-1]); !strings.HasPrefix(string(line[f.Column-1:]), "wrong") {
				t.Fatalf("line %d, column %d of\n%s", f.Line, f.Column, catalogue)
			}
			return
		}
		t.Fatalf("the mistake is not told:\n%v\n%s", err, catalogue)
	})
}

// Whatever stands in a file, reading it ends in a catalogue or in faults with places inside the file.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"bad.yaml", "careless.yaml"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add(changing)
	f.Add("collection: front_door\nrules: [{code: LA-001, checks: [{for: contacts, holds: \"a\\\nb\", flags: [{each: e in x, when: 1}]}], changes: [{check: 9}, ~]}]")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := Read("fuzz.yaml", []byte(text), schemas.Load)
		var faults Faults
		if err != nil && !errors.As(err, &faults) {
			t.Fatalf("neither a catalogue nor faults: %v", err)
		}
		for _, fault := range faults {
			if fault.Line < 0 || fault.Line > strings.Count(text, "\n")+2 || fault.Message == "" {
				t.Errorf("%+v", fault)
			}
		}
	})
}
