package publish

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/parquet-go/parquet-go/format"

	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

func readAll(tb testing.TB, r *Run, name string, reveal bool) []Row {
	tb.Helper()
	var rows []Row
	for row, err := range r.Rows(name, reveal) {
		if err != nil {
			tb.Fatalf("read %s: %v", name, err)
		}
		rows = append(rows, row)
	}
	return rows
}

func columnsOf(tb testing.TB, r *Run, name string, reveal bool) []string {
	tb.Helper()
	names, err := r.Columns(name, reveal)
	if err != nil {
		tb.Fatal(err)
	}
	return names
}

// someChildren has every state of a cell: present, blank, absent (nhs_number), unreadable and rewritten
// (date_of_birth), and two extra columns of one name.
func someChildren(tb testing.TB) *table.Table {
	texts := []map[string]string{
		{"child_id": "K1", "upn": "A1", "forename": "Ann", "date_of_birth": "2010-05-17", "sex": "F", "ethnicity": "WBRI", "postcode": "ab1 2cd", "legacy_child_id": "k1"},
		{"child_id": "k1", "upn": "", "forename": "Ben", "date_of_birth": "", "sex": "M", "postcode": "nowhere", "legacy_child_id": "K9"},
		{"child_id": "K3", "upn": "a 1", "forename": "Cat", "date_of_birth": "2012-12-31", "sex": "F"},
	}
	t := makeTable(tb, frontDoor(tb, "children"), len(texts), "children.csv", func(row int, field string) string { return texts[row][field] }, "nhs_number")
	t.Column("date_of_birth").Kept = []table.Kept{{Row: 1, Text: "31/02/2010", Unreadable: true}, {Row: 2, Text: "31.12.2012"}}
	for _, text := range []string{"first", "second"} {
		extra := &table.Column{Field: &schemas.Field{Name: "Shoe size", Type: schemas.TypeText, Privacy: schemas.Direct}}
		fill(tb, extra, len(texts), func(row int, _ string) string {
			if row == 0 {
				return ""
			}
			return text
		})
		t.Extras = append(t.Extras, extra)
	}
	return t
}

func TestDeliveredKeepsEveryStateOfACell(t *testing.T) {
	st := newStaging(t, newStore(t), "run1")
	if err := storeDelivered(st, "front_door", someChildren(t)); err != nil {
		t.Fatal(err)
	}
	run := st.Reader()
	rows := readAll(t, run, "children", true)
	if len(rows) != 3 {
		t.Fatalf("got %d rows, want 3", len(rows))
	}
	want := map[string]any{
		"file": "children.csv", "line": int64(3), "child_id": "k1", "upn": nil, "nhs_number": nil, "forename": "Ben",
		"date_of_birth": nil, "sex": "M", "postcode": "nowhere", "extra_Shoe size": "first", "extra_Shoe size_2": "second",
	}
	for name, value := range want {
		if got := rows[1].Value(name); got != value {
			t.Errorf("%s: got %v, want %v", name, got, value)
		}
	}
	if got := rows[0].Value("date_of_birth"); got != "2010-05-17" {
		t.Errorf("date_of_birth: got %v", got)
	}
	f, err := run.openParquet("restricted/delivered/front_door/children.parquet")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, _ := f.data.Lookup(absentNote); got != "nhs_number" {
		t.Errorf("absent columns: got %q", got)
	}
	kept, err := allRows[KeptRow](run, "kept/front_door/children")
	if err != nil {
		t.Fatal(err)
	}
	wantKept := []KeptRow{
		{File: "children.csv", Line: 3, Field: "date_of_birth", Text: "31/02/2010", Unreadable: true},
		{File: "children.csv", Line: 4, Field: "date_of_birth", Text: "31.12.2012"},
	}
	if !slices.Equal(kept, wantKept) {
		t.Errorf("kept texts: got %v, want %v", kept, wantKept)
	}
}

