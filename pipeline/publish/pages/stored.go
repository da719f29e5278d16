package pages

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"
)

const (
	sampleBytes = 8 << 10
	blockBytes  = 128 << 10 // of a zstd block, at most
)

// compress appends a page as a zstd frame. A page in whose midst nothing repeats, as in a column of pseudonyms, is
// stored in its frame as it is: the search for repeats would cost more than everything else.
func (e *Encoder) compress(dst, page []byte) []byte {
	if len(page) > 8*sampleBytes {
		from := len(page) / 2
		e.sample = e.compressor.EncodeAll(page[from:from+sampleBytes], e.sample[:0])
		if len(e.sample) >= sampleBytes {
			return storedFrame(dst, page)
		}
	}
	return e.compressor.EncodeAll(page, dst)
}

// storedFrame appends a zstd frame of raw blocks, with the checksum by which a flipped bit is noticed. RFC 8878.
func storedFrame(dst, content []byte) []byte {
	const contentSize4, singleSegment, checksum = 2 << 6, 1 << 5, 1 << 2
	dst = append(dst, 0x28, 0xb5, 0x2f, 0xfd, contentSize4|singleSegment|checksum)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(content)))
	sum := uint32(xxhash.Sum64(content))
	for first := true; first || len(content) > 0; first = false {
		n := min(len(content), blockBytes)
		header := uint32(n) << 3
		if n == len(content) {
			header |= 1
		}
		dst = append(dst, byte(header), byte(header>>8), byte(header>>16))
		dst = append(dst, content[:n]...)
		content = content[n:]
	}
	return binary.LittleEndian.AppendUint32(dst, sum)
}
