package rules

// children are the records that belong to the records of a table.
type children struct {
	first  []int32  // for each row the first with its key, whose records they are; noRecord without a key
	starts []uint32 // by row, and one more: where its records stand in rows
	rows   []uint32 // in file order
}

// children returns a relation, from a counting sort by the record that each row leads to.
func (b *binder) children(r relation) *children {
	type key struct{ steps string }
	return once(b, key{stepNames(r.up)}, func() *children {
		up := b.link(linkRef{r.of, r.up})
		last := r.up[len(r.up)-1]
		first := b.firstWithKey(last)
		c := &children{first: first, starts: make([]uint32, len(first)+1)}
		for _, place := range up {
			if place >= 0 {
				c.starts[place+1]++
			}
		}
		for i := range first {
			c.starts[i+1] += c.starts[i]
		}
		c.rows = make([]uint32, c.starts[len(first)])
		next := append([]uint32(nil), c.starts...)
		for row, place := range up {
			if place >= 0 {
				c.rows[next[place]] = uint32(row)
				next[place]++
			}
		}
		return c
	})
}

// firstWithKey returns, for each row of the table that a step leads to, the first row with the same key: the row
// itself where the delivery says whose record each is.
func (b *binder) firstWithKey(s *step) []int32 {
	type key struct {
		table tableRef
		own   bool
	}
	own := b.nested(s) != nil
	return once(b, key{s.to, own}, func() []int32 {
		if own {
			rows := make([]int32, b.delivery.table(s.to).Rows)
			for i := range rows {
				rows[i] = int32(i)
			}
			return rows
		}
		columns := b.columns(s.to, s.keys)
		if len(columns) == 1 {
			return parentRows(columns[0], columns[0])
		}
		return joinedRows(columns, columns)
	})
}
