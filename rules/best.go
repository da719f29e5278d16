package rules

import "cmp"

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
			keepBest(n.least, x.owner, places, v.known, v.values, best.values, out)
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
			keepBest(n.least, x.owner, places, v.known, v.values, best.values, out)
			w.dropTexts(v)
			w.dropPlaces(places)
		}
		w.dropTexts(best)
	}
	x.end(w)
}

// keepBest takes elements over into the lanes they belong to, where they are better than what is best there so far.
func keepBest[T cmp.Ordered](least bool, owner []uint32, places []int32, known []uint8, values, best []T, out []int32) {
	for i, lane := range owner {
		if known[i] == 1 && places[i] >= 0 && (out[lane] < 0 || !least && values[i] > best[lane] || least && values[i] < best[lane]) {
			out[lane], best[lane] = places[i], values[i]
		}
	}
}
