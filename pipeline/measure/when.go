package measure

import (
	"slices"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// stretches is time cut at the ends of all periods: a period is some stretches, one behind the other. The first stretch
// lies before all periods, the last behind them.
type stretches struct {
	cuts []schemas.Day // the first day of each stretch but the first
	days []uint16      // by day from the first cut to the last: the stretch that it lies in
}

func stretchesOf(spans []Period) *stretches {
	s := &stretches{}
	for _, p := range spans {
		s.cuts = append(s.cuts, p.From, p.To+1)
	}
	slices.Sort(s.cuts)
	s.cuts = slices.Compact(s.cuts)
	for i, cut := range s.cuts[1:] {
		s.days = append(s.days, slices.Repeat([]uint16{uint16(i + 1)}, int(cut-s.cuts[i]))...)
	}
	return s
}

// of returns the stretch that a day lies in.
func (s *stretches) of(day schemas.Day) uint16 {
	switch since := int(day - s.cuts[0]); {
	case since < 0:
		return 0
	case since < len(s.days):
		return s.days[since]
	}
	return uint16(len(s.cuts))
}

// when says in which stretch of time each row of a table lies. Without a date all lie in the only one.
type when struct {
	*stretches
	dated  bool
	of     []uint16 // by row; nil without a date, and undefined for rows that do not have it
	has    table.Validity
	counts int // how many stretches there are
}

// whenOf places the rows of a table by a date; by none where it is nil.
func whenOf(s *stretches, date *table.Column) *when {
	if date == nil {
		return &when{stretches: s, counts: 1}
	}
	days := date.Days()
	w := &when{stretches: s, dated: true, of: make([]uint16, len(days)), has: table.ValidityOf(date.Array), counts: len(s.cuts) + 1}
	for row, day := range days {
		w.of[row] = s.of(day)
	}
	return w
}

// at is the stretch of a row.
func (w *when) at(row int) int {
	if w.of == nil {
		return 0
	}
	return int(w.of[row])
}

// span returns the stretches of a period, the last not included: the only one where there is no date.
func (w *when) span(p Period) (from, end int) {
	if !w.dated {
		return 0, 1
	}
	from, _ = slices.BinarySearch(w.cuts, p.From)
	end, _ = slices.BinarySearch(w.cuts, p.To+1)
	return from + 1, end + 1
}
