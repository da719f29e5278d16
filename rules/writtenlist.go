package rules

// The written nodes are the elements of a list that is written out: the row of the variable says which.

// pick takes over what the element at one place made, for the lanes that are at this place.
func pick[T any](rows []uint32, place int, made, out []T) {
	for i, row := range rows {
		if row == uint32(place) {
			out[i] = made[i]
		}
	}
}

type writtenBool struct {
	variable int
	elements []boolNode
}

func (n writtenBool) bools(w *worker, at *lanes, out []uint8) {
	made := w.takeFlags(at.n)
	for place, e := range n.elements {
		e.bools(w, at, made)
		pick(at.rows[n.variable], place, made, out)
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
		pick(at.rows[n.variable], place, made.values, out.values)
		pick(at.rows[n.variable], place, made.known, out.known)
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
		pick(at.rows[n.variable], place, made.values, out.values)
		pick(at.rows[n.variable], place, made.known, out.known)
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
		pick(at.rows[n.variable], place, made, out)
	}
	w.dropPlaces(made)
}
