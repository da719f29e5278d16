package ingest

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// headers knows the header that records are read by, to tell when it, or another, stands among the records.
type headers struct {
	names  [][]byte
	first  [256]bool // by first byte, whatever its case: does a name begin with it
	second [256]bool // by second byte: may it be that of a name, or stand behind one

	// By the first and the second byte of a record, neither a quote nor a separator: may it be a header, a total or a
	// blank line.
	suspect, suspectSecond [256]bool
}

func newHeaders(names []string) *headers {
	h := &headers{}
	for b := range h.second {
		h.second[b] = b <= ' ' || b >= utf8.RuneSelf
	}
	for _, name := range names {
		text := bytes.TrimSpace([]byte(name))
		h.names = append(h.names, text)
		if len(text) > 0 {
			h.first[bytes.ToLower(text[:1])[0]], h.first[bytes.ToUpper(text[:1])[0]] = true, true
		}
		if len(text) > 1 {
			h.second[bytes.ToLower(text[1:2])[0]], h.second[bytes.ToUpper(text[1:2])[0]] = true, true
		}
	}
	for b := range h.suspect {
		h.suspect[b] = b <= ' ' || h.first[b] || mayBeTotal([]byte{byte(b), 'o'})
		h.suspectSecond[b] = h.second[b] || b < '0' || b > '9'
	}
	return h
}

// begins tells whether a record whose first cell this is may be a header. It is asked of every record.
func (h *headers) begins(cell []byte) bool {
	return len(cell) > 0 && h.first[cell[0]] && (len(cell) == 1 || h.second[cell[1]]) && h.place(cell) >= 0
}

// place returns the place of the name that a cell holds, or -1.
func (h *headers) place(cell []byte) int {
	cell = bytes.TrimSpace(cell)
	for i, name := range h.names {
		if len(name) == len(cell) && len(name) > 0 && bytes.EqualFold(name, cell) {
			return i
		}
	}
	return -1
}

type likeness uint8

const (
	noHeader likeness = iota
	sameHeader
	otherHeader
)

// compare tells whether the cells of a record are the header: the same names in the same order, or names of the
// header in another order or number. Half of the header's names must be there, and nothing else.
func (h *headers) compare(cells [][]byte) likeness {
	same, found := true, 0
	seen := make([]bool, len(h.names))
	for i, cell := range cells {
		if len(bytes.TrimSpace(cell)) == 0 {
			same = same && (i >= len(h.names) || len(h.names[i]) == 0)
			continue
		}
		place := h.place(cell)
		if place < 0 || seen[place] && place != i {
			if i < len(h.names) && bytes.EqualFold(bytes.TrimSpace(cell), h.names[i]) {
				found++ // a name that stands twice in the header
				continue
			}
			return noHeader
		}
		seen[place] = true
		found++
		same = same && place == i
	}
	named := 0
	for _, name := range h.names {
		if len(name) > 0 {
			named++
		}
	}
	switch {
	case found*2 < named || found < 2 && named > 1:
		return noHeader
	case same && found == named:
		return sameHeader
	}
	return otherHeader
}

// totals are how the first text of a total begins, in lower case.
var totals = []string{"total", "grand total", "subtotal", "sub-total", "sub total", "record count", "row count", "number of records", "end of report", "end of file"}

// mayBeTotal tells whether a record whose first cell this is may be a total. It is asked of every record.
func mayBeTotal(cell []byte) bool {
	if len(cell) == 0 {
		return true
	}
	switch cell[0] {
	case 't', 'T', 'g', 'G', 's', 'S', 'r', 'R', 'n', 'N', 'e', 'E', ' ':
		return len(cell) > 1 && (cell[1] < '0' || cell[1] > '9')
	}
	return false
}

// isTotal tells whether the cells of a record are a total of those above it: the first text says so, all others
// are numbers, and at least half of the columns hold nothing.
func isTotal(cells [][]byte, columns int) bool {
	filled, first := 0, ""
	for _, cell := range cells {
		cell = bytes.TrimSpace(cell)
		switch {
		case len(cell) == 0:
			continue
		case filled == 0:
			first = strings.ToLower(string(cell))
		case len(bytes.Trim(cell, "0123456789.,+-% ")) > 0:
			return false
		}
		filled++
	}
	if filled == 0 || filled > 1 && filled*2 > columns+1 {
		return false
	}
	for _, word := range totals {
		rest, begins := strings.CutPrefix(first, word)
		if begins && (rest == "" || strings.ContainsAny(rest[:1], " s:=-")) {
			return true
		}
	}
	return false
}
