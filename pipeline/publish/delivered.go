package publish

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/pipeline/publish/pages"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// The columns of a delivered table that say where a record stood, and the name of a datetime's time of day.
const (
	fileColumn      = "_file"
	sheetColumn     = "_sheet"
	lineColumn      = "_line"
	authorityColumn = "_authority"
	timeSuffix      = "_time"
	extraLead       = "extra_"
)

// absentNote names, in the footer of a delivered table, the columns that were not delivered: they are there,
// all null, so that tables of different years have the same shape.
const absentNote = "frontdoor.absent"

// KeptRow is a delivered cell whose text cannot be told from its value in the table.
type KeptRow struct {
	File  string  `parquet:"file,dict"`
	Sheet *string `parquet:"sheet,dict"`
	Line  int64   `parquet:"line"`
	Field string  `parquet:"field,dict"`
	Text  string  `parquet:"text"`
	// Unreadable: the text could not be read as the field's type, and the table has null.
	Unreadable bool `parquet:"unreadable"`
}

// deliveredColumns returns the columns of a table as it was read: with the texts that the values do not tell kept
// beside it (KeptRow), and with what no schema knows.
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
		columns = append(columns, newColumn(c.Field.Name+timeSuffix, times, timeField(c.Field)))
	}
	for _, c := range t.Extras {
		if c.Array != nil {
			columns = append(columns, newColumn(freeName(columns, extraLead+c.Field.Name), extraText(c), restrictedField))
		}
	}
	return append(columns, originColumns(t, sheetColumn, authorityColumn)...), nil
}

// placeColumns returns the columns that say where each record stood; none when the table does not know.
func placeColumns(t *table.Table, file, line string) []column {
	if t.File == nil || t.Line == nil {
		return nil
	}
	files, lines := newColumn(file, t.File, nil), newColumn(line, t.Line, nil)
	files.Required, files.Unranged, lines.Required = true, true, true
	return []column{files, lines}
}

// originColumns returns the columns that say, behind all others, of which sheet and whose each record is: null where the
// file is no workbook, and where nobody says. There are none when the table does not know where its records stood.
func originColumns(t *table.Table, sheet, authority string) []column {
	if t.File == nil || t.Line == nil {
		return nil
	}
	sheets, authorities := newColumn(sheet, orNothing(t.Sheet, t.Rows), nil), newColumn(authority, orNothing(t.Authority, t.Rows), nil)
	sheets.Unranged, authorities.Unranged = true, true
	return []column{sheets, authorities}
}

// orNothing returns texts, or as many nulls where there are none.
func orNothing(texts *array.Dictionary, rows int) arrow.Array {
	if texts == nil {
		return nothing(&schemas.Field{Type: schemas.TypeCode}, rows)
	}
	return texts
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
	named := newColumn(c.Field.Name, values, c.Field)
	named.Unranged = c.Field.Type == schemas.TypeCode // the smallest code helps nobody who reads the file
	return named
}

func newColumn(name string, values arrow.Array, field *schemas.Field) column {
	return column{Column: pages.Column{Name: name, Array: values}, field: field}
}

// freeName returns name, numbered when a column has it already.
func freeName(columns []column, name string) string {
	taken := func(n string) bool { return slices.ContainsFunc(columns, func(c column) bool { return c.Name == n }) }
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

// sheetOf returns the sheet that a row came from, or nil.
func sheetOf(t *table.Table, row int) *string {
	if sheet := t.SheetOf(row); sheet != "" {
		return &sheet
	}
	return nil
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
			row := KeptRow{File: t.FileOf(c.row), Sheet: sheetOf(t, c.row), Line: int64(t.LineOf(c.row)), Field: columns[c.column].Field.Name, Text: k.Text, Unreadable: k.Unreadable}
			if !yield(row) {
				return
			}
		}
	}
	return Rows(st, path.Join("kept", collection, t.Schema.Name), Restricted, rows)
}
