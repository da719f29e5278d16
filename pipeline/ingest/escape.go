package ingest

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// escapeLength is that of _xHHHH_, as which texts of workbooks write characters that XML cannot hold, and an underscore
// where one would be taken for the beginning of such.
const escapeLength = len("_x000D_")

// unescaped returns a text of a workbook with its characters instead of their escapes, in the same memory.
func unescaped(text []byte) []byte {
	at := bytes.Index(text, []byte("_x"))
	if at < 0 {
		return text
	}
	to := at
	for at < len(text) {
		unit, escaped := escapeAt(text[at:])
		if !escaped {
			text[to] = text[at]
			to, at = to+1, at+1
			continue
		}
		at += escapeLength
		r := rune(unit)
		if utf16.IsSurrogate(r) {
			low, pair := escapeAt(text[at:])
			if r = utf16.DecodeRune(r, rune(low)); pair && r != utf8.RuneError {
				at += escapeLength
			}
		}
		to += utf8.EncodeRune(text[to:], r)
	}
	return text[:to]
}

// escapeAt reads the escape with which a text begins.
func escapeAt(text []byte) (unit uint16, escaped bool) {
	if len(text) < escapeLength || text[0] != '_' || text[1] != 'x' || text[escapeLength-1] != '_' {
		return 0, false
	}
	digits := text[2 : escapeLength-1]
	if len(bytes.Trim(digits, "0123456789abcdefABCDEF")) > 0 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(digits), 16, 16)
	return uint16(n), err == nil
}
