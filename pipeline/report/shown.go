package report

import (
	"strconv"
	"strings"
)

// Shown is a number as the reader of a page sees it. It holds a number only if that reader may see it, so that neither
// the template nor the length of a bar can tell a hidden one. Its zero value is blank.
type Shown struct {
	text  string
	value int64
	count bool // value holds
	kept  bool // from the reader
}

func (s Shown) String() string { return s.text }

// Value returns the count; ok is false where there is none to see.
func (s Shown) Value() (count int64, ok bool) { return s.value, s.count }

// Hidden tells whether a number is kept from the reader.
func (s Shown) Hidden() bool { return s.kept }

// counted shows a count, rounded to the nearest multiple of step.
func counted(n, step int64) Shown {
	if step > 1 {
		n = (n + step/2) / step * step
	}
	return Shown{text: thousands(n), value: n, count: true}
}

// keep shows a symbol in place of a number.
func keep(symbol string) Shown { return Shown{text: symbol, kept: true} }

// percentage writes a share with so many decimal places.
func percentage(share float64, places int) string {
	return strconv.FormatFloat(100*share, 'f', places, 64) + "\u00a0%"
}

// thousands writes a whole number with commas.
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// capital writes the first letter of a category large.
func capital(text string) string {
	if text == "" || text[0] < 'a' || text[0] > 'z' {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// lower writes the first letter of a label small.
func lower(text string) string {
	if text == "" || text[0] < 'A' || text[0] > 'Z' {
		return text
	}
	return strings.ToLower(text[:1]) + text[1:]
}
