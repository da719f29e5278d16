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
	at      [][]int64        // by atom, then by number of the signature: how many records
	members uint64           // the sets that are told apart here
	cells   map[int][]*cell  // by set
	sides   [][]signed       // by atom: how many records have a signature over members, in order
	seen    map[int][]uint64 // by set and atom: which open cells it is in, as a hash
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
	for _, counts := range d.at {
		d.sides = append(d.sides, d.family.signed(counts, d.members))
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
	seen := make([]uint64, len(d.at))
	for i, c := range d.cells[set] {
		if !c.open() {
			continue
		}
		number := d.numberOf(i)
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
	for i := range d.at {
		if !x.atoms[i] {
			continue
		}
		for j := range d.at {
			if x.atoms[j] {
				continue
			}
			if free := d.free(i, j); free&bit != 0 {
				down = max(down, d.exchange(i, j, bit, free))
				up = max(up, d.exchange(j, i, bit, free))
			}
			if down+up >= enough {
				return down + up
			}
		}
	}
	return down + up
}

// exchange says how many records of a set could leave an atom for another, each against a record there that is not in
// the set and stands alike in all sets that are not free. Their sum is held by the least that any cell could lose.
func (d *dimension) exchange(from, to int, bit, free uint64) int64 {
	var sum int64
	least := unlimited
	partners := slices.Clone(d.sides[to])
	for _, a := range d.sides[from] {
		if a.signature&bit == 0 {
			continue
		}
		left := a.n
		for i, b := range partners {
			if b.signature&bit != 0 || b.n == 0 || left == 0 || (a.signature^b.signature)&^free != 0 {
				continue
			}
			limit := min(d.least(a.signature&^b.signature, from, to), d.least(b.signature&^a.signature, to, from))
			if limit <= 0 {
				continue
			}
			n := min(left, b.n)
			least, sum, left = min(least, limit), sum+n, left-n
			partners[i].n -= n
		}
	}
	return min(sum, least)
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

// cover hides more for the sake of an exposed cell, and tells whether there was anything: the smallest other cell of its
// set that gives it room; else the smallest part of which everything is hidden; else a cell of another set. Where
// none does, its column is withheld, and then of the other sets what they show of the same part.
func (d *dimension) cover(set int, exposed *cell, enough int64) bool {
	own := d.coverable(set, true)
	for _, c := range own {
		if d.try(set, exposed, enough, c) {
			return true
		}
	}
	for _, c := range d.parts() {
		if d.try(set, exposed, enough, d.within(c)...) {
			return true
		}
	}
	others := d.coverable(set, false)
	for _, c := range others {
		if d.try(set, exposed, enough, c) {
			return true
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
	for _, c := range others {
		if slices.Equal(c.cell.atoms, exposed.atoms) {
			c.cell.hidden = true
			d.lookAt(c.set)
			return true
		}
	}
	return false
}

// try hides cells and keeps them hidden if that gives the exposed one room.
func (d *dimension) try(set int, exposed *cell, enough int64, cells ...member) bool {
	for _, c := range cells {
		d.hide(c, true)
	}
	if d.room(set, exposed, enough) >= enough {
		return true
	}
	for _, c := range cells {
		d.hide(c, false)
	}
	return false
}

// hide hides a cell that is shown, or shows one again that was only hidden, and notes what is seen of its set then.
func (d *dimension) hide(c member, hidden bool) {
	c.cell.hidden = hidden
	number := d.numberOf(slices.Index(d.cells[c.set], c.cell))
	if hidden {
		number = -number
	}
	for atom, in := range c.cell.atoms {
		if in {
			d.seen[c.set][atom] += number
		}
	}
}

// numberOf is what a cell, by its place among those of its set, adds to what is seen of its atoms.
func (d *dimension) numberOf(place int) uint64 { return mix(uint64(place) + 1) }

// parts returns the different parts that cells count, the one with the smallest greatest count first.
func (d *dimension) parts() []*cell {
	var parts []*cell
	for _, set := range d.order() {
		for _, c := range d.cells[set] {
			if c.fixed || c.value == 0 {
				continue
			}
			if i := slices.IndexFunc(parts, func(p *cell) bool { return slices.Equal(p.atoms, c.atoms) }); i < 0 {
				parts = append(parts, c)
			} else if c.value > parts[i].value {
				parts[i] = c
			}
		}
	}
	slices.SortStableFunc(parts, func(a, b *cell) int { return cmp.Compare(a.value, b.value) })
	return parts
}

// within returns the cells that are shown and count no more than a part.
func (d *dimension) within(part *cell) []member {
	var all []member
	for _, set := range d.order() {
		for _, c := range d.cells[set] {
			if c.open() && !c.fixed && c.value > 0 && contains(part.atoms, c.atoms) {
				all = append(all, member{set, c})
			}
		}
	}
	return all
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
