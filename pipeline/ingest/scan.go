package ingest

import (
	"bytes"
	"math/bits"
	"slices"

	"frontdoor/schemas/table"
)

// scanner finds the cells of windows. It carries from one window to the next what does not lie in the text.
type scanner struct {
	limits    Limits
	separator byte
	columns   int // columns of the header; 0 until it is known
	line      int // the physical line on which the current record starts
	report    Report
	headers   *headers
	blank     int // the first of the blank lines before the current record, 0 when there are none
	blanks    int // how many

	text     *table.Text // the window being filled; its Begin and End have all their capacity as length
	kept     int         // cells of the window's good records
	feeds    int         // line feeds in the quoted cells of the current record
	repairs  []repair
	unquoted []byte // the texts of cells that do not stand in the window as they are: they follow behind it
	marks    []blockMarks
	stopped  bool // the header was read, or one of its quotes stays open
	section  bool // another header begins at the place up to which the text was used
}

// repair is a quoted cell of the current record whose text is put right once the record is known to be good.
type repair struct {
	cell int
	quoted
}

// scan adds the whole records of data, from the place from on, to the window; when last says that nothing
// follows, the rest is a record too. It returns the place of the first byte that it did not use. With no
// columns known it stops behind the first record.
func (s *scanner) scan(data []byte, from int, last bool) (used int) {
	padded := data[:len(data)+block]
	begins, ends := s.text.Begin, s.text.End
	n := s.kept
	record, begin := from, from
	cut := 0 // bytes between the end of the cell's text and the separator or line feed: its closing quote
	separator := s.separator
	s.feeds, s.repairs = 0, s.repairs[:0]

	for pos := from; pos < len(data); {
		first := pos &^ (block - 1)
		next := first + block
		found := s.marks[first/block]
		if most := n + block; most > len(begins) || most > len(ends) {
			begins, ends = s.grow()
		}
	marked:
		for mask := (found.ends | found.quotes) & (^uint64(0) << (pos - first)); mask != 0; {
			p := first + bits.TrailingZeros64(mask)
			mask &= mask - 1
			switch padded[p] {
			case separator:
				begins[n], ends[n] = uint32(begin), uint32(p-cut)
				n++
				begin, cut = p+1, 0
			case '\n':
				begins[n], ends[n] = uint32(begin), uint32(endOfText(data, begin, p, cut))
				n++
				if s.isPlain(padded[record:p], n) {
					s.text.Lines = append(s.text.Lines, uint32(s.line))
					s.line++
					s.kept = n
				} else {
					n = s.endRecord(data[record:p], data, n)
				}
				if s.section {
					return record
				}
				record, begin, cut = p+1, p+1, 0
				if s.stopped {
					return record
				}
			case '"':
				if p != begin {
					continue // literal
				}
				q := readQuoted(data, p, separator, s.limits.Field, last)
				if q.outcome == quoteStaysOpen {
					if next = endOfLine(data, p, last); next < 0 {
						return record
					}
					n = s.rejectOpen(data[record:next])
					record, begin = next, next
					if s.stopped {
						return record
					}
					break marked
				}
				if q.outcome == quoteNeedsMore {
					return record
				}
				if s.feeds += q.feeds; q.escaped || q.trailing {
					s.repairs = append(s.repairs, repair{n, q})
				}
				begin, cut = p+1, q.next-q.end
				if data[p+1] <= ' ' || data[q.end-1] <= ' ' { // a separator or line feed, which end no cell here
					s.text.Tidy = false
				}
				if q.next >= next {
					next = q.next
					break marked
				}
				mask &= ^uint64(0) << (q.next - first)
			}
		}
		pos = next
	}
	if last && record < len(data) {
		if n >= len(begins) || n >= len(ends) {
			begins, ends = s.grow()
		}
		begins[n], ends[n] = uint32(begin), uint32(endOfText(data, begin, len(data), cut))
		if s.endRecord(data[record:], data, n+1); s.section {
			return record
		}
		record = len(data)
	}
	return record
}

