package publish

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/zeebo/xxh3"
)

// The logical hash of a run is the SHA-256 over the name and content hash of each result table, sorted by
// name. Compression and the libraries that write the files have no part in it; how a column is held, as texts or as codes
// of different texts, has.

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

// contentHasher makes the content hash of a table: the XXH3 hash of 128 bits over its columns' names and types
// and then, for each row group and column, the hash of the nulls and the values (the files themselves have their
// SHA-256); of findings, over their fields, each text led by its length.
type contentHasher struct {
	hash   *xxh3.Hasher
	buffer []byte
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

func (h *contentHasher) bytes(b []byte) {
	h.buffer = append(h.buffer, b...)
	h.room()
}

func (h *contentHasher) number(n int) { h.buffer = binary.AppendUvarint(h.buffer, uint64(n)) }

func (h *contentHasher) text(s string) {
	h.number(len(s))
	h.bytes(textBytes(s))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
