package conform

import (
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// Kind says what a delivery means for those before it.
type Kind string

// The kinds of deliveries.
const (
	// Cumulative is all there is of the days that it covers. Of records that bear no day it speaks for those it has.
	Cumulative Kind = "cumulative"
	// Snapshot is all there is up to its day, and of records that bear no day: one that it lacks is no more.
	Snapshot Kind = "snapshot"
	// Increment is added to what was delivered before, and speaks for none of it.
	Increment Kind = "increment"
)

// Delivery is one of several deliveries of a table: what it is, the days that it covers, and when it was delivered. For
// any day the latest delivery of an authority that covers it speaks, with the increments delivered after it. Files that
// an authority delivered on one day are one delivery.
type Delivery struct {
	Kind                Kind
	Delivered, From, To schemas.Day
	// Ended is the day from which the run's authority speaks for this one, which became part of it; nil for the run's.
	Ended *schemas.Day
}

func (d *Delivery) covers(day schemas.Day) bool { return d.From <= day && day <= d.To }

// round is a delivery with its files. Increments and others of one day are two.
type round struct {
	authority string
	delivered schemas.Day
	increment bool
	ended     *schemas.Day
	files     []int
}

// comparison holds the deliveries of a table against each other.
type comparison struct {
	builder *Builder
	full    []*table.Column
	days    *array.Date32 // nil where records bear no day
	rounds  []*round      // by the day of delivery
	roundOf []int         // by file; -1 for one that was not delivered as any
	fileOf  []int32       // by row
	key     []uint32      // by row; equal where keys are
	first   []int32       // by key: where its rows begin
	rows    []int32       // by key, then as they were read
	found   []Difference
}

// compare returns, by file, the rows for which a later delivery speaks, and what deliveries differ in. Rows that cannot
// be placed, given by file, are compared with and speak for nothing.
func (b *Builder) compare(full []*table.Column, unplaced [][]int) (superseded [][]int, differences []Difference) {
	superseded = make([][]int, len(b.files))
	c := &comparison{builder: b, full: full}
	c.listRounds()
	if len(c.rounds) < 2 {
		return superseded, nil
	}
	if b.schema.Dated != "" {
		c.days, _ = full[b.schema.FieldIndex(b.schema.Dated)].Array.(*array.Date32)
	}
	c.groupKeys()
	for _, r := range c.rounds {
		for _, i := range r.files {
			f := b.files[i]
			for row := f.span.From; row < f.span.To; row++ {
				if _, aside := slices.BinarySearch(unplaced[i], row); aside {
					continue
				}
				c.arrive(f, r, row)
				if next := c.next(r, row); next != nil {
					superseded[i] = append(superseded[i], row)
					c.leave(f, r, next, row)
				}
			}
		}
	}
	return superseded, c.found
}

// listRounds lists the deliveries.
func (c *comparison) listRounds() {
	for i, f := range c.builder.files {
		c.roundOf = append(c.roundOf, -1)
		d := f.how.Delivery
		if f.dropped || d == nil {
			continue
		}
		at := slices.IndexFunc(c.rounds, func(r *round) bool {
			return r.authority == f.how.Authority && r.delivered == d.Delivered && r.increment == (d.Kind == Increment)
		})
		if at < 0 {
			at = len(c.rounds)
			c.rounds = append(c.rounds, &round{authority: f.how.Authority, delivered: d.Delivered, increment: d.Kind == Increment, ended: d.Ended})
		}
		c.rounds[at].files = append(c.rounds[at].files, i)
	}
	slices.SortStableFunc(c.rounds, func(x, y *round) int { return int(x.delivered) - int(y.delivered) })
	for at, r := range c.rounds {
		for _, i := range r.files {
			c.roundOf[i] = at
		}
	}
}

// groupKeys numbers the keys of all records and lists the rows of each.
func (c *comparison) groupKeys() {
	b := c.builder
	keys := table.NewDictionary()
	c.fileOf, c.key = make([]int32, len(b.lines)), make([]uint32, len(b.lines))
	var text []byte
	for i, f := range b.files {
		for row := f.span.From; row < f.span.To; row++ {
			text = append(text[:0], f.how.Authority...)
			for _, name := range b.schema.Key {
				text = append(append(text, 0), c.full[b.schema.FieldIndex(name)].Text(row)...)
			}
			c.fileOf[row], c.key[row] = int32(i), keys.Code(text)
		}
	}
	c.first = make([]int32, keys.Len()+1)
	for _, key := range c.key {
		c.first[key+1]++
	}
	for key := range keys.Len() {
		c.first[key+1] += c.first[key]
	}
	c.rows = make([]int32, len(b.lines))
	next := slices.Clone(c.first)
	for row, key := range c.key {
		c.rows[next[key]] = int32(row)
		next[key]++
	}
}

// day returns the day that a record bears, if it bears one.
func (c *comparison) day(row int) (schemas.Day, bool) {
	if c.days == nil || c.days.IsNull(row) {
		return 0, false
	}
	return schemas.Day(c.days.Value(row)), true
}

// next returns the first delivery after a record's own that speaks for the record, or nil. From the day on which its
// authority ended that is any of the run's own that covers the record's day.
func (c *comparison) next(of *round, row int) *round {
	for _, r := range c.rounds {
		if r != of && !r.increment && r.authority == of.authority && r.delivered > of.delivered && c.speaks(r, row) {
			return r
		}
	}
	if day, dated := c.day(row); of.ended != nil && dated && day >= *of.ended {
		for _, r := range c.rounds {
			if r.ended == nil && c.covers(r, day) {
				return r
			}
		}
	}
	return nil
}

// speaks tells whether a later delivery of the same authority says all there is about a record.
func (c *comparison) speaks(r *round, row int) bool {
	if day, dated := c.day(row); dated {
		return c.covers(r, day)
	}
	snapshot := func(i int) bool { return c.builder.files[i].how.Delivery.Kind == Snapshot }
	return slices.ContainsFunc(r.files, snapshot) || c.sameIn(r, row) >= 0
}

func (c *comparison) covers(r *round, day schemas.Day) bool {
	return slices.ContainsFunc(r.files, func(i int) bool { return c.builder.files[i].how.Delivery.covers(day) })
}

// sameIn returns the row of a delivery that has the key of a record, or -1. Of several records of one key the first
// belongs to the first, the second to the second.
func (c *comparison) sameIn(r *round, row int) int {
	key := c.key[row]
	own := c.roundOf[c.fileOf[row]]
	before := 0
	var same []int32
	for _, other := range c.rows[c.first[key]:c.first[key+1]] {
		at := c.roundOf[c.fileOf[other]]
		if at == own && int(other) < row {
			before++
		}
		if at >= 0 && c.rounds[at] == r {
			same = append(same, other)
		}
	}
	if before >= len(same) {
		return -1
	}
	return int(same[before])
}

// seen returns the nearest earlier delivery that has the key of a record, with its row there, and whether any covers
// the record's day. A delivery of all there is ends the search.
func (c *comparison) seen(of *round, row int) (earlier *round, there int, covered bool) {
	day, dated := c.day(row)
	for _, r := range slices.Backward(c.rounds) {
		if r.authority != of.authority || r.delivered >= of.delivered || dated && !c.covers(r, day) {
			continue
		}
		earlier, covered = r, dated
		if there = c.sameIn(r, row); there >= 0 || dated && !r.increment {
			return earlier, there, covered
		}
	}
	return earlier, -1, covered
}

// arrive notes what is told for the first time, or again, by a record.
func (c *comparison) arrive(f *file, r *round, row int) {
	earlier, there, covered := c.seen(r, row)
	switch {
	case earlier == nil:
	case there >= 0 && r.increment:
		c.differ(f, Again, there, row)
	case there < 0 && covered:
		f.report.Added++
		c.found = append(c.found, Difference{Table: c.builder.schema.Name, Kind: Added, Earlier: c.whole(earlier), Later: c.spot(row)})
	}
}

// leave notes how a record for which the next delivery speaks stands there.
func (c *comparison) leave(f *file, of, next *round, row int) {
	if next.authority != of.authority {
		c.found = append(c.found, Difference{Table: c.builder.schema.Name, Kind: NotCompared, Earlier: c.spot(row), Later: c.whole(next)})
		return
	}
	there := c.sameIn(next, row)
	if there < 0 {
		f.report.Dropped++
		c.found = append(c.found, Difference{Table: c.builder.schema.Name, Kind: Dropped, Earlier: c.spot(row), Later: c.whole(next)})
		return
	}
	c.differ(f, Changed, row, there)
}

// differ notes the fields in which two records of one key differ. One whose column either file lacks is left out.
func (c *comparison) differ(f *file, kind string, earlier, later int) {
	d := Difference{Table: c.builder.schema.Name, Kind: kind, Earlier: c.spot(earlier), Later: c.spot(later)}
	for slot, field := range c.builder.schema.Fields {
		column := c.full[slot]
		before, had := column.Delivery(earlier)
		after, has := column.Delivery(later)
		if !had || !has || before == after {
			continue
		}
		if is := column.Text(earlier); is == column.Text(later) && is != "" || column.State(earlier) == table.Blank && column.State(later) == table.Blank {
			continue // the same value, written in another way
		}
		// Cloned: the columns' memory is used anew when rows are taken out.
		d.Fields, d.Before, d.After = append(d.Fields, field.Name), append(d.Before, strings.Clone(before)), append(d.After, strings.Clone(after))
	}
	switch {
	case kind == Again:
		f.report.Again++
	case len(d.Fields) == 0:
		return
	default:
		f.report.Changed++
	}
	c.found = append(c.found, d)
}

// spot returns where a record stands.
func (c *comparison) spot(row int) Spot {
	f := c.builder.files[c.fileOf[row]]
	return Spot{File: f.name, Sheet: f.how.Sheet, Line: int(c.builder.lines[row])}
}

// whole returns the first file of a delivery.
func (c *comparison) whole(r *round) Spot {
	f := c.builder.files[r.files[0]]
	return Spot{File: f.name, Sheet: f.how.Sheet}
}

// superseded sets records aside for which a later delivery speaks; that some are is one finding for the file.
func (s *findings) superseded(number int, f *file, rows []int) {
	if len(rows) == 0 {
		return
	}
	s.add(number, wholeRecord, f, RuleSuperseded, int(s.builder.lines[rows[0]]), nil, nil, nil)
	before := len(s.quarantined)
	for _, row := range rows {
		s.quarantine(f, int(s.builder.lines[row]), RuleSuperseded, "a later delivery speaks for it", s.text(f, row))
	}
	slices.SortStableFunc(s.quarantined[before:], func(x, y Quarantined) int { return x.Line - y.Line })
}
