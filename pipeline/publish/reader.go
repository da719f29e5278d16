package publish

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// Run reads one run, staged or published. It changes nothing and is safe for concurrent use.
type Run struct {
	ID string

	root     *os.Root
	folder   string
	manifest func() *Manifest
}

// Row is one record: the columns' names, in their order, and a value for each: string, int64, float64, bool,
// []rules.Cell, or nil where there is none. Dates are yyyy-mm-dd, times hh:mm or hh:mm:ss. A row is the
// caller's to keep; Names is shared.
type Row struct {
	Number int64 // its place in the table, from 0; the same in both parts
	Names  []string
	Values []any
}

// Value returns the value of a column, or nil.
func (r Row) Value(name string) any {
	if i := slices.Index(r.Names, name); i >= 0 {
		return r.Values[i]
	}
	return nil
}

// tables are the names that can be read, with the file of each inside a part.
var tables = map[string]string{
	"contacts": "contacts", "incidents": "incidents", "referrals": "referrals", "persons": "persons", "links": "links",
	"school_links": "school_links",
	"children":     "delivered/front_door/children", "cin_episodes": "delivered/front_door/cin_episodes",
	"findings": "findings", "outcomes": "outcomes", "measures": "measures", "quarantined": "quarantined", "inputs": "inputs", "differences": "differences",
}

