package pages

import "sync"

// blocks are bytes in pieces of one size, whose memory serves again: what a run writes, taken from the heap, would cost a
// page fault for every 4 KiB.
type blocks struct {
	full []block // the last one may be short
	size int
}

const blockSize = 64 << 10

type block = []byte

var spare = sync.Pool{New: func() any { return new([blockSize]byte) }}

func (b *blocks) append(content []byte) {
	b.size += len(content)
	for len(content) > 0 {
		last := len(b.full) - 1
		if last < 0 || len(b.full[last]) == blockSize {
			b.full = append(b.full, spare.Get().(*[blockSize]byte)[:0])
			last++
		}
		n := min(len(content), blockSize-len(b.full[last]))
		b.full[last] = append(b.full[last], content[:n]...)
		content = content[n:]
	}
}

func (b *blocks) free() {
	for _, full := range b.full {
		spare.Put((*[blockSize]byte)(full[:blockSize]))
	}
	*b = blocks{}
}
