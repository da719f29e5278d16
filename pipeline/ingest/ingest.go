// Package ingest turns the bytes of delivered files into windows of text.
//
// What walks in is one open file; what walks out is its header and then its records, in order, as windows of
// cells with the physical line on which each record starts. Nothing is judged but the structure: a record with
// too many or too few cells, a quote that never closes, text behind a closing quote and NUL bytes travel with
// their window as faults, and the records around them are kept. A file that is no readable CSV text at all
// ends in an error whose cause is one of the Err values and whose text says what to do next.
//
// A text is cut into windows where counting line feeds and quotes says that a record ends; they are scanned side by
// side, and what the scanner finds decides. Behind a quote that stands alone it goes on window by window.
//
// The promise: every physical line after the header is in exactly one record, one fault or a blank line, and
// what the sink takes does not depend on the size of the windows or on how many are scanned at once. No error holds a value or the file's name.
package ingest

import "frontdoor/schemas/table"

// Sink takes what a reader finds. Header is called before any Batch, with the names as delivered and the line on
// which they stand, and again where another header begins: the windows behind it have its columns. Batch is called for the windows in order; the window belongs to the sink until it
// calls Release on it. An error of either ends the reading and is returned as it is.
type Sink interface {
	Header(columns []string, line int) error
	Batch(text *table.Text) error
}

// Limits bound what one file may ask for. A zero means the default.
type Limits struct {
	Window  int // bytes read at a time: 256 KiB
	Record  int // bytes of one record: 16 MiB
	Field   int // bytes of one cell: 1 MiB
	Columns int // columns of the header: 4,096

	Unpacked int64 // bytes that an archive or a part of a workbook may unpack to: 64 GiB
	Ratio    int   // how many times its size it may unpack to, from 16 MiB on: 250
	Members  int   // of an archive: 10,000
	Depth    int   // archives in archives: 1, that is none in another
	Sheets   int   // of a workbook: 256
	Held     int   // bytes that are held in memory of a workbook in an archive, and of a workbook's texts: 512 MiB
}

func (l Limits) withDefaults() Limits {
	set := func(value *int, otherwise int) {
		if *value <= 0 {
			*value = otherwise
		}
	}
	set(&l.Window, 64<<10)
	set(&l.Record, 16<<20)
	set(&l.Field, 1<<20)
	set(&l.Columns, 4096)
	set(&l.Ratio, 250)
	set(&l.Members, 10_000)
	set(&l.Depth, 1)
	set(&l.Sheets, 256)
	set(&l.Held, 512<<20)
	if l.Unpacked <= 0 {
		l.Unpacked = 64 << 30
	}
	l.Window = min(l.Window, l.Record)
	return l
}

// Report counts what a file held. Records are those handed on, Rejected those taken out by a fault; together
// they are the records read.
type Report struct {
	Columns  int
	Records  int
	Rejected int
	Mark     bool // the file begins with a byte order mark
	Damaged  bool // a quote never closed: what follows it was read from the next line on

	Encoding  Encoding
	Separator byte   // between the cells of a text; 0 for a sheet
	LineEnds  string // LF, CRLF or CR, as most lines end; blank for a sheet
}
