package ingest

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// numberForm says what the number format of a cell makes of a number.
type numberForm struct {
	date  bool // days since the workbook's epoch
	zeros int  // digits to which it is filled with zeros in front: the format 00000
}

// builtinDates are the numbers of the formats for dates that every workbook has without declaring them.
func builtinDate(id int) bool {
	return id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58
}

// formOf reads the code of a number format, such as dd/mm/yyyy;@ or 00000.
func formOf(code string) numberForm {
	section, _, _ := strings.Cut(code, ";")
	letters := withoutLiterals(section)
	if letters != "" && strings.Trim(letters, "0") == "" {
		return numberForm{zeros: len(letters)}
	}
	lower := strings.ToLower(letters)
	if strings.ContainsAny(lower, "ymdhs") && !strings.ContainsAny(lower, "0#?") || strings.Contains(lower, "yy") {
		return numberForm{date: !strings.Contains(lower, "general")}
	}
	return numberForm{}
}

// withoutLiterals takes quoted text, escaped characters, fillers and brackets out of a format, but elapsed hours,
// minutes and seconds stay.
func withoutLiterals(code string) string {
	var b strings.Builder
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"':
			if end := strings.IndexByte(code[i+1:], '"'); end >= 0 {
				i += end + 1
			}
		case '\\', '_', '*':
			i++
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				continue
			}
			inside := strings.ToLower(code[i+1 : i+end])
			if strings.Trim(inside, "h") == "" || strings.Trim(inside, "m") == "" || strings.Trim(inside, "s") == "" {
				b.WriteString(inside)
			}
			i += end
		default:
			b.WriteByte(code[i])
		}
	}
	return b.String()
}

// lostFrom is the number from which a workbook, which keeps 15 digits, has lost some.
const lostFrom = 1e15

// numberText writes a number of a workbook as text: a date as yyyy-mm-dd with the time of day if it has one, any
// other with as many digits as it has and no exponent. ok is false where the text is no number; lost tells that
// digits are lost.
func numberText(to []byte, text string, form numberForm, days1904 bool) (out []byte, lost, ok bool) {
	if plainDigits(text) && !form.date && len(text) <= 15 {
		for range form.zeros - len(text) {
			to = append(to, '0')
		}
		return append(to, text...), false, true
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return to, false, false
	}
	if form.date {
		if written, ok := serialText(to, n, days1904); ok {
			return written, false, true
		}
	}
	if math.Abs(n) >= lostFrom {
		return append(to, text...), true, true
	}
	if n == math.Trunc(n) && n >= 0 {
		digits := strconv.FormatFloat(n, 'f', 0, 64)
		for range form.zeros - len(digits) {
			to = append(to, '0')
		}
		return append(to, digits...), false, true
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 15, 64), 64)
	if err != nil {
		short = n
	}
	return strconv.AppendFloat(to, short, 'f', -1, 64), false, true
}

func plainDigits(text string) bool {
	if text == "" {
		return false
	}
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return text[0] != '0' || len(text) == 1
}

// The day 0 of the two ways in which workbooks count days, and the days of 1900 that are one too many: Excel has a
// 29 February 1900.
var (
	epoch1900 = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	epoch1904 = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
)

const leapDay1900, lastSerial = 60, 2958465 // 9999-12-31

// serialText writes a serial number of days as a date, with the time of day if it has one. A number that is no
// day, and the day that never was, are not ok.
func serialText(to []byte, n float64, days1904 bool) (out []byte, ok bool) {
	day, fraction := math.Modf(n)
	seconds := int(math.Round(fraction * 24 * 60 * 60))
	if n < 0 || day > lastSerial {
		return to, false
	}
	epoch := epoch1904
	if !days1904 {
		epoch = epoch1900
		switch {
		case day < 1 || day == leapDay1900:
			return to, false
		case day < leapDay1900:
			day++
		}
	}
	at := epoch.AddDate(0, 0, int(day)).Add(time.Duration(seconds) * time.Second)
	layout := "2006-01-02"
	switch {
	case at.Second() != 0:
		layout = "2006-01-02 15:04:05"
	case seconds != 0:
		layout = "2006-01-02 15:04"
	}
	return at.AppendFormat(to, layout), true
}
