package measure

import (
	"maps"
	"slices"
)

// fieldsTogether returns the fields by which the family is told apart, those together of which the values of one
// decide those of another: a source and the group that it is in.
func (f *family) fieldsTogether() [][]string {
	names := map[string]bool{}
	for _, s := range f.sets {
		for field := range s.fields {
			names[field] = true
		}
	}
	values, taken := map[string]int{}, map[string]bool{}
	for field := range names {
		values[field] = f.values(field)
	}
	var together [][]string
	fields := slices.Sorted(maps.Keys(names))
	// A field of many values decides one of few, never the other way.
	slices.SortStableFunc(fields, func(a, b string) int { return values[b] - values[a] })
	for _, fine := range fields {
		if taken[fine] {
			continue
		}
		taken[fine] = true
		group := []string{fine}
		for _, coarse := range fields {
			if !taken[coarse] && f.decides(fine, coarse) {
				taken[coarse] = true
				group = append(group, coarse)
			}
		}
		together = append(together, group)
	}
	return together
}

func (f *family) categoriesOf(field string) *categories {
	return f.views.categoriesOf(f.table.Column(field))
}

// values counts the categories of a field among the rows of the whole.
func (f *family) values(field string) (n int) {
	c := f.categoriesOf(field)
	met := make([]bool, len(c.names))
	for _, row := range f.rows {
		met[c.of(int(row))] = true
	}
	for _, is := range met {
		if is {
			n++
		}
	}
	return n
}

// decides tells whether rows of one value of a field have one value of another.
func (f *family) decides(fine, coarse string) bool {
	x, y := f.categoriesOf(fine), f.categoriesOf(coarse)
	of := make([]int, len(x.names)) // one more than the coarse value, by fine value
	for _, row := range f.rows {
		a, b := x.of(int(row)), y.of(int(row))+1
		if of[a] != 0 && of[a] != b {
			return false
		}
		of[a] = b
	}
	return true
}

// byFields returns the family as it is told by fields of which the first decides the others. Its atoms are the values
// of the first.
func (f *family) byFields(fields []string) *dimension {
	d := &dimension{family: f}
	fine := f.categoriesOf(fields[0])
	atoms := make([]int, len(fine.names)) // one more than the atom, by number of the value
	coarse := make([][]string, len(fields))
	for _, row := range f.rows {
		value := fine.of(int(row))
		if atoms[value] == 0 {
			d.at = append(d.at, make([]int64, len(f.signatures)))
			atoms[value] = len(d.at)
			for i, field := range fields {
				coarse[i] = append(coarse[i], category(f.table.Column(field), int(row)))
			}
		}
		d.at[atoms[value]-1][f.at[row]]++
	}
	for number, s := range f.sets {
		told := false
		for i, field := range fields {
			cells := s.fields[field]
			if cells == nil {
				continue
			}
			told = true
			for _, value := range slices.Compact(slices.Sorted(slices.Values(coarse[i]))) {
				c := cells[value]
				if c == nil { // what is not listed is nought
					c = &cell{fixed: true}
				}
				c.atoms = make([]bool, len(d.at))
				for atom, has := range coarse[i] {
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
