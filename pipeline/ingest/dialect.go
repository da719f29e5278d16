package ingest

import (
	"io"
	"strings"
)

// dialectSize is how much of a text is looked at to tell its separator, its line ends and its header.
const dialectSize = 64 << 10

// Separators are the characters that may stand between cells, the likelier ones first.
var Separators = []byte{',', ';', '\t', '|'}

// dialect is how a text is written, as its beginning shows.
type dialect struct {
	separator byte
	ends      string // the line end of most lines: LF, CRLF or CR
	header    int    // the line of the header, counted from 1
	at        int    // the place where that line begins
	titles    []title
}

// title is a line above the header that is not blank.
type title struct {
	line int
	text string
}

// row is one of the first records of a text.
type row struct {
	line, at int
	cells    []string
}

// maxRows is how many records are tried as the header.
const maxRows = 40

// detectDialect tells the dialect of a text by its beginning; whole says that nothing follows. A separator that
// is not 0 is declared. known tells whether a name is that of a column, and may be nil.
//
// The header is the record that has the most known names, two at least and a third of its cells; without such a
// record, the first that is not blank. The separator is the one under which the header has the most known names;
// without any, the one that cuts the first record into the most cells.
func detectDialect(head []byte, whole bool, separator byte, known func(name string) bool) dialect {
	d := dialect{separator: separator, ends: lineEnds(head), header: 1}
	candidates := Separators
	if separator != 0 {
		candidates = []byte{separator}
	}
	var best struct{ names, cells int }
	var rows []row
	chosen := -1
	most := maxRows
	if known == nil {
		most = 1
	}
	for _, candidate := range candidates {
		tried := firstRows(head, candidate, d.ends == "CR", whole, most)
		for i, r := range tried {
			names, filled := 0, 0
			seen := map[string]bool{}
			for _, cell := range r.cells {
				cell = strings.TrimSpace(cell)
				if cell == "" {
					continue
				}
				filled++
				if known != nil && !seen[cell] && known(cell) {
					seen[cell] = true
					names++
				}
			}
			if i > 0 && (names < 2 || names*3 < filled) {
				continue
			}
			if chosen < 0 || names > best.names || names == best.names && i == 0 && chosen == 0 && len(r.cells) > best.cells {
				d.separator, rows, chosen = candidate, tried, i
				best.names, best.cells = names, len(r.cells)
			}
		}
	}
	if chosen < 0 {
		if d.separator == 0 {
			d.separator = ','
		}
		return d
	}
	d.header, d.at = rows[chosen].line, rows[chosen].at
	if chosen > 0 {
		d.titles = titlesOf(head[:d.at], d.ends == "CR")
	}
	return d
}

// titlesOf returns the lines of a text that are not blank.
func titlesOf(text []byte, returns bool) (titles []title) {
	line := 0
	for len(text) > 0 {
		line++
		n := endOfFirstLine(text, returns)
		if t := strings.TrimSpace(string(text[:n])); strings.Trim(t, ",;|\t ") != "" {
			titles = append(titles, title{line, t})
		}
		text = text[n:]
	}
	return titles
}

// endOfFirstLine returns the place behind the first line end; with returns a lone carriage return is one.
func endOfFirstLine(text []byte, returns bool) int {
	for i, b := range text {
		switch {
		case b == '\n':
			return i + 1
		case b == '\r' && returns && (i+1 == len(text) || text[i+1] != '\n'):
			return i + 1
		}
	}
	return len(text)
}

// firstRows cuts the first records, at most so many, out of a text, blank lines left out and a record that does
// not end in it too.
func firstRows(head []byte, separator byte, returns, whole bool, most int) (rows []row) {
	line := 1
	for at := 0; at < len(head) && len(rows) < most; {
		r := row{line: line, at: at}
		var used int
		var ended bool
		r.cells, used, ended = firstCells(head[at:], separator, returns)
		if !ended && !whole {
			return rows
		}
		for text := head[at : at+used]; len(text) > 0; line++ {
			text = text[endOfFirstLine(text, returns):]
		}
		at += used
		if strings.TrimSpace(strings.Join(r.cells, "")) != "" {
			rows = append(rows, r)
		}
	}
	return rows
}

// firstCells returns the cells of the first record, how many bytes it takes, and whether its end was there. A
// quote that does not close is a letter like others.
func firstCells(text []byte, separator byte, returns bool) (cells []string, used int, ended bool) {
	at := 0
	for {
		if at < len(text) && text[at] == '"' {
			if closing, _, outcome := findClosing(text, at, len(text), true); outcome == quoteCloses {
				cells = append(cells, strings.ReplaceAll(string(text[at+1:closing]), `""`, `"`))
				at = closing + 1
				for at < len(text) && text[at] != separator && text[at] != '\n' && (text[at] != '\r' || !returns) {
					at++
				}
				if at < len(text) && text[at] == separator {
					at++
					continue
				}
				return cells, min(at+1, len(text)), at < len(text)
			}
		}
		end := at
		for end < len(text) && text[end] != separator && text[end] != '\n' && (text[end] != '\r' || !returns) {
			end++
		}
		cells = append(cells, strings.TrimSuffix(string(text[at:end]), "\r"))
		if end < len(text) && text[end] == separator {
			at = end + 1
			continue
		}
		if end+1 < len(text) && text[end] == '\r' && text[end+1] == '\n' {
			end++
		}
		return cells, min(end+1, len(text)), end < len(text)
	}
}

// lineEnds tells how the lines of a text end, quoted cells left out: CR where the first of them, or more than end in
// a line feed, end in a lone carriage return; CRLF or LF by the majority of the others.
func lineEnds(text []byte) string {
	quoted, first := false, false
	var feeds, pairs, returns int
	for i, b := range text {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '\n' && i > 0 && text[i-1] == '\r':
			pairs++
		case b == '\n':
			feeds++
		case b == '\r' && i+1 < len(text) && text[i+1] != '\n':
			returns++
			first = first || feeds+pairs == 0
		}
	}
	switch {
	case first || returns > feeds+pairs:
		return "CR"
	case pairs > feeds:
		return "CRLF"
	}
	return "LF"
}

// feedReader turns every lone carriage return of a text whose lines end in one into a line feed.
type feedReader struct {
	source io.Reader
	after  bool // the last byte read was a carriage return, handed on as a line feed
}

func (f *feedReader) Read(p []byte) (int, error) {
	n, err := f.source.Read(p)
	text := p[:n]
	to := 0
	for _, b := range text {
		switch {
		case b == '\n' && f.after:
			f.after = false // the second half of a pair
			continue
		case b == '\r':
			f.after = true
			b = '\n'
		default:
			f.after = false
		}
		text[to] = b
		to++
	}
	return to, err
}
