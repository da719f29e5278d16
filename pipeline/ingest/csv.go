package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"unicode"

	"frontdoor/schemas/table"
)

// window is a piece of a file in memory and the cells found in it.
type window struct {
	buffer []byte // size bytes of text and a block behind them
	marks  []blockMarks
	text   table.Text
}

// windows lends windows and takes them back: the channel holds those that are free. Who releases a window
// may do so at any time and in any goroutine.
type windows chan *window

// maxFree is how many free windows are kept.
const maxFree = 16

// lend returns an empty window of at least size bytes.
func (w windows) lend(size int) *window {
	var win *window
	select {
	case win = <-w:
	default:
	}
	if win == nil || len(win.buffer) < size+block {
		win = &window{buffer: make([]byte, size+block)}
		win.text.Free = func() { w.takeBack(win) }
	}
	t := &win.text
	t.Begin, t.End, t.Lines = t.Begin[:cap(t.Begin)], t.End[:cap(t.End)], t.Lines[:0]
	t.Marks, t.Faults, t.Columns, t.Tidy = t.Marks[:0], nil, 0, false
	return win
}

// takeBack keeps a window for the next who asks, or leaves it to the garbage collector.
func (w windows) takeBack(win *window) {
	select {
	case w <- win:
	default:
	}
}

// Options say how a file is to be read. What is left out is told from the file.
type Options struct {
	Limits    Limits
	Encoding  Encoding
	Separator byte
	// Known tells whether a name is that of a column of the table; nil when nothing is known. It is what tells the
	// header from the titles above it.
	Known func(name string) bool
	// Workers is how many windows are scanned side by side; 0 for as many as there are processors.
	Workers int
}

// ReadCSV reads a file of separated text: lines ended by LF, CRLF or CR, cells in double quotes where they hold
// separators, quotes or line ends. Encoding, separator and the place of the header are told from its beginning
// unless declared; a text whose beginning is plain must be UTF-8 throughout. The header and then the records go
// to sink. The error is one whose cause is an Err value when the whole file cannot be read, and then what the
// sink took so far is worth nothing; the sink's own; the reader's; or that of ctx.
func ReadCSV(ctx context.Context, r io.Reader, options Options, sink Sink) (Report, error) {
	head, err := readHead(r, headSize)
	if err != nil {
		return Report{}, err
	}
	if err := refuseBinary(head); err != nil {
		return Report{}, err
	}
	report := Report{Encoding: options.Encoding}
	told, mark := encodingOf(head)
	if report.Encoding == Undeclared {
		report.Encoding = told
	}
	report.Mark = mark > 0 && told == report.Encoding
	if !report.Mark {
		mark = 0
	}
	text := decoded(io.MultiReader(bytes.NewReader(head[mark:]), r), report.Encoding)
	if head, err = readHead(text, dialectSize); err != nil {
		return report, err
	}
	d := detectDialect(head, len(head) < dialectSize, options.Separator, options.Known)
	report.Separator, report.LineEnds = d.separator, d.ends
	text = io.MultiReader(bytes.NewReader(head[d.at:]), text)
	if d.ends == "CR" {
		text = &feedReader{source: text}
	}
	c := &csvReader{
		ctx: ctx, source: text, sink: sink, windows: make(windows, maxFree), titles: d.titles, workers: options.Workers,
		scanner: scanner{limits: options.Limits.withDefaults(), separator: d.separator, line: d.header, report: report},
	}
	err = c.read()
	return c.scanner.report, err
}

// readHead reads the beginning of a text: size bytes, or fewer when it is shorter.
func readHead(r io.Reader, size int) ([]byte, error) {
	head := make([]byte, size)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, readFault(err)
	}
	return head[:n], nil
}

// readFault wraps an error of reading, unless it says already what to do.
func readFault(err error) error {
	for _, known := range []error{ErrEncoding, ErrLimit, ErrDamaged, ErrProtected, ErrBinary} {
		if errors.Is(err, known) {
			return err
		}
	}
	return fmt.Errorf("read extract: %w", nameless(err))
}

// refuseBinary returns why a file that begins so is no text, or nil.
func refuseBinary(head []byte) error {
	format, err := formatOf(head)
	switch {
	case err != nil:
		return err
	case bytes.HasPrefix(head, oldOffice):
		return refuseOldOffice(head)
	case format == formatZip:
		return fmt.Errorf(`read extract: the file is a zip archive or a workbook; deliver the table in it as "CSV UTF-8": %w`, ErrBinary)
	case format == formatGzip:
		return fmt.Errorf("read extract: the file is compressed with gzip once more than is read; unpack it: %w", ErrBinary)
	}
	return nil
}

// csvReader moves a file through windows. The header, and what other windows cannot be told apart from, is read one
// window after the other; all else in rounds of several side by side.
type csvReader struct {
	ctx     context.Context
	source  io.Reader
	sink    Sink
	scanner scanner // what is known behind the last window that was handed on
	windows windows
	titles  []title // the lines above the header, until they are handed on
	workers int

	win     *window // the next one; its first bytes are what is left of the one before
	held    int     // how many they are
	checked int     // how many of them are known to be UTF-8
	size    int     // how many bytes it takes
	ended   bool
	alone   int // windows to be read one by one before the next round
	backoff int // how many after a round that did not fit
}

