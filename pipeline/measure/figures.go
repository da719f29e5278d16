package measure

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// counted is a measure asked of the tables: the rows above and below the line. Of a snapshot, at the end of the
// reporting period, and in at at the ends of all others.
type counted struct {
	measure        *Measure
	table, below   *table.Table
	above, beneath *chosen
	at             map[schemas.Day]*counted
	different      *differing // of a measure of different values
}

// Evaluate computes every figure of the catalogue, in its order: of each measure the whole first, then its
// breakdowns, then the other periods. Each carries the mark that the policy gives it.
func (c *Catalogue) Evaluate(ctx context.Context, in Input) ([]Figure, error) {
	var err error
	if in, err = c.relate(ctx, in); err != nil {
		return nil, err
	}
	spans := periods(in.Period)
	answers := make([]answer, len(c.Measures))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, m := range c.Measures {
		group.Go(func() (err error) {
			if answers[i], err = m.answer(ctx, in, spans); err != nil {
				return fmt.Errorf("compute measure %s: %w", m.ID, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var figures []Figure
	var asked []*counted
	for _, a := range answers {
		figures = append(figures, a.figures...)
		if a.counted != nil {
			asked = append(asked, a.counted)
		}
	}
	return figures, mark(figures, asked, in)
}

// answer is the figures of a measure, and what was counted for them; nothing was where it is given or not available.
type answer struct {
	figures []Figure
	counted *counted
}

func (m *Measure) answer(ctx context.Context, in Input, spans []Period) (answer, error) {
	reason := m.unavailable(in)
	if reason == "" && m.From != "" {
		return answer{figures: m.given(in, spans[0])}, nil
	}
	var k *counted
	if reason == "" {
		var err error
		k, err = m.ask(ctx, in, spans)
		switch {
		case errors.Is(err, rules.ErrMissing):
			reason = reasonOf(err)
		case err != nil:
			return answer{}, err
		}
	}
	if reason != "" {
		return answer{figures: []Figure{{Measure: m, Period: spans[0], Unavailable: reason}}}, nil
	}
	own := k.figures(in, spans)
	if !anyAvailable(own) {
		own = own[:1]
	}
	return answer{own, k}, nil
}

func anyAvailable(figures []Figure) bool {
	return slices.ContainsFunc(figures, func(f Figure) bool { return f.Unavailable == "" })
}

// reasonOf words what a condition lacks.
func reasonOf(err error) string {
	text := err.Error()
	text = strings.TrimSuffix(text, ": "+rules.ErrMissing.Error())
	text = text[strings.LastIndex(text, "read condition: ")+1:]
	return strings.TrimPrefix(text, "ead condition: ") + " not delivered"
}

// unavailable says why the delivery cannot support a measure, or "".
func (m *Measure) unavailable(in Input) string {
	switch {
	case m.missing != "":
		return m.missing
	case m.Purpose != "" && !slices.Contains(in.Purposes, m.Purpose):
		return "it joins " + m.Purpose + " data to social care, and the configuration states no purpose for that"
	}
	for _, name := range []string{m.Table, m.DenominatorTable} {
		if strings.Contains(name, ".") && in.Tables[name] == nil {
			return name + " not delivered"
		}
	}
	if in.Unavailable != "" && (m.From != "" || !strings.Contains(m.Table, ".") || !strings.Contains(m.tableBelow(), ".")) {
		return in.Unavailable
	}
	for _, need := range m.Needs {
		if !in.Delivered[need] {
			return need + " not delivered"
		}
	}
	if len(m.NeedsAny) > 0 && !slices.ContainsFunc(m.NeedsAny, func(need string) bool { return in.Delivered[need] }) {
		return "none of " + strings.Join(m.NeedsAny, ", ") + " delivered"
	}
	return ""
}

// ask asks the conditions of a measure: once for a flow, at the end of every period for a snapshot.
func (m *Measure) ask(ctx context.Context, in Input, spans []Period) (*counted, error) {
	k, err := m.askAt(ctx, in, in.AsAt)
	if m.Kind != Snapshot || err != nil {
		return k, err
	}
	if k, err = m.askAt(ctx, in, spans[0].To); err != nil {
		return nil, err
	}
	k.at = map[schemas.Day]*counted{spans[0].To: k}
	for _, p := range spans {
		if _, done := k.at[p.To]; done || !m.covers(p.Kind) {
			continue
		}
		if k.at[p.To], err = m.askAt(ctx, in, p.To); err != nil {
			return nil, err
		}
	}
	return k, nil
}

func (m *Measure) askAt(ctx context.Context, in Input, asAt schemas.Day) (*counted, error) {
	k := &counted{measure: m, table: in.Tables[m.Table], below: in.Tables[m.tableBelow()]}
	if k.table == nil || k.below == nil {
		return nil, fmt.Errorf("read condition: %s: %w", m.Table, rules.ErrMissing)
	}
	for _, name := range []string{m.Distinct, m.Date} {
		if name != "" && !k.table.Column(name).Delivered() {
			return nil, fmt.Errorf("read condition: %s.%s: %w", m.Table, name, rules.ErrMissing)
		}
	}
	if date := m.dateBelow(); m.program.denominator != nil && date != "" && !k.below.Column(date).Delivered() {
		return nil, fmt.Errorf("read condition: %s.%s: %w", m.tableBelow(), date, rules.ErrMissing)
	}
	if m.Statistic != nil && !m.Statistic.delivered(k.table) {
		return nil, fmt.Errorf("read condition: %s of %s: %w", m.Statistic, m.Table, rules.ErrMissing)
	}
	var err error
	if k.above, err = in.choose(ctx, question{m.program.numerator, k.table, m.Date, asAt}); err != nil {
		return nil, err
	}
	if m.Statistic != nil {
		k.above = k.above.only(m.Statistic.has(k.table)...)
	}
	if m.Distinct != "" {
		values, _ := valuesOf(k.table.Column(m.Distinct))
		k.different = differ(k.above, values)
	}
	if m.program.denominator != nil {
		k.beneath, err = in.choose(ctx, question{m.program.denominator, k.below, m.dateBelow(), asAt})
	}
	return k, err
}

// figures returns the figures of every period, each followed by those of its breakdowns: the whole first.
func (k *counted) figures(in Input, spans []Period) []Figure {
	m := k.measure
	covered := slices.DeleteFunc(slices.Clone(spans), func(p Period) bool { return !m.covers(p.Kind) })
	parts := map[string]func(Period) []Figure{}
	var figures []Figure
	for _, p := range covered {
		whole := k.figure(in, p)
		figures = append(figures, whole)
		if whole.Unavailable != "" || m.PerHead {
			continue
		}
		at := k
		if m.Kind == Snapshot {
			at = k.at[p.To]
			clear(parts)
		}
		for _, field := range slices.Concat(m.Breakdowns, m.Internal) {
			if !k.table.Column(field).Delivered() {
				continue
			}
			if parts[field] == nil {
				parts[field] = at.parts(in, field)
			}
			figures = append(figures, parts[field](p)...)
		}
	}
	return figures
}

// figure computes the figure of a whole period.
func (k *counted) figure(in Input, p Period) Figure {
	m := k.measure
	f := Figure{Measure: m, Period: p}
	switch {
	case m.Kind != Process && p.From < in.Held.From && p.Kind != Whole && m.Kind == Flow:
		f.Unavailable = "what is held begins on " + table.DateText(in.Held.From)
		return f
	case m.Kind == Snapshot && p.To > in.AsAt:
		f.Unavailable = "the period ends after the extracts were made"
		return f
	}
	if m.Kind == Snapshot {
		k = k.at[p.To]
	}
	n := k.above.in(p)
	if m.Distinct != "" {
		n = k.different.in(p)
	}
	f.Numerator = &n
	switch {
	case m.Statistic != nil:
		f.Value = m.Statistic.of(k.table, k.above.rowsIn(p), in)
	case m.PerHead:
		year := schemas.Date(p.To).Year()
		if schemas.DayOf(year, 4, 1) > p.To {
			year--
		}
		// The mid-year before the financial year ends: mid-2018 for the year to 31 March 2019.
		people, known := in.Population(year)
		if !known {
			f.Numerator, f.Unavailable = nil, fmt.Sprintf("the population of mid-%d is not known for this authority", year)
			return f
		}
		f.Denominator = &people
		rate := 10000 * float64(n) / float64(people)
		f.Value = &rate
	case m.IsRate():
		d := k.beneath.in(p)
		f.Denominator = &d
		f.share()
	}
	return f
}

// share sets the value of a rate; there is none of nothing.
func (f *Figure) share() {
	if f.Denominator != nil && *f.Denominator > 0 {
		rate := float64(*f.Numerator) / float64(*f.Denominator)
		f.Value = &rate
	}
}

// shares tells whether the categories of a breakdown are parts of one whole.
func (m *Measure) shares() bool { return m.Denominator == m.Numerator && m.DenominatorTable == "" }

// given returns the figures that no table holds.
func (m *Measure) given(in Input, whole Period) []Figure {
	if m.From != "grid" {
		n := int64(in.Counts[m.From])
		return []Figure{{Measure: m, Period: whole, Numerator: &n, Mark: ProcessCount}}
	}
	var figures []Figure
	for _, p := range in.Grid {
		converted, unique := int64(p.Converted), int64(p.Unique)
		f := Figure{
			Measure: m, Period: whole, Breakdown: "settings", Category: GridCategory(p.SameIncidentDays, p.ReferralWindow),
			Numerator: &converted, Denominator: &unique, Mark: ProcessCount,
		}
		f.share()
		figures = append(figures, f)
	}
	return figures
}
