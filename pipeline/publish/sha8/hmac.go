package sha8

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

const (
	// SumBytes is how much of a sum is kept.
	SumBytes = 16
	// MaxWide is the length of the longest message that fits one block with its padding.
	MaxWide = blockBytes - 9
)

// HMAC sums messages under one key (RFC 2104): for many short ones, since crypto/hmac does the work for those of more than
// MaxWide bytes. It is not safe for concurrent use.
type HMAC struct {
	wide         bool
	inner, outer [8]row // the states after the key's block
	single       hash.Hash
	sum          []byte

	blocks  [lanes][blockBytes]byte // of the messages that wait for others
	waiting int
	places  [lanes]int
	sums    [][SumBytes]byte
	ended   bool
}

// NewHMAC returns what sums messages under a key.
func NewHMAC(key []byte) *HMAC {
	h := &HMAC{wide: wide, single: hmac.New(sha256.New, key)}
	if !h.wide {
		return h
	}
	var block [blockBytes]byte
	if len(key) > blockBytes {
		short := sha256.Sum256(key)
		key = short[:]
	}
	copy(block[:], key)
	for i := range block {
		block[i] ^= 0x36
	}
	h.inner = afterBlock(&block)
	for i := range block {
		block[i] ^= 0x36 ^ 0x5c
	}
	h.outer = afterBlock(&block)
	return h
}

// afterBlock returns the state after one block, in every lane.
func afterBlock(block *[blockBytes]byte) (state [8]row) {
	for w := range state {
		for i := range lanes {
			state[w][i] = initial[w]
		}
	}
	var words [16]row
	rows8(&words, &block[0], &row{})
	compress8(&state, &words)
	return state
}

// inBlocks is where the blocks of messages begin.
var inBlocks = row{0, blockBytes, 2 * blockBytes, 3 * blockBytes, 4 * blockBytes, 5 * blockBytes, 6 * blockBytes, 7 * blockBytes}

// Add takes the next message, which is not kept.
func (h *HMAC) Add(message []byte) {
	if h.ended {
		h.sums, h.ended = h.sums[:0], false
	}
	place := len(h.sums)
	h.sums = append(h.sums, [SumBytes]byte{})
	if !h.wide || len(message) > MaxWide {
		h.single.Reset()
		h.single.Write(message)
		h.sum = h.single.Sum(h.sum[:0])
		copy(h.sums[place][:], h.sum)
		return
	}
	block := &h.blocks[h.waiting]
	clear(block[copy(block[:], message):])
	block[len(message)] = 0x80
	binary.BigEndian.PutUint32(block[blockBytes-4:], uint32(8*(blockBytes+len(message))))
	h.places[h.waiting] = place
	if h.waiting++; h.waiting == lanes {
		h.compress()
	}
}

// Finish returns the first bytes of the sums of the messages that were added since it was last called, in their order. They
// are valid until the next message.
func (h *HMAC) Finish() [][SumBytes]byte {
	if h.ended {
		return nil
	}
	if h.waiting > 0 {
		h.compress()
	}
	h.ended = true
	return h.sums
}

// compress sums the messages that wait.
func (h *HMAC) compress() {
	var words [16]row
	rows8(&words, &h.blocks[0][0], &inBlocks)
	state := h.inner
	compress8(&state, &words)
	copy(words[:], state[:])
	for i := range lanes {
		words[8][i] = 0x80000000
		words[15][i] = 8 * (blockBytes + sha256.Size)
	}
	clear(words[9:15])
	state = h.outer
	compress8(&state, &words)
	for i, place := range h.places[:h.waiting] {
		for w := range SumBytes / 4 {
			binary.BigEndian.PutUint32(h.sums[place][4*w:], state[w][i])
		}
	}
	h.waiting = 0
}
