package table

import (
	"encoding/binary"
	"math/bits"
)

// counted finds texts that end in numbers, such as K0000005 and W100001, by these: most systems count up where they give
// identifiers, so that neighbours in a file stand next to each other here too. Of texts with the same number one stands
// here; the others, and those of numbers far apart, stand in the dictionary's hash table.
type counted struct {
	first  uint64   // the number of the first entry
	codes  []uint32 // by number: 0 for none, or code+1 and above it the text's shape
	shapes [countedShapes]uint32
}

const (
	countedShapes = 256
	countedBits   = 24 // of a code+1
	countedPrefix = 3  // bytes before the number at most

	// countedFrom is how many texts a dictionary has, or is to have, before numbers are worth the while, and countedRoom
	// how many numbers there may be for every text.
	countedFrom = 512
	countedRoom = 4
)

// numberOf returns the number that a short text of so many bytes ends in and its shape: what stands before the number,
// how long that is (a NUL byte in it is as the zeros behind it) and how long the text. Both together are the text. ok is
// false of a text that ends in no number, or has more before it.
func numberOf(word uint64, size uint32) (number uint64, shape uint32, ok bool) {
	const zeros, low, tooMuch, high = 0x3030303030303030, 0x0f0f0f0f0f0f0f0f, 0x7676767676767676, 0x8080808080808080
	other := word ^ zeros
	other = (other | (other&^high + tooMuch)) & high // of bytes that are no digits
	prefix := uint32(bits.Len64(other&(1<<(8*size&63)-1|-uint64(size>>3)))) / 8
	if prefix > countedPrefix || prefix == size {
		return 0, 0, false
	}
	shape = uint32(word)&(1<<(8*prefix)-1) | prefix<<28 | size<<24
	digits := word >> (8 * prefix) << ((64 - 8*(size-prefix)) & 63) & low
	digits = digits*10 + digits>>8
	const pairs = 0x000000ff000000ff
	return (digits&pairs*(100+1000000<<32) + digits>>16&pairs*(1+10000<<32)) >> 32, shape, true
}

// shapeAt is the place where a shape stands among the shapes.
func shapeAt(shape uint32) uint32 { return shape * 0x9e3779b1 >> (32 - 8) % countedShapes }

// place returns where the entry of a short text of so many bytes is, if it stands here, and what its shape there is.
func (c *counted) place(word uint64, size uint32) (entry, at uint32) {
	number, shape, ok := numberOf(word, size)
	at = shapeAt(shape)
	if !ok || c.shapes[at] != shape || number-c.first >= uint64(len(c.codes)) {
		return 0, countedShapes // that of no entry
	}
	return uint32(number - c.first), at
}

// codeIn returns the code that an entry has for a text with a shape, or NoCode.
func codeIn(entry, at uint32) uint32 {
	if entry>>countedBits != at {
		return NoCode
	}
	return entry&(1<<countedBits-1) - 1 // NoCode of no entry
}

// find returns the code of a short text of so many bytes, or NoCode when it does not stand here.
func (c *counted) find(word uint64, size uint32) uint32 {
	entry, at := c.place(word, size)
	if at == countedShapes {
		return NoCode
	}
	return codeIn(c.codes[entry], at)
}

// add takes in a short text of so many bytes, unless it must stand elsewhere. There are, or are to be, so many texts.
func (c *counted) add(word uint64, size, code uint32, texts int) bool {
	number, shape, ok := numberOf(word, size)
	at := shapeAt(shape)
	if !ok || code >= 1<<countedBits-1 || c.shapes[at] != 0 && c.shapes[at] != shape || !c.reach(number, countedRoom*uint64(texts)) {
		return false
	}
	entry := &c.codes[number-c.first]
	if *entry != 0 {
		return false
	}
	c.shapes[at] = shape
	*entry = at<<countedBits | code + 1
	return true
}

// reach makes room for a number, unless there were to be more than so many then. It makes a part of those so far at
// once, even if that is more, so that numbers which stay just within reach are not copied for each.
func (c *counted) reach(number, most uint64) bool {
	have := uint64(len(c.codes))
	if have == 0 {
		c.first = number
	}
	from, to := min(c.first, number), max(c.first+have, number+1)
	switch {
	case to-from == have:
		return true
	case to-from > most:
		return false
	case from < c.first:
		from -= min(from, have/2)
		c.codes = append(make([]uint32, c.first-from, to-from), c.codes...)
		c.first = from
	default:
		c.codes = roomy(c.codes, int(to-from))
	}
	return true
}

// roomy returns values with zeros behind them, so many in all, and room for more zeros.
func roomy(values []uint32, length int) []uint32 {
	if length > cap(values) {
		values = append(make([]uint32, 0, max(length, 2*cap(values))), values...)
	}
	return values[:length]
}

// shortWord returns the word of a short text of so many bytes, with zeros behind it, that stands in front of others, and
// whether it is short.
func shortWord(eight []byte, size uint32) (word uint64, short bool) {
	unused := (64 - 8*size) & 63
	word = binary.LittleEndian.Uint64(eight) << unused
	return word >> unused, size-1 < shortText && word >= 1<<56
}
