package sha8

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
)

// MaxWide is the length of the longest message that fits one block with its padding.
const MaxWide = blockBytes - 9

// HMAC sums messages under one key (RFC 2104): for many short ones, since crypto/hmac does the work for those of more than
// MaxWide bytes. It is not safe for concurrent use.
type HMAC struct {
	wide         bool
	inner, outer [8]row // the states after the key's block
	single       hash.Hash
	sum          []byte // of single

	blocks  [lanes][blockBytes]byte // of the messages that wait for others
	leads   [lanes]*Lead            // what each block begins with
	padded  [lanes]int              // the length of the message for which each block is padded; -1 for none
	places  [lanes]int
	waiting int

	long      []byte // a message that is summed by itself, and waits until it is written
	longPlace int
	longWaits bool

	sums  []First
	ended bool
}

// Lead is what messages begin with.
type Lead []byte

// First is the first 16 bytes of a sum, as two numbers.
type First [2]uint64

// NewHMAC returns what sums messages under a key.
func NewHMAC(key []byte) *HMAC {
	h := &HMAC{wide: wide, single: hmac.New(sha256.New, key), padded: [lanes]int{-1, -1, -1, -1, -1, -1, -1, -1}}
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

// ends and outerBits are the words of the padding of the outer hash, whose message is the key's block and a sum.
var (
	ends      = row{1 << 31, 1 << 31, 1 << 31, 1 << 31, 1 << 31, 1 << 31, 1 << 31, 1 << 31}
	outerBits = row{outerLength, outerLength, outerLength, outerLength, outerLength, outerLength, outerLength, outerLength}
)

const outerLength = 8 * (blockBytes + sha256.Size)

// Next returns room for the n bytes of the next message that come behind its lead; they are to be written before the next
// call. The lead must not change.
func (h *HMAC) Next(lead *Lead, n int) []byte {
	if h.ended {
		h.sums, h.ended = h.sums[:0], false
	}
	whole := len(*lead) + n
	if !h.wide || whole > MaxWide {
		return h.nextLong(*lead, n)
	}
	if h.waiting == lanes {
		h.compress()
	}
	h.places[h.waiting] = len(h.sums)
	h.sums = append(h.sums, First{})
	h.waiting++
	return h.room(h.waiting-1, lead, whole)
}

// room returns the room behind the lead in the block of a lane, for a message of so many bytes as a whole.
func (h *HMAC) room(lane int, lead *Lead, whole int) []byte {
	block := &h.blocks[lane]
	if h.leads[lane] != lead {
		copy(block[:], *lead)
		h.leads[lane] = lead
	}
	if h.padded[lane] != whole {
		clear(block[whole:])
		block[whole] = 0x80
		binary.BigEndian.PutUint32(block[blockBytes-4:], uint32(8*(blockBytes+whole)))
		h.padded[lane] = whole
	}
	return block[len(*lead):whole]
}

// Each sums messages that are a lead and a text of n bytes, where the texts stand one behind the other, and writes the first
// bytes of their sums to sums, which has room for as many. It knows nothing of Next.
func (h *HMAC) Each(lead *Lead, texts []byte, n int, sums []First) {
	whole := len(*lead) + n
	if !h.wide || whole > MaxWide {
		for i := range sums {
			sums[i] = h.alone(*lead, texts[i*n:(i+1)*n])
		}
		return
	}
	if h.waiting > 0 {
		h.compress()
	}
	var rooms [lanes][]byte
	for lane := range rooms {
		rooms[lane] = h.room(lane, lead, whole)
	}
	for len(sums) > 0 {
		together := min(lanes, len(sums))
		for lane, room := range rooms[:together] {
			copyText(room, texts[lane*n:(lane+1)*n])
		}
		state := h.states()
		for lane := range together {
			sums[lane] = first(&state, lane)
		}
		texts, sums = texts[together*n:], sums[together:]
	}
}

// copyText is copy of two slices of one length, for short ones.
func copyText(dst, src []byte) {
	n := len(src)
	if n < 8 || len(dst) != n {
		copy(dst, src)
		return
	}
	for at := 0; at < n-8; at += 8 {
		binary.LittleEndian.PutUint64(dst[at:], binary.LittleEndian.Uint64(src[at:]))
	}
	binary.LittleEndian.PutUint64(dst[n-8:], binary.LittleEndian.Uint64(src[n-8:]))
}

// nextLong is Next of a message that is summed by itself.
func (h *HMAC) nextLong(lead Lead, n int) []byte {
	h.sumLong()
	h.long = append(slices.Grow(h.long[:0], len(lead)+n), lead...)[:len(lead)+n]
	h.longPlace, h.longWaits = len(h.sums), true
	h.sums = append(h.sums, First{})
	return h.long[len(lead):]
}

// Finish returns the first bytes of the sums of the messages since it was last called, in their order. They are valid until
// the next message.
func (h *HMAC) Finish() []First {
	if h.ended {
		return nil
	}
	if h.waiting > 0 {
		h.compress()
	}
	h.sumLong()
	h.ended = true
	return h.sums
}

// sumLong sums the long message that waits, if there is one.
func (h *HMAC) sumLong() {
	if !h.longWaits {
		return
	}
	h.longWaits = false
	h.sums[h.longPlace] = h.alone(h.long, nil)
}

// alone sums a message of two parts by itself.
func (h *HMAC) alone(lead, text []byte) First {
	h.single.Reset()
	h.single.Write(lead)
	h.single.Write(text)
	h.sum = h.single.Sum(h.sum[:0])
	return First{binary.BigEndian.Uint64(h.sum), binary.BigEndian.Uint64(h.sum[8:])}
}

// compress sums the messages that wait.
func (h *HMAC) compress() {
	state := h.states()
	for lane, place := range h.places[:h.waiting] {
		h.sums[place] = first(&state, lane)
	}
	h.waiting = 0
}

// states returns the sums of all blocks.
func (h *HMAC) states() (state [8]row) {
	var words [16]row
	rows8(&words, &h.blocks[0][0], &inBlocks)
	state = h.inner
	compress8(&state, &words)
	copy(words[:], state[:])
	words[8], words[15] = ends, outerBits
	clear(words[9:15])
	state = h.outer
	compress8(&state, &words)
	return state
}

// first returns the first bytes of the sum of a lane.
func first(state *[8]row, lane int) First {
	return First{uint64(state[0][lane])<<32 | uint64(state[1][lane]), uint64(state[2][lane])<<32 | uint64(state[3][lane])}
}
