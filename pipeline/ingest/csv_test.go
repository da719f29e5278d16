package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"frontdoor/schemas/table"
)

// record is one record as the sink saw it.
type record struct {
	line  int
	cells []string
	nul   []int // columns whose cell holds a NUL byte
}

// collector keeps what a reader hands on, and spoils the windows that it gives back.
type collector struct {
	header  []string // the last one
	line    int
	headers []int // the lines of all
	records []record
	faults  []table.Fault
}

func (c *collector) Header(columns []string, line int) error {
	c.header, c.line = columns, line
	c.headers = append(c.headers, line)
	return nil
}

func (c *collector) Batch(t *table.Text) error {
	for r := range t.Records() {
		rec := record{line: int(t.Lines[r])}
		for col := range t.Columns {
			rec.cells = append(rec.cells, string(t.Cell(r, col)))
		}
		for _, mark := range t.Marks {
			if at := int(mark.Cell); at/t.Columns == r {
				rec.nul = append(rec.nul, at%t.Columns)
			}
		}
		c.records = append(c.records, rec)
	}
	c.faults = append(c.faults, t.Faults...)
	for i := range t.Data {
		t.Data[i] = '#'
	}
	t.Release()
	return nil
}

// windowSizes are sizes that must all give the same.
var windowSizes = []int{1, 7, 63, 64, 65, 130, 0}

func readText(t testing.TB, text string, limits Limits) (*collector, Report, error) {
	t.Helper()
	c := &collector{}
	report, err := ReadCSV(context.Background(), strings.NewReader(text), Options{Limits: limits}, c)
	if err == nil && (report.Records != len(c.records) || report.Columns != len(c.header)) {
		t.Errorf("report says %+v, sink saw %d records of %d columns", report, len(c.records), len(c.header))
	}
	return c, report, err
}

