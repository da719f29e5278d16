package pages

import (
	"encoding/binary"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/parquet-go/parquet-go/format"
)

// A sum is written as text: in base 32, RFC 4648 in lower case.
const (
	// SumBytes is the length of a sum.
	SumBytes = 10
	sumText  = 16
)

// The Arrow types of a column of sums, and of one whose sums repeat.
var (
	SumType           = &arrow.FixedSizeBinaryType{ByteWidth: SumBytes}
	SumDictionaryType = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint32, ValueType: SumType}
)

// SumArray wraps sums that lie one behind the other without copying. valid may be nil when none is null.
func SumArray(sums, valid []byte, nulls int) *array.FixedSizeBinary {
	buffers := []*memory.Buffer{nil, memory.NewBufferBytes(sums)}
	if nulls > 0 {
		buffers[0] = memory.NewBufferBytes(valid)
	}
	return array.NewFixedSizeBinaryData(array.NewData(SumType, len(sums)/SumBytes, buffers, nil, nulls, 0))
}

// sumList holds sums one behind the other.
type sumList []byte

func sumsOf(a *array.FixedSizeBinary) sumList {
	first := a.Data().Offset() * SumBytes
	return a.Data().Buffers()[1].Bytes()[first : first+a.Len()*SumBytes]
}

func (s sumList) len() int { return len(s) / SumBytes }

func (s sumList) size(uint32) int { return sumText }

// digits returns the texts of a code as its digits: 8 of 5 bits in each number, the last one lowest.
func (s sumList) digits(code uint32) (first, second uint64) {
	sum := s[int(code)*SumBytes:][:SumBytes]
	high := binary.BigEndian.Uint64(sum)
	return high >> 24, (high<<16 | uint64(binary.BigEndian.Uint16(sum[8:]))) & (1<<40 - 1)
}

func (s sumList) gather(e *Encoder, codes []uint32) int {
	e.text, e.lengths = resize(e.text, sumText*len(codes)), resize(e.lengths, len(codes))
	for i, code := range codes {
		s.write((*[sumText]byte)(e.text[sumText*i:]), code)
		e.lengths[i] = sumText
	}
	return len(e.text)
}

func (s sumList) write(text *[sumText]byte, code uint32) {
	first, second := s.digits(code)
	writeDigits(text, first, second)
}

func writeDigits(text *[sumText]byte, first, second uint64) {
	binary.BigEndian.PutUint64(text[:8], letters(first))
	binary.BigEndian.PutUint64(text[8:], letters(second))
}

// letters writes 8 digits, the first highest.
func letters(digits uint64) uint64 {
	const each = 0x0101010101010101
	digits = digits>>20<<32 | digits&(1<<20-1)
	digits = digits&(0xffc00<<32|0xffc00)<<6 | digits&(0x3ff<<32|0x3ff)
	digits = digits&(0x3e0<<48|0x3e0<<32|0x3e0<<16|0x3e0)<<3 | digits&(0x1f<<48|0x1f<<32|0x1f<<16|0x1f)
	figures := (digits + (128-26)*each) >> 7 & each // 1 for each of 26 and more, which are written as 2 to 7
	return digits + 'a'*each - figures*('a'+26-'2')
}

// sums encodes sums that hardly repeat but in neighbouring rows.
func (e *Encoder) sums(a *array.FixedSizeBinary, from, to int) error {
	list := sumsOf(a)
	e.rows = resize(e.rows, to-from)
	last := uint32(from)
	for i := range e.rows {
		if row := uint32(from + i); !list.equal(last, row) {
			last = row
		}
		e.rows[i] = last
	}
	var rows []uint32
	rows, e.codes = held(e, e.rows, e.codes)
	return list.plain(e, rows)
}

func (s sumList) equal(a, b uint32) bool {
	return *(*[SumBytes]byte)(s[int(a)*SumBytes:]) == *(*[SumBytes]byte)(s[int(b)*SumBytes:])
}

