package rules

import "math/bits"

// loop is how a list is walked through: what its elements are of, and which of them count. Elements of the lists
// of all lanes are judged together, a chunk at a time, and what is found is gathered by the lane that owns it.
type loop struct {
	source   source
	variable int        // its rows are the elements
	filters  []boolNode // an element counts only where all are true
	reads    variables  // what the filters and whatever is asked of the elements read
}

// source is what the elements of a list are of.
type source interface {
	// open writes where the elements of each lane's list stand, from..to, in the rows that it returns; without
	// rows the elements are from..to themselves. from > to says that the list is unknown.
	open(w *worker, at *lanes, from, to []uint32) (rows []uint32)
}

// walker is one walk through the lists of some lanes.
type walker struct {
	loop     *loop
	at       *lanes
	from, to []uint32 // of each lane, the elements to come
	rows     []uint32
	lane     int
	began    bool // with the list of the lane
	letters  int
	keeps    bool // texts made for earlier elements are still in use

	inner *lanes   // the elements at hand, with the rows of the other variables
	owner []uint32 // the lane of each
}

// begin begins a walk. It is over when next returns false, and must then be ended.
func (l *loop) begin(w *worker, at *lanes) *walker {
	x := take(&w.walkers, func() *walker { return &walker{} })
	from, to := w.takeRows(at.n), w.takeRows(at.n)
	*x = walker{loop: l, at: at, from: from, to: to, letters: len(w.letters)}
	x.rows = l.source.open(w, at, from, to)
	return x
}

// unknown tells whether the list of a lane is unknown. It is asked before the first next.
func (x *walker) unknown(lane int) bool { return x.from[lane] > x.to[lane] }

// next puts the next elements at hand, until there are no more or the worker is halted. Lanes for which out is
// settled already are passed over.
func (x *walker) next(w *worker, out []uint8, settled uint8) bool {
	for x.fill(w, out, settled) {
		for _, filter := range x.loop.filters {
			answers := w.takeFlags(x.inner.n)
			filter.bools(w, x.inner, answers)
			x.keep(answers)
			w.dropFlags(answers)
			if x.inner.n == 0 {
				break
			}
		}
		if x.inner.n > 0 {
			return true
		}
	}
	return false
}

func (x *walker) fill(w *worker, out []uint8, settled uint8) bool {
	x.drop(w)
	if !x.keeps {
		w.letters = w.letters[:x.letters]
	}
	elements, owner := w.takeRows(chunkRows), w.takeRows(chunkRows)
	n := 0
	for n < chunkRows && x.lane < x.at.n {
		from, to := x.from[x.lane], x.to[x.lane]
		if from >= to || out != nil && out[x.lane] == settled {
			x.lane, x.began = x.lane+1, false
			continue
		}
		if !x.began {
			x.began = true
			if to-from > crowded {
				w.effort.group(x.loop, to, int(to-from))
			}
		}
		take := min(int(to-from), chunkRows-n)
		if x.rows != nil {
			copy(elements[n:n+take], x.rows[from:])
		} else {
			for i := range take {
				elements[n+i] = from + uint32(i)
			}
		}
		for i := n; i < n+take; i++ {
			owner[i] = uint32(x.lane)
		}
		x.from[x.lane] += uint32(take)
		n += take
	}
	x.owner = owner[:n]
	x.inner = w.takeLanes()
	x.inner.n = n
	if n == 0 || !w.effort.spend(w, n) {
		w.dropRows(elements)
		return false
	}
	for reads := x.loop.reads; reads != 0; reads &= reads - 1 {
		v := bits.TrailingZeros16(uint16(reads))
		if rows := x.at.rows[v]; rows != nil && v != x.loop.variable {
			x.inner.rows[v] = gather(w.takeRows(n), rows, x.owner)
		}
	}
	if x.at.codes != nil {
		x.inner.codes = gather(w.takeRows(n), x.at.codes, x.owner)
	}
	x.inner.rows[x.loop.variable] = elements[:n]
	return true
}

// keep keeps the elements for which the answer is yes.
func (x *walker) keep(answers []uint8) {
	kept := len(keep(x.owner, answers, yes))
	x.owner = x.owner[:kept]
	for v, rows := range x.inner.rows {
		if rows != nil {
			x.inner.rows[v] = keep(rows, answers, yes)
		}
	}
	if x.inner.codes != nil {
		x.inner.codes = keep(x.inner.codes, answers, yes)
	}
	x.inner.n = kept
}

func (x *walker) drop(w *worker) {
	if x.inner != nil {
		w.dropLanes(x.inner)
		w.dropRows(x.owner)
		x.inner, x.owner = nil, nil
	}
}

func (x *walker) end(w *worker) {
	x.drop(w)
	w.dropRows(x.to)
	w.dropRows(x.from)
	w.walkers = append(w.walkers, x)
}

// childrenSource is the records of another table that belong to a record.
type childrenSource struct {
	owner recordNode
	list  int // its place among the lists of the check
}

func (s childrenSource) open(w *worker, at *lanes, from, to []uint32) []uint32 {
	list := w.in.lists[s.list]
	places := w.takePlaces(at.n)
	s.owner.places(w, at, places)
	for i, place := range places {
		if place < 0 {
			from[i], to[i] = 1, 0
			continue
		}
		switch first := list.first[place]; first {
		case noRecord:
			from[i], to[i] = 0, 0
		case unsureRecord:
			from[i], to[i] = 1, 0
		default:
			from[i], to[i] = list.starts[first], list.starts[first+1]
		}
	}
	w.dropPlaces(places)
	return list.rows
}

// tableSource is a whole table.
type tableSource struct{ table int }

func (s tableSource) open(w *worker, at *lanes, from, to []uint32) []uint32 {
	for i := range at.n {
		from[i], to[i] = 0, uint32(w.in.lengths[s.table])
	}
	return nil
}

// partsSource is the parts of a cell of the type list.
type partsSource struct{ slot int }

func (s partsSource) open(w *worker, at *lanes, from, to []uint32) []uint32 {
	c := &w.in.columns[s.slot]
	blank := uint32(c.dictionary.Len())
	if at.codes != nil {
		for i, code := range at.codes {
			switch code {
			case blank:
				from[i], to[i] = 0, 0
			case blank + 1:
				from[i], to[i] = 1, 0
			default:
				from[i], to[i] = c.parts.starts[code], c.parts.starts[code+1]
			}
		}
		return c.parts.codes
	}
	rows, link, made := c.see(w, at)
	for i, row := range rows {
		place := placeOf(link, row)
		switch {
		case place < 0 || c.valid(place) == 0 && c.missing(place) == unknown:
			from[i], to[i] = 1, 0
		case c.valid(place) == 0:
			from[i], to[i] = 0, 0
		default:
			from[i], to[i] = c.parts.starts[c.codes[place]], c.parts.starts[c.codes[place]+1]
		}
	}
	if made != nil {
		w.dropPlaces(made)
	}
	return c.parts.codes
}

// writtenSource is a list that is written out: its elements are numbered.
type writtenSource struct{ length int }

func (s writtenSource) open(_ *worker, at *lanes, from, to []uint32) []uint32 {
	for i := range at.n {
		from[i], to[i] = 0, uint32(s.length)
	}
	return nil
}
