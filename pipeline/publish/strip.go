package publish

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"

	"frontdoor/pipeline/publish/pages"
)

// strip is one column of a row group: of each row, the place of its text among the texts of the row group. Place 0 is null
// and stands for "". Booleans are the texts "true" and "false", numbers are all "number".
type strip struct {
	codes []uint32
	data  []byte            // the texts, one behind the other
	ends  []uint32          // by place, where a text ends in data: it begins where the one before ends
	known map[string]uint32 // of a dictionary, and of the few texts that stand for other values
	yes   uint32            // the place of "true"
	held  []uint32          // the places of the values of a page with nulls
}

// texts is how many texts the row group has.
func (s *strip) texts() int { return len(s.ends) }

// at returns the text of a place. It is valid for as long as the strip.
func (s *strip) at(place uint32) []byte {
	if place == 0 {
		return nil
	}
	return s.data[s.ends[place-1]:s.ends[place]]
}

func (s *strip) text(row int) []byte { return s.at(s.codes[row]) }

// start empties the strip for the next row group, of a number of rows.
func (s *strip) start(rows int) {
	s.codes, s.data, s.ends = slices.Grow(s.codes[:0], min(rows, pages.RowGroupRows)), s.data[:0], append(s.ends[:0], 0)
	clear(s.known)
	s.yes = s.place("true")
}

// place returns the place of a text that repeats.
func (s *strip) place(text string) uint32 {
	code, known := s.known[text]
	if !known {
		code = uint32(len(s.ends))
		s.data = append(s.data, text...)
		s.ends = append(s.ends, uint32(len(s.data)))
		s.known[text] = code
	}
	return code
}

// add takes a page.
func (s *strip) add(page parquet.Page) {
	rows := int(page.NumValues())
	levels := page.DefinitionLevels()
	if bytes.IndexByte(levels, 0) < 0 { // nothing is null
		s.codes = s.values(s.codes, page, rows)
		return
	}
	s.held = s.values(s.held[:0], page, rows)
	from := len(s.codes)
	s.codes = slices.Grow(s.codes, len(levels))[:from+len(levels)]
	codes, value := s.codes[from:], 0
	if bytes.IndexByte(levels, 1) < 0 { // everything is
		clear(codes)
		return
	}
	for row, level := range levels {
		if level == 0 {
			codes[row] = 0
			continue
		}
		codes[row] = s.held[value]
		value++
	}
}

// values appends the place of each value of a page that is not null, at most as many as it has rows.
func (s *strip) values(places []uint32, page parquet.Page, rows int) []uint32 {
	if dictionary := page.Dictionary(); dictionary != nil {
		held := make([]uint32, dictionary.Len())
		for j := range held {
			held[j] = s.place(valueText(dictionary.Index(int32(j))))
		}
		data := page.Data()
		indices := data.Int32()
		places = slices.Grow(places, len(indices))
		for _, index := range indices {
			places = append(places, held[index])
		}
		return places
	}
	switch data := page.Data(); data.Kind() {
	case encoding.ByteArray:
		texts, offsets := data.ByteArray()
		if len(offsets) == 0 {
			break
		}
		shift := uint32(len(s.data)) - offsets[0]
		s.data = append(s.data, texts[offsets[0]:offsets[len(offsets)-1]]...)
		places, s.ends = slices.Grow(places, len(offsets)), slices.Grow(s.ends, len(offsets))
		for _, end := range offsets[1:] {
			places = append(places, uint32(len(s.ends)))
			s.ends = append(s.ends, end+shift)
		}
	case encoding.Boolean:
		bits := data.Boolean()
		no, from := s.place("false"), len(places)
		places = slices.Grow(places, 8*len(bits))[:from+8*len(bits)]
		for i, b := range bits {
			for bit := range 8 {
				places[from+8*i+bit] = no ^ (no^s.yes)&-uint32(b>>bit&1)
			}
		}
		places = places[:min(len(places), from+rows)]
	default:
		number := s.place("number")
		for range rows {
			places = append(places, number)
		}
	}
	return places
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
