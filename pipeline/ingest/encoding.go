package ingest

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// headSize is how much of a file is looked at before it is read as text.
const headSize = 4096

var byteOrderMark = []byte("\xef\xbb\xbf")

// signatures are the first bytes of files that are often delivered in the place of a CSV file.
var signatures = []struct{ begins, what string }{
	{"PK\x03\x04", "a workbook or zip archive; save the sheet"},
	{"\xd0\xcf\x11\xe0", "an old Excel workbook; save the sheet"},
	{"%PDF", "a PDF; ask for the data behind it"},
	{"\x1f\x8b", "compressed with gzip; unpack it"},
	{"PAR1", "a Parquet file; export it"},
}

// checkHead looks at the beginning of a file and returns why it cannot be UTF-8 text, or nil.
func checkHead(head []byte) error {
	if len(head) == 0 {
		return fmt.Errorf("read extract: the file has no bytes; export it again: %w", ErrEmpty)
	}
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.begins)) {
			return fmt.Errorf(`read extract: the file is %s as "CSV UTF-8" and deliver that: %w`, s.what, ErrBinary)
		}
	}
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) || alternatesWithNUL(head) {
		return fmt.Errorf(`read extract: the file is UTF-16; save it as "CSV UTF-8" and deliver it again: %w`, ErrEncoding)
	}
	if controls := countControls(head); controls > 1 && controls*10 > len(head) {
		return fmt.Errorf(`read extract: the file is no text; save the table as "CSV UTF-8" and deliver that: %w`, ErrBinary)
	}
	return nil
}

// alternatesWithNUL tells whether most bytes in the even places, or most in the odd ones, are NUL and few in
// the others: UTF-16 text without a byte order mark.
func alternatesWithNUL(head []byte) bool {
	var nul [2]int
	for i, b := range head {
		if b == 0 {
			nul[i&1]++
		}
	}
	half := len(head) / 2
	few, many := min(nul[0], nul[1]), max(nul[0], nul[1])
	return half >= 4 && many*10 >= half*7 && few*10 <= half
}

// countControls counts the bytes that text does not have.
func countControls(head []byte) (n int) {
	for _, b := range head {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' || b == 0x7f {
			n++
		}
	}
	return n
}

// checkUTF8 returns an error that names the line when text, whose first line is line, is not UTF-8.
func checkUTF8(text []byte, line int) error {
	if utf8.Valid(text) {
		return nil
	}
	at := 0
	for at < len(text) {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	line += bytes.Count(text[:at], []byte{'\n'})
	return fmt.Errorf(`read extract: line %d holds bytes that are not UTF-8; save it as "CSV UTF-8" and deliver it again: %w`, line, ErrEncoding)
}
