package measure

import (
	"iter"
	"math/bits"

	"frontdoor/rules"
)

// chosen is the rows of a table for which a condition holds, as bits. Rows of a flow without its date belong to no
// period and are left out.
type chosen struct {
	when    *when
	words   []uint64
	counted []int64 // by stretch
}

func choose(rows *rules.Bits, w *when) *chosen {
	c := &chosen{when: w, words: rows.Words()}
	if w.dated && !w.has.All() {
		return c.only(w.has.Of)
	}
	return c.count()
}

func (c *chosen) count() *chosen {
	c.counted = make([]int64, c.when.counts)
	for row := range c.all() {
		c.counted[c.when.at(row)]++
	}
	return c
}

// all returns the chosen rows, in order.
func (c *chosen) all() iter.Seq[int] {
	return func(yield func(row int) bool) {
		for w, word := range c.words {
			for ; word != 0; word &= word - 1 {
				if !yield(w<<6 + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
}

// in counts the chosen rows that belong to a period.
func (c *chosen) in(p Period) (n int64) {
	from, end := c.when.span(p)
	for _, count := range c.counted[from:end] {
		n += count
	}
	return n
}

// rowsIn returns the chosen rows that belong to a period.
func (c *chosen) rowsIn(p Period) []uint32 {
	from, end := c.when.span(p)
	rows := make([]uint32, 0, c.in(p))
	for row := range c.all() {
		if at := c.when.at(row); from <= at && at < end {
			rows = append(rows, uint32(row))
		}
	}
	return rows
}

// only leaves out the rows that do not pass.
func (c *chosen) only(pass func(row int) bool) *chosen {
	kept := &chosen{when: c.when, words: make([]uint64, len(c.words))}
	for row := range c.all() {
		if pass(row) {
			kept.words[row>>6] |= 1 << (row & 63)
		}
	}
	return kept.count()
}

// apart returns the chosen rows of each category, by its number.
func (c *chosen) apart(of *categories) []*chosen {
	parts := make([]*chosen, len(of.names))
	for i := range parts {
		parts[i] = &chosen{when: c.when, counted: make([]int64, c.when.counts)}
	}
	for row := range c.all() {
		part := parts[of.of(row)]
		if part.words == nil {
			part.words = make([]uint64, len(c.words))
		}
		part.words[row>>6] |= 1 << (row & 63)
		part.counted[c.when.at(row)]++
	}
	return parts
}
