// Package spill keeps long columns in a file instead of in memory.
//
// An Arrow array walks in and an equal one walks out, whose memory is a view of the file: it is read like any other
// array, from several goroutines at once, and must not be written. The system holds what is being read and may take it
// back at any time; a run's memory is then what its stages work with, however many rows were delivered. What comes first
// stays in memory, as much as there is to spare: writing it would cost more than it saves.
//
// The file has no name from the moment it is made, so that nothing of it is left behind, however the program ends. Only
// its owner could read it. Where a system has no such views, columns stay where they are.
package spill

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"frontdoor/schemas/table"
)

// long is how many bytes a part of a column must have to be kept in the file: a small delivery never makes one.
const long = 256 << 10

// Place is a file that columns are written to.
type Place interface {
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Fd() uintptr
}

// File holds columns. It is safe for concurrent use. Without a File columns stay in memory.
type File struct {
	create func() (Place, error)

	sharing sync.Mutex
	moved   map[part]*memory.Buffer // the texts of dictionaries by what they were before, guarded by sharing

	mu    sync.Mutex // guards what follows
	spare int64      // bytes that may still stay in memory
	file  Place
	views [][]byte      // of the file's stretches, one behind the other
	at    int           // the first free byte of the last one
	begin int64         // where that begins in the file
	own   map[part]bool // what was moved
	stop  chan struct{}
	ended sync.WaitGroup
}

// part tells a part of a column by its memory.
type part struct {
	first *byte
	bytes int
}

// New returns a File that leaves so many bytes of columns in memory, and is made by create when the first one comes that
// may not stay; create removes its name.
func New(spare int64, create func() (Place, error)) *File {
	return &File{spare: spare, create: create, own: map[part]bool{}, moved: map[part]*memory.Buffer{}}
}

// Table moves the columns of a table into the file, in place.
func (f *File) Table(t *table.Table) (err error) {
	for _, columns := range [][]*table.Column{t.Columns, t.Extras} {
		for _, c := range columns {
			if c.Array, err = f.Array(c.Array); err != nil {
				return err
			}
			if c.Time, err = moved(f, c.Time); err != nil {
				return err
			}
		}
	}
	for _, place := range []**array.Dictionary{&t.File, &t.Sheet, &t.Authority} {
		if *place, err = moved(f, *place); err != nil {
			return err
		}
	}
	t.Line, err = moved(f, t.Line)
	return err
}

// moved moves an array of a known type, or nil.
func moved[A interface {
	comparable
	arrow.Array
}](f *File, a A) (A, error) {
	var none A
	if a == none {
		return none, nil
	}
	made, err := f.Array(a)
	if err != nil {
		return none, err
	}
	return made.(A), nil
}

// Array returns an array with the values of a, which are in the file if they are many. The texts of a dictionary that
// several columns share are stored once, and shared again, until Forget. The error is that of writing the file.
func (f *File) Array(a arrow.Array) (arrow.Array, error) {
	if f == nil || !views || a == nil {
		return a, nil
	}
	d, ok := a.(*array.Dictionary)
	if !ok {
		made, err := f.data(a.Data(), false)
		if err != nil || made == a.Data() {
			return a, err
		}
		return array.MakeFromData(made), nil
	}
	codes, err := f.data(d.Indices().Data(), false)
	if err != nil {
		return nil, err
	}
	texts, err := f.data(d.Dictionary().Data(), true)
	if err != nil || codes == d.Indices().Data() && texts == d.Dictionary().Data() {
		return a, err
	}
	made := array.NewDictionaryArray(a.DataType(), array.MakeFromData(codes), array.MakeFromData(texts))
	made.Dictionary() // filled in at the first call, without a lock: here, before anybody shares the array
	return made, nil
}