func TestAnalysisHasNoOriginals(t *testing.T) {
	st := newStaging(t, newStore(t), "run1")
	if err := storeDelivered(st, "front_door", someChildren(t)); err != nil {
		t.Fatal(err)
	}
	names := columnsOf(t, st.Reader(), "children", false)
	want := []string{
		"file", "line", "child_id", "upn", "nhs_number", "date_of_birth", "expected_date_of_birth", "sex", "ethnicity",
		"postcode", "source_system", "legacy_child_id", "sheet", "authority",
	}
	if !slices.Equal(names, want) {
		t.Fatalf("columns: got %v, want %v", names, want)
	}
	rows := readAll(t, st.Reader(), "children", false)
	p, _ := NewPseudonymiser(testKey, "839")
	for name, value := range map[string]any{
		"child_id": p.Of("child", "K1"), "legacy_child_id": p.Of("child", "K1"), "upn": p.Of("upn", "A1"),
		"date_of_birth": "2010-05", "sex": "F", "ethnicity": "WBRI", "postcode": "AB1", "nhs_number": nil,
	} {
		if got := rows[0].Value(name); got != value {
			t.Errorf("%s: got %v, want %v", name, got, value)
		}
	}
	if rows[0].Value("child_id") != rows[1].Value("child_id") {
		t.Error("child numbers that differ in case only have different pseudonyms")
	}
	if rows[0].Value("upn") != rows[2].Value("upn") {
		t.Error("UPNs that differ in blanks only have different pseudonyms")
	}
	if got := rows[1].Value("postcode"); got != nil {
		t.Errorf("a postcode that is none came out as %v", got)
	}
	for name := range st.files {
		if !strings.HasPrefix(name, string(Analysis)) {
			continue
		}
		f, err := st.Reader().File(name)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		for _, personal := range []string{"Ann", "Ben", "2cd", "nowhere", "first", "31/02"} {
			if bytes.Contains(content, []byte(personal)) {
				t.Errorf("%s holds %q", name, personal)
			}
		}
	}
}

