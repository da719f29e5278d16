// Package table is the one shape of data in memory: the records of one table as Arrow columns, each with the
// file and the physical line it came from.
//
// What is missing keeps its reason. A column that was not delivered has no array; a blank cell is null; a cell
// whose text could not be read as its type is null as well and stands in the column's list of kept texts, so
// that blank, absent and unreadable stay three things.
package table

import (
	"slices"
	"sort"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
)

// Table is the records of one table. Columns stand in the order of Schema.Fields, one for each field; Extras
// are delivered columns that the schema does not know.
type Table struct {
	Schema  *schemas.Table
	Rows    int
	Columns []*Column
	Extras  []*Column
	// Parents holds, by the schema's name of a parent, the row of each record's parent or -1, where the delivery
	// itself says whose record it is, as the nesting of XML does. A parent that is not in it is found by its key.
	Parents map[string][]int32
	File    *array.Dictionary // the file as given, row by row; nil in tables that the pipeline makes without it
	Sheet   *array.Dictionary // the sheet of the workbook that the file is, null for a text; nil when there is none
	Line    *array.Uint32     // the physical line on which the record starts, counted from 1
	// Authority says whose record it is; nil when nobody says.
	Authority *array.Dictionary
}

// Column is one field of every record.
type Column struct {
	Field *schemas.Field
	// Array holds the values: Dictionary(uint32, string) for code, key and list (the whole cells), String for text and for keys that
	// nothing refers to, Date32 for date and datetime, Int64 for integer, Decimal128 for decimal, Boolean for boolean. It is nil when
	// the column was not delivered.
	Array arrow.Array
	// Time is the time of day (Time32, seconds) of a datetime, null where it is not known; else nil.
	Time *array.Time32
	// Kept holds, in row order, the cells whose delivered text cannot be told from the value.
	Kept []Kept
	// Layout is how the dates of this column were written, in the notation of package time; blank otherwise.
	Layout string
	// Clock is what stood behind a date whose time is known, as ClockText reads it; blank means a blank and
	// hh:mm, with seconds only where there are any.
	Clock string
	// Midnight is the text that stood behind a date whose time is not known, such as " 00:00:00"; often none.
	Midnight string
	// Absent holds the rows whose file did not have the column, where another file of the table had it.
	Absent []Span
	// Leads says which rows hold an identifier behind something that was not delivered: its authority's number.
	Leads []Lead
	// Elements says that the cells are XML elements: a null row had none, unless its text is kept.
	Elements bool
}

// Span is the rows from From up to, but not including, To.
type Span struct{ From, To int }

// Lead is the rows of a span whose values begin with a text that was not delivered.
type Lead struct {
	Span
	Text string
}

// Kept is a cell whose delivered text differs from what its value would be written as.
type Kept struct {
	Row        int
	Text       string
	Unreadable bool // the text could not be read as the field's type; the value is null
}

// State says what a cell holds.
type State uint8

// The states of a cell.
const (
	Present State = iota
	Blank
	Absent // the column or element was not delivered
	Unreadable
)

// Column returns the column called field, or nil when the table has no such field or there is no table.
func (t *Table) Column(field string) *Column {
	if t == nil {
		return nil
	}
	if i := t.Schema.FieldIndex(field); i >= 0 {
		return t.Columns[i]
	}
	return nil
}

// Delivered tells whether the column was in the delivery.
func (c *Column) Delivered() bool { return c != nil && c.Array != nil }

// kept returns the kept text of a row, or nil.
func (c *Column) kept(row int) *Kept {
	i := sort.Search(len(c.Kept), func(i int) bool { return c.Kept[i].Row >= row })
	if i < len(c.Kept) && c.Kept[i].Row == row {
		return &c.Kept[i]
	}
	return nil
}

// absent tells whether the file that a row came from did not have the column.
func (c *Column) absent(row int) bool {
	if c.Array == nil {
		return true
	}
	i := sort.Search(len(c.Absent), func(i int) bool { return c.Absent[i].To > row })
	return i < len(c.Absent) && c.Absent[i].From <= row
}

