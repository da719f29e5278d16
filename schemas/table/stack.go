package table

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
)

// Part is rows of a table; nil rows are all of them.
type Part struct {
	Table *Table
	Rows  []int // ascending
}

// Stack returns the rows of tables of one schema as one table, in the order given, each with its file and line and
// every cell with its state and delivered text. Whose records they are by nesting is left out: it holds within one
// delivery. One whole table is returned as it is.
func Stack(parts ...Part) *Table {
	if len(parts) == 1 && parts[0].Rows == nil {
		return parts[0].Table
	}
	s := &stack{}
	for _, p := range parts {
		rows := p.Rows
		if rows == nil {
			rows = make([]int, p.Table.Rows)
			for i := range rows {
				rows[i] = i
			}
		}
		s.tables, s.rows = append(s.tables, p.Table), append(s.rows, rows)
		s.count += len(rows)
	}
	out := &Table{Schema: parts[0].Table.Schema, Rows: s.count}
	s.places(out)
	for i, f := range out.Schema.Fields {
		columns := make([]*Column, len(s.tables))
		for k, t := range s.tables {
			columns[k] = t.Columns[i]
		}
		out.Columns = append(out.Columns, s.column(f, columns))
	}
	for _, f := range s.extras() {
		columns := make([]*Column, len(s.tables))
		for k, t := range s.tables {
			columns[k] = &Column{Field: f}
			if i := slices.IndexFunc(t.Extras, func(c *Column) bool { return c.Field.Name == f.Name }); i >= 0 {
				columns[k] = t.Extras[i]
			}
		}
		out.Extras = append(out.Extras, s.column(f, columns))
	}
	return out
}

// stack is rows of tables on their way into one.
type stack struct {
	tables []*Table
	rows   [][]int // of each table
	count  int
}

// each calls do with every row: the number of its table, its place there and its place in the new table.
func (s *stack) each(do func(number, from, to int)) {
	to := 0
	for number, rows := range s.rows {
		for _, from := range rows {
			do(number, from, to)
			to++
		}
	}
}

// places gives the new table the places of its rows.
func (s *stack) places(out *Table) {
	type place struct{ number, from int }
	all := make([]place, s.count)
	s.each(func(number, from, to int) { all[to] = place{number, from} })
	out.StandAt(s.count, func(row int) (*Table, int) { return s.tables[all[row].number], all[row].from })
}

// extras returns the fields of the columns that no schema knows, each name once, in the order of their first table.
func (s *stack) extras() []*schemas.Field {
	var fields []*schemas.Field
	for _, t := range s.tables {
		for _, c := range t.Extras {
			if !slices.ContainsFunc(fields, func(f *schemas.Field) bool { return f.Name == c.Field.Name }) {
				fields = append(fields, c.Field)
			}
		}
	}
	return fields
}

// column stacks the columns of a field.
func (s *stack) column(f *schemas.Field, columns []*Column) *Column {
	out := &Column{Field: f}
	first := slices.IndexFunc(columns, (*Column).Delivered)
	if first < 0 {
		return out
	}
	usual := columns[first]
	out.Layout, out.Clock, out.Midnight = usual.Layout, usual.Clock, usual.Midnight
	out.Elements = slices.ContainsFunc(columns, func(c *Column) bool { return c.Delivered() && c.Elements })
	values := s.values(usual)
	valid, nulls := make([]byte, (s.count+7)/8), 0
	s.each(func(number, from, to int) {
		c := columns[number]
		if c.absent(from) {
			nulls++
			out.lacks(to)
			return
		}
		if c.Array.IsValid(from) {
			valid[to/8] |= 1 << (to % 8)
			values.set(to, c, from)
		} else {
			nulls++
		}
		text, delivered := c.Delivery(from)
		switch k := c.kept(from); {
		case k != nil:
			out.Kept = append(out.Kept, Kept{Row: to, Text: k.Text, Unreadable: k.Unreadable})
		case delivered && c.Array.IsNull(from) && out.Elements, c.Array.IsValid(from) && !sameDates(c, out):
			out.Kept = append(out.Kept, Kept{Row: to, Text: text})
		}
	})
	values.finish(out, valid, nulls)
	return out
}

