package rules

import (
	"math"

	"frontdoor/schemas"
)

// numberConstant is an integer or a date that is written out.
type numberConstant int64

func (n numberConstant) constant(*worker) int64 { return int64(n) }

func (n numberConstant) numbers(_ *worker, _ []uint32, out numbers) { fill(int64(n), out) }

// asAtNode is the as-at date.
type asAtNode struct{}

func (asAtNode) constant(w *worker) int64 { return w.in.asAt }

func (asAtNode) numbers(w *worker, _ []uint32, out numbers) { fill(w.in.asAt, out) }

func fill(value int64, out numbers) {
	for i := range out.values {
		out.values[i], out.known[i] = value, 1
	}
}

// addNode is + over integers, or a date and days; subtractNode is -. A result that no 64-bit number holds is
// unknown.
type addNode struct{ left, right numberNode }

func (n addNode) numbers(w *worker, rows []uint32, out numbers) {
	right := w.takeNumbers(len(rows))
	n.left.numbers(w, rows, out)
	n.right.numbers(w, rows, right)
	for i, b := range right.values {
		a := out.values[i]
		sum := a + b
		overflow := uint8(uint64((a^sum)&(b^sum)) >> 63)
		out.values[i], out.known[i] = sum, out.known[i]&right.known[i]&(1^overflow)
	}
	w.dropNumbers(right)
}

type subtractNode struct{ left, right numberNode }

func (n subtractNode) numbers(w *worker, rows []uint32, out numbers) {
	right := w.takeNumbers(len(rows))
	n.left.numbers(w, rows, out)
	n.right.numbers(w, rows, right)
	for i, b := range right.values {
		a := out.values[i]
		difference := a - b
		overflow := uint8(uint64((a^b)&(a^difference)) >> 63)
		out.values[i], out.known[i] = difference, out.known[i]&right.known[i]&(1^overflow)
	}
	w.dropNumbers(right)
}

// betweenNode counts from one date to another in working days, months or years.
type betweenNode struct {
	unit     unit
	from, to numberNode
}

type unit uint8

const (
	workingDays unit = iota
	months
	years
)

func (n betweenNode) numbers(w *worker, rows []uint32, out numbers) {
	to := w.takeNumbers(len(rows))
	n.from.numbers(w, rows, out)
	n.to.numbers(w, rows, to)
	for i, b := range to.values {
		out.known[i] &= to.known[i]
		if out.known[i] == 0 {
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
