package measure

import (
	"iter"
	"math/bits"
	"slices"

	"frontdoor/schemas/table"
)

// chosen is the rows of a table for which a condition holds, as bits. Rows of a flow without its date belong to no
// period and are left out.
type chosen struct {
	when    *when
	words   []uint64
	counted []int64 // by stretch
}

// choose makes of rows, as bits, those that are chosen.
func choose(words []uint64, w *when) *chosen {
	c := &chosen{when: w, words: words}
	if w.dated && !w.has.All() {
		return c.only(w.has)
	}
	return c.count()
}

func (c *chosen) count() *chosen {
	c.counted = make([]int64, c.when.counts)
	if c.when.of == nil {
		for _, word := range c.words {
			c.counted[0] += int64(bits.OnesCount64(word))
		}
		return c
	}
	for rows := range c.rows() {
		for _, row := range rows {
			c.counted[c.when.of[row]]++
		}
	}
	return c
}

// rows returns the chosen rows, in order and some at a time, each time in the same memory.
func (c *chosen) rows() iter.Seq[[]uint32] {
	return func(yield func(rows []uint32) bool) {
		var room [1024]uint32
		n := 0
		for w, word := range c.words {
			for ; word != 0; word &= word - 1 {
				room[n] = uint32(w<<6 + bits.TrailingZeros64(word))
				n++
			}
			if n > len(room)-64 || w == len(c.words)-1 {
				if !yield(room[:n]) {
					return
				}
				n = 0
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
	in := make([]uint32, 0, c.in(p))
	for rows := range c.rows() {
		for _, row := range rows {
			if at := c.when.at(int(row)); from <= at && at < end {
				in = append(in, row)
			}
		}
	}
	return in
}

// only leaves out the rows that lack one of some values.
func (c *chosen) only(values ...table.Validity) *chosen {
	kept := &chosen{when: c.when, words: slices.Clone(c.words)}
	for _, has := range values {
		has.Keep(kept.words)
	}
	return kept.count()
}

// apart returns the chosen rows of each category, by its number.
func (c *chosen) apart(of *categories) []*chosen {
	parts := make([]*chosen, len(of.names))
	for i := range parts {
		parts[i] = &chosen{when: c.when, counted: make([]int64, c.when.counts)}
	}
	for rows := range c.rows() {
		for _, row := range rows {
			part := parts[of.of(int(row))]
			if part.words == nil {
				part.words = make([]uint64, len(c.words))
			}
			part.words[row>>6] |= 1 << (row & 63)
			part.counted[c.when.at(int(row))]++
		}
	}
	return parts
}
