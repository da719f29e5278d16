package rules

import (
	"math"
	"slices"
)

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
	n := len(slices.Compact(s.numbers)) + len(slices.Compact(s.texts))
	s.numbers, s.texts = s.numbers[:0], s.texts[:0]
	return int64(n)
}
