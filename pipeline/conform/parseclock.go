package conform

// clock is what stands behind the date of a cell.
type clock struct {
	seconds int  // since midnight; 0 means that the time is not known
	exact   bool // the text is layout with the time written into it
}

// parseClock reads what stands behind a date: nothing, or a blank or T, hh:mm, perhaps :ss and a fraction, and
// perhaps a zone, which is read over. Where the time is known, layout is filled with the notation that
// table.ClockText reads; else with the text itself.
func parseClock(text []byte, layout []byte) (c clock, filled []byte, ok bool) {
	if len(text) == 0 {
		return clock{exact: true}, layout, true
	}
	if text[0] != ' ' && text[0] != 'T' {
		return clock{}, nil, false
	}
	hour, pad, width := shortNumber(text[1:])
	at := 1 + width
	if width == 0 || hour > 23 || len(text) < at+3 || text[at] != ':' {
		return clock{}, nil, false
	}
	minute, second := number(text[at+1:at+3]), 0
	at += 3
	layout = append(append(layout, text[0]), "15:04"...)
	c.exact = pad != oneDigit
	if at < len(text) && text[at] == ':' {
		if len(text) < at+3 {
			return clock{}, nil, false
		}
		second = number(text[at+1 : at+3])
		layout = append(layout, ":05"...)
		at += 3
		width, zeros := fraction(text[at:])
		c.exact = c.exact && zeros
		layout = append(layout, text[at:at+width]...)
		at += width
	}
	if minute < 0 || minute > 59 || second < 0 || second > 59 || !isZone(text[at:]) {
		return clock{}, nil, false
	}
	if c.seconds = hour*3600 + minute*60 + second; c.seconds == 0 {
		return clock{exact: true}, append(layout[:0], text...), true
	}
	return c, append(layout, text[at:]...), true
}

// minutesOf returns the minutes since midnight of a time written " 15:04", or -1 where it is none, or not known: 00:00.
func minutesOf(text [6]byte) int {
	hour, minute := number(text[1:3]), number(text[4:6])
	if text[0] != ' ' || text[3] != ':' || hour < 0 || hour > 23 || minute < 0 || minute > 59 || hour+minute == 0 {
		return -1
	}
	return hour*60 + minute
}

// fraction returns the length of a point or comma and up to nine digits, and whether all of them are zero.
func fraction(text []byte) (width int, zeros bool) {
	if len(text) < 2 || text[0] != '.' && text[0] != ',' {
		return 0, true
	}
	zeros = true
	for width = 1; width < len(text) && width <= 9 && text[width] >= '0' && text[width] <= '9'; width++ {
		zeros = zeros && text[width] == '0'
	}
	if width == 1 {
		return 0, true
	}
	return width, zeros
}

// isZone tells whether text is empty, Z, or an offset: +01, +0100 or +01:00, with a blank before it or not.
func isZone(text []byte) bool {
	if len(text) > 0 && text[0] == ' ' {
		text = text[1:]
		if len(text) == 0 {
			return false
		}
	}
	switch {
	case len(text) == 0 || len(text) == 1 && text[0] == 'Z':
		return true
	case text[0] != '+' && text[0] != '-':
		return false
	case len(text) == 6 && text[3] == ':':
		return number(text[1:3]) >= 0 && number(text[4:6]) >= 0
	case len(text) == 5 || len(text) == 3:
		return number(text[1:]) >= 0
	}
	return false
}
