package rules

// followed is a date of the records that others lead to. Where several checks read it, it is laid out once by the rows that
// lead to it and then read like a field of their own.
type followed struct{ checks int }

type followedKey struct{ steps, field string }

// follow notes which dates of other records a check reads.
func (w *world) follow(columns []columnRef) {
	for i := range columns {
		ref := &columns[i]
		if len(ref.steps) == 0 || ref.variable != 0 || ref.via != nil || ref.moment || ref.partsOf != noColumn {
			continue
		}
		key := followedKey{stepNames(ref.steps), ref.field.Name}
		if w.followed[key] == nil {
			w.followed[key] = &followed{}
		}
		ref.followed = w.followed[key]
		ref.followed.checks++
	}
}

// laid is a date by the rows that lead to it.
type laid struct {
	days       []int32
	bits       []byte // nil when no value is null
	unreadable []uint64
}

// lay lays out a column of dates, seen through its link.
func (b *binder) lay(of *followed, c *column) {
	type key struct{ *followed }
	l := once(b, key{of}, func() (l laid) {
		l.days, l.bits = make([]int32, len(c.link)), make([]byte, (len(c.link)+7)/8)
		nulls := 0
		for row, place := range c.link {
			if place >= 0 && c.valid(place) == 1 {
				l.days[row] = c.days[place]
				l.bits[row>>3] |= 1 << (row & 7)
				continue
			}
			nulls++
			if c.missing(place) == unknown {
				if l.unreadable == nil {
					l.unreadable = make([]uint64, len(c.link)/64+1)
				}
				l.unreadable[row>>6] |= 1 << (row & 63)
			}
		}
		if nulls == 0 {
			l.bits = nil
		}
		return l
	})
	c.length, c.link = len(c.link), nil
	c.days, c.bits, c.bitsFrom, c.unreadable = l.days, l.bits, 0, l.unreadable
}
