package conform

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
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

	first, second, year int  // of a date that is not yyyy-mm-dd: its parts as they stand
	short               bool // the year has two digits
	swapped             bool // it is read with the month first
}

// monthFirst reads the date, which is none of yyyy-mm-dd, with the month first.
func (d date) monthFirst() (date, bool) {
	var ok bool
	d.day, ok = dayOf(d.year, d.first, d.second)
	d.order, d.swapped = fixed, true
	return d, ok
}

// pivotYear is the first two-digit year that belongs to the last century, as in Excel: 29 is 2029, 30 is 1930.
const pivotYear = 30

// parseDate reads the date at the beginning of text: yyyy-mm-dd, dd/mm/yyyy with or without leading zeros, or
// dd-mm-yyyy, the one with slashes also with two digits of the year; real days of the years 1800 to 2199 only. A day that is one with the month first alone is read
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
	if width == 0 || len(text) < next+3 || text[next] != separator {
		return d, false
	}
	var year int
	if separator == '/' && isShortYear(text[next+1:]) {
		if year = 1900 + number(text[next+1:next+3]); year < 1900+pivotYear {
			year += 100
		}
		d.length, d.short = next+3, true
	} else if len(text) >= next+5 {
		year = number(text[next+1 : next+5])
		d.length = next + 5
	}
	d.first, d.second, d.year = first, second, year
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

// parseISO reads yyyy-mm-dd, as parseDate does. The first eight bytes are one number, whose digits are turned into
// their values and whose dashes into zeros.
func parseISO(text [10]byte) (day int32, ok bool) {
	const written, tooMuch, high = 0x2d30302d30303030, 0x7f76767f76767676, 0x8080808080808080
	digits := binary.LittleEndian.Uint64(text[:]) ^ written
	ten, one := text[8]-'0', text[9]-'0'
	if (digits|(digits+tooMuch))&high != 0 || ten > 9 || one > 9 {
		return 0, false
	}
	digit := func(place int) int { return int(digits >> (8 * place) & 0xff) }
	return dayOf(digit(0)*1000+digit(1)*100+digit(2)*10+digit(3), digit(5)*10+digit(6), int(ten)*10+int(one))
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

// isShortYear tells whether a text begins with two digits and no third.
func isShortYear(text []byte) bool {
	return len(text) >= 2 && number(text[:2]) >= 0 && (len(text) == 2 || text[2] < '0' || text[2] > '9')
}

// Serial numbers that are read as days: from 1927 on, so that no small count is taken for one, and up to 2118.
const firstSerial, lastSerial = 10000, 79999

// The days from 1970 of the serial number 0 of the two ways in which spreadsheets count.
var epoch1900, epoch1904 = schemas.DayOf(1899, time.December, 30), schemas.DayOf(1904, time.January, 1)

// parseSerial reads five digits, with or without a fraction, as the number of days that spreadsheets keep a date
// as, with the seconds since midnight.
func parseSerial(text []byte, days1904 bool) (day int32, seconds int, ok bool) {
	whole, fraction, _ := bytes.Cut(text, []byte{'.'})
	if len(whole) != 5 || len(fraction) > 15 {
		return 0, 0, false
	}
	n, part := number(whole), 0.0
	if n < firstSerial || n > lastSerial {
		return 0, 0, false
	}
	for i, scale := 0, 0.1; i < len(fraction); i, scale = i+1, scale/10 {
		if fraction[i] < '0' || fraction[i] > '9' {
			return 0, 0, false
		}
		part += float64(fraction[i]-'0') * scale
	}
	day = epoch1900 + int32(n)
	if days1904 {
		day = epoch1904 + int32(n)
	}
	return day, min(int(part*86400+0.5), 86399), true
}

var monthNames = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// parseNamedMonth reads a date whose month is a word, 28-Sep-2022, 28 September 2022 or 2022-Sep-28, and returns how
// many bytes it takes.
func parseNamedMonth(text []byte) (day int32, length int, ok bool) {
	isSeparator := func(b byte) bool { return b == '-' || b == ' ' || b == '/' }
	digits := 0
	for digits < len(text) && text[digits] >= '0' && text[digits] <= '9' {
		digits++
	}
	if digits == 0 || digits > 4 || digits+1 >= len(text) || !isSeparator(text[digits]) {
		return 0, 0, false
	}
	at := digits + 1
	letters := at
	for letters < len(text) && text[letters]|0x20 >= 'a' && text[letters]|0x20 <= 'z' {
		letters++
	}
	if letters-at < 3 || letters >= len(text) || !isSeparator(text[letters]) {
		return 0, 0, false
	}
	word := strings.ToLower(string(text[at:letters]))
	month := slices.Index(monthNames, word[:3]) + 1
	if month == 0 || len(word) > 3 && word != "sept" && word != strings.ToLower(time.Month(month).String()) {
		return 0, 0, false
	}
	from := letters + 1
	end := from
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	switch {
	case digits == 4 && end-from <= 2 && end > from:
		day, ok = dayOf(number(text[:digits]), month, number(text[from:end]))
	case digits <= 2 && end-from == 4:
		day, ok = dayOf(number(text[from:end]), month, number(text[:digits]))
	}
	return day, end, ok
}