// data returns data whose long buffers are views of the file: d itself when it has none, or they are views already.
func (f *File) data(d arrow.ArrayData, shared bool) (arrow.ArrayData, error) {
	buffers, any := make([]*memory.Buffer, len(d.Buffers())), false
	for i, b := range d.Buffers() {
		var err error
		if buffers[i], err = f.buffer(b, shared); err != nil {
			return nil, fmt.Errorf("move a column out of memory: %w", err)
		}
		any = any || buffers[i] != b
	}
	if !any {
		return d, nil
	}
	return array.NewData(d.DataType(), d.Len(), buffers, nil, d.NullN(), d.Offset()), nil
}

func (f *File) buffer(b *memory.Buffer, shared bool) (*memory.Buffer, error) {
	if b == nil || b.Len() < long {
		return b, nil
	}
	held := part{unsafe.SliceData(b.Bytes()), b.Len()}
	if shared {
		f.sharing.Lock()
		defer f.sharing.Unlock()
		if made := f.moved[held]; made != nil {
			return made, nil
		}
	}
	view, at, err := f.reserve(held)
	if err != nil {
		return nil, err
	}
	made := b
	if view != nil {
		if _, err := f.file.WriteAt(b.Bytes(), at); err != nil {
			return nil, err
		}
		made = memory.NewBufferBytes(view)
	}
	if shared {
		f.moved[held] = made
	}
	return made, nil
}

// reserve returns where in the file a part of a column goes, and the view of that: nil when it is there already, or stays
// in memory.
func (f *File) reserve(held part) (view []byte, at int64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.own[held] {
		return nil, 0, nil
	}
	if int64(held.bytes) <= f.spare {
		f.spare -= int64(held.bytes)
		return nil, 0, nil
	}
	if err := f.room(held.bytes); err != nil {
		return nil, 0, err
	}
	last := f.views[len(f.views)-1]
	view, at = last[f.at:f.at+held.bytes:f.at+held.bytes], f.begin+int64(f.at)
	const aligned = 64 // bytes
	f.at += (held.bytes + aligned - 1) / aligned * aligned
	f.own[part{unsafe.SliceData(view), len(view)}] = true
	return view, at, nil
}

// stretch is how much of the file is seen at once.
const stretch = 256 << 20

// room makes sure that so many bytes follow in the last stretch of the file. A stretch takes no room on the disk before it
// is written.
func (f *File) room(bytes int) error {
	if f.file == nil {
		file, err := f.create()
		if err != nil {
			return err
		}
		f.file = file
		f.stop = make(chan struct{})
		f.ended.Go(f.watch)
	}
	if len(f.views) > 0 {
		last := len(f.views[len(f.views)-1])
		if f.at+bytes <= last {
			return nil
		}
		f.begin += int64(last)
	}
	size := max(stretch, (bytes+stretch-1)/stretch*stretch)
	if err := f.file.Truncate(f.begin + int64(size)); err != nil {
		return err
	}
	view, err := viewOf(f.file, f.begin, size)
	if err != nil {
		return err
	}
	f.views, f.at = append(f.views, view), 0
	return nil
}

// Forget lets go of the memory of the dictionaries that were moved. Until then it is held, so that no other text can
// take its place and be taken for theirs.
func (f *File) Forget() {
	if f == nil {
		return
	}
	f.sharing.Lock()
	defer f.sharing.Unlock()
	clear(f.moved)
}

// Close gives the file back. Nothing that was moved may be read any more, nor any text that is a part of it.
func (f *File) Close() error {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	if f.file == nil {
		f.mu.Unlock()
		return nil
	}
	close(f.stop)
	f.mu.Unlock()
	f.ended.Wait()
	var err error
	for _, view := range f.views {
		err = errors.Join(err, closeView(view))
	}
	return errors.Join(err, f.file.Close())
}

// resting is how long what was read of the file stays in the program's memory at least.
const resting = 100 * time.Millisecond

// watch gives back to the system what was read of the file, again and again: it keeps as much of it as it has room for.
func (f *File) watch() {
	ticks := time.NewTicker(resting)
	defer ticks.Stop()
	for {
		select {
		case <-f.stop:
			return
		case <-ticks.C:
			f.rest()
		}
	}
}

func (f *File) rest() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, view := range f.views {
		restView(view)
	}
}
