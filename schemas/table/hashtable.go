package table

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
)

// hashTable is where a dictionary finds the codes of its texts: open addressing, one slot behind the other. It is small, so
// that much of a large one stands in the processor's cache.
type hashTable struct {
	seed   maphash.Seed
	mixers [2]uint64 // of the hashes of texts that are not long, by the seed
	slots  []slot
	count  int // of those that are not free
	// touched keeps the early reads of slots where many texts are looked up.
	touched uint32
}

func newHashTable() hashTable {
	seed := maphash.MakeSeed()
	return hashTable{seed: seed, mixers: [2]uint64{maphash.String(seed, ""), maphash.String(seed, " ")}, slots: make([]slot, 64)}
}

// key is what tells a text: a short one itself, with zeros behind it, of a long one its hash.
type key struct {
	word uint64
	long uint32 // isLong or 0
}

// slot is a key and the code of its text.
type slot struct {
	low, high uint32 // of the key's word
	next      uint32 // code+1 and the key's long; 0 when the slot is free
}

const (
	shortText = 8 // bytes of a short text at most; one that ends in a NUL byte is long, or it would be that without it
	isLong    = 1 << 31
)

// golden is the golden ratio: bits in no order.
const golden = 0x9e3779b97f4a7c15

func (k key) slot(code uint32) slot {
	return slot{uint32(k.word), uint32(k.word >> 32), code + 1 | k.long}
}

// code returns the code of the slot's text; of a free slot it is NoCode.
func (s slot) code() uint32 { return s.next&^isLong - 1 }

// holds tells whether the slot, which is not free, is that of a key. Texts that are long may share one.
func (s slot) holds(k key) bool {
	return s.low == uint32(k.word) && s.high == uint32(k.word>>32) && s.next&isLong == k.long
}

// keyOf returns the key of a text.
func (t *hashTable) keyOf(text []byte) key {
	n := len(text)
	switch {
	case n > 2*shortText:
		return key{maphash.Bytes(t.seed, text), isLong}
	case n > shortText: // the two halves overlap
		return key{mixed(binary.LittleEndian.Uint64(text)^t.mixers[0], binary.LittleEndian.Uint64(text[n-shortText:])^t.mixers[1]), isLong}
	case n == 0:
		return key{}
	case text[n-1] == 0:
		return key{maphash.Bytes(t.seed, text), isLong}
	case n >= 4: // the two halves overlap
		return key{uint64(binary.LittleEndian.Uint32(text)) | uint64(binary.LittleEndian.Uint32(text[n-4:]))<<(8*n-32), 0}
	}
	return key{uint64(text[0]) | uint64(text[n/2])<<(n/2*8) | uint64(text[n-1])<<(8*n-8), 0}
}

// home returns the slot at which the search for a key begins.
func (t *hashTable) home(k key) uint32 {
	hash := k.word
	if k.long == 0 {
		hash = mixed(k.word^t.mixers[0], golden)
	}
	return t.place(hash)
}

// place turns a hash into a place among the slots.
func (t *hashTable) place(hash uint64) uint32 {
	at, _ := bits.Mul64(hash, uint64(len(t.slots)))
	return uint32(at)
}

// mixed makes one word of two, of which every bit depends on all of theirs.
func mixed(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}

// most is how many texts the table takes.
func (t *hashTable) most() int { return len(t.slots) / 3 * 2 }

// resize makes room for so many texts.
func (t *hashTable) resize(texts int) {
	old := t.slots
	t.slots = make([]slot, texts/2*3+3)
	for _, held := range old {
		if held.next == 0 {
			continue
		}
		t.slots[t.free(key{uint64(held.low) | uint64(held.high)<<32, held.next & isLong})] = held
	}
}

// free returns the free slot where a key belongs that is not there.
func (t *hashTable) free(k key) (at uint32) {
	for at = t.home(k); t.slots[at].next != 0; {
		if at++; int(at) == len(t.slots) {
			at = 0
		}
	}
	return at
}
