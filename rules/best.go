package rules

import "strings"

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