// isPlain tells of a record, whose raw text is given and whose cells end at n, that nothing is to be decided: it has all
// cells and nothing else, and its first bytes are none that a header, a total or a blank line begins with.
func (s *scanner) isPlain(raw []byte, n int) bool {
	return n-s.kept == s.columns && s.columns > 0 && len(raw) > 1 && len(raw) <= s.limits.Field && raw[0] != '"' && raw[0] != s.separator &&
		!(s.headers.suspect[raw[0]] && s.headers.suspectSecond[raw[1]]) && s.blanks == 0 && s.feeds == 0 && len(s.repairs) == 0
}

// endOfText returns where the text of a record's last cell ends: before its closing quote, or before the
// carriage return of the line's end.
func endOfText(data []byte, begin, end, cut int) int {
	if cut == 0 && end > begin && data[end-1] == '\r' {
		return end - 1
	}
	return end - cut
}

// endOfLine returns the place behind the line feed that ends the line of p, or -1 when more must be read.
func endOfLine(data []byte, p int, last bool) int {
	if i := bytes.IndexByte(data[p:], '\n'); i >= 0 {
		return p + i + 1
	}
	if last {
		return len(data)
	}
	return -1
}

// grow makes room for more cells.
func (s *scanner) grow() (begins, ends []uint32) {
	room := max(4096, 2*len(s.text.Begin))
	s.text.Begin = append(make([]uint32, 0, room), s.text.Begin...)[:room]
	s.text.End = append(make([]uint32, 0, room), s.text.End...)[:room]
	return s.text.Begin, s.text.End
}

// endRecord decides on the record whose raw text is given and whose cells end at n. It returns where the cells
// of the next one begin.
func (s *scanner) endRecord(raw, data []byte, n int) int {
	line, cells := s.line, n-s.kept
	repairs := s.repairs
	if (len(raw) == 0 || raw[0] <= ' ' || raw[0] == s.separator) && s.isBlank(raw) { // no record
		s.addBlank(line)
		s.line++
		return s.kept
	}
	if s.columns > 0 && s.headers.begins(data[s.text.Begin[s.kept]:s.text.End[s.kept]]) {
		switch s.headers.compare(s.texts(data, n)) {
		case sameHeader:
			return s.take(table.Fault{Kind: table.HeaderAgain, Line: line, Text: string(bytes.TrimSuffix(raw, []byte{'\r'}))})
		case otherHeader:
			s.take(table.Fault{Kind: table.OtherHeader, Line: line, Text: string(bytes.TrimSuffix(raw, []byte{'\r'}))})
			s.line, s.section, s.columns = line, true, 0
			return s.kept
		}
	}
	switch {
	case s.columns == 0:
		s.stopped = true
	case mayBeTotal(data[s.text.Begin[s.kept]:s.text.End[s.kept]]) && isTotal(s.texts(data, n), s.columns):
		return s.take(table.Fault{Kind: table.Total, Line: line, Text: string(bytes.TrimSuffix(raw, []byte{'\r'}))})
	case cells > s.columns && s.blankFrom(data, s.kept+s.columns, n):
		n = s.kept + s.columns
	case cells != s.columns:
		return s.take(table.Fault{Kind: table.Ragged, Line: line, Cells: cells, Text: string(bytes.TrimSuffix(raw, []byte{'\r'}))})
	}
	if len(raw) > s.limits.Field && s.overlong(n) {
		return s.take(table.Fault{Kind: table.Overlong, Line: line, Text: string(bytes.TrimSuffix(raw, []byte{'\r'}))})
	}
	s.endBlanks()
	s.line += 1 + s.feeds
	s.feeds, s.repairs = 0, s.repairs[:0]
	for _, r := range repairs {
		if r.cell >= n {
			break
		}
		begin := int(s.text.Begin[r.cell])
		s.text.Begin[r.cell] = uint32(len(data) + len(s.unquoted))
		s.unquoted = unquote(s.unquoted, data, begin, r.closing, r.end)
		s.text.End[r.cell] = uint32(len(data) + len(s.unquoted))
		if r.trailing {
			s.text.Faults = append(s.text.Faults, table.Fault{Kind: table.Stray, Line: line, Column: r.cell - s.kept})
		}
	}
	s.text.Lines = append(s.text.Lines, uint32(line))
	s.kept = n
	return n
}