func TestReadCSV(t *testing.T) {
	ragged := func(line, cells int, text string) table.Fault {
		return table.Fault{Kind: table.Ragged, Line: line, Cells: cells, Text: text}
	}
	open := func(line int, text string) table.Fault {
		return table.Fault{Kind: table.Unclosed, Line: line, Text: text}
	}
	stray := func(line, column int) table.Fault {
		return table.Fault{Kind: table.Stray, Line: line, Column: column}
	}
	blank := func(line, lines int) table.Fault {
		return table.Fault{Kind: table.BlankLines, Line: line, Cells: lines}
	}
	row := func(line int, cells ...string) record { return record{line: line, cells: cells} }
	long := strings.Repeat("x", 3000)
	for name, c := range map[string]struct {
		text    string
		limits  Limits
		header  int // its line, 1 when not given
		records []record
		faults  []table.Fault
		mark    bool
		damaged bool
	}{
		"plain":                   {text: "a,b\n1,2\n3,4\n", records: []record{row(2, "1", "2"), row(3, "3", "4")}},
		"no line end at the end":  {text: "a,b\n1,2\n3,4", records: []record{row(2, "1", "2"), row(3, "3", "4")}},
		"empty last cell":         {text: "a,b\n1,", records: []record{row(2, "1", "")}},
		"CRLF":                    {text: "a,b\r\n1,2\r\n3,4\r\n", records: []record{row(2, "1", "2"), row(3, "3", "4")}},
		"CR at the end":           {text: "a,b\r\n1,2\r", records: []record{row(2, "1", "2")}},
		"lone CR in a cell":       {text: "a,b\n1\r1,2\r\r\n", records: []record{row(2, "1\r1", "2\r")}},
		"mixed line ends":         {text: "a,b\r\n1,2\n3,4\r\n", records: []record{row(2, "1", "2"), row(3, "3", "4")}},
		"byte order mark":         {text: "\xef\xbb\xbfa,b\n1,2\n", records: []record{row(2, "1", "2")}, mark: true},
		"mark before a quote":     {text: "\xef\xbb\xbf\"a\",b\n1,2\n", records: []record{row(2, "1", "2")}, mark: true},
		"blank lines":             {text: "\n \t\r\na,b\n\n1,2\r\n\r\n\n3,4\n\n", header: 3, records: []record{row(5, "1", "2"), row(8, "3", "4")}, faults: []table.Fault{blank(4, 1), blank(6, 2)}},
		"cells of blanks":         {text: "a,b\n , \n,\n1,\n,\n", records: []record{row(4, "1", "")}, faults: []table.Fault{blank(2, 2)}},
		"quotes":                  {text: "\"a\",\"b\"\n\"1\",\"2\"\n", records: []record{row(2, "1", "2")}},
		"quotes at the end":       {text: "a,b\n1,\"2\"", records: []record{row(2, "1", "2")}},
		"quotes and CR at end":    {text: "a,b\n1,\"2\"\r", records: []record{row(2, "1", "2")}},
		"empty quotes":            {text: "a,b\n\"\",\"\"\r\n\"\",\n", records: []record{row(2, "", ""), row(3, "", "")}},
		"commas in quotes":        {text: "a,b\n\"1,1\",2\n", records: []record{row(2, "1,1", "2")}},
		"doubled quotes":          {text: "a,b\n\"\"\"1\"\"\",\"2\"\"\"\"2\"\n3,4\n", records: []record{row(2, `"1"`, `2""2`), row(3, "3", "4")}},
		"line ends in quotes":     {text: "a,b\n\"1\n\r\n1\",\"2\n\"\n3,4\n", records: []record{row(2, "1\n\r\n1", "2\n"), row(6, "3", "4")}},
		"CR before closing quote": {text: "a,b\n1,\"2\r\"\n", records: []record{row(2, "1", "2\r")}},
		"quote inside a cell":     {text: "a,b\n1\"1,2\" 2\"\n3,4\n", records: []record{row(2, `1"1`, `2" 2"`), row(3, "3", "4")}},
		"quote after a blank":     {text: "a,b\n \"1\",2\n", records: []record{row(2, ` "1"`, "2")}},
		"blanks behind a quote":   {text: "a,b\n\"1\" ,\"2\"\t \r\n3,4\n", records: []record{row(2, "1", "2"), row(3, "3", "4")}},
		"text behind a quote":     {text: "a,b\n\"O\"\"\"Brien\"x,\"2\"2\r\n3,\"4\"4", records: []record{row(2, `O"Brien"x`, "22"), row(3, "3", "44")}, faults: []table.Fault{stray(2, 0), stray(2, 1), stray(3, 1)}},
		"one column":              {text: "a\n1\n\n\"\"\n2\n", records: []record{row(2, "1"), row(4, ""), row(5, "2")}, faults: []table.Fault{blank(3, 1)}},
		"header only":             {text: "a,b\n"},
		"header without line end": {text: "a,b"},
		"too many cells":          {text: "a,b\n1,2,3\r\n4,5\n", records: []record{row(3, "4", "5")}, faults: []table.Fault{ragged(2, 3, "1,2,3")}},
		"too few cells":           {text: "a,b\n1\n4,5\n6", records: []record{row(3, "4", "5")}, faults: []table.Fault{ragged(2, 1, "1"), ragged(4, 1, "6")}},
		"ragged with quotes":      {text: "a,b\n\"1\"\"\n\",2,3\n4,5\n", records: []record{row(4, "4", "5")}, faults: []table.Fault{ragged(2, 3, "\"1\"\"\n\",2,3")}},
		"empty cells beyond":      {text: "a,b\n1,2,, ,\"\"\n3,4,,5\n", records: []record{row(2, "1", "2")}, faults: []table.Fault{ragged(3, 4, "3,4,,5")}},
		"empty cells in header":   {text: "a,b,,\n1,2,,\n3,4\n", records: []record{row(2, "1", "2"), row(3, "3", "4")}},
		"quote open to the end":   {text: "a,b\n1,2\n3,\"4", records: []record{row(2, "1", "2")}, faults: []table.Fault{open(3, `3,"4`)}, damaged: true},
		"quote at the very end":   {text: "a,b\n1,2\n3,\"", records: []record{row(2, "1", "2")}, faults: []table.Fault{open(3, `3,"`)}, damaged: true},
		"quote open, text after":  {text: "a,b\n3,\"4\r\n1,2\n\n5,6", records: []record{row(3, "1", "2"), row(5, "5", "6")}, faults: []table.Fault{open(2, `3,"4`), blank(4, 1)}, damaged: true},
		"open in a later line":    {text: "a,b\n\"1\n1\",\"2\n3,4\n", records: []record{row(4, "3", "4")}, faults: []table.Fault{open(2, "\"1\n1\",\"2")}, damaged: true},
		"open before a good one":  {text: "a,b\n1,\"2\n3,4\n\"5\",6\n7,8\n", records: []record{row(3, "3", "4"), row(4, "5", "6"), row(5, "7", "8")}, faults: []table.Fault{open(2, `1,"2`)}, damaged: true},
		"two open":                {text: "a,b\n1,\"2\n3,4\n\"5,6\n7,8\n", records: []record{row(3, "3", "4"), row(5, "7", "8")}, faults: []table.Fault{open(2, `1,"2`), open(4, `"5,6`)}, damaged: true},
		"open past the limit":     {text: "a,b\n1,\"2\n3,4\n5,6\n7,8\"\n", limits: Limits{Field: 9}, records: []record{row(3, "3", "4"), row(4, "5", "6"), row(5, "7", `8"`)}, faults: []table.Fault{open(2, `1,"2`)}, damaged: true},
		"cell at the limit":       {text: "a,b\n1,\"234567890\"\n", limits: Limits{Field: 9}, records: []record{row(2, "1", "234567890")}},
		"NUL bytes":               {text: "a,b\n1,2\n\x003,4\n5,\"6\x00\"\"\"\n", records: []record{row(2, "1", "2"), {3, []string{"\x003", "4"}, []int{0}}, {4, []string{"5", "6\x00\""}, []int{1}}}},
		"letters beyond ASCII":    {text: "a,b\nZoë,\"–\"\n", records: []record{row(2, "Zoë", "–")}},
		"record beyond a window":  {text: "a,b\n" + long + ",\"" + long + "\"\n1,2\n", limits: Limits{Window: 100}, records: []record{row(2, long, long), row(3, "1", "2")}},
		"characters near marks":   {text: "a,b\n,-\n#\",!\x0b\n", records: []record{row(2, "", "-"), row(3, `#"`, "!\x0b")}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, size := range windowSizes {
				limits := c.limits
				if size > 0 {
					limits.Window = size
				}
				got, report, err := readText(t, c.text, limits)
				if err != nil {
					t.Fatalf("window %d: %v", size, err)
				}
				wantColumns := []string{"a", "b"}
				if name == "one column" {
					wantColumns = []string{"a"}
				}
				if !reflect.DeepEqual(got.header, wantColumns) || got.line != max(c.header, 1) {
					t.Errorf("window %d: header %q on line %d", size, got.header, got.line)
				}
				if !reflect.DeepEqual(got.records, c.records) {
					t.Errorf("window %d: records\n%+v, want\n%+v", size, got.records, c.records)
				}
				if !reflect.DeepEqual(got.faults, c.faults) {
					t.Errorf("window %d: faults\n%+v, want\n%+v", size, got.faults, c.faults)
				}
				if report.Mark != c.mark || report.Damaged != c.damaged {
					t.Errorf("window %d: report %+v", size, report)
				}
			}
		})
	}
}

