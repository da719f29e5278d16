package rules

// pathNode is the record that a variable stands for, or one that a link of the check leads to from there.
type pathNode struct {
	variable int
	link     int // its place among the links of the check, or own
}

// own is the link of a record to itself.
const own = -1

func (n pathNode) places(w *worker, at *lanes, out []int32) {
	rows := at.rows[n.variable]
	if n.link == own {
		for i, row := range rows {
			out[i] = int32(row)
		}
		return
	}
	link := w.in.links[n.link]
	for i, row := range rows {
		out[i] = link[row]
	}
}

// onwardNode is the record that a link leads to from one that is computed.
type onwardNode struct {
	from recordNode
	link int
}

func (n onwardNode) places(w *worker, at *lanes, out []int32) {
	n.from.places(w, at, out)
	link := w.in.links[n.link]
	for i, place := range out {
		if place >= 0 {
			out[i] = link[place]
		}
	}
}

// presentRecord is present() of a record.
type presentRecord struct{ of recordNode }

func (n presentRecord) bools(w *worker, at *lanes, out []uint8) {
	places := w.takePlaces(at.n)
	n.of.places(w, at, places)
	for i, place := range places {
		switch place {
		case noRecord:
			out[i] = no
		case unsureRecord:
			out[i] = unknown
		default:
			out[i] = yes
		}
	}
	w.dropPlaces(places)
}

// sameRecord is == over records.
type sameRecord struct{ left, right recordNode }

func (n sameRecord) bools(w *worker, at *lanes, out []uint8) {
	left, right := w.takePlaces(at.n), w.takePlaces(at.n)
	n.left.places(w, at, left)
	n.right.places(w, at, right)
	for i, a := range left {
		switch b := right[i]; {
		case a < 0 || b < 0:
			out[i] = unknown
		case a == b:
			out[i] = yes
		default:
			out[i] = no
		}
	}
	w.dropPlaces(right)
	w.dropPlaces(left)
}
