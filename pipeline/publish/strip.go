package publish

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"

	"frontdoor/pipeline/publish/pages"
)

// strip is one column of a row group, each text as its place among the texts of the row group. Place 0 is null and
// stands for "". Booleans are the texts "true" and "false", numbers are all "number".
type strip struct {
	codes []uint32
	texts []string
	known map[string]uint32 // of a dictionary, and of the few texts that stand for other values
	held  []uint32          // the places of the values of a page
}

func (s *strip) text(row int) string { return s.texts[s.codes[row]] }

func (s *strip) yes(row int) bool { return s.texts[s.codes[row]] == "true" }

// start empties the strip for the next row group, of a number of rows.
func (s *strip) start(rows int) {
	s.codes, s.texts = slices.Grow(s.codes[:0], min(rows, pages.RowGroupRows)), append(s.texts[:0], "")
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
	s.values(page)
	levels := page.DefinitionLevels()
	if levels == nil { // nothing is null
		s.codes = append(s.codes, s.held[:page.NumValues()]...)
		return
	}
	value := 0
	for _, level := range levels {
		if level == 0 {
			s.codes = append(s.codes, 0)
			continue
		}
		s.codes = append(s.codes, s.held[value])
		value++
	}
}

// values notes the place of each value of a page that is not null, in order.
func (s *strip) values(page parquet.Page) {
	s.held = s.held[:0]
	if dictionary := page.Dictionary(); dictionary != nil {
		places := make([]uint32, dictionary.Len())
		for j := range places {
			places[j] = s.place(valueText(dictionary.Index(int32(j))))
		}
		data := page.Data()
		for _, index := range data.Int32() {
			s.held = append(s.held, places[index])
		}
		return
	}
	switch data := page.Data(); data.Kind() {
	case encoding.ByteArray:
		bytes, offsets := data.ByteArray()
		all := string(bytes)
		s.held, s.texts = slices.Grow(s.held, len(offsets)), slices.Grow(s.texts, len(offsets))
		for i := range len(offsets) - 1 {
			s.held = append(s.held, uint32(len(s.texts)))
			s.texts = append(s.texts, all[offsets[i]:offsets[i+1]])
		}
	case encoding.Boolean:
		bits := data.Boolean()
		places := [2]uint32{s.place("false"), s.place("true")}
		for i := range 8 * len(bits) {
			s.held = append(s.held, places[bits[i/8]>>(i%8)&1])
		}
	default:
		number := s.place("number")
		for range page.NumValues() {
			s.held = append(s.held, number)
		}
	}
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
			s.start(int(group.NumRows()))
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