func TestReadCSVRefusesWholeFiles(t *testing.T) {
	utf16 := func(s string) string {
		var b strings.Builder
		for _, c := range []byte(s) {
			b.WriteByte(c)
			b.WriteByte(0)
		}
		return b.String()
	}
	for name, c := range map[string]struct {
		text   string
		limits Limits
		want   error
		says   string
	}{
		"no bytes":               {"", Limits{}, ErrEmpty, "no bytes"},
		"byte order mark alone":  {"\xef\xbb\xbf", Limits{}, ErrEmpty, "blank lines"},
		"blank lines":            {"\n\r\n  \n", Limits{}, ErrEmpty, "blank lines"},
		"Windows-1252":           {"a,b\n1,2\nZo\xeb,4\n", Limits{}, ErrEncoding, "line 3"},
		"cut inside a letter":    {"a,b\n1,2\n3,Zo\xc3", Limits{}, ErrEncoding, "line 3"},
		"bad header":             {"a,Zo\xeb\n1,2\n", Limits{}, ErrEncoding, "line 1"},
		"header of numbers":      {"1,2\n3,4\n", Limits{}, ErrHeader, "names no column"},
		"half a UTF-16 unit":     {"\xff\xfe" + utf16("a,b\n1,2\n") + "3", Limits{}, ErrEncoding, "half a character"},
		"half a UTF-16 pair":     {"\xff\xfe" + utf16("a,b\n1,") + "\x3d\xd8\n\x00", Limits{}, ErrEncoding, "half a character"},
		"web page":               {"\xef\xbb\xbf \n<HTML><table>", Limits{}, ErrBinary, "web page"},
		"workbook of Excel 2003": {"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?>", Limits{}, ErrBinary, "Excel 2003"},
		"old workbook":           {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + utf16("Workbook"), Limits{}, ErrBinary, ".xlsx"},
		"protected workbook":     {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + utf16("EncryptedPackage"), Limits{}, ErrProtected, "password"},
		"workbook":               {"PK\x03\x04abc", Limits{}, ErrBinary, "workbook"},
		"picture":                {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", Limits{}, ErrBinary, "CSV UTF-8"},
		"open quote in header":   {"a,\"b\n1,2\n", Limits{}, ErrHeader, "never closes"},
		"header without names":   {",,\n1,2,3\n", Limits{}, ErrHeader, "names no column"},
		"too many columns":       {"a,b,c\n", Limits{Columns: 2}, ErrLimit, "limit of 2"},
		"record past the limit":  {"a,b\n1,2\n" + strings.Repeat("x", 100) + ",\n", Limits{Record: 50}, ErrLimit, "line 3"},
		"letters past the limit": {strings.Repeat("é", 100) + ",\n", Limits{Record: 51}, ErrLimit, "line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, size := range windowSizes {
				limits := c.limits
				limits.Window = size
				_, _, err := readText(t, c.text, limits)
				if !errors.Is(err, c.want) || !strings.Contains(fmt.Sprint(err), c.says) {
					t.Errorf("window %d: error %v, want %v that says %q", size, err, c.want, c.says)
				}
				if strings.Contains(fmt.Sprint(err), "Zo") {
					t.Errorf("window %d: the error holds a value", size)
				}
			}
		})
	}
}

