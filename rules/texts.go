package rules

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
	"unsafe"
)

type textConstant string

func (n textConstant) texts(_ *worker, at *lanes, out texts) {
	for i := range out.values {
		out.values[i], out.known[i] = string(n), 1
	}
}

// foldNode folds letters to lower or upper case.
type foldNode struct {
	of textNode
	to letterCase
}

type letterCase struct {
	first, last byte // the plain letters that it changes
	fold        func(rune) rune
}

var (
	lowerCase = letterCase{'A', 'Z', unicode.ToLower}
	upperCase = letterCase{'a', 'z', unicode.ToUpper}
)

func (n foldNode) texts(w *worker, at *lanes, out texts) {
	n.of.texts(w, at, out)
	for i, text := range out.values {
		if out.known[i] == 1 && n.to.changes(text) {
			start := len(w.letters)
			w.letters = n.to.appendFolded(w.letters, text)
			made := w.letters[start:]
			out.values[i] = unsafe.String(unsafe.SliceData(made), len(made))
		}
	}
}

func (c letterCase) appendFolded(letters []byte, text string) []byte {
	start := len(letters)
	letters = append(letters, text...)
	for i, b := range letters[start:] {
		switch {
		case b >= utf8.RuneSelf:
			letters = letters[:start]
			for _, r := range text {
				letters = utf8.AppendRune(letters, c.fold(r))
			}
			return letters
		case c.first <= b && b <= c.last:
			letters[start+i] = b ^ ('a' - 'A')
		}
	}
	return letters
}

func (c letterCase) changes(text string) bool {
	for i := range len(text) {
		if b := text[i]; b >= utf8.RuneSelf || c.first <= b && b <= c.last {
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

func (n normalNode) texts(w *worker, at *lanes, out texts) {
	n.of.texts(w, at, out)
	for i, text := range out.values {
		if out.known[i] == 1 {
			out.values[i] = n.normal(text)
		}
	}
}

// sizeNode counts the characters of a text.
type sizeNode struct{ of textNode }

func (n sizeNode) numbers(w *worker, at *lanes, out numbers) {
	from := w.takeTexts(at.n)
	n.of.texts(w, at, from)
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

func (n testNode) bools(w *worker, at *lanes, out []uint8) {
	if own, ok := ownTextsOf(w, at, n.of); ok {
		for i, known := range own.known {
			if out[i] = unknown; known == 1 {
				if out[i] = no; n.test(own.at(i)) {
					out[i] = yes
				}
			}
		}
		w.dropFlags(own.known)
		return
	}
	from := w.takeTexts(at.n)
	n.of.texts(w, at, from)
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

// holdsNode tells whether a text begins with, ends with or contains another.
type holdsNode struct {
	of, part textNode
	holds    func(text, part string) bool
}

func (n holdsNode) bools(w *worker, at *lanes, out []uint8) {
	from, part := w.takeTexts(at.n), w.takeTexts(at.n)
	n.of.texts(w, at, from)
	n.part.texts(w, at, part)
	for i, text := range from.values {
		out[i] = unknown
		if from.known[i]&part.known[i] == 1 {
			if out[i] = no; n.holds(text, part.values[i]) {
				out[i] = yes
			}
		}
	}
	w.dropTexts(part)
	w.dropTexts(from)
}

// substringNode is the characters from one place up to another.
type substringNode struct {
	of       textNode
	from, to numberNode
}

func (n substringNode) texts(w *worker, at *lanes, out texts) {
	from, to := w.takeNumbers(at.n), w.takeNumbers(at.n)
	n.of.texts(w, at, out)
	n.from.numbers(w, at, from)
	n.to.numbers(w, at, to)
	for i, text := range out.values {
		if out.known[i] &= from.known[i] & to.known[i]; out.known[i] == 1 {
			out.values[i] = characters(text, from.values[i], to.values[i])
		}
	}
	w.dropNumbers(to)
	w.dropNumbers(from)
}

func characters(text string, from, to int64) string {
	first, last, place := len(text), len(text), int64(0)
	for i := range text {
		if place >= from && i < first {
			first = i
		}
		if place >= to {
			last = i
			break
		}
		place++
	}
	if first > last {
		return ""
	}
	return text[first:last]
}

// integerNode reads a whole number.
type integerNode struct{ of textNode }

func (n integerNode) numbers(w *worker, at *lanes, out numbers) {
	from := w.takeTexts(at.n)
	n.of.texts(w, at, from)
	for i, text := range from.values {
		out.known[i] = 0
		if from.known[i] == 1 {
			if number, ok := wholeNumber(text); ok {
				out.values[i], out.known[i] = number, 1
			}
		}
	}
	w.dropTexts(from)
}

// wholeNumber reads digits, with or without a minus before them.
func wholeNumber(text string) (int64, bool) {
	digits, negative := strings.CutPrefix(text, "-")
	if digits == "" {
		return 0, false
	}
	number := int64(0)
	for i := range len(digits) {
		d := int64(digits[i]) - '0'
		if d < 0 || d > 9 || number < (math.MinInt64+d)/10 {
			return 0, false
		}
		number = number*10 - d // below zero, where the range is larger by one
	}
	if negative {
		return number, true
	}
	return -number, number != math.MinInt64
}

// codeOnNode tells whether a text is a code that may be used on a date.
type codeOnNode struct {
	of textNode
	on numberNode
	// place finds a code's place in from and to, or returns -1.
	place    func(text string) int
	from, to []int64
}

func (n codeOnNode) bools(w *worker, at *lanes, out []uint8) {
	text, on := w.takeTexts(at.n), w.takeNumbers(at.n)
	n.of.texts(w, at, text)
	n.on.numbers(w, at, on)
	for i, code := range text.values {
		if text.known[i]&on.known[i] == 0 {
			out[i] = unknown
			continue
		}
		out[i] = no
		if p := n.place(code); p >= 0 && n.from[p] <= on.values[i] && on.values[i] <= n.to[p] {
			out[i] = yes
		}
	}
	w.dropNumbers(on)
	w.dropTexts(text)
}

// groupNode is the group of a code, unknown where it has none.
type groupNode struct {
	of     textNode
	groups map[string]string
}

func (n groupNode) texts(w *worker, at *lanes, out texts) {
	n.of.texts(w, at, out)
	for i, text := range out.values {
		if out.known[i] == 1 {
			group, ok := n.groups[text]
			if out.values[i] = group; !ok {
				out.known[i] = 0
			}
		}
	}
}
