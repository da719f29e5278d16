package ingest

import (
	"bytes"
	"unicode/utf8"
)

// tag reads the start tag at pos: where its > stands and how long its name is, both relative to pos (the name
// begins behind the <), and whether the element is empty. The tag is then in the buffer as a whole.
func (x *nestedReader) tag() (end, name int, empty bool, err error) {
	end = x.find('>', 1, maxMarkup)
	if end < 0 {
		return 0, 0, false, x.missing("a tag never ends")
	}
	for name = 1; nameByte(x.buffer[x.pos+name]); name++ {
	}
	name--
	if !isName(x.buffer[x.pos+1 : x.pos+1+name]) {
		return 0, 0, false, broken{1, "a tag is not well-formed"}
	}
	at := name + 1
	if at == end { // nothing but the name, as nearly always
		return end, name, false, nil
	}
	for {
		blank := at
		for x.has(at+1) && isBlank(x.buffer[x.pos+at]) {
			at++
		}
		if !x.has(at + 2) {
			if x.has(at+1) && x.buffer[x.pos+at] == '>' {
				return at, name, false, nil
			}
			return 0, 0, false, x.missing("a tag never ends")
		}
		switch c := x.buffer[x.pos+at]; {
		case c == '>':
			return at, name, false, nil
		case c == '/' && x.buffer[x.pos+at+1] == '>':
			return at + 1, name, true, nil
		case blank == at:
			return 0, 0, false, broken{1, "a tag is not well-formed"}
		}
		if at, err = x.attribute(at); err != nil {
			return 0, 0, false, err
		}
	}
}

// attribute passes over the attribute at a place relative to pos: a census has none but namespaces.
func (x *nestedReader) attribute(at int) (behind int, err error) {
	wrong := broken{1, "a tag is not well-formed"}
	from := at
	for x.has(at+1) && nameByte(x.buffer[x.pos+at]) {
		at++
	}
	if !isName(x.buffer[x.pos+from : x.pos+at]) {
		return 0, wrong
	}
	for x.has(at+1) && isBlank(x.buffer[x.pos+at]) {
		at++
	}
	if !x.has(at+1) || x.buffer[x.pos+at] != '=' {
		return 0, wrong
	}
	for at++; x.has(at+1) && isBlank(x.buffer[x.pos+at]); at++ {
	}
	if !x.has(at + 1) {
		return 0, x.missing("a tag never ends")
	}
	quote := x.buffer[x.pos+at]
	if quote != '"' && quote != '\'' {
		return 0, wrong
	}
	end := x.find(quote, at+1, maxMarkup)
	if end < 0 {
		return 0, x.missing("a quote in a tag never closes")
	}
	text := x.buffer[x.pos+at+1 : x.pos+end]
	if bytes.IndexByte(text, '<') >= 0 {
		return 0, wrong
	}
	if _, _, why := appendText(nil, text, false, false); why != "" {
		return 0, broken{1, why}
	}
	return end + 1, nil
}

// endTag reads an end tag and leaves the element.
func (x *nestedReader) endTag() error {
	end := x.find('>', 2, maxMarkup)
	if end < 0 {
		return x.missing("a tag never ends")
	}
	name := bytes.TrimRight(x.buffer[x.pos+2:x.pos+end], " \t\r\n")
	if len(x.open) == 0 {
		return broken{1, "an end tag has no start tag"}
	}
	last := x.open[len(x.open)-1]
	if last.name == anyName {
		if string(name[bytes.IndexByte(name, ':')+1:]) != last.element.name {
			return broken{1, "an end tag is not that of the element which is open"}
		}
	} else {
		if !bytes.Equal(name, x.names[last.name:]) {
			return broken{1, "an end tag is not that of the element which is open"}
		}
		x.names = x.names[:last.name]
	}
	x.open = x.open[:len(x.open)-1]
	x.pos += end + 1
	return x.leave(last.element)
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// nameByte tells of a byte that it can stand in a name; the first may be fewer.
func nameByte(c byte) bool { return nameBytes[c] }

var nameBytes = func() (in [256]bool) {
	for c := 'a'; c <= 'z'; c++ {
		in[c], in[c-'a'+'A'] = true, true
	}
	for c := '0'; c <= '9'; c++ {
		in[c] = true
	}
	for c := 0x80; c < 0x100; c++ {
		in[c] = true
	}
	in['_'], in['-'], in['.'], in[':'] = true, true, true, true
	return in
}()

// isName tells whether text, all of whose bytes can stand in a name, is one, with at most one prefix.
func isName(text []byte) bool {
	prefix := bytes.IndexByte(text, ':')
	return firstOfName(text) && (prefix < 0 || firstOfName(text[prefix+1:]) && bytes.IndexByte(text[prefix+1:], ':') < 0) && prefix != 0 && utf8.Valid(text)
}

func firstOfName(text []byte) bool {
	if len(text) == 0 {
		return false
	}
	c := text[0]
	return nameByte(c) && c != '-' && c != '.' && (c < '0' || c > '9')
}

// appendText adds the text of an element as it reads: with entities resolved, unless it stands verbatim, and
// every line end as one line feed. bad tells, from before or from now, that something in it is no text: bytes that
// are not UTF-8, or a control character. why says why it is not well-formed, or "".
func appendText(to, raw []byte, verbatim, bad bool) (text []byte, isBad bool, why string) {
	if !utf8.Valid(raw) {
		bad = true
	}
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case c == '\r':
			if i+1 < len(raw) && raw[i+1] == '\n' {
				i++
			}
			c = '\n'
		case c < ' ' && c != '\t' && c != '\n':
			bad = true
		case c == '&' && !verbatim:
			end := bytes.IndexByte(raw[i:min(len(raw), i+maxEntity)], ';')
			if end < 0 {
				return to, bad, "an ampersand begins no entity; it is written &amp;"
			}
			r, known := entity(raw[i+1 : i+end])
			if !known {
				return to, bad, "an entity is none that XML knows by itself"
			}
			to = utf8.AppendRune(to, r)
			i += end
			continue
		}
		to = append(to, c)
	}
	return to, bad, ""
}

const maxEntity = 16

// entity returns the character that an entity means: one of the five that XML has, or a number.
func entity(name []byte) (rune, bool) {
	switch string(name) {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "apos":
		return '\'', true
	case "quot":
		return '"', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], rune(10)
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n := rune(0)
	for _, c := range digits {
		d := rune(-1)
		switch {
		case c >= '0' && c <= '9':
			d = rune(c - '0')
		case base == 16 && c >= 'a' && c <= 'f':
			d = rune(c-'a') + 10
		case base == 16 && c >= 'A' && c <= 'F':
			d = rune(c-'A') + 10
		}
		if d < 0 || n > utf8.MaxRune {
			return 0, false
		}
		n = n*base + d
	}
	whitespace := n == '\t' || n == '\n' || n == '\r'
	return n, len(digits) > 0 && (n >= ' ' || whitespace) && utf8.ValidRune(n) && n != 0xfffe && n != 0xffff
}
