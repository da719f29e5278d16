package conform

import (
	"encoding/binary"

	"frontdoor/schemas/table"
)

// remembered are the codes of the first texts of a column that are read just as they stand in their cells: most columns
// of codes have few texts, and all cells are found here without a branch that their order could make slow.
type remembered struct {
	slots [rememberedSlots]rememberedSlot // open addressing
	count int
	tried bool // a window was looked up
}

// rememberedSlot is the words of a text with zeros behind it. No text that a window hands on without a mark has a NUL
// byte. A free slot has words of no text.
type rememberedSlot struct {
	words [rememberedBytes / 8]uint64
	code  uint32
}

const (
	rememberedBytes = 24 // of a text at most
	rememberedSlots = 256
	rememberedMost  = rememberedSlots / 2
)

// blankCode and noCode stand for the code of a blank cell, and of one whose text is not remembered.
const (
	blankCode = noCode - 1
	noCode    = table.NoCode
)

func newRemembered() *remembered {
	r := &remembered{}
	for i := range r.slots {
		r.slots[i] = rememberedSlot{[...]uint64{1<<64 - 1, 1<<64 - 1, 1<<64 - 1}, noCode}
	}
	r.slots[0] = rememberedSlot{code: blankCode}
	return r
}

// behind are the masks of the words of a text, by its length.
var behind = func() (masks [rememberedBytes + 1][rememberedBytes / 8]uint64) {
	for length := range masks {
		for i := range length {
			masks[length][i/8] |= 0xff << (i % 8 * 8)
		}
	}
	return masks
}()

// slotOf returns the place of the slot at which the search for a text begins.
func slotOf(a, b, c uint64) uint64 {
	const golden = 0x9e3779b97f4a7c15 // the golden ratio: bits in no order
	return (a ^ (b<<21 | b>>43) ^ (c<<42 | c>>22)) * golden >> 56 % rememberedSlots
}

// find sets the codes of the cells of a column of a window.
func (r *remembered) find(text *table.Text, place int, codes []uint32) {
	data, at := text.Data, place
	for i := range codes {
		begin, end := int(text.Begin[at]), int(text.End[at])
		at += text.Columns
		if end-begin > rememberedBytes || begin+rememberedBytes > len(data) {
			codes[i] = noCode
			continue
		}
		cell, mask := data[begin:begin+rememberedBytes], &behind[end-begin]
		a := binary.LittleEndian.Uint64(cell) & mask[0]
		b := binary.LittleEndian.Uint64(cell[8:]) & mask[1]
		c := binary.LittleEndian.Uint64(cell[16:]) & mask[2]
		h := slotOf(a, b, c)
		for {
			s := &r.slots[h]
			if codes[i] = s.code; (s.words[0]^a)|(s.words[1]^b)|(s.words[2]^c) == 0 || s.code == noCode {
				break
			}
			h = (h + 1) % rememberedSlots
		}
	}
}

// add remembers the code of a text, which is not remembered yet, if there is room.
func (r *remembered) add(text []byte, code uint32) {
	if len(text) > rememberedBytes || r.full() {
		return
	}
	var padded [rememberedBytes]byte
	copy(padded[:], text)
	a, b, c := binary.LittleEndian.Uint64(padded[:]), binary.LittleEndian.Uint64(padded[8:]), binary.LittleEndian.Uint64(padded[16:])
	h := slotOf(a, b, c)
	for r.slots[h].code != noCode {
		if r.slots[h].words == [...]uint64{a, b, c} {
			return
		}
		h = (h + 1) % rememberedSlots
	}
	r.slots[h] = rememberedSlot{[...]uint64{a, b, c}, code}
	r.count++
}

// weigh ends the remembering where it does not pay: many cells of a window behind the first were not found, as their texts
// are long, say, or written otherwise than their codes. Those are read faster in runs.
func (r *remembered) weigh(missed, cells int) {
	if r.tried && missed > cells/4 {
		r.count = rememberedMost
	}
	r.tried = true
}

// full tells that no more texts are remembered, and that the column has others.
func (r *remembered) full() bool { return r.count == rememberedMost }
