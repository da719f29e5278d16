package pages

import (
	"fmt"
	"hash/crc32"
	"math"
	"slices"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/zeebo/xxh3"
)

// Encoder encodes chunks and keeps its working memory between them. It is not safe for concurrent use.
type Encoder struct {
	chunk                    *Chunk
	required, ranged, hashed bool
	content                  *xxh3.Hasher
	valid                    []byte // bitmap of the chunk's rows that are not null; nil when none is

	list   *List  // whose elements the chunk's values are fields of, or nil
	listed []byte // the levels of its one page

	settler    settler
	packing    packing
	bitmap     []byte
	page       []byte // of the page at hand, all but a text that stands elsewhere
	buffer     []byte
	evens      []evens
	lows       []somewhere // where the smallest text may be
	highs      []somewhere
	sample     []byte
	joined     []byte
	text       []byte
	lengths    []int32 // of the texts
	shared     []int32 // how many bytes a text shares with the one before it
	rests      []byte  // what it does not share
	codes      []uint32
	rows       []uint32
	places     []uint32 // of sums
	sumTree    []byte   // the packing of sums
	numbers    []int32
	longs      []int64
	repeats    []byte
	defined    []byte
	compressor *zstd.Encoder
}

// NewEncoder returns an encoder.
func NewEncoder() (*Encoder, error) {
	compressor, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithZeroFrames(true))
	if err != nil {
		return nil, fmt.Errorf("start zstd: %w", err)
	}
	e := &Encoder{content: xxh3.New(), compressor: compressor}
	e.packing.over([]byte(sumAlphabet))
	e.sumTree = slices.Clone(e.packing.tree)
	return e, nil
}

// dataPage appends what stands in e.page, and text behind it, as a data page of a number of rows, or of all that a list has.
func (e *Encoder) dataPage(rows int, encoding format.Encoding, text []byte) error {
	e.compressPage(text)
	return e.appendData(rows, encoding, len(e.page)+len(text))
}

// appendData appends a data page that stands, compressed from size bytes, in e.buffer behind headRoom.
func (e *Encoder) appendData(rows int, encoding format.Encoding, size int) error {
	if e.list != nil {
		rows = e.chunk.values
	}
	e.chunk.encoding = encoding
	e.chunk.dataPages++
	return e.appendPage(size, format.PageHeader{
		Type: format.DataPage,
		DataPageHeader: thrift.New(format.DataPageHeader{
			NumValues: int32(rows), Encoding: encoding, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE,
		}),
	})
}

// dictionaryPage appends what stands in e.page as the chunk's dictionary.
func (e *Encoder) dictionaryPage(values int) error {
	e.compressPage(nil)
	err := e.appendPage(len(e.page), format.PageHeader{
		Type:                 format.DictionaryPage,
		DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: int32(values), Encoding: format.Plain}),
	})
	e.chunk.dictionary = e.chunk.pages.size
	return err
}

// headRoom is the most bytes of a page's header: a dozen small numbers.
const headRoom = 128

// compressPage compresses what stands in e.page, and text behind it, into e.buffer behind headRoom.
func (e *Encoder) compressPage(text []byte) {
	e.buffer = resize(e.buffer, headRoom)
	if text == nil {
		e.buffer = e.compress(e.buffer, nil, e.page)
	} else {
		e.buffer = e.compress(e.buffer, e.page, text)
	}
}

func (e *Encoder) appendPage(size int, header format.PageHeader) error {
	if size > math.MaxInt32 {
		return fmt.Errorf("a page of %d bytes is more than Parquet allows; split the file", size)
	}
	content := e.buffer[headRoom:]
	header.UncompressedPageSize, header.CompressedPageSize = int32(size), int32(len(content))
	header.CRC = int32(crc32.ChecksumIEEE(content))
	head, err := thrift.Marshal(&thrift.CompactProtocol{}, &header)
	if err != nil {
		return fmt.Errorf("write page header: %w", err)
	}
	e.chunk.uncompressed += int64(len(head) + size)
	from := headRoom - len(head)
	if from < 0 {
		return fmt.Errorf("write page header: it has %d bytes, more than %d", len(head), headRoom)
	}
	copy(e.buffer[from:], head)
	e.chunk.pages.append(e.buffer[from:])
	return nil
}