func TestTimesOfDayAreKeptApartFromUnknownOnes(t *testing.T) {
	st := newStaging(t, newStore(t), "run1")
	texts := []string{"2019-04-01 09:30", "2019-04-02", "2019-04-03 00:01"}
	contacts := makeTable(t, frontDoor(t, "contacts"), 3, "contacts.csv", func(row int, field string) string {
		if field == "contact_date" {
			return texts[row]
		}
		return ""
	})
	if err := storeDelivered(st, "front_door", contacts); err != nil {
		t.Fatal(err)
	}
	f, err := st.Reader().openParquet("analysis/delivered/front_door/contacts.parquet")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var got []string
	for row, err := range f.flatRows {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(row.Value("contact_date"), " ", row.Value("contact_date_time")))
	}
	want := []string{"2019-04-01 09:30", "2019-04-02 <nil>", "2019-04-03 00:01"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestDecidedRoundTrip(t *testing.T) {
	contacts := twoRowGroups(t)
	rows := contacts.Rows
	st := newStaging(t, newStore(t), "run1")
	if err := storeDecided(st, contacts); err != nil {
		t.Fatal(err)
	}
	names := columnsOf(t, st.Reader(), "contacts", true)
	if !slices.Equal(names[:3], []string{"file", "line", "contact_id"}) || len(names) != len(contacts.Columns)+4 {
		t.Fatalf("columns: got %v", names)
	}
	at := 0
	for row, err := range st.Reader().Rows("contacts", true) {
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range contacts.Columns {
			want := c.Text(at)
			got := row.Values[i+2]
			if got == nil {
				got = ""
			}
			if fmt.Sprint(got) != want {
				t.Fatalf("row %d, %s: got %v, want %q", at, c.Field.Name, got, want)
			}
		}
		at++
	}
	if at != rows {
		t.Fatalf("got %d rows, want %d", at, rows)
	}
	p, _ := NewPseudonymiser(testKey, "839")
	at = 0
	for row, err := range st.Reader().Rows("contacts", false) {
		if err != nil {
			t.Fatal(err)
		}
		if at%997 == 0 {
			if want := p.Of("contact", contacts.Column("contact_id").Text(at)); row.Value("contact_id") != want {
				t.Fatalf("row %d: got %v, want %v", at, row.Value("contact_id"), want)
			}
			if want := contacts.Column("class").Text(at); row.Value("class") != want {
				t.Fatalf("row %d: got %v, want %v", at, row.Value("class"), want)
			}
		}
		at++
	}
}

func TestEmptyTableHasItsColumns(t *testing.T) {
	st := newStaging(t, newStore(t), "run1")
	if err := storeDecided(st, makeTable(t, resultSchema(t, "links"), 0, "", nil)); err != nil {
		t.Fatal(err)
	}
	if names := columnsOf(t, st.Reader(), "links", false); len(names) != 7 {
		t.Errorf("got %v", names)
	}
	if rows := readAll(t, st.Reader(), "links", true); len(rows) != 0 {
		t.Errorf("got %v", rows)
	}
}

func TestCodesKeepTheirDictionary(t *testing.T) {
	st := newStaging(t, newStore(t), "run1")
	if err := storeDecided(st, twoRowGroups(t)); err != nil {
		t.Fatal(err)
	}
	f, err := st.Reader().openParquet("restricted/contacts.parquet")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := len(f.data.RowGroups()); got != 2 {
		t.Errorf("got %d row groups, want 2", got)
	}
	if got := f.data.Metadata().CreatedBy; got != "frontdoor test" {
		t.Errorf("made by %q", got)
	}
	for _, group := range f.data.Metadata().RowGroups {
		for _, chunk := range group.Columns {
			name := path.Join(chunk.MetaData.PathInSchema...)
			if chunk.MetaData.Codec != format.Zstd {
				t.Errorf("%s is compressed by %v", name, chunk.MetaData.Codec)
			}
			field := resultSchema(t, "contacts").Field(name)
			code := name == "file" || name == "sheet" || name == "authority" || field != nil && field.Type == schemas.TypeCode
			boolean := field != nil && field.Type == schemas.TypeBoolean
			if !code && !boolean && chunk.MetaData.Statistics.MinValue == nil {
				t.Errorf("%s has no smallest value", name)
			}
			if field == nil || field.Type != schemas.TypeCode && name != "contact_id" {
				continue
			}
			dictionary, plain := false, false
			for _, s := range chunk.MetaData.EncodingStats {
				if s.PageType == format.DictionaryPage {
					continue
				}
				dictionary = dictionary || s.Encoding == format.RLEDictionary
				plain = plain || s.Encoding != format.RLEDictionary
			}
			if name == "contact_id" && (dictionary || !plain) || name != "contact_id" && (!dictionary || plain) {
				t.Errorf("%s: dictionary %v, plain %v", name, dictionary, plain)
			}
		}
	}
}

func text(s string) *string { return &s }

var someFindings = []rules.Finding{
	{ID: "1", Rule: "FD-001", Severity: rules.Error, Collection: "front_door", Table: "contacts", Message: "date is missing", Cells: []rules.Cell{
		{Table: "contacts", File: "contacts.csv", Line: 7, Field: "contact_date", Value: text("secret")},
		{Table: "children", File: "children.csv", Line: 9, Field: "date_of_birth", Value: text("")},
		{Table: "children", File: "children.csv", Line: 9, Field: "upn"},
	}},
	{ID: "2", Rule: "FD-002", Severity: rules.Query, Collection: "front_door", Table: "", Message: "control total differs", Cells: []rules.Cell{}},
}

// written yields findings whose cells are written out.
func written(findings []rules.Finding) iter.Seq[*rules.Found] {
	return func(yield func(*rules.Found) bool) {
		for _, f := range findings {
			if !yield(&rules.Found{Finding: f}) {
				return
			}
		}
	}
}

func TestFindingsKeepAbsentApartFromBlank(t *testing.T) {
	st := newStaging(t, newStore(t), "run1")
	if err := st.Findings(written(someFindings)); err != nil {
		t.Fatal(err)
	}
	rows := readAll(t, st.Reader(), "findings", true)
	for i, want := range someFindings {
		got := Finding(rows[i])
		if fmt.Sprint(got.ID, got.Rule, got.Severity, got.Table, got.Message) != fmt.Sprint(want.ID, want.Rule, want.Severity, want.Table, want.Message) {
			t.Errorf("got %v, want %v", got, want)
		}
		if len(got.Cells) != len(want.Cells) {
			t.Fatalf("finding %s: got %d cells, want %d", want.ID, len(got.Cells), len(want.Cells))
		}
		for j, cell := range want.Cells {
			is := got.Cells[j]
			if (is.Value == nil) != (cell.Value == nil) || is.Value != nil && *is.Value != *cell.Value {
				t.Errorf("cell %d: value %v, want %v", j, is.Value, cell.Value)
			}
			is.Value, cell.Value = nil, nil
			if is != cell {
				t.Errorf("cell %d: got %v, want %v", j, is, cell)
			}
		}
	}
	for _, row := range readAll(t, st.Reader(), "findings", false) {
		for _, cell := range Finding(row).Cells {
			if cell.Value != nil {
				t.Error("a value stands in the analysis part")
			}
		}
	}
}

func TestTypedRowsKeepZeroApartFromNull(t *testing.T) {
	st := newStaging(t, newStore(t), "run1")
	zero, rate := int64(0), 0.0
	measures := []MeasureRow{
		{Measure: "conversion", Numerator: &zero, Denominator: &zero, Rate: &rate, Status: "available"},
		{Measure: "conversion", Breakdown: "source", Status: "not available: no source"},
	}
	if err := Rows(st, "measures", Both, slices.Values(measures)); err != nil {
		t.Fatal(err)
	}
	for _, reveal := range []bool{true, false} {
		rows := readAll(t, st.Reader(), "measures", reveal)
		if rows[0].Value("numerator") != int64(0) || rows[0].Value("rate") != 0.0 || rows[0].Value("breakdown") != "" {
			t.Errorf("zero: got %v", rows[0].Values)
		}
		if rows[1].Value("numerator") != nil || rows[1].Value("rate") != nil {
			t.Errorf("null: got %v", rows[1].Values)
		}
	}
}

func TestQuarantinedTextStaysRestricted(t *testing.T) {
	st := newStaging(t, newStore(t), "run1")
	row := QuarantinedRow{File: "contacts.csv", Line: 3, Table: "contacts", Rule: "FD-900", Reason: "ragged", Text: text("C1,secret")}
	if err := Rows(st, "quarantined", Both, slices.Values([]QuarantinedRow{row})); err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, st.Reader(), "quarantined", true)[0].Value("text"); got != "C1,secret" {
		t.Errorf("restricted: got %v", got)
	}
	if got := readAll(t, st.Reader(), "quarantined", false)[0].Value("text"); got != nil {
		t.Errorf("analysis: got %v", got)
	}
}

