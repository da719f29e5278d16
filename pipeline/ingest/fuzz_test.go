package ingest

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"frontdoor/schemas/table"
)

var seeds = []string{
	"a,b\n1,2\n", "a,b\r\n\"1\",\"2\r\n2\"\r\n", "a\n\"\"\n\n1", "a,b\n\"x\"\"y\",\n", "\"a \"\"b\"\"\",c\n1,2\n", "a,b,,\n1,2,,\n", "a,b\n1\n1,2,3\n",
	"a,b\n1,\"2\n3,4\n\"5\",6\n", "a,b\n\"1\"x,2\n", "a,b\n1\"1,2\n", "a,b\n\x001,2\n", "\xef\xbb\xbfa,b\n1,2", "a;b\n", "a,b\n1,\"",
	"contact,child,received\n" + strings.Repeat("K0000001,C17,2019-05-02\n\"K2\",\"a \"\"b\"\",\"x,\n\"\r\n,,\n", 4), // longer than a block
}

// readBothWays reads a text the way the processor is able to and again as one that cannot look at 32 bytes at once, which
// must be the same.
func readBothWays(t *testing.T, text string, options Options) (*collector, Report, error) {
	got := &collector{}
	report, err := ReadCSV(t.Context(), strings.NewReader(text), options, got)
	able := wide
	defer func() { wide = able }()
	wide = false
	narrow := &collector{}
	narrowReport, narrowErr := ReadCSV(t.Context(), strings.NewReader(text), options, narrow)
	if !reflect.DeepEqual(got, narrow) || report != narrowReport || (err == nil) != (narrowErr == nil) {
		t.Fatalf("32 bytes at once\n%+v\nand eight\n%+v", got, narrow)
	}
	return got, report, err
}

// FuzzAgainstEncodingCSV holds the reader against encoding/csv where that is right: UTF-8 text without a byte
// order mark, NUL bytes or lines of blanks, whose every record it accepts and whose header ends in a name.
func FuzzAgainstEncodingCSV(f *testing.F) {
	for _, s := range seeds {
		f.Add(s, 7)
	}
	f.Fuzz(func(t *testing.T, text string, window int) {
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\ufeff") || refuseBinary([]byte(text)) != nil {
			return
		}
		for line := range strings.Lines(text) {
			if strings.Trim(line, " ,\t\r\n") == "" && line != "\n" && line != "\r\n" {
				return
			}
		}
		r := csv.NewReader(strings.NewReader(text))
		var want []record
		for {
			cells, err := r.Read()
			if err != nil && !errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				break
			}
			line, _ := r.FieldPos(0)
			want = append(want, record{line: line, cells: cells})
		}
		if len(want) == 0 || strings.TrimSpace(want[0].cells[len(want[0].cells)-1]) == "" {
			return
		}
		got, report, err := readBothWays(t, text, Options{Separator: ',', Limits: Limits{Window: window % 200}, Workers: 1 + window&3})
		if errors.Is(err, ErrHeader) || report.LineEnds == "CR" || report.Encoding != UTF8 {
			return
		}
		for _, fault := range got.faults {
			switch fault.Kind {
			case table.BlankLines:
			case table.Total, table.HeaderAgain, table.OtherHeader:
				return
			default:
				t.Fatalf("fault %v", fault)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		got.records = append([]record{{line: got.line, cells: got.header}}, got.records...)
		for _, rec := range got.records {
			for i := range rec.cells {
				rec.cells[i] = strings.ReplaceAll(rec.cells[i], "\r\n", "\n") // as encoding/csv does inside quotes
			}
		}
		if !reflect.DeepEqual(got.records, want) {
			t.Fatalf("got  %+v\nwant %+v", got.records, want)
		}
	})
}

// FuzzEveryLineIsSomewhere checks of any text that window sizes do not matter, and that every line after the
// header is in one record, one fault or blank.
func FuzzEveryLineIsSomewhere(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), 3)
	}
	f.Fuzz(func(t *testing.T, text []byte, window int) {
		limits := Limits{Field: 20, Columns: 10}
		whole, report, err := readBothWays(t, string(text), Options{Limits: limits, Workers: 1})
		limits.Window = 1 + (window&0xffff)%200
		parts := &collector{}
		reportOfParts, errOfParts := ReadCSV(context.Background(), bytes.NewReader(text), Options{Limits: limits, Workers: 1 + window>>8&3}, parts)
		if err != nil && errOfParts != nil {
			return // which of a file's faults is met first may depend on the windows
		}
		if err != nil || errOfParts != nil {
			t.Fatalf("whole: %v, in parts: %v", err, errOfParts)
		}
		if !reflect.DeepEqual(whole, parts) || report != reportOfParts {
			t.Fatalf("whole\n%+v\nin parts\n%+v", whole, parts)
		}
		covered := map[int]int{}
		for _, r := range whole.records {
			covered[r.line]++
		}
		rejected := 0
		for _, fault := range whole.faults {
			if fault.Kind.Rejects() {
				rejected++
			}
			switch fault.Kind {
			case table.Stray, table.BlankLines, table.Title:
			default:
				covered[fault.Line]++
			}
		}
		if rejected != report.Rejected {
			t.Errorf("%d records were rejected, the report says %d", rejected, report.Rejected)
		}
		lines := bytes.Count(text, []byte("\n")) + bytes.Count(text, []byte("\r")) + 1
		for line, times := range covered {
			if times != 1 || line <= whole.headers[0] || line > lines {
				t.Errorf("line %d of %d begins %d records", line, lines, times)
			}
		}
	})
}
