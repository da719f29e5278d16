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

// All tells that every row has a value.
func (v Validity) All() bool { return v.bits == nil }

// Of tells whether a row has a value.
func (v Validity) Of(row int) bool {
	row += v.from
	return v.bits == nil || v.bits[row>>3]>>(row&7)&1 == 1
}

// Keep leaves of a set of rows those that have a value. The first row is the lowest bit of the first word, and no word
// lies wholly beyond the rows.
func (v Validity) Keep(rows []uint64) {
	if v.bits == nil {
		return
	}
	for i := range rows {
		first := v.from + i<<6
		var have [9]byte // the bits of 64 rows may begin within a byte
		copy(have[:], v.bits[first>>3:])
		word := binary.LittleEndian.Uint64(have[:]) >> (first & 7)
		rows[i] &= word | uint64(have[8])<<8<<(56-first&7)
	}
}
