package rules

import (
	"strings"
	"unicode"
	"unicode/utf8"
	"unsafe"
)

type textConstant string

func (n textConstant) texts(_ *worker, rows []uint32, out texts) {
	for i := range rows {
		out.values[i], out.known[i] = string(n), 1
	}
}

// lowerNode folds letters to lower case.
type lowerNode struct{ of textNode }

func (n lowerNode) texts(w *worker, rows []uint32, out texts) {
	n.of.texts(w, rows, out)
	for i, text := range out.values {
		if out.known[i] == 1 && changedByLower(text) {
			start := len(w.letters)
			for _, r := range text {
				w.letters = utf8.AppendRune(w.letters, unicode.ToLower(r))
			}
			made := w.letters[start:]
			out.values[i] = unsafe.String(unsafe.SliceData(made), len(made))
		}
	}
}

func changedByLower(text string) bool {
	for i := range len(text) {
		if c := text[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return true
		}
	}
	return false
}

// normalNode writes a text in the normal form of a format.
type normalNode struct {
	of     textNode
	normal func(string) string
}

func (n normalNode) texts(w *worker, rows []uint32, out texts) {
	n.of.texts(w, rows, out)
	for i, text := range out.values {
		if out.known[i] == 1 {
			out.values[i] = n.normal(text)
		}
	}
}

// sizeNode counts the characters of a text.
type sizeNode struct{ of textNode }

func (n sizeNode) numbers(w *worker, rows []uint32, out numbers) {
	from := w.takeTexts(len(rows))
	n.of.texts(w, rows, from)
	for i, text := range from.values {
		out.values[i], out.known[i] = int64(utf8.RuneCountInString(text)), from.known[i]
	}
	w.dropTexts(from)
}

// testNode asks one question of a text: valid, in_codes.
type testNode struct {
	of   textNode
	test func(string) bool
}

func (n testNode) bools(w *worker, rows []uint32, out []uint8) {
	from := w.takeTexts(len(rows))
	n.of.texts(w, rows, from)
	for i, text := range from.values {
		switch {
		case from.known[i] == 0:
			out[i] = unknown
		case n.test(text):
			out[i] = yes
		default:
			out[i] = no
		}
	}
	w.dropTexts(from)
}

// beginsNode tells whether a text begins with another.
type beginsNode struct{ of, start textNode }

func (n beginsNode) bools(w *worker, rows []uint32, out []uint8) {
	from, start := w.takeTexts(len(rows)), w.takeTexts(len(rows))
	n.of.texts(w, rows, from)
	n.start.texts(w, rows, start)
	for i, text := range from.values {
		out[i] = no
		if strings.HasPrefix(text, start.values[i]) {
			out[i] = yes
		}
		out[i] = settle(out[i], from.known[i]&start.known[i])
	}
	w.dropTexts(start)
	w.dropTexts(from)
}
