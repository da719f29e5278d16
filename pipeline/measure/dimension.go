package measure

import (
	"cmp"
	"math/bits"
	"slices"
)

// dimension is one way in which the counts of a family are told apart: by period, or by a field. A cell adds up
// atoms, the finest parts: stretches of days, or values of a field.
//
// A hidden count is safe when the records could be others without a change in anything that is published. The
// proof is an exchange: one record of an atom takes the place in another atom of a second record there, or of none.
// What is counted of both in every other dimension stays as it is, and so does every whole; only cells of this
// dimension move, and they may if they are hidden. How many such exchanges there are says how far the count can move.
type dimension struct {
	family  *family
	atoms   int
	members uint64             // the sets that are told apart here
	cells   map[int][]*cell    // by set
	at      []map[uint64]int64 // by atom: how many records have a signature
	sides   [][]signed         // the same over members only, in order
	seen    map[int][]uint64   // by set and atom: which open cells it is in, as a hash
}

// add enters a cell and returns it, or the one that adds up the same: a year to date that is the whole period, a group
// of one source.
func (d *dimension) add(set int, c *cell) *cell {
	if d.cells == nil {
		d.cells = map[int][]*cell{}
	}
	d.members |= 1 << set
	if i := slices.IndexFunc(d.cells[set], func(other *cell) bool { return slices.Equal(other.atoms, c.atoms) }); i >= 0 {
		return d.cells[set][i]
	}
	d.cells[set] = append(d.cells[set], c)
	return c
}

// count counts signatures by atom.
func (d *dimension) count(rows func(yield func(row uint32)), atomOf func(row uint32) int) {
	d.at = make([]map[uint64]int64, d.atoms)
	for i := range d.at {
		d.at[i] = map[uint64]int64{}
	}
	rows(func(row uint32) { d.at[atomOf(row)][d.family.signatures[row]]++ })
}

// protect hides cells: the small ones; of two nested counts the lesser where their difference is small; then, as long
// as a hidden one is held too closely, what covers it.
func (d *dimension) protect(policy *Policy, nested []pair) {
	if d.members == 0 {
		return
	}
	d.restrict()
	for _, set := range d.order() {
		for _, c := range d.cells[set] {
			if policy.small(c.value) && c.open() && !c.fixed {
				c.hidden = true
			}
		}
	}
	d.hideRests(policy)
	for _, p := range nested {
		for _, part := range d.cells[p.part] {
			for _, of := range d.cells[p.of] {
				if slices.Equal(part.atoms, of.atoms) && part.open() && of.open() && !part.fixed && part.value > 0 && policy.small(of.value-part.value) {
					part.hidden = true
				}
			}
		}
	}
	d.look()
	for again := true; again; {
		again = false
		for _, set := range d.order() {
			for _, c := range d.cells[set] {
				if c.open() || c.withheld && !policy.small(c.value) || d.room(set, c, policy.Candidates-1) >= policy.Candidates-1 {
					continue
				}
				again = d.cover(set, c, policy.Candidates-1) || again
			}
		}
	}
}

// hideRests hides one of two counts of a set of which one holds the other and a small rest: twelve months and the half
// year in them.
func (d *dimension) hideRests(policy *Policy) {
	for _, set := range d.order() {
		for _, inner := range d.cells[set] {
			for _, outer := range d.cells[set] {
				if !inner.open() || !outer.open() || inner.value == 0 || !policy.small(outer.value-inner.value) || !contains(outer.atoms, inner.atoms) {
					continue
				}
				if !outer.fixed {
					outer.hidden = true
				} else if !inner.fixed {
					inner.hidden = true
				}
			}
		}
	}
}

func contains(outer, inner []bool) bool {
	for atom, in := range inner {
		if in && !outer[atom] {
			return false
		}
	}
	return true
}

// order returns the sets, in order.
func (d *dimension) order() []int {
	var sets []int
	for rest := d.members; rest != 0; rest &= rest - 1 {
		sets = append(sets, bits.TrailingZeros64(rest))
	}
	return sets
}

// restrict reduces signatures to the sets that are told apart here.
func (d *dimension) restrict() {
	d.sides = make([][]signed, d.atoms)
	for atom, counts := range d.at {
		n := map[uint64]int64{}
		for signature, count := range counts {
			n[signature&d.members] += count
		}
		d.sides[atom] = countsOf(n)
	}
}

