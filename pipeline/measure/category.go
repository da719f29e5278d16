package measure

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas/table"
)

// values numbers the values of a column from 0; the last number is that of rows without one. A number that a
// dictionary has, but no row, counts too.
type values struct {
	valid table.Validity
	codes []uint32 // by row
	count int
}

// of returns the number of a row's value.
func (v *values) of(row int) int {
	if !v.valid.Of(row) {
		return v.count - 1
	}
	return int(v.codes[row])
}

// valuesOf numbers the values of a column, and names them as categories.
func valuesOf(column *table.Column) (v *values, name func(number int) string) {
	if codes, texts := column.Codes(); texts != nil {
		return &values{table.ValidityOf(column.Array), codes, texts.Len() + 1}, texts.Value
	}
	v = &values{valid: table.ValidityOf(column.Array), codes: make([]uint32, column.Array.Len())}
	var met []int // by number: the first row that has the value
	if whole, ok := column.Array.(*array.Int64); ok {
		met = v.meet(whole.Value)
	} else {
		known := map[string]int64{}
		met = v.meet(func(row int) int64 {
			text := category(column, row)
			n, is := known[text]
			if !is {
				n = int64(len(known))
				known[text] = n
			}
			return n
		})
	}
	v.count = len(met) + 1
	return v, func(number int) string { return category(column, met[number]) }
}

// meet numbers values in the order in which they are met, and returns the first row that has each.
func (v *values) meet(value func(row int) int64) (met []int) {
	known := map[int64]uint32{}
	for row := range v.codes {
		if !v.valid.Of(row) {
			continue
		}
		n, is := known[value(row)]
		if !is {
			n = uint32(len(met))
			known[value(row)], met = n, append(met, row)
		}
		v.codes[row] = n
	}
	return met
}

// categories are the values of a column as a breakdown tells them: rows without one are Blank.
type categories struct {
	*values
	numbers []uint32 // of categories, by number of the value
	blank   int      // the number of Blank
	names   []string // by number of the category: whole numbers by size, then texts
}

func categoriesOf(column *table.Column) *categories {
	values, name := valuesOf(column)
	named := make([]string, values.count)
	for n := range named[:values.count-1] {
		named[n] = name(n)
	}
	named[values.count-1] = Blank
	c := &categories{values: values, names: slices.Clone(named), numbers: make([]uint32, values.count)}
	slices.SortFunc(c.names, byNumberThenText)
	c.names = slices.Compact(c.names)
	for n, name := range named {
		at, _ := slices.BinarySearchFunc(c.names, name, byNumberThenText)
		c.numbers[n] = uint32(at)
	}
	c.blank = int(c.numbers[values.count-1])
	return c
}

// of returns the number of a row's category.
func (c *categories) of(row int) int {
	if c.valid.Of(row) {
		return int(c.numbers[c.codes[row]])
	}
	return c.blank
}

// category returns the value of a column as a category.
func category(column *table.Column, row int) string {
	if column.Array.IsNull(row) {
		return Blank
	}
	switch values := column.Array.(type) {
	case *array.Int64:
		return strconv.FormatInt(values.Value(row), 10)
	case *array.Boolean:
		return strconv.FormatBool(values.Value(row))
	}
	return column.Text(row)
}

// byNumberThenText orders categories: whole numbers by size, then texts.
func byNumberThenText(a, b string) int {
	x, errA := strconv.Atoi(a)
	y, errB := strconv.Atoi(b)
	switch {
	case errA == nil && errB == nil:
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
	case errA == nil:
		return -1
	case errB == nil:
		return 1
	}
	return cmp.Compare(a, b)
}
