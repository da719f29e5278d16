package ingest

import "bytes"

// quoted is a cell that begins with a quote.
type quoted struct {
	outcome  quoteOutcome
	closing  int // the place of the closing quote
	end      int // where the cell ends: at the closing quote, or behind the text that follows it
	next     int // the place of the separator or line feed behind the cell; the end of the data at the end of the file
	feeds    int // line feeds inside the quotes
	escaped  bool
	trailing bool // text stands behind the closing quote
}

type quoteOutcome uint8

const (
	quoteCloses quoteOutcome = iota
	quoteNeedsMore
	quoteStaysOpen
)

// readQuoted reads the cell whose opening quote stands at open. A cell of more than limit bytes stays open.
// So does one that spans lines and has text behind its closing quote: that quote opens another cell, and the
// records between the two are worth more than the doubt.
func readQuoted(data []byte, open int, separator byte, limit int, last bool) quoted {
	closing, escaped, outcome := findClosing(data, open, limit, last)
	if outcome != quoteCloses {
		return quoted{outcome: outcome}
	}
	q := quoted{closing: closing, end: closing, escaped: escaped}
	behind := closing + 1
	q.feeds = bytes.Count(data[open:closing], []byte{'\n'})
	if behind < len(data) && (data[behind] == separator || data[behind] == '\n') {
		q.next = behind
		return q
	}
	if q.next = behind + endOfCell(data[behind:], separator); q.next == len(data) && !last {
		return quoted{outcome: quoteNeedsMore}
	}
	rest := q.next
	if rest > behind && data[rest-1] == '\r' && (rest == len(data) || data[rest] == '\n') {
		rest--
	}
	if len(bytes.Trim(data[behind:rest], " \t")) > 0 {
		if q.feeds > 0 {
			return quoted{outcome: quoteStaysOpen}
		}
		q.trailing, q.end = true, rest
	}
	return q
}

// findClosing returns the place of the quote that closes the one at open.
func findClosing(data []byte, open, limit int, last bool) (at int, escaped bool, outcome quoteOutcome) {
	stop := open + 1 + limit // the closing quote stands here at the latest
	at = open + 1
	for {
		i := -1
		if to := min(len(data), stop+1); at < to {
			i = bytes.IndexByte(data[at:to], '"')
		}
		switch {
		case i < 0 && (last || len(data) > stop):
			return 0, false, quoteStaysOpen
		case i < 0 || at+i+1 == len(data) && !last:
			return 0, false, quoteNeedsMore
		}
		at += i
		if at+1 == len(data) || data[at+1] != '"' {
			return at, escaped, quoteCloses
		}
		escaped = true
		at += 2
	}
}

// endOfCell returns the place of the first separator or line feed, or the length of data.
func endOfCell(data []byte, separator byte) int {
	for i, b := range data {
		if b == separator || b == '\n' {
			return i
		}
	}
	return len(data)
}

// unquote appends the text of a quoted cell, which begins behind the opening quote, to others: doubled quotes
// become one, the closing quote goes. The data stays as it was delivered.
func unquote(to, data []byte, begin, closing, end int) []byte {
	for from := begin; from < closing; from++ {
		to = append(to, data[from])
		if data[from] == '"' {
			from++ // its double
		}
	}
	if end > closing {
		to = append(to, data[closing+1:end]...)
	}
	return to
}
