package pages

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/format"
	"github.com/zeebo/xxh3"
)

// RowGroupRows is the number of rows of every row group but a file's last.
const RowGroupRows = 131072

// Column is one column of a file.
type Column struct {
	Name  string
	Array arrow.Array
	// Required: the column has no nulls, and the file says so.
	Required bool
	// Unranged: the smallest and largest value are not written.
	Unranged bool
	// Hashed: the chunks say their Content.
	Hashed bool
	// List, if not nil, is the list whose elements the values are fields of; there is a value for each element.
	List *List
}

// Chunk is one column of one row group as it stands in a file.
type Chunk struct {
	// Content is the hash of the nulls and the values of a column that is Hashed.
	Content xxh3.Uint128

	pages        blocks // the dictionary page, if there is one, then the data pages, each behind its header
	dictionary   int    // how many of these bytes are the dictionary page
	uncompressed int64  // what the pages would take without compression, headers included
	rows, nulls  int    // rows are the elements in a column of a list
	values       int    // rows, or elements and lists without any
	fileRows     int
	encoding     format.Encoding // of the data pages
	dataPages    int
	least, most  []byte // nil when unknown
}

// Encode encodes the rows from to to of the file. The error is that of an array type that no column of a table has, or of a
// text too long for Parquet.
func (e *Encoder) Encode(c Column, from, to int) (*Chunk, error) {
	rows := to - from
	first, last := from, to
	if c.List != nil {
		first, last = c.List.elements(from, to)
	}
	e.start(c, first, last)
	e.chunk.fileRows = rows
	var err error
	if c.List != nil {
		if err := e.listLevels(c.List, from, to); err != nil {
			return nil, fmt.Errorf("encode column %s: %w", c.Name, err)
		}
		from, to = first, last
	}
	switch a := c.Array.(type) {
	case *array.Dictionary:
		err = e.dictionary(a, from, to)
	case *array.String:
		err = e.texts(a, from, to)
	case *array.FixedSizeBinary:
		err = e.sums(a, from, to)
	case *array.Boolean:
		err = e.booleans(a, from, to)
	case *array.Date32:
		err = e.whole(narrow(a.Date32Values()), from, to)
	case *array.Time32:
		err = e.whole(milliseconds(a, from, to), 0, to-from)
	case *array.Uint32:
		err = e.whole(narrow(a.Uint32Values()), from, to)
	case *array.Int64:
		err = e.long(a.Int64Values()[from:to])
	case *array.Decimal128:
		err = e.long(unscaled(a, from, to))
	default:
		err = fmt.Errorf("a column of type %s has no encoding", c.Array.DataType())
	}
	if err != nil {
		return nil, fmt.Errorf("encode column %s: %w", c.Name, err)
	}
	if e.hashed {
		e.chunk.Content = e.content.Sum128()
	}
	return e.chunk, nil
}

// Free gives the chunk's memory back. The chunk must not be used any more.
func (c *Chunk) Free() { c.pages.free() }

// start begins a chunk: which of its rows are null.
func (e *Encoder) start(c Column, from, to int) {
	e.chunk = &Chunk{rows: to - from, values: to - from}
	e.list = nil
	e.required, e.ranged, e.hashed = c.Required, !c.Unranged, c.Hashed
	e.content.Reset()
	e.valid = nil
	if bitmap := c.Array.NullBitmapBytes(); c.Array.NullN() > 0 {
		n := to - from
		offset := c.Array.Data().Offset() + from
		held := bitutil.CountSetBits(bitmap, offset, n)
		e.chunk.nulls = n - held
		if held < n {
			e.bitmap = resize(e.bitmap, (n+7)/8)
			e.bitmap[len(e.bitmap)-1] = 0
			bitutil.CopyBitmap(bitmap, offset, n, e.bitmap, 0)
			if spare := n % 8; spare > 0 {
				e.bitmap[len(e.bitmap)-1] &= 1<<spare - 1
			}
			e.valid = e.bitmap
		}
	}
	e.hash(e.valid)
}

