package measure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"frontdoor/rules"
	"frontdoor/schemas/table"
)

// ErrNoFigure is the cause of every error about a figure that is not there: the measure, period, breakdown or category
// does not exist, or the figure is not available.
var ErrNoFigure = errors.New("no such figure")

// Opened is a figure with the rows that it counts, by number in their tables.
type Opened struct {
	Figure
	Table, DenominatorTable string
	Above, Below            []uint32 // Below is empty for a count
}

// Open computes one figure again and returns the rows behind it. Period is a label such as whole, 2019-04 or 2019-20
// Q1; without a breakdown the figure is the total.
func (c *Catalogue) Open(ctx context.Context, in Input, id, period, breakdown, category string) (*Opened, error) {
	m := c.Measure(id)
	switch {
	case m == nil:
		return nil, fmt.Errorf("find measure: %w; frontdoor measures list prints them", ErrNoFigure)
	case m.From != "":
		return nil, fmt.Errorf("open %s: it is counted from no table: %w", id, ErrNoFigure)
	}
	if reason := m.unavailable(in); reason != "" {
		return nil, fmt.Errorf("open %s: not available: %s: %w", id, reason, ErrNoFigure)
	}
	var err error
	if in, err = c.relate(ctx, in); err != nil {
		return nil, err
	}
	spans := periods(in.Period)
	k, err := m.ask(ctx, in, spans)
	if errors.Is(err, rules.ErrMissing) {
		return nil, fmt.Errorf("open %s: not available: %s: %w", id, reasonOf(err), ErrNoFigure)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", id, err)
	}
	var labels []string
	for _, p := range spans {
		if !m.covers(p.Kind) {
			continue
		}
		labels = append(labels, p.Label)
		if strings.EqualFold(p.Label, period) {
			return k.open(in, p, breakdown, category)
		}
	}
	return nil, fmt.Errorf("open %s: it has no such period; it has %s: %w", id, strings.Join(labels, ", "), ErrNoFigure)
}

func (k *counted) open(in Input, p Period, breakdown, value string) (*Opened, error) {
	m := k.measure
	f := k.figure(in, p)
	if f.Unavailable != "" {
		return nil, fmt.Errorf("open %s: not available: %s: %w", m.ID, f.Unavailable, ErrNoFigure)
	}
	if m.Kind == Snapshot {
		k = k.at[p.To]
	}
	o := &Opened{Figure: f, Table: m.Table, Above: k.above.byDay(k.table, m.Date, p)}
	if m.IsRate() {
		o.DenominatorTable, o.Below = m.tableBelow(), k.beneath.byDay(k.below, m.dateBelow(), p)
	}
	if breakdown == "" {
		return o, nil
	}
	column := k.table.Column(breakdown)
	if !column.Delivered() {
		return nil, fmt.Errorf("open %s: it is not told apart by that field: %w", m.ID, ErrNoFigure)
	}
	of := func(rows []uint32) []uint32 {
		var kept []uint32
		for _, row := range rows {
			if category(column, int(row)) == value {
				kept = append(kept, row)
			}
		}
		return kept
	}
	o.Breakdown, o.Category, o.Value = breakdown, value, nil
	o.Above = of(o.Above)
	n := int64(len(o.Above))
	o.Numerator = &n
	if m.Statistic != nil {
		o.Value = m.Statistic.of(k.table, o.Above, in)
	}
	if m.IsRate() && k.below == k.table && !m.shares() {
		o.Below = of(o.Below)
		d := int64(len(o.Below))
		o.Denominator = &d
	}
	if m.IsRate() {
		o.share()
	}
	return o, nil
}

// byDay returns the chosen rows that belong to a period: those of a flow by their days.
func (c *chosen) byDay(t *table.Table, date string, p Period) []uint32 {
	rows := c.rowsIn(p)
	if date != "" {
		days := t.Column(date).Days()
		slices.SortStableFunc(rows, func(a, b uint32) int { return cmp.Compare(days[a], days[b]) })
	}
	return rows
}

// FieldsOf returns what a figure of a measure is computed from: the fields that it reads of each table, its own, that of
// its denominator, and those that fields about other records look into.
func (c *Catalogue) FieldsOf(m *Measure, breakdown string) map[string][]string {
	fields := map[string][]string{}
	read := func(table string, names ...string) {
		for _, name := range names {
			if table != "" && name != "" && !slices.Contains(fields[table], name) {
				fields[table] = append(fields[table], name)
			}
		}
	}
	read(m.Table, m.Date, m.Distinct, breakdown)
	if m.Statistic != nil {
		read(m.Table, m.Statistic.fields()...)
	}
	if m.program != nil {
		read(m.Table, m.program.numerator.Columns()...)
		if m.program.denominator != nil {
			read(m.tableBelow(), m.dateBelow())
			read(m.tableBelow(), m.program.denominator.Columns()...)
		}
	}
	for _, r := range slices.Backward(c.Related) { // a field reads those before it
		if !slices.Contains(fields[r.Table], r.Field) {
			continue
		}
		read(r.Table, r.Key, r.Date)
		read(r.Records, r.RecordsKey, r.RecordsDate, r.Of)
		if r.where != nil {
			read(r.Records, r.where.Columns()...)
		}
	}
	return fields
}
