package rules

import (
	"cmp"
	"math"
	"slices"
)

// overlapProgram is no_overlap, compiled.
type overlapProgram struct {
	within     []any
	start, end numberNode
	ended      boolNode   // is there an end
	openUntil  numberNode // nil for no end at all
	touching   bool       // one may start on the day on which another ends
	identical  bool       // records with the same start and end are one
}

// openProgram is at_most_one_open, compiled.
type openProgram struct {
	within []any
	ended  boolNode
}

func (c *checkCompiler) noOverlap(n *NoOverlap) *overlapProgram {
	if n == nil {
		return nil
	}
	p := &overlapProgram{within: c.keys(n.Within, "within"), start: c.date(n.Start, "start"), touching: n.Touching == "allowed", identical: n.Identical == "allowed"}
	p.end, p.ended = c.field(n.End, "end")
	if n.OpenUntil.Text != "" {
		p.openUntil = c.date(n.OpenUntil, "open_until")
	}
	return p
}

func (c *checkCompiler) atMostOneOpen(o *AtMostOneOpen) *openProgram {
	if o == nil {
		return nil
	}
	p := &openProgram{within: c.keys(o.Within, "within")}
	_, p.ended = c.field(o.End, "end")
	return p
}

// span is the time of one record.
type span struct {
	group, row  uint32
	start, last int64 // the days that it covers, both included; last before start when it is known to cover nothing
	open        bool
	unsure      bool // its end cannot be read
}

// same tells whether two spans of a group have the same start and end.
func (s span) same(other span) bool {
	return s.group == other.group && s.start == other.start && s.last == other.last && s.open == other.open && !s.unsure && !other.unsure
}

// overlapping returns the rows whose time and that of another looked at with the same keys have a day in common,
// in row order: the later of the two starts on a day that the earlier covers.
func (c *checkProgram) overlapping(w *worker, look func(rows []uint32)) ([]uint32, error) {
	p := c.overlap
	within := newAgreement(w, p.within, 2)
	defer within.drop(w)
	spans := make([]span, 0, w.in.rows)
	err := c.eachChunk(w, nil, func(at *lanes) {
		look(at.rows[0])
		first := len(within.rows)
		within.add(w, at)
		start, end, until, ended := w.takeNumbers(at.n), w.takeNumbers(at.n), w.takeNumbers(at.n), w.takeFlags(at.n)
		p.start.numbers(w, at, start)
		p.end.numbers(w, at, end)
		p.ended.bools(w, at, ended)
		fill(math.MaxInt64, until)
		if p.openUntil != nil {
			p.openUntil.numbers(w, at, until)
		}
		for i, row := range at.rows[0] {
			if start.known[i] == 0 {
				continue
			}
			s := span{group: uint32(first + i), row: row, start: start.values[i]}
			switch {
			case ended[i] == yes:
				s.last = end.values[i]
			case ended[i] == no && until.known[i] == 1:
				s.open, s.last = true, until.values[i]
			default:
				s.unsure, s.last = true, math.MinInt64
			}
			if p.touching && s.last > math.MinInt64 {
				s.last--
			}
			spans = append(spans, s)
		}
		w.dropFlags(ended)
		w.dropNumbers(until)
		w.dropNumbers(end)
		w.dropNumbers(start)
	})
	if err != nil {
		return nil, err
	}
	groups, bound, err := within.numbers(w, 0)
	if err != nil {
		return nil, err
	}
	spans = gathered(spans, groups, bound)
	var one []span // those that are held against one another
	for i, s := range spans {
		if !p.identical || i == 0 || !s.same(spans[i-1]) {
			one = append(one, s)
		}
	}
	hit := overlaps(one)
	found := newBits(w.in.rows)
	at := -1
	for i, s := range spans {
		if !p.identical || i == 0 || !s.same(spans[i-1]) {
			at++
		}
		if hit[at] {
			found.Add([]uint32{s.row})
		}
	}
	return found.Rows(), nil
}

// gathered returns the spans that share their group with another, sorted by group and time. Until then the group of a
// span is its place in groups.
func gathered(spans []span, groups []uint32, bound int) []span {
	ends := make([]uint32, bound+1) // by group, where its spans end
	for _, s := range spans {
		if group := groups[s.group]; group != noCode {
			ends[group]++
		}
	}
	all := uint32(0)
	for group, n := range ends {
		if n > 1 {
			all += n
		}
		ends[group] = all - n
		if n == 1 {
			ends[group] = noCode
		}
	}
	shared := make([]span, all)
	for _, s := range spans {
		if group := groups[s.group]; group != noCode && ends[group] != noCode {
			s.group = group
			shared[ends[group]] = s
			ends[group]++
		}
	}
	for from := 0; from < len(shared); {
		to := int(ends[shared[from].group])
		slices.SortFunc(shared[from:to], func(a, b span) int {
			return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.last, b.last), order(a.open, b.open), order(a.unsure, b.unsure), cmp.Compare(a.row, b.row))
		})
		from = to
	}
	return shared
}

func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// overlaps tells which of the spans, sorted by group and start, overlap another.
func overlaps(spans []span) []bool {
	hit := make([]bool, len(spans))
	reach := int64(math.MinInt64) // the last day that a span of the group has covered so far
	for i := 0; i < len(spans); {
		group, start := spans[i].group, spans[i].start
		if i == 0 || spans[i-1].group != group {
			reach = math.MinInt64
		}
		// Spans with one start overlap as soon as one of them covers it.
		end, covered, furthest := i, reach >= start, reach
		for ; end < len(spans) && spans[end].group == group && spans[end].start == start; end++ {
			furthest = max(furthest, spans[end].last)
		}
		if end > i+1 {
			covered = covered || furthest >= start
		}
		for k := i; k < end; k++ {
			hit[k] = covered || end < len(spans) && spans[end].group == group && spans[end].start <= spans[k].last
		}
		i, reach = end, furthest
	}
	return hit
}

// severalOpen returns the rows without an end that share their keys with another looked at, in row order.
func (c *checkProgram) severalOpen(w *worker, look func(rows []uint32)) ([]uint32, error) {
	within := newAgreement(w, c.open.within, 2)
	defer within.drop(w)
	var open []uint32 // places in within
	err := c.eachChunk(w, nil, func(at *lanes) {
		look(at.rows[0])
		ended := w.takeFlags(at.n)
		c.open.ended.bools(w, at, ended)
		for i, e := range ended {
			if e == no {
				open = append(open, uint32(len(within.rows)+i))
			}
		}
		w.dropFlags(ended)
		within.add(w, at)
	})
	if err != nil {
		return nil, err
	}
	groups, bound, err := within.numbers(w, 0)
	if err != nil {
		return nil, err
	}
	count := make([]uint32, bound)
	for _, place := range open {
		if group := groups[place]; group != noCode {
			count[group]++
		}
	}
	var found []uint32
	for _, place := range open {
		if group := groups[place]; group != noCode && count[group] > 1 {
			found = append(found, within.rows[place])
		}
	}
	return found, nil
}
