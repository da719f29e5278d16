package main

import "time"

// A day counts days since 1970-01-01, which no record uses: 0 means no date.
type day int32

// date is the day of a calendar date.
func date(year int, month time.Month, dayOfMonth int) day {
	return day(time.Date(year, month, dayOfMonth, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// text writes a day as yyyy-mm-dd, and no date as "".
func (d day) text() string {
	if d == 0 {
		return ""
	}
	return time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly)
}

// bankHolidays are those of England from October 2017 to the end of 2020
// (gov.uk, Open Government Licence).
var bankHolidays = map[day]bool{
	date(2017, 12, 25): true, date(2017, 12, 26): true,
	date(2018, 1, 1): true, date(2018, 3, 30): true, date(2018, 4, 2): true, date(2018, 5, 7): true,
	date(2018, 5, 28): true, date(2018, 8, 27): true, date(2018, 12, 25): true, date(2018, 12, 26): true,
	date(2019, 1, 1): true, date(2019, 4, 19): true, date(2019, 4, 22): true, date(2019, 5, 6): true,
	date(2019, 5, 27): true, date(2019, 8, 26): true, date(2019, 12, 25): true, date(2019, 12, 26): true,
	date(2020, 1, 1): true, date(2020, 4, 10): true, date(2020, 4, 13): true, date(2020, 5, 8): true,
	date(2020, 5, 25): true, date(2020, 8, 31): true, date(2020, 12, 25): true, date(2020, 12, 28): true,
}

// working reports whether d is Monday to Friday and no bank holiday.
func (d day) working() bool {
	weekday := (int(d) + 4) % 7 // 1970-01-01 was a Thursday
	return weekday != 0 && weekday != 6 && !bankHolidays[d]
}

// workingDaysAfter is the n-th working day after d, and d itself for n = 0.
func workingDaysAfter(d day, n int) day {
	for n > 0 {
		d++
		if d.working() {
			n--
		}
	}
	return d
}

// workingDaysBetween counts the working days after the earlier day up to and
// including the later.
func workingDaysBetween(earlier, later day) int {
	n := 0
	for d := earlier + 1; d <= later; d++ {
		if d.working() {
			n++
		}
	}
	return n
}
