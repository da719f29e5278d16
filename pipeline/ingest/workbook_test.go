package ingest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"frontdoor/schemas/table"
)

// book is a workbook to be written: sheets as the XML inside <worksheet>.
type book struct {
	sheets   []string // "name" or "name hidden"
	xml      []string
	strings  string
	styles   string
	settings string // attributes of workbookPr
}

// bytes writes the workbook.
func (b book) bytes(t testing.TB) []byte {
	t.Helper()
	var names, relations strings.Builder
	parts := map[string]string{}
	for i, name := range b.sheets {
		name, hidden := strings.CutSuffix(name, " hidden")
		state := ""
		if hidden {
			state = ` state="veryHidden"`
		}
		fmt.Fprintf(&names, `<sheet name="%s" sheetId="%d"%s r:id="rId%d"/>`, name, i+1, state, i+1)
		fmt.Fprintf(&relations, `<Relationship Id="rId%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, i+1)
		parts[fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1)] = `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + b.xml[i] + `</worksheet>`
	}
	parts["xl/workbook.xml"] = `<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr ` + b.settings + `/><sheets>` + names.String() + `</sheets></workbook>`
	parts["xl/_rels/workbook.xml.rels"] = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + relations.String() + `</Relationships>`
	parts["xl/sharedStrings.xml"] = `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + b.strings + `</sst>`
	parts["xl/styles.xml"] = `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + b.styles + `</styleSheet>`
	return zipped(t, parts)
}

// zipped writes an archive.
func zipped(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range parts {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const dateStyles = `<numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy;@"/><numFmt numFmtId="165" formatCode="00000"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="22"/></cellXfs>`

func readBook(t testing.TB, b book, options Options) (*collector, Report, error) {
	t.Helper()
	root, place := written(t, "x.xlsx", b.bytes(t))
	place.Sheet = strings.TrimSuffix(b.sheets[0], " hidden")
	c := &collector{}
	report, err := Read(t.Context(), root, place, options, c)
	return c, report, err
}

func TestSheetCells(t *testing.T) {
	b := book{
		sheets: []string{"S"}, styles: dateStyles,
		strings: `<si><t>Name</t></si><si><r><t>Zo</t></r><r><t>ë &amp; Co</t></r><rPh><t>no</t></rPh></si><si/><si><t xml:space="preserve"> x </t></si>`,
		xml: []string{`<sheetData>
<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>Day</t></is></c><c r="C1" t="str"><v>Number</v></c></row>
<row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2" s="1"><v>44090</v></c><c r="C2"><v>6.1382614647501708</v></c></row>
<row r="3"><c r="A3" t="s"><v>2</v></c><c r="B3" s="2"><v>1</v></c><c r="C3"><v>9.43E+9</v></c></row>
<row r="5"><c r="A5" t="s"><v>3</v></c><c r="B5" s="4"><v>44090.604166666664</v></c><c r="C5" s="3"><v>123</v></c></row>
<row><c t="b"><v>1</v></c><c s="1"><v>60</v></c><c t="e"><v>#N/A</v></c></row>
<row r="7"><c r="B7"><v>59</v></c><c r="C7"><v>1234567890123456789</v></c></row>
<row r="8"><c r="A8"><f>B8*2</f></c><c r="B8" s="1"><f>1+1</f><v>59</v></c><c r="C8"><v>-1.5</v></c></row>
</sheetData>`},
	}
	got, report, err := readBook(t, b, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []record{
		{line: 2, cells: []string{"Zoë & Co", "2020-09-16", "6.13826146475017"}},
		{line: 3, cells: []string{"", "1900-01-01", "9430000000"}},
		{line: 5, cells: []string{" x ", "2020-09-16 14:30", "00123"}},
		{line: 6, cells: []string{"TRUE", "60", "#N/A"}},
		{line: 7, cells: []string{"", "59", "1234567890123456789"}, nul: []int{2}},
		{line: 8, cells: []string{"", "1900-02-28", "-1.5"}, nul: []int{0}},
	}
	if !reflect.DeepEqual(got.records, want) {
		t.Errorf("records\n%+v, want\n%+v", got.records, want)
	}
	faults := []table.Fault{
		{Kind: table.BlankLines, Line: 4, Cells: 1},
		{Kind: table.Computed, Line: 8, Column: 0, Cells: 1}, {Kind: table.Computed, Line: 8, Column: 1, Cells: 1},
		{Kind: table.Numbers, Line: 7, Column: 1, Cells: 1}, {Kind: table.Numbers, Line: 2, Column: 2, Cells: 5},
	}
	if !reflect.DeepEqual(got.faults, faults) {
		t.Errorf("faults\n%+v, want\n%+v", got.faults, faults)
	}
	if report.Records != 6 || report.Columns != 3 {
		t.Errorf("report %+v", report)
	}
}

func TestWhatASheetHides(t *testing.T) {
	text := func(cells ...string) string {
		var b strings.Builder
		for _, c := range cells {
			fmt.Fprintf(&b, `<c t="inlineStr"><is><t>%s</t></is></c>`, c)
		}
		return b.String()
	}
	b := book{
		sheets: []string{"S hidden"}, styles: dateStyles, settings: `date1904="1"`,
		xml: []string{`<sheetPr filterMode="1"/><cols><col min="2" max="2" hidden="1"/></cols><sheetData>
<row r="1">` + text("Contacts of the year") + `</row>
<row r="3">` + text("Child ID", "Contact date", "Source") + `</row>
<row r="4" hidden="1">` + text("1") + `<c s="1"><v>0</v></c>` + text("6") + `</row>
<row r="5" hidden="1">` + text("2") + `</row>
<row r="6">` + text("3", "", "", "4") + `</row>
<row r="7">` + text("child id", "contact date", "source") + `</row>
<row r="8">` + text("Total", "", "2") + `</row>
<row r="9">` + text("Source", "Child ID") + `</row>
<row r="10">` + text("6", "9") + `</row>
<row r="11" hidden="1"><c s="1"/></row>
</sheetData><mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="A4:A5"/></mergeCells>`},
	}
	got, _, err := readBook(t, b, Options{Known: named})
	if err != nil {
		t.Fatal(err)
	}
	want := []record{{line: 4, cells: []string{"1", "1904-01-01", "6"}}, {line: 5, cells: []string{"2", "", ""}}, {line: 10, cells: []string{"6", "9"}}}
	if !reflect.DeepEqual(got.records, want) {
		t.Errorf("records\n%+v, want\n%+v", got.records, want)
	}
	faults := []table.Fault{
		{Kind: table.Title, Line: 1, Text: "Contacts of the year"},
		{Kind: table.Ragged, Line: 6, Cells: 4, Text: "3,4"},
		{Kind: table.HeaderAgain, Line: 7, Text: "child id,contact date,source"},
		{Kind: table.Total, Line: 8, Text: "Total,2"},
		{Kind: table.OtherHeader, Line: 9, Text: "Source,Child ID"},
		{Kind: table.HiddenSheet, Line: 3}, {Kind: table.Filtered, Line: 3}, {Kind: table.Epoch1904, Line: 3},
		{Kind: table.HiddenRows, Line: 4, Cells: 2}, {Kind: table.HiddenColumn, Line: 3, Column: 1},
		{Kind: table.Merged, Line: 4, Text: "A4:A5"},
	}
	if !reflect.DeepEqual(got.faults, faults) {
		t.Errorf("faults\n%+v, want\n%+v", got.faults, faults)
	}
}

func TestWorkbooksThatAreRefused(t *testing.T) {
	good := `<sheetData><row r="1"><c t="inlineStr"><is><t>a</t></is></c></row></sheetData>`
	for name, c := range map[string]struct {
		xml    string
		limits Limits
		want   error
	}{
		"no rows":             {`<sheetData/>`, Limits{}, ErrEmpty},
		"numbers as header":   {`<sheetData><row><c><v>1</v></c></row></sheetData>`, Limits{}, ErrHeader},
		"document type":       {`<!DOCTYPE x [<!ENTITY a "b">]>` + good, Limits{}, ErrDamaged},
		"unknown entity":      {`<sheetData><row><c t="str"><v>&a;</v></c></row></sheetData>`, Limits{}, ErrDamaged},
		"rows out of order":   {`<sheetData><row r="5"/><row r="3"/></sheetData>`, Limits{}, ErrDamaged},
		"cells out of order":  {`<sheetData><row r="1"><c r="B1"/><c r="A1"/></row></sheetData>`, Limits{}, ErrDamaged},
		"not closed":          {`<sheetData><row r="1"><c r="A1"`, Limits{}, ErrDamaged},
		"too many columns":    {`<sheetData><row><c r="A1" t="str"><v>a</v></c><c r="F1" t="str"><v>b</v></c></row></sheetData>`, Limits{Columns: 5}, ErrLimit},
		"text past the limit": {`<sheetData><row><c t="str"><v>` + strings.Repeat("x", 200_000) + `</v></c></row></sheetData>`, Limits{Record: 100_000}, ErrLimit},
		"more than may be":    {good + strings.Repeat(" ", 200), Limits{Unpacked: 300}, ErrLimit},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := readBook(t, book{sheets: []string{"S"}, xml: []string{c.xml}}, Options{Limits: c.limits})
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
}

func TestFind(t *testing.T) {
	csv := "a,b\n1,2\n"
	workbook := string(book{sheets: []string{"List 1", "Notes hidden"}, xml: []string{"<sheetData/>", "<sheetData/>"}}.bytes(t))
	packed := func(text string) []byte {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		_, err := w.Write([]byte(text))
		if err := errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	bomb := string(zipped(t, map[string]string{"bomb.csv": "a\n" + strings.Repeat("0\n", 20<<20)}))
	protected := zipped(t, map[string]string{"a.csv": csv})
	for i := range protected { // the flag of encryption, in the local header and in the directory
		if bytes.HasPrefix(protected[i:], []byte("PK\x03\x04")) {
			protected[i+6] |= 1
		}
		if bytes.HasPrefix(protected[i:], []byte("PK\x01\x02")) {
			protected[i+8] |= 1
		}
	}
	large := make([]byte, 6<<20) // a compound file whose directory lies behind what is read of it
	copy(large, oldOffice)
	large[sectorShiftAt] = 9
	binary.LittleEndian.PutUint32(large[directoryAt:], 10_000)
	copy(large[10_001<<9:], encoded("EncryptedPackage", binary.LittleEndian))
	for name, c := range map[string]struct {
		bytes  []byte
		limits Limits
		want   []string // places
		fails  error
	}{
		"text":                  {bytes: []byte(csv), want: []string{"x"}},
		"gzip":                  {bytes: packed(csv), want: []string{"x"}},
		"archive":               {bytes: zipped(t, map[string]string{"b/a.csv": csv, "__MACOSX/a.csv": csv, ".hidden": csv}), want: []string{"x!b/a.csv"}},
		"workbook":              {bytes: []byte(workbook), want: []string{"x!List 1", "x!Notes"}},
		"workbook in archive":   {bytes: zipped(t, map[string]string{"w.xlsx": workbook}), want: []string{"x!w.xlsx!List 1", "x!w.xlsx!Notes"}},
		"archive in archive":    {bytes: zipped(t, map[string]string{"i.zip": string(zipped(t, map[string]string{"a.csv": csv}))}), want: []string{"x!i.zip"}, fails: ErrLimit},
		"archive in archive, 2": {bytes: zipped(t, map[string]string{"i.zip": string(zipped(t, map[string]string{"a.csv": csv}))}), limits: Limits{Depth: 2}, want: []string{"x!i.zip!a.csv"}},
		"gzip in archive":       {bytes: zipped(t, map[string]string{"a.csv.gz": string(packed(csv))}), limits: Limits{Depth: 2}, want: []string{"x!a.csv.gz"}},
		"too many members":      {bytes: zipped(t, map[string]string{"a.csv": csv, "b.csv": csv}), limits: Limits{Members: 1}, want: []string{"x"}, fails: ErrLimit},
		"too many sheets":       {bytes: []byte(workbook), limits: Limits{Sheets: 1}, want: []string{"x"}, fails: ErrLimit},
		"too large a workbook":  {bytes: zipped(t, map[string]string{"w.xlsx": workbook}), limits: Limits{Held: 100}, want: []string{"x!w.xlsx"}, fails: ErrLimit},
		"unpacks to too much":   {bytes: []byte(bomb), limits: Limits{Unpacked: 1 << 20}, want: []string{"x"}, fails: ErrLimit},
		"password":              {bytes: protected, want: []string{"x!a.csv"}, fails: ErrProtected},
		"cut off archive":       {bytes: zipped(t, map[string]string{"a.csv": csv})[:40], want: []string{"x"}, fails: ErrDamaged},
		"cut off gzip":          {bytes: packed(csv)[:12], want: []string{"x"}, fails: ErrDamaged},
		"no bytes":              {bytes: nil, want: []string{"x"}, fails: ErrEmpty},
		"binary workbook":       {bytes: zipped(t, map[string]string{"xl/workbook.bin": "x"}), want: []string{"x"}, fails: ErrBinary},
		"OpenDocument":          {bytes: zipped(t, map[string]string{"mimetype": "x", "content.xml": "x"}), want: []string{"x"}, fails: ErrBinary},
		"large, protected":      {bytes: large, want: []string{"x"}, fails: ErrProtected},
		"old workbook":          {bytes: append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), append(make([]byte, 10_000), "W\x00o\x00r\x00k\x00b\x00o\x00o\x00k\x00"...)...), want: []string{"x"}, fails: ErrBinary},
	} {
		t.Run(name, func(t *testing.T) {
			root, _ := written(t, "x", c.bytes)
			found, err := Find(t.Context(), root, "x", c.limits)
			if err != nil {
				t.Fatal(err)
			}
			var places []string
			for _, f := range found {
				place := f.Shown()
				if f.Sheet != "" {
					place += "!" + f.Sheet
				}
				places = append(places, place)
				if !errors.Is(f.Err, c.fails) {
					t.Errorf("error %v, want %v", f.Err, c.fails)
				}
				if f.Err != nil || f.Sheet != "" {
					continue
				}
				got := &collector{}
				if _, err := Read(t.Context(), root, f.Place, Options{Limits: c.limits}, got); err != nil || len(got.records) != 1 {
					t.Errorf("%d records, error %v", len(got.records), err)
				}
			}
			if !reflect.DeepEqual(places, c.want) {
				t.Errorf("found %q, want %q", places, c.want)
			}
		})
	}
	root, place := written(t, "x", []byte(bomb))
	place.Members = []Member{{Name: "bomb.csv"}}
	if _, err := Digest(t.Context(), root, place, Undeclared, Limits{}); !errors.Is(err, ErrLimit) || !strings.Contains(err.Error(), "ratio") {
		t.Errorf("an archive that unpacks to a thousand times its size: error %v", err)
	}
}

func TestNumberFormats(t *testing.T) {
	for code, want := range map[string]numberForm{
		"General": {}, "0": {zeros: 1}, "0.00": {}, "#,##0": {}, "@": {}, "00000": {zeros: 5}, "dd/mm/yyyy": {date: true}, `dd/mm/yyyy;@`: {date: true},
		"[$-809]d mmmm yyyy": {date: true}, "yyyy-mm-dd hh:mm": {date: true}, "[h]:mm": {date: true}, `"day "0`: {zeros: 1}, `0 "months"`: {}, "[Red]0.0": {},
		"mm:ss.0": {}, "d-mmm-yy": {date: true}, `\d0`: {zeros: 1}, "0.00E+00": {},
	} {
		if got := formOf(code); got != want {
			t.Errorf("%s: got %+v, want %+v", code, got, want)
		}
	}
}

// FuzzSheet reads any XML as a sheet: it must end, and what it lists must be in order.
func FuzzSheet(f *testing.F) {
	f.Add(`<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="str"><v>b</v></c></row><row r="3"><c><v>1</v></c></row></sheetData>`)
	f.Add(`<cols><col min="1" max="9" hidden="1"/></cols><sheetData><row hidden="1"><c s="1"><f>1</f></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells>`)
	f.Add(`<sheetData><row><c t="s"><v>9</v></c><c t="e"><v>#REF!</v></c><c t="b"><v/></c></row><!-- x --><![CDATA[y]]></sheetData>`)
	f.Add(`<a b='>' c="&#x41;&amp;"/><row r="1048577"/>`)
	f.Fuzz(func(t *testing.T, text string) {
		got, report, err := readBook(t, book{sheets: []string{"S"}, xml: []string{text}, styles: dateStyles, strings: `<si><t>a</t></si>`}, Options{Limits: Limits{Record: 4096}})
		if err != nil {
			return
		}
		last := 0
		for _, r := range got.records {
			if r.line <= last {
				t.Fatalf("row %d behind row %d", r.line, last)
			}
			last = r.line
		}
		if report.Records != len(got.records) {
			t.Errorf("report %+v, %d records", report, len(got.records))
		}
	})
}