// plain packs the sums as they are, unless there are few or their texts are asked for; where neighbours are often equal, one of
// each.
func (s sumList) plain(e *Encoder, codes []uint32) error {
	if e.hashed || e.ranged || sumText*len(codes) <= small {
		s.gather(e, codes)
		return e.plainTexts(e.text)
	}
	e.page = e.levels(e.page[:0], 0, e.chunk.rows)
	encoding, written := format.DeltaLengthByteArray, codes
	if repeated(codes[:lead]) > lead*3/8 {
		encoding, written = format.DeltaByteArray, e.firsts(codes)
		if _, err := e.lengthsAndText(nil, e.shared); err != nil {
			return err
		}
	} else {
		e.lengths = resize(e.lengths, len(codes))
		for i := range e.lengths {
			e.lengths[i] = sumText
		}
	}
	if _, err := e.lengthsAndText(nil, e.lengths); err != nil {
		return err
	}
	size := len(e.page) + sumText*len(written)
	f := startFrame(resize(e.buffer, headRoom), size)
	f.stored(e.page, false)
	e.text = resize(e.text, blockBytes)
	f.sums(s, written, e.sumTree, e.text)
	e.buffer = f.end()
	return e.appendData(e.chunk.rows, encoding, size)
}

// repeated counts the codes that stand behind one like them.
func repeated(codes []uint32) int {
	count := 0
	for i, code := range codes[1:] {
		if code == codes[i] {
			count++
		}
	}
	return count
}

// firsts returns the codes without those that repeat the one before them. e.shared and e.lengths say for each how much of
// its text is that of the one before and how much is left.
func (e *Encoder) firsts(codes []uint32) []uint32 {
	e.shared, e.lengths, e.places = resize(e.shared, len(codes)), resize(e.lengths, len(codes)), resize(e.places, len(codes))
	n := 0
	for i, code := range codes {
		shared := int32(sumText)
		if i == 0 || code != codes[i-1] {
			shared = 0
			e.places[n] = code
			n++
		}
		e.shared[i], e.lengths[i] = shared, sumText-shared
	}
	return e.places[:n]
}

// sumAlphabet are the letters of base 32.
const sumAlphabet = "abcdefghijklmnopqrstuvwxyz234567"

// sums appends the texts of codes as the last blocks of a frame. tree is the packing of their alphabet, text is room for
// those of a block.
func (f *frame) sums(s sumList, codes []uint32, tree, text []byte) {
	const most = blockBytes / sumText
	blocks := (len(codes) + most - 1) / most
	each := ((len(codes)+blocks-1)/blocks + 3) &^ 3 // none is very short
	for len(codes) >= 4 {
		n := min(each, len(codes)) &^ 3
		at := len(f.frame)
		four := startStreams(append(f.frame, 0, 0, 0), tree)
		for i := range 4 {
			from, to := i*n/4, (i+1)*n/4
			four.dst = s.stream(four.dst, codes[from:to], text[sumText*from:sumText*to])
			four.endStream()
		}
		_, _ = f.sum.Write(text[:sumText*n])
		f.frame = append(four.end(n*sumText), 0) // no repeats
		f.head(at, compressedBlock, n == len(codes))
		codes = codes[n:]
	}
	if len(codes) > 0 { // they do not fill four streams
		for i, code := range codes {
			s.write((*[sumText]byte)(text[sumText*i:]), code)
		}
		f.stored(text[:sumText*len(codes)], true)
	}
}

// stream appends the codes of the packing for the texts of codes, the last character first, and a bit that marks the end. It
// writes the texts as well.
func (s sumList) stream(dst []byte, codes []uint32, text []byte) []byte {
	at := len(dst)
	dst = resizeKeeping(dst, at+SumBytes*len(codes)+1)
	out := dst[at:]
	var places [ahead]uint32
	for i := 0; i < len(codes); i += ahead {
		some := codes[max(len(codes)-i-ahead, 0) : len(codes)-i]
		for j, code := range some {
			places[j%ahead] = code * SumBytes
		}
		prefetch(unsafe.SliceData(s), &places)
		for j := range some {
			first, second := s.digits(some[len(some)-1-j])
			writeDigits((*[sumText]byte)(text[sumText*(len(codes)-1-i-j):]), first, second)
			first, second = packedDigits(first), packedDigits(second)
			ten := (*[SumBytes]byte)(out[SumBytes*(i+j):])
			binary.LittleEndian.PutUint64(ten[:], second|first<<40)
			binary.LittleEndian.PutUint16(ten[8:], uint16(first>>24))
		}
	}
	out[SumBytes*len(codes)] = 1
	return dst
}

// packedDigits returns 8 digits as the packing numbers them: in it 2 to 7 stand before the letters.
func packedDigits(digits uint64) uint64 {
	const each, highest = 0x0842108421, 0x8421084210 // of 5 bits
	return (digits&^highest + 6*each) ^ digits&highest
}
