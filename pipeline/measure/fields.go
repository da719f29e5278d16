package measure

import (
	"maps"
	"slices"
)

// told is a field by which a family is told apart.
type told struct {
	field      string
	categories *categories
	counts     []int64 // by number of the category, then of the signature: how many rows of the whole
	values     int     // how many categories rows have that stand in any set
}

// group is fields of which the values of the first decide those of the others: a source and the group that it is in.
type group struct {
	fine   *told
	coarse []coarse
}

// coarse is a field whose values those of another decide.
type coarse struct {
	field      string
	categories *categories
	of         []int // by number of the finer category: one more than its own number
}

// fieldsTogether returns the fields by which the family is told apart, those together of which the values of one
// decide those of another.
func (f *family) fieldsTogether() (groups []group) {
	names := map[string]bool{}
	for _, s := range f.sets {
		for field := range s.fields {
			names[field] = true
		}
	}
	var fields []*told
	for _, field := range slices.Sorted(maps.Keys(names)) {
		fields = append(fields, f.tell(field))
	}
	// A field of many values decides one of few, never the other way.
	slices.SortStableFunc(fields, func(a, b *told) int { return b.values - a.values })
	taken := map[*told]bool{}
	for _, fine := range fields {
		if taken[fine] {
			continue
		}
		taken[fine] = true
		g := group{fine: fine}
		for _, other := range fields {
			if taken[other] {
				continue
			}
			if of := f.decides(fine.categories, other.categories); of != nil {
				taken[other] = true
				g.coarse = append(g.coarse, coarse{other.field, other.categories, of})
			}
		}
		groups = append(groups, g)
	}
	return groups
}

// tell counts the rows of the whole by the categories of a field.
func (f *family) tell(field string) *told {
	c := f.views.categoriesOf(f.table.Column(field))
	size := len(f.signatures)
	t := &told{field: field, categories: c, counts: make([]int64, len(c.names)*size)}
	for row, number := range f.at {
		t.counts[c.of(row)*size+int(number)]++
	}
	for category := range c.names {
		if anyOf(t.of(category, size)) {
			t.values++
		}
	}
	return t
}

// of returns the counts of a category by number of the signature.
func (t *told) of(category, size int) []int64 { return t.counts[category*size : (category+1)*size] }

// anyOf tells whether any row of some, counted by signature, stands in a set.
func anyOf(counts []int64) bool {
	return slices.ContainsFunc(counts[1:], func(n int64) bool { return n > 0 })
}

// decides returns by categories of a field one more than those of another that their rows have; nil where rows of one
// have different ones.
func (f *family) decides(fine, other *categories) []int {
	of := make([]int, len(fine.names))
	for row, number := range f.at {
		if number == 0 {
			continue
		}
		a, b := fine.of(row), other.of(row)+1
		if of[a] != 0 && of[a] != b {
			return nil
		}
		of[a] = b
	}
	return of
}

// byFields returns the family as it is told by fields of which the first decides the others. Its atoms are the values
// of the first.
func (f *family) byFields(g group) *dimension {
	d := &dimension{family: f}
	fields := []string{g.fine.field}
	for _, other := range g.coarse {
		fields = append(fields, other.field)
	}
	values := make([][]string, len(fields)) // by field and atom
	for category, name := range g.fine.categories.names {
		counts := g.fine.of(category, len(f.signatures))
		if !anyOf(counts) {
			continue
		}
		d.at = append(d.at, counts)
		values[0] = append(values[0], name)
		for i, other := range g.coarse {
			values[i+1] = append(values[i+1], other.categories.names[other.of[category]-1])
		}
	}
	for number, s := range f.sets {
		told := false
		for i, field := range fields {
			cells := s.fields[field]
			if cells == nil {
				continue
			}
			told = true
			for _, value := range slices.Compact(slices.Sorted(slices.Values(values[i]))) {
				c := cells[value]
				if c == nil { // what is not listed is nought
					c = &cell{fixed: true}
				}
				c.atoms = make([]bool, len(d.at))
				for atom, has := range values[i] {
					c.atoms[atom] = has == value
				}
				if c = d.add(number, c); cells[value] != nil {
					cells[value] = c
				}
			}
		}
		if told {
			f.wholesAsCells(d, number)
		}
	}
	return d
}

// wholesAsCells adds, as cells that are decided already, the wholes that add up values of the fields: of those that
// became a referral, the ones within a day are a whole of their own among the working days to it.
func (f *family) wholesAsCells(d *dimension, number int) {
	own := uint64(1) << number
	for other, s := range f.sets {
		if other == number || !s.whole().open() {
			continue
		}
		atoms, sum, parts, clean := make([]bool, len(d.at)), int64(0), 0, true
		filled := 0
		for atom, counts := range d.at {
			var in, out int64
			for i, n := range counts {
				switch signature := f.signatures[i]; {
				case signature&own == 0:
				case signature&(1<<other) != 0:
					in += n
				default:
					out += n
				}
			}
			if in+out > 0 {
				filled++
			}
			clean = clean && (in == 0 || out == 0)
			if in > 0 {
				atoms[atom] = true
				parts++
				sum += in
			}
		}
		if !clean || parts == 0 || parts == filled || sum != s.whole().value {
			continue
		}
		d.cells[number] = append(d.cells[number], &cell{value: sum, atoms: atoms, fixed: true})
	}
}
