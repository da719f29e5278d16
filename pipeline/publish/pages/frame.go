package pages

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"
)

const (
	// small is the most bytes of text that are compressed whatever they are.
	small = 16 << 10
	// sampleBytes of a longer text tell how it is best compressed.
	sampleBytes = 8 << 10
	blockBytes  = 128 << 10 // of a zstd block, at most
)

// compress appends a page as a zstd frame: a head and, behind it, what stands in the page. By a sample from its midst
// the text is packed, unless the search for repeats makes it half as large again, or is stored as it is if neither gains anything.
func (e *Encoder) compress(dst, head, text []byte) []byte {
	if len(text) > small {
		from := len(text) / 2
		sample := text[from : from+sampleBytes]
		e.sample = e.compressor.EncodeAll(sample, e.sample[:0])
		e.packing.over(sample)
		switch packed := sampleBytes * e.packing.width / 8; {
		case packed > 0 && len(e.sample) > packed/2:
			return e.packedFrame(dst, head, text)
		case len(e.sample) > sampleBytes*9/10:
			return storedFrame(dst, head, text)
		}
	}
	if len(head) > 0 {
		e.joined = append(append(e.joined[:0], head...), text...)
		text = e.joined
	}
	return e.compressor.EncodeAll(text, dst)
}

// packedFrame appends a frame with a packed text. It is stored as it is if the alphabet of the whole text, unlike that of
// the sample, is too large.
func (e *Encoder) packedFrame(dst, head, text []byte) []byte {
	start := len(dst)
	for range 2 {
		f := startFrame(dst[:start], len(head)+len(text))
		f.stored(head, false)
		if f.packed(text, &e.packing) {
			return f.end()
		}
		dst = f.frame
		if e.packing.over(text); e.packing.width == 0 {
			break
		}
	}
	return storedFrame(dst[:start], head, text)
}

func storedFrame(dst, head, text []byte) []byte {
	f := startFrame(dst, len(head)+len(text))
	f.stored(head, len(text) == 0)
	f.stored(text, true)
	return f.end()
}

// frame is a zstd frame on its way: blocks, with a checksum of their content behind them. The page has one as well, but
// DuckDB and arrow-go look at this one only. RFC 8878.
type frame struct {
	frame []byte
	sum   *xxhash.Digest
}

// startFrame begins a frame of a number of bytes behind dst.
func startFrame(dst []byte, content int) *frame {
	const contentSize4, singleSegment, checksum = 2 << 6, 1 << 5, 1 << 2
	dst = append(dst, 0x28, 0xb5, 0x2f, 0xfd, contentSize4|singleSegment|checksum)
	return &frame{frame: binary.LittleEndian.AppendUint32(dst, uint32(content)), sum: xxhash.New()}
}

func (f *frame) end() []byte { return binary.LittleEndian.AppendUint32(f.frame, uint32(f.sum.Sum64())) }

const storedBlock, compressedBlock = 0 << 1, 2 << 1

// stored appends content as blocks that hold it as it is.
func (f *frame) stored(content []byte, last bool) {
	_, _ = f.sum.Write(content) // never fails
	for len(content) > 0 {
		n := min(len(content), blockBytes)
		at := len(f.frame)
		f.frame = append(append(f.frame, 0, 0, 0), content[:n]...)
		f.head(at, storedBlock, last && n == len(content))
		content = content[n:]
	}
}

// packed appends text as the last blocks, and says whether all of its characters are in the packing's alphabet.
func (f *frame) packed(text []byte, p *packing) bool {
	_, _ = f.sum.Write(text)
	blocks := (len(text) + blockBytes - 1) / blockBytes
	size := (len(text) + blocks - 1) / blocks // none is very short
	for len(text) > 0 {
		n := min(len(text), size)
		at := len(f.frame)
		var known bool
		if f.frame, known = p.append(append(f.frame, 0, 0, 0), text[:n]); !known {
			return false
		}
		f.frame = append(f.frame, 0) // no repeats
		f.head(at, compressedBlock, n == len(text))
		text = text[n:]
	}
	return true
}

// head writes the head of the block that begins at a place and ends the frame.
func (f *frame) head(at, kind int, last bool) {
	header := uint32(len(f.frame)-at-3)<<3 | uint32(kind)
	if last {
		header |= 1
	}
	f.frame[at], f.frame[at+1], f.frame[at+2] = byte(header), byte(header>>8), byte(header>>16)
}
