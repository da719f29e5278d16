package dedupe

import (
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// builder puts columns together into a result table.
type builder struct {
	table *table.Table
	keep  Keep
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

func (b *builder) set(field string, values arrow.Array) {
	if c := b.table.Column(field); c != nil {
		var err error
		if c.Array, err = b.keep.array(values); err != nil {
			b.err = err
		}
		return
	}
	b.err = fmt.Errorf("build result table %s: it has no field %s", b.table.Schema.Name, field)
}

// places sets a dictionary column from the places of the rows' texts among values; none is null.
func (b *builder) places(field string, values *array.String, of func(row int) int32) {
	codes, valid, nulls := make([]uint32, b.table.Rows), make([]byte, (b.table.Rows+7)/8), 0
	for row := range codes {
		if place := of(row); place >= 0 {
			codes[row] = uint32(place)
			valid[row/8] |= 1 << (row % 8)
		} else {
			nulls++
		}
	}
	b.set(field, table.DictionaryArray(codes, values, valid, nulls))
}

// names sets a dictionary column from the numbers of names; a number below 0 and the name "" are null.
func (b *builder) names(field string, names []string, of func(row int) int) {
	values := table.NewDictionary()
	placeOf := fill(len(names))
	for i, name := range names {
		if name != "" {
			placeOf[i] = int32(values.Code([]byte(name)))
		}
	}
	b.places(field, values.Array(), func(row int) int32 {
		if n := of(row); n >= 0 {
			return placeOf[n]
		}
		return none
	})
}

// empty sets a column that is null throughout.
func (b *builder) empty(field string) {
	b.places(field, table.Texts(nil), func(int) int32 { return none })
}

// texts sets a column of nearly unique texts; "" is null.
func (b *builder) texts(field string, of func(row int) string) {
	offsets := make([]int32, 1, b.table.Rows+1)
	var data []byte
	for row := range b.table.Rows {
		data = append(data, of(row)...)
		offsets = append(offsets, int32(len(data)))
	}
	valid, nulls := bitmap(b.table.Rows, func(row int) bool { return offsets[row+1] > offsets[row] })
	b.set(field, table.StringArray(offsets, data, valid, nulls))
}

func (b *builder) flags(field string, of func(row int) bool) {
	values, _ := bitmap(b.table.Rows, of)
	b.set(field, table.BooleanArray(b.table.Rows, values, nil, 0))
}

// numbers sets a column of whole numbers; ok is false where there is none.
func (b *builder) numbers(field string, of func(row int) (value int, ok bool)) {
	values := make([]int64, b.table.Rows)
	valid, nulls := bitmap(b.table.Rows, func(row int) bool {
		v, ok := of(row)
		values[row] = int64(v)
		return ok
	})
	b.set(field, table.IntegerArray(values, valid, nulls))
}

// dates sets a column of days; noDay is null.
func (b *builder) dates(field string, of func(row int) schemas.Day) {
	values := make([]schemas.Day, b.table.Rows)
	valid, nulls := bitmap(b.table.Rows, func(row int) bool {
		values[row] = of(row)
		if values[row] == noDay {
			values[row] = 0
			return false
		}
		return true
	})
	b.set(field, table.DateArray(values, valid, nulls))
}

// bitmap packs an answer for each row, the lowest bit first, and counts the rows that answer no.
func bitmap(rows int, of func(row int) bool) (bits []byte, zeros int) {
	bits = make([]byte, (rows+7)/8)
	for row := range rows {
		if of(row) {
			bits[row/8] |= 1 << (row % 8)
		} else {
			zeros++
		}
	}
	return bits, zeros
}

// months sets a column to the months of days, yyyy-mm.
func (b *builder) months(field string, days []schemas.Day) {
	if len(days) == 0 {
		b.empty(field)
		return
	}
	months, first := table.NewDictionary(), slices.Min(days)
	placeOf := fill(int(slices.Max(days)-first) + 1) // by day
	for _, day := range days {
		if at := day - first; placeOf[at] < 0 {
			placeOf[at] = int32(months.Code([]byte(schemas.Date(day).Format("2006-01"))))
		}
	}
	b.places(field, months.Array(), func(row int) int32 { return placeOf[days[row]-first] })
}

// delivered hands on a delivered column, or one that is null throughout when it was not delivered.
func (b *builder) delivered(field string, column *table.Column) {
	if column.Delivered() {
		b.set(field, column.Array)
		return
	}
	b.empty(field)
}

// coded hands on the given rows of a delivered column of codes (nil for all), with every value that the set knows
// in the set's spelling.
func (b *builder) coded(field string, column *table.Column, set *schemas.CodeSet, rows []int32) {
	if !column.Delivered() {
		b.delivered(field, column)
		return
	}
	spelt := table.NewDictionary()
	codes, values := column.Codes()
	of := make([]int32, values.Len())
	for code := range of {
		text := values.Value(code)
		if place := set.Place(text); place >= 0 {
			text = set.Codes[place].Code
		}
		of[code] = int32(spelt.Code([]byte(text)))
	}
	b.places(field, spelt.Array(), func(row int) int32 {
		if rows != nil {
			row = int(rows[row])
		}
		if column.Array.IsNull(row) {
			return none
		}
		return of[codes[row]]
	})
}

// idsOf sets a column to the ids of delivered records given by row; none is null. It refers to the delivered
// texts, so that an id that stands in many places is one text for whoever makes pseudonyms of it.
func (b *builder) idsOf(field string, column *table.Column, rows []int32) {
	if !column.Delivered() {
		b.empty(field)
		return
	}
	codes, values := column.Codes()
	if values == nil {
		values = column.Array.(*array.String)
	}
	b.places(field, values, func(row int) int32 {
		switch of := rows[row]; {
		case of < 0 || column.Array.IsNull(int(of)):
			return none
		case codes != nil:
			return int32(codes[of])
		default:
			return of
		}
	})
}
