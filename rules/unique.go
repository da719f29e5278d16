package rules

import "slices"

// repeated returns the rows whose keys stand together on more of the records looked at than may agree, in row order,
// and tells look which were looked at. A record with a key that is blank or cannot be read equals no other.
func (c *checkProgram) repeated(w *worker, look func(rows []uint32)) ([]uint32, error) {
	least := c.atMost + 1
	if c.timesUsual > 0 {
		least = 1 // what is usual depends on every group
	}
	by := newAgreement(w, c.unique, least)
	defer by.drop(w)
	err := c.eachChunk(w, nil, func(at *lanes) {
		look(at.rows[0])
		by.add(w, at)
	})
	if err != nil {
		return nil, err
	}
	var others []uint32 // numbers by the values but the first
	kinds := 0
	if c.timesUsual > 0 {
		if others, kinds, err = by.numbers(w, 1); err != nil {
			return nil, err
		}
	}
	groups, bound, err := by.numbers(w, 0)
	if err != nil {
		return nil, err
	}
	count := make([]uint32, bound)
	for _, group := range groups {
		if group != noCode {
			count[group]++
		}
	}
	if c.timesUsual > 0 {
		kindOf := make([]uint32, bound)
		for i, group := range groups {
			if group != noCode {
				kindOf[group] = others[i]
			}
		}
		usual := usually(count, kindOf, kinds)
		for group, kind := range kindOf {
			if n := count[group]; n > 0 && int(n) <= c.timesUsual*usual[kind] {
				count[group] = 0 // as usual
			}
		}
	}
	failing := 0
	for _, n := range count {
		if int(n) > c.atMost {
			failing += int(n)
		}
	}
	if failing == 0 {
		return nil, nil
	}
	rows := make([]uint32, 0, failing)
	for i, group := range groups {
		if group != noCode && int(count[group]) > c.atMost {
			rows = append(rows, by.rows[i])
		}
	}
	return rows, nil
}

// usually returns how many records a group usually has, for each kind of group: the middle of their numbers without
// that of one large group, or the lower of the two in the middle; 0 where there is no other. A group below the middle
// is never large.
func usually(count, kindOf []uint32, kinds int) []int {
	sizes := make([][]uint32, kinds)
	for group, n := range count {
		if n > 0 {
			sizes[kindOf[group]] = append(sizes[kindOf[group]], n)
		}
	}
	usual := make([]int, kinds)
	for kind, of := range sizes {
		if len(of) > 1 {
			slices.Sort(of)
			usual[kind] = int(of[(len(of)-2)/2])
		}
	}
	return usual
}
