package schemas

import (
	"fmt"
	"sort"
	"time"
)

// Day is a calendar day as the number of days since 1 January 1970, the shape of an Arrow Date32.
type Day = int32

// DayOf returns the day of a date.
func DayOf(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// Date returns the date of a day.
func Date(d Day) time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// ParseDay reads yyyy-mm-dd.
func ParseDay(text string) (Day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fmt.Errorf("read date: want yyyy-mm-dd: %w", err)
	}
	return Day(t.Unix() / 86400), nil
}

// SameDayNextYear returns the anniversary of d, with 28 February for 29 February.
func SameDayNextYear(d Day) Day {
	t := Date(d)
	if t.Month() == time.February && t.Day() == 29 {
		return DayOf(t.Year()+1, time.February, 28)
	}
	return DayOf(t.Year()+1, t.Month(), t.Day())
}

// Calendar knows which days are working days: Monday to Friday and no bank holiday. Outside First to Last
// the bank holidays are not known and every Monday to Friday counts.
type Calendar struct {
	Name, Title, Source string
	First, Last         Day

	base  Day
	count []int32 // working days from base up to and including base+i
}

type calendarFile struct {
	Name     string `yaml:"name"`
	Title    string `yaml:"title"`
	Source   string `yaml:"source"`
	From     string `yaml:"from"`
	To       string `yaml:"to"`
	Holidays []struct {
		Date  string `yaml:"date"`
		Title string `yaml:"title"`
	} `yaml:"holidays"`
}

// LoadCalendar reads the calendar called name (england). The error is ErrUnknown when there is none.
func LoadCalendar(name string) (*Calendar, error) { return own.Calendar(name) }

// Calendar returns the calendar called name, which is read once. The error is ErrUnknown when there is none.
func (d *Declarations) Calendar(name string) (*Calendar, error) {
	return once(&d.calendars, name, func() (*Calendar, error) { return d.readCalendar(name) })
}

func (d *Declarations) readCalendar(name string) (*Calendar, error) {
	var f calendarFile
	if err := d.read("calendar", "calendars", name, &f); err != nil {
		return nil, err
	}
	c := &Calendar{Name: f.Name, Title: f.Title, Source: f.Source, base: DayOf(1900, time.January, 1)}
	var err error
	if c.First, err = ParseDay(f.From); err != nil {
		return nil, err
	}
	if c.Last, err = ParseDay(f.To); err != nil {
		return nil, err
	}
	holidays := map[Day]bool{}
	for _, h := range f.Holidays {
		d, err := ParseDay(h.Date)
		if err != nil {
			return nil, err
		}
		holidays[d] = true
	}
	last := DayOf(2199, time.December, 31)
	n := int32(0)
	c.count = make([]int32, last-c.base+1)
	for d := c.base; d <= last; d++ {
		if weekday := Date(d).Weekday(); weekday != time.Saturday && weekday != time.Sunday && !holidays[d] {
			n++
		}
		c.count[d-c.base] = n
	}
	return c, nil
}

// upTo counts the working days up to and including d; days outside 1900 to 2199 count as the nearest inside.
func (c *Calendar) upTo(d Day) int32 {
	i := min(max(int(d)-int(c.base), 0), len(c.count)-1)
	return c.count[i]
}

// WorkingDays counts the working days after the earlier of two days, up to and including the later: negative
// when b is before a, 0 when they are equal or no working day lies between.
func (c *Calendar) WorkingDays(a, b Day) int { return int(c.upTo(b) - c.upTo(a)) }

// IsWorkingDay tells whether d is a working day.
func (c *Calendar) IsWorkingDay(d Day) bool { return c.upTo(d) != c.upTo(d-1) }

// AddWorkingDays returns the n-th working day after d, or before it if n is negative, and d itself for 0; false
// when that lies outside 1900 to 2199.
func (c *Calendar) AddWorkingDays(d Day, n int) (Day, bool) {
	last := c.base + Day(len(c.count)) - 1
	if d <= c.base || d > last {
		return 0, false
	}
	want := c.upTo(d) + int32(n)
	switch {
	case n == 0:
		return d, true
	case n < 0:
		want = c.upTo(d-1) + int32(n) + 1
	}
	i := sort.Search(len(c.count), func(i int) bool { return c.count[i] >= want })
	if want <= 0 || i == len(c.count) {
		return 0, false
	}
	return c.base + Day(i), true
}
