package pages

import (
	"encoding/binary"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// List is a list in every row. Its elements are records: their fields are the neighbouring columns that name the
// same List, and those hold a value for each element of all rows. Neither a list nor an element is null.
type List struct {
	Name string
	Ends []uint32 // by row, how many elements there are up to its last
}

// elements returns which elements the rows from to to have.
func (l *List) elements(from, to int) (first, last int) {
	if from > 0 {
		first = int(l.Ends[from-1])
	}
	if last = first; to > from {
		last = int(l.Ends[to-1])
	}
	return first, last
}

// listLevels notes, for each element of the rows from to to and for each row without one, whether it continues a row
// and whether it is there. They stand in front of the values of a column of the list, which has one page.
func (e *Encoder) listLevels(l *List, from, to int) error {
	e.list = l
	repeats, defined := e.repeats[:0], e.defined[:0]
	present, width := byte(1), 1
	if !e.required {
		present, width = 2, 2
	}
	first, _ := l.elements(from, to)
	element := 0
	for _, end := range l.Ends[from:to] {
		if element == int(end)-first {
			repeats, defined = append(repeats, 0), append(defined, 0)
			e.chunk.nulls++
		}
		for again := byte(0); element < int(end)-first; element++ {
			level := present
			if e.isNull(element) {
				level--
			}
			repeats, defined = append(repeats, again), append(defined, level)
			again = 1
		}
	}
	e.repeats, e.defined = repeats, defined
	e.chunk.values = len(repeats)
	e.listed = e.listed[:0]
	for _, levels := range []struct {
		width  int
		values []byte
	}{{1, repeats}, {width, defined}} {
		var err error
		if e.buffer, err = (&rle.Encoding{BitWidth: levels.width}).EncodeLevels(e.buffer, levels.values); err != nil {
			return err
		}
		e.listed = append(binary.LittleEndian.AppendUint32(e.listed, uint32(len(e.buffer))), e.buffer...)
	}
	return nil
}

// leaf is a column's place in the schema.
type leaf struct {
	path []string
	kind format.Type
}

// declare adds columns to the schema. The columns of one list stand in a group of the form that Parquet gives to lists.
func (f *File) declare(columns []Column) error {
	fields := int32(0)
	f.meta.Schema = []format.SchemaElement{{Name: "schema"}}
	for i, c := range columns {
		path := []string{c.Name}
		if c.List != nil {
			path = []string{c.List.Name, "list", "element", c.Name}
		}
		switch {
		case c.List == nil:
			fields++
		case i == 0 || columns[i-1].List != c.List:
			fields++
			f.meta.Schema = append(f.meta.Schema, listGroup(c.List, columns[i:])...)
		}
		element, err := elementOf(c)
		if err != nil {
			return err
		}
		f.meta.Schema = append(f.meta.Schema, element)
		f.meta.ColumnOrders = append(f.meta.ColumnOrders, format.ColumnOrder{Value: &format.TypeDefinedOrder{}})
		f.leaves = append(f.leaves, leaf{path, element.Type.V})
	}
	f.meta.Schema[0].NumChildren = thrift.New(fields)
	return nil
}

// listGroup declares a list, of which columns begin with the fields.
func listGroup(l *List, columns []Column) []format.SchemaElement {
	fields := int32(0)
	for int(fields) < len(columns) && columns[fields].List == l {
		fields++
	}
	return []format.SchemaElement{
		{
			Name: l.Name, RepetitionType: thrift.New(format.Required), NumChildren: thrift.New(int32(1)),
			LogicalType: format.LogicalType{Value: &format.ListType{}}, ConvertedType: thrift.New(deprecated.List),
		},
		{Name: "list", RepetitionType: thrift.New(format.Repeated), NumChildren: thrift.New(int32(1))},
		{Name: "element", RepetitionType: thrift.New(format.Required), NumChildren: thrift.New(fields)},
	}
}
