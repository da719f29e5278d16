package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"frontdoor/schemas/table"
)

// window is a piece of a file in memory and the cells found in it.
type window struct {
	buffer []byte // size bytes of text and a block behind them
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
	t.NUL, t.Faults = t.NUL[:0], nil
	return win
}

// takeBack keeps a window for the next who asks, or leaves it to the garbage collector.
func (w windows) takeBack(win *window) {
	select {
	case w <- win:
	default:
	}
}

// ReadCSV reads a file of comma-separated text: UTF-8 with or without a byte order mark, lines ended by LF or
// CRLF, cells in double quotes where they hold commas, quotes or line ends. The header and then the records go
// to sink. The error is one whose cause is an Err value when the whole file cannot be read, and then what the
// sink took so far is worth nothing; the sink's own; the reader's; or that of ctx.
func ReadCSV(ctx context.Context, r io.Reader, limits Limits, sink Sink) (Report, error) {
	head := make([]byte, headSize)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return Report{}, fmt.Errorf("read extract: %w", nameless(err))
	}
	if err := checkHead(head[:n]); err != nil {
		return Report{}, err
	}
	text, mark := bytes.CutPrefix(head[:n], byteOrderMark)
	c := &csvReader{
		ctx: ctx, source: io.MultiReader(bytes.NewReader(text), r), sink: sink, windows: make(windows, maxFree),
		scanner: scanner{limits: limits.withDefaults(), line: 1, report: Report{Mark: mark}},
	}
	err = c.read()
	return c.scanner.report, err
}

// csvReader moves a file through windows.
type csvReader struct {
	ctx     context.Context
	source  io.Reader
	sink    Sink
	scanner scanner
	windows windows
}

// read fills a window, hands on its whole records and carries the rest over to the next.
func (c *csvReader) read() error {
	s := &c.scanner
	size := s.limits.Window
	win, held, checked := c.windows.lend(size), 0, 0
	for {
		if err := context.Cause(c.ctx); err != nil {
			return err
		}
		n, err := io.ReadFull(c.source, win.buffer[held:size])
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return fmt.Errorf("read extract: %w", nameless(err))
		}
		data := win.buffer[:held+n]
		clear(win.buffer[held+n : held+n+block])
		if checked, err = c.checkText(data, checked, last); err != nil {
			return err
		}
		s.text, s.kept = &win.text, 0
		used, err := c.scan(data, last)
		if err != nil {
			return err
		}
		held = len(data) - used
		if used == 0 && !last {
			if size >= s.limits.Record {
				return fmt.Errorf("read extract: the record on line %d is longer than %d bytes; check the file's line ends, or raise the limit: %w", s.line, s.limits.Record, ErrLimit)
			}
		}
		size = min(max(s.limits.Window, 2*held), s.limits.Record)
		next := win
		if !last {
			next = c.windows.lend(size)
			copy(next.buffer, data[used:])
			checked -= used
		}
		s.closeWindow(data[:used])
		win.text.Data, win.text.Columns = data, s.columns
		if err := c.handOn(win); err != nil || last {
			return err
		}
		win = next
	}
}

// scan scans a window; while the header is not known, it is read first.
func (c *csvReader) scan(data []byte, last bool) (used int, err error) {
	s := &c.scanner
	if s.columns == 0 {
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
	return s.scan(data, used, last), nil
}

// header takes the record just scanned as the names of the columns.
func (c *csvReader) header(data []byte) error {
	s := &c.scanner
	t := s.text
	if s.report.Damaged {
		return fmt.Errorf("read extract: a quote in the header, line %d, never closes; close it or export the file again: %w", t.Faults[0].Line, ErrHeader)
	}
	names := make([]string, s.kept)
	filled := 0
	for i := range names {
		names[i] = string(data[t.Begin[i]:t.End[i]])
		if names[i] != "" {
			filled = i + 1
		}
	}
	line := int(t.Lines[0])
	names = names[:filled]
	switch {
	case filled == 0:
		return fmt.Errorf("read extract: the header, line %d, names no column; export the file again with column names: %w", line, ErrHeader)
	case filled > s.limits.Columns:
		return fmt.Errorf("read extract: the header has %d columns, more than the limit of %d; check the file's line ends, or raise the limit: %w", filled, s.limits.Columns, ErrLimit)
	}
	if err := checkDialect(names, line); err != nil {
		return err
	}
	s.columns, s.report.Columns = filled, filled
	s.stopped, s.kept = false, 0
	t.Lines, t.Faults = t.Lines[:0], nil
	return c.sink.Header(names, line)
}

// checkDialect returns an error when the header shows that the file is written with other separators.
func checkDialect(names []string, line int) error {
	const remedy = `save it as "CSV UTF-8" with commas and deliver it again`
	if slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, "\r") }) {
		return fmt.Errorf("read extract: the header, line %d, holds a lone carriage return where a line feed should be; %s: %w", line, remedy, ErrDialect)
	}
	if len(names) > 1 {
		return nil
	}
	for _, separator := range []struct{ character, name string }{{";", "semicolons"}, {"\t", "tabs"}, {"|", "vertical bars"}} {
		if strings.Contains(names[0], separator.character) {
			return fmt.Errorf("read extract: the header, line %d, has no comma but %s; %s: %w", line, separator.name, remedy, ErrDialect)
		}
	}
	return nil
}

// checkText checks that the text of a window up to its last line end is UTF-8, and returns up to where.
func (c *csvReader) checkText(data []byte, checked int, last bool) (int, error) {
	end := len(data)
	if !last {
		end = max(checked, bytes.LastIndexByte(data, '\n')+1)
	}
	line := c.scanner.line + bytes.Count(data[:checked], []byte{'\n'})
	return end, checkUTF8(data[checked:end], line)
}

// handOn gives a window to the sink, which owns it from then on.
func (c *csvReader) handOn(win *window) error {
	if win.text.Records() == 0 && len(win.text.Faults) == 0 {
		win.text.Release()
		return nil
	}
	return c.sink.Batch(&win.text)
}
