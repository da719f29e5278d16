package pages

import (
	"encoding/binary"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/format"
)

// span is the widest range of numbers that is encoded with a dictionary.
const span = 1 << 16

// whole encodes the rows from to to of a column of 32 bits. Lines are the only unsigned ones; they stay below 2^31.
func (e *Encoder) whole(values []int32, from, to int) error {
	values, e.numbers = held(e, values[from:to], e.numbers)
	return encodeNumbers(e, values, binary.LittleEndian.AppendUint32, (&delta.BinaryPackedEncoding{}).EncodeInt32)
}

// long encodes a column of 64 bits.
func (e *Encoder) long(values []int64) error {
	values, e.longs = held(e, values, e.longs)
	return encodeNumbers(e, values, binary.LittleEndian.AppendUint64, (&delta.BinaryPackedEncoding{}).EncodeInt64)
}

// encodeNumbers writes numbers with a dictionary where they lie close together, else as differences.
func encodeNumbers[T int32 | int64, U uint32 | uint64](e *Encoder, values []T, appendOne func([]byte, U) []byte, differences func([]byte, []T) ([]byte, error)) error {
	e.hash(bytesOf(values))
	var least, most T
	if len(values) > 0 {
		least, most = values[0], values[0]
		for _, v := range values {
			least, most = min(least, v), max(most, v)
		}
		if e.ranged {
			e.chunk.least, e.chunk.most = appendOne(nil, U(least)), appendOne(nil, U(most))
		}
	}
	if width := uint64(most) - uint64(least); width < span {
		e.codes = resize(e.codes, len(values))
		for i, v := range values {
			e.codes[i] = uint32(v - least)
		}
		e.settler.settle(e.codes, int(width)+1, len(values))
		e.page = e.page[:0]
		for _, number := range e.settler.order {
			e.page = appendOne(e.page, U(least+T(number)))
		}
		if err := e.dictionaryPage(len(e.settler.order)); err != nil {
			return err
		}
		return e.placed()
	}
	e.page = e.levels(e.page[:0], 0, e.chunk.rows)
	var err error
	if e.buffer, err = differences(e.buffer, values); err != nil {
		return err
	}
	e.page = append(e.page, e.buffer...)
	return e.dataPage(e.chunk.rows, format.DeltaBinaryPacked, nil)
}

// booleans encodes a column of booleans: a bit each.
func (e *Encoder) booleans(a *array.Boolean, from, to int) error {
	n := to - from
	e.text = resize(e.text, (n+7)/8)
	clear(e.text)
	values := a.Data().Buffers()[1].Bytes()
	offset := a.Data().Offset() + from
	held := n
	if e.valid == nil {
		bitutil.CopyBitmap(values, offset, n, e.text, 0)
		if spare := n % 8; spare > 0 {
			e.text[len(e.text)-1] &= 1<<spare - 1
		}
	} else {
		held = 0
		for row := range n {
			if e.isNull(row) {
				continue
			}
			if bitutil.BitIsSet(values, offset+row) {
				e.text[held/8] |= 1 << (held % 8)
			}
			held++
		}
	}
	e.text = e.text[:(held+7)/8]
	e.hash(e.text)
	e.page = append(e.levels(e.page[:0], 0, n), e.text...)
	return e.dataPage(n, format.Plain, nil)
}

// unscaled returns decimals without their point. They are held in 64 bits.
func unscaled(a *array.Decimal128, from, to int) []int64 {
	values := make([]int64, to-from)
	for i, v := range a.Values()[from:to] {
		values[i] = int64(v.LowBits())
	}
	return values
}

// milliseconds returns times of day, held in seconds, as Parquet holds them.
func milliseconds(a *array.Time32, from, to int) []int32 {
	unit := int32(1)
	if a.DataType().(*arrow.Time32Type).Unit == arrow.Second {
		unit = 1000
	}
	values := make([]int32, to-from)
	for i, v := range a.Time32Values()[from:to] {
		values[i] = int32(v) * unit
	}
	return values
}

// narrow views values of 32 bits as numbers.
func narrow[T ~int32 | ~uint32](values []T) []int32 {
	if len(values) == 0 {
		return nil
	}
	return unsafe.Slice((*int32)(unsafe.Pointer(&values[0])), len(values))
}
