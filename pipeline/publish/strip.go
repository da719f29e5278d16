package publish

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// strip is one column of a row group, each text as its place among the texts met so far. Place 0 is null and
// stands for "". Booleans are the texts "true" and "false", numbers are all "number".
type strip struct {
	codes []uint32
	texts []string
	known map[string]uint32
}

func (s *strip) text(row int) string { return s.texts[s.codes[row]] }

func (s *strip) yes(row int) bool { return s.texts[s.codes[row]] == "true" }

func (s *strip) add(v parquet.Value) {
	if v.IsNull() {
		s.codes = append(s.codes, 0)
		return
	}
	var text []byte
	switch v.Kind() {
	case parquet.ByteArray:
		text = v.ByteArray()
	case parquet.Boolean:
		text = []byte("false")
		if v.Boolean() {
			text = []byte("true")
		}
	default:
		text = []byte("number")
	}
	if n := len(s.codes); n > 0 && s.texts[s.codes[n-1]] == string(text) && s.codes[n-1] != 0 {
		s.codes = append(s.codes, s.codes[n-1])
		return
	}
	code, known := s.known[string(text)]
	if !known {
		code = uint32(len(s.texts))
		s.texts = append(s.texts, string(text))
		s.known[string(text)] = code
	}
	s.codes = append(s.codes, code)
}

// strips reads the named columns, none of them nested, and hands them over row group by row group; they are
// valid until the next. The error is ErrDamaged.
func (f *tableFile) strips(names []string, each func(strips []*strip)) (err error) {
	defer damaged(&err, f.name)
	strips := make([]*strip, len(names))
	places := make([]int, len(names))
	for i, name := range names {
		column := f.data.Root().Column(name)
		if column == nil || !column.Leaf() {
			return fmt.Errorf("read %s: it has no column %s: %w", f.name, name, ErrDamaged)
		}
		places[i] = column.Index()
		strips[i] = &strip{texts: []string{""}, known: map[string]uint32{"": 0}}
	}
	for _, group := range f.data.RowGroups() {
		for i, s := range strips {
			s.codes = s.codes[:0]
			if err := eachValue(group.ColumnChunks()[places[i]], s.add); err != nil {
				return fmt.Errorf("read %s: column %s: %w: %w", f.name, names[i], err, ErrDamaged)
			}
			if int64(len(s.codes)) != group.NumRows() {
				return fmt.Errorf("read %s: column %s has %d of %d values: %w", f.name, names[i], len(s.codes), group.NumRows(), ErrDamaged)
			}
		}
		each(strips)
	}
	return nil
}

// eachValue decodes every page of a column chunk and hands over its values, which are valid during the call.
func eachValue(chunk parquet.ColumnChunk, each func(parquet.Value)) (err error) {
	pages := chunk.Pages()
	defer func() { err = errors.Join(err, pages.Close()) }()
	buffer := make([]parquet.Value, 1024)
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		values := page.Values()
		for {
			n, err := values.ReadValues(buffer)
			for _, v := range buffer[:n] {
				each(v)
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				parquet.Release(page)
				return err
			}
		}
		parquet.Release(page)
	}
}
