package dedupe

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"golang.org/x/sync/errgroup"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// builder puts columns together into a result table. Columns that take a walk over the rows are made by makeColumns, side by
// side.
type builder struct {
	table *table.Table
	keep  Keep
	walks []func() error
	err   error
}

func newBuilder(name string, rows int, keep Keep) *builder {
	schema, err := schemas.Result(name)
	if err != nil {
		return &builder{err: err, table: &table.Table{Schema: &schemas.Table{}}}
	}
	t := &table.Table{Schema: schema, Rows: rows}
	for _, f := range schema.Fields {
		t.Columns = append(t.Columns, &table.Column{Field: f})
	}
	return &builder{table: t, keep: keep}
}

// array returns an array where it is kept.
func (k Keep) array(a arrow.Array) (arrow.Array, error) {
	if k == nil {
		return a, nil
	}
	return k(a)
}

// makeColumns makes the columns of builders.
func makeColumns(workers int, builders ...*builder) error {
	for _, b := range builders {
		if b.err != nil {
			return b.err
		}
	}
	var group errgroup.Group
	group.SetLimit(max(workers, 1))
	for _, b := range builders {
		for _, walk := range b.walks {
			group.Go(walk)
		}
	}
	return group.Wait()
}

// column sets a column to what a walk over the rows makes.
func (b *builder) column(field string, walk func() arrow.Array) {
	c := b.table.Column(field)
	if c == nil {
		b.err = fmt.Errorf("build result table %s: it has no field %s", b.table.Schema.Name, field)
		return
	}
	b.walks = append(b.walks, func() (err error) {
		c.Array, err = b.keep.array(walk())
		return err
	})
}

func (b *builder) set(field string, values arrow.Array) {
	b.column(field, func() arrow.Array { return values })
}

// empty sets a column that is null throughout.
func (b *builder) empty(field string) {
	b.places(field, table.Texts(nil), func(int) int32 { return none })
}

// texts sets a column of nearly unique texts; "" is null.
func (b *builder) texts(field string, of func(row int) string) {
	b.column(field, func() arrow.Array {
		offsets := make([]int32, 1, b.table.Rows+1)
		var data []byte
		for row := range b.table.Rows {
			data = append(data, of(row)...)
			offsets = append(offsets, int32(len(data)))
		}
		valid, nulls := bitmap(b.table.Rows, func(row int) bool { return offsets[row+1] > offsets[row] })
		return table.StringArray(offsets, slices.Clip(data), valid, nulls)
	})
}

func (b *builder) flags(field string, of func(row int) bool) {
	b.column(field, func() arrow.Array {
		values, _ := bitmap(b.table.Rows, of)
		return table.BooleanArray(b.table.Rows, values, nil, 0)
	})
}

// numbers sets a column of whole numbers; ok is false where there is none.
func (b *builder) numbers(field string, of func(row int) (value int, ok bool)) {
	b.column(field, func() arrow.Array {
		values := make([]int64, b.table.Rows)
		valid, nulls := bitmap(b.table.Rows, func(row int) bool {
			v, ok := of(row)
			values[row] = int64(v)
			return ok
		})
		if nulls == 0 {
			valid = nil
		}
		return table.IntegerArray(values, valid, nulls)
	})
}

// dates sets a column of days; noDay is null.
func (b *builder) dates(field string, of func(row int) schemas.Day) {
	b.column(field, func() arrow.Array {
		values := make([]schemas.Day, b.table.Rows)
		valid, nulls := bitmap(b.table.Rows, func(row int) bool {
			values[row] = of(row)
			if values[row] == noDay {
				values[row] = 0
				return false
			}
			return true
		})
		return table.DateArray(values, valid, nulls)
	})
}

// bitmap packs an answer for each row, the lowest bit first, and counts the rows that answer no.
func bitmap(rows int, of func(row int) bool) (packed []byte, zeros int) {
	packed, zeros = make([]byte, (rows+7)/8), rows
	for from := 0; from < rows; from += 8 {
		var set byte
		for row := from; row < min(from+8, rows); row++ {
			if of(row) {
				set |= 1 << (row - from)
			}
		}
		packed[from/8] = set
		zeros -= bits.OnesCount8(set)
	}
	return packed, zeros
}

// months sets a column to the months of days, yyyy-mm.
func (b *builder) months(field string, days []schemas.Day) {
	if len(days) == 0 {
		b.empty(field)
		return
	}
	b.column(field, func() arrow.Array {
		months, first := table.NewDictionary(), slices.Min(days)
		codeOf := noCodes(int(slices.Max(days)-first) + 1) // by day
		codes := make([]uint32, len(days))
		for row, day := range days {
			at := day - first
			if codeOf[at] == noCode {
				codeOf[at] = months.Code([]byte(schemas.Date(day).Format("2006-01")))
			}
			codes[row] = codeOf[at]
		}
		return table.DictionaryArray(codes, months.Array(), nil, 0)
	})
}

// delivered hands on a delivered column, or one that is null throughout when it was not delivered.
func (b *builder) delivered(field string, column *table.Column) {
	if column.Delivered() {
		b.set(field, column.Array)
		return
	}
	b.empty(field)
}

// spelt hands on the given rows of a delivered column of codes (nil for all), with every value that the set knows
// in the set's spelling.
func (b *builder) spelt(field string, column *table.Column, set *schemas.CodeSet, rows []uint32) {
	if !column.Delivered() {
		b.delivered(field, column)
		return
	}
	spelt := table.NewDictionary()
	codes, values := column.Codes()
	known := cells{of: make([]int32, values.Len()), codes: codes, valid: table.ValidityOf(column.Array)}
	for code := range known.of {
		text := values.Value(code)
		if place := set.Place(text); place >= 0 {
			text = set.Codes[place].Code
		}
		known.of[code] = int32(spelt.Code([]byte(text)))
	}
	b.codes(field, spelt.Array(), func() []uint32 {
		codes := make([]uint32, b.table.Rows)
		if rows == nil {
			readCells(&known, codes, 0)
		}
		for i, row := range rows {
			codes[i] = uint32(known.at(int32(row))) // none is noCode
		}
		return codes
	})
}

// flag sets a column to one bit of states.
func (b *builder) flag(field string, states []state, p part) {
	b.column(field, func() arrow.Array {
		values, at := make([]byte, (len(states)+7)/8), p.at&31
		whole := len(states) &^ 7
		for from := 0; from < whole; from += 8 {
			s := (*[8]state)(states[from:])
			low := s[0]>>at&1 | s[1]>>at&1<<1 | s[2]>>at&1<<2 | s[3]>>at&1<<3
			high := s[4]>>at&1 | s[5]>>at&1<<1 | s[6]>>at&1<<2 | s[7]>>at&1<<3
			values[from>>3] = byte(low | high<<4)
		}
		for row, s := range states[whole:] {
			values[whole>>3] |= byte(s>>at&1) << row
		}
		return table.BooleanArray(len(states), values, nil, 0)
	})
}
