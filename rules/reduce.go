package rules

import (
	"math"
	"slices"
	"strings"
)

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

// differentNode is count_distinct over known elements; of is a numberNode or a textNode.
type differentNode struct {
	loop *loop
	of   any
}

// scratch is room for the elements of one list.
type scratch struct {
	numbers []int64
	texts   []string
}

func (n differentNode) numbers(w *worker, at *lanes, out numbers) {
	x := n.loop.begin(w, at)
	x.keeps = true
	for i := range out.values {
		if out.values[i], out.known[i] = 0, 1; x.unknown(i) {
			out.known[i] = 0
		}
	}
	kept := w.sorted // a list inside this one has room of its own
	w.sorted = scratch{}
	kept.numbers, kept.texts = kept.numbers[:0], kept.texts[:0]
	last := uint32(0)
	settle := func(lane uint32) {
		if lane != last {
			out.values[last] = kept.different()
			last = lane
		}
	}
	for x.next(w, nil, 0) {
		switch of := n.of.(type) {
		case numberNode:
			v := w.takeNumbers(x.inner.n)
			of.numbers(w, x.inner, v)
			for i, lane := range x.owner {
				settle(lane)
				if v.known[i] == 1 {
					kept.numbers = append(kept.numbers, v.values[i])
				}
			}
			w.dropNumbers(v)
		case textNode:
			v := w.takeTexts(x.inner.n)
			of.texts(w, x.inner, v)
			for i, lane := range x.owner {
				settle(lane)
				if v.known[i] == 1 {
					kept.texts = append(kept.texts, v.values[i])
				}
			}
			w.dropTexts(v)
		}
	}
	if at.n > 0 {
		settle(math.MaxUint32)
	}
	clear(kept.texts[:cap(kept.texts)])
	w.sorted = kept
	x.end(w)
}

// different counts the different values and forgets them.
func (s *scratch) different() int64 {
	slices.Sort(s.numbers)
	slices.Sort(s.texts)
	n := int64(0)
	for i, v := range s.numbers {
		if i == 0 || v != s.numbers[i-1] {
			n++
		}
	}
	for i, v := range s.texts {
		if i == 0 || v != s.texts[i-1] {
			n++
		}
	}
	s.numbers, s.texts = s.numbers[:0], s.texts[:0]
	return n
}

// bestNode is max_by or min_by: the first of the elements with the greatest or least known value. by is a
// numberNode or a textNode.
type bestNode struct {
	loop    *loop
	element recordNode
	by      any
	least   bool
}

func (n bestNode) places(w *worker, at *lanes, out []int32) {
	x := n.loop.begin(w, at)
	for i := range out {
		if out[i] = noRecord; x.unknown(i) {
			out[i] = unsureRecord
		}
	}
	switch by := n.by.(type) {
	case numberNode:
		best := w.takeNumbers(at.n)
		for x.next(w, nil, 0) {
			places, v := w.takePlaces(x.inner.n), w.takeNumbers(x.inner.n)
			n.element.places(w, x.inner, places)
			by.numbers(w, x.inner, v)
			for i, lane := range x.owner {
				if v.known[i] == 1 && places[i] >= 0 && (out[lane] < 0 || !n.least && v.values[i] > best.values[lane] || n.least && v.values[i] < best.values[lane]) {
					out[lane], best.values[lane] = places[i], v.values[i]
				}
			}
			w.dropNumbers(v)
			w.dropPlaces(places)
		}
		w.dropNumbers(best)
	case textNode:
		x.keeps = true
		best := w.takeTexts(at.n)
		for x.next(w, nil, 0) {
			places, v := w.takePlaces(x.inner.n), w.takeTexts(x.inner.n)
			n.element.places(w, x.inner, places)
			by.texts(w, x.inner, v)
			for i, lane := range x.owner {
				order := strings.Compare(v.values[i], best.values[lane])
				if v.known[i] == 1 && places[i] >= 0 && (out[lane] < 0 || !n.least && order > 0 || n.least && order < 0) {
					out[lane], best.values[lane] = places[i], v.values[i]
				}
			}
			w.dropTexts(v)
			w.dropPlaces(places)
		}
		w.dropTexts(best)
	}
	x.end(w)
}

// The written nodes are the elements of a list that is written out: the row of the variable says which.

type writtenBool struct {
	variable int
	elements []boolNode
}

func (n writtenBool) bools(w *worker, at *lanes, out []uint8) {
	made := w.takeFlags(at.n)
	for place, e := range n.elements {
		e.bools(w, at, made)
		for i, row := range at.rows[n.variable] {
			if row == uint32(place) {
				out[i] = made[i]
			}
		}
	}
	w.dropFlags(made)
}

type writtenNumber struct {
	variable int
	elements []numberNode
}

func (n writtenNumber) numbers(w *worker, at *lanes, out numbers) {
	made := w.takeNumbers(at.n)
	for place, e := range n.elements {
		e.numbers(w, at, made)
		for i, row := range at.rows[n.variable] {
			if row == uint32(place) {
				out.values[i], out.known[i] = made.values[i], made.known[i]
			}
		}
	}
	w.dropNumbers(made)
}

type writtenText struct {
	variable int
	elements []textNode
}

func (n writtenText) texts(w *worker, at *lanes, out texts) {
	made := w.takeTexts(at.n)
	for place, e := range n.elements {
		e.texts(w, at, made)
		for i, row := range at.rows[n.variable] {
			if row == uint32(place) {
				out.values[i], out.known[i] = made.values[i], made.known[i]
			}
		}
	}
	w.dropTexts(made)
}

type writtenRecord struct {
	variable int
	elements []recordNode
}

func (n writtenRecord) places(w *worker, at *lanes, out []int32) {
	made := w.takePlaces(at.n)
	for place, e := range n.elements {
		e.places(w, at, made)
		for i, row := range at.rows[n.variable] {
			if row == uint32(place) {
				out[i] = made[i]
			}
		}
	}
	w.dropPlaces(made)
}
