package table

import (
	"fmt"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"pgregory.net/rapid"

	"frontdoor/schemas"
)

var stacked = &schemas.Table{Name: "things", Fields: []*schemas.Field{
	{Name: "code", Type: schemas.TypeCode}, {Name: "text", Type: schemas.TypeText}, {Name: "day", Type: schemas.TypeDate},
	{Name: "when", Type: schemas.TypeDateTime}, {Name: "count", Type: schemas.TypeInteger}, {Name: "share", Type: schemas.TypeDecimal},
}}

// drawColumn draws a column, or one that was not delivered.
func drawColumn(t *rapid.T, f *schemas.Field, rows int, xml bool) *Column {
	c := &Column{Field: f}
	if rapid.IntRange(0, 4).Draw(t, "missing") == 0 {
		return c
	}
	c.Elements = xml
	valid, nulls, from := make([]byte, (rows+7)/8), 0, 0
	if rows > 1 && !xml && rapid.Bool().Draw(t, "partly") {
		from = rapid.IntRange(1, rows).Draw(t, "absent")
		c.Absent = []Span{{0, from}}
	}
	for row := range rows {
		state := rapid.IntRange(0, 3).Draw(t, "state")
		if row < from {
			nulls++
			continue
		}
		if state < 2 {
			valid[row/8] |= 1 << (row % 8)
		} else {
			nulls++
		}
		if state == 1 || state == 3 {
			c.Kept = append(c.Kept, Kept{row, rapid.SampledFrom([]string{"", " x"}).Draw(t, "kept"), state == 3 && rapid.Bool().Draw(t, "unreadable")})
		}
	}
	values := rapid.SliceOfN(rapid.IntRange(0, 5), rows, rows).Draw(t, "values")
	days, numbers, codes, offsets, data := make([]int32, rows), make([]int64, rows), make([]uint32, rows), make([]int32, rows+1), ""
	for i, v := range values {
		days[i], numbers[i], codes[i] = int32(18000+v), int64(v), uint32(v)
		data += fmt.Sprint("t", v)
		offsets[i+1] = int32(len(data))
	}
	switch f.Type {
	case schemas.TypeDate, schemas.TypeDateTime:
		c.Array = DateArray(days, valid, nulls)
		c.Layout = rapid.SampledFrom([]string{"", "2006-01-02", "02/01/2006"}).Draw(t, "layout")
		if f.Type == schemas.TypeDateTime && rapid.Bool().Draw(t, "timed") {
			c.Time, c.Midnight = TimeArray(days, valid, nulls), " 00:00"
		}
	case schemas.TypeInteger:
		c.Array = IntegerArray(numbers, valid, nulls)
	case schemas.TypeDecimal:
		c.Array = DecimalArray(numbers, valid, nulls)
	case schemas.TypeText:
		c.Array = StringArray(offsets, []byte(data), valid, nulls)
	default:
		c.Array = DictionaryArray(codes, Texts([]string{"a", "b", "c", "d", "e", "f"}), valid, nulls)
	}
	return c
}

func drawTable(t *rapid.T, number int) *Table {
	rows, xml := rapid.IntRange(0, 9).Draw(t, "rows"), rapid.Bool().Draw(t, "xml")
	made := &Table{Schema: stacked, Rows: rows}
	lines := make([]uint32, rows)
	for i := range lines {
		lines[i] = uint32(i + 2)
	}
	made.File, made.Line = DictionaryArray(make([]uint32, rows), Texts([]string{fmt.Sprint("file", number)}), nil, 0), LineArray(lines)
	for _, f := range stacked.Fields {
		made.Columns = append(made.Columns, drawColumn(t, f, rows, xml))
	}
	for _, name := range []string{"one", "two"} {
		if extra := drawColumn(t, &schemas.Field{Name: name, Type: schemas.TypeText}, rows, false); extra.Delivered() {
			made.Extras = append(made.Extras, extra)
		}
	}
	return made
}

// Every cell of a stacked table is in the state, and has the value and the delivered text, that it had.
func TestStackedCellsAreThoseOfTheirTables(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var parts []Part
		for i := range rapid.IntRange(1, 3).Draw(t, "tables") {
			p := Part{Table: drawTable(t, i)}
			if rapid.Bool().Draw(t, "some") {
				p.Rows = []int{}
				for row := range p.Table.Rows {
					if rapid.Bool().Draw(t, "take") {
						p.Rows = append(p.Rows, row)
					}
				}
			}
			parts = append(parts, p)
		}
		got := Stack(parts...)
		to := 0
		for _, p := range parts {
			rows := p.Rows
			if rows == nil {
				for row := range p.Table.Rows {
					rows = append(rows, row)
				}
			}
			for _, row := range rows {
				if got.FileOf(to) != p.Table.FileOf(row) || got.LineOf(to) != p.Table.LineOf(row) {
					t.Fatalf("row %d stands in %s:%d", to, got.FileOf(to), got.LineOf(to))
				}
				for i, want := range p.Table.Columns {
					sameCell(t, got.Columns[i], to, want, row)
				}
				for _, want := range p.Table.Extras {
					for _, c := range got.Extras {
						if c.Field.Name == want.Field.Name {
							sameCell(t, c, to, want, row)
						}
					}
				}
				to++
			}
		}
		if got.Rows != to || len(got.Columns) != len(stacked.Fields) {
			t.Fatalf("%d rows, want %d", got.Rows, to)
		}
		if c := got.Column("text"); c.Delivered() {
			if _, isText := c.Array.(*array.String); !isText {
				t.Fatal("a column of texts has become a dictionary")
			}
		}
	})
}

func sameCell(t *rapid.T, got *Column, to int, want *Column, row int) {
	gotText, gotThere := got.Delivery(to)
	wantText, wantThere := want.Delivery(row)
	if got.State(to) != want.State(row) || got.Text(to) != want.Text(row) || gotText != wantText || gotThere != wantThere {
		t.Fatalf("%s: row %d is %v %q, delivered %q %v; want %v %q, %q %v", got.Field.Name, to,
			got.State(to), got.Text(to), gotText, gotThere, want.State(row), want.Text(row), wantText, wantThere)
	}
}
