package sha8

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
)

// Sum is what is known of a text after it was read: Err is why it could not be, whole.
type Sum struct {
	Bytes  int64
	SHA256 [sha256.Size]byte
	Err    error
}

// Files reads n texts and sums them, eight at once: best the longest first. open is called once for each.
func Files(n int, open func(i int) (io.ReadCloser, error)) []Sum {
	sums := make([]Sum, n)
	if !wideFiles {
		for i := range sums {
			sums[i] = single(open, i)
		}
		return sums
	}
	f := &files{open: open, sums: sums, buffer: make([]byte, lanes*laneBytes)}
	defer f.close()
	for f.fill() {
		f.compress()
	}
	return sums
}

// single sums a text by itself.
func single(open func(i int) (io.ReadCloser, error), i int) (s Sum) {
	r, err := open(i)
	if err != nil {
		return Sum{Err: err}
	}
	h := sha256.New()
	s.Bytes, s.Err = io.Copy(h, r)
	s.Err = errors.Join(s.Err, r.Close())
	h.Sum(s.SHA256[:0])
	return s
}

const (
	// readBytes is how much of a text is read at a time.
	readBytes = 64 << 10
	// laneBytes leaves room for the end of a text, and lets the lanes begin in different places of the processor's cache.
	laneBytes = readBytes + 3*blockBytes
)

// files is texts on their way through the lanes.
type files struct {
	open   func(i int) (io.ReadCloser, error)
	sums   []Sum
	next   int // the first text that has no lane yet
	lane   [lanes]lane
	state  [8]row
	buffer []byte
}

// lane is the part of the buffer from which one text is taken.
type lane struct {
	text     io.ReadCloser // nil: the lane is idle
	number   int
	at, held int  // the bytes that are read and not yet taken
	ended    bool // no more are to be read: what is held ends with the padding
}

// fill gives every lane a block to take as long as there are texts. It returns false once there are none.
func (f *files) fill() (more bool) {
	for i := range f.lane {
		l := &f.lane[i]
		for l.held-l.at < blockBytes {
			if l.text == nil {
				if !f.begin(i) {
					break
				}
			}
			if l.ended {
				f.finish(i)
				continue
			}
			f.read(i)
		}
		more = more || l.text != nil
	}
	return more
}

// begin gives an idle lane the next text that can be opened, if there is one.
func (f *files) begin(i int) bool {
	for f.next < len(f.sums) {
		number := f.next
		f.next++
		text, err := f.open(number)
		if err != nil {
			f.sums[number].Err = err
			continue
		}
		f.lane[i] = lane{text: text, number: number}
		for word := range f.state {
			f.state[word][i] = initial[word]
		}
		return true
	}
	return false
}

// read fills a lane of which less than a block is left.
func (f *files) read(i int) {
	l := &f.lane[i]
	buffer := f.buffer[i*laneBytes : (i+1)*laneBytes]
	l.held = copy(buffer, buffer[l.at:l.held])
	l.at = 0
	n, err := io.ReadFull(l.text, buffer[l.held:l.held+readBytes])
	l.held += n
	sum := &f.sums[l.number]
	sum.Bytes += int64(n)
	if err == nil {
		return
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		sum.Err = err
	}
	l.ended = true
	buffer[l.held] = 0x80
	end := (l.held+1+8+blockBytes-1)/blockBytes*blockBytes - 8
	clear(buffer[l.held+1 : end])
	binary.BigEndian.PutUint64(buffer[end:], 8*uint64(sum.Bytes))
	l.held = end + 8
}

// finish takes the sum out of a lane.
func (f *files) finish(i int) {
	l := &f.lane[i]
	sum := &f.sums[l.number]
	for word := range f.state {
		binary.BigEndian.PutUint32(sum.SHA256[4*word:], f.state[word][i])
	}
	sum.Err = errors.Join(sum.Err, l.text.Close())
	*l = lane{}
}

// compress takes as many blocks as every lane that is not idle holds.
func (f *files) compress() {
	blocks := readBytes / blockBytes
	var offsets row
	for i, l := range f.lane {
		offsets[i] = uint32(i*laneBytes + l.at)
		if l.text != nil {
			blocks = min(blocks, (l.held-l.at)/blockBytes)
		}
	}
	var words [16]row
	for block := range blocks {
		rows8(&words, &f.buffer[block*blockBytes], &offsets)
		compress8(&f.state, &words)
	}
	for i := range f.lane {
		if l := &f.lane[i]; l.text != nil {
			l.at += blocks * blockBytes
		}
	}
}

// close closes the texts that a panic of a reader left open.
func (f *files) close() {
	for _, l := range f.lane {
		if l.text != nil {
			_ = l.text.Close()
		}
	}
}
