package pages

import (
	"encoding/binary"
	"math/bits"
)

// packing writes texts of a small alphabet - pseudonyms, numbers with a letter before them - with as few bits for each
// character as the alphabet needs: as the literals of a zstd block whose Huffman code has one length for all. To find
// repeats, or characters that are more frequent than others, would cost ten times as much and gain little.
type packing struct {
	width int       // bits of a character; 0 when the alphabet is too large
	code  [256]byte // of each character; unknown for one that is not in the alphabet
	tree  []byte    // the code as zstd writes it down
}

const (
	unknown = 0xff
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

// append appends the literals section of a block of text: four streams, each read from its end. It says whether all
// characters are in the alphabet; if not, what it appended is worthless.
func (p *packing) append(dst, text []byte) ([]byte, bool) {
	const compressed, fourStreams = 2, 3 << 2
	head := len(dst)
	dst = append(dst, 0, 0, 0, 0, 0)
	dst = append(dst, p.tree...)
	jumps := len(dst)
	dst = append(dst, 0, 0, 0, 0, 0, 0)
	segment := (len(text) + 3) / 4
	for i := range 4 {
		from := len(dst)
		var known bool
		if dst, known = p.stream(dst, text[i*segment:min((i+1)*segment, len(text))]); !known {
			return dst, false
		}
		if i < 3 {
			binary.LittleEndian.PutUint16(dst[jumps+2*i:], uint16(len(dst)-from))
		}
	}
	sizes := compressed | fourStreams | uint64(len(text))<<4 | uint64(len(dst)-head-5)<<22
	binary.LittleEndian.PutUint32(dst[head:], uint32(sizes))
	dst[head+4] = byte(sizes >> 32)
	return dst, true
}

// stream appends the codes of a text, its last character first, and a bit that marks the end.
func (p *packing) stream(dst, text []byte) ([]byte, bool) {
	at := len(dst)
	dst = resizeKeeping(dst, at+len(text)*p.width/8+9)
	width := uint(p.width) & 7
	code := &p.code
	var all byte
	n := len(text)
	for ; n >= 8; n -= 8 {
		eight := binary.LittleEndian.Uint64(text[n-8:])
		a, b, c, d := code[byte(eight)], code[byte(eight>>8)], code[byte(eight>>16)], code[byte(eight>>24)]
		e, f, g, h := code[byte(eight>>32)], code[byte(eight>>40)], code[byte(eight>>48)], code[byte(eight>>56)]
		all |= a | b | c | d | e | f | g | h
		first := (uint64(a)<<width|uint64(b))<<(2*width) | uint64(c)<<width | uint64(d)
		second := (uint64(e)<<width|uint64(f))<<(2*width) | uint64(g)<<width | uint64(h)
		binary.LittleEndian.PutUint64(dst[at:], first<<(4*width)|second)
		at += p.width
	}
	rest := uint64(1)
	for _, b := range text[:n] {
		all |= code[b]
		rest = rest<<width | uint64(code[b])
	}
	binary.LittleEndian.PutUint64(dst[at:], rest)
	return dst[:at+(bits.Len64(rest)+7)/8], all != unknown
}
