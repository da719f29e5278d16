package pipeline_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontdoor/pipeline"
	"frontdoor/rules"
	"frontdoor/schemas"
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

const garbage = "GARBAGE"

// spot is a field of a record of some child, as the schema has it.
type spot struct {
	table, field string
	node         *census.Node
	was          string
	child        int
}

// spots finds for every field that XML has a record of some child, with the element there, if need be blank; of one child
// and another, as far as there are such records.
func spots(t *testing.T, message *census.Node) []spot {
	t.Helper()
	collection, err := schemas.Load("cin_census")
	if err != nil {
		t.Fatal(err)
	}
	children := message.Kid("Children").Kids
	var all []spot
	for _, of := range collection.Tables {
		path := strings.TrimPrefix(of.Element, "Children/Child/")
		for _, f := range of.Fields {
			if f.Element == ".." || f.Element == "#" {
				continue
			}
			found := false
			for i := range children {
				at := (i + 7*len(all)) % len(children)
				record := message.Kid("Header")
				if of.Name != "Header" {
					record = below(children[at], path)
				}
				if record == nil {
					continue
				}
				node := record
				if f.Element != "." {
					node = ensured(record, cmp.Or(f.Element, f.Name))
				}
				all = append(all, spot{of.Name, f.Name, node, node.Text, at})
				found = true
				break
			}
			if !found {
				t.Fatalf("no child has a record of %s", of.Name)
			}
		}
	}
	return all
}

// below returns the first element at a path, or nil.
func below(n *census.Node, path string) *census.Node {
	name, rest, more := strings.Cut(path, "/")
	for _, kid := range n.Kids {
		if kid.Name != name {
			continue
		}
		if !more {
			return kid
		}
		if found := below(kid, rest); found != nil {
			return found
		}
	}
	return nil
}

// ensured returns the element at a path, made where it is not there.
func ensured(n *census.Node, path string) *census.Node {
	for name := range strings.SplitSeq(path, "/") {
		next := n.Kid(name)
		if next == nil {
			next = &census.Node{Name: name}
			n.Kids = append(n.Kids, next)
		}
		n = next
	}
	return n
}

// elsewhere writes the findings that point to no cell of a child, and are no finding about a whole return or about what
// several children share.
func elsewhere(checked *pipeline.Checked, own func(c rules.Cell) bool) []string {
	var all []rules.Finding
	for f := range checked.Findings() {
		if len(f.Cells) > 0 && f.Rule != "1520" && f.Rule != "8510" && !slices.ContainsFunc(f.Cells, own) {
			all = append(all, f)
		}
	}
	return issues(all, true)
}

// judgedAlike fails the test when the findings about other children differ.
func judgedAlike(t *testing.T, what string, got, want []string) {
	t.Helper()
	for _, i := range got {
		if !slices.Contains(want, i) {
			t.Errorf("%s: new for another child: %s", what, i)
		}
	}
	for _, i := range want {
		if !slices.Contains(got, i) {
			t.Errorf("%s: lost of another child: %s", what, i)
		}
	}
}

// judgesAll fails the test when a rule did not run.
func judgesAll(t *testing.T, checked *pipeline.Checked, what string) {
	t.Helper()
	for _, o := range checked.Outcomes {
		if o.Status == rules.Broken || o.Status == rules.Skipped {
			t.Errorf("%s: rule %s %s: %s", what, o.Rule, o.Status, o.Reason)
		}
	}
}

// Every field of every table in turn, six at a time, holds garbage in one record; nothing changes for any other child.
func TestCensusGarbageCostsItsOwnChild(t *testing.T) {
	for _, year := range []int{2023, 2026} {
		message := messy(3, year, 60)
		message.Kid("Children").Kids[0].Kids = append(message.Kid("Children").Kids[0].Kids, &census.Node{
			Name: "CINdetails", Kids: []*census.Node{{Name: "PreProceedingsandFGDM", Kids: []*census.Node{{Name: "PPStartDate", Text: "2025-05-01"}}}},
		})
		all := spots(t, message)
		_, text := inXML(t, message)
		childOf, child := []int{}, -1
		for line := range strings.SplitSeq(text, "\n") {
			if strings.TrimSpace(line) == "<Child>" {
				child++
			}
			childOf = append(childOf, child)
		}
		before := check(t, inFile(t, text), pipeline.CheckOptions{})
		goneBy := func(s spot) bool { return s.field == "Year" || s.field == "ReferenceDate" } // by all rules
		facts := slices.DeleteFunc(slices.Clone(all), func(s spot) bool { return !goneBy(s) })
		for _, some := range append(slices.Collect(slices.Chunk(slices.DeleteFunc(all, goneBy), 6)), facts) {
			damaged, what := map[int]bool{}, fmt.Sprint(year, ":")
			for i, s := range some {
				s.node.Text, damaged[s.child] = fmt.Sprint(garbage, i), true
				what += " " + s.table + "." + s.field
			}
			_, written := inXML(t, message)
			for i, s := range some {
				s.node.Text = s.was
				written = strings.Replace(written, fmt.Sprint(garbage, i), []string{"\x01?\xff", "31st of May"}[i%2], 1)
			}
			after := check(t, inFile(t, written), pipeline.CheckOptions{Year: string(before.Year)})
			judgesAll(t, after, what)
			if slices.ContainsFunc(some, goneBy) {
				continue
			}
			own := func(c rules.Cell) bool {
				return damaged[childOf[c.Line-1]] || slices.ContainsFunc(some, func(s spot) bool { return s.table == "Header" && s.field == c.Field })
			}
			judgedAlike(t, what, elsewhere(after, own), elsewhere(before, own))
		}
	}
}

// The same in CSV, of the keys that say whose record it is.
func TestCensusGarbageInKeysCostsItsOwnChild(t *testing.T) {
	collection, err := schemas.Load("cin_census")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "tables")
	if err := messy(5, 2026, 40).WriteCSV(folder); err != nil {
		t.Fatal(err)
	}
	childOf := map[string][]string{} // by file, of each line
	for _, of := range collection.Tables {
		file := filepath.Join(folder, of.Name+".csv")
		for _, row := range csvRows(t, file) {
			childOf[file] = append(childOf[file], row[0])
		}
	}
	before := check(t, folder, pipeline.CheckOptions{})
	for n, of := range collection.Tables {
		file := filepath.Join(folder, of.Name+".csv")
		rows := csvRows(t, file)
		for column, name := range rows[0] {
			if of.Field(name).Type != schemas.TypeKey || len(rows) < 2 {
				continue
			}
			at := 1 + 3*n%(len(rows)-1)
			was := rows[at][column]
			rows[at][column] = []string{"\x00", "no such key", ""}[(n+column)%3]
			writeCSV(t, file, rows)
			after := check(t, folder, pipeline.CheckOptions{})
			own := func(c rules.Cell) bool { return childOf[filepath.FromSlash(c.File)][c.Line-1] == childOf[file][at] }
			what := of.Name + "." + name
			judgesAll(t, after, what)
			judgedAlike(t, what, elsewhere(after, own), elsewhere(before, own))
			rows[at][column] = was
		}
		writeCSV(t, file, rows)
	}
}

func csvRows(t *testing.T, file string) [][]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func writeCSV(t *testing.T, file string, rows [][]string) {
	t.Helper()
	var text bytes.Buffer
	if err := csv.NewWriter(&text).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
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
