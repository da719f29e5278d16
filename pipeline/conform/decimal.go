package conform

import "frontdoor/schemas/table"

// decimalColumn reads numbers with up to four places after a point.
type decimalColumn struct {
	base
	values []int64 // ten-thousandths
}

func (c *decimalColumn) add(text *table.Text, place int) {
	c.values = extended(c.values, text.Records(), c.ahead)
	c.eachCell(text, place, c)
}

func (c *decimalColumn) take(cells *run) { cells.each(c.set) }

func (c *decimalColumn) set(row int, value []byte) {
	text := string(value)
	n, err := table.ParseDecimal(text)
	switch {
	case err != nil:
		c.reject(row, value, 0)
		return
	case table.DecimalText(n) != text:
		c.keep(row, value, rewritten, 0)
	}
	c.values[row] = n
}

func (c *decimalColumn) without(rows int) {
	c.values = extended(c.values, rows, c.ahead)
	c.withoutColumn(rows)
}

func (c *decimalColumn) remove(r removal) {
	c.values = take(r, c.values)
	c.base.remove(r)
}

func (c *decimalColumn) build() *table.Column {
	out := c.column()
	c.values = fitted(c.values)
	out.Array = table.DecimalArray(c.values, c.bitmap(), c.nulls)
	return out
}
