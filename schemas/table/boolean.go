package table

import "github.com/apache/arrow-go/v18/arrow/array"

// True tells whether a row of a boolean column is true; a missing value is not.
func (c *Column) True(row int) bool {
	values, ok := c.Array.(*array.Boolean)
	return ok && values.IsValid(row) && values.Value(row)
}
