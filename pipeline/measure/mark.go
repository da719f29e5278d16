package measure

import (
	"fmt"
	"maps"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// What is published is counts of sets of records. The sets over one table make a family: equal sets are one, so that
// what is hidden of one measure is hidden of every other that counts the same. A family is protected as a whole
// (family.go), in every way in which its counts are told apart (dimension.go).

// set is the records that a measure counts above or below its line.
type set struct {
	chosen  *chosen
	means   string // the condition, of the first measure that counts it
	exempt  bool   // its whole is a step of the waterfall
	periods map[string]*cell
	fields  map[string]map[string]*cell
}

// cell is a published count of a set.
type cell struct {
	value    int64
	atoms    []bool // of its dimension, which it adds up
	hidden   bool
	withheld bool // with its whole column, noughts included
	fixed    bool // decided elsewhere: it is neither hidden nor shown here
}

func (c *cell) open() bool { return !c.hidden && !c.withheld }

// whole is the cell of the reporting period.
func (s *set) whole() *cell { return s.periods[string(Whole)] }

// sides is the sets above and below the line of a measure; nil where there is none.
type sides struct{ above, below *set }

// part is a category of a measure that tells the parts of a whole. Each is a set of its own, because other measures
// may count it too: what became of contacts, and the contacts that ended with advice.
type part struct {
	measure         *Measure
	field, category string
}

// marker decides about all figures of a run.
type marker struct {
	policy   *Policy
	whole    Period
	views    *views
	families map[place]*family
	order    []*family
	sides    map[*Measure]map[schemas.Day]sides // of flows by day 0
	parts    map[part]*set
	balances map[string]*balanced
}

// balanced is a stock with what begins and ends it.
type balanced struct {
	sets []*set
	days []schemas.Day // at which the stock is told
}

// mark gives every figure its mark.
func mark(figures []Figure, asked []*counted, in Input) error {
	m := &marker{policy: in.Policy, views: in.views, whole: periods(in.Period)[0], families: map[place]*family{}, sides: map[*Measure]map[schemas.Day]sides{}, parts: map[part]*set{}, balances: map[string]*balanced{}}
	for _, k := range asked {
		m.enter(k)
	}
	for _, k := range asked {
		m.enterParts(k)
	}
	for i := range figures {
		m.publish(&figures[i])
	}
	var group errgroup.Group // no set stands in two families
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, f := range m.order {
		if len(f.sets) > mostSets {
			return fmt.Errorf("protect small numbers: %d sets of records over one table are more than %d", len(f.sets), mostSets)
		}
		group.Go(func() error {
			f.protect(m.policy, m.whole)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(m.balances)) {
		m.balances[name].protect(m.policy, m.whole)
	}
	for i := range figures {
		figures[i].Mark |= m.markOf(&figures[i])
	}
	return nil
}

// enter adds the sets of a measure to their families. Different values are no records: they are judged by size alone.
func (m *marker) enter(k *counted) {
	if k.measure.Kind == Process {
		return
	}
	m.sides[k.measure] = map[schemas.Day]sides{}
	add := func(day schemas.Day, k *counted) {
		var s sides
		if k.measure.Distinct == "" {
			s.above = m.set(place{k.measure.Table, k.measure.Date, day}, k.table, k.measure.Numerator, k.above, k.measure.Waterfall)
		}
		if k.measure.IsRate() {
			s.below = m.set(place{k.measure.tableBelow(), k.measure.dateBelow(), day}, k.below, k.measure.Denominator, k.beneath, false)
			if s.above != nil && k.below == k.table {
				f := m.families[place{k.measure.Table, k.measure.Date, day}]
				f.frames = append(f.frames, frame{s.above, s.below})
			}
		}
		m.sides[k.measure][day] = s
	}
	if k.measure.Kind == Flow {
		add(0, k)
	}
	for day, at := range k.at {
		add(day, at)
	}
	if name := k.measure.Balance; name != "" {
		b := m.balances[name]
		if b == nil {
			b = &balanced{}
			m.balances[name] = b
		}
		for day, s := range m.sides[k.measure] {
			b.sets = append(b.sets, s.above)
			if k.measure.Kind == Snapshot {
				b.days = append(b.days, day)
			}
		}
	}
}

// enterParts adds the parts of a whole as sets, where its family has room for all of them. Where it has not, as when a
// field of few codes is delivered as free text, they are published nowhere.
func (m *marker) enterParts(k *counted) {
	if !k.measure.shares() || k.measure.Kind == Process {
		return
	}
	at := place{k.measure.Table, k.measure.Date, m.dayOf(k.measure)}
	for _, field := range k.measure.Breakdowns {
		column := k.table.Column(field)
		if !column.Delivered() {
			continue
		}
		categories := m.views.categoriesOf(column)
		counts := m.views.cross(k.above, column).in(m.whole)
		values := 0
		for _, n := range counts {
			if n > 0 {
				values++
			}
		}
		if len(m.families[at].sets)+values > mostSets {
			continue
		}
		for number, rows := range k.above.apart(categories) {
			if value := categories.names[number]; counts[number] > 0 {
				m.parts[part{k.measure, field, value}] = m.set(at, k.table, field+"="+value, rows, false)
			}
		}
	}
}

// mostSets is how many sets a family may have: one bit of a signature for each.
const mostSets = 64

// place is what the sets of a family have in common: the table, the date of flows, the day of snapshots.
type place struct {
	table, date string
	day         schemas.Day
}

// set returns the set with these records, a new one if no measure counts them yet. A step of the waterfall is no other
// measure's set, though it may happen to hold the same records, unless it means the same.
func (m *marker) set(at place, t *table.Table, means string, rows *chosen, exempt bool) *set {
	f := m.families[at]
	if f == nil {
		f = &family{table: t, when: rows.when, views: m.views}
		m.families[at], m.order = f, append(m.order, f)
	}
	for _, s := range f.sets {
		if slices.Equal(s.chosen.words, rows.words) && (s.means == means || s.exempt == exempt) {
			return s
		}
	}
	s := &set{chosen: rows, means: means, exempt: exempt, periods: map[string]*cell{}, fields: map[string]map[string]*cell{}}
	s.periods[string(Whole)] = &cell{value: rows.in(m.whole)}
	f.sets = append(f.sets, s)
	return s
}

// dayOf is the day of a measure's whole: that of a snapshot.
func (m *marker) dayOf(of *Measure) schemas.Day {
	if of.Kind == Snapshot {
		return m.whole.To
	}
	return 0
}

// sidesOf returns the sets of a figure.
func (m *marker) sidesOf(f *Figure) sides {
	day := schemas.Day(0)
	if f.Measure.Kind == Snapshot {
		day = f.Period.To
	}
	return m.sides[f.Measure][day]
}

// publish enters the cells of a figure.
func (m *marker) publish(f *Figure) {
	if f.Numerator == nil || f.Unavailable != "" || f.hiddenFromPublic() {
		return
	}
	s := m.sidesOf(f)
	enter := func(of *set, value int64) {
		switch {
		case of == nil || f.Breakdown != "" && f.Measure.shares():
		case f.Breakdown != "":
			if of.fields[f.Breakdown] == nil {
				of.fields[f.Breakdown] = map[string]*cell{}
			}
			of.fields[f.Breakdown][f.Category] = &cell{value: value}
		case f.Period.Kind != Whole && of.chosen.when.dated:
			of.periods[f.Period.Label] = &cell{value: value}
			m.familyOf(f).period(f.Period)
		}
	}
	enter(s.above, *f.Numerator)
	if f.Denominator != nil {
		enter(s.below, *f.Denominator)
		if s.below != nil && s.below.chosen.when.dated && f.Measure.DenominatorTable != "" && f.Period.Kind != Whole {
			m.families[place{f.Measure.tableBelow(), f.Measure.dateBelow(), 0}].period(f.Period)
		}
	}
}

func (m *marker) familyOf(f *Figure) *family {
	return m.families[place{f.Measure.Table, f.Measure.Date, 0}]
}

// hiddenFromPublic tells whether a figure stands on no public page: a breakdown that is internal; a breakdown of any
// period but the whole, where months, quarters, years and categories together would leave hardly a count to show; and
// different values in anything but the whole, which do not add up and so cannot be protected by sums.
func (f *Figure) hiddenFromPublic() bool {
	if f.Breakdown != "" {
		return f.Period.Kind != Whole || slices.Contains(f.Measure.Internal, f.Breakdown)
	}
	return f.Measure.Distinct != "" && f.Period.Kind != Whole && f.Measure.Kind == Flow
}

// markOf says what of a figure may be published.
func (m *marker) markOf(f *Figure) Mark {
	switch {
	case f.Numerator == nil || f.Unavailable != "":
		return 0
	case f.Measure.Kind == Process || f.Mark == ProcessCount:
		return ProcessCount
	case f.hiddenFromPublic():
		return InternalOnly
	}
	s := m.sidesOf(f)
	var mark Mark
	if f.Breakdown != "" && f.Measure.shares() {
		own := m.parts[part{f.Measure, f.Breakdown, f.Category}]
		if own == nil {
			return InternalOnly
		}
		if !own.whole().open() {
			mark |= NumeratorHidden
		}
		if !s.below.whole().open() {
			mark |= DenominatorHidden
		}
		return mark
	}
	if s.above == nil && m.policy.small(*f.Numerator) || s.above != nil && !s.above.cell(f).open() {
		mark |= NumeratorHidden
	}
	if s.below != nil {
		if c := s.below.cell(f); c != nil && !c.open() {
			mark |= DenominatorHidden
		}
	}
	if mark == 0 && f.Measure.Waterfall && f.Breakdown == "" && f.Period.Kind == Whole {
		return ProcessCount
	}
	return mark
}

// cell returns the cell that a figure shows of the set.
func (s *set) cell(f *Figure) *cell {
	if f.Breakdown != "" {
		return s.fields[f.Breakdown][f.Category]
	}
	if !s.chosen.when.dated {
		return s.whole()
	}
	return s.periods[f.Period.Label]
}

// protect withholds the parts by period of a stock's starts and ends where anything of the three is hidden: what
// begins and ends in a period is the difference between two stocks. Where that difference is nearly all that begins or
// ends between any two stocks, the wholes would tell the parts: they are withheld as well, with what adds up to them.
func (b *balanced) protect(policy *Policy, whole Period) {
	hidden := slices.ContainsFunc(b.sets, func(s *set) bool {
		for _, c := range s.periods {
			if !c.open() {
				return true
			}
		}
		return false
	})
	if !hidden {
		return
	}
	wholes := b.unseen(whole) < policy.Candidates-1
	for _, s := range b.sets {
		for label, c := range s.periods {
			if label != string(Whole) || wholes && s.chosen.when.dated {
				c.withheld = true
			}
		}
		if !wholes || !s.chosen.when.dated {
			continue
		}
		for _, cells := range s.fields {
			for _, c := range cells {
				c.withheld = true
			}
		}
	}
}

// unseen is how many more begin and end than the stocks tell: between two of them, the fewer of those that begin and
// of those that end. By so many could the parts by period differ without a change in the wholes and the stocks.
func (b *balanced) unseen(whole Period) int64 {
	days := slices.Clone(b.days)
	slices.Sort(days)
	all, from := int64(0), whole.From
	for _, day := range slices.Compact(days) {
		fewer := unlimited
		for _, s := range b.sets {
			if s.chosen.when.dated {
				fewer = min(fewer, s.chosen.in(Period{From: from, To: day}))
			}
		}
		all, from = all+fewer, day+1
	}
	return all
}
