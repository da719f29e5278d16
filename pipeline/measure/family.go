package measure

import (
	"math/bits"
	"slices"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// family is the sets of records over one table that are published, and the periods that their counts are told by.
type family struct {
	table  *table.Table
	date   string
	sets   []*set
	frames []frame
	spans  []Period // but the whole

	signatures []uint64 // by row: the sets that it is in
	policy     *Policy
	whole      Period
}

// frame says that a set is counted as a share of another.
type frame struct{ part, of *set }

// period notes that counts of the family are published by a period.
func (f *family) period(p Period) {
	if !slices.ContainsFunc(f.spans, func(q Period) bool { return q.Label == p.Label }) {
		f.spans = append(f.spans, p)
	}
}

// protect decides about every cell of the family: about the wholes first, then by period and by each field. A set
// whose whole is hidden shows nothing.
func (f *family) protect(policy *Policy, whole Period) {
	f.policy, f.whole = policy, whole
	f.signatures = make([]uint64, f.table.Rows)
	for i, s := range f.sets {
		for _, row := range s.chosen.rows {
			f.signatures[row] |= 1 << i
		}
	}
	nested := f.nested()
	f.protectWholes(nested)
	for _, s := range f.sets {
		if s.whole().open() {
			continue
		}
		for _, c := range s.periods {
			c.withheld = true
		}
		for _, cells := range s.fields {
			for _, c := range cells {
				c.withheld = true
			}
		}
	}
	f.byPeriod().protect(policy, nested)
	for _, fields := range f.fieldsTogether() {
		f.byFields(fields).protect(policy, nested)
	}
}

// pair is two sets, by number, of which one lies in the other.
type pair struct{ part, of int }

// nested returns the pairs whose difference a reader would take: a numerator and its denominator, and two sets of one
// denominator of which one lies in the other.
func (f *family) nested() []pair {
	framesOf := make([]uint64, len(f.sets)) // by set: the sets that it is a share of
	for _, fr := range f.frames {
		framesOf[slices.Index(f.sets, fr.part)] |= 1 << slices.Index(f.sets, fr.of)
	}
	in := make([]uint64, len(f.sets)) // by set: the sets that hold all of it
	for i := range in {
		in[i] = ^uint64(0)
	}
	for _, signature := range f.signatures {
		for rest := signature; rest != 0; rest &= rest - 1 {
			in[bits.TrailingZeros64(rest)] &= signature
		}
	}
	var pairs []pair
	for a := range f.sets {
		for b := range f.sets {
			if a != b && in[a]&(1<<b) != 0 && (framesOf[a]&(1<<b) != 0 || framesOf[a]&framesOf[b] != 0) {
				pairs = append(pairs, pair{a, b})
			}
		}
	}
	return pairs
}

// protectWholes hides wholes. A hidden whole is safe when records that stand in it could be others that do not, all
// else that is published being the same: such records there must be, with the same standing in every open set.
func (f *family) protectWholes(nested []pair) {
	for _, s := range f.sets {
		s.whole().hidden = f.policy.small(s.whole().value) && !s.exempt
	}
	for _, p := range nested {
		part, of := f.sets[p.part], f.sets[p.of]
		if part.whole().open() && of.whole().open() && part.whole().value > 0 && !part.exempt && f.policy.small(of.whole().value-part.whole().value) {
			part.whole().hidden = true
		}
	}
	n := map[uint64]int64{}
	for _, row := range f.rows() {
		n[f.signatures[row]]++
	}
	all := countsOf(n)
	for {
		exposed := slices.IndexFunc(f.sets, func(s *set) bool {
			return s.whole().hidden && f.roomOfWhole(s, all) < f.policy.Candidates-1
		})
		if exposed < 0 || !f.hideBeside(exposed, all) {
			return
		}
	}
}

// rows returns the rows of the whole that stand in any set.
func (f *family) rows() []uint32 {
	var rows []uint32
	seen := make([]bool, f.table.Rows)
	for _, s := range f.sets {
		for _, row := range s.chosen.in(f.whole) {
			if !seen[row] {
				seen[row] = true
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// signed is how many records have a signature.
type signed struct {
	signature uint64
	n         int64
}

// unlimited is more than any count, and few enough to add up.
const unlimited = int64(1) << 40

// countsOf orders signatures, with the one of records in no set, of which there are always enough.
func countsOf(n map[uint64]int64) []signed {
	all := make([]signed, 0, len(n)+1)
	for signature, count := range n {
		if signature != 0 {
			all = append(all, signed{signature, count})
		}
	}
	all = append(all, signed{0, unlimited})
	slices.SortFunc(all, func(a, b signed) int { return compareSignatures(a.signature, b.signature) })
	return all
}

func compareSignatures(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// openWholes is the sets whose whole is seen.
func (f *family) openWholes() (mask uint64) {
	for i, s := range f.sets {
		if s.whole().open() {
			mask |= 1 << i
		}
	}
	return mask
}

// roomOfWhole says how far a hidden whole could lie from its number, up and down together.
func (f *family) roomOfWhole(s *set, all []signed) int64 {
	bit := uint64(1) << slices.Index(f.sets, s)
	seen := f.openWholes()
	var down, up int64
	for _, a := range all {
		if a.signature&bit == 0 {
			continue
		}
		for _, b := range all {
			if b.signature&bit != 0 || (a.signature^b.signature)&seen != 0 {
				continue
			}
			down = max(down, min(a.n, f.least(a.signature&^b.signature)))
			up = max(up, min(b.n, f.least(b.signature&^a.signature)))
		}
	}
	return down + up
}

// least is how many records each of some hidden sets could lose and still have one.
func (f *family) least(sets uint64) int64 {
	least := unlimited
	for ; sets != 0; sets &= sets - 1 {
		least = min(least, f.sets[bits.TrailingZeros64(sets)].whole().value-1)
	}
	return least
}

// hideBeside hides the fewest records' worth of further wholes that give an exposed one room, and tells whether there
// were any to hide.
func (f *family) hideBeside(exposed int, all []signed) bool {
	bit, seen := uint64(1)<<exposed, f.openWholes()
	cheapest, cost := uint64(0), unlimited
	for _, a := range all {
		for _, b := range all {
			changed := (a.signature ^ b.signature) & seen
			if a.signature&bit == 0 || b.signature&bit != 0 || changed == 0 {
				continue
			}
			sum := int64(0)
			for rest := changed; rest != 0; rest &= rest - 1 {
				s := f.sets[bits.TrailingZeros64(rest)]
				sum += s.whole().value
				if s.exempt {
					sum = unlimited
				}
			}
			if sum < cost {
				cheapest, cost = changed, sum
			}
		}
	}
	for rest := cheapest; rest != 0; rest &= rest - 1 {
		f.sets[bits.TrailingZeros64(rest)].whole().hidden = true
	}
	return cheapest != 0
}

// byPeriod returns the family as it is told by periods. Its atoms are the stretches of days between any two ends.
func (f *family) byPeriod() *dimension {
	d := &dimension{family: f}
	if f.date == "" {
		return d
	}
	edges := []schemas.Day{f.whole.From, f.whole.To + 1}
	for _, p := range f.spans {
		edges = append(edges, p.From, p.To+1)
	}
	slices.Sort(edges)
	edges = slices.Compact(edges)
	d.atoms = len(edges) + 1
	atomOf := func(day schemas.Day) int {
		at, exact := slices.BinarySearch(edges, day)
		if exact {
			at++
		}
		return at
	}
	column := f.table.Column(f.date)
	days := column.Days()
	d.count(func(yield func(row uint32)) {
		for row, signature := range f.signatures {
			if signature != 0 {
				yield(uint32(row))
			}
		}
	}, func(row uint32) int { return atomOf(days[row]) })
	for i, s := range f.sets {
		for _, p := range append([]Period{f.whole}, f.spans...) {
			c := s.periods[p.Label]
			if c == nil {
				continue
			}
			c.atoms, c.fixed = make([]bool, d.atoms), p.Kind == Whole
			for at := atomOf(p.From); at <= atomOf(p.To); at++ {
				c.atoms[at] = true
			}
			s.periods[p.Label] = d.add(i, c)
		}
	}
	return d
}
