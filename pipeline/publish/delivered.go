package publish

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// The columns of a delivered table that say where a record stood, and the name of a datetime's time of day.
const (
	fileColumn = "_file"
	lineColumn = "_line"
	timeSuffix = "_time"
	extraLead  = "extra_"
)

// absentNote names, in the footer of a delivered table, the columns that were not delivered: they are there,
// all null, so that tables of different years have the same shape.
const absentNote = "frontdoor.absent"

// KeptRow is a delivered cell whose text cannot be told from its value in the table.
type KeptRow struct {
	File  string `parquet:"file,dict"`
	Line  int64  `parquet:"line"`
	Field string `parquet:"field,dict"`
	Text  string `parquet:"text"`
	// Unreadable: the text could not be read as the field's type, and the table has null.
	Unreadable bool `parquet:"unreadable"`
}

// Delivered stores a table as it was read: originals and extra columns in the restricted part, with the texts
// that the values do not tell beside it, and what the schema lets through in the analysis part.
func (st *Staging) Delivered(collection string, t *table.Table) error {
	columns, err := deliveredColumns(t)
	if err == nil {
		place := path.Join("delivered", collection, t.Schema.Name+".parquet")
		err = st.bothParts(place, columns, t.Rows, note{absentNote, strings.Join(absent(t), ",")})
	}
	if err != nil {
		return fmt.Errorf("store table %s: %w", t.Schema.Name, err)
	}
	return st.kept(collection, t)
}

func deliveredColumns(t *table.Table) ([]column, error) {
	if t.File == nil || t.Line == nil {
		return nil, errors.New("it has no file and line")
	}
	columns := placeColumns(t, fileColumn, lineColumn)
	for _, c := range t.Columns {
		columns = append(columns, fieldColumn(c, t.Rows))
		if c.Field.Type != schemas.TypeDateTime {
			continue
		}
		times := c.Time
		if times == nil {
			times = table.TimeArray(make([]int32, t.Rows), make([]byte, (t.Rows+7)/8), t.Rows)
		}
		columns = append(columns, column{named{name: c.Field.Name + timeSuffix, array: times}, timeField(c.Field)})
	}
	for _, c := range t.Extras {
		if c.Array != nil {
			columns = append(columns, column{named{name: freeName(columns, extraLead+c.Field.Name), array: extraText(c)}, restrictedField})
		}
	}
	return columns, nil
}

// placeColumns returns the columns that say where each record stood; none when the table does not know.
func placeColumns(t *table.Table, file, line string) []column {
	if t.File == nil || t.Line == nil {
		return nil
	}
	return []column{{named: named{name: file, array: t.File, place: true, code: true}}, {named: named{name: line, array: t.Line, place: true}}}
}

// restrictedField is what every column that no schema knows is treated as.
var restrictedField = &schemas.Field{Privacy: schemas.Direct}

// timeField is the field of the time of day of a datetime: open when that is, else restricted.
func timeField(f *schemas.Field) *schemas.Field {
	if f.Privacy == schemas.Open {
		return f
	}
	return restrictedField
}

// fieldColumn returns the column of a field, all null when it was not delivered.
func fieldColumn(c *table.Column, rows int) column {
	values := c.Array
	if values == nil {
		values = nothing(c.Field, rows)
	}
	return column{named{name: c.Field.Name, array: values, code: c.Field.Type == schemas.TypeCode}, c.Field}
}

// freeName returns name, numbered when a column has it already.
func freeName(columns []column, name string) string {
	taken := func(n string) bool { return slices.ContainsFunc(columns, func(c column) bool { return c.name == n }) }
	free := name
	for i := 2; taken(free); i++ {
		free = fmt.Sprintf("%s_%d", name, i)
	}
	return free
}

// extraText returns a column that no schema knows as text.
func extraText(c *table.Column) arrow.Array {
	switch c.Array.(type) {
	case *array.String, *array.Dictionary:
		return c.Array
	}
	texts := table.NewDictionary()
	codes := make([]uint32, c.Array.Len())
	for i := range codes {
		if c.Array.IsValid(i) {
			codes[i] = texts.Code([]byte(c.Text(i)))
		}
	}
	return table.DictionaryArray(codes, texts.Array(), validBits(c.Array), c.Array.NullN())
}

// nothing returns a column of nulls in the shape of a field.
func nothing(f *schemas.Field, rows int) arrow.Array {
	none := make([]byte, (rows+7)/8)
	switch f.Type {
	case schemas.TypeDate, schemas.TypeDateTime:
		return table.DateArray(make([]int32, rows), none, rows)
	case schemas.TypeInteger:
		return table.IntegerArray(make([]int64, rows), none, rows)
	case schemas.TypeDecimal:
		return table.DecimalArray(make([]int64, rows), none, rows)
	case schemas.TypeBoolean:
		return table.BooleanArray(rows, none, none, rows)
	}
	return table.DictionaryArray(make([]uint32, rows), table.NewDictionary().Array(), none, rows)
}

// absent names the columns that were not delivered.
func absent(t *table.Table) []string {
	var names []string
	for _, c := range t.Columns {
		if c.Array == nil {
			names = append(names, c.Field.Name)
		}
	}
	return names
}

// kept stores the texts that the values do not tell, by row and then in the order of the fields.
func (st *Staging) kept(collection string, t *table.Table) error {
	type cell struct{ row, column, place int }
	var cells []cell
	columns := slices.Concat(t.Columns, t.Extras)
	for i, c := range columns {
		for j, k := range c.Kept {
			cells = append(cells, cell{k.Row, i, j})
		}
	}
	if len(cells) == 0 {
		return nil
	}
	slices.SortFunc(cells, func(a, b cell) int { return cmp.Or(a.row-b.row, a.column-b.column) })
	rows := func(yield func(KeptRow) bool) {
		for _, c := range cells {
			k := columns[c.column].Kept[c.place]
			row := KeptRow{File: t.FileOf(c.row), Line: int64(t.LineOf(c.row)), Field: columns[c.column].Field.Name, Text: k.Text, Unreadable: k.Unreadable}
			if !yield(row) {
				return
			}
		}
	}
	return Rows(st, path.Join("kept", collection, t.Schema.Name), Restricted, rows)
}
