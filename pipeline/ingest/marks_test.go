package ingest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"frontdoor/schemas/table"
)

// withBlock returns data with a block of zeros behind it.
func withBlock(data []byte) []byte { return append(data, make([]byte, block)...)[:len(data)] }

func TestMarksStandWhereCellsEndAndAtQuotes(t *testing.T) {
	able := wide
	defer func() { wide = able }()
	rapid.Check(t, func(t *rapid.T) {
		separator := rapid.SampledFrom(Separators).Draw(t, "separator")
		alphabet := []byte{separator, separator, '\n', '"', 'a', '7', ' ', '\r', 0, 0x80, 0xff, '!', '#', '+', '-', ';', '\t', '\v'}
		data := withBlock(rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 400).Draw(t, "data"))
		for _, wide = range []bool{able, false} {
			all, _ := markBlocks(nil, data, separator)
			for i, b := range data {
				ends, quotes := all[i/block].ends>>(i%block)&1 == 1, all[i/block].quotes>>(i%block)&1 == 1
				if (b == separator || b == '\n') && !ends || b == '"' && !quotes || wide && (ends != (b == separator || b == '\n') || quotes != (b == '"')) {
					t.Fatalf("byte %d, %q: ends a cell %v, is a quote %v", i, b, ends, quotes)
				}
			}
			for i := len(data); i < len(all)*block; i++ {
				if all[i/block].ends>>(i%block)&1 == 1 {
					t.Fatalf("byte %d behind the data ends a cell", i)
				}
			}
		}
	})
}

// tidySink looks at the cells of tidy windows.
type tidySink struct {
	t    *rapid.T
	tidy int
}

func (s *tidySink) Header([]string, int) error { return nil }

func (s *tidySink) Batch(text *table.Text) error {
	defer text.Release()
	if !text.Tidy {
		return nil
	}
	s.tidy++
	solid := func(b byte) bool { return b > ' ' && b < 0x7f }
	for i, begin := range text.Begin {
		cell := text.Data[begin:text.End[i]]
		if len(cell) > 0 && (!solid(cell[0]) || !solid(cell[len(cell)-1]) || cell[0] == '=' || cell[0] == '#' || bytes.ContainsAny(cell, ".+")) {
			s.t.Fatalf("a tidy window has the cell %q", cell)
		}
	}
	return nil
}

func TestCellsOfTidyWindowsStandForThemselves(t *testing.T) {
	if !wide {
		t.Skip("this processor does not look at 32 bytes at once")
	}
	tidy := 0
	rapid.Check(t, func(t *rapid.T) {
		separator := rapid.SampledFrom([]string{",", "\t"}).Draw(t, "separator")
		cell := rapid.OneOf(rapid.StringMatching(`[A-Z0-9-]{0,12}`), rapid.StringMatching(`[0-9]{2} [a-z]{1,20}`), rapid.Just(`"a, ""b"""`))
		if rapid.Bool().Draw(t, "odd") {
			odd := rapid.SampledFrom([]string{" a", "a ", "=1", "#N/A", "6.0", "1E+9", `" a"`, `"a "`, `"a" `, "a\r", "\ta", "\u00a0a", "a\u00a0", `""""`, `""" a"`, `"a"" "`, "\"a\n b\"", "\"a\n\"", "\"\r\na\"", "\"a\t\"", "\"\ta\"", "\"\""}).Draw(t, "odd cell") // of one kind: others must not hide it
			cell = rapid.OneOf(cell, cell, cell, cell, rapid.Just(odd))
		}
		ends := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "line end")
		lines := []string{strings.Join([]string{"first", "second", "third"}, separator)}
		for range rapid.IntRange(0, 40).Draw(t, "records") {
			lines = append(lines, strings.Join(rapid.SliceOfN(cell, 3, 3).Draw(t, "cells"), separator))
		}
		text := strings.Join(lines, ends)
		if rapid.Bool().Draw(t, "ended") {
			text += ends
		}
		sink := &tidySink{t: t}
		options := Options{Limits: Limits{Window: rapid.IntRange(60, 600).Draw(t, "window")}, Workers: rapid.IntRange(1, 3).Draw(t, "workers"), Separator: separator[0]}
		if _, err := ReadCSV(t.Context(), strings.NewReader(text), options, sink); err != nil {
			t.Skip(fmt.Sprint(err))
		}
		tidy += sink.tidy
	})
	if tidy == 0 {
		t.Error("no window was tidy")
	}
}
