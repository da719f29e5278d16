package rules

import (
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
)

// position is where something stands in a catalogue: line and column from 1, in characters.
type position struct{ line, column int }

// document is the text of a catalogue, which faults quote.
type document struct {
	name  string
	lines []string
}

func newDocument(name string, text []byte) *document {
	return &document{name: name, lines: strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")}
}

// fault makes a fault of a place.
func (d *document) fault(at position, rule, message, hint string) Fault {
	f := Fault{File: d.name, Line: at.line, Column: at.column, Rule: rule, Message: message, Hint: hint}
	if at.line >= 1 && at.line <= len(d.lines) {
		f.Source = d.lines[at.line-1]
	}
	return f
}

// within returns the place of the offset-th character of a text that a catalogue holds. YAML may have folded,
// indented or quoted it; the characters that are not blanks stand in the catalogue in their order all the same.
func (d *document) within(e Expression, offset int) position {
	at := position{e.Line, e.Column}
	if at.line < 1 || at.line > len(d.lines) {
		return at
	}
	next := cursor{d, at.line - 1, at.column - 1}
	quote := next.rune()
	switch quote {
	case '|', '>':
		next = cursor{d, at.line, 0}
	case '"', '\'':
		next.step()
	default:
		quote = 0
	}
	offset += len([]rune(e.before))
	for i, r := range []rune(e.before + e.Text) {
		if unicode.IsSpace(r) {
			if i == offset {
				return next.place()
			}
			continue
		}
		for !next.end() && unicode.IsSpace(next.rune()) {
			next.step()
		}
		if quote == '"' && next.rune() == '\\' || quote == '\'' && r == '\'' {
			next.step() // the first of the two characters that stand for this one
		}
		if next.end() {
			return at
		}
		if i >= offset {
			return next.place()
		}
		next.step()
	}
	return next.place()
}

// cursor walks over the characters of a document; the end of a line counts as a blank.
type cursor struct {
	document     *document
	line, column int // from 0
}

func (c *cursor) end() bool { return c.line >= len(c.document.lines) }

func (c *cursor) rune() rune {
	if c.end() {
		return ' '
	}
	if line := []rune(c.document.lines[c.line]); c.column < len(line) {
		return line[c.column]
	}
	return ' '
}

func (c *cursor) step() {
	if c.column++; !c.end() && c.column > len([]rune(c.document.lines[c.line])) {
		c.line, c.column = c.line+1, 0
	}
}

func (c *cursor) place() position { return position{c.line + 1, c.column + 1} }

// positionOf returns where a node begins; a mapping begins with its first key.
func positionOf(node ast.Node) position {
	switch n := node.(type) {
	case *ast.MappingNode:
		if n.IsFlowStyle {
			return position{n.Start.Position.Line, n.Start.Position.Column}
		}
		if len(n.Values) > 0 {
			return positionOf(n.Values[0])
		}
	case *ast.MappingValueNode:
		return positionOf(n.Key.(ast.Node))
	}
	p := node.GetToken().Position
	return position{p.Line, p.Column}
}
