package publish

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/zeebo/xxh3"
)

// The logical hash of a run is the SHA-256 over the name and content hash of each result table, sorted by
// name. Compression, encodings and the libraries that write them have no part in it.

func runHash(tables map[string]string) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		fmt.Fprintf(h, "%s %s\n", name, tables[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// remember keeps the content hash of a result table for the seal.
func (st *Staging) remember(name, sum string) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.logical[name] = sum
}

// contentHash is the XXH3 hash of 128 bits over the columns of a table (the files themselves have their SHA-256): for each, its name and type and then, for each
// block of rowGroupRows rows, which rows are null and the values. A dictionary is its texts in the order of
// first appearance and each row's place among them; text is led by its length.
func contentHash(columns []named, rows int) string {
	h := newContentHasher()
	for _, c := range columns {
		h.text(c.name)
		h.text(c.array.DataType().String())
		for from := 0; from < rows; from += rowGroupRows {
			h.block(c.array, from, min(from+rowGroupRows, rows))
		}
	}
	return h.sum()
}

type contentHasher struct {
	hash    *xxh3.Hasher
	buffer  []byte
	settler settler
}

func newContentHasher() *contentHasher { return &contentHasher{hash: xxh3.New()} }

// sum returns the hash of all that was handed in, as 32 hex digits.
func (h *contentHasher) sum() string {
	h.flush()
	sum := h.hash.Sum128().Bytes()
	return hex.EncodeToString(sum[:])
}

func (h *contentHasher) flush() {
	_, _ = h.hash.Write(h.buffer) // never fails
	h.buffer = h.buffer[:0]
}

// room hands the buffer on once it is long.
func (h *contentHasher) room() {
	if len(h.buffer) >= 1<<15 {
		h.flush()
	}
}

func (h *contentHasher) number(n int) { h.buffer = binary.AppendUvarint(h.buffer, uint64(n)) }

func (h *contentHasher) text(s string) {
	h.number(len(s))
	h.buffer = append(h.buffer, s...)
	h.room()
}

func (h *contentHasher) block(a arrow.Array, from, to int) {
	slice := array.NewSlice(a, int64(from), int64(to))
	h.number(slice.NullN())
	if slice.NullN() > 0 {
		for i := 0; i < slice.Len(); i += 8 {
			var bits byte
			for j := i; j < min(i+8, slice.Len()); j++ {
				if slice.IsValid(j) {
					bits |= 1 << (j - i)
				}
			}
			h.buffer = append(h.buffer, bits)
		}
		h.room()
	}
	switch a := a.(type) {
	case *array.Dictionary:
		places, order := h.settler.settle(a, from, to)
		h.number(len(order))
		texts := a.Dictionary().(*array.String)
		for _, code := range order {
			h.text(texts.Value(int(code)))
		}
		h.places(places, len(order))
	case *array.String:
		h.flush()
		for i := from; i < to; i++ {
			if a.IsValid(i) {
				h.number(a.ValueLen(i))
			}
		}
		for i := from; i < to; i++ {
			if a.IsValid(i) {
				h.buffer = append(h.buffer, a.Value(i)...)
				h.room()
			}
		}
	case *array.Boolean:
		for i := from; i < to; i++ {
			if a.IsValid(i) {
				h.number(btoi(a.Value(i)))
			}
		}
	case *array.Date32:
		for i := from; i < to; i++ {
			if a.IsValid(i) {
				h.buffer = binary.AppendVarint(h.buffer, int64(a.Value(i)))
			}
		}
	case *array.Int64:
		for i := from; i < to; i++ {
			if a.IsValid(i) {
				h.buffer = binary.AppendVarint(h.buffer, a.Value(i))
			}
		}
	case *array.Decimal128:
		for i := from; i < to; i++ {
			if a.IsValid(i) {
				h.buffer = binary.AppendVarint(h.buffer, int64(a.Value(i).LowBits()))
			}
		}
	case *array.Uint32:
		for i := from; i < to; i++ {
			h.number(int(a.Value(i)))
		}
	}
	h.flush()
}

// places hashes the places of rows among a number of texts, each in as few bytes as that number needs.
func (h *contentHasher) places(places []uint32, texts int) {
	switch {
	case texts <= 1<<8:
		for _, place := range places {
			h.buffer = append(h.buffer, byte(place))
		}
	case texts <= 1<<16:
		for _, place := range places {
			h.buffer = binary.LittleEndian.AppendUint16(h.buffer, uint16(place))
		}
	default:
		for _, place := range places {
			h.buffer = binary.LittleEndian.AppendUint32(h.buffer, place)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
