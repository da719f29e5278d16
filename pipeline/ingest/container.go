package ingest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// Place is one list to be read: a delivered file, or what is in it.
type Place struct {
	Name    string   // of the file, inside its folder
	Members []Member // of archives, the outermost first; none for a plain file
	Sheet   string   // of a workbook; blank for a text
	Hidden  bool     // the sheet is hidden
}

// Member is one file of an archive: its name may stand twice there.
type Member struct {
	Name  string
	index int
}

// Shown is how the file of a place is named: archive.zip!member. A sheet is no part of it.
func (p Place) Shown() string {
	shown := p.Name
	for _, m := range p.Members {
		shown += "!" + m.Name
	}
	return shown
}

// File is the name of the innermost file.
func (p Place) File() string {
	if last := len(p.Members) - 1; last >= 0 {
		return path.Base(strings.ReplaceAll(p.Members[last].Name, `\`, "/"))
	}
	return p.Name
}

// content is the bytes of a place, from the beginning; at is nil where they can only be read once.
type content struct {
	place  Place
	format format
	stream io.Reader
	at     io.ReaderAt
	size   int64 // of at
}

// Found is a place that can be read, or why it cannot.
type Found struct {
	Place
	Err error // its cause is an Err value
}

// Find lists what is to be read in a file: itself, the members of an archive, the sheets of a workbook. What cannot
// be read is listed with the reason and does not keep others from being found. The error is ctx's alone.
func Find(ctx context.Context, root *os.Root, name string, limits Limits) ([]Found, error) {
	var found []Found
	err := visit(ctx, root, Place{Name: name}, limits.withDefaults(), func(c *content, err error) error {
		if err != nil {
			found = append(found, Found{c.place, err})
			return nil
		}
		if c.format != formatZip {
			found = append(found, Found{c.place, nil})
			return nil
		}
		sheets, err := sheetsOf(c, limits.withDefaults())
		if err != nil {
			found = append(found, Found{c.place, err})
			return nil
		}
		for _, s := range sheets {
			place := c.place
			place.Sheet, place.Hidden = s.name, s.hidden
			found = append(found, Found{place, nil})
		}
		return nil
	})
	return found, err
}

// errSeen ends a visit that found what it looked for.
var errSeen = errors.New("seen")

// with opens a place, hands its bytes to do, and closes it.
func with(ctx context.Context, root *os.Root, p Place, limits Limits, do func(c *content) error) error {
	seen := false
	var result error
	err := visit(ctx, root, p, limits.withDefaults(), func(c *content, err error) error {
		if seen, result = true, err; err == nil {
			result = do(c)
		}
		return errSeen
	})
	switch {
	case seen:
		return result
	case err != nil:
		return err
	}
	return fmt.Errorf("open extract: the archive has no such member any more; deliver it again when it is complete: %w", ErrChanged)
}

// visitor walks into archives.
type visitor struct {
	ctx    context.Context
	limits Limits
	want   []Member // where to go; all members where it ends
	each   func(c *content, err error) error
}

// visit hands each text and workbook of a file to each, or why it cannot be read. Members of p lead the way.
func visit(ctx context.Context, root *os.Root, p Place, limits Limits, each func(c *content, err error) error) error {
	v := &visitor{ctx, limits, p.Members, each}
	file, err := root.Open(p.Name)
	if err != nil {
		return each(&content{place: Place{Name: p.Name}}, fmt.Errorf("open extract (check that it is there and may be read): %w", nameless(err)))
	}
	defer file.Close() //nolint:errcheck // opened for reading only
	info, err := file.Stat()
	if err != nil {
		return each(&content{place: Place{Name: p.Name}}, fmt.Errorf("look at extract: %w", nameless(err)))
	}
	return v.enter(&content{place: Place{Name: p.Name}, stream: file, at: file, size: info.Size()}, 0)
}

// enter tells what a content is, and goes on with what is in it when it is an archive.
func (v *visitor) enter(c *content, depth int) error {
	if err := context.Cause(v.ctx); err != nil {
		return err
	}
	head, err := readHead(c.stream, headSize)
	if err != nil {
		return v.each(c, err)
	}
	c.stream = contextReader{v.ctx, io.MultiReader(bytes.NewReader(head), c.stream)}
	if bytes.HasPrefix(head, oldOffice) {
		return v.each(c, v.refuseOld(c))
	}
	if c.format, err = formatOf(head); err != nil {
		return v.each(c, err)
	}
	switch c.format {
	case formatGzip:
		if depth++; depth > v.limits.Depth {
			return v.each(c, errDepth(v.limits.Depth))
		}
		return v.enterGzip(c, depth)
	case formatZip:
		return v.enterZip(c, depth)
	}
	return v.each(c, nil)
}

func errDepth(depth int) error {
	return fmt.Errorf("open extract: archives lie in one another deeper than the limit of %d; unpack the outer one, or raise limits.depth: %w", depth, ErrLimit)
}

// refuseOld tells what an old Office file is by the names of its parts: they stand in a directory, whose place its
// first bytes give, or else within its first megabytes.
func (v *visitor) refuseOld(c *content) error {
	data, err := readHead(c.stream, 4<<20)
	if err != nil {
		return err
	}
	if c.at != nil && len(data) > directoryAt+4 {
		const entries = 64 << 10
		sector := int64(1) << min(binary.LittleEndian.Uint16(data[sectorShiftAt:]), 16)
		directory := make([]byte, entries)
		n, err := c.at.ReadAt(directory, (int64(binary.LittleEndian.Uint32(data[directoryAt:]))+1)*sector)
		if err == nil || errors.Is(err, io.EOF) {
			data = append(data, directory[:n]...)
		}
	}
	return refuseOldOffice(data)
}

// Where the first bytes of a compound file say how large its sectors are, and which is the first of its directory.
const sectorShiftAt, directoryAt = 30, 48

func (v *visitor) enterGzip(c *content, depth int) error {
	unpacked, err := gzip.NewReader(c.stream)
	if err != nil {
		return v.each(c, damaged("the gzip file", err))
	}
	inner := &content{place: c.place, stream: &bounded{source: unpacked, packed: c.size, limits: v.limits, what: "the gzip file"}}
	return v.enter(inner, depth)
}

// enterZip goes through an archive, or hands on a workbook. Either needs all of its bytes within reach: those of an
// archive in an archive are held in memory, up to a limit.
func (v *visitor) enterZip(c *content, depth int) error {
	if c.at == nil {
		held, err := io.ReadAll(io.LimitReader(c.stream, int64(v.limits.Held)+1))
		if err != nil {
			return v.each(c, readFault(err))
		}
		if len(held) > v.limits.Held {
			return v.each(c, fmt.Errorf("open extract: the workbook or archive inside the archive has more than %d bytes; unpack the outer archive, or raise limits.held: %w", v.limits.Held, ErrLimit))
		}
		c.at, c.size, c.stream = bytes.NewReader(held), int64(len(held)), bytes.NewReader(held)
	}
	archive, err := zip.NewReader(c.at, c.size)
	if err != nil {
		return v.each(c, damaged("the archive or workbook", err))
	}
	has := func(name string) bool {
		return slices.ContainsFunc(archive.File, func(f *zip.File) bool { return strings.EqualFold(f.Name, name) })
	}
	switch {
	case len(archive.File) > v.limits.Members:
		return v.each(c, fmt.Errorf("open extract: the archive has %d members, more than the limit of %d; split it, or raise limits.members: %w", len(archive.File), v.limits.Members, ErrLimit))
	case has("xl/workbook.xml"):
		return v.each(c, nil)
	case has("xl/workbook.bin"):
		return v.each(c, fmt.Errorf("open extract: the file is a binary workbook (.xlsb); save it as .xlsx and deliver that: %w", ErrBinary))
	case has("content.xml") && has("mimetype"):
		return v.each(c, fmt.Errorf("open extract: the file is an OpenDocument sheet (.ods); save it as .xlsx and deliver that: %w", ErrBinary))
	case has("[Content_Types].xml"):
		return v.each(c, fmt.Errorf("open extract: the file is an Office document and no workbook; save the table as .xlsx or CSV and deliver that: %w", ErrBinary))
	}
	if depth++; depth > v.limits.Depth {
		return v.each(c, errDepth(v.limits.Depth))
	}
	total := uint64(0)
	for i, f := range archive.File {
		if total += f.UncompressedSize64; total > uint64(v.limits.Unpacked) {
			return v.each(c, errUnpacked("the archive", v.limits.Unpacked))
		}
		level := len(c.place.Members)
		if f.FileInfo().IsDir() || hiddenMember(f.Name) || level < len(v.want) && v.want[level].index != i {
			continue
		}
		if err := v.enterMember(c, f, i, depth); err != nil {
			return err
		}
	}
	return nil
}

// hiddenMember tells of files that systems add to archives.
func hiddenMember(name string) bool {
	return strings.HasPrefix(name, "__MACOSX/") || strings.HasPrefix(path.Base(name), ".")
}

func (v *visitor) enterMember(c *content, f *zip.File, index, depth int) error {
	name := strings.ToValidUTF8(f.Name, string(utf8.RuneError))
	inner := &content{place: Place{Name: c.place.Name, Members: append(slices.Clone(c.place.Members), Member{name, index})}}
	if f.Flags&1 != 0 {
		return v.each(inner, fmt.Errorf("open extract: the archive is protected by a password; deliver it without one: %w", ErrProtected))
	}
	packed, err := f.Open()
	if err != nil {
		return v.each(inner, damaged("the archive's member", err))
	}
	defer packed.Close() //nolint:errcheck // opened for reading only
	inner.stream = &bounded{source: packed, packed: int64(f.CompressedSize64), limits: v.limits, what: "the archive's member"}
	inner.size = int64(f.CompressedSize64)
	return v.enter(inner, depth)
}

// bounded reads what is unpacked, up to the limits: a small file must not become one that fills the machine.
type bounded struct {
	source io.Reader
	packed int64 // bytes
	limits Limits
	what   string
	read   int64
}

// ratioFrom is the size below which no ratio is too high.
const ratioFrom = 16 << 20

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.source.Read(p)
	b.read += int64(n)
	switch {
	case b.read > b.limits.Unpacked:
		return n, errUnpacked(b.what, b.limits.Unpacked)
	case b.read > ratioFrom && b.packed > 0 && b.read/b.packed > int64(b.limits.Ratio):
		return n, fmt.Errorf("open extract: %s unpacks to more than %d times its size; check where it comes from, or raise limits.ratio: %w", b.what, b.limits.Ratio, ErrLimit)
	case err != nil && !errors.Is(err, io.EOF):
		return n, damaged(b.what, err)
	}
	return n, err
}

func errUnpacked(what string, limit int64) error {
	return fmt.Errorf("open extract: %s unpacks to more than %d bytes; check where it comes from, or raise limits.unpacked: %w", what, limit, ErrLimit)
}

// damaged says that something packed cannot be unpacked.
func damaged(what string, err error) error {
	if errors.Is(err, zip.ErrAlgorithm) {
		return fmt.Errorf("open extract: %s is packed in a way that is not read; pack it again with deflate: %w", what, ErrBinary)
	}
	for _, known := range []error{ErrLimit, ErrDamaged, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			return err
		}
	}
	return fmt.Errorf("open extract: %s is damaged or cut off; deliver it again: %w", what, ErrDamaged)
}
