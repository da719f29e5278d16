package dedupe

import (
	"cmp"
	"slices"
	"strings"

	"frontdoor/schemas"
)

// contact is one (contact id, child): the first of its rows, the earliest date of all of them. Rows are places among the
// child's.
type contact struct {
	first, end     int32 // its rows; the source and system of the first hold
	day            schemas.Day
	episode        int32 // the episode that is open, by row, none when no case is
	source, system int32
	referral       bool // it names a referral of its own
}

// gatherChild joins the rows of each contact of a person and puts them in the order in which they are judged.
func (d *door) gatherChild(c *child, person int32, rows []told) {
	c.person, c.rows, c.contacts = person, rows, c.contacts[:0]
	joined := len(c.rows) > 1 && d.order(c.rows)
	c.mixed, c.named = false, false
	for i := range c.rows {
		r := &c.rows[i]
		if i == 0 || !joined || !d.sameContact(&c.rows[i-1], r) {
			c.contacts = append(c.contacts, contact{first: int32(i), day: r.day, source: r.of[source], system: r.of[system]})
		}
		own := &c.contacts[len(c.contacts)-1]
		own.end = int32(i) + 1
		own.referral = own.referral || r.of[named] >= 0
		c.named = c.named || own.referral
		c.mixed = c.mixed || own.source != c.contacts[0].source
	}
	episodes := d.episodes[d.episodesOf[person]:d.episodesOf[person+1]]
	for i := range c.contacts {
		c.contacts[i].episode = c.contacts[i].openEpisode(episodes)
	}
}

// fewRows is how many rows are held against one another without sorting them.
const fewRows = 16

// order puts the rows of a child in the order of their contacts' days and ids, with the rows of one contact side by side,
// and tells whether any contact has several.
func (d *door) order(rows []told) (joined bool) {
	if len(rows) > fewRows {
		slices.SortFunc(rows, func(a, b told) int { return d.compareIDs(&a, &b) })
		for i := 1; i < len(rows) && !joined; i++ {
			joined = d.sameContact(&rows[i-1], &rows[i])
		}
	} else {
		for i := range rows {
			for k := range i {
				joined = joined || d.sameContact(&rows[k], &rows[i])
			}
		}
		if joined {
			slices.SortFunc(rows, func(a, b told) int { return d.compareIDs(&a, &b) })
		}
	}
	if joined {
		d.shareDays(rows)
	}
	for i := 1; i < len(rows); i++ {
		if d.compare(&rows[i], &rows[i-1]) < 0 {
			slices.SortFunc(rows, func(a, b told) int { return d.compare(&a, &b) })
			break
		}
	}
	return joined
}

// compare orders rows by the days of their contacts, then by their ids.
func (d *door) compare(a, b *told) int {
	if a.day != b.day {
		return cmp.Compare(a.day, b.day)
	}
	return d.compareIDs(a, b)
}

// shareDays gives the rows of each contact, which stand side by side, the earliest of their days.
func (d *door) shareDays(rows []told) {
	for from, to := 0, 0; from < len(rows); from = to {
		earliest := rows[from].day
		for to = from + 1; to < len(rows) && d.sameContact(&rows[from], &rows[to]); to++ {
			earliest = min(earliest, rows[to].day)
		}
		for i := from; i < to; i++ {
			rows[i].day = earliest
		}
	}
}

// compareIDs orders rows by their contact ids, then as in the file.
func (d *door) compareIDs(a, b *told) int {
	if a.start != b.start {
		return cmp.Compare(a.start, b.start)
	}
	if a.length != b.length || a.length < longID {
		return cmp.Or(cmp.Compare(a.length, b.length), cmp.Compare(a.row, b.row))
	}
	return cmp.Or(strings.Compare(d.id.at(a.row), d.id.at(b.row)), cmp.Compare(a.row, b.row))
}

// sameContact tells whether two rows of a child have one contact id.
func (d *door) sameContact(a, b *told) bool {
	return a.start == b.start && a.length == b.length && a.length != 0 && (a.length < longID || d.id.at(a.row) == d.id.at(b.row))
}

// openEpisode returns the first episode in file order that started on an earlier day than the contact's and had
// not ended before it. A contact that names a referral of its own is never on an open case.
func (c *contact) openEpisode(episodes []episode) int32 {
	if c.referral {
		return none
	}
	for i := range episodes {
		if e := &episodes[i]; e.start != noDay && e.start < c.day && e.end >= c.day {
			return e.row
		}
	}
	return none
}

// common tells whether the rows of two contacts share a value of a column.
func (c *child) common(by column, a, b *contact) bool {
	for i := a.first; i < a.end; i++ {
		if value := c.rows[i].of[by]; value >= 0 && c.has(by, b, value) {
			return true
		}
	}
	return false
}

// has tells whether a row of a contact has a value of a column.
func (c *child) has(by column, a *contact, value int32) bool {
	for i := a.first; i < a.end; i++ {
		if c.rows[i].of[by] == value {
			return true
		}
	}
	return false
}

// names tells whether a row of a contact has any value of a column.
func (c *child) names(by column, a *contact) bool {
	for i := a.first; i < a.end; i++ {
		if c.rows[i].of[by] >= 0 {
			return true
		}
	}
	return false
}

// equal tells whether the rows of two contacts name the same values, blank equal to blank.
func (c *child) equal(by column, a, b *contact) bool {
	return c.within(by, a, b) && c.within(by, b, a)
}

func (c *child) within(by column, a, b *contact) bool {
	for i := a.first; i < a.end; i++ {
		if value := c.rows[i].of[by]; value >= 0 && !c.has(by, b, value) {
			return false
		}
	}
	return true
}

// contradict tells whether both contacts name some values and none in common.
func (c *child) contradict(by column, a, b *contact) bool {
	return c.names(by, a) && c.names(by, b) && !c.common(by, a, b)
}
