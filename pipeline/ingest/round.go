package ingest

import (
	"bytes"
	"io"
	"slices"
	"sync"

	"frontdoor/schemas/table"
)

// piece is a window of a round. Where it begins and ends is what counting line feeds and quotes makes likely; the
// scanner tells whether it is so.
type piece struct {
	*window
	data    []byte
	last    bool    // nothing follows
	scanner scanner // its own
	used    int     // bytes that whole records took
	err     error
}

// maxBackoff is how many windows are read one by one at most before the next round is tried.
const maxBackoff = 64

// readRound reads several windows, each cut behind what is likely to be a record's end, scans them side by side and
// hands them on in order. Where one did not begin or end with a record after all, as a quote that stands alone makes
// it seem, what follows it is read again one window after the other.
func (c *csvReader) readRound() error {
	pieces, fault := c.cutPieces(c.workers)
	var group sync.WaitGroup
	for _, p := range pieces {
		group.Go(p.scan)
	}
	group.Wait()
	for i, p := range pieces {
		if p.err != nil {
			return p.err
		}
		fits := p.used == len(p.data) && !p.scanner.section
		if fits && p.last {
			c.ended = true
		}
		if !fits {
			c.giveBack(p.data[p.used:], pieces[i+1:])
		}
		p.close(&p.scanner, p.data, p.used)
		c.scanner.goOn(&p.scanner, p.data)
		if err := c.handOn(p.window); err != nil || !fits {
			return err
		}
	}
	if len(pieces) > 0 {
		c.backoff = 0
	} else {
		c.alone = 1 // the next record is longer than a window
	}
	return fault
}

// cutPieces fills up to so many windows and cuts each behind a record's likely end. What is left begins the next
// one. The error is that of reading, which counts once the pieces before it are handed on.
func (c *csvReader) cutPieces(most int) (pieces []*piece, err error) {
	line := c.scanner.line
	for len(pieces) < most {
		data, last, err := c.fill()
		if err != nil {
			return pieces, err
		}
		end := len(data)
		if !last {
			end = likelyEnd(data)
		}
		if end == 0 && !last {
			c.held = len(data)
			break
		}
		p := &piece{window: c.win, data: data[:end], last: last}
		p.scanner = scanner{limits: c.scanner.limits, separator: c.scanner.separator, columns: c.scanner.columns, headers: c.scanner.headers, line: line}
		pieces = append(pieces, p)
		if last {
			c.held = 0
			break
		}
		line += bytes.Count(p.data, []byte{'\n'})
		c.carry(data[end:])
		clear(p.buffer[end : end+block])
	}
	c.checked = 0
	return pieces, nil
}

// likelyEnd returns the place behind the last line feed with an even number of quotes before it: the end of a record
// when the data begins with one and no quote stands alone. Where it would lie in the first half of the data, a quote
// does, and the place is that behind the last line feed; 0 when there is none.
func likelyEnd(data []byte) int {
	lastFeed := bytes.LastIndexByte(data, '\n') + 1
	quotes := bytes.Count(data[:lastFeed], []byte{'"'})
	for end := lastFeed; end > len(data)/2; {
		if quotes%2 == 0 {
			return end
		}
		before := bytes.LastIndexByte(data[:end-1], '\n') + 1
		quotes -= bytes.Count(data[before:end], []byte{'"'})
		end = before
	}
	return lastFeed
}

// scan finds the cells of the piece.
func (p *piece) scan() {
	s := &p.scanner
	s.begin(p.window, p.data)
	if p.text.Plain, p.err = checkUTF8(p.data, s.line); p.err != nil {
		return
	}
	p.text.Columns = s.columns
	p.used = s.scan(p.data, 0, p.last)
}

// giveBack puts what was not used, the pieces behind it and what is held already before what is still to be read.
func (c *csvReader) giveBack(left []byte, pieces []*piece) {
	again := []io.Reader{bytes.NewReader(bytes.Clone(left))}
	for _, p := range pieces {
		again = append(again, bytes.NewReader(p.data))
	}
	again = append(again, bytes.NewReader(c.win.buffer[:c.held]), c.source)
	c.source = io.MultiReader(again...)
	c.carry(nil)
	c.checked = 0
	c.backoff = min(max(2*c.backoff, 1), maxBackoff)
	c.alone = c.backoff
}

// goOn goes on behind a window that another scanner scanned from this one's place on. Blank lines before the window
// and at its beginning are one stretch.
func (s *scanner) goOn(other *scanner, data []byte) {
	t := other.text
	switch begins := other.blanksFirst(s.line); {
	case s.blanks == 0:
		s.blank, s.blanks = other.blank, other.blanks
	case t.Records() == 0 && len(t.Faults) == 0:
		s.blanks += other.blanks
	default:
		if begins {
			t.Faults[0].Line, t.Faults[0].Cells = s.blank, s.blanks+t.Faults[0].Cells
		} else {
			t.Faults = slices.Insert(t.Faults, 0, table.Fault{Kind: table.BlankLines, Line: s.blank, Cells: s.blanks})
		}
		s.blank, s.blanks = other.blank, other.blanks
	}
	s.line, s.section, s.columns = other.line, other.section, other.columns
	s.report.Records += other.report.Records
	s.report.Rejected += other.report.Rejected
	s.report.Damaged = s.report.Damaged || other.report.Damaged
}

// blanksFirst tells whether the window, whose first line is given, begins with blank lines and goes on behind them.
func (s *scanner) blanksFirst(line int) bool {
	faults := s.text.Faults
	return len(faults) > 0 && faults[0].Kind == table.BlankLines && faults[0].Line == line
}
