package rules

import "math"

// The nodes here gather what is found of the elements of a list into one value for each lane.

// someNode is exists (settled is yes) or all (settled is no).
type someNode struct {
	loop    *loop
	is      boolNode
	settled uint8
}

func (n someNode) bools(w *worker, at *lanes, out []uint8) {
	x := n.loop.begin(w, at)
	for i := range out {
		if out[i] = yes - n.settled; x.unknown(i) {
			out[i] = unknown
		}
	}
	for x.next(w, out, n.settled) {
		answers := w.takeFlags(x.inner.n)
		n.is.bools(w, x.inner, answers)
		if n.settled == yes {
			for i, a := range answers {
				lane := x.owner[i]
				out[lane] = max(out[lane], a)
			}
		} else {
			for i, a := range answers {
				lane := x.owner[i]
				out[lane] = min(out[lane], a)
			}
		}
		w.dropFlags(answers)
	}
	x.end(w)
}

// countNode counts the elements of which is is true.
type countNode struct {
	loop *loop
	is   boolNode // nil for all elements
}

func (n countNode) numbers(w *worker, at *lanes, out numbers) {
	x := n.loop.begin(w, at)
	for i := range out.values {
		if out.values[i], out.known[i] = 0, 1; x.unknown(i) {
			out.known[i] = 0
		}
	}
	for x.next(w, nil, 0) {
		if n.is == nil {
			for _, lane := range x.owner {
				out.values[lane]++
			}
			continue
		}
		answers := w.takeFlags(x.inner.n)
		n.is.bools(w, x.inner, answers)
		for i, a := range answers {
			out.values[x.owner[i]] += int64(a >> 1)
		}
		w.dropFlags(answers)
	}
	x.end(w)
}

// knownNumber, knownText and knownBool tell whether a value is known; they are never unknown themselves.
type (
	knownNumber struct{ of numberNode }
	knownText   struct{ of textNode }
	knownBool   struct{ of boolNode }
)

func (n knownNumber) bools(w *worker, at *lanes, out []uint8) {
	v := w.takeNumbers(at.n)
	n.of.numbers(w, at, v)
	for i, known := range v.known {
		out[i] = yes * known
	}
	w.dropNumbers(v)
}

func (n knownText) bools(w *worker, at *lanes, out []uint8) {
	v := w.takeTexts(at.n)
	n.of.texts(w, at, v)
	for i, known := range v.known {
		out[i] = yes * known
	}
	w.dropTexts(v)
}

func (n knownBool) bools(w *worker, at *lanes, out []uint8) {
	n.of.bools(w, at, out)
	for i, a := range out {
		out[i] = yes * (1 &^ a)
	}
}

// knownList tells whether a list is known.
type knownList struct{ loop *loop }

func (n knownList) bools(w *worker, at *lanes, out []uint8) {
	x := n.loop.begin(w, at)
	for i := range out {
		if out[i] = yes; x.unknown(i) {
			out[i] = no
		}
	}
	x.end(w)
}

type gathering uint8

const (
	least gathering = iota
	greatest
	total
)

// gatherNode is min, max or sum over known elements.
type gatherNode struct {
	loop *loop
	of   numberNode
	what gathering
}

func (n gatherNode) numbers(w *worker, at *lanes, out numbers) {
	x := n.loop.begin(w, at)
	first := map[gathering]int64{least: math.MaxInt64, greatest: math.MinInt64}[n.what]
	over := w.takeFlags(at.n)
	for i := range out.values {
		out.values[i], out.known[i], over[i] = first, 0, 0
		if n.what == total && !x.unknown(i) {
			out.known[i] = 1
		}
	}
	for x.next(w, nil, 0) {
		v := w.takeNumbers(x.inner.n)
		n.of.numbers(w, x.inner, v)
		for i, lane := range x.owner {
			if v.known[i] == 0 {
				continue
			}
			switch a, b := out.values[lane], v.values[i]; n.what {
			case least:
				out.values[lane], out.known[lane] = min(a, b), 1
			case greatest:
				out.values[lane], out.known[lane] = max(a, b), 1
			case total:
				out.values[lane] = a + b
				over[lane] |= uint8(uint64((a^(a+b))&(b^(a+b))) >> 63)
			}
		}
		w.dropNumbers(v)
	}
	for i, o := range over {
		out.known[i] &^= o
	}
	w.dropFlags(over)
	x.end(w)
}
