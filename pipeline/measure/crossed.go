package measure

// crossing is the counts of chosen rows by their categories in every stretch of time: the rows are gone through once.
type crossing struct {
	when   *when
	size   int
	counts []int64 // by stretch and category
}

func cross(rows *chosen, c *categories) *crossing {
	x := &crossing{when: rows.when, size: len(c.names), counts: make([]int64, rows.when.counts*len(c.names))}
	for some := range rows.rows() {
		for _, row := range some {
			x.counts[rows.when.at(int(row))*x.size+c.of(int(row))]++
		}
	}
	return x
}

// in returns the counts of a period by number of the category.
func (x *crossing) in(p Period) []int64 {
	sum := make([]int64, x.size)
	for from, end := x.when.span(p); from < end; from++ {
		for number := range sum {
			sum[number] += x.counts[from*x.size+number]
		}
	}
	return sum
}

// parts returns what tells the figures of a breakdown in a period. A measure whose numerator is its denominator shows
// each category's share of the whole; any other shows the rate, or the statistic, within the category.
func (k *counted) parts(in Input, field string) func(p Period) []Figure {
	m := k.measure
	column := k.table.Column(field)
	categories := in.views.categoriesOf(column)
	if m.Statistic != nil {
		return func(p Period) []Figure { return k.statisticParts(in, p, field, categories) }
	}
	above := in.views.cross(k.above, column)
	var beneath *crossing
	if m.IsRate() && !m.shares() && k.below == k.table {
		beneath = in.views.cross(k.beneath, column)
	}
	return func(p Period) []Figure {
		numerators := above.in(p)
		var denominators []int64
		var whole int64
		switch {
		case beneath != nil:
			denominators = beneath.in(p)
		case m.IsRate():
			whole = k.beneath.in(p)
		}
		var figures []Figure
		for number, category := range categories.names {
			n := numerators[number]
			if n == 0 && (denominators == nil || denominators[number] == 0) {
				continue
			}
			f := Figure{Measure: m, Period: p, Breakdown: field, Category: category, Numerator: &n}
			switch {
			case m.shares():
				f.Denominator = &whole
			case denominators != nil:
				d := denominators[number]
				f.Denominator = &d
			}
			f.share()
			figures = append(figures, f)
		}
		return figures
	}
}

// statisticParts computes the statistic of the rows of each category.
func (k *counted) statisticParts(in Input, p Period, field string, categories *categories) []Figure {
	rowsOf := make([][]uint32, len(categories.names))
	for _, row := range k.above.rowsIn(p) {
		n := categories.of(int(row))
		rowsOf[n] = append(rowsOf[n], row)
	}
	var figures []Figure
	for number, rows := range rowsOf {
		if len(rows) == 0 {
			continue
		}
		n := int64(len(rows))
		figures = append(figures, Figure{
			Measure: k.measure, Period: p, Breakdown: field, Category: categories.names[number], Numerator: &n,
			Value: k.measure.Statistic.of(k.table, rows, in),
		})
	}
	return figures
}

// differing counts, of chosen rows, the different values in every period at once. Stretch by stretch, a row whose value
// was met last before a period begins is the first of its value there.
type differing struct {
	when   *when
	counts [][]int64 // by stretch, then by the stretch in which the value was met before: one more, and 0 for none
}

func differ(rows *chosen, v *values) *differing {
	d := &differing{when: rows.when}
	next := make([]int, rows.when.counts+1)
	for i, n := range rows.counted {
		next[i+1] = next[i] + int(n)
	}
	sorted := make([]uint32, next[rows.when.counts]) // values by stretch
	for some := range rows.rows() {
		for _, row := range some {
			at := rows.when.at(int(row))
			sorted[next[at]] = uint32(v.of(int(row)))
			next[at]++
		}
	}
	met := make([]uint16, v.count) // one more than the stretch
	from := 0
	for i, n := range rows.counted {
		counts := make([]int64, i+2)
		for _, value := range sorted[from : from+int(n)] {
			counts[met[value]]++
			met[value] = uint16(i + 1)
		}
		d.counts, from = append(d.counts, counts), from+int(n)
	}
	return d
}

// in returns how many different values the rows of a period have.
func (d *differing) in(p Period) (n int64) {
	from, end := d.when.span(p)
	for _, counts := range d.counts[from:end] {
		for _, first := range counts[:from+1] {
			n += first
		}
	}
	return n
}
