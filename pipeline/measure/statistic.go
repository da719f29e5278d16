package measure

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// Value is a statistic of a number that records have: a field, or the days between two of their dates. Records
// without it are left out.
type Value struct {
	Take  string `yaml:"take"`  // median or mean; share, of two sums; records, for each different value
	Field string `yaml:"field"` // a whole number (of records: any field), or
	From  string `yaml:"from"`  // the first of two dates,
	To    string `yaml:"to"`    // the second,
	In    string `yaml:"in"`    // and days or working days between them
	Of    string `yaml:"of"`    // of a share: the whole number whose sum is below the line

	NeverNegative bool `yaml:"never_negative"` // a number below nought counts as nought
}

// The statistics beside median and mean.
const (
	takeShare   = "share"   // the sum of a field as a share of the sum of another
	takeRecords = "records" // how many records there are for each different value of a field
)

// isShare tells whether the statistic is a share.
func (v *Value) isShare() bool { return v != nil && v.Take == takeShare }

func (v *Value) String() string {
	switch v.Take {
	case takeShare:
		return fmt.Sprintf("sum of %s as a share of the sum of %s", v.Field, v.Of)
	case takeRecords:
		return fmt.Sprintf("records for each different %s", v.Field)
	}
	if v.Field != "" {
		return fmt.Sprintf("%s of %s", v.Take, v.Field)
	}
	return fmt.Sprintf("%s of %s from %s to %s", v.Take, v.In, v.From, v.To)
}

func (v *Value) compile(t *schemas.Table) error {
	if !slices.Contains([]string{"median", "mean", takeShare, takeRecords}, v.Take) {
		return fmt.Errorf("take %q is none of median, mean, share, records", v.Take)
	}
	if v.isShare() != (v.Of != "") || (v.isShare() || v.Take == takeRecords) && v.Field == "" {
		return errors.New("share is of one field and another, and records are for one field")
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
		if number := f.Type == schemas.TypeInteger || f.Type == schemas.TypeDecimal; v.Take != takeRecords && number != (v.Field != "") {
			return fmt.Errorf("field %s of %s is of the wrong type for a statistic", name, t.Name)
		}
	}
	return nil
}

func (v *Value) fields() []string {
	if v.isShare() {
		return []string{v.Field, v.Of}
	}
	if v.Field != "" {
		return []string{v.Field}
	}
	return []string{v.From, v.To}
}

func (v *Value) delivered(t *table.Table) bool {
	return !slices.ContainsFunc(v.fields(), func(name string) bool { return !t.Column(name).Delivered() })
}

// has tells which rows have what the number is made of.
func (v *Value) has(t *table.Table) (all []table.Validity) {
	for _, name := range v.fields() {
		all = append(all, table.ValidityOf(t.Column(name).Array))
	}
	return all
}

// of returns the statistic of rows that have the number, or nil where there are none. Of an even number of values the
// median is the mean of the two in the middle.
func (v *Value) of(t *table.Table, rows []uint32, in Input) *float64 {
	var result float64
	scale := v.scale(t)
	if v.Take == takeRecords {
		if len(rows) == 0 {
			return nil
		}
		categories, met := in.views.categoriesOf(t.Column(v.Field)), map[int]bool{}
		for _, row := range rows {
			met[categories.of(int(row))] = true
		}
		result = float64(len(rows)) / float64(len(met))
		return &result
	}
	values := v.values(t, rows, in.Calendar)
	if len(values) == 0 {
		return nil
	}
	if v.Take == "median" {
		low, high := middle(values)
		result = (float64(low) + float64(high)) / 2 / scale
		return &result
	}
	var sum int64
	for _, n := range values {
		sum += n
	}
	below := int64(len(values))
	if v.isShare() {
		below = 0
		for _, n := range (&Value{Field: v.Of}).values(t, rows, in.Calendar) {
			below += n
		}
		if below == 0 {
			return nil
		}
	}
	result = float64(sum) / float64(below) / scale
	return &result
}

// middle returns the two values in the middle of some, which are one where their number is odd. Values that lie close
// together are counted, others sorted: they do not keep their order.
func middle(values []int64) (low, high int64) {
	least, most := slices.Min(values), slices.Max(values)
	if span := uint64(most - least); span > uint64(len(values)) {
		slices.Sort(values)
		return values[(len(values)-1)/2], values[len(values)/2]
	}
	counts := make([]int, most-least+1)
	for _, n := range values {
		counts[n-least]++
	}
	at := func(place int) int64 {
		value := 0
		for ; place >= counts[value]; value++ {
			place -= counts[value]
		}
		return least + int64(value)
	}
	return at((len(values) - 1) / 2), at(len(values) / 2)
}

// scale is how many of what values returns are one.
func (v *Value) scale(t *table.Table) float64 {
	if v.Field != "" && t.Schema.Field(v.Field).Type == schemas.TypeDecimal {
		return math.Pow10(table.DecimalPlaces)
	}
	return 1
}

// values returns the numbers of rows: of a decimal field in its smallest places.
func (v *Value) values(t *table.Table, rows []uint32, calendar *schemas.Calendar) []int64 {
	values := make([]int64, len(rows))
	if v.Field != "" {
		switch numbers := t.Column(v.Field).Array.(type) {
		case *array.Int64:
			for i, row := range rows {
				values[i] = numbers.Value(int(row))
			}
		case *array.Decimal128:
			for i, row := range rows {
				values[i] = int64(numbers.Value(int(row)).LowBits())
			}
		}
		return values
	}
	first, last := t.Column(v.From).Days(), t.Column(v.To).Days()
	for i, row := range rows {
		values[i] = int64(last[row] - first[row])
		if v.In == "working days" {
			values[i] = int64(calendar.WorkingDays(first[row], last[row]))
		}
		if v.NeverNegative {
			values[i] = max(values[i], 0)
		}
	}
	return values
}
