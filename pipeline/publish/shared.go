package publish

import (
	"sync"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/pipeline/publish/pages"
	"frontdoor/schemas"
)

// sharedChunks encodes columns and keeps a chunk for as long as another file needs it. It is safe for concurrent
// use.
type sharedChunks struct {
	encoders chan *pages.Encoder // as many as may work at once

	mu   sync.Mutex
	uses map[chunkKey]use
	kept map[chunkPlace]*keptChunk
	free map[*pages.Chunk]int // how many files have yet to write a chunk before its memory is free
}

// use is what becomes of a column.
type use struct {
	files  int  // that hold it
	hashed bool // one of them is a result
}

// chunkKey tells columns apart by their memory and by what becomes of them.
type chunkKey struct {
	values, texts, nulls unsafe.Pointer
	first, rows          int
	required, unranged   bool
	treatment            string // how the analysis part changes the values; blank when it does not
}

type chunkPlace struct {
	chunkKey
	from int
}

type keptChunk struct {
	once  sync.Once
	chunk *pages.Chunk
	err   error
	used  int
}

func newSharedChunks(workers int) *sharedChunks {
	s := &sharedChunks{encoders: make(chan *pages.Encoder, workers), uses: map[chunkKey]use{}, kept: map[chunkPlace]*keptChunk{}, free: map[*pages.Chunk]int{}}
	for range workers {
		s.encoders <- nil
	}
	return s
}

// expect counts the files that a column will stand in. hashed: the content of the first of them, the one with originals,
// is asked for.
func (s *sharedChunks) expect(c column, hashed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := func(key chunkKey, hashed bool) {
		u := s.uses[key]
		s.uses[key] = use{u.files + 1, u.hashed || hashed}
	}
	count(c.key(""), hashed)
	if c.inAnalysis() {
		count(c.key(c.treatment()), false)
	}
}

// chunk returns the rows from to to of a column, encoded.
func (s *sharedChunks) chunk(c column, from, to int) (*pages.Chunk, error) {
	s.mu.Lock()
	u, expected := s.uses[c.source]
	if expected {
		c.Hashed = u.hashed
	}
	if u.files < 2 {
		s.mu.Unlock()
		return s.encode(c, from, to)
	}
	place := chunkPlace{c.source, from}
	held := s.kept[place]
	if held == nil {
		held = &keptChunk{}
		s.kept[place] = held
	}
	if held.used++; held.used == u.files {
		delete(s.kept, place)
	}
	s.mu.Unlock()
	held.once.Do(func() {
		if held.chunk, held.err = s.encode(c, from, to); held.err == nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.free[held.chunk] = u.files
		}
	})
	return held.chunk, held.err
}

// written frees the memory of chunks that a file has written, unless other files need them.
func (s *sharedChunks) written(chunks []*pages.Chunk) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range chunks {
		if s.free[c] > 1 {
			s.free[c]--
			continue
		}
		delete(s.free, c)
		c.Free()
	}
}

func (s *sharedChunks) encode(c column, from, to int) (*pages.Chunk, error) {
	encoder := <-s.encoders
	defer func() { s.encoders <- encoder }()
	if encoder == nil {
		var err error
		if encoder, err = pages.NewEncoder(); err != nil {
			return nil, err
		}
	}
	return encoder.Encode(c.Column, from, to)
}

// key names the column by its memory and what the analysis part makes of it.
func (c column) key(treatment string) chunkKey {
	data := c.Array.Data()
	key := chunkKey{first: data.Offset(), rows: data.Len(), required: c.Required, unranged: c.Unranged, treatment: treatment}
	at := func(data arrow.ArrayData, buffer int) unsafe.Pointer {
		if b := data.Buffers()[buffer]; b != nil && b.Len() > 0 {
			return unsafe.Pointer(&b.Bytes()[0])
		}
		return nil
	}
	key.nulls, key.values = at(data, 0), at(data, 1)
	if d, ok := c.Array.(*array.Dictionary); ok {
		key.texts = at(d.Dictionary().Data(), 1)
	}
	return key
}

// inAnalysis tells whether the analysis part has the column.
func (c column) inAnalysis() bool {
	f := c.field
	return f == nil || f.Privacy == schemas.Open || f.Privacy == schemas.Direct && f.Pseudonym != "" || f.Privacy == schemas.Indirect && f.Analysis != ""
}

// treatment says how the analysis part changes the column.
func (c column) treatment() string {
	f := c.field
	switch {
	case f == nil || f.Privacy == schemas.Open || f.Privacy == schemas.Indirect && f.Analysis == "keep":
		return ""
	case f.Privacy == schemas.Direct:
		return "pseudonym " + f.Pseudonym
	}
	return f.Analysis
}
