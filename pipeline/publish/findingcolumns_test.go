package publish

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"frontdoor/rules"
	"frontdoor/schemas/table"
)

// What is stored of flagged cells is what is stored of the same cells written out one by one, also in columns that were
// used before.
func TestFlaggedCellsAreStoredAsWrittenOut(t *testing.T) {
	const rows = 30
	children := makeTable(t, frontDoor(t, "children"), rows, "children.csv", func(row int, field string) string {
		switch {
		case row%5 == 3:
			return ""
		case strings.HasSuffix(field, "date_of_birth"):
			return fmt.Sprintf("2010-05-%02d", 10+row/8)
		}
		return fmt.Sprint(field, row%4)
	}, "nhs_number")
	children.Column("date_of_birth").Layout = "02/01/2006"
	children.Column("sex").Kept = []table.Kept{{Row: 4, Text: " sex0"}}
	children.Column("ethnicity").Absent = []table.Span{{From: 8, To: 11}}
	sheets := makeTable(t, frontDoor(t, "children"), rows, "book.xlsx", func(row int, field string) string {
		if strings.HasSuffix(field, "date_of_birth") {
			return ""
		}
		return fmt.Sprint(field, row%3)
	})
	sheets.Sheet = table.DictionaryArray(make([]uint32, rows), table.Texts([]string{"Sheet1"}), []byte{0xff, 0x0f, 0xf3, 0xff}, 6)
	var sources []*rules.CellSource
	for _, of := range []*table.Table{children, sheets} {
		for _, field := range []string{"child_id", "nhs_number", "forename", "date_of_birth", "sex", "ethnicity"} {
			sources = append(sources, &rules.CellSource{Table: "children", Field: field, Of: of, Texts: table.NewReader(of.Column(field))})
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		bulk, single := newFindingColumns(), newFindingColumns()
		for range 2 {
			for i := range rapid.IntRange(1, 4).Draw(t, "findings") {
				f := rules.Found{Finding: rules.Finding{ID: fmt.Sprint(i), Rule: "FD-001", Message: "wrong", Local: i%2 == 0}}
				for range rapid.IntRange(0, 4).Draw(t, "fields") {
					f.Flagged = append(f.Flagged, rules.FlaggedIn{
						CellSource: rapid.SampledFrom(sources).Draw(t, "field"),
						Rows:       rapid.SliceOfN(rapid.Uint32Range(0, rows-1), 1, 20).Draw(t, "rows"),
					})
				}
				bulk.add(&f)
				single.add(&rules.Found{Finding: f.Written()})
			}
			a, b := newContentHasher(), newContentHasher()
			a.findings(bulk)
			b.findings(single)
			if a.sum() != b.sum() || bulk.cell.bytes != single.cell.bytes {
				t.Fatal("the content is another")
			}
			for i, c := range bulk.columns(Restricted) {
				if want := single.columns(Restricted)[i]; c.Array.Len() != want.Array.Len() || c.Array.NullN() != want.Array.NullN() {
					t.Fatalf("column %s: %d values and %d nulls, want %d and %d", c.Name, c.Array.Len(), c.Array.NullN(), want.Array.Len(), want.Array.NullN())
				}
			}
			for cell := range bulk.cell.line {
				if !bytes.Equal(bulk.cell.value.at(cell), single.cell.value.at(cell)) || !bytes.Equal(bulk.cell.sheet.at(cell), single.cell.sheet.at(cell)) {
					t.Fatalf("cell %d: %q in %q, want %q in %q", cell, bulk.cell.value.at(cell), bulk.cell.sheet.at(cell), single.cell.value.at(cell), single.cell.sheet.at(cell))
				}
			}
			bulk.clear()
			single.clear()
		}
	})
}
