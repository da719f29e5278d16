package conform

import (
	"time"

	"frontdoor/schemas"
)

// The years in which a date is believed to be one.
const firstYear, lastYear = 1800, 2199

// firstDays holds the first day of every month from January of firstYear, and of the month after the last.
var firstDays = func() (days [(lastYear-firstYear+1)*12 + 1]int32) {
	for i := range days {
		days[i] = schemas.DayOf(firstYear+i/12, time.Month(i%12+1), 1)
	}
	return days
}()

// dateOrder says what a date tells of the order of day and month.
type dateOrder uint8

const (
	fixed      dateOrder = iota // yyyy-mm-dd: nothing
	either                      // both parts could be the day
	dayFirst                    // the second part is a month, the first is none
	monthFirst                  // the first part is a month, the second is none: no value
)

// dateForm says how the date part of a cell is written. The forms with slashes follow each other by the day's
// padding and then the month's.
type dateForm uint8

const (
	formISO    dateForm = iota // 2006-01-02
	formDashes                 // 02-01-2006
	formSlashes
	dateForms = formSlashes + 9
)

// padding says how a number below 100 is written.
type padding uint8

const (
	twoDigits padding = iota // 10 or more
	zeroFirst                // 09
	oneDigit                 // 9
)

// layout returns a layout of package time that a date of this form was written in.
func (f dateForm) layout() string {
	switch f {
	case formISO:
		return "2006-01-02"
	case formDashes:
		return "02-01-2006"
	}
	day, month := f.paddings()
	return slashLayout(day == oneDigit, month == oneDigit)
}

// paddings returns how day and month of a form with slashes are written.
func (f dateForm) paddings() (day, month padding) {
	return padding((f - formSlashes) / 3), padding((f - formSlashes) % 3)
}

func slashLayout(shortDay, shortMonth bool) string {
	layout := "02/"
	if shortDay {
		layout = "2/"
	}
	if shortMonth {
		return layout + "1/2006"
	}
	return layout + "01/2006"
}

// date is the date part of a cell.
type date struct {
	day    int32 // since 1970
	form   dateForm
	order  dateOrder
	length int // bytes of the text that it takes
}

// parseDate reads the date at the beginning of text: yyyy-mm-dd, dd/mm/yyyy with or without leading zeros, or
// dd-mm-yyyy; real days of the years 1800 to 2199 only. A day that is one with the month first alone is read
// as such, with the order monthFirst, for its caller to refuse.
func parseDate(text []byte) (d date, ok bool) {
	if len(text) >= 10 && text[4] == '-' && text[7] == '-' {
		year, month, day := number(text[0:4]), number(text[5:7]), number(text[8:10])
		d.day, ok = dayOf(year, month, day)
		d.length = 10
		return d, ok
	}
	first, firstPad, next := shortNumber(text)
	if next == 0 || next >= len(text) || text[next] != '/' && text[next] != '-' {
		return d, false
	}
	separator := text[next]
	second, secondPad, width := shortNumber(text[next+1:])
	next += 1 + width
	if width == 0 || len(text) < next+5 || text[next] != separator {
		return d, false
	}
	year := number(text[next+1 : next+5])
	d.length = next + 5
	d.form = formSlashes + dateForm(firstPad*3+secondPad)
	if separator == '-' {
		if firstPad == oneDigit || secondPad == oneDigit {
			return d, false
		}
		d.form = formDashes
	}
	switch {
	case second > 12:
		d.order = monthFirst
		first, second = second, first
	case first > 12:
		d.order = dayFirst
	default:
		d.order = either
	}
	d.day, ok = dayOf(year, second, first)
	return d, ok
}

// dayOf returns the day of a date, and whether there is such a date.
func dayOf(year, month, day int) (int32, bool) {
	if year < firstYear || year > lastYear || month < 1 || month > 12 || day < 1 {
		return 0, false
	}
	i := (year-firstYear)*12 + month - 1
	d := firstDays[i] + int32(day) - 1
	return d, d < firstDays[i+1]
}

// number reads digits; it is negative when there is anything else.
func number(digits []byte) int {
	n := 0
	for _, c := range digits {
		if c < '0' || c > '9' {
			return -1 << 20
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// shortNumber reads one digit or two at the beginning of text; width is 0 when there is none.
func shortNumber(text []byte) (n int, pad padding, width int) {
	if len(text) == 0 || text[0] < '0' || text[0] > '9' {
		return 0, 0, 0
	}
	n = int(text[0] - '0')
	if len(text) == 1 || text[1] < '0' || text[1] > '9' {
		return n, oneDigit, 1
	}
	if n == 0 {
		pad = zeroFirst
	}
	return n*10 + int(text[1]-'0'), pad, 2
}
