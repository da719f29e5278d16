package table

import "github.com/apache/arrow-go/v18/arrow"

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