func TestRowsThatNobodyDeclaredFitAreRefusedInTheAnalysisPart(t *testing.T) {
	st := newStaging(t, newStore(t), "run1")
	for _, part := range []Part{Analysis, Both} {
		if err := Rows(st, LedgerTable, part, slices.Values([]LedgerRow{{ChildID: "K1"}})); err == nil {
			t.Errorf("the ledger was written into part %s", part)
		}
	}
	if len(st.files) != 0 {
		t.Errorf("files: %v", st.files)
	}
}

func TestLedgerRoundTrip(t *testing.T) {
	st := newStaging(t, newStore(t), "run1")
	rows, events, err := st.Reader().Ledger()
	if err != nil || rows != nil || events != nil {
		t.Fatalf("without a ledger: %v %v %v", rows, events, err)
	}
	wantRows := []LedgerRow{{ChildID: "K1", PersonID: "K1", FirstSeen: 0}, {ChildID: "K2", PersonID: "K1", FirstSeen: 18000}}
	wantEvents := []LedgerEventRow{{AsAt: 18000, Kind: "merge", PersonID: "K1", OtherPersonID: "K2", Evidence: "upn"}}
	if err := st.StoreLedger(context.Background(), table.Texts([]string{"K1", "K2"}), table.Texts([]string{"K1", "K1"}), table.DateArray([]int32{0, 18000}, nil, 0)); err != nil {
		t.Fatal(err)
	}
	if err := Rows(st, LedgerEventsTable, Restricted, slices.Values(wantEvents)); err != nil {
		t.Fatal(err)
	}
	rows, events, err = st.Reader().Ledger()
	if err != nil || !slices.Equal(rows, wantRows) || !slices.Equal(events, wantEvents) {
		t.Errorf("got %v %v %v", rows, events, err)
	}
}

func TestUnsetKeyFailsClosed(t *testing.T) {
	st := newStaging(t, newStore(t), "run1")
	st.Pseudonyms = nil
	err := storeDecided(st, manyContacts(t, 10))
	wantError(t, err, ErrNoKey)
	for name := range st.files {
		if strings.HasPrefix(name, string(Analysis)) {
			t.Errorf("%s was written", name)
		}
	}
}

// TestArrowReadsWhatIsStored reads a stored table with the other library.
func TestArrowReadsWhatIsStored(t *testing.T) {
	contacts := twoRowGroups(t)
	st := newStaging(t, newStore(t), "run1")
	if err := storeDecided(st, contacts); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(st.store.dir, st.folder, "restricted", "contacts.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stored, err := pqarrow.ReadTable(t.Context(), f, parquet.NewReaderProperties(nil), pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	if int(stored.NumRows()) != contacts.Rows {
		t.Fatalf("got %d rows, want %d", stored.NumRows(), contacts.Rows)
	}
	for i, c := range contacts.Columns {
		at := 0
		for _, chunk := range stored.Column(i + 2).Data().Chunks() {
			for j := range chunk.Len() {
				want := c.Text(at)
				if got := chunk.ValueStr(j); chunk.IsNull(j) != (want == "") || want != "" && got != want {
					t.Fatalf("row %d, %s: got %q, want %q", at, c.Field.Name, got, want)
				}
				at++
			}
		}
	}
}
