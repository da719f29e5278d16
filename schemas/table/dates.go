package table

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"

	"frontdoor/schemas"
)

// daysOf views Arrow dates as days: both are an int32 that counts days since 1970.
func daysOf(values []arrow.Date32) []schemas.Day {
	if len(values) == 0 {
		return nil
	}
	return unsafe.Slice((*schemas.Day)(unsafe.Pointer(&values[0])), len(values))
}

// DateText writes a day as yyyy-mm-dd.
func DateText(d schemas.Day) string { return schemas.Date(d).Format(time.DateOnly) }

// TimeText writes a time of day, given in seconds, as hh:mm, with seconds only where there are any.
func TimeText(seconds int) string {
	text := fmt.Sprintf("%02d:%02d", seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		text += fmt.Sprintf(":%02d", seconds%60)
	}
	return text
}

// ClockText writes a time of day, given in seconds, the way clock says: one separator, then 15:04 or 15:04:05,
// then text that stands as it is, such as ".000" or "Z".
func ClockText(seconds int, clock string) string { return string(appendClock(nil, seconds, clock)) }

func appendClock(text []byte, seconds int, clock string) []byte {
	first := len(text)
	text = append(text, clock...)
	two := func(at, number int) { text[first+at], text[first+at+1] = byte('0'+number/10), byte('0'+number%10) }
	two(1, seconds/3600)
	two(4, seconds/60%60)
	if len(clock) >= 9 && clock[6] == ':' {
		two(7, seconds%60)
	}
	return text
}

func dateText(d schemas.Day, timeOfDay, layout string) string {
	text := schemas.Date(d).Format(layout)
	if timeOfDay != "" {
		text += " " + timeOfDay
	}
	return text
}
