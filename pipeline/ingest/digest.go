package ingest

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
	"unicode/utf8"
)

// Sum is what names the content of a place: of a text as it is unpacked, of a sheet its whole workbook.
type Sum struct {
	Bytes    int64
	Unpacked int64  // bytes that reading it unpacks: of a text Bytes, of a sheet those of its workbook's parts
	SHA256   string // 64 hex digits
	Size     int64  // of the delivered file
	ModTime  time.Time
	Encoding Encoding // of a text, as all of it tells or as declared
}

// Digest reads a place once and sums it up. It stops between blocks when ctx ends. declared is the encoding that
// the delivery says it has, or Undeclared.
func Digest(ctx context.Context, root *os.Root, p Place, declared Encoding, limits Limits) (Sum, error) {
	info, err := root.Stat(p.Name)
	if err != nil {
		return Sum{}, fmt.Errorf("look at extract: %w", nameless(err))
	}
	sum := Sum{Size: info.Size(), ModTime: info.ModTime()}
	err = with(ctx, root, p, limits, func(c *content) error {
		hash := sha256.New()
		text := &survey{}
		to := io.MultiWriter(hash, text)
		if p.Sheet != "" {
			to = hash
		}
		if sum.Bytes, err = io.CopyBuffer(to, contextReader{ctx, c.stream}, make([]byte, 256<<10)); err != nil {
			return readFault(err)
		}
		sum.SHA256, sum.Unpacked = hex.EncodeToString(hash.Sum(nil)), sum.Bytes
		if p.Sheet != "" {
			sum.Unpacked = unpackedSize(c)
		}
		switch {
		case p.Sheet != "":
		case declared != Undeclared:
			sum.Encoding = declared
		default:
			sum.Encoding, err = text.encoding()
		}
		return err
	})
	return sum, err
}

// DigestXML reads an XML file once and sums it up. What its encoding is, the file says itself: the sum has none.
func DigestXML(ctx context.Context, root *os.Root, name string) (Sum, error) {
	file, err := root.Open(name)
	if err != nil {
		return Sum{}, fmt.Errorf("open extract (check that it is there and may be read): %w", nameless(err))
	}
	defer file.Close() //nolint:errcheck // opened for reading only
	info, err := file.Stat()
	if err != nil {
		return Sum{}, fmt.Errorf("look at extract: %w", nameless(err))
	}
	sum := Sum{Size: info.Size(), ModTime: info.ModTime()}
	hash := sha256.New()
	if sum.Bytes, err = io.CopyBuffer(hash, contextReader{ctx, file}, make([]byte, 256<<10)); err != nil {
		return sum, readFault(err)
	}
	sum.SHA256, sum.Unpacked = hex.EncodeToString(hash.Sum(nil)), sum.Bytes
	return sum, nil
}

// unpackedSize is what the parts of a workbook say that they unpack to; 0 when it cannot be told.
func unpackedSize(c *content) (size int64) {
	archive, err := zip.NewReader(c.at, c.size)
	if err != nil {
		return 0
	}
	for _, part := range archive.File {
		if n := int64(part.UncompressedSize64); n > 0 { //nolint:gosec // a size that passes the range says nothing
			size += n
		}
	}
	return size
}

// Unchanged tells whether the file of a place is still as it was summed up.
func Unchanged(root *os.Root, p Place, sum Sum) bool {
	info, err := root.Stat(p.Name)
	return err == nil && info.Size() == sum.Size && info.ModTime().Equal(sum.ModTime)
}

// survey tells the encoding of a text that is written to it.
type survey struct {
	head      []byte
	rest      []byte // of a character that the next block goes on with
	lines     int    // line feeds before the first byte that is not UTF-8
	invalid   int    // bytes that are not UTF-8
	letters   int    // characters of more than one byte that are
	undefined int    // bytes that Windows-1252 does not have
}

func (s *survey) Write(p []byte) (int, error) {
	if len(s.head) < headSize {
		s.head = append(s.head, p[:min(len(p), headSize-len(s.head))]...)
	}
	written := len(p)
	if len(s.rest) > 0 {
		p = append(s.rest, p...)
		s.rest = nil
	}
	if isASCII(p) {
		if s.invalid == 0 {
			s.lines += bytes.Count(p, []byte{'\n'})
		}
		return written, nil
	}
	for at := 0; at < len(p); {
		b := p[at]
		if b < utf8.RuneSelf {
			if b == '\n' && s.invalid == 0 {
				s.lines++
			}
			at++
			continue
		}
		if !utf8.FullRune(p[at:]) {
			s.rest = bytes.Clone(p[at:])
			break
		}
		r, size := utf8.DecodeRune(p[at:])
		if r == utf8.RuneError && size == 1 {
			s.invalid++
		} else {
			s.letters++
		}
		for _, b := range p[at : at+size] {
			if undefined1252(b) {
				s.undefined++
			}
		}
		at += size
	}
	return written, nil
}

// encoding settles the encoding of all that was written. A text that is not UTF-8 is Windows-1252 only if every
// byte is one that this has, and if it does not look like UTF-8 that was damaged.
func (s *survey) encoding() (Encoding, error) {
	told, _ := encodingOf(s.head)
	const remedy = `declare its encoding, or save it as "CSV UTF-8" and deliver it again`
	switch {
	case told != UTF8 || s.invalid == 0 && len(s.rest) == 0:
		return told, nil
	case s.invalid == 0:
		return "", fmt.Errorf("read extract: the file ends inside a letter, as one that was cut off does; deliver it again: %w", ErrEncoding)
	case s.letters > s.invalid || bytes.HasPrefix(s.head, byteOrderMarks[0].mark):
		return "", fmt.Errorf("read extract: the file is UTF-8, but line %d holds bytes that are not; %s: %w", s.lines+1, remedy, ErrEncoding)
	case s.undefined > 0:
		return "", fmt.Errorf("read extract: line %d holds bytes that are neither UTF-8 nor Windows-1252; %s: %w", s.lines+1, remedy, ErrEncoding)
	}
	return Windows1252, nil
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