// refusing is a sink that returns errors.
type refusing struct{ header, batch error }

func (r refusing) Header([]string, int) error { return r.header }
func (r refusing) Batch(*table.Text) error    { return r.batch }

func TestReadCSVEndsWithItsSink(t *testing.T) {
	refusal := errors.New("no more")
	for _, sink := range []refusing{{header: refusal}, {batch: refusal}} {
		if _, err := ReadCSV(t.Context(), strings.NewReader("a,b\n1,2\n"), Options{}, sink); err != refusal {
			t.Errorf("error %v, want the sink's", err)
		}
	}
}

func TestReadCSVEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ReadCSV(ctx, strings.NewReader("a,b\n1,2\n"), Options{}, &collector{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestReadCSVReturnsTheReadersError(t *testing.T) {
	fault := errors.New("disk gone")
	readers := []io.Reader{
		iotest.ErrReader(fault),
		io.MultiReader(strings.NewReader("a,b\n"), iotest.ErrReader(fault)),
		io.MultiReader(bytes.NewReader(contactsText(200)), iotest.ErrReader(fault)),
	}
	for i, r := range readers {
		if _, err := ReadCSV(t.Context(), r, Options{}, &collector{}); !errors.Is(err, fault) {
			t.Errorf("reader %d: error %v", i, err)
		}
	}
}

func TestReadCSVTakesReadersThatGiveLittle(t *testing.T) {
	text := string(contactsText(500))
	want, _, err := readText(t, text, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	got := &collector{}
	if _, err := ReadCSV(t.Context(), iotest.HalfReader(strings.NewReader(text)), Options{Limits: Limits{Window: 300}}, got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Error("differs from one read at once")
	}
}

func TestReadCSVReusesWindows(t *testing.T) {
	text := contactsText(20_000)
	allocs := testing.AllocsPerRun(5, func() {
		if _, err := ReadCSV(t.Context(), bytes.NewReader(text), Options{Limits: Limits{Window: 16 << 10}}, &releaser{}); err != nil {
			t.Fatal(err)
		}
	})
	if allocs > 150 {
		t.Errorf("%v allocations for 130 windows", allocs)
	}
}
