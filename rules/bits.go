package rules

import "math/bits"

// Bits is a set of rows of one table.
type Bits struct {
	words []uint64
	rows  int
}

// Has tells whether a row is in the set.
func (b *Bits) Has(row int) bool { return b.words[row>>6]>>(row&63)&1 == 1 }

// Words returns the set as bits, the first row the lowest of the first word. It is shared and must not be changed.
func (b *Bits) Words() []uint64 { return b.words }

// Len returns the number of rows of the table, in the set or not.
func (b *Bits) Len() int { return b.rows }

// Count counts the rows in the set.
func (b *Bits) Count() int {
	n := 0
	for _, word := range b.words {
		n += bits.OnesCount64(word)
	}
	return n
}

// And returns the rows that are in both sets, which are of one table.
func (b *Bits) And(other *Bits) *Bits {
	both := newBits(b.rows)
	for i := range both.words {
		both.words[i] = b.words[i] & other.words[i]
	}
	return both
}

// Rows returns the rows in the set, in order.
func (b *Bits) Rows() []uint32 {
	rows := make([]uint32, 0, b.Count())
	for i, word := range b.words {
		for ; word != 0; word &= word - 1 {
			rows = append(rows, uint32(i*64+bits.TrailingZeros64(word)))
		}
	}
	return rows
}

func newBits(rows int) *Bits { return &Bits{words: make([]uint64, (rows+63)/64), rows: rows} }

// Add puts rows into the set.
func (b *Bits) Add(rows []uint32) {
	for _, row := range rows {
		b.words[row>>6] |= 1 << (row & 63)
	}
}

// addYes puts the rows whose truth value is yes into the set. The first value is that of the given row, a multiple
// of 64.
func (b *Bits) addYes(first int, flags []uint8) {
	for i := 0; i < len(flags); i += 8 {
		b.words[(first+i)>>6] |= packYes(eight(flags[i:])) << (i & 63)
	}
}
