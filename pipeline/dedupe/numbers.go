package dedupe

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// cells are a column as numbers that are equal where the texts are compared as equal: those of a dictionary's codes,
// or those of the rows where codes is nil. The zero value holds nothing.
type cells struct {
	of    []int32
	codes []uint32       // by row
	valid table.Validity // of the rows: which have a code
}

// at returns the number of a row, none where its cell says nothing.
func (c *cells) at(row int32) int32 {
	if c.codes == nil {
		if c.of == nil {
			return none
		}
		return c.of[row]
	}
	if !c.valid.Of(int(row)) {
		return none
	}
	return c.of[c.codes[row]]
}

// rows returns the numbers by row.
func (c cells) rows(count int) []int32 {
	if c.codes == nil && len(c.of) == count {
		return c.of
	}
	numbers := make([]int32, count)
	readCells(&c, numbers, 0)
	return numbers
}

// readCells reads the numbers of rows from one on; as a code, none is noCode.
func readCells[N int32 | uint32](c *cells, into []N, from int) {
	switch {
	case len(c.of) == 0:
		absent := int32(none)
		for i := range into {
			into[i] = N(absent)
		}
	case c.codes == nil:
		for i, number := range c.of[from : from+len(into)] {
			into[i] = N(number)
		}
	case c.valid.All():
		for i, code := range c.codes[from : from+len(into)] {
			into[i] = N(c.of[code])
		}
	default:
		for at := 0; at < len(into); at += 64 {
			valid, own := c.valid.Word(from+at), into[at:min(at+64, len(into))]
			for i, code := range c.codes[from+at:][:len(own)] {
				blank := uint32(valid>>i&1) - 1 // all bits of a cell that says nothing; which do cannot be foretold, so no branch
				own[i] = N(c.of[code&^blank] | int32(blank))
			}
		}
	}
}

// through returns the cells with every number replaced by what stands at its place in to; none stays none.
func (c cells) through(to []int32) cells {
	if c.of == nil {
		return c
	}
	of := make([]int32, len(c.of))
	for i, number := range c.of {
		of[i] = none
		if number >= 0 {
			of[i] = to[number]
		}
	}
	c.of = of
	return c
}

// keys numbers the whole texts of columns of one key, blank ones excepted. Columns of one key share a dictionary that
// has only grown from one to the next: then the longest is the numbering and no text is looked up.
func keys(columns ...*table.Column) (texts *array.String, numbers []cells) {
	numbers = make([]cells, len(columns))
	if texts = longestShared(columns); texts == nil {
		n := newNumbering(whole)
		for i, c := range columns {
			numbers[i] = n.column(c)
		}
		return n.Array(), numbers
	}
	own := make([]int32, texts.Len())
	for i := range own {
		own[i] = int32(i)
	}
	for i, c := range columns {
		if c.Delivered() {
			codes, values := c.Codes()
			numbers[i] = cells{of: own[:values.Len()], codes: codes, valid: table.ValidityOf(c.Array)}
		}
	}
	return texts, numbers
}

// longestShared returns the dictionary with which those of all columns begin, nil when there is none without a blank.
func longestShared(columns []*table.Column) *array.String {
	longest := table.Texts(nil)
	for _, c := range columns {
		if !c.Delivered() {
			continue
		}
		_, values := c.Codes()
		if values == nil {
			return nil
		}
		if values.Len() > longest.Len() {
			longest = values
		}
	}
	for _, c := range columns {
		if c.Delivered() {
			if _, values := c.Codes(); table.SharedStart(values, longest) < values.Len() {
				return nil
			}
		}
	}
	offsets := longest.ValueOffsets()
	for i := range longest.Len() {
		if offsets[i] == offsets[i+1] {
			return nil
		}
	}
	return longest
}

// mapCodes numbers the values of a column by their place in a code set. A value that no code is known for gets
// a number behind the set, equal only for equal text, or notMapped when unmapped is nil.
func mapCodes(column *table.Column, set *schemas.CodeSet, unmapped *table.Dictionary) cells {
	texts := newNumbering(fold)
	result := texts.column(column)
	of := make([]int32, texts.Len())
	for code := range of {
		text := texts.Value(uint32(code))
		switch place := set.Place(string(text)); {
		case place >= 0:
			of[code] = int32(place)
		case unmapped == nil:
			of[code] = notMapped
		default:
			of[code] = int32(len(set.Codes)) + int32(unmapped.Code(text))
		}
	}
	return result.through(of)
}

// daysOr returns the days of a column, with missing for rows that have none.
func daysOr(column *table.Column, rows int, missing schemas.Day) []schemas.Day {
	if column.Delivered() && column.Array.NullN() == 0 {
		return column.Days()
	}
	result := slices.Repeat([]schemas.Day{missing}, rows)
	if column.Delivered() {
		for row, day := range column.Days() {
			if column.Array.IsValid(row) {
				result[row] = day
			}
		}
	}
	return result
}
