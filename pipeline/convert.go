package pipeline

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"frontdoor/pipeline/ingest"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// ConvertOptions say what is to be written as a folder of tables.
type ConvertOptions struct {
	Collection string
	Path       string // the XML file
	Folder     string // where the tables go; it must not be there yet
}

// Converted is what came of it.
type Converted struct {
	Records map[string]int // by table
	Notes   []string
	Code    int // 3 when the file is damaged, else 0
}

// Convert writes an XML return as a folder with one CSV for each table. Keys are written out; what was not there
// and what was blank are both blank. Nothing is left behind when it fails. The cause of the error is ErrConfig
// where the options are at fault or the file cannot be read as a return.
func Convert(ctx context.Context, o ConvertOptions) (_ *Converted, err error) {
	collection, err := schemas.Load(o.Collection)
	if err != nil {
		return nil, err
	}
	if collection.XML == nil {
		return nil, fmt.Errorf("convert: %s is never delivered as XML: %w", collection.Name, ErrConfig)
	}
	layout, err := ingest.NewLayout(collection)
	if err != nil {
		return nil, err
	}
	if _, err := os.Lstat(o.Folder); !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("convert: the folder for the tables is there already; name one that is not: %w", ErrConfig)
	}
	file, err := os.Open(o.Path)
	if err != nil {
		return nil, fmt.Errorf("convert: the file cannot be opened, mend its path: %w", ErrConfig)
	}
	defer file.Close() //nolint:errcheck // opened for reading only
	part, err := os.MkdirTemp(filepath.Dir(filepath.Clean(o.Folder)), ".convert-*")
	if err != nil {
		return nil, fmt.Errorf("convert: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(part))
		}
	}()
	to := &tableFolder{collection: collection, folder: part, made: &Converted{Records: map[string]int{}}}
	report, err := ingest.ReadXML(ctx, file, ingest.Limits{}, layout, to)
	if err = errors.Join(err, to.close()); err != nil {
		if ctx.Err() == nil && to.failed == nil {
			err = fmt.Errorf("%w: %w", err, ErrConfig)
		}
		return nil, err
	}
	if err := os.Rename(part, o.Folder); err != nil {
		return nil, fmt.Errorf("convert: %w", err)
	}
	return to.finish(report), nil
}

// tableFolder writes windows of records as CSV files.
type tableFolder struct {
	collection *schemas.Collection
	folder     string
	files      []io.Closer
	buffers    []*bufio.Writer
	writers    []*csv.Writer
	failed     error
	noText     int // cells that hold what is no text
	made       *Converted
}

func (f *tableFolder) Header(number int, columns []string, _ int) error {
	file, err := os.OpenFile(filepath.Join(f.folder, f.collection.Tables[number].Name+".csv"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		f.failed = fmt.Errorf("convert: %w", err)
		return f.failed
	}
	buffer := bufio.NewWriterSize(file, 1<<16)
	f.files, f.buffers, f.writers = append(f.files, file), append(f.buffers, buffer), append(f.writers, csv.NewWriter(buffer))
	return f.write(number, columns)
}

func (f *tableFolder) Batch(number int, text *table.Text) error {
	defer text.Release()
	cells := make([]string, text.Columns)
	for record := range text.Records() {
		for column := range cells {
			cells[column] = string(text.Cell(record, column))
		}
		for len(text.Marks) > 0 && int(text.Marks[0].Cell) < (record+1)*text.Columns {
			column := int(text.Marks[0].Cell) - record*text.Columns
			cells[column] = string(bytes.ToValidUTF8([]byte(cells[column]), []byte("\uFFFD")))
			text.Marks = text.Marks[1:]
			f.noText++
		}
		if err := f.write(number, cells); err != nil {
			return err
		}
	}
	f.made.Records[f.collection.Tables[number].Name] += text.Records()
	return nil
}

func (f *tableFolder) write(number int, cells []string) error {
	if err := f.writers[number].Write(cells); err != nil {
		f.failed = fmt.Errorf("convert: %w", err)
		return f.failed
	}
	return nil
}

func (f *tableFolder) close() error {
	for i, file := range f.files {
		f.writers[i].Flush()
		if err := errors.Join(f.writers[i].Error(), f.buffers[i].Flush(), file.Close()); err != nil && f.failed == nil {
			f.failed = fmt.Errorf("convert: %w", err)
		}
	}
	return f.failed
}

// finish says what could not be written as it stood.
func (f *tableFolder) finish(report *ingest.XMLReport) *Converted {
	if report.Damaged {
		f.made.Code = ExitUnreadable
		f.made.Notes = append(f.made.Notes, "the file breaks off, or is no well-formed XML in places; children in whose records it does are left out")
	}
	if f.noText > 0 {
		f.made.Notes = append(f.made.Notes, fmt.Sprintf("%d cells hold bytes that are no text", f.noText))
	}
	var odd []string
	for _, o := range report.Odd {
		odd = append(odd, fmt.Sprintf("%s (line %d)", o.Element, o.Line))
	}
	if len(odd) > 0 {
		f.made.Notes = append(f.made.Notes, "not written, because the schema does not know them or they stand twice: "+strings.Join(odd, ", "))
	}
	return f.made
}