// lacks notes that the file that a row came from did not have the column.
func (c *Column) lacks(row int) {
	if last := len(c.Absent) - 1; last >= 0 && c.Absent[last].To == row {
		c.Absent[last].To++
		return
	}
	c.Absent = append(c.Absent, Span{row, row + 1})
}

// sameDates tells whether two columns write a date the same way.
func sameDates(a, b *Column) bool {
	layout := func(c *Column) string {
		if c.Layout == "" {
			return "2006-01-02"
		}
		return c.Layout
	}
	return layout(a) == layout(b) && a.Clock == b.Clock && a.Midnight == b.Midnight
}

// stackedValues are the values of a new column.
type stackedValues interface {
	set(to int, c *Column, from int) // takes the value of a row that has one
	finish(out *Column, valid []byte, nulls int)
}

// values returns what the values of a field are gathered in: in the shape that the usual column has.
func (s *stack) values(usual *Column) stackedValues {
	switch usual.Field.Type {
	case schemas.TypeDate, schemas.TypeDateTime:
		return &stackedDays{days: make([]int32, s.count), times: make([]int32, s.count), timed: make([]byte, (s.count+7)/8)}
	case schemas.TypeInteger:
		return &stackedNumbers{values: make([]int64, s.count)}
	case schemas.TypeDecimal:
		return &stackedNumbers{values: make([]int64, s.count), decimal: true}
	}
	_, unique := usual.Array.(*array.String)
	return &stackedTexts{codes: make([]uint32, s.count), texts: NewDictionary(), known: map[*array.String][]uint32{}, unique: unique}
}

type stackedDays struct {
	days, times []int32
	timed       []byte
	several     int // with a time
	clock       bool
}

func (v *stackedDays) set(to int, c *Column, from int) {
	v.days[to] = int32(c.Array.(*array.Date32).Value(from))
	if v.clock = v.clock || c.Time != nil; c.Time != nil && c.Time.IsValid(from) {
		v.times[to] = int32(c.Time.Value(from))
		v.timed[to/8] |= 1 << (to % 8)
		v.several++
	}
}

func (v *stackedDays) finish(out *Column, valid []byte, nulls int) {
	out.Array = DateArray(v.days, valid, nulls)
	if v.clock {
		out.Time = TimeArray(v.times, v.timed, len(v.times)-v.several)
	}
}

type stackedNumbers struct {
	values  []int64
	decimal bool
}

func (v *stackedNumbers) set(to int, c *Column, from int) {
	switch a := c.Array.(type) {
	case *array.Int64:
		v.values[to] = a.Value(from)
	case *array.Decimal128:
		v.values[to] = int64(a.Value(from).LowBits())
	}
}

func (v *stackedNumbers) finish(out *Column, valid []byte, nulls int) {
	if v.decimal {
		out.Array = DecimalArray(v.values, valid, nulls)
		return
	}
	out.Array = IntegerArray(v.values, valid, nulls)
}

type stackedTexts struct {
	codes []uint32
	texts *Dictionary
	known map[*array.String][]uint32 // the new code, and one more, of each text of a dictionary

	unique bool // nearly every text stands once: they are no dictionary
}

func (v *stackedTexts) set(to int, c *Column, from int) {
	codes, texts := c.Codes()
	if texts == nil {
		v.codes[to] = v.texts.Code([]byte(c.Text(from)))
		return
	}
	known := v.known[texts]
	if known == nil {
		known = make([]uint32, texts.Len())
		v.known[texts] = known
	}
	code := codes[from]
	if known[code] == 0 {
		known[code] = v.texts.Code([]byte(texts.Value(int(code)))) + 1
	}
	v.codes[to] = known[code] - 1
}

func (v *stackedTexts) finish(out *Column, valid []byte, nulls int) {
	if v.unique {
		offsets, data := make([]int32, 1, len(v.codes)+1), []byte(nil)
		for row, code := range v.codes {
			if valid[row/8]&(1<<(row%8)) != 0 {
				data = append(data, v.texts.Value(code)...)
			}
			offsets = append(offsets, int32(len(data)))
		}
		out.Array = StringArray(offsets, data, valid, nulls)
		return
	}
	out.Array = DictionaryArray(v.codes, v.texts.Array(), valid, nulls)
}
