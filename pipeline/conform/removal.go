package conform

import (
	"sort"

	"frontdoor/schemas/table"
)

// removal is rows that are taken out of a table.
type removal struct {
	spans []table.Span // ascending, apart from each other
	taken []int        // rows of the spans before each
}

// add takes out the rows of a span, which must not begin before the last one ends.
func (r *removal) add(s table.Span) {
	if s.From == s.To {
		return
	}
	if last := len(r.spans) - 1; last >= 0 && r.spans[last].To == s.From {
		r.spans[last].To = s.To
		return
	}
	r.taken = append(r.taken, r.count())
	r.spans = append(r.spans, s)
}

// count counts the rows.
func (r removal) count() int {
	last := len(r.spans) - 1
	if last < 0 {
		return 0
	}
	return r.taken[last] + r.spans[last].To - r.spans[last].From
}

// takes tells whether a row is taken out.
func (r removal) takes(row int) bool {
	i := sort.Search(len(r.spans), func(i int) bool { return r.spans[i].To > row })
	return i < len(r.spans) && r.spans[i].From <= row
}

// after returns the place of a row once the others are taken out; of one that is itself taken out, the place
// of the next that stays.
func (r removal) after(row int) int {
	i := sort.Search(len(r.spans), func(i int) bool { return r.spans[i].To > row })
	if i == len(r.spans) {
		return row - r.count()
	}
	return min(row, r.spans[i].From) - r.taken[i]
}

// each calls do for every stretch of rows that stays, of so many rows in all.
func (r removal) each(rows int, do func(from, to int)) {
	from := 0
	for _, s := range r.spans {
		if from < s.From {
			do(from, s.From)
		}
		from = s.To
	}
	if from < rows {
		do(from, rows)
	}
}

// take returns values without those of the rows that are taken out, in the same memory.
func take[T any](r removal, values []T) []T {
	to := 0
	r.each(len(values), func(from, end int) { to += copy(values[to:], values[from:end]) })
	return values[:to]
}
