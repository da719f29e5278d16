package pages

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// packing writes texts of a small alphabet - pseudonyms, numbers with a letter before them - with as few bits for each
// character as the alphabet needs: as the literals of a zstd block whose Huffman code has one length for all. To find
// repeats, or characters that are more frequent than others, would cost ten times as much and gain little.
type packing struct {
	width int             // bits of a character; 0 when the alphabet is too large
	code  [256]byte       // of each character; unknown for one that is not in the alphabet
	tree  []byte          // the code as zstd writes it down
	pairs [1 << 16]uint16 // of two characters, the first in the lower byte; noPair if one is not in the alphabet
	built []byte          // the tree that the pairs are of
}

const (
	unknown = 0xff
	noPair  = 0xffff
	// widest is the most bits that a character may take: above, packing gains too little.
	widest = 6
	// treeSymbols is how many characters a code may speak of that is written down without compression.
	treeSymbols = 128
)

// over sets the packing to the alphabet of a text.
func (p *packing) over(text []byte) {
	var seen [256]bool
	for _, b := range text {
		seen[b] = true
	}
	count := 0
	for b, is := range seen {
		if is && b > treeSymbols {
			p.width = 0
			return
		}
		if is {
			count++
		}
	}
	p.width = max(bits.Len(uint(max(count, 1)-1)), 1)
	if p.width > widest {
		p.width = 0
		return
	}
	for b := 0; count < 1<<p.width; b++ { // a code is full: characters that do not occur fill it up
		if !seen[b] {
			seen[b] = true
			count++
		}
	}
	p.write(&seen)
}

// write numbers the characters in their order, as zstd does with those of one length, and writes the tree down: 4 bits for
// each character before the last, 1 for one that has a code.
func (p *packing) write(seen *[256]bool) {
	next, last := byte(0), 0
	for b := range p.code {
		p.code[b] = unknown
		if seen[b] {
			p.code[b], last = next, b
			next++
		}
	}
	p.tree = append(p.tree[:0], byte(127+last))
	for b := 0; b < last; b += 2 {
		var pair byte
		if seen[b] {
			pair = 1 << 4
		}
		if b+1 < last && seen[b+1] {
			pair |= 1
		}
		p.tree = append(p.tree, pair)
	}
}

// pair makes the codes of two characters.
func (p *packing) pair() {
	if bytes.Equal(p.built, p.tree) {
		return
	}
	p.built = append(p.built[:0], p.tree...)
	for i := range p.pairs {
		p.pairs[i] = noPair
	}
	for first, firstCode := range p.code[:treeSymbols+1] {
		for second, secondCode := range p.code[:treeSymbols+1] {
			if firstCode != unknown && secondCode != unknown {
				p.pairs[first|second<<8] = uint16(firstCode)<<p.width | uint16(secondCode)
			}
		}
	}
}

// append appends the literals section of a block of text: four streams, each read from its end. It says whether all
// characters are in the alphabet; if not, what it appended is worthless.
func (p *packing) append(dst, text []byte) ([]byte, bool) {
	p.pair()
	four := startStreams(dst, p.tree)
	segment := (len(text) + 3) / 4
	for i := range 4 {
		var known bool
		if four.dst, known = p.stream(four.dst, text[i*segment:min((i+1)*segment, len(text))]); !known {
			return four.dst, false
		}
		four.endStream()
	}
	return four.end(len(text)), true
}

// streams is a literals section of four streams on its way.
type streams struct {
	dst               []byte
	head, jumps, from int // where the section, the lengths of its streams and the stream at hand begin
	ended             int
}

// startStreams begins a section behind dst.
func startStreams(dst, tree []byte) streams {
	s := streams{head: len(dst)}
	dst = append(append(dst, 0, 0, 0, 0, 0), tree...)
	s.jumps = len(dst)
	s.dst = append(dst, 0, 0, 0, 0, 0, 0)
	s.from = len(s.dst)
	return s
}

func (s *streams) endStream() {
	if s.ended < 3 { // the last one goes to the end
		binary.LittleEndian.PutUint16(s.dst[s.jumps+2*s.ended:], uint16(len(s.dst)-s.from))
	}
	s.ended++
	s.from = len(s.dst)
}

// end returns the section, of size characters, with what was before it.
func (s *streams) end(size int) []byte {
	const compressed, fourStreams = 2, 3 << 2
	sizes := compressed | fourStreams | uint64(size)<<4 | uint64(len(s.dst)-s.head-5)<<22
	binary.LittleEndian.PutUint32(s.dst[s.head:], uint32(sizes))
	s.dst[s.head+4] = byte(sizes >> 32)
	return s.dst
}

// stream appends the codes of a text, its last character first, and a bit that marks the end.
func (p *packing) stream(dst, text []byte) ([]byte, bool) {
	at := len(dst)
	dst = resizeKeeping(dst, at+len(text)*p.width/8+9)
	width := uint(p.width) & 7
	pairs := &p.pairs
	var all uint16
	n := len(text)
	for ; n >= 8; n -= 8 {
		eight := binary.LittleEndian.Uint64(text[n-8:])
		a, b, c, d := pairs[uint16(eight)], pairs[uint16(eight>>16)], pairs[uint16(eight>>32)], pairs[eight>>48]
		all |= a | b | c | d
		first, second := uint64(a)<<(2*width)|uint64(b), uint64(c)<<(2*width)|uint64(d)
		binary.LittleEndian.PutUint64(dst[at:], first<<(4*width)|second)
		at += p.width
	}
	known := all != noPair
	rest := uint64(1)
	for _, b := range text[:n] {
		known = known && p.code[b] != unknown
		rest = rest<<width | uint64(p.code[b])
	}
	binary.LittleEndian.PutUint64(dst[at:], rest)
	return dst[:at+(bits.Len64(rest)+7)/8], known
}
