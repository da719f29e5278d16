package measure

import (
	"cmp"
	"math/bits"
	"slices"

	"frontdoor/schemas/table"
)

// family is the sets of records over one table that are published, and the periods that their counts are told by.
type family struct {
	table  *table.Table
	when   *when
	sets   []*set
	frames []frame
	spans  []Period // but the whole
	views  *views

	signatures []uint64  // the different ones: which sets a row is in; the first is of rows in none
	at         []uint32  // by row: the number of its signature; once they are counted, of rows of the whole alone
	counts     [][]int64 // by stretch, then by number of the signature: how many rows
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
	f.sign()
	f.count()
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

// sign notes of every row the sets that it is in.
func (f *family) sign() {
	numbers := newSignatures()
	f.at = make([]uint32, f.table.Rows)
	var signatures [64]uint64
	for w := range (len(f.at) + 63) / 64 {
		clear(signatures[:])
		for i, s := range f.sets {
			for word := s.chosen.words[w]; word != 0; word &= word - 1 {
				signatures[bits.TrailingZeros64(word)] |= 1 << i
			}
		}
		at := f.at[w*64 : min(w*64+64, len(f.at))]
		for i := range at {
			at[i] = numbers.of(signatures[i])
		}
	}
	f.signatures = numbers.all
}

// count counts rows by stretch and the number of their signature, and leaves of those the ones of the whole.
func (f *family) count() {
	size := len(f.signatures)
	counts := make([]int64, f.when.counts*size)
	from, end := f.when.span(f.whole)
	for row, number := range f.at {
		at := f.when.at(row)
		counts[at*size+int(number)]++
		if at < from || at >= end {
			f.at[row] = 0
		}
	}
	for at := range f.when.counts {
		f.counts = append(f.counts, counts[at*size:(at+1)*size])
	}
}

// sum adds up the counts of stretches.
func (f *family) sum(from, end int) []int64 {
	sum := make([]int64, len(f.signatures))
	for _, counts := range f.counts[from:end] {
		for number, n := range counts {
			sum[number] += n
		}
	}
	return sum
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
	all := f.signed(f.sum(f.when.span(f.whole)), ^uint64(0))
	for {
		exposed := slices.IndexFunc(f.sets, func(s *set) bool {
			return s.whole().hidden && f.roomOfWhole(s, all) < f.policy.Candidates-1
		})
		if exposed < 0 || !f.hideBeside(exposed, all) {
			return
		}
	}
}

// signed is how many records have a signature.
type signed struct {
	signature uint64
	n         int64
}

// unlimited is more than any count, and few enough to add up.
const unlimited = int64(1) << 40

// signed returns counts by signature, reduced to some sets and in order, with the one of records in no set, of which
// there are always enough.
func (f *family) signed(counts []int64, sets uint64) []signed {
	n := map[uint64]int64{}
	for number, count := range counts {
		if count > 0 {
			n[f.signatures[number]&sets] += count
		}
	}
	n[0] = unlimited
	all := make([]signed, 0, len(n))
	for signature, count := range n {
		all = append(all, signed{signature, count})
	}
	slices.SortFunc(all, func(a, b signed) int { return cmp.Compare(a.signature, b.signature) })
	return all
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

// byPeriod returns the family as it is told by periods. Its atoms are the stretches of days between any two ends of
// periods that it is told by, with those before and behind.
func (f *family) byPeriod() *dimension {
	d := &dimension{family: f}
	if !f.when.dated {
		return d
	}
	told := stretchesOf(slices.Concat(f.spans, []Period{f.whole}))
	from := 0
	for atom := range len(told.cuts) + 1 {
		end := f.when.counts
		if atom < len(told.cuts) {
			end = int(f.when.stretches.of(told.cuts[atom]))
		}
		d.at = append(d.at, f.sum(from, end))
		from = end
	}
	for i, s := range f.sets {
		for _, p := range append([]Period{f.whole}, f.spans...) {
			c := s.periods[p.Label]
			if c == nil {
				continue
			}
			c.atoms, c.fixed = make([]bool, len(d.at)), p.Kind == Whole
			for atom := told.of(p.From); atom <= told.of(p.To); atom++ {
				c.atoms[atom] = true
			}
			s.periods[p.Label] = d.add(i, c)
		}
	}
	return d
}