// hash adds to the chunk's content.
func (e *Encoder) hash(content []byte) {
	if e.hashed {
		_, _ = e.content.Write(content) // a hash never fails
	}
}

// isNull tells whether a row, counted from the chunk's first, is null.
func (e *Encoder) isNull(row int) bool { return e.valid != nil && e.valid[row/8]>>(row%8)&1 == 0 }

// levels appends, for the rows from to to, which are null. from is a multiple of 8.
func (e *Encoder) levels(page []byte, from, to int) []byte {
	switch {
	case e.list != nil:
		return append(page, e.listed...)
	case e.required:
		return page
	}
	at := len(page)
	page = append(page, 0, 0, 0, 0)
	switch {
	case e.valid == nil:
		page = append(appendVarint(page, uint64(to-from)<<1), 1)
	case e.chunk.nulls == e.chunk.rows:
		page = append(appendVarint(page, uint64(to-from)<<1), 0)
	default:
		page = append(appendVarint(page, uint64((to-from+7)/8)<<1|1), e.valid[from/8:(to+7)/8]...)
	}
	n := len(page) - at - 4
	page[at], page[at+1], page[at+2], page[at+3] = byte(n), byte(n>>8), byte(n>>16), byte(n>>24)
	return page
}

// placed writes the one data page of a chunk with a dictionary: the settled places.
func (e *Encoder) placed() error {
	e.hash(bytesOf(e.settler.places))
	width := max(bits.Len(uint(max(len(e.settler.order), 1)-1)), 1)
	e.page = append(e.levels(e.page[:0], 0, e.chunk.rows), byte(width))
	var err error
	if e.buffer, err = (&rle.Encoding{BitWidth: width}).EncodeInt32(e.buffer, e.settler.places); err != nil {
		return err
	}
	e.page = append(e.page, e.buffer...)
	return e.dataPage(e.chunk.rows, format.RLEDictionary, nil)
}

// held returns the values of the rows that are not null, in the memory of old unless that is all of them.
func held[T any](e *Encoder, values, old []T) (held, kept []T) {
	if e.valid == nil {
		return values, old
	}
	old = resize(old, len(values))
	n := 0
	for row := 0; row < len(values); row += 64 {
		rows, some := e.sixtyFour(row), values[row:min(row+64, len(values))]
		if rows == 1<<64-1 {
			n += copy(old[n:], some)
			continue
		}
		for ; rows != 0; rows &= rows - 1 {
			old[n] = some[bits.TrailingZeros64(rows)%64]
			n++
		}
	}
	return old[:n], old
}

// sixtyFour returns which of 64 rows are not null, the first, a multiple of 8, in the lowest bit.
func (e *Encoder) sixtyFour(first int) uint64 {
	rest := e.valid[first/8:]
	if len(rest) >= 8 {
		return binary.LittleEndian.Uint64(rest)
	}
	var eight [8]byte
	copy(eight[:], rest)
	return binary.LittleEndian.Uint64(eight[:])
}

// resize returns a slice of n elements, of the old one's memory if that suffices.
func resize[T any](old []T, n int) []T {
	if cap(old) < n {
		return make([]T, n)
	}
	return old[:n]
}

// resizeKeeping returns the slice with n elements; those that are new may be anything.
func resizeKeeping[T any](old []T, n int) []T { return slices.Grow(old, max(n-len(old), 0))[:n] }

// bytesOf views numbers as bytes, the lowest first on every machine that Go builds for here.
func bytesOf[T int32 | uint32 | int64](values []T) []byte {
	if len(values) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), len(values)*int(unsafe.Sizeof(values[0])))
}

func appendVarint(dst []byte, v uint64) []byte {
	for ; v >= 0x80; v >>= 7 {
		dst = append(dst, byte(v)|0x80)
	}
	return append(dst, byte(v))
}
