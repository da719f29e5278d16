package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// declaredEncodings are the encodings that a file may declare, by their names in lower case. UTF-8 needs none.
var declaredEncodings = map[string]encoding.Encoding{
	"": nil, "utf-8": nil, "utf8": nil, "us-ascii": nil, "ascii": nil,
	"windows-1252": charmap.Windows1252, "cp1252": charmap.Windows1252,
	"iso-8859-1": charmap.ISO8859_1, "latin1": charmap.ISO8859_1, "iso_8859-1": charmap.ISO8859_1,
	"iso-8859-15": charmap.ISO8859_15,
	"utf-16":      unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
	"utf-16le":    unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
	"utf-16be":    unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
}

// textOf returns a reader of the file's text in UTF-8, and whether it begins with a byte order mark: by that
// mark, else by the encoding that it declares. The cause of the error is ErrEmpty, ErrBinary or ErrEncoding.
func textOf(r io.Reader) (text io.Reader, mark bool, err error) {
	head := make([]byte, headSize)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, false, fmt.Errorf("read extract: %w", nameless(err))
	}
	head = head[:n]
	all := io.MultiReader(bytes.NewReader(head), r)
	if n == 0 {
		return nil, false, fmt.Errorf("read extract: the file has no bytes; export it again: %w", ErrEmpty)
	}
	switch {
	case bytes.HasPrefix(head, byteOrderMarks[0].mark):
		_, err := io.CopyN(io.Discard, all, int64(len(byteOrderMarks[0].mark)))
		return all, true, err
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return transform.NewReader(all, declaredEncodings["utf-16"].NewDecoder()), true, nil
	case bytes.HasPrefix(head, []byte("<\x00")):
		return transform.NewReader(all, declaredEncodings["utf-16le"].NewDecoder()), false, nil
	case bytes.HasPrefix(head, []byte("\x00<")):
		return transform.NewReader(all, declaredEncodings["utf-16be"].NewDecoder()), false, nil
	}
	if first := bytes.TrimLeft(head, " \t\r\n"); len(first) == 0 || first[0] != '<' {
		return nil, false, fmt.Errorf("read extract: the file is no XML; export the return as XML and deliver that: %w", ErrBinary)
	}
	name := declaredEncoding(head)
	decode, known := declaredEncodings[strings.ToLower(name)]
	switch {
	case !known:
		return nil, false, fmt.Errorf("read extract: the file declares an encoding that is not read; export it in UTF-8 and deliver it again: %w", ErrEncoding)
	case decode == nil:
		return all, false, nil
	case strings.HasPrefix(strings.ToLower(name), "utf-16"):
		return all, false, nil // it is written in single bytes, whatever it declares
	}
	return transform.NewReader(all, decode.NewDecoder()), false, nil
}

// declaredEncoding returns the encoding that an XML declaration names, or "".
func declaredEncoding(head []byte) string {
	if !bytes.HasPrefix(head, []byte("<?xml")) {
		return ""
	}
	end := bytes.Index(head, []byte("?>"))
	if end < 0 {
		return ""
	}
	_, after, found := bytes.Cut(head[:end], []byte("encoding"))
	after = bytes.TrimLeft(after, " \t\r\n")
	if !found || len(after) < 3 || after[0] != '=' {
		return ""
	}
	after = bytes.TrimLeft(after[1:], " \t\r\n")
	if len(after) == 0 || after[0] != '"' && after[0] != '\'' {
		return ""
	}
	name, _, _ := bytes.Cut(after[1:], after[:1])
	return string(name)
}

// source is a stretch of a file's text in memory, from what must be kept to what was read last.
type nestedSource struct {
	ctx   context.Context
	text  io.Reader
	limit int // bytes kept at most

	buffer []byte
	pos    int // of the token that is being read
	end    int // of what was read
	keep   int // of the unit that is being read, or -1: what stands from here on is kept
	done   bool
	full   bool  // more was asked for than the limit allows
	err    error // of the reader or of the context

	line    int // of counted
	counted int
}

func newNestedSource(ctx context.Context, text io.Reader, window, limit int) *nestedSource {
	return &nestedSource{ctx: ctx, text: text, limit: limit, buffer: make([]byte, window), keep: -1, line: 1}
}

// more reads on. It moves what is kept to the front of the buffer, so places in it change; those relative to pos
// do not. It is false at the end of the file, when what must be kept passes the limit, and after an error.
func (s *nestedSource) more() bool {
	if s.done || s.err != nil {
		return false
	}
	if s.err = context.Cause(s.ctx); s.err != nil {
		return false
	}
	from := s.pos
	if s.keep >= 0 {
		from = s.keep
	}
	if from > 0 {
		s.lineAt(max(from, s.counted))
		copy(s.buffer, s.buffer[from:s.end])
		s.pos, s.end, s.counted = s.pos-from, s.end-from, s.counted-from
		if s.keep >= 0 {
			s.keep = 0
		}
	}
	if s.end == len(s.buffer) {
		if len(s.buffer) >= s.limit {
			s.full = true
			return false
		}
		s.buffer = append(s.buffer, make([]byte, min(len(s.buffer), s.limit-len(s.buffer)))...)
	}
	for range 100 {
		n, err := s.text.Read(s.buffer[s.end:])
		s.end += n
		switch {
		case errors.Is(err, io.EOF):
			s.done = true
			return n > 0
		case err != nil:
			s.err = fmt.Errorf("read extract: %w", nameless(err))
			return false
		case n > 0:
			return true
		}
	}
	s.err = fmt.Errorf("read extract: %w", io.ErrNoProgress)
	return false
}

// find returns the place of the first byte c at or behind from, both relative to pos, or -1. It looks no further
// than most bytes behind pos, so that a file with many places that never end is not read over and over.
func (s *nestedSource) find(c byte, from, most int) int {
	for {
		if s.pos+from <= min(s.end, s.pos+most) {
			if i := bytes.IndexByte(s.buffer[s.pos+from:min(s.end, s.pos+most)], c); i >= 0 {
				return from + i
			}
			from = s.end - s.pos
		}
		if from >= most || !s.more() {
			return -1
		}
	}
}

// findText is find for several bytes.
func (s *nestedSource) findText(text string, from, most int) int {
	for {
		end := min(s.end, s.pos+most)
		if s.pos+from <= end {
			if i := bytes.Index(s.buffer[s.pos+from:end], []byte(text)); i >= 0 {
				return from + i
			}
			from = max(from, end-s.pos-len(text)+1)
		}
		if s.end >= s.pos+most || !s.more() {
			return -1
		}
	}
}

// has tells whether there are n bytes from pos on.
func (s *nestedSource) has(n int) bool {
	for s.end-s.pos < n {
		if !s.more() {
			return false
		}
	}
	return true
}

// lineAt returns the physical line of a place in the buffer, which lies behind those asked for before.
func (s *nestedSource) lineAt(at int) int {
	if at > s.counted {
		s.line += bytes.Count(s.buffer[s.counted:at], []byte{'\n'})
		s.counted = at
	}
	return s.line
}
