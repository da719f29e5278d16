package conform

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"pgregory.net/rapid"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// TestCellsInRunsAreReadAsOneByOne reads random cells in runs, and each of them by itself the long way.
func TestCellsInRunsAreReadAsOneByOne(t *testing.T) {
	cell := rapid.OneOf(
		rapid.SampledFrom([]string{"", "", "A", "B", "6", "6.0", "60", "1.2E+9", "#N/A", "#", "=\"07\"", "07", "=\" 7\"", " 7", "7", "#N\u200b/A", "=", " A", "A\u00a0", "é", "a\u200bb", "K0000001", "UPN12345678901", "Sampleshire", "a text that is longer than others", "-7", "q) 6: Police"}),
		rapid.SampledFrom([]string{"2019-05-02", "2019-02-30", "2019-05-02 10:15", "2019-05-02 00:00", "2019-05-02T10:15", "2019-05-02 1:15", "02/05/2019", "5/13/2019", "2/5/2019 10:15:30", "43587", "2-May-2019"}),
		rapid.StringMatching(`[12][0-9]{3}-[01][0-9]-[0-3][0-9]( [0-2][0-9]:[0-6][0-9])?`),
		rapid.StringMatching(`[A-C]?[0-9]{0,3}`),
	)
	known := map[string]string{"a": "A1", "b": "B"}
	field := &schemas.Field{Name: "f", Type: schemas.TypeCode}
	rapid.Check(t, func(t *rapid.T) {
		own := base{exact: rapid.Bool().Draw(t, "exact"), names: rapid.Bool().Draw(t, "names")}
		var make func() cellReader
		switch rapid.IntRange(0, 6).Draw(t, "kind") {
		case 0, 1:
			options := &Options{}
			if rapid.Bool().Draw(t, "spelt") {
				options.Values = map[string]map[string]string{"f": known}
			}
			make = func() cellReader {
				c := &codeColumn{base: own, dictionary: table.NewDictionary(), own: rapid.Bool().Draw(t, "own"), field: field}
				c.beginFile(options)
				return c
			}
		case 2:
			make = func() cellReader { c := newTextColumn(false); c.base = own; return c }
		case 3:
			make = func() cellReader { return &integerColumn{base: own, whole: own.names} }
		case 4:
			make = func() cellReader { return &decimalColumn{base: own} }
		default:
			timed, iso := rapid.Bool().Draw(t, "timed"), rapid.Bool().Draw(t, "iso")
			declared := rapid.SampledFrom([]DateOrder{Undeclared, DayFirst, MonthFirst}).Draw(t, "declared")
			make = func() cellReader {
				c := newDateColumn(timed)
				c.base, c.iso, c.declared = own, iso, declared
				return c
			}
		}
		runs, single := make().(column), make().(column)
		for range rapid.IntRange(1, 3).Draw(t, "windows") {
			text := &table.Text{Columns: 1, Plain: true}
			of := cell
			if rapid.Bool().Draw(t, "tidy") {
				of = rapid.OneOf(rapid.StringMatching(`[A-C]?[0-9]{0,3}`), rapid.StringMatching(`[12][0-9]{3}-[01][0-9]-[0-3][0-9]( [0-2][0-9]:[0-6][0-9])?`), rapid.Just("é"))
			}
			cells := rapid.SliceOfN(of, 1, 600).Draw(t, "cells")
			for row, value := range cells {
				text.Begin = append(text.Begin, uint32(len(text.Data)))
				text.Data = append(text.Data, value...)
				text.End, text.Lines = append(text.End, uint32(len(text.Data))), append(text.Lines, uint32(row+2))
				text.Plain = text.Plain && isASCII([]byte(value))
			}
			standsForItself := func(value string) bool {
				from, to := trim([]byte(value))
				return from == 0 && to == len(value) && !strings.ContainsAny(value, ".+") && (value == "" || value[0] != '=' && value[0] != '#')
			}
			text.Tidy = rapid.Bool().Draw(t, "looked at") && !slices.ContainsFunc(cells, func(value string) bool { return !standsForItself(value) })
			runs.add(text, 0)
			// A mark of no cell keeps the cells from being ordinary.
			text.Marks = []table.Mark{{Cell: uint32(len(text.Begin)), Kind: table.NUL}}
			single.add(text, 0)
		}
		if got, want := runs.common().sightings, single.common().sightings; !slices.Equal(got, want) {
			t.Fatalf("sightings %v, want %v", got, want)
		}
		if got, want := runs.common().kept, single.common().kept; !slices.Equal(got, want) {
			t.Fatalf("kept %v, want %v", got, want)
		}
		runs.endFile()
		single.endFile()
		got, want := runs.build(), single.build()
		if got.Layout != want.Layout || got.Clock != want.Clock || got.Midnight != want.Midnight || !slices.Equal(got.Kept, want.Kept) {
			t.Fatalf("column %+v, want %+v", got, want)
		}
		if !array.Equal(got.Array, want.Array) || fmt.Sprint(got.Time) != fmt.Sprint(want.Time) {
			t.Fatalf("values %v %v, want %v %v", got.Array, got.Time, want.Array, want.Time)
		}
		gotCodes, gotTexts := got.Codes()
		if wantCodes, wantTexts := want.Codes(); gotTexts != nil && (!slices.Equal(gotCodes, wantCodes) || !array.Equal(gotTexts, wantTexts)) {
			t.Fatalf("codes %v of %v, want %v of %v", gotCodes, gotTexts, wantCodes, wantTexts)
		}
	})
}

func TestBitsMoveAndAreCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.Bool(), 1, 200).Draw(t, "bits")
		bitmap := make([]byte, (len(want)+7)/8)
		for i, bit := range want {
			if bit {
				setBits(bitmap, i, i+1)
			}
		}
		end := rapid.IntRange(0, len(want)).Draw(t, "end")
		from := rapid.IntRange(0, end).Draw(t, "from")
		to := rapid.IntRange(0, from).Draw(t, "to")
		copy(want[to:], want[from:end])
		moveBits(bitmap, to, from, end)
		if rapid.Bool().Draw(t, "set") {
			for i := range want[to:end] {
				want[to+i] = true
			}
			setBits(bitmap, to, end)
		}
		first, set := rapid.IntRange(0, len(want)).Draw(t, "first"), 0
		for i, bit := range want {
			if got := bitmap[i>>3]>>(i&7)&1 == 1; got != bit {
				t.Fatalf("bit %d is %v", i, got)
			}
			if bit && i < first {
				set++
			}
		}
		if got := countBits(bitmap, first); got != set {
			t.Fatalf("counted %d, want %d", got, set)
		}
	})
}

func TestColumnsOfLongTextsAreReadInRuns(t *testing.T) {
	for value, remembers := range map[string]bool{"REFERRAL": true, "": true, "a text that is longer than others": false, " NFA": false} {
		text := &table.Text{Columns: 1, Plain: true}
		for row := range 100 {
			text.Begin = append(text.Begin, uint32(len(text.Data)))
			text.Data = append(text.Data, value...)
			text.End, text.Lines = append(text.End, uint32(len(text.Data))), append(text.Lines, uint32(row+2))
		}
		text.Data = append(text.Data, make([]byte, rememberedBytes)...)
		c := &codeColumn{dictionary: table.NewDictionary(), field: &schemas.Field{Name: "f", Type: schemas.TypeCode}}
		c.beginFile(&Options{})
		for range 2 {
			c.add(text, 0)
		}
		if c.recent.full() == remembers {
			t.Errorf("%q: remembered %v, want %v", value, !remembers, remembers)
		}
	}
}
