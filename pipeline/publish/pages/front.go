package pages

import (
	"encoding/binary"
	"math/bits"

	"github.com/parquet-go/parquet-go/encoding/delta"
)

// fronted tells, by texts that lie one behind the other, whether those of a column share so much with the one before
// that it pays to leave that out: three bytes in eight.
func fronted(text []byte, lengths []int32) bool {
	at, shared := 0, 0
	var last []byte
	for _, n := range lengths {
		next := text[at : at+int(n)]
		shared += common(last, next)
		last = next
		at += int(n)
	}
	return shared > at*3/8
}

// common counts the bytes with which both texts begin.
func common(a, b []byte) int {
	n := min(len(a), len(b))
	i := 0
	for ; i+8 <= n; i += 8 {
		if differ := binary.LittleEndian.Uint64(a[i:]) ^ binary.LittleEndian.Uint64(b[i:]); differ != 0 {
			return i + bits.TrailingZeros64(differ)/8
		}
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}

// lengthsAndText appends the lengths to the page, and returns the text that stands behind them.
func (e *Encoder) lengthsAndText(text []byte, lengths []int32) ([]byte, error) {
	var err error
	if e.buffer, err = (&delta.BinaryPackedEncoding{}).EncodeInt32(e.buffer, lengths); err != nil {
		return nil, err
	}
	e.page = append(e.page, e.buffer...)
	return text, nil
}

// withoutShared appends to the page how much each text shares with the one before it and how long the rest is, and
// returns the rests.
func (e *Encoder) withoutShared(text []byte, lengths []int32) ([]byte, error) {
	e.shared, e.numbers = resize(e.shared, len(lengths)), resize(e.numbers, len(lengths))
	e.rests = resize(e.rests, len(text)+move)
	shares, rests := e.shared, e.numbers
	at, end := 0, 0
	var last []byte
	for i, n := range lengths {
		next := text[at : at+int(n)]
		shared := common(last, next)
		rest := int(n) - shared
		shares[i], rests[i] = int32(shared), int32(rest)
		if from := at + shared; rest <= move && from+move <= len(text) {
			*(*[move]byte)(e.rests[end:]) = *(*[move]byte)(text[from:])
		} else {
			copy(e.rests[end:], next[shared:])
		}
		end += rest
		last = next
		at += int(n)
	}
	if _, err := e.lengthsAndText(nil, e.shared); err != nil {
		return nil, err
	}
	return e.lengthsAndText(e.rests[:end], e.numbers)
}
