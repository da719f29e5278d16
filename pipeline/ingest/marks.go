package ingest

import (
	"encoding/binary"
	"slices"
)

// block is how many bytes are looked at together; as many behind the data of a window may be read, and are zero.
const block = 64

// blockMarks has a bit for every byte of a block that ends a cell, a separator or a line feed, and one for every quote. A
// byte may be marked in error, so every marked byte is looked at.
type blockMarks struct{ ends, quotes uint64 }

// oddities are what is known of the bytes before a block: whether the last one ended a cell or is a quote (1 or 0), whether
// it neither did nor is solid (1 or 0), and whether there may be a cell so far that does not stand for itself (not 0).
type oddities [3]uint64

// markBlocks returns the marks of data, behind which a block of zeros lies, in the memory of marks, and whether all cells
// stand for themselves, as in table.Text: false where that would take long to tell.
func markBlocks(marks []blockMarks, data []byte, separator byte) (all []blockMarks, tidy bool) {
	whole := len(data) / block
	all = slices.Grow(marks[:0], whole+1)[:whole+1]
	if !wide {
		for i := range all {
			all[i] = marksOf(data[i*block:][:block:block], separator)
		}
		return all, false
	}
	odd := oddities{1, 0, 0}
	if whole > 0 {
		markAVX2(&all[0], &data[0], whole, separator, &odd)
	}
	var rest [2 * block]byte // the end of the data ends a cell, what lies behind it is solid
	n := copy(rest[:], data[whole*block:])
	for i := range rest[n:] {
		rest[n+i] = 'x'
	}
	rest[n] = '\n'
	markAVX2(&all[whole], &rest[0], 1, separator, &odd)
	all[whole].ends &= 1<<n - 1
	return all, odd[2] == 0
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
	// gather moves the lowest bits of eight bytes, by multiplication, into the highest byte.
	gather = 0x0102040810204080
)

// marksOf returns the marks of a block, eight bytes at a time. A byte above a true one may be marked in error.
func marksOf(bytes []byte, separator byte) (m blockMarks) {
	separators := ones * uint64(separator)
	for i := 0; i < block; i += 8 {
		word := binary.LittleEndian.Uint64(bytes[i:])
		ending, feed, quote := word^separators, word^ones*'\n', word^ones*'"'
		m.ends |= ((ending-ones)&^ending | (feed-ones)&^feed) & highs >> 7 * gather >> 56 << i
		m.quotes |= (quote - ones) &^ quote & highs >> 7 * gather >> 56 << i
	}
	return m
}
