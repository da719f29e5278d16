package ingest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Encoding says how the characters of a text are written as bytes.
type Encoding string

// The encodings that are read. Undeclared stands for one to be told from the file.
const (
	Undeclared  Encoding = ""
	UTF8        Encoding = "utf-8"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
	Windows1252 Encoding = "windows-1252"
)

// headSize is how much of a file is looked at before it is read as text.
const headSize = 4096

// marks of byte order, by encoding.
var byteOrderMarks = []struct {
	encoding Encoding
	mark     []byte
}{{UTF8, []byte("\xef\xbb\xbf")}, {UTF16LE, []byte("\xff\xfe")}, {UTF16BE, []byte("\xfe\xff")}}

// encodingOf tells from the beginning of a file which encoding it has, as far as that can be told there: by its
// byte order mark, or by the NUL bytes of UTF-16. UTF8 means that nothing speaks against it.
func encodingOf(head []byte) (e Encoding, mark int) {
	for _, m := range byteOrderMarks {
		if bytes.HasPrefix(head, m.mark) {
			return m.encoding, len(m.mark)
		}
	}
	return utf16Of(head), 0
}

// utf16Of tells UTF-16 text without a byte order mark: most bytes in the even places, or most in the odd ones,
// are NUL and few in the others.
func utf16Of(head []byte) Encoding {
	var nul [2]int
	for i, b := range head {
		if b == 0 {
			nul[i&1]++
		}
	}
	half := len(head) / 2
	few, many := min(nul[0], nul[1]), max(nul[0], nul[1])
	switch {
	case half < 4 || many*10 < half*7 || few*10 > half:
		return UTF8
	case nul[0] > nul[1]:
		return UTF16BE
	}
	return UTF16LE
}

// decoded returns a reader of the text in UTF-8, without a byte order mark.
func decoded(r io.Reader, e Encoding) io.Reader {
	switch e {
	case UTF16LE:
		return &transcoder{source: r, next: utf16Decoder(binary.LittleEndian)}
	case UTF16BE:
		return &transcoder{source: r, next: utf16Decoder(binary.BigEndian)}
	case Windows1252:
		return &transcoder{source: r, next: decode1252}
	}
	return r
}

// transcoder reads a text in UTF-8 that another encoding is read from, with a buffer of fixed size.
type transcoder struct {
	source io.Reader
	// next appends the text of from to to, as long as there is room, and returns how much of from it used. With
	// last nothing follows.
	next   func(to, from []byte, last bool) (text []byte, used int, err error)
	buffer [32 << 10]byte
	held   []byte // of buffer, not yet decoded
	text   []byte // decoded, not yet read
	room   [48 << 10]byte
	err    error // of the source
}

func (t *transcoder) Read(p []byte) (int, error) {
	for len(t.text) == 0 {
		if t.err != nil && len(t.held) == 0 {
			return 0, t.err
		}
		if t.err == nil {
			kept := copy(t.buffer[:], t.held)
			var n int
			n, t.err = t.source.Read(t.buffer[kept:])
			t.held = t.buffer[:kept+n]
		}
		if t.err != nil && !errors.Is(t.err, io.EOF) {
			return 0, t.err
		}
		text, used, err := t.next(t.room[:0], t.held, t.err != nil)
		if err != nil {
			return 0, err
		}
		t.text, t.held = text, t.held[used:]
	}
	n := copy(p, t.text)
	t.text = t.text[n:]
	return n, nil
}

// runeRoom is how many bytes one character may take.
const runeRoom = utf8.UTFMax

func decode1252(to, from []byte, _ bool) ([]byte, int, error) {
	for i, b := range from {
		if cap(to)-len(to) < runeRoom {
			return to, i, nil
		}
		if b < utf8.RuneSelf {
			to = append(to, b)
			continue
		}
		if undefined1252(b) {
			return nil, 0, fmt.Errorf("read extract: the file holds the byte %#x, which Windows-1252 does not have; declare its encoding, or save it as \"CSV UTF-8\" and deliver it again: %w", b, ErrEncoding)
		}
		to = utf8.AppendRune(to, charmap.Windows1252.DecodeByte(b))
	}
	return to, len(from), nil
}

// undefined1252 tells of the five bytes that Windows-1252 gives no character.
func undefined1252(b byte) bool {
	return b == 0x81 || b == 0x8d || b == 0x8f || b == 0x90 || b == 0x9d
}

var errUTF16 = fmt.Errorf("read extract: the file is UTF-16 and holds half a character; it may be cut off: save it as \"CSV UTF-8\" and deliver it again: %w", ErrEncoding)

// utf16Decoder decodes UTF-16. Half a surrogate pair and half a unit at the end are errors, never replaced.
func utf16Decoder(order binary.ByteOrder) func(to, from []byte, last bool) ([]byte, int, error) {
	const lowest, low, highest = 0xd800, 0xdc00, 0xdfff
	return func(to, from []byte, last bool) ([]byte, int, error) {
		at := 0
		for at+1 < len(from) && cap(to)-len(to) >= runeRoom {
			unit := rune(order.Uint16(from[at:]))
			if unit < lowest || unit > highest {
				to = utf8.AppendRune(to, unit)
				at += 2
				continue
			}
			if at+3 >= len(from) && !last {
				return to, at, nil
			}
			if unit >= low || at+3 >= len(from) {
				return nil, 0, errUTF16
			}
			second := rune(order.Uint16(from[at+2:]))
			if second < low || second > highest {
				return nil, 0, errUTF16
			}
			to = utf8.AppendRune(to, (unit-lowest)<<10|(second-low)+0x10000)
			at += 4
		}
		if last && at+1 == len(from) {
			return nil, 0, errUTF16
		}
		return to, at, nil
	}
}

// checkUTF8 returns an error that names the line when text, whose first line is line, is not UTF-8, and whether
// all of it is ASCII.
func checkUTF8(text []byte, line int) (plain bool, err error) {
	if isASCII(text) {
		return true, nil
	}
	if utf8.Valid(text) {
		return false, nil
	}
	line += bytes.Count(text[:invalidAt(text)], []byte{'\n'})
	return false, fmt.Errorf(`read extract: line %d holds bytes that are not UTF-8; save it as "CSV UTF-8" and deliver it again: %w`, line, ErrEncoding)
}

// isASCII tells whether no byte is above 0x7f.
func isASCII(text []byte) bool {
	for len(text) >= 32 {
		if (binary.LittleEndian.Uint64(text)|binary.LittleEndian.Uint64(text[8:])|binary.LittleEndian.Uint64(text[16:])|binary.LittleEndian.Uint64(text[24:]))&highs != 0 {
			return false
		}
		text = text[32:]
	}
	for _, b := range text {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// invalidAt returns the place of the first byte that is not UTF-8.
func invalidAt(text []byte) (at int) {
	for at < len(text) {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}
