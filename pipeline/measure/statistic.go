package measure

import (
	"errors"
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// Value is a statistic of a number that records have: a field, or the days between two of their dates. Records
// without it are left out.
type Value struct {
	Take  string `yaml:"take"`  // median or mean
	Field string `yaml:"field"` // a whole number, or
	From  string `yaml:"from"`  // the first of two dates,
	To    string `yaml:"to"`    // the second,
	In    string `yaml:"in"`    // and days or working days between them
}

func (v *Value) String() string {
	if v.Field != "" {
		return fmt.Sprintf("%s of %s", v.Take, v.Field)
	}
	return fmt.Sprintf("%s of %s from %s to %s", v.Take, v.In, v.From, v.To)
}

func (v *Value) compile(t *schemas.Table) error {
	if v.Take != "median" && v.Take != "mean" {
		return fmt.Errorf("take %q is neither median nor mean", v.Take)
	}
	if (v.Field == "") == (v.From == "" || v.To == "") {
		return errors.New("a statistic is of a field, or from one date to another")
	}
	if v.Field == "" && v.In != "days" && v.In != "working days" {
		return fmt.Errorf("in %q is neither days nor working days", v.In)
	}
	for _, name := range v.fields() {
		f := t.Field(name)
		if f == nil {
			return fmt.Errorf("table %s has no field %s", t.Name, name)
		}
		if number := f.Type == schemas.TypeInteger; number != (v.Field != "") {
			return fmt.Errorf("field %s of %s is of the wrong type for a statistic", name, t.Name)
		}
	}
	return nil
}

func (v *Value) fields() []string {
	if v.Field != "" {
		return []string{v.Field}
	}
	return []string{v.From, v.To}
}

func (v *Value) delivered(t *table.Table) bool {
	return !slices.ContainsFunc(v.fields(), func(name string) bool { return !t.Column(name).Delivered() })
}

// has tells which rows have the number.
func (v *Value) has(t *table.Table) func(row uint32) bool {
	return func(row uint32) bool {
		return !slices.ContainsFunc(v.fields(), func(name string) bool { return t.Column(name).Array.IsNull(int(row)) })
	}
}

// of returns the statistic of rows that have the number, or nil where there are none. Of an even number of values the
// median is the mean of the two in the middle.
func (v *Value) of(t *table.Table, rows []uint32, calendar *schemas.Calendar) *float64 {
	values := v.values(t, rows, calendar)
	if len(values) == 0 {
		return nil
	}
	var result float64
	if v.Take == "median" {
		slices.Sort(values)
		low, high := values[(len(values)-1)/2], values[len(values)/2]
		result = (float64(low) + float64(high)) / 2
		return &result
	}
	var sum int64
	for _, n := range values {
		sum += n
	}
	result = float64(sum) / float64(len(values))
	return &result
}

func (v *Value) values(t *table.Table, rows []uint32, calendar *schemas.Calendar) []int64 {
	values := make([]int64, len(rows))
	if v.Field != "" {
		numbers := t.Column(v.Field).Array.(*array.Int64)
		for i, row := range rows {
			values[i] = numbers.Value(int(row))
		}
		return values
	}
	first, last := t.Column(v.From).Days(), t.Column(v.To).Days()
	for i, row := range rows {
		values[i] = int64(last[row] - first[row])
		if v.In == "working days" {
			values[i] = int64(calendar.WorkingDays(first[row], last[row]))
		}
	}
	return values
}
