package rules

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
