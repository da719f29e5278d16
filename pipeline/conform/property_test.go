package conform_test

import (
	"encoding/csv"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"frontdoor/pipeline/conform"
	"frontdoor/pipeline/ingest"
	"frontdoor/schemas/table"
)

// anyCell draws the text of a cell: mostly what such columns hold, now and then what they should not.
func anyCell() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"", "", "C1", "C2", "home", "7", "-12", "+7", "007", "6.0", " x ", "\u00a0", "say \"no\"", "a,b", "two\nlines", "CR\rLF\r\n", "é", "\"", "-"}),
		rapid.StringMatching(`20(18|19|20)-[01][0-9]-[0-3][0-9]`),
		rapid.StringMatching(`[0-3]?[0-9]/[01]?[0-9]/2019( [01][0-9]:[0-5][0-9](:[0-5][0-9](\.000)?)?)?`),
		rapid.StringMatching(`2019-0[1-9]-[012][1-9][ T][012]?[0-9]:[0-5][0-9](:00)?(Z|\+01:00)?`),
		rapid.StringMatching(`[-0-9/: T]{0,12}`),
		rapid.StringOf(rapid.RuneFrom([]rune("ab1 ,\"\n\t\u00a0é\u200b"))),
	)
}

// TestWhatIsDeliveredComesBack writes random tables with encoding/csv and looks for every cell of every record
// in what the two stages make of it: in the table on its line, or among the quarantined.
func TestWhatIsDeliveredComesBack(t *testing.T) {
	schema := visits(t)
	names := []string{"visit_id", "child_id", "sibling_id", "visited", "minutes", "kind", "extra", "more"}
	rapid.Check(t, func(t *rapid.T) {
		header := rapid.Permutation(names).Draw(t, "header")[:rapid.IntRange(2, len(names)).Draw(t, "columns")]
		records := rapid.SliceOfN(rapid.SliceOfN(anyCell(), len(header), len(header)), 0, 20).Draw(t, "records")
		var text strings.Builder
		w := csv.NewWriter(&text)
		w.UseCRLF = false
		byLine := map[int][]string{}
		write := func(cells []string) {
			w.Flush()
			byLine[strings.Count(text.String(), "\n")+1] = cells
			if err := w.Write(cells); err != nil {
				t.Fatal(err)
			}
		}
		write(header)
		for _, cells := range records {
			write(cells)
		}
		w.Flush()
		delete(byLine, 1)
		isBlank := func(cell string) bool { return strings.Trim(cell, " \t") == "" }
		blank := 0 // lines of blanks and commas alone are no records
		for line, cells := range byLine {
			if !slices.ContainsFunc(cells, func(cell string) bool { return !isBlank(cell) }) && !strings.Contains(strings.Split(text.String(), "\n")[line-1], `"`) {
				delete(byLine, line)
				blank++
			}
		}

		limits := ingest.Limits{Window: rapid.SampledFrom([]int{0, 1, 7, 50}).Draw(t, "window")}
		r, err := read(t.Context(), schema, "visits", conform.NewKeys(schema), conform.Options{}, limits, delivery{"v.csv", text.String()})
		if err != nil {
			t.Fatal(err)
		}
		all := slices.Concat(r.Table.Columns, r.Table.Extras)
		for row := range r.Table.Rows {
			want, ok := byLine[r.Table.LineOf(row)]
			if !ok {
				t.Fatalf("row %d stands on line %d, where no record begins", row, r.Table.LineOf(row))
			}
			delete(byLine, r.Table.LineOf(row))
			for _, c := range all {
				got, delivered := c.Delivery(row)
				at := slices.Index(header, c.Field.Name)
				if delivered != (at >= 0) || delivered && got != want[at] {
					t.Fatalf("row %d, %s: %q (%v), delivered as %q", row, c.Field.Name, got, delivered, want)
				}
				if c.State(row) == table.Blank && strings.Trim(got, " \t\r\n\u00a0\u200b") != "" {
					t.Fatalf("row %d, %s: %q is taken as blank", row, c.Field.Name, got)
				}
			}
		}
		for _, q := range r.Quarantined {
			want, ok := byLine[q.Line]
			got, err := csv.NewReader(strings.NewReader(q.Text)).Read()
			if !ok || err != nil || !slices.Equal(normalEnds(got), normalEnds(want)) {
				t.Fatalf("quarantined %q (%v) on line %d, delivered as %q", got, err, q.Line, want)
			}
			delete(byLine, q.Line)
		}
		if len(byLine) > 0 {
			t.Fatalf("lost: %v", byLine)
		}
		if f := r.Files[0]; f.Read != len(records)-blank || f.Accepted != r.Table.Rows || f.Quarantined != len(r.Quarantined) {
			t.Fatalf("report %+v", f)
		}
	})
}

// normalEnds writes line ends as encoding/csv reads them.
func normalEnds(cells []string) (out []string) {
	for _, c := range cells {
		out = append(out, strings.ReplaceAll(c, "\r\n", "\n"))
	}
	return out
}

// dump writes all of a result.
func dump(r *conform.Result) string {
	var b strings.Builder
	for _, c := range slices.Concat(r.Table.Columns, r.Table.Extras) {
		fmt.Fprintln(&b, c.Field.Name, c.Layout, c.Clock, c.Midnight, c.Absent, c.Kept)
		if c.Array != nil {
			fmt.Fprintln(&b, c.Array, c.Time)
			for _, buffer := range c.Array.Data().Buffers() {
				if buffer != nil {
					fmt.Fprintf(&b, "%x\n", buffer.Bytes())
				}
			}
		}
	}
	fmt.Fprintln(&b, r.Table.File, r.Table.Line, r.Files, said(r.Problems), r.Quarantined)
	return b.String()
}

// dirtyText is a contacts extract with something wrong in many places.
func dirtyText(rows int) string {
	lines := strings.Split(contactsText(rows), "\n")
	for i := 1; i < rows; i++ {
		switch {
		case i%97 == 0:
			lines[i] += ",more"
		case i%101 == 0:
			lines[i] = strings.Replace(lines[i], "2019-", "2019-13-", 1)
		case i%103 == 0:
			lines[i] = strings.Replace(lines[i], ",Sampleshire", ",\"Sample\nshire \"", 1)
		case i%107 == 0:
			lines[i] = strings.Replace(lines[i], "OCC", "O\x00CC", 1)
		case i%109 == 0:
			lines[i] = strings.Replace(lines[i], "INFORMATION", "\"INFORMATION", 1)
		}
	}
	return strings.Join(lines, "\r\n")
}

func TestResultDoesNotDependOnWindowsOrProcessors(t *testing.T) {
	c := frontDoor(t)
	files := []delivery{{"1.csv", dirtyText(3000)}, {"2.csv", "memo," + dirtyText(1000)}, {"3.csv", dirtyText(500)}}
	want := ""
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, processors := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(processors)
		for _, size := range []int{0, 1, 7, 1000} {
			r, err := read(t.Context(), c, "contacts", conform.NewKeys(c), conform.Options{}, ingest.Limits{Window: size}, files...)
			if err != nil {
				t.Fatal(err)
			}
			checkCounts(t, r)
			got := dump(r)
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("window %d on %d processors gives another result", size, processors)
			}
		}
	}
}
