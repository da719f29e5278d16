package ingest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"frontdoor/schemas/table"
)

// named knows a few columns.
func named(name string) bool {
	return slices.Contains([]string{"child id", "contact date", "source", "note"}, strings.ToLower(strings.TrimSpace(name)))
}

func TestReadCSVTellsTheDialect(t *testing.T) {
	const header = "Child ID,Contact date,Source"
	fault := func(kind table.FaultKind, line int, text string) table.Fault {
		return table.Fault{Kind: kind, Line: line, Text: text}
	}
	blank := func(line, lines int) table.Fault {
		return table.Fault{Kind: table.BlankLines, Line: line, Cells: lines}
	}
	row := func(line int, cells ...string) record { return record{line: line, cells: cells} }
	for name, c := range map[string]struct {
		text      string
		separator byte // declared
		is        byte
		ends      string
		header    int
		records   []record
		faults    []table.Fault
	}{
		"semicolons":              {text: "Child ID;Contact date;Source\n1;2,5;\"3;4\"\n", is: ';', records: []record{row(2, "1", "2,5", "3;4")}},
		"tabs":                    {text: "Child ID\tContact date\tSource\r\n1\t\t3\r\n", is: '\t', ends: "CRLF", records: []record{row(2, "1", "", "3")}},
		"pipes":                   {text: "Child ID|Contact date|Source\n1|2|3\n", is: '|', records: []record{row(2, "1", "2", "3")}},
		"commas inside names":     {text: "Child ID;Date, of contact;Source\n1;2;3\n", is: ';', records: []record{row(2, "1", "2", "3")}},
		"declared":                {text: "a,b;c,d\n1,2;3,4\n", separator: ';', is: ';', records: []record{row(2, "1,2", "3,4")}},
		"CR":                      {text: header + "\r1,2,3\r\"4\r4\",5,6\r7,8,9", ends: "CR", records: []record{row(2, "1", "2", "3"), row(3, "4\n4", "5", "6"), row(5, "7", "8", "9")}},
		"CR mostly":               {text: header + "\r1,2,3\r4,5,6\n7,8,9\r\n1,2,3\r", ends: "CR", records: []record{row(2, "1", "2", "3"), row(3, "4", "5", "6"), row(4, "7", "8", "9"), row(5, "1", "2", "3")}},
		"titles":                  {text: "Contacts, six months\nRun on 1 May; by the team\n\n" + header + "\n1,2,3\n", header: 4, records: []record{row(5, "1", "2", "3")}, faults: []table.Fault{fault(table.Title, 1, "Contacts, six months"), fault(table.Title, 2, "Run on 1 May; by the team")}},
		"titles over semicolons":  {text: "A, B, C, D, E\nChild ID;Contact date;Source\n1;2;3\n", is: ';', header: 2, records: []record{row(3, "1", "2", "3")}, faults: []table.Fault{fault(table.Title, 1, "A, B, C, D, E")}},
		"a record like a header":  {text: "Number,Day,Who\n1,2,source\n3,4,note\n", records: []record{row(2, "1", "2", "source"), row(3, "3", "4", "note")}},
		"total":                   {text: header + "\n1,2,3\nTotal,,1\n", records: []record{row(2, "1", "2", "3")}, faults: []table.Fault{fault(table.Total, 3, "Total,,1")}},
		"total behind blanks":     {text: header + "\n1,2,3\n\n, Grand total: ,\n", records: []record{row(2, "1", "2", "3")}, faults: []table.Fault{blank(3, 1), fault(table.Total, 4, ", Grand total: ,")}},
		"total in one cell":       {text: header + "\n1,2,3\nTotal records: 1\n", records: []record{row(2, "1", "2", "3")}, faults: []table.Fault{fault(table.Total, 3, "Total records: 1")}},
		"a name like a total":     {text: header + "\nTotalski,2019-01-01,6\nTotal,2019-01-01,6\n", records: []record{row(2, "Totalski", "2019-01-01", "6"), row(3, "Total", "2019-01-01", "6")}},
		"header again":            {text: header + "\n1,2,3\nCHILD ID,contact date,Source\n4,5,6\n", records: []record{row(2, "1", "2", "3"), row(4, "4", "5", "6")}, faults: []table.Fault{fault(table.HeaderAgain, 3, "CHILD ID,contact date,Source")}},
		"header in another order": {text: header + "\n1,2,3\nSource,Child ID\n6,5\n", header: 3, records: []record{row(2, "1", "2", "3"), row(4, "6", "5")}, faults: []table.Fault{fault(table.OtherHeader, 3, "Source,Child ID")}},
		"other header at the end": {text: header + "\n1,2,3\nSource,Child ID", header: 3, records: []record{row(2, "1", "2", "3")}, faults: []table.Fault{fault(table.OtherHeader, 3, "Source,Child ID")}},
		"rows of separators":      {text: header + "\n,,\n1,2,3\n,,,,\n;\n,,\n", records: []record{row(3, "1", "2", "3")}, faults: []table.Fault{blank(2, 1), blank(4, 1), {Kind: table.Ragged, Line: 5, Cells: 1, Text: ";"}}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, size := range windowSizes {
				got := &collector{}
				report, err := ReadCSV(t.Context(), strings.NewReader(c.text), Options{Known: named, Separator: c.separator, Limits: Limits{Window: size}}, got)
				if err != nil {
					t.Fatal(err)
				}
				is, ends, header := max(c.is, ','), c.ends, max(c.header, 1)
				if c.is == '\t' {
					is = '\t'
				}
				if ends == "" {
					ends = "LF"
				}
				if report.Separator != is || report.LineEnds != ends || got.line != header {
					t.Errorf("window %d: %+v, header on line %d", size, report, got.line)
				}
				if !reflect.DeepEqual(got.records, c.records) || !reflect.DeepEqual(got.faults, c.faults) {
					t.Errorf("window %d: records\n%+v\n%+v, want\n%+v\n%+v", size, got.records, got.faults, c.records, c.faults)
				}
			}
		})
	}
}

