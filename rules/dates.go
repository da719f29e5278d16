package rules

import (
	"math"

	"frontdoor/schemas"
)

const daySeconds = 24 * 60 * 60

// betweenNode counts from one date to another in working days, months or years, or between datetimes in minutes.
type betweenNode struct {
	unit     unit
	from, to numberNode
}

type unit uint8

const (
	workingDays unit = iota
	months
	years
	minutes
)

func (n betweenNode) numbers(w *worker, at *lanes, out numbers) {
	to := w.takeNumbers(at.n)
	n.from.numbers(w, at, out)
	n.to.numbers(w, at, to)
	for i, b := range to.values {
		out.known[i] &= to.known[i]
		if out.known[i] == 0 {
			continue
		}
		if n.unit == minutes {
			out.values[i] = (b - out.values[i]) / 60
			continue
		}
		first, last := day(out.values[i]), day(b)
		switch n.unit {
		case workingDays:
			out.values[i] = int64(w.in.calendar.WorkingDays(first, last))
		case months:
			out.values[i] = int64(monthsBetween(first, last))
		case years:
			out.values[i] = int64(monthsBetween(first, last) / 12)
		}
	}
	w.dropNumbers(to)
}

// roughly writes a number of years that lies on the same side of low and of high as the true one: most of them need no
// calendar, since a year has 365 or 366 days.
func (n betweenNode) roughly(w *worker, at *lanes, low, high int64, out numbers) {
	to := w.takeNumbers(at.n)
	n.from.numbers(w, at, out)
	n.to.numbers(w, at, to)
	for i, b := range to.values {
		if out.known[i] &= to.known[i]; out.known[i] == 0 {
			continue
		}
		first, last := day(out.values[i]), day(b)
		days := int64(last) - int64(first)
		least, most := days/366-1, days/365
		switch {
		case days >= 0 && (least > high || least >= low && most <= high):
			out.values[i] = least
		case days >= 0 && most < low:
			out.values[i] = most
		default:
			out.values[i] = int64(monthsBetween(first, last) / 12)
		}
	}
	w.dropNumbers(to)
}

// day narrows a computed date to the days that a calendar knows.
func day(value int64) schemas.Day {
	return schemas.Day(min(max(value, math.MinInt32), math.MaxInt32))
}

// monthsBetween counts whole months from a to b, negative when b is before a. A month is whole on the same day
// of the month, or on its last day when it has no such day: from 31 January to 28 February is one month, and
// whoever was born on 29 February is a year older on 28 February of other years.
func monthsBetween(a, b schemas.Day) int {
	if b < a {
		return -monthsBetween(b, a)
	}
	yearA, monthA, dayA := civil(int64(a))
	yearB, monthB, dayB := civil(int64(b))
	n := (yearB-yearA)*12 + monthB - monthA
	if dayB < dayA {
		if _, next, _ := civil(int64(b) + 1); next == monthB {
			n--
		}
	}
	return n
}

// civil splits a day into year, month and day of the month, in the Gregorian calendar without end in both
// directions. Source: H. Hinnant, chrono-compatible low-level date algorithms.
func civil(d int64) (year, month, dayOfMonth int) {
	z := d + 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	dayOfEra := z - era*146097
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	m := (5*dayOfYear + 2) / 153
	dayOfMonth = int(dayOfYear - (153*m+2)/5 + 1)
	year = int(yearOfEra + era*400)
	if month = int(m) + 3; month > 12 {
		month -= 12
		year++
	}
	return year, month, dayOfMonth
}

// dayNumber is the day of a date, the inverse of civil.
func dayNumber(year, month, dayOfMonth int) int64 {
	y := int64(year)
	if month <= 2 {
		y--
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	yearOfEra := y - era*400
	m := int64(month+9) % 12
	dayOfYear := (153*m+2)/5 + int64(dayOfMonth) - 1
	return era*146097 + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - 719468
}

// addMonths returns the same day n months on, or the last day of a shorter month.
func addMonths(d schemas.Day, n int) schemas.Day {
	year, month, dayOfMonth := civil(int64(d))
	whole := year*12 + month - 1 + n
	year, month = whole/12, whole%12+1
	if month <= 0 {
		year, month = year-1, month+12
	}
	first := dayNumber(year, month, 1)
	next := dayNumber(year+month/12, month%12+1, 1)
	return day(min(first+int64(dayOfMonth)-1, next-1))
}

// mostMonths bounds what add_months adds: ten thousand years.
const mostMonths = 120_000

// addToNode adds working days or months to a date.
type addToNode struct {
	unit      unit
	from, add numberNode
}

func (n addToNode) numbers(w *worker, at *lanes, out numbers) {
	add := w.takeNumbers(at.n)
	n.from.numbers(w, at, out)
	n.add.numbers(w, at, add)
	for i, count := range add.values {
		if out.known[i] &= add.known[i]; out.known[i] == 0 {
			continue
		}
		if count < -mostMonths || count > mostMonths {
			out.known[i] = 0
			continue
		}
		if n.unit == months {
			out.values[i] = int64(addMonths(day(out.values[i]), int(count)))
			continue
		}
		made, known := w.in.calendar.AddWorkingDays(day(out.values[i]), int(count))
		if out.values[i] = int64(made); !known {
			out.known[i] = 0
		}
	}
	w.dropNumbers(add)
}

// dayTestNode is is_working_day or is_weekend.
type dayTestNode struct {
	of      numberNode
	working bool
}

func (n dayTestNode) bools(w *worker, at *lanes, out []uint8) {
	v := w.takeNumbers(at.n)
	n.of.numbers(w, at, v)
	for i, d := range v.values {
		if v.known[i] == 0 {
			out[i] = unknown
			continue
		}
		is := false
		if n.working {
			is = w.in.calendar.IsWorkingDay(day(d))
		} else {
			weekday := (d%7 + 7 + 4) % 7 // 1 January 1970 was a Thursday
			is = weekday == 0 || weekday == 6
		}
		if out[i] = no; is {
			out[i] = yes
		}
	}
	w.dropNumbers(v)
}

type datePart uint8

const (
	dayPart datePart = iota
	monthPart
	yearPart
	academicYear  // the last 1 September
	financialYear // the last 1 April
)

// datePartNode takes a number or another date from a date.
type datePartNode struct {
	part datePart
	of   numberNode
}

func (n datePartNode) numbers(w *worker, at *lanes, out numbers) {
	n.of.numbers(w, at, out)
	for i, d := range out.values {
		if out.known[i] == 0 {
			continue
		}
		year, month, dayOfMonth := civil(int64(day(d)))
		switch n.part {
		case dayPart:
			out.values[i] = int64(dayOfMonth)
		case monthPart:
			out.values[i] = int64(month)
		case yearPart:
			out.values[i] = int64(year)
		case academicYear:
			out.values[i] = lastFirst(year, month, 9)
		case financialYear:
			out.values[i] = lastFirst(year, month, 4)
		}
	}
}

// lastFirst is the last first day of a month up to a date in some month of some year.
func lastFirst(year, month, of int) int64 {
	if month < of {
		year--
	}
	return dayNumber(year, of, 1)
}

// dayOfNode is the day of a datetime.
type dayOfNode struct{ of numberNode }

func (n dayOfNode) numbers(w *worker, at *lanes, out numbers) {
	n.of.numbers(w, at, out)
	for i, seconds := range out.values {
		d := seconds / daySeconds
		if seconds%daySeconds < 0 {
			d--
		}
		out.values[i] = d
	}
}
