package pipeline_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"frontdoor/pipeline"
	"frontdoor/rules"
	"frontdoor/scripts/generate/census"
)

// messy makes a return in which much is wrong, and children have identifiers of their own.
func messy(seed uint64, year, children int) *census.Node {
	message := census.Return(seed, year, children)
	(&mess{Rand: rand.New(rand.NewPCG(seed, 11))}).spoil(message)
	return message
}

func inFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "return.xml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var leaf = regexp.MustCompile(`^\s*<(\w+)>[^<]*</\w+>$`)

// Every field in turn holds garbage in one child's record; nothing changes for a child without any.
func TestCensusGarbageCostsItsOwnChild(t *testing.T) {
	_, text := inXML(t, messy(3, 2026, 120))
	lines := strings.Split(text, "\n")
	childOf, child := make([]int, len(lines)), 0
	for i, line := range lines {
		if strings.TrimSpace(line) == "<Child>" {
			child++
		}
		childOf[i] = child
	}
	before := check(t, inFile(t, text), pipeline.CheckOptions{})
	done, damaged := map[string]bool{}, map[int]bool{}
	for i, line := range lines {
		m := leaf.FindStringSubmatch(line)
		if m == nil || childOf[i] == 0 || done[m[1]] || damaged[childOf[i]] || m[1] == "LAchildID" && childOf[i] < 60 {
			continue
		}
		done[m[1]], damaged[childOf[i]] = true, true
		lines[i] = "<" + m[1] + ">\x01?\xff</" + m[1] + ">"
		if strings.Contains(m[1], "Date") && len(done)%2 == 0 {
			lines[i] = "<" + m[1] + ">31st of May</" + m[1] + ">"
		}
	}
	if len(done) < 33 {
		t.Fatalf("only %d fields were damaged: %v", len(done), done)
	}
	elsewhere := func(checked *pipeline.Checked) []string {
		var all []rules.Finding
		for f := range checked.Findings() {
			whole := len(f.Cells) == 0 || f.Rule == "1520" || f.Rule == "8510"
			if whole || slices.ContainsFunc(f.Cells, func(c rules.Cell) bool { return damaged[childOf[c.Line-1]] }) {
				continue
			}
			all = append(all, f)
		}
		return issues(all, true)
	}
	after := check(t, inFile(t, strings.Join(lines, "\n")), pipeline.CheckOptions{})
	if got, want := elsewhere(after), elsewhere(before); !slices.Equal(got, want) {
		t.Errorf("other children are judged otherwise:\n%s\nbefore:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, o := range after.Outcomes {
		if o.Status == rules.Broken || o.Status == rules.Skipped {
			t.Errorf("rule %s %s: %s", o.Rule, o.Status, o.Reason)
		}
	}
}

// told writes findings by what their cells hold, without lines.
func told(checked *pipeline.Checked) []string {
	var all []string
	for f := range checked.Findings() {
		var cells []string
		for _, c := range f.Cells {
			value := ""
			if c.Value != nil {
				value = *c.Value
			}
			cells = append(cells, c.Table+" "+c.Field+" "+value)
		}
		slices.Sort(cells)
		all = append(all, f.Rule+" "+strings.Join(cells, ", "))
	}
	slices.Sort(all)
	return all
}

func TestCensusOrderAndWorkersDoNotMatter(t *testing.T) {
	message := messy(5, 2025, 80)
	path, _ := inXML(t, message)
	first := check(t, path, pipeline.CheckOptions{Workers: 1})
	for _, workers := range []int{2, 8} {
		if got, want := fmt.Sprint(ids(check(t, path, pipeline.CheckOptions{Workers: workers}))), fmt.Sprint(ids(first)); got != want {
			t.Errorf("%d workers find something else", workers)
		}
	}
	all := message.Kid("Children").Kids
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	shuffled, _ := inXML(t, message)
	if got, want := told(check(t, shuffled, pipeline.CheckOptions{})), told(first); !slices.Equal(got, want) {
		t.Errorf("children in another order:\n%s\nbefore:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func ids(checked *pipeline.Checked) []string {
	var all []string
	for f := range checked.Findings() {
		all = append(all, f.ID)
	}
	return all
}

func TestConvertedCensusHasTheSameFindings(t *testing.T) {
	path, _ := inXML(t, messy(7, 2026, 80))
	folder := filepath.Join(t.TempDir(), "tables")
	made, err := pipeline.Convert(context.Background(), pipeline.ConvertOptions{Collection: "cin_census", Path: path, Folder: folder})
	if err != nil || made.Records["ChildIdentifiers"] != 80 {
		t.Fatalf("%+v, %v", made, err)
	}
	fromXML, fromCSV := told(check(t, path, pipeline.CheckOptions{})), told(check(t, folder, pipeline.CheckOptions{}))
	if len(fromXML) < 100 || !slices.Equal(fromXML, fromCSV) {
		t.Errorf("XML:\n%s\nCSV:\n%s", strings.Join(fromXML, "\n"), strings.Join(fromCSV, "\n"))
	}
	if _, err := pipeline.Convert(context.Background(), pipeline.ConvertOptions{Collection: "cin_census", Path: path, Folder: folder}); err == nil {
		t.Error("a folder that is there is written over")
	}
}

func TestCensusIsJudgedByItsOwnYearOrTheYearAskedFor(t *testing.T) {
	path, _ := inXML(t, census.Return(1, 2023, 60))
	own, asked := check(t, path, pipeline.CheckOptions{}), check(t, path, pipeline.CheckOptions{Year: "2024-25"})
	if own.Year != "2022-23" || len(own.Notes) != 0 {
		t.Errorf("judged by the rules of %s: %v", own.Year, own.Notes)
	}
	if asked.Year != "2024-25" || len(asked.Notes) != 1 || !strings.Contains(asked.Notes[0], "2022-23") {
		t.Errorf("judged by the rules of %s: %v", asked.Year, asked.Notes)
	}
	count := map[string]int{}
	for f := range asked.Findings() {
		count[f.Rule]++
	}
	if count["4180"] != 60 || count["8696"] != 0 || count["100"] != 0 {
		t.Errorf("findings %v: want 4180 for every child, and the file's own reference date", count)
	}
}

func TestMissingCensusTablesSkipRulesByName(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "tables")
	if err := census.Return(1, 2025, 200).WriteCSV(folder); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Assessments", "PreProceedings"} {
		if err := os.Remove(filepath.Join(folder, name+".csv")); err != nil {
			t.Fatal(err)
		}
	}
	checked := check(t, folder, pipeline.CheckOptions{})
	for _, o := range checked.Outcomes {
		reads := strings.Contains(o.Reason, "Assessments")
		if want := slices.Contains([]string{"1103", "2991Q", "8565", "8608", "8614", "8670Q", "8696", "8736", "8825Q", "8831", "8863Q", "8867", "8869", "8873Q", "8896", "8897Q", "8898", "8945Q", "8950Q"}, o.Rule); want != (o.Status == rules.Skipped && reads) {
			t.Errorf("rule %s %s: %s", o.Rule, o.Status, o.Reason)
		}
	}
	for f := range checked.Findings() {
		if f.Rule != "IN-002" || f.Table != "Assessments" {
			t.Errorf("%s %v", f.Rule, f.Cells)
		}
	}
}

func TestReturnsOfSeveralYearsAreJudgedEachByItsOwn(t *testing.T) {
	folder := t.TempDir()
	for _, year := range []int{2023, 2026} {
		file, err := os.Create(filepath.Join(folder, fmt.Sprintf("%d.xml", year)))
		if err != nil {
			t.Fatal(err)
		}
		if err := census.Return(1, year, 200).WriteXML(file); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	checked := check(t, folder, pipeline.CheckOptions{})
	for f := range checked.Findings() {
		t.Errorf("%s %v", f.Rule, f.Cells)
	}
	for _, o := range checked.Outcomes {
		if o.Rule == "8500" && o.Looked != 400 || o.Rule == "1570" && o.Looked != 200 {
			t.Errorf("rule %s looked at %d", o.Rule, o.Looked)
		}
	}
}
