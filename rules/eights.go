package rules

import (
	"encoding/binary"
	"math/bits"
)

// Truth values stand one to a byte, so that a word of the processor holds eight. What is said of every lane in the
// same way is said of eight at a time here; the last few lanes of a vector are put through the same words.

// everyByte has 1 in each byte.
const everyByte uint64 = 0x0101010101010101

// eight returns the first eight of some truth values, or all with no behind them when they are fewer.
func eight(flags []uint8) uint64 {
	if len(flags) >= 8 {
		return binary.LittleEndian.Uint64(flags)
	}
	var rest [8]byte
	copy(rest[:], flags)
	return binary.LittleEndian.Uint64(rest[:])
}

// putEight is the contrary of eight.
func putEight(flags []uint8, word uint64) {
	if len(flags) >= 8 {
		binary.LittleEndian.PutUint64(flags, word)
		return
	}
	var rest [8]byte
	binary.LittleEndian.PutUint64(rest[:], word)
	copy(flags, rest[:])
}

// unlike has 1 in each byte whose truth value is not the given one.
func unlike(word uint64, value uint8) uint64 {
	differs := word ^ uint64(value)*everyByte
	return (differs | differs>>1) & everyByte
}

// packYes has a bit for each byte, the lowest for the first: 1 where the truth value is yes.
func packYes(word uint64) uint64 { return word >> 1 & everyByte * 0x0102040810204080 >> 56 }

// countUnlike counts the truth values that are not the given one.
func countUnlike(flags []uint8, value uint8) int {
	n, i := 0, 0
	for ; i+8 <= len(flags); i += 8 {
		n += bits.OnesCount64(unlike(binary.LittleEndian.Uint64(flags[i:]), value))
	}
	for _, flag := range flags[i:] {
		if flag != value {
			n++
		}
	}
	return n
}

// joinAnd joins answers, as many, into out by and.
func joinAnd(out, answers []uint8) {
	for i := 0; i < len(out); i += 8 {
		a, b := eight(out[i:]), eight(answers[i:])
		both := a & b & (uint64(yes) * everyByte)
		putEight(out[i:], both|(a|a>>1)&(b|b>>1)&everyByte&^(both>>1))
	}
}

// joinOr joins answers, as many, into out by or.
func joinOr(out, answers []uint8) {
	for i := 0; i < len(out); i += 8 {
		either := eight(out[i:]) | eight(answers[i:])
		putEight(out[i:], either&^(either>>1&everyByte))
	}
}

// negate turns every truth value into its contrary.
func negate(out []uint8) {
	for i := 0; i < len(out); i += 8 {
		putEight(out[i:], uint64(yes)*everyByte-eight(out[i:]))
	}
}

// unknownToNo turns unknown into no.
func unknownToNo(out []uint8) {
	for i := 0; i < len(out); i += 8 {
		putEight(out[i:], eight(out[i:])&(uint64(yes)*everyByte))
	}
}

// fillWith fills flags with the bytes of a word.
func fillWith(out []uint8, word uint64) {
	for i := 0; i < len(out); i += 8 {
		putEight(out[i:], word)
	}
}

// twice turns 1 into yes.
func twice(out []uint8) {
	for i := 0; i < len(out); i += 8 {
		putEight(out[i:], eight(out[i:])<<1)
	}
}

// unpack writes the bits from a place on, one to a byte.
func unpack(out, bits []byte, from int) {
	for i := 0; i < len(out); i += 8 {
		at := from + i
		eight := uint64(bits[at>>3])
		if shift := at & 7; shift > 0 {
			eight >>= shift
			if at>>3+1 < len(bits) {
				eight |= uint64(bits[at>>3+1]) << (8 - shift) & 0xff
			}
		}
		spread := eight * everyByte & 0x8040201008040201 // each bit in a byte of its own
		putEight(out[i:], (spread+0x7f*everyByte)>>7&everyByte)
	}
}

// keep shortens rows to those whose truth value is want.
func keep(rows []uint32, flags []uint8, want uint8) []uint32 {
	kept, i := 0, 0
	for ; i+8 <= len(rows); i += 8 {
		wanted := everyByte &^ unlike(binary.LittleEndian.Uint64(flags[i:]), want)
		if wanted == everyByte && kept == i {
			kept += 8
			continue
		}
		for ; wanted != 0; wanted &= wanted - 1 {
			rows[kept] = rows[i+bits.TrailingZeros64(wanted)/8]
			kept++
		}
	}
	for ; i < len(rows); i++ {
		if flags[i] == want {
			rows[kept] = rows[i]
			kept++
		}
	}
	return rows[:kept]
}
