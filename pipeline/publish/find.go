package publish

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"
)

// Find reads the rows of a table in which a column of text or whole numbers has one of the values, written as show
// prints them. Only that column is read throughout; row groups whose range excludes the values are not. Errors are
// those of Rows; ErrNoTable also when the table has no such column.
func (r *Run) Find(name string, reveal bool, column string, values ...string) iter.Seq2[Row, error] {
	return r.read(name, reveal, func(f *tableFile) (iter.Seq2[Row, error], error) {
		place := slices.Index(f.names, column)
		if place < 0 {
			return nil, fmt.Errorf("read %s: it has no column %s: %w", f.name, column, ErrNoTable)
		}
		groups := f.data.RowGroups()
		return f.chosenRows(func(group int) ([]int64, error) {
			if !f.mayHold(group, place, values) {
				return nil, nil
			}
			return matching(groups[group].ColumnChunks()[place], values)
		}), nil
	})
}

// At reads the rows of a table that stand at the given numbers, in ascending order. Errors are those of Rows.
func (r *Run) At(name string, reveal bool, numbers ...int64) iter.Seq2[Row, error] {
	return r.read(name, reveal, func(f *tableFile) (iter.Seq2[Row, error], error) {
		numbers := slices.Sorted(slices.Values(numbers))
		first := int64(0)
		return f.chosenRows(func(group int) (inside []int64, _ error) {
			rows := f.data.RowGroups()[group].NumRows()
			for _, n := range numbers {
				if n >= first && n < first+rows {
					inside = append(inside, n-first)
				}
			}
			first += rows
			return inside, nil
		}), nil
	})
}

// mayHold tells whether the range of a column of text in a row group allows for one of the values.
func (f *tableFile) mayHold(group, column int, values []string) bool {
	stats := f.data.Metadata().RowGroups[group].Columns[column].MetaData.Statistics
	if stats.MinValue == nil || f.data.Root().Columns()[column].Type().Kind() != parquet.ByteArray {
		return true
	}
	return slices.ContainsFunc(values, func(v string) bool { return v >= string(stats.MinValue) && v <= string(stats.MaxValue) })
}

// matching returns the rows of a column chunk that hold one of the values.
func matching(chunk parquet.ColumnChunk, values []string) (rows []int64, err error) {
	wanted := func(text string) bool { return slices.Contains(values, text) }
	at := int64(0)
	err = eachPage(chunk, func(page parquet.Page) {
		levels := page.DefinitionLevels()
		is := pageTest(page, wanted)
		value := 0
		for row := range page.NumValues() {
			if levels != nil && levels[row] == 0 {
				continue
			}
			if is(value) {
				rows = append(rows, at+row)
			}
			value++
		}
		at += page.NumValues()
	})
	return rows, err
}

// pageTest returns a test of the values of a page that are not null, by their place.
func pageTest(page parquet.Page, wanted func(text string) bool) func(i int) bool {
	data := page.Data()
	if dictionary := page.Dictionary(); dictionary != nil {
		is := make([]bool, dictionary.Len())
		for i := range is {
			is[i] = wanted(dictionary.Index(int32(i)).String())
		}
		indexes := data.Int32()
		return func(i int) bool { return is[indexes[i]] }
	}
	switch data.Kind() {
	case encoding.ByteArray:
		bytes, offsets := data.ByteArray()
		return func(i int) bool { return wanted(string(bytes[offsets[i]:offsets[i+1]])) }
	case encoding.Int32:
		numbers := data.Int32()
		return func(i int) bool { return wanted(strconv.Itoa(int(numbers[i]))) }
	case encoding.Int64:
		numbers := data.Int64()
		return func(i int) bool { return wanted(strconv.FormatInt(numbers[i], 10)) }
	}
	return func(int) bool { return false }
}

// chosenRows reads the rows of each row group that numbers gives, counted from the group's first.
func (f *tableFile) chosenRows(numbers func(group int) ([]int64, error)) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		reader := f.rowReader()
		before := int64(0)
		for i, group := range f.data.RowGroups() {
			chosen, err := numbers(i)
			if err != nil {
				yield(Row{}, err)
				return
			}
			if len(chosen) > 0 && !reader.chosen(group, before, chosen, yield) {
				return
			}
			before += group.NumRows()
		}
	}
}

// chosen hands over rows of a row group and tells whether to go on.
func (r *rowReader) chosen(group parquet.RowGroup, before int64, numbers []int64, yield func(Row, error) bool) bool {
	rows := group.Rows()
	defer func() { _ = rows.Close() }()
	buffer := make([]parquet.Row, 1)
	for _, n := range numbers {
		if err := rows.SeekToRow(n); err != nil {
			return yield(Row{}, err)
		}
		if read, err := rows.ReadRows(buffer); read == 0 {
			if err == nil || errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return yield(Row{}, err)
		}
		if !yield(r.row(buffer[0], before+n), nil) {
			return false
		}
	}
	return true
}
