package rules

import (
	"cmp"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas/table"
)

// neighbours are, for each row, the records before and after it in its group.
type neighbours struct{ previous, next []int32 }

// order returns the neighbours in the order that the schema declares. A record with a blank in its group or order
// has none and is none. One whose place cannot be told makes its group unsure; one whose group cannot be told
// makes only its own neighbours unsure, since it may belong anywhere.
func (b *binder) order(t tableRef) *neighbours {
	type key struct{ table tableRef }
	return once(b, key{t}, func() *neighbours {
		declared := t.schema.Order
		n := b.delivery.table(t).Rows
		groups := make([]int32, n)
		numbers := newNumbering()
		for k, c := range b.columns(t, declared.Within) {
			numbers.part(c, groups, k == 0, true)
			numbers.next()
		}
		by := b.columns(t, declared.By)
		var rows []uint32
		unsure := map[int32]bool{}
		made := &neighbours{make([]int32, n), make([]int32, n)}
		for row := range n {
			state := table.Present
			for _, c := range by {
				if s := c.State(row); state == table.Present || s == table.Unreadable {
					state = s
				}
			}
			made.previous[row], made.next[row] = noRecord, noRecord
			switch {
			case groups[row] == unsureRecord:
				made.previous[row], made.next[row] = unsureRecord, unsureRecord
			case groups[row] < 0:
			case state == table.Unreadable:
				unsure[groups[row]] = true
			case state == table.Present:
				rows = append(rows, uint32(row))
			}
		}
		slices.SortFunc(rows, func(a, b uint32) int {
			if c := cmp.Compare(groups[a], groups[b]); c != 0 {
				return c
			}
			for _, c := range by {
				if o := compareCells(c, int(a), int(b)); o != 0 {
					return o
				}
			}
			return cmp.Compare(a, b)
		})
		for i := 1; i < len(rows); i++ {
			if before, after := rows[i-1], rows[i]; groups[before] == groups[after] {
				made.previous[after], made.next[before] = int32(before), int32(after)
			}
		}
		if len(unsure) > 0 {
			for row, group := range groups {
				if unsure[group] {
					made.previous[row], made.next[row] = unsureRecord, unsureRecord
				}
			}
		}
		return made
	})
}

// compareCells compares two cells of a column that both have a value.
func compareCells(c *table.Column, a, b int) int {
	if days := c.Days(); days != nil {
		return cmp.Compare(days[a], days[b])
	}
	if numbers, ok := c.Array.(*array.Int64); ok {
		return cmp.Compare(numbers.Value(a), numbers.Value(b))
	}
	return strings.Compare(c.Text(a), c.Text(b))
}
