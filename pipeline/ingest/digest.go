package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// Sum is what names the content of a file.
type Sum struct {
	Bytes   int64
	SHA256  string // 64 hex digits
	ModTime time.Time
}

// Digest reads a file under root once and sums it up. It stops between blocks when ctx ends.
func Digest(ctx context.Context, root *os.Root, name string) (Sum, error) {
	f, err := root.Open(name)
	if err != nil {
		return Sum{}, fmt.Errorf("open extract (check that it is there and may be read): %w", nameless(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Sum{}, fmt.Errorf("look at extract: %w", nameless(err))
	}
	hash := sha256.New()
	n, err := io.CopyBuffer(hash, contextReader{ctx, f}, make([]byte, 256<<10))
	if err != nil {
		return Sum{}, fmt.Errorf("read extract (check that it is a file and may be read): %w", nameless(err))
	}
	return Sum{Bytes: n, SHA256: hex.EncodeToString(hash.Sum(nil)), ModTime: info.ModTime()}, nil
}

// nameless takes the path out of a file system's error: a file's name may hold a person's.
func nameless(err error) error {
	if where, ok := errors.AsType[*fs.PathError](err); ok {
		return where.Err
	}
	return err
}

// contextReader is a reader that ends with its context.
type contextReader struct {
	ctx context.Context
	io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := context.Cause(r.ctx); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}
