package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// xmlReader walks through the parts of a workbook: elements by their local names, and text. It reads what
// workbooks are made of and refuses the rest: no document type, so no entities but the five of XML.
type xmlReader struct {
	source io.Reader
	limit  int // bytes of one tag or text
	buffer []byte
	at     int
	ended  bool // the source has no more

	name   []byte // of the element that begins or ends; valid until the next call
	attrs  []xmlAttr
	closed bool   // the element that begins has no content: no end follows
	text   []byte // valid until the next call
}

type xmlAttr struct{ name, value []byte }

type xmlKind uint8

const (
	xmlStart xmlKind = iota
	xmlEnd
	xmlText
)

var errXML = fmt.Errorf("read workbook: it is damaged or cut off; open it in Excel, save it again and deliver that: %w", ErrDamaged)

func newXMLReader(r io.Reader, limit int) *xmlReader {
	return &xmlReader{source: r, limit: limit, buffer: make([]byte, 0, 64<<10)}
}

// more reads on; what was used is forgotten.
func (x *xmlReader) more() error {
	if x.ended {
		return io.EOF
	}
	rest := copy(x.buffer, x.buffer[x.at:])
	x.buffer, x.at = x.buffer[:rest], 0
	if rest == cap(x.buffer) {
		if rest >= x.limit {
			return fmt.Errorf("read workbook: a text in it is longer than the limit of %d bytes; check the workbook, or raise the limit: %w", x.limit, ErrLimit)
		}
		x.buffer = append(make([]byte, 0, min(2*rest, max(x.limit, rest+1))), x.buffer...)
	}
	n, err := x.source.Read(x.buffer[rest:cap(x.buffer)])
	x.buffer = x.buffer[:rest+n]
	if errors.Is(err, io.EOF) {
		x.ended = true
		err = nil
	}
	return err
}

// find returns the place of mark in the text from the place at+skip on, reading as far as it must.
func (x *xmlReader) find(skip int, mark []byte) (int, error) {
	for from := skip; ; {
		if from < len(x.buffer)-x.at {
			if i := bytes.Index(x.buffer[x.at+from:], mark); i >= 0 {
				return from + i, nil
			}
			from = max(skip, len(x.buffer)-x.at-len(mark)+1)
		}
		if err := x.more(); err != nil {
			return 0, err
		}
	}
}

// has tells whether the text goes on with a lead.
func (x *xmlReader) has(lead string) bool {
	for len(x.buffer)-x.at < len(lead) && !x.ended {
		if x.more() != nil {
			break
		}
	}
	return bytes.HasPrefix(x.buffer[x.at:], []byte(lead))
}

// next returns the next beginning or end of an element, or text. The error is io.EOF at the end.
func (x *xmlReader) next() (xmlKind, error) {
	for {
		for x.at == len(x.buffer) {
			if err := x.more(); err != nil {
				return 0, err
			}
		}
		if x.buffer[x.at] != '<' {
			return x.readText()
		}
		for x.at+1 == len(x.buffer) {
			if err := x.more(); err != nil {
				return 0, unfinished(err)
			}
		}
		if mark := x.buffer[x.at+1]; mark != '?' && mark != '!' {
			return x.readTag()
		}
		var end string
		switch {
		case x.has("<?"):
			end = "?>"
		case x.has("<!--"):
			end = "-->"
		case x.has("<![CDATA["):
			i, err := x.find(len("<![CDATA["), []byte("]]>"))
			if err != nil {
				return 0, unfinished(err)
			}
			x.text = x.buffer[x.at+len("<![CDATA[") : x.at+i]
			x.at += i + len("]]>")
			return xmlText, nil
		default: // a document type
			return 0, errXML
		}
		i, err := x.find(2, []byte(end))
		if err != nil {
			return 0, unfinished(err)
		}
		x.at += i + len(end)
	}
}

// unfinished says that the text ends where it must not.
func unfinished(err error) error {
	if errors.Is(err, io.EOF) {
		return errXML
	}
	return err
}

