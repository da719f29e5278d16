package rules

import (
	"slices"

	"frontdoor/schemas/table"
)

// Found is a finding whose flagged cells are told by where they stand in the delivery. It lasts until the next one is
// asked for.
type Found struct {
	Finding             // its Cells stand in front of the flagged ones
	Flagged []FlaggedIn // in their order
}

// FlaggedIn is flagged cells of one field: one of each row, in their order.
type FlaggedIn struct {
	*CellSource
	Rows []uint32
}

// CellSource is where the cells of a flagged field stand.
type CellSource struct {
	Table string
	Field string
	Of    *table.Table
	Texts *table.Reader // of the field's column

	link []int32 // from the rows of the check's table; nil for the rows themselves
}

// Written writes a finding out with all of its cells.
func (f *Found) Written() Finding {
	n := 0
	for _, in := range f.Flagged {
		n += len(in.Rows)
	}
	made := f.Finding
	if n == 0 {
		return made
	}
	made.Cells = append(make([]Cell, 0, len(f.Cells)+n), f.Cells...)
	values := make([]string, 0, n)
	for _, in := range f.Flagged {
		for _, row := range in.Rows {
			cell := Cell{Table: in.Table, File: in.Of.FileOf(int(row)), Sheet: in.Of.SheetOf(int(row)), Line: in.Of.LineOf(int(row)), Field: in.Field}
			if text, delivered := in.Texts.Delivery(int(row)); delivered {
				values = append(values, text)
				cell.Value = &values[len(values)-1]
			}
			made.Cells = append(made.Cells, cell)
		}
	}
	return made
}

// flaggedCells gathers the flagged cells of a finding, each once.
type flaggedCells struct {
	found []FlaggedIn
	room  []uint32 // of the rows that do not stand elsewhere already
	once  bool     // no cell comes twice
	seen  map[cellPlace]bool
}

type cellPlace struct {
	table *table.Table
	field string
	row   uint32
}

// begin forgets what was gathered.
func (s *flaggedCells) begin(once bool) {
	s.found, s.room, s.once = s.found[:0], s.room[:0], once
	if len(s.seen) > crowded {
		s.seen = nil // a large map is cleared slowly
	}
	clear(s.seen)
}

// add adds the cells of a field that rows see; those without such a record have none.
func (s *flaggedCells) add(from *CellSource, rows []uint32) {
	if from.link != nil || !s.once {
		if s.seen == nil {
			s.seen = map[cellPlace]bool{}
		}
		first := len(s.room)
		s.room = slices.Grow(s.room, len(rows))
		for _, row := range rows {
			if from.link != nil {
				place := from.link[row]
				if place < 0 {
					continue
				}
				row = uint32(place)
			}
			if !s.once {
				at := cellPlace{from.Of, from.Field, row}
				if s.seen[at] {
					continue
				}
				s.seen[at] = true
			}
			s.room = append(s.room, row)
		}
		rows = s.room[first:]
	}
	if len(rows) > 0 {
		s.found = append(s.found, FlaggedIn{from, rows})
	}
}

// idsAtOnce is how many findings are given their ids together.
const idsAtOnce = 512

// all yields the findings of hits.
func (w *findingWriter) all(hits []hit, id *Identifier, yield func(*Found) bool) {
	for some := range slices.Chunk(hits, idsAtOnce) {
		for _, h := range some {
			made := &w.checks[h.check].finding
			id.add(made.Rule, made.Table, w.leastKey(h), w.rule.checks[h.check].flagNames)
		}
		ids := id.ids()
		for i, h := range some {
			f := w.finding(h)
			f.ID = ids[i*idLength : (i+1)*idLength]
			if !yield(f) {
				return
			}
		}
	}
}

// finding finds the cells of a hit. A flagged cell of a record that is not there is left out, and a cell stands once.
func (w *findingWriter) finding(h hit) *Found {
	c, f, from := w.rule.checks[h.check], &w.hits[h.check], &w.checks[h.check]
	first, last := f.of(h.finding)
	w.cells.begin(from.once || last == first+1)
	for i := range c.flags {
		sources := from.flags[i]
		if c.flags[i].each == nil {
			for s := range sources {
				w.cells.add(&sources[s], f.rows[first:last])
			}
			continue
		}
		w.cells.once = false
		each := &f.each[i]
		if sources == nil {
			continue
		}
		places := each.places[each.starts[first]:each.starts[last]]
		if len(sources) == 1 {
			w.cells.add(&sources[0], places)
			continue
		}
		for i := range places {
			for s := range sources {
				w.cells.add(&sources[s], places[i:i+1])
			}
		}
	}
	w.found = Found{from.finding, w.cells.found}
	return &w.found
}

// leastKey returns the least key of a finding's records, so that their order does not matter. It lasts until the next
// one.
func (w *findingWriter) leastKey(h hit) []string {
	c, f, from := w.rule.checks[h.check], &w.hits[h.check], &w.checks[h.check]
	first, last := f.of(h.finding)
	split := c.split != nil && f.usable[c.split.flag]
	rows := f.rows[first:last]
	if !split {
		rows = w.leastHeads(from.key, rows)
	}
	least, own := w.least, w.own
	for at, row := range rows {
		own = append(own[:0], w.year...)
		own = appendKey(own, from.key, int(row))
		if split {
			found := &f.each[c.split.flag]
			for _, place := range found.places[found.starts[first+at]:found.starts[first+at+1]] {
				own = appendKey(append(own, w.year...), from.splitKey, int(place))
			}
		}
		if at == 0 || slices.Compare(own, least) < 0 {
			least, own = own, least
		}
	}
	w.least, w.own = least, own
	return least
}

// leastHeads returns those of several rows whose keys begin with the least eight bytes.
func (w *findingWriter) leastHeads(key []*table.Reader, rows []uint32) []uint32 {
	if len(rows) == 1 || len(key) == 0 {
		return rows
	}
	w.heads = slices.Grow(w.heads[:0], len(rows))[:len(rows)]
	key[0].Heads(rows, w.heads)
	least := slices.Min(w.heads)
	w.leastRows = w.leastRows[:0]
	for i, head := range w.heads {
		if head == least {
			w.leastRows = append(w.leastRows, rows[i])
		}
	}
	return w.leastRows
}

func appendKey(key []string, columns []*table.Reader, row int) []string {
	for _, c := range columns {
		key = append(key, c.Text(row))
	}
	return key
}
