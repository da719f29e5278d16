package report

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

// opened is a workbook as another library reads it.
func opened(t interface{ Fatal(...any) }, sheets ...sheetOf) *excelize.File {
	var b bytes.Buffer
	if err := writeBook(&b, sheets); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func TestBookIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", " blank at both ends ", "two\nlines", "<b>&amp;\"'", "=1+1", "_x0041_", "_x", "__x0041_x0042_", "😀"}))
		cell := rapid.OneOf(rapid.Map(text, func(s string) any { return s }), rapid.Map(rapid.Int64Range(-1<<53, 1<<53), func(n int64) any { return n }), rapid.Just[any](nil))
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 1, 4), 0, 6)
		sheets := []sheetOf{{name: "First", widths: []float64{10, 20, 30.5, 8}, rows: rows.Draw(t, "first")}, {name: "Second one", widths: []float64{9, 9, 9, 9}, rows: rows.Draw(t, "second")}}
		book := opened(t, sheets...)
		defer book.Close() //nolint:errcheck // read from memory
		if names := book.GetSheetList(); len(names) != 2 || names[0] != "First" || names[1] != "Second one" {
			t.Fatalf("sheets are %q", names)
		}
		for _, s := range sheets {
			for i, row := range s.rows {
				for j, want := range row {
					at, err := excelize.CoordinatesToCellName(j+1, i+1)
					if err != nil {
						t.Fatal(err)
					}
					kind, err := book.GetCellType(s.name, at)
					if err != nil {
						t.Fatal(err)
					}
					got, err := book.GetCellValue(s.name, at, excelize.Options{RawCellValue: true})
					if err != nil {
						t.Fatal(err)
					}
					checkCell(t, want, got, kind)
				}
			}
		}
	})
}

func checkCell(t *rapid.T, want any, got string, kind excelize.CellType) {
	switch want := want.(type) {
	case string:
		// What XML cannot hold is U+FFFD.
		want = strings.Map(func(r rune) rune {
			if r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
				return 0xFFFD
			}
			return r
		}, want)
		if got != want || want != "" && kind != excelize.CellTypeSharedString {
			t.Fatalf("wrote the text %q, read %q of type %v", want, got, kind)
		}
	case int64:
		if n, err := strconv.ParseInt(got, 10, 64); err != nil || n != want || kind == excelize.CellTypeSharedString {
			t.Fatalf("wrote the number %d, read %q of type %v", want, got, kind)
		}
	case nil:
		if got != "" || kind != excelize.CellTypeUnset {
			t.Fatalf("wrote nothing, read %q of type %v", got, kind)
		}
	}
}

// What the eye needs: a bold heading that stays in sight, columns of their width, texts that wrap.
func TestBookIsLaidOutForReading(t *testing.T) {
	book := opened(t, sheetOf{name: "Only", widths: []float64{24, 100.5}, rows: [][]any{{"marking"}, {"a", "b"}, {"text", int64(1)}}})
	defer book.Close() //nolint:errcheck // read from memory
	panes, err := book.GetPanes("Only")
	if err != nil || !panes.Freeze || panes.YSplit != 2 || panes.TopLeftCell != "A3" {
		t.Errorf("panes are %+v, %v", panes, err)
	}
	if width, err := book.GetColWidth("Only", "B"); err != nil || width != 100.5 {
		t.Errorf("column B is %g wide, %v", width, err)
	}
	for at, bold := range map[string]bool{"A1": true, "B2": true, "A3": false, "B3": false} {
		id, err := book.GetCellStyle("Only", at)
		if err != nil {
			t.Fatal(err)
		}
		style, err := book.GetStyle(id)
		if err != nil || style.Alignment == nil || !style.Alignment.WrapText || style.Font.Bold != bold {
			t.Errorf("style of %s is %+v, %v", at, style, err)
		}
	}
}

func TestTextTooLongForACellIsCut(t *testing.T) {
	text := "a" + strings.Repeat("😀", mostLetters/2)
	book := opened(t, sheetOf{name: "Only", widths: []float64{9, 9}, rows: [][]any{{text, text + "b"}}})
	defer book.Close() //nolint:errcheck // read from memory
	for _, at := range []string{"A1", "B1"} {
		if got, err := book.GetCellValue("Only", at); err != nil || got != text {
			t.Errorf("%s has %d bytes, %v; want %d", at, len(got), err, len(text))
		}
	}
}

func TestSheetPastItsLimitsIsRefused(t *testing.T) {
	for _, s := range []sheetOf{{widths: make([]float64, len(columnNames)+1)}, {rows: make([][]any, mostRows+1)}} {
		if err := writeBook(&bytes.Buffer{}, []sheetOf{s}); err == nil {
			t.Errorf("a sheet of %d columns and %d rows was written", len(s.widths), len(s.rows))
		}
	}
}
