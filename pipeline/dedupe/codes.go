package dedupe

import (
	"math"
	"math/bits"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas/table"
)

// noCode stands for the code of a row that has none.
const noCode = math.MaxUint32

func noCodes(n int) []uint32 {
	codes := make([]uint32, n)
	for i := range codes {
		codes[i] = noCode
	}
	return codes
}

// coded wraps codes, which it changes, and their texts as a dictionary column; noCode is null.
func coded(codes []uint32, values *array.String) arrow.Array {
	valid, nulls := make([]byte, (len(codes)+7)/8), 0
	for from := 0; from < len(codes); from += 8 {
		absent := eightCodes(codes[from:])
		valid[from/8] = ^absent
		nulls += bits.OnesCount8(absent)
	}
	if over := len(codes) % 8; over > 0 {
		valid[len(valid)-1] &= 1<<over - 1
	}
	if nulls == 0 {
		valid = nil
	}
	return table.DictionaryArray(codes, values, valid, nulls)
}

// eightCodes puts 0 in place of noCode among the first eight codes, and tells where it stood, the first in the lowest bit.
func eightCodes(codes []uint32) (absent byte) {
	if len(codes) < 8 {
		for i, code := range codes {
			if code == noCode {
				codes[i] = 0
				absent |= 1 << i
			}
		}
		return absent
	}
	own := (*[8]uint32)(codes)
	for i := range own { // where noCode stands cannot be foretold, so no branch
		blank := uint32((uint64(own[i]) + 1) >> 32)
		own[i] &= blank - 1
		absent = absent>>1 | byte(blank<<7)
	}
	return absent
}

// codes sets a dictionary column to codes, which it changes; noCode is null.
func (b *builder) codes(field string, values *array.String, of func() []uint32) {
	b.column(field, func() arrow.Array { return coded(of(), values) })
}

// places sets a dictionary column to what a walk finds of every row: the place of its text among values, or none.
func (b *builder) places(field string, values *array.String, of func(row int) int32) {
	b.column(field, func() arrow.Array {
		return coded(codesOf(b.table.Rows, of), values)
	})
}

// codesOfNames returns names as texts, each once, and the code of each; the name "" has noCode.
func codesOfNames(names []string) ([]uint32, *array.String) {
	values := table.NewDictionary()
	codes := noCodes(len(names))
	for i, name := range names {
		if name != "" {
			codes[i] = values.Code([]byte(name))
		}
	}
	return codes, values.Array()
}

// names sets a dictionary column from the numbers of names; a number below 0 and the name "" are null.
func (b *builder) names(field string, names []string, of func(row int) int) {
	codeOf, values := codesOfNames(names)
	codeOf = append(codeOf, noCode) // of a number below 0
	b.codes(field, values, func() []uint32 {
		codes := make([]uint32, b.table.Rows)
		for row := range codes {
			codes[row] = codeOf[min(uint(of(row)), uint(len(names)))]
		}
		return codes
	})
}

// idsOf sets a column to the ids of delivered records given by row, noCode for none. It refers to the delivered texts, so that
// an id that stands in many places is one text for whoever makes pseudonyms of it.
func (b *builder) idsOf(field string, column *table.Column, rows []uint32) {
	if !column.Delivered() {
		b.empty(field)
		return
	}
	valid := table.ValidityOf(column.Array)
	codes, values := column.Codes()
	if values == nil {
		values = column.Array.(*array.String)
	}
	b.codes(field, values, func() []uint32 {
		own := slices.Clone(rows)
		if codes == nil && valid.All() {
			return own
		}
		for i, row := range own {
			switch {
			case row == noCode:
			case !valid.Of(int(row)):
				own[i] = noCode
			case codes != nil:
				own[i] = codes[row]
			}
		}
		return own
	})
}

// codesOf returns what a walk over so many rows finds, none as noCode.
func codesOf(rows int, of func(row int) int32) []uint32 {
	codes := make([]uint32, rows)
	for row := range codes {
		codes[row] = uint32(of(row)) // none is noCode
	}
	return codes
}

// part sets a dictionary column to the names of a part of states; the name "" is null.
func (b *builder) part(field string, names []string, states []state, p part) {
	b.column(field, func() arrow.Array {
		own, values := codesOfNames(names)
		var codeOf [16]uint32
		var absentOf [16]byte // the highest bit for the name ""
		for n, code := range own {
			if codeOf[n] = code; code == noCode {
				codeOf[n], absentOf[n] = 0, 1<<7
			}
		}
		codes, at := make([]uint32, len(states)), p.at&31
		mask := state(1)<<p.width - 1
		if !slices.Contains(own, noCode) {
			for row, s := range states {
				codes[row] = codeOf[s>>at&mask&15]
			}
			return table.DictionaryArray(codes, values, nil, 0)
		}
		valid, nulls := make([]byte, (len(states)+7)/8), 0
		for from := 0; from < len(states); from += 8 {
			var absent byte
			some := states[from:min(from+8, len(states))]
			into := codes[from:][:len(some)]
			for i, s := range some {
				n := s >> at & mask & 15
				into[i] = codeOf[n]
				absent = absent>>1 | absentOf[n]
			}
			absent >>= 8 - len(some)
			valid[from/8] = ^absent & (1<<len(some) - 1)
			nulls += bits.OnesCount8(absent)
		}
		return table.DictionaryArray(codes, values, valid, nulls)
	})
}