// read moves the whole file.
func (c *csvReader) read() error {
	c.size = c.scanner.limits.Window
	c.win = c.windows.lend(c.size)
	if c.workers <= 0 {
		c.workers = runtime.GOMAXPROCS(0)
	}
	for !c.ended {
		if err := context.Cause(c.ctx); err != nil {
			return err
		}
		step := c.readRound
		if c.workers == 1 || c.alone > 0 || c.scanner.columns == 0 {
			step = c.readWindow
		}
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// fill reads as much as the next window takes. last says that nothing follows.
func (c *csvReader) fill() (data []byte, last bool, err error) {
	n, err := io.ReadFull(c.source, c.win.buffer[c.held:c.size])
	last = errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	if err != nil && !last {
		return nil, false, readFault(err)
	}
	data = c.win.buffer[:c.held+n]
	clear(c.win.buffer[len(data) : len(data)+block])
	return data, last, nil
}

// carry lends the next window and puts what is left into it.
func (c *csvReader) carry(left []byte) {
	c.held = len(left)
	c.size = min(max(c.scanner.limits.Window, 2*c.held), c.scanner.limits.Record)
	c.win = c.windows.lend(c.size)
	copy(c.win.buffer, left)
}

// readWindow fills a window, hands on its whole records and carries the rest over to the next.
func (c *csvReader) readWindow() error {
	s, win := &c.scanner, c.win
	data, last, err := c.fill()
	if err != nil {
		return err
	}
	s.begin(win, data)
	if c.checked, win.text.Plain, err = c.checkText(data, c.checked, last); err != nil {
		return err
	}
	used, err := c.scan(data, last)
	if err != nil {
		return err
	}
	if c.ended = last && !s.section; used == 0 && !last && !s.section && c.size >= s.limits.Record {
		return fmt.Errorf("read extract: the record on line %d is longer than %d bytes; check the file's line ends, or raise the limit: %w", s.line, s.limits.Record, ErrLimit)
	}
	if c.alone = max(c.alone-1, 0); used == 0 {
		c.alone++ // until the record is whole
	}
	if !c.ended {
		c.carry(data[used:])
		c.checked = max(c.checked-used, 0)
	}
	win.close(s, data, used)
	return c.handOn(win)
}

// scan scans a window; while the header is not known, it is read first.
func (c *csvReader) scan(data []byte, last bool) (used int, err error) {
	s := &c.scanner
	if s.section = false; s.columns == 0 {
		if used = s.scan(data, 0, last); !s.stopped {
			if last {
				return used, fmt.Errorf("read extract: the file has only blank lines; export it again: %w", ErrEmpty)
			}
			return used, nil
		}
		if err := c.header(data); err != nil {
			return used, err
		}
	}
	s.text.Columns = s.columns
	return s.scan(data, used, last), nil
}

// header takes the record just scanned as the names of the columns.
func (c *csvReader) header(data []byte) error {
	s := &c.scanner
	t := s.text
	if len(t.Lines) == 0 {
		return fmt.Errorf("read extract: a quote in the header, line %d, never closes; close it or export the file again: %w", t.Faults[0].Line, ErrHeader)
	}
	names := make([]string, s.kept)
	filled := 0
	for i := range names {
		names[i] = string(s.textOf(data, i))
		if names[i] != "" {
			filled = i + 1
		}
	}
	line := int(t.Lines[0])
	names = names[:filled]
	switch {
	case !slices.ContainsFunc(names, hasLetter):
		return fmt.Errorf("read extract: the header, line %d, names no column; export the file again with column names: %w", line, ErrHeader)
	case filled > s.limits.Columns:
		return fmt.Errorf("read extract: the header has %d columns, more than the limit of %d; check the file's line ends, or raise the limit: %w", filled, s.limits.Columns, ErrLimit)
	}
	s.columns, s.report.Columns = filled, max(s.report.Columns, filled)
	s.headers = newHeaders(names)
	s.stopped, s.kept, s.unquoted = false, 0, s.unquoted[:0]
	t.Lines = t.Lines[:0]
	for _, title := range c.titles {
		s.note(table.Fault{Kind: table.Title, Line: title.line, Text: title.text})
	}
	c.titles = nil
	return c.sink.Header(names, line)
}

// hasLetter tells whether a name could be one: numbers alone are a record, and the header is missing.
func hasLetter(name string) bool { return strings.ContainsFunc(name, unicode.IsLetter) }

// checkText checks that the text of a window up to its last line end is UTF-8. It returns up to where, and whether
// all of that is ASCII.
func (c *csvReader) checkText(data []byte, checked int, last bool) (end int, plain bool, err error) {
	end = len(data)
	if !last {
		end = max(checked, bytes.LastIndexByte(data, '\n')+1)
	}
	line := c.scanner.line
	if checked > 0 {
		line += bytes.Count(data[:checked], []byte{'\n'})
	}
	plain, err = checkUTF8(data[checked:end], line)
	return end, plain && (checked == 0 || isASCII(data[:checked])), err
}

// handOn gives a window to the sink, which owns it from then on.
func (c *csvReader) handOn(win *window) error {
	if win.text.Records() == 0 && len(win.text.Faults) == 0 {
		win.text.Release()
		return nil
	}
	return c.sink.Batch(&win.text)
}