// isBlank tells whether a line holds nothing but blanks and separators, such as Excel writes below a list.
func (s *scanner) isBlank(raw []byte) bool {
	for _, b := range raw {
		if b != ' ' && b != '\t' && b != '\r' && (b != s.separator || s.columns == 0) {
			return false
		}
	}
	return true
}

// take takes the current record out and notes why. It returns where the cells of the next one begin.
func (s *scanner) take(f table.Fault) int {
	s.endBlanks()
	s.line += 1 + s.feeds
	s.feeds, s.repairs = 0, s.repairs[:0]
	s.note(f)
	return s.kept
}

func (s *scanner) note(f table.Fault) {
	s.text.Faults = append(s.text.Faults, f)
	if f.Kind.Rejects() {
		s.report.Rejected++
	}
}

// texts returns the cells of the current record, which end at n, as they lie in data.
func (s *scanner) texts(data []byte, n int) [][]byte {
	cells := make([][]byte, 0, n-s.kept)
	for cell := s.kept; cell < n; cell++ {
		cells = append(cells, data[s.text.Begin[cell]:s.text.End[cell]])
	}
	return cells
}

// textOf returns the text of a cell of a record that was kept.
func (s *scanner) textOf(data []byte, cell int) []byte {
	begin, end := int(s.text.Begin[cell]), int(s.text.End[cell])
	if begin < len(data) {
		return data[begin:end]
	}
	return s.unquoted[begin-len(data) : end-len(data)]
}

// overlong tells whether a cell of the current record, whose cells end at n, passes the limit.
func (s *scanner) overlong(n int) bool {
	for cell := s.kept; cell < n; cell++ {
		if int(s.text.End[cell]-s.text.Begin[cell]) > s.limits.Field {
			return true
		}
	}
	return false
}

// addBlank counts a blank line behind the header.
func (s *scanner) addBlank(line int) {
	if s.columns == 0 {
		return
	}
	if s.blanks == 0 {
		s.blank = line
	}
	s.blanks++
}

// endBlanks notes the blank lines before a record: those at the end of a file are nothing.
func (s *scanner) endBlanks() {
	if s.blanks > 0 {
		s.note(table.Fault{Kind: table.BlankLines, Line: s.blank, Cells: s.blanks})
		s.blanks = 0
	}
}

// blankFrom tells whether all cells from one place up to another are empty.
func (s *scanner) blankFrom(data []byte, from, to int) bool {
	for cell := from; cell < to; cell++ {
		if len(bytes.Trim(data[s.text.Begin[cell]:s.text.End[cell]], " \t")) > 0 {
			return false
		}
	}
	return true
}

// rejectOpen takes out a record, given up to the end of the line on which its open quote stands.
func (s *scanner) rejectOpen(raw []byte) int {
	line := s.line
	text := bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte{'\n'}), []byte{'\r'})
	s.feeds = max(1, bytes.Count(raw, []byte{'\n'})) - 1
	s.stopped = s.columns == 0
	s.report.Damaged = true
	return s.take(table.Fault{Kind: table.Unclosed, Line: line, Text: string(text)})
}

// begin makes the scanner fill another window, from data.
func (s *scanner) begin(w *window, data []byte) {
	s.text, s.kept, s.unquoted = &w.text, 0, s.unquoted[:0]
	w.marks, w.text.Tidy = markBlocks(w.marks, data, s.separator)
	s.marks = w.marks
}

// close makes a scanned window ready to be handed on: cut to its good records, with the texts that follow behind the
// data, of which the first so many bytes were used, and with its NUL bytes found.
func (w *window) close(s *scanner, data []byte, used int) {
	t := &w.text
	t.Begin, t.End = t.Begin[:s.kept], t.End[:s.kept]
	s.report.Records += t.Records()
	hasNUL := bytes.IndexByte(data[:used], 0) >= 0
	if room := len(data) + len(s.unquoted); room > len(w.buffer) {
		w.buffer = append(data, make([]byte, 2*len(s.unquoted)+block)...)
	}
	t.Data = append(w.buffer[:len(data)], s.unquoted...)
	if !hasNUL {
		return
	}
	for cell := range t.Begin {
		if slices.Contains(t.Data[t.Begin[cell]:t.End[cell]], 0) {
			t.Marks = append(t.Marks, table.Mark{Cell: uint32(cell), Kind: table.NUL})
		}
	}
}
