package table

import "encoding/binary"

// Head returns the first eight bytes of the text that stands in data from begin to end, as a number that orders as the
// texts do where they differ in these; a shorter text is filled up with zeros.
func Head(data []byte, begin, end int) uint64 {
	if begin+8 > len(data) {
		var head [8]byte
		copy(head[:], data[begin:end])
		return binary.BigEndian.Uint64(head[:])
	}
	head := binary.BigEndian.Uint64(data[begin:])
	if length := end - begin; length < 8 {
		head &= ^uint64(0) << (64 - 8*length)
	}
	return head
}
