package conform

import (
	"encoding/binary"
	"math/bits"
)

// moveBits moves the bits from one place up to another to a place that is not behind them.
func moveBits(bitmap []byte, to, from, end int) {
	one := func() {
		bit := bitmap[from>>3] >> (from & 7) & 1
		bitmap[to>>3] = bitmap[to>>3]&^(1<<(to&7)) | bit<<(to&7)
		from, to = from+1, to+1
	}
	if to == from {
		return
	}
	for from < end && to&7 != 0 {
		one()
	}
	for ; end-from >= 8; from, to = from+8, to+8 {
		bits := uint16(bitmap[from>>3])
		if from&7 > 0 {
			bits |= uint16(bitmap[from>>3+1]) << 8
		}
		bitmap[to>>3] = byte(bits >> (from & 7))
	}
	for from < end {
		one()
	}
}

// countBits counts the bits that are set among the first ones.
func countBits(bitmap []byte, first int) (set int) {
	words := bitmap[:first>>3]
	for ; len(words) >= 8; words = words[8:] {
		set += bits.OnesCount64(binary.LittleEndian.Uint64(words))
	}
	for _, b := range words {
		set += bits.OnesCount8(b)
	}
	if rest := first & 7; rest > 0 {
		set += bits.OnesCount8(bitmap[first>>3] & (1<<rest - 1))
	}
	return set
}

// setBits sets the bits from one place up to another.
func setBits(bitmap []byte, from, end int) {
	for ; from < end && from&7 != 0; from++ {
		bitmap[from>>3] |= 1 << (from & 7)
	}
	for ; end-from >= 8; from += 8 {
		bitmap[from>>3] = 0xff
	}
	for ; from < end; from++ {
		bitmap[from>>3] |= 1 << (from & 7)
	}
}
