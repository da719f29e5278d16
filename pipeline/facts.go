package pipeline

import (
	"fmt"
	"strconv"

	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// facts is what a return says of itself in the fields that its schema names for that.
type facts struct {
	reference *schemas.Day // the last day that it is about
	lacks     table.State  // why it does not say: table.Blank or table.Unreadable; table.Absent when it has no such column
	year      int          // the calendar year in which its collection year ends; 0 when it does not say
	authority string
}

// factsOf reads the facts of a return from its tables: from the first record of each.
func factsOf(c *schemas.Collection, tables map[string]*table.Table) facts {
	f := facts{lacks: table.Absent}
	cell := func(place schemas.Place) (*table.Column, bool) {
		t := tables[place.Table]
		column := t.Column(place.Field)
		return column, column.Delivered() && t.Rows > 0
	}
	switch column, ok := cell(c.Facts.ReferenceDate); {
	case !ok && tables[c.Facts.ReferenceDate.Table].Column(c.Facts.ReferenceDate.Field).Delivered():
		f.lacks = table.Blank // the table has no record
	case !ok:
	case column.State(0) == table.Present:
		day := column.Days()[0]
		f.reference = &day
	case column.State(0) == table.Unreadable:
		f.lacks = table.Unreadable
	default:
		f.lacks = table.Blank
	}
	if column, ok := cell(c.Facts.Year); ok {
		f.year, _ = strconv.Atoi(column.Text(0))
	}
	if column, ok := cell(c.Facts.Authority); ok {
		f.authority = column.Text(0)
	}
	return f
}

// day returns the day whose collection year the return is of: by its own year, else by its reference date; nil
// when it says neither.
func (f facts) day() *schemas.Day {
	if f.year >= 2000 && f.year <= 2099 {
		day := schemas.DayOf(f.year, 3, 31)
		return &day
	}
	return f.reference
}

// give puts the facts into the delivery that the rules see.
func (f facts) give(d *rules.Delivery) *rules.Delivery {
	switch {
	case f.reference != nil:
		d.Refer(*f.reference)
		start := yearBefore(*f.reference) + 1
		d.PeriodStart = &start
	case f.lacks != table.Absent:
		d.Lack(f.lacks, "reference_date", "period_start", "period_end")
	}
	if f.year != 0 {
		d.CollectionYear = f.year
	}
	d.Authority = f.authority
	return d
}

// yearBefore returns the same day of the year before, or the 28th of a February without it.
func yearBefore(day schemas.Day) schemas.Day {
	d := schemas.Date(day)
	if d.Month() == 2 && d.Day() == 29 {
		return schemas.DayOf(d.Year()-1, 2, 28)
	}
	return schemas.DayOf(d.Year()-1, d.Month(), d.Day())
}

// note says when a return is judged by the rules of another year than its own, or returns "".
func (f facts) note(held rules.Year) string {
	day := f.day()
	if day == nil || rules.YearOf(*day) == held {
		return ""
	}
	return fmt.Sprintf("the return is of %s and is judged by the rules of %s; its own reference date and census year stand", rules.YearOf(*day), held)
}