// look notes for every set and atom which open cells it is in.
func (d *dimension) look() {
	d.seen = map[int][]uint64{}
	for _, set := range d.order() {
		d.lookAt(set)
	}
}

func (d *dimension) lookAt(set int) {
	seen := make([]uint64, d.atoms)
	for i, c := range d.cells[set] {
		if !c.open() {
			continue
		}
		number := mix(uint64(i) + 1)
		for atom, in := range c.atoms {
			if in {
				seen[atom] += number
			}
		}
	}
	d.seen[set] = seen
}

// mix spreads a number over 64 bits (the finaliser of SplitMix64), so that sums of different numbers differ.
func mix(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

// free is the sets that show no difference between two atoms.
func (d *dimension) free(i, j int) (mask uint64) {
	for rest := d.members; rest != 0; rest &= rest - 1 {
		set := bits.TrailingZeros64(rest)
		if d.seen[set][i] == d.seen[set][j] {
			mask |= 1 << set
		}
	}
	return mask
}

// room says how far a hidden count could lie from its number, up and down together; once it is enough, no more is
// looked for.
func (d *dimension) room(set int, x *cell, enough int64) int64 {
	bit := uint64(1) << set
	var down, up int64
	for i := range d.atoms {
		if !x.atoms[i] {
			continue
		}
		for j := range d.atoms {
			if x.atoms[j] {
				continue
			}
			free := d.free(i, j)
			if free&bit == 0 {
				continue
			}
			for _, a := range d.sides[i] {
				for _, b := range d.sides[j] {
					if (a.signature^b.signature)&bit == 0 || (a.signature^b.signature)&^free != 0 {
						continue
					}
					n := min(a.n, b.n, d.least(a.signature&^b.signature, i, j), d.least(b.signature&^a.signature, j, i))
					if a.signature&bit != 0 {
						down = max(down, n)
					} else {
						up = max(up, n)
					}
					if down+up >= enough {
						return down + up
					}
				}
			}
		}
	}
	return down + up
}

// least is how many records of some sets could leave an atom for another before a hidden cell would read nought, which
// it would show.
func (d *dimension) least(sets uint64, from, to int) int64 {
	least := unlimited
	for ; sets != 0; sets &= sets - 1 {
		for _, c := range d.cells[bits.TrailingZeros64(sets)] {
			if c.atoms[from] && !c.atoms[to] {
				left := c.value
				if !c.withheld {
					left--
				}
				least = min(least, left)
			}
		}
	}
	return least
}

// cover hides one more cell for the sake of an exposed one, and tells whether there was any: the smallest of its set
// that gives it room, else the smallest of another set that does. Where no one cell does, its column is withheld, and
// then of the other sets what they show of the same part.
func (d *dimension) cover(set int, exposed *cell, enough int64) bool {
	for _, only := range []bool{true, false} {
		for _, c := range d.coverable(set, only) {
			c.cell.hidden = true
			d.lookAt(c.set)
			if d.room(set, exposed, enough) >= enough {
				return true
			}
			c.cell.hidden = false
			d.lookAt(c.set)
		}
	}
	if !exposed.withheld {
		for _, c := range d.cells[set] {
			if !c.fixed {
				c.withheld = true
			}
		}
		d.lookAt(set)
		return true
	}
	for _, c := range d.coverable(set, false) {
		if slices.Equal(c.cell.atoms, exposed.atoms) {
			c.cell.hidden = true
			d.lookAt(c.set)
			return true
		}
	}
	return false
}

// member is a cell with the set that it counts.
type member struct {
	set  int
	cell *cell
}

// coverable returns the cells of a set that are shown and may be hidden, or those of all others, smallest first.
func (d *dimension) coverable(set int, own bool) []member {
	var all []member
	for _, other := range d.order() {
		if (other == set) != own {
			continue
		}
		for _, c := range d.cells[other] {
			if c.open() && !c.fixed && c.value > 0 {
				all = append(all, member{other, c})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b member) int { return cmp.Compare(a.cell.value, b.cell.value) })
	return all
}
