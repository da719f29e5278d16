package measure

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas/table"
)

// tally counts the chosen rows by the value of a column; rows without a value count as Blank.
func tally(column *table.Column, rows []uint32) map[string]int64 {
	counts := map[string]int64{}
	codes, values := column.Codes()
	if values == nil {
		for _, row := range rows {
			counts[category(column, int(row))]++
		}
		return counts
	}
	byCode := make([]int64, values.Len())
	for _, row := range rows {
		if column.Array.IsNull(int(row)) {
			counts[Blank]++
			continue
		}
		byCode[codes[row]]++
	}
	for code, n := range byCode {
		if n > 0 {
			counts[values.Value(code)] += n
		}
	}
	return counts
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

// categories returns the keys of both counts in their order: whole numbers by size, then texts.
func categories(counts, others map[string]int64) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(counts)), maps.Keys(others))
	slices.SortFunc(all, byNumberThenText)
	return slices.Compact(all)
}

func byNumberThenText(a, b string) int {
	x, errA := strconv.Atoi(a)
	y, errB := strconv.Atoi(b)
	switch {
	case errA == nil && errB == nil:
		return cmp.Compare(x, y)
	case errA == nil:
		return -1
	case errB == nil:
		return 1
	}
	return cmp.Compare(a, b)
}

// numbered numbers the categories of a column from 0, in the order in which they are met, and asks each different value
// once where the column knows them.
func numbered(column *table.Column) (number func(row uint32) int, names func() []string) {
	known := map[string]int{}
	var met []string
	numberOf := func(row uint32) int {
		name := category(column, int(row))
		n, is := known[name]
		if !is {
			n = len(met)
			known[name], met = n, append(met, name)
		}
		return n
	}
	names = func() []string { return met }
	codes, values := column.Codes()
	if values == nil {
		return numberOf, names
	}
	byCode := make([]int, values.Len()) // one more than the number
	return func(row uint32) int {
		if column.Array.IsNull(int(row)) {
			return numberOf(row)
		}
		if byCode[codes[row]] == 0 {
			byCode[codes[row]] = numberOf(row) + 1
		}
		return byCode[codes[row]] - 1
	}, names
}