// Tables returns the names of the tables that Rows reads, sorted. A run need not have all of them.
func Tables() []string {
	var names []string
	for name := range tables {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Manifest returns what the run is; nil for a staged run without a draft. It must not be changed.
func (r *Run) Manifest() *Manifest { return r.manifest() }

// File opens a file of the run by its path inside it.
func (r *Run) File(name string) (io.ReadCloser, error) {
	if !fs.ValidPath(name) {
		return nil, fmt.Errorf("open file of run: %q is no path inside a run", name)
	}
	f, err := r.root.Open(path.Join(r.folder, name))
	if err != nil {
		return nil, fmt.Errorf("open file of run: %w", err)
	}
	return f, nil
}

// Columns returns the column names of a table: with originals if reveal, else with pseudonyms. The error is
// ErrNoTable when the run has no such table.
func (r *Run) Columns(name string, reveal bool) ([]string, error) {
	f, err := r.openTable(name, reveal)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.names, nil
}

// Rows reads a table row group by row group: with originals if reveal, else with pseudonyms. An error ends
// it; ErrNoTable when the run has no such table, ErrDamaged when its file cannot be read.
func (r *Run) Rows(name string, reveal bool) iter.Seq2[Row, error] {
	return r.read(name, reveal, func(f *tableFile) (iter.Seq2[Row, error], error) {
		if name == "findings" {
			return f.findingRows, nil
		}
		return f.flatRows, nil
	})
}

// read opens a table for as long as the rows that choose finds in it are read.
func (r *Run) read(name string, reveal bool, choose func(*tableFile) (iter.Seq2[Row, error], error)) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		f, err := r.openTable(name, reveal)
		if err != nil {
			yield(Row{}, err)
			return
		}
		defer f.Close()
		rows, err := choose(f)
		if err != nil {
			yield(Row{}, err)
			return
		}
		for row, err := range guarded(f.name, rows) {
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// openTable opens the Parquet file of a table.
func (r *Run) openTable(name string, reveal bool) (*tableFile, error) {
	place, known := tables[name]
	if !known {
		return nil, fmt.Errorf("read table %s: %w; there are: %s", name, ErrNoTable, strings.Join(Tables(), ", "))
	}
	part := Analysis
	if reveal {
		part = Restricted
	}
	return r.openParquet(path.Join(string(part), place+".parquet"))
}

// tableFile is an open Parquet file.
type tableFile struct {
	name  string
	file  *os.File
	data  *parquet.File
	names []string
}

func (f *tableFile) Close() error { return f.file.Close() }

// openParquet opens a Parquet file by its path inside the run. The error is ErrNoTable when it is not there
// and ErrDamaged when it is no Parquet file; the library's panics are errors too.
func (r *Run) openParquet(name string) (t *tableFile, err error) {
	f, err := r.root.Open(path.Join(r.folder, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read %s: %w; the run was made without it", name, ErrNoTable)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			t, err = nil, errors.Join(err, f.Close())
		}
	}()
	defer damaged(&err, name)
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	data, err := parquet.OpenFile(f, info.Size(), parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w: %w", name, err, ErrDamaged)
	}
	t = &tableFile{name: name, file: f, data: data}
	for _, c := range data.Root().Columns() {
		t.names = append(t.names, shownName(c.Name()))
	}
	return t, nil
}

// damaged, deferred, makes a panic of the library what it is: a file that it cannot read.
func damaged(err *error, name string) {
	if fault := recover(); fault != nil {
		*err = fmt.Errorf("read %s: %v: %w", name, fault, ErrDamaged)
	}
}

// shownName is what readers call a stored column: where a delivered record stood is named as in the tables
// that the pipeline makes.
func shownName(stored string) string {
	switch stored {
	case fileColumn, sheetColumn, lineColumn, authorityColumn:
		return stored[1:]
	}
	return stored
}

// guarded turns a panic of the library into ErrDamaged. A panic of the caller's own loop passes through.
func guarded(name string, rows iter.Seq2[Row, error]) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		outside := false
		var fault error
		func() {
			defer func() {
				if outside {
					return
				}
				if p := recover(); p != nil {
					fault = fmt.Errorf("read %s: %v: %w", name, p, ErrDamaged)
				}
			}()
			rows(func(row Row, err error) bool {
				if err != nil {
					err = fmt.Errorf("read %s: %w: %w", name, err, ErrDamaged)
				}
				outside = true
				more := yield(row, err)
				outside = false
				return more
			})
		}()
		if fault != nil {
			yield(Row{}, fault)
		}
	}
}

// rowReader turns stored rows without nested columns into shown ones.
type rowReader struct {
	names   []string
	convert []func(parquet.Value) any
}

func (f *tableFile) rowReader() *rowReader {
	r := &rowReader{names: f.names}
	for _, c := range f.data.Root().Columns() {
		r.convert = append(r.convert, conversion(c))
	}
	return r
}

func (r *rowReader) row(stored parquet.Row, number int64) Row {
	row := Row{Number: number, Names: r.names, Values: make([]any, len(r.names))}
	for _, v := range stored {
		if !v.IsNull() {
			row.Values[v.Column()] = r.convert[v.Column()](v)
		}
	}
	return row
}

// flatRows reads a file without nested columns.
func (f *tableFile) flatRows(yield func(Row, error) bool) {
	reader := f.rowReader()
	buffer := make([]parquet.Row, 256)
	number := int64(0)
	for _, group := range f.data.RowGroups() {
		rows := group.Rows()
		for {
			n, err := rows.ReadRows(buffer)
			for _, stored := range buffer[:n] {
				if !yield(reader.row(stored, number), nil) {
					_ = rows.Close()
					return
				}
				number++
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				_ = rows.Close()
				yield(Row{}, err)
				return
			}
		}
		if err := rows.Close(); err != nil {
			yield(Row{}, err)
			return
		}
	}
}

// repeatedTexts is how many texts of a column are remembered while it is read.
const repeatedTexts = 1024

// conversion returns how the stored values of a column are shown.
func conversion(c *parquet.Column) func(parquet.Value) any {
	switch c.Type().Kind() {
	case parquet.Boolean:
		return func(v parquet.Value) any { return v.Boolean() }
	case parquet.Int32:
		if logical := c.Type().LogicalType(); logical != nil {
			switch logical.Value.(type) {
			case *format.DateType:
				known := map[int32]any{}
				return func(v parquet.Value) any {
					text, met := known[v.Int32()]
					if !met {
						text = table.DateText(schemas.Day(v.Int32()))
						known[v.Int32()] = text
					}
					return text
				}
			case *format.TimeType:
				return func(v parquet.Value) any { return table.TimeText(int(v.Int32()) / 1000) }
			}
		}
		return func(v parquet.Value) any { return int64(v.Uint32()) }
	case parquet.Int64:
		if logical := c.Type().LogicalType(); logical != nil {
			if _, ok := logical.Value.(*format.DecimalType); ok {
				return func(v parquet.Value) any { return table.DecimalText(v.Int64()) }
			}
		}
		return func(v parquet.Value) any { return v.Int64() }
	case parquet.Double:
		return func(v parquet.Value) any { return v.Double() }
	}
	known := map[string]any{} // texts that repeat are made once
	return func(v parquet.Value) any {
		if text, met := known[string(v.ByteArray())]; met {
			return text
		}
		var text any = string(v.ByteArray())
		if len(known) < repeatedTexts {
			known[text.(string)] = text
		}
		return text
	}
}

// findingRows reads the findings, whose cells are nested.
func (f *tableFile) findingRows(yield func(Row, error) bool) {
	for stored, err := range typedRows[findingRow](f.data) {
		if err != nil {
			yield(Row{}, err)
			return
		}
		row := Row{Names: f.names, Values: []any{
			stored.ID, stored.Rule, stored.Severity, stored.Collection, stored.Table, stored.Message, stored.cells(), stored.Local,
		}}
		if !yield(row, nil) {
			return
		}
	}
}

// typedRows reads the rows of a file as T, row group by row group.
func typedRows[T any](file *parquet.File) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		buffer := make([]T, 256)
		for _, group := range file.RowGroups() {
			rows := parquet.NewGenericRowGroupReader[T](group)
			for {
				clear(buffer)
				n, err := rows.Read(buffer)
				for _, row := range buffer[:n] {
					if !yield(row, nil) {
						_ = rows.Close()
						return
					}
				}
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					_ = rows.Close()
					yield(zero, err)
					return
				}
			}
			if err := rows.Close(); err != nil {
				yield(zero, err)
				return
			}
		}
	}
}

// Finding returns the finding that a row of the table findings holds.
func Finding(r Row) rules.Finding {
	text := func(name string) string { s, _ := r.Value(name).(string); return s }
	cells, _ := r.Value("cells").([]rules.Cell)
	return rules.Finding{
		ID: text("id"), Rule: text("rule"), Severity: rules.Severity(text("severity")), Collection: text("collection"),
		Table: text("table"), Message: text("message"), Cells: cells, Local: r.Value("local") == true,
	}
}
