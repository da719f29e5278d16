package table

import (
	"encoding/binary"

	"github.com/apache/arrow-go/v18/arrow"
)

// Validity tells which rows of an array have a value, without a call of Arrow's for each. The zero value has all.
type Validity struct {
	bits []byte // nil where all have
	from int
}

// ValidityOf returns the validity of an array.
func ValidityOf(a arrow.Array) Validity {
	if a.NullN() == 0 {
		return Validity{}
	}
	return Validity{a.NullBitmapBytes(), a.Data().Offset()}
}

// ValidityIn returns the validity that a bitmap says from a bit on; without a bitmap all have a value.
func ValidityIn(bits []byte, from int) Validity { return Validity{bits, from} }

// All tells that every row has a value.
func (v Validity) All() bool { return v.bits == nil }

// Of tells whether a row has a value.
func (v Validity) Of(row int) bool {
	row += v.from
	return v.bits == nil || v.bits[row>>3]>>(row&7)&1 == 1
}

// Word tells of 64 rows from one on whether they have a value, the first in the lowest bit; bits behind the last row mean
// nothing.
func (v Validity) Word(row int) uint64 {
	if v.bits == nil {
		return ^uint64(0)
	}
	row += v.from
	bits, shift := v.bits[row>>3:], row&7
	if len(bits) < 9 {
		var last [9]byte
		copy(last[:], bits)
		bits = last[:]
	}
	return binary.LittleEndian.Uint64(bits)>>shift | uint64(bits[8])<<(64-shift)
}

// Keep leaves of a set of rows those that have a value. The first row is the lowest bit of the first word, and no word
// lies wholly beyond the rows.
func (v Validity) Keep(rows []uint64) {
	if v.bits == nil {
		return
	}
	for i := range rows {
		rows[i] &= v.Word(i << 6)
	}
}
