package measure

import (
	"maps"
	"slices"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// crossing counts chosen rows by the values of a field in every period at once. The periods' ends cut time into
// stretches; the rows are gone through once, and a period is the sum of its stretches.
type crossing struct {
	cuts   []schemas.Day // the first day of each stretch, and the day after the last
	counts [][]int64     // by stretch, then by number of the value
	names  []string
	same   bool // the rows have no date and are the same in every period
}

// cross counts the chosen rows. The periods that will be asked for must be among spans.
func cross(rows chosen, column *table.Column, spans []Period) *crossing {
	number, names := numbered(column)
	x := &crossing{same: !rows.dated}
	if x.same {
		x.cuts, x.counts = []schemas.Day{0, 1}, make([][]int64, 1)
		x.counts[0] = countBy(rows.rows, number)
		x.names = names()
		return x
	}
	for _, p := range spans {
		x.cuts = append(x.cuts, p.From, p.To+1)
	}
	slices.Sort(x.cuts)
	x.cuts = slices.Compact(x.cuts)
	x.counts = make([][]int64, len(x.cuts)-1)
	for i := range x.counts {
		x.counts[i] = countBy(rows.in(Period{From: x.cuts[i], To: x.cuts[i+1] - 1}), number)
	}
	x.names = names()
	return x
}

func countBy(rows []uint32, number func(row uint32) int) (counts []int64) {
	for _, row := range rows {
		n := number(row)
		for n >= len(counts) {
			counts = append(counts, 0)
		}
		counts[n]++
	}
	return counts
}

// in returns the counts of a period by value, without those that are nought.
func (x *crossing) in(p Period) map[string]int64 {
	from, end := 0, 1
	if !x.same {
		from, _ = slices.BinarySearch(x.cuts, p.From)
		end, _ = slices.BinarySearch(x.cuts, p.To+1)
	}
	byValue := map[string]int64{}
	for _, counts := range x.counts[from:end] {
		for number, n := range counts {
			if n > 0 {
				byValue[x.names[number]] += n
			}
		}
	}
	return byValue
}

// parts returns what tells the figures of a breakdown in a period. A measure whose numerator is its denominator shows
// each category's share of the whole; any other shows the rate, or the statistic, within the category.
func (k *counted) parts(in Input, field string, spans []Period) func(p Period) []Figure {
	m := k.measure
	if m.Statistic != nil {
		return func(p Period) []Figure { return k.statisticParts(in, p, field) }
	}
	above := cross(k.above, k.table.Column(field), spans)
	var beneath *crossing
	if m.IsRate() && !m.shares() && k.below == k.table {
		beneath = cross(k.beneath, k.table.Column(field), spans)
	}
	return func(p Period) []Figure {
		numerators := above.in(p)
		var denominators map[string]int64
		var whole int64
		switch {
		case beneath != nil:
			denominators = beneath.in(p)
		case m.IsRate():
			whole = int64(len(k.beneath.in(p)))
		}
		var figures []Figure
		for _, category := range categories(numerators, denominators) {
			n := numerators[category]
			f := Figure{Measure: m, Period: p, Breakdown: field, Category: category, Numerator: &n}
			switch {
			case m.shares():
				f.Denominator = &whole
			case denominators != nil:
				d := denominators[category]
				f.Denominator = &d
			}
			f.share()
			figures = append(figures, f)
		}
		return figures
	}
}

// statisticParts computes the statistic of the rows of each value of a field.
func (k *counted) statisticParts(in Input, p Period, field string) []Figure {
	number, names := numbered(k.table.Column(field))
	byValue := map[int][]uint32{}
	for _, row := range k.above.in(p) {
		n := number(row)
		byValue[n] = append(byValue[n], row)
	}
	rowsOf := map[string][]uint32{}
	for n, rows := range byValue {
		rowsOf[names()[n]] = rows
	}
	var figures []Figure
	for _, category := range slices.SortedFunc(maps.Keys(rowsOf), byNumberThenText) {
		n := int64(len(rowsOf[category]))
		figures = append(figures, Figure{
			Measure: k.measure, Period: p, Breakdown: field, Category: category, Numerator: &n,
			Value: k.measure.Statistic.of(k.table, rowsOf[category], in.Calendar),
		})
	}
	return figures
}
