package conform

import (
	"bytes"
	"math"

	"frontdoor/schemas/table"
)

// integerColumn reads whole numbers.
type integerColumn struct {
	base
	whole  bool // fractions are cut off
	values []int64
}

func (c *integerColumn) add(text *table.Text, place int) {
	c.values = extended(c.values, text.Records(), c.ahead)
	c.eachCell(text, place, c)
}

func (c *integerColumn) take(cells *run) { cells.each(c.set) }

func (c *integerColumn) set(row int, value []byte) {
	whole, cut := withoutDecimals(value)
	n, plain, ok := parseInteger(whole)
	if ok && cut {
		c.see(decimal, row, value)
		plain = false
	}
	if point := bytes.IndexByte(value, '.'); !ok && c.whole && point > 0 && len(bytes.Trim(value[point+1:], "0123456789")) == 0 {
		if n, _, ok = parseInteger(value[:point]); ok {
			c.see(partial, row, value)
			plain = false
		}
	}
	switch {
	case !ok:
		c.reject(row, value, 0)
		return
	case !plain:
		c.keep(row, value, rewritten, 0)
	}
	c.values[row] = n
}

func (c *integerColumn) without(rows int) {
	c.values = extended(c.values, rows, c.ahead)
	c.withoutColumn(rows)
}

func (c *integerColumn) remove(r removal) {
	c.values = take(r, c.values)
	c.base.remove(r)
}

func (c *integerColumn) build() *table.Column {
	out := c.column()
	c.values = fitted(c.values)
	out.Array = table.IntegerArray(c.values, c.bitmap(), c.nulls)
	return out
}

// parseInteger reads digits with or without a sign; plain tells that the number would be written the same way.
func parseInteger(text []byte) (n int64, plain, ok bool) {
	digits := text
	if text[0] == '-' || text[0] == '+' {
		digits = text[1:]
	}
	if len(digits) == 0 {
		return 0, false, false
	}
	negative := text[0] == '-'
	for _, d := range digits {
		if d < '0' || d > '9' {
			return 0, false, false
		}
		next := int64(d - '0')
		if n < (math.MinInt64+next)/10 {
			return 0, false, false
		}
		n = n*10 - next // below zero, where the range is larger by one
	}
	plain = text[0] != '+' && (digits[0] != '0' || len(digits) == 1 && !negative)
	if negative {
		return n, plain, true
	}
	return -n, plain, n != math.MinInt64
}
