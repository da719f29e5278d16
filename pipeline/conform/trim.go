package conform

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// blankRunes are the characters that are cut off both ends of a cell beside ASCII blanks: the no-break space,
// the zero-width spaces and joiners, and a byte order mark.
var blankRunes = [][]byte{
	[]byte("\u00a0"), []byte("\u200b"), []byte("\u200c"), []byte("\u200d"), []byte("\u2060"), []byte("\ufeff"),
}

// solid tells of a byte that it neither is nor can belong to a blank.
var solid = func() (s [256]bool) {
	for b := byte('!'); b < 0x7f; b++ {
		s[b] = true
	}
	return s
}()

// trim returns where text begins and ends without the blanks at its ends.
func trim(text []byte) (from, to int) {
	if n := len(text); n > 0 && solid[text[0]] && solid[text[n-1]] {
		return 0, n
	}
	return trimRunes(text)
}

func trimRunes(text []byte) (from, to int) {
	to = len(text)
	for from < to {
		n := blankAt(text[from:to], bytes.HasPrefix)
		if n == 0 {
			break
		}
		from += n
	}
	for from < to {
		n := blankAt(text[from:to], bytes.HasSuffix)
		if n == 0 {
			break
		}
		to -= n
	}
	return from, to
}

// blankAt returns the length of the blank that stands at one end of text, or 0.
func blankAt(text []byte, has func(text, blank []byte) bool) int {
	for _, b := range []byte(" \t\r\n\v\f") {
		if has(text, []byte{b}) {
			return 1
		}
	}
	for _, blank := range blankRunes {
		if has(text, blank) {
			return len(blank)
		}
	}
	return 0
}

// withoutHidden appends text to to, with no-break blanks as plain ones and without zero-width characters, and tells
// whether there were any.
func withoutHidden(to, text []byte) (clean []byte, hidden bool) {
	for at := 0; at < len(text); {
		if text[at] < 0x80 {
			to = append(to, text[at])
			at++
			continue
		}
		n := 0
		for i, blank := range blankRunes {
			if bytes.HasPrefix(text[at:], blank) {
				if n, hidden = len(blank), true; i == 0 {
					to = append(to, ' ')
				}
				break
			}
		}
		if n == 0 {
			to = append(to, text[at])
			n = 1
		}
		at += n
	}
	return to, hidden
}

// isASCII tells whether a text has no byte of a longer character.
func isASCII(text []byte) bool {
	for ; len(text) >= 8; text = text[8:] {
		if binary.LittleEndian.Uint64(text)&0x8080808080808080 != 0 {
			return false
		}
	}
	for _, b := range text {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
