package conform

import (
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// style is one way in which cells of a date column are written.
type style struct {
	form  dateForm
	order dateOrder
	timed bool   // the time is known
	tail  string // behind the date: as table.ClockText reads it when timed, else the text itself
}

// A row whose text does not follow from a style has none: it is null, or its text is kept.
const noStyle, maxStyles = 0, 255

// dateFile is what a date column learnt from one file.
type dateFile struct {
	layout    string
	undecided bool
}

// dateColumn reads calendar days and, in a datetime, times of day.
type dateColumn struct {
	base
	withTime bool
	declared DateOrder
	days1904 bool // serial numbers of the window count from 1904
	iso      bool // dates are written yyyy-mm-dd and in no other way
	days     []int32
	times    []int32 // seconds since midnight, or -1 where the time is not known; only with withTime
	written  []uint8 // the row's place in styles
	styles   []style
	recent   uint8
	usual    [2]uint8 // the styles of 2006-01-02 and of 2006-01-02 15:04, once they are met
	layout   []byte   // room for the notation of a time

	files                  []dateFile
	first                  int // the first row of the current file
	firstKept              int
	daysFirst, monthsFirst int
}

func newDateColumn(withTime bool) *dateColumn {
	return &dateColumn{withTime: withTime, styles: make([]style, 1, 8)}
}

func (c *dateColumn) beginFile(options *Options) { c.declared = options.DateOrder }

// extendDays makes room for the days of rows more.
func (c *dateColumn) extendDays(rows int) {
	c.days = extended(c.days, rows, c.ahead)
	c.written = extended(c.written, rows, c.ahead)
	if c.withTime {
		from := len(c.times)
		c.times = extended(c.times, rows, c.ahead)
		for i := range c.times[from:] {
			c.times[from+i] = -1
		}
	}
}

func (c *dateColumn) add(text *table.Text, place int) {
	c.extendDays(text.Records())
	c.days1904 = text.Days1904
	c.eachCell(text, place, c)
}

// take reads the days of a run that are written 2006-01-02 or, with a time, 2006-01-02 15:04, as most are. The others
// follow the long way, and so does the first of either, which settles its style.
func (c *dateColumn) take(cells *run) {
	for i, end := range cells.end {
		begin, row := cells.begin[i], cells.first+i
		if begin == end {
			continue
		}
		value := cells.data[begin:end]
		clock, usual := 0, &c.usual[0]
		switch {
		case len(value) == 10:
		case len(value) == 16 && c.withTime && !c.iso:
			clock, usual = minutesOf([6]byte(value[10:])), &c.usual[1]
		default:
			clock = -1
		}
		day, ok := int32(0), false
		if clock >= 0 && *usual != noStyle {
			day, ok = parseISO([10]byte(value))
		}
		if !ok {
			if c.set(row, value); clock >= 0 && *usual == noStyle && value[4] == '-' {
				*usual = c.written[row]
			}
			continue
		}
		c.days[row], c.written[row] = day, *usual
		if clock > 0 {
			c.times[row] = int32(clock) * 60
		}
	}
}

func (c *dateColumn) without(rows int) {
	c.extendDays(rows)
	c.withoutColumn(rows)
}

func (c *dateColumn) set(row int, value []byte) {
	d, ok := parseDate(value)
	switch {
	case c.iso && (!ok || d.form != formISO || d.length != len(value)):
		c.reject(row, value, fixed)
		return
	case !ok:
		c.setOther(row, value)
		return
	}
	if c.declared == MonthFirst && d.order != fixed {
		if d, ok = d.monthFirst(); !ok {
			c.reject(row, value, monthFirst)
			return
		}
	}
	time, tail, ok := parseClock(value[d.length:], c.layout[:0])
	if !ok {
		c.reject(row, value, fixed)
		return
	}
	c.layout = tail
	switch d.order {
	case monthFirst:
		c.monthsFirst++
		c.reject(row, value, monthFirst)
		return
	case dayFirst:
		c.daysFirst++
	}
	c.days[row] = d.day
	timed := time.seconds > 0
	if timed && c.withTime {
		c.times[row] = int32(time.seconds)
	}
	if d.short {
		c.see(shortYear, row, value)
	}
	if last := len(c.kept) - 1; last >= 0 && c.kept[last].row == row {
		c.kept[last].order = d.order
		return
	}
	if time.exact && (c.withTime || !timed) && !d.short && !d.swapped {
		c.written[row] = c.styleOf(d, timed, tail)
	}
	if c.written[row] == noStyle {
		c.keep(row, value, rewritten, d.order)
	}
}

// setOther reads what is written in none of the usual ways: 28-Sep-2022, or the number of days that a spreadsheet
// keeps. What is neither is refused.
func (c *dateColumn) setOther(row int, value []byte) {
	if day, seconds, ok := parseSerial(value, c.days1904); ok {
		c.see(serial, row, value)
		c.days[row] = day
		if c.withTime && seconds > 0 {
			c.times[row] = int32(seconds)
		}
		c.keep(row, value, rewritten, fixed)
		return
	}
	if day, length, ok := parseNamedMonth(value); ok {
		if time, tail, ok := parseClock(value[length:], c.layout[:0]); ok {
			c.layout = tail
			c.days[row] = day
			if c.withTime && time.seconds > 0 {
				c.times[row] = int32(time.seconds)
			}
			c.keep(row, value, rewritten, fixed)
			return
		}
	}
	c.reject(row, value, fixed)
}

// styleOf returns the place of a style, or noStyle when there are too many.
func (c *dateColumn) styleOf(d date, timed bool, tail []byte) uint8 {
	is := func(s *style) bool {
		return s.form == d.form && s.order == d.order && s.timed == timed && s.tail == string(tail)
	}
	if c.recent != noStyle && is(&c.styles[c.recent]) {
		return c.recent
	}
	for i := 1; i < len(c.styles); i++ {
		if is(&c.styles[i]) {
			c.recent = uint8(i)
			return c.recent
		}
	}
	if len(c.styles) > maxStyles {
		return noStyle
	}
	c.styles = append(c.styles, style{d.form, d.order, timed, string(tail)})
	c.recent = uint8(len(c.styles) - 1)
	return c.recent
}

// endFile settles the order of day and month for the rows of the file: the day is first when it is declared
// so, when no cell tells, or when 95 of 100 cells that tell say so. Else what could be either is unreadable.
func (c *dateColumn) endFile() {
	file := dateFile{}
	file.undecided = c.declared == Undeclared && c.daysFirst*100 < 95*(c.daysFirst+c.monthsFirst)
	if file.undecided {
		c.refuseEither()
	}
	file.layout = c.vote(c.first).layout
	c.files = append(c.files, file)
	c.first, c.firstKept = c.rows, len(c.kept)
	c.base.endFile()
	c.daysFirst, c.monthsFirst = 0, 0
}

// refuseEither makes unreadable what, in the current file, could be read with day or month first.
func (c *dateColumn) refuseEither() {
	for i := range c.kept[c.firstKept:] {
		k := &c.kept[c.firstKept+i]
		switch k.order {
		case either:
			c.null(k.row)
			k.cause = undecided
		case monthFirst:
			k.cause = undecided
		}
	}
	for row := c.first; row < c.rows; row++ {
		if s := c.written[row]; s != noStyle && c.styles[s].order == either {
			text := c.textOf(row)
			c.null(row)
			c.written[row] = noStyle
			c.kept = append(c.kept, kept{row, text, undecided, either})
		}
	}
	sortKept(c.kept[c.firstKept:])
}

func sortKept(k []kept) { slices.SortFunc(k, func(x, y kept) int { return x.row - y.row }) }

// textOf writes the cell of a row that has a style.
func (c *dateColumn) textOf(row int) string {
	s := c.styles[c.written[row]]
	date := schemas.Date(c.days[row]).Format(s.form.layout())
	if s.timed {
		return date + table.ClockText(int(c.times[row]), s.tail)
	}
	return date + s.tail
}

func (c *dateColumn) remove(r removal) {
	c.days, c.written = take(r, c.days), take(r, c.written)
	if c.withTime {
		c.times = take(r, c.times)
	}
	c.base.remove(r)
}

func (c *dateColumn) build() *table.Column {
	usual := c.vote(0)
	var other [maxStyles + 1]bool
	for i, s := range c.styles {
		other[i] = i != noStyle && !usual.writes(s)
	}
	all := slices.Clone(c.kept)
	for row, s := range c.written {
		if other[s] {
			all = append(all, kept{row: row, text: c.textOf(row)})
		}
	}
	sortKept(all)
	merged := base{kept: all, absent: c.absent, elements: c.elements}
	out := merged.column()
	out.Layout, out.Clock, out.Midnight = usual.layout, usual.clock, usual.midnight
	c.days, c.times = fitted(c.days), fitted(c.times)
	out.Array = table.DateArray(c.days, c.bitmap(), c.nulls)
	if c.withTime {
		out.Time = c.timeArray()
	}
	return out
}

// manner is how most cells of a column are written.
type manner struct{ layout, clock, midnight string }

// vote finds the manner of the rows from first on. Where two are as frequent, the one in the fixed order of
// layouts, or the one seen first, is taken.
func (c *dateColumn) vote(first int) manner {
	var counts [maxStyles + 1]int
	for _, s := range c.written[first:] {
		counts[s]++
	}
	layouts := []string{"2006-01-02", "02-01-2006", slashLayout(false, false), slashLayout(true, true), slashLayout(false, true), slashLayout(true, false)}
	votes := make([]int, len(layouts))
	clocks, midnights := &tally{}, &tally{}
	for i, s := range c.styles {
		if i == noStyle || counts[i] == 0 {
			continue
		}
		for l, layout := range layouts {
			if s.form.fits(layout) {
				votes[l] += counts[i]
			}
		}
		if s.timed {
			clocks.add(s.tail, counts[i])
		} else {
			midnights.add(s.tail, counts[i])
		}
	}
	best := slices.Index(votes, slices.Max(votes))
	if votes[best] == 0 {
		return manner{}
	}
	return manner{layouts[best], clocks.most(), midnights.most()}
}

// fits tells whether a date of this form is one that layout writes.
func (f dateForm) fits(layout string) bool {
	if f < formSlashes || !strings.Contains(layout, "/") {
		return f.layout() == layout
	}
	day, month := f.paddings()
	shortDay, shortMonth := layout[0] == '2', strings.Contains(layout, "/1/")
	return fitsPadding(day, shortDay) && fitsPadding(month, shortMonth)
}

func fitsPadding(p padding, short bool) bool {
	return p == twoDigits || (p == oneDigit) == short
}

// writes tells whether a cell of the style is written in this manner.
func (m manner) writes(s style) bool {
	if s.timed {
		return s.form.fits(m.layout) && s.tail == m.clock
	}
	return s.form.fits(m.layout) && s.tail == m.midnight
}

// tally counts texts, of which there are few.
type tally struct {
	texts  []string
	counts []int
}

func (t *tally) add(text string, count int) {
	i := slices.Index(t.texts, text)
	if i < 0 {
		i = len(t.texts)
		t.texts, t.counts = append(t.texts, text), append(t.counts, 0)
	}
	t.counts[i] += count
}

// most returns the most frequent text, or "" when there is none.
func (t *tally) most() string {
	if len(t.texts) == 0 {
		return ""
	}
	return t.texts[slices.Index(t.counts, slices.Max(t.counts))]
}

// timeArray returns the times of day, null where they are not known.
func (c *dateColumn) timeArray() *array.Time32 {
	valid, nulls := make([]byte, (len(c.times)+7)/8), 0
	for row, seconds := range c.times {
		if seconds < 0 || c.isNull(row) {
			nulls++
			continue
		}
		valid[row>>3] |= 1 << (row & 7)
	}
	return table.TimeArray(c.times, valid, nulls)
}