// encoded writes a text in UTF-16.
func encoded(text string, order binary.AppendByteOrder) (out []byte) {
	for _, unit := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

func TestDigestTellsTheEncoding(t *testing.T) {
	const text = "a,b\n1,Zoë 😀\n2,–\n"
	ascii := strings.Repeat("1,x\n", 300_000) // longer than one block
	for name, c := range map[string]struct {
		bytes    []byte
		declared Encoding
		want     Encoding
		says     string // of the error
	}{
		"UTF-8":                         {bytes: []byte(text), want: UTF8},
		"ASCII":                         {bytes: []byte("a,b\n" + ascii), want: UTF8},
		"UTF-8 with a mark":             {bytes: []byte("\xef\xbb\xbf" + text), want: UTF8},
		"UTF-16, little end":            {bytes: encoded("\ufeff"+text, binary.LittleEndian), want: UTF16LE},
		"UTF-16, big end":               {bytes: encoded("\ufeff"+text, binary.BigEndian), want: UTF16BE},
		"UTF-16 without a mark":         {bytes: encoded(text, binary.LittleEndian), want: UTF16LE},
		"UTF-16, big end, no mark":      {bytes: encoded(text, binary.BigEndian), want: UTF16BE},
		"Windows-1252":                  {bytes: []byte("a,b\n1,Zo\xeb\n2,\x96\n"), want: Windows1252},
		"Windows-1252 far behind":       {bytes: []byte("a,b\n" + ascii + "2,Zo\xeb\n"), want: Windows1252},
		"cut off inside a letter":       {bytes: []byte("a,b\n1,Zo\xc3"), says: "cut off"},
		"UTF-8 with a broken letter":    {bytes: []byte("a,b\n1,Zoë Zoë Zoë\n2,Zo\xeb\n"), says: "line 3"},
		"neither":                       {bytes: []byte("a,b\n1,Zo\xeb\n2,\x81\n"), says: "neither"},
		"neither, but declared":         {bytes: []byte("a,b\n1,Zo\xeb\n"), declared: Windows1252, want: Windows1252},
		"a letter between two blocks":   {bytes: []byte(strings.Repeat("x", 256<<10-1) + "ë\n"), want: UTF8},
		"1252 between two blocks":       {bytes: []byte(strings.Repeat("x", 256<<10-1) + "\xeb\n"), want: Windows1252},
		"1252 that looks like a letter": {bytes: []byte("a\n\xc3\xab\n\xeb\n\xeb\n"), want: Windows1252},
	} {
		t.Run(name, func(t *testing.T) {
			root, place := written(t, "x.csv", c.bytes)
			sum, err := Digest(t.Context(), root, place, c.declared, Limits{})
			switch {
			case c.says != "" && (!errors.Is(err, ErrEncoding) || !strings.Contains(err.Error(), c.says)):
				t.Errorf("error %v, want one that says %q", err, c.says)
			case c.says == "" && (err != nil || sum.Encoding != c.want):
				t.Errorf("encoding %q, error %v, want %q", sum.Encoding, err, c.want)
			}
		})
	}
}

// written writes a file and opens its folder.
func written(t testing.TB, name string, bytes []byte) (*os.Root, Place) {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, name), bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root, Place{Name: name}
}

func TestEveryEncodingReadsTheSame(t *testing.T) {
	text := strings.ReplaceAll(string(contactsText(3000)), "EMO", "Zoë 😀")
	want, _, err := readText(t, text, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for encoding, bytes := range map[Encoding][]byte{
		UTF8: []byte("\xef\xbb\xbf" + text), UTF16LE: encoded("\ufeff"+text, binary.LittleEndian), UTF16BE: encoded(text, binary.BigEndian),
	} {
		got := &collector{}
		root, place := written(t, "x.csv", bytes)
		report, err := Read(t.Context(), root, place, Options{Encoding: encoding, Limits: Limits{Window: 1000}}, got)
		if err != nil || report.Encoding != encoding || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, error %v, or other records", encoding, report, err)
		}
	}
}

func TestWindows1252(t *testing.T) {
	got := &collector{}
	if _, err := ReadCSV(t.Context(), bytes.NewReader([]byte("a,b\n\x80,Zo\xeb\x96\n")), Options{Encoding: Windows1252}, got); err != nil {
		t.Fatal(err)
	}
	if want := []record{{line: 2, cells: []string{"€", "Zoë–"}}}; !reflect.DeepEqual(got.records, want) {
		t.Errorf("records %+v", got.records)
	}
	if _, err := ReadCSV(t.Context(), strings.NewReader("a\n\x81\n"), Options{Encoding: Windows1252}, got); !errors.Is(err, ErrEncoding) {
		t.Errorf("error %v for a byte that Windows-1252 does not have", err)
	}
}
