package rules

import "math"

// comparison is what a comparing node asks of its two sides. The others follow from these by exchanging the
// sides.
type comparison uint8

const (
	less comparison = iota
	atMost
	equal
	notEqual
)

// compareNumbers compares integers or days.
type compareNumbers struct {
	ask         comparison
	left, right numberNode
}

func (n compareNumbers) bools(w *worker, at *lanes, out []uint8) {
	if c, ok := n.right.(constantNode); ok {
		n.againstConstant(w, at, out, n.left, c, false)
		return
	}
	if c, ok := n.left.(constantNode); ok {
		n.againstConstant(w, at, out, n.right, c, true)
		return
	}
	left, right := w.takeNumbers(at.n), w.takeNumbers(at.n)
	n.left.numbers(w, at, left)
	n.right.numbers(w, at, right)
	a, b := left.values, right.values[:len(left.values)]
	out = out[:len(a)]
	switch n.ask {
	case less:
		for i := range a {
			out[i] = no
			if a[i] < b[i] {
				out[i] = yes
			}
		}
	case atMost:
		for i := range a {
			out[i] = no
			if a[i] <= b[i] {
				out[i] = yes
			}
		}
	case equal:
		for i := range a {
			out[i] = no
			if a[i] == b[i] {
				out[i] = yes
			}
		}
	case notEqual:
		for i := range a {
			out[i] = no
			if a[i] != b[i] {
				out[i] = yes
			}
		}
	}
	for i := range out {
		out[i] = settle(out[i], left.known[i]&right.known[i])
	}
	w.dropNumbers(right)
	w.dropNumbers(left)
}

// againstConstant compares with one number for all rows; reversed says that the number stands on the left.
func (n compareNumbers) againstConstant(w *worker, at *lanes, out []uint8, side numberNode, c constantNode, reversed bool) {
	value, known := c.constant(w)
	if !known {
		for i := range out {
			out[i] = unknown
		}
		return
	}
	// Every comparison is "from low to high" or its contrary.
	low, high, inside := int64(math.MinInt64), int64(math.MaxInt64), yes
	switch {
	case n.ask == equal || n.ask == notEqual:
		low, high = value, value
		if n.ask == notEqual {
			inside = no
		}
	case n.ask == less && !reversed: // x < value, not (value <= x)
		low, inside = value, no
	case n.ask == atMost && !reversed:
		high = value
	case n.ask == less: // value < x, not (x <= value)
		high, inside = value, no
	default:
		low = value
	}
	if days, ok := daysInRun(w, at, side); ok {
		among(days, low, high, inside, out)
		return
	}
	vector := w.takeNumbers(at.n)
	if between, ok := side.(betweenNode); ok && between.unit == years {
		between.roughly(w, at, low, high, vector)
	} else {
		side.numbers(w, at, vector)
	}
	out = out[:len(vector.values)]
	for i, x := range vector.values {
		answer := yes - inside
		if x >= low && x <= high {
			answer = inside
		}
		out[i] = settle(answer, vector.known[i])
	}
	w.dropNumbers(vector)
}

// among writes inside where a day lies from low to high, else its contrary.
func among(days []int32, low, high int64, inside uint8, out []uint8) {
	out = out[:len(days)]
	for i, day := range days {
		answer := yes - inside
		if day := int64(day); day >= low && day <= high {
			answer = inside
		}
		out[i] = answer
	}
}

// compareTexts compares texts byte by byte.
type compareTexts struct {
	ask         comparison
	left, right textNode
}

func (n compareTexts) bools(w *worker, at *lanes, out []uint8) {
	left, right := w.takeTexts(at.n), w.takeTexts(at.n)
	n.left.texts(w, at, left)
	n.right.texts(w, at, right)
	for i, a := range left.values {
		b, holds := right.values[i], false
		switch n.ask {
		case less:
			holds = a < b
		case atMost:
			holds = a <= b
		case equal:
			holds = a == b
		case notEqual:
			holds = a != b
		}
		out[i] = no
		if holds {
			out[i] = yes
		}
		out[i] = settle(out[i], left.known[i]&right.known[i])
	}
	w.dropTexts(right)
	w.dropTexts(left)
}

// The among nodes are `in` over a list that is written out: true when an element is equal; else unknown when
// anything is.

type amongNumbers struct {
	of   numberNode
	list []numberNode
}

func (n amongNumbers) bools(w *worker, at *lanes, out []uint8) {
	value, element := w.takeNumbers(at.n), w.takeNumbers(at.n)
	n.of.numbers(w, at, value)
	clear(out)
	for _, e := range n.list {
		e.numbers(w, at, element)
		for i, v := range value.values {
			answer := no
			if element.values[i] == v {
				answer = yes
			}
			out[i] = max(out[i], settle(answer, value.known[i]&element.known[i]))
		}
	}
	w.dropNumbers(element)
	w.dropNumbers(value)
}

type amongTexts struct {
	of   textNode
	list []textNode
}

func (n amongTexts) bools(w *worker, at *lanes, out []uint8) {
	value, element := w.takeTexts(at.n), w.takeTexts(at.n)
	n.of.texts(w, at, value)
	clear(out)
	for _, e := range n.list {
		e.texts(w, at, element)
		for i, v := range value.values {
			answer := no
			if element.values[i] == v {
				answer = yes
			}
			out[i] = max(out[i], settle(answer, value.known[i]&element.known[i]))
		}
	}
	w.dropTexts(element)
	w.dropTexts(value)
}

// compileAmongTexts compiles `in` over texts; where every element is written out, it is asked of each text by itself.
func compileAmongTexts(of textNode, list []textNode) boolNode {
	if len(list) == 0 {
		return amongTexts{of, list}
	}
	var written []string
	for _, e := range list {
		text, ok := e.(textConstant)
		if !ok {
			return amongTexts{of, list}
		}
		written = append(written, string(text))
	}
	if fold, ok := of.(foldNode); ok {
		return testNode{fold.of, newWords(written, &fold.to).has}
	}
	return testNode{of, newWords(written, nil).has}
}

type amongBools struct {
	of   boolNode
	list []boolNode
}

func (n amongBools) bools(w *worker, at *lanes, out []uint8) {
	value, element := w.takeFlags(at.n), w.takeFlags(at.n)
	n.of.bools(w, at, value)
	clear(out)
	for _, e := range n.list {
		e.bools(w, at, element)
		for i, v := range value {
			out[i] = max(out[i], sameBool(v, element[i]))
		}
	}
	w.dropFlags(element)
	w.dropFlags(value)
}