func (x *xmlReader) readText() (xmlKind, error) {
	i, err := x.find(0, []byte{'<'})
	if errors.Is(err, io.EOF) {
		i, err = len(x.buffer)-x.at, nil
	}
	if err != nil {
		return 0, err
	}
	x.text, err = unescape(x.buffer[x.at : x.at+i])
	x.at += i
	return xmlText, err
}

// readTag reads a tag, whose end may not stand inside quotes.
func (x *xmlReader) readTag() (xmlKind, error) {
	from := 1
	for {
		i, err := x.find(from, []byte{'>'})
		if err != nil {
			return 0, unfinished(err)
		}
		if tag := x.buffer[x.at+1 : x.at+i]; closedQuotes(tag) {
			x.at += i + 1
			return x.parseTag(tag)
		}
		from = i + 1
	}
}

// closedQuotes tells whether every quote of a tag closes.
func closedQuotes(tag []byte) bool {
	var open byte
	for _, b := range tag {
		switch {
		case open == 0 && (b == '"' || b == '\''):
			open = b
		case b == open:
			open = 0
		}
	}
	return open == 0
}

func (x *xmlReader) parseTag(tag []byte) (xmlKind, error) {
	x.attrs, x.closed = x.attrs[:0], false
	if len(tag) > 0 && tag[0] == '/' {
		x.name = localName(bytes.TrimRight(tag[1:], " \t\r\n"))
		return xmlEnd, nil
	}
	if len(tag) > 0 && tag[len(tag)-1] == '/' {
		x.closed, tag = true, tag[:len(tag)-1]
	}
	name, rest := cutName(tag)
	if len(name) == 0 {
		return 0, errXML
	}
	x.name = localName(name)
	for {
		if rest = skipBlanks(rest); len(rest) == 0 {
			return xmlStart, nil
		}
		name, rest = cutName(rest)
		rest = skipBlanks(rest)
		if len(name) == 0 || len(rest) < 2 || rest[0] != '=' {
			return 0, errXML
		}
		rest = skipBlanks(rest[1:])
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return 0, errXML
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return 0, errXML
		}
		value, err := unescape(rest[1 : 1+end])
		if err != nil {
			return 0, err
		}
		x.attrs = append(x.attrs, xmlAttr{localName(name), value})
		rest = rest[end+2:]
	}
}

func skipBlanks(text []byte) []byte {
	for len(text) > 0 && (text[0] == ' ' || text[0] == '\t' || text[0] == '\n' || text[0] == '\r') {
		text = text[1:]
	}
	return text
}

func cutName(text []byte) (name, rest []byte) {
	end := 0
	for end < len(text) && text[end] != ' ' && text[end] != '=' && text[end] != '\t' && text[end] != '\n' && text[end] != '\r' {
		end++
	}
	return text[:end], text[end:]
}

func localName(name []byte) []byte {
	if i := bytes.LastIndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}

// attr returns the value of an attribute of the element that begins, or nil.
func (x *xmlReader) attr(name string) []byte {
	for _, a := range x.attrs {
		if string(a.name) == name {
			return a.value
		}
	}
	return nil
}

// entities are those that every XML text has.
var entities = map[string]byte{"lt": '<', "gt": '>', "amp": '&', "quot": '"', "apos": '\''}

// unescape replaces references, in the memory of text.
func unescape(text []byte) ([]byte, error) {
	from := bytes.IndexByte(text, '&')
	if from < 0 {
		return text, nil
	}
	to := from
	for from < len(text) {
		if text[from] != '&' {
			text[to] = text[from]
			to, from = to+1, from+1
			continue
		}
		end := bytes.IndexByte(text[from:], ';')
		if end < 2 {
			return nil, errXML
		}
		name := string(text[from+1 : from+end])
		from += end + 1
		if b, known := entities[name]; known {
			text[to] = b
			to++
			continue
		}
		if name[0] != '#' {
			return nil, errXML
		}
		digits, base := name[1:], 10
		if len(digits) > 0 && digits[0] == 'x' {
			digits, base = digits[1:], 16
		}
		r, err := strconv.ParseUint(digits, base, 32)
		if err != nil || r > utf8.MaxRune {
			return nil, errXML
		}
		to += copy(text[to:], string(rune(r)))
	}
	return text[:to], nil
}
