// Package spill keeps long columns in a file instead of in memory.
//
// An Arrow array walks in and an equal one walks out, whose memory is a view of the file: it is read like any other
// array, from several goroutines at once, and must not be written. The system holds what is being read and may take it
// back at any time; a run's memory is then what its stages work with, however many rows were delivered.
//
// The file has no name from the moment it is made, so that nothing of it is left behind, however the program ends. Only
// its owner could read it. Where a system has no such views, columns stay where they are.
package spill

import (
	"fmt"
	"os"
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

// File holds columns. It is safe for concurrent use. Without a File columns stay in memory.
type File struct {
	create func() (*os.File, error)

	mu    sync.Mutex
	file  *os.File
	at    int64
	views [][]byte
	own   map[place]bool           // the views
	moved map[place]*memory.Buffer // the texts of dictionaries that were moved
	stop  chan struct{}
	ended sync.WaitGroup
}

// place tells a part of a column by its memory.
type place struct {
	first *byte
	bytes int
}

// New returns a File that is made by create when the first long column comes; create removes its name.
func New(create func() (*os.File, error)) *File { return &File{create: create} }

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
	f.mu.Lock()
	defer f.mu.Unlock()
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
	held := place{unsafe.SliceData(b.Bytes()), b.Len()}
	if f.own[held] {
		return b, nil
	}
	if made := f.moved[held]; made != nil {
		return made, nil
	}
	if err := f.open(); err != nil {
		return nil, err
	}
	if _, err := f.file.WriteAt(b.Bytes(), f.at); err != nil {
		return nil, err
	}
	view, err := viewOf(f.file, f.at, b.Len())
	if err != nil {
		return nil, err
	}
	page := int64(os.Getpagesize())
	f.at += (int64(b.Len()) + page - 1) / page * page
	f.views = append(f.views, view)
	f.own[place{unsafe.SliceData(view), len(view)}] = true
	made := memory.NewBufferBytes(view)
	if shared {
		f.moved[held] = made
	}
	return made, nil
}

// open makes the file if there is none yet.
func (f *File) open() (err error) {
	if f.file != nil {
		return nil
	}
	if f.file, err = f.create(); err != nil {
		return err
	}
	f.own, f.moved, f.stop = map[place]bool{}, map[place]*memory.Buffer{}, make(chan struct{})
	f.ended.Go(f.watch)
	return nil
}

// Forget lets go of the memory of the dictionaries that were moved. Until then it is held, so that no other text can
// take its place and be taken for theirs.
func (f *File) Forget() {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.moved)
}

// Close gives the file back. Nothing that was moved may be read any more, nor any text that is a part of it.
func (f *File) Close() error {
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
		err = first(err, closeView(view))
	}
	return first(err, f.file.Close())
}

func first(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// resting is how long what was read of the file stays in the program's memory at least.
const resting = 20 * time.Millisecond

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
