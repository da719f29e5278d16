package publish

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"
)

// strip is one column of a row group, each text as its place among the texts of the row group. Place 0 is null and
// stands for "". Booleans are the texts "true" and "false", numbers are all "number".
type strip struct {
	codes []uint32
	texts []string
	known map[string]uint32 // of a dictionary, and of the few texts that stand for other values
}

func (s *strip) text(row int) string { return s.texts[s.codes[row]] }

func (s *strip) yes(row int) bool { return s.texts[s.codes[row]] == "true" }

// start empties the strip for the next row group.
func (s *strip) start() {
	s.codes, s.texts = s.codes[:0], append(s.texts[:0], "")
	clear(s.known)
}

// place returns the place of a text that repeats.
func (s *strip) place(text string) uint32 {
	code, known := s.known[text]
	if !known {
		code = uint32(len(s.texts))
		s.texts = append(s.texts, text)
		s.known[text] = code
	}
	return code
}

// add takes a page.
func (s *strip) add(page parquet.Page) {
	rows := int(page.NumValues())
	next := s.values(page)
	levels := page.DefinitionLevels() // none: nothing is null
	for row := range rows {
		if levels != nil && levels[row] == 0 {
			s.codes = append(s.codes, 0)
			continue
		}
		s.codes = append(s.codes, next())
	}
}

// values returns a function that gives the place of each value of a page that is not null, in order.
func (s *strip) values(page parquet.Page) func() uint32 {
	i := -1
	if dictionary := page.Dictionary(); dictionary != nil {
		places := make([]uint32, dictionary.Len())
		for j := range places {
			places[j] = s.place(valueText(dictionary.Index(int32(j))))
		}
		data := page.Data()
		indexes := data.Int32()
		return func() uint32 { i++; return places[indexes[i]] }
	}
	switch data := page.Data(); data.Kind() {
	case encoding.ByteArray:
		bytes, offsets := data.ByteArray()
		all := string(bytes)
		return func() uint32 {
			i++
			s.texts = append(s.texts, all[offsets[i]:offsets[i+1]])
			return uint32(len(s.texts) - 1)
		}
	case encoding.Boolean:
		bits := data.Boolean()
		places := [2]uint32{s.place("false"), s.place("true")}
		return func() uint32 { i++; return places[bits[i/8]>>(i%8)&1] }
	}
	number := s.place("number")
	return func() uint32 { return number }
}

func valueText(v parquet.Value) string {
	switch v.Kind() {
	case parquet.ByteArray:
		return string(v.ByteArray())
	case parquet.Boolean:
		return strconv.FormatBool(v.Boolean())
	}
	return "number"
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
		strips[i] = &strip{known: map[string]uint32{}}
	}
	for _, group := range f.data.RowGroups() {
		for i, s := range strips {
			s.start()
			if err := eachPage(group.ColumnChunks()[places[i]], s.add); err != nil {
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

// eachPage decodes every page of a column chunk and hands it over; it is valid during the call.
func eachPage(chunk parquet.ColumnChunk, each func(parquet.Page)) (err error) {
	pages := chunk.Pages()
	defer func() { err = errors.Join(err, pages.Close()) }()
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		each(page)
		parquet.Release(page)
	}
}