// State tells what the cell of a row holds.
func (c *Column) State(row int) State {
	switch {
	case c.absent(row):
		return Absent
	case c.Array.IsValid(row):
		return Present
	}
	switch k := c.kept(row); {
	case k != nil && k.Unreadable:
		return Unreadable
	case k == nil && c.Elements:
		return Absent
	}
	return Blank
}

// Holds tells whether a row holds, in one of the fields, one of the values; case does not matter.
func (t *Table) Holds(row int, values schemas.Values) bool {
	for field, some := range values {
		c := t.Column(field)
		if c.Delivered() && slices.ContainsFunc(some, func(value string) bool { return strings.EqualFold(value, c.Text(row)) }) {
			return true
		}
	}
	return false
}

// Codes returns the dictionary codes of a code or key column and the text of each code. Codes of null rows
// are undefined. It returns nil when the column is not a dictionary.
func (c *Column) Codes() ([]uint32, *array.String) {
	d, ok := c.Array.(*array.Dictionary)
	if !ok {
		return nil, nil
	}
	return d.Indices().(*array.Uint32).Values(), d.Dictionary().(*array.String)
}

// Days returns the days of a date or datetime column; days of null rows are undefined.
func (c *Column) Days() []schemas.Day {
	d, ok := c.Array.(*array.Date32)
	if !ok {
		return nil
	}
	values := d.Date32Values()
	return daysOf(values)
}

// Text returns the value of a row written as text: "" when there is none, a date as yyyy-mm-dd.
func (c *Column) Text(row int) string {
	if c.Array == nil || c.Array.IsNull(row) {
		return ""
	}
	switch a := c.Array.(type) {
	case *array.Dictionary:
		return a.Dictionary().(*array.String).Value(a.GetValueIndex(row))
	case *array.String:
		return a.Value(row)
	case *array.Date32:
		return dateText(schemas.Day(a.Value(row)), c.timeText(row), "2006-01-02")
	case *array.Decimal128:
		return DecimalText(int64(a.Value(row).LowBits()))
	default:
		return a.ValueStr(row)
	}
}

// Delivery returns the text that stood in the cell of a row, as it was delivered, and whether there was a cell
// at all.
func (c *Column) Delivery(row int) (text string, delivered bool) {
	if c.absent(row) {
		return "", false
	}
	if k := c.kept(row); k != nil {
		return k.Text, true
	}
	if a, ok := c.Array.(*array.Date32); ok && c.Layout != "" && a.IsValid(row) {
		return c.writtenDate(a, row), true
	}
	return c.withoutLead(row), !c.Elements || c.Array.IsValid(row)
}

// withoutLead returns the value of a row as text, without what stands in front of it that was not delivered.
func (c *Column) withoutLead(row int) string {
	text := c.Text(row)
	for _, lead := range c.Leads {
		if lead.From <= row && row < lead.To {
			return strings.TrimPrefix(text, lead.Text)
		}
	}
	return text
}

// writtenDate writes the date of a row the way the column's dates were written.
func (c *Column) writtenDate(days *array.Date32, row int) string {
	return string(c.appendClock(schemas.Date(schemas.Day(days.Value(row))).AppendFormat(nil, c.Layout), row))
}

// appendClock appends what stood behind the date of a row.
func (c *Column) appendClock(text []byte, row int) []byte {
	switch {
	case c.Time == nil || c.Time.IsNull(row):
		return append(text, c.Midnight...)
	case c.Clock == "":
		return append(append(text, ' '), TimeText(int(c.Time.Value(row)))...)
	}
	return appendClock(text, int(c.Time.Value(row)), c.Clock)
}

// timeText returns the time of day of a row as hh:mm or hh:mm:ss, or "" when it is not known.
func (c *Column) timeText(row int) string {
	if c.Time == nil || c.Time.IsNull(row) {
		return ""
	}
	return TimeText(int(c.Time.Value(row)))
}
