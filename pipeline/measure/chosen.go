package measure

import (
	"slices"

	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// chosen is the rows of a table for which a condition holds. Those of a flow stand in the order of their days, so that
// a period is a stretch of them; a row without a date belongs to none and is left out.
type chosen struct {
	rows  []uint32
	dated bool
	base  schemas.Day
	first []int32 // of a flow: where the rows of each day from base begin; one more than days
}

// choose orders rows by a date, or leaves them as they are where there is none.
func choose(set *rules.Bits, t *table.Table, date string) chosen {
	rows := set.Rows()
	if date == "" {
		return chosen{rows: rows}
	}
	column := t.Column(date)
	days := column.Days()
	rows = slices.DeleteFunc(rows, func(row uint32) bool { return column.Array.IsNull(int(row)) })
	c := chosen{dated: true, rows: make([]uint32, len(rows))}
	if len(rows) == 0 {
		return c
	}
	last := days[rows[0]]
	c.base = last
	for _, row := range rows {
		c.base, last = min(c.base, days[row]), max(last, days[row])
	}
	c.first = make([]int32, last-c.base+2)
	for _, row := range rows {
		c.first[days[row]-c.base+1]++
	}
	for day := 1; day < len(c.first); day++ {
		c.first[day] += c.first[day-1]
	}
	next := slices.Clone(c.first)
	for _, row := range rows {
		at := days[row] - c.base
		c.rows[next[at]] = row
		next[at]++
	}
	return c
}

// only leaves out the rows that do not pass.
func (c chosen) only(pass func(row uint32) bool) chosen {
	kept := chosen{dated: c.dated, base: c.base}
	if !c.dated {
		kept.rows = slices.DeleteFunc(slices.Clone(c.rows), func(row uint32) bool { return !pass(row) })
		return kept
	}
	for day := range max(len(c.first)-1, 0) {
		kept.first = append(kept.first, int32(len(kept.rows)))
		for _, row := range c.rows[c.first[day]:c.first[day+1]] {
			if pass(row) {
				kept.rows = append(kept.rows, row)
			}
		}
	}
	kept.first = append(kept.first, int32(len(kept.rows)))
	return kept
}

// in returns the rows that belong to a period. They are shared and must not be changed.
func (c chosen) in(p Period) []uint32 {
	if !c.dated {
		return c.rows
	}
	days := len(c.first) - 1
	from, end := int(p.From-c.base), int(p.To-c.base)+1
	if days <= 0 || from >= days || end <= 0 || from >= end {
		return nil
	}
	return c.rows[c.first[max(from, 0)]:c.first[min(end, days)]]
}
