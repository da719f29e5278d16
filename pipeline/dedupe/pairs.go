package dedupe

import (
	"math"
	"slices"
	"sort"

	"frontdoor/schemas"
)

// pair is an incident and a referral that may belong together, as one number that is the smaller the sooner they
// are linked: the same source first, then the fewest working days, then after before before, then the earlier
// incident, then the referral's id.
type pair uint64

const (
	placeBits   = 27 // a child's incidents and its referrals are fewer
	placeMask   = 1<<placeBits - 1
	beforeShift = 2 * placeBits
	daysShift   = beforeShift + 1
	farthest    = 1<<8 - 1 // working days
	sourceShift = daysShift + 8
)

func pairOf(incident, rank int32, otherSource bool, near apart) pair {
	p := pair(near.days)<<daysShift | pair(incident)<<placeBits | pair(rank)
	if otherSource {
		p |= 1 << sourceShift
	}
	if near.before {
		p |= 1 << beforeShift
	}
	return p
}

func (p pair) incident() int32 { return int32(p >> placeBits & placeMask) }
func (p pair) rank() int32     { return int32(p & placeMask) }
func (p pair) apart() apart {
	return apart{days: int(p >> daysShift & farthest), before: p>>beforeShift&1 == 1}
}

// apart is how far a referral is from an incident's nearest contact.
type apart struct {
	days   int // working days after the earlier of the two, up to and including the later
	before bool
}

// within tells whether a referral at this distance converts when the window has so many working days. How long before
// a contact it may stand is settled when pairs are made.
func (a apart) within(window int) bool { return a.before || a.days <= window }

// pairNearest pairs what is left, in the order in which the pairs are linked. One referral converts one incident.
func (d *door) pairNearest(c *child, s *Settings) {
	for i := range c.incidents {
		held := &c.incidents[i]
		if held.episode >= 0 || held.referral >= 0 {
			continue
		}
		from, to := d.referralsAround(c, held, s)
		if from == to || c.alikeBefore(held) >= to-from {
			continue
		}
		for r := from; r < to; r++ {
			candidate := &c.referrals[r]
			if candidate.status != NotLinked {
				continue
			}
			otherSource := !c.tells(held, candidate.source)
			after, before := d.distances(c, held, candidate.day)
			if after <= s.ReferralWindow {
				c.pairs = append(c.pairs, pairOf(int32(i), candidate.rank, otherSource, apart{days: after}))
			}
			if before <= s.ReferralBefore {
				c.pairs = append(c.pairs, pairOf(int32(i), candidate.rank, otherSource, apart{days: before, before: true}))
			}
		}
	}
	slices.Sort(c.pairs)
}

// alikeBefore counts the incidents before one, since it was last asked about another day, that referrals cannot tell from
// it: of one contact of the same day and source. Of such incidents the earlier is linked first, so that one with as many
// before it as there are referrals around is never linked.
func (c *child) alikeBefore(held *incident) int {
	if len(c.alike) > 0 && c.alike[0].day != held.day {
		c.alike = c.alike[:0]
	}
	if held.first != held.last {
		return 0
	}
	source := c.contacts[held.first].source
	for i := range c.alike {
		if c.alike[i].source == source {
			c.alike[i].count++
			return c.alike[i].count
		}
	}
	c.alike = append(c.alike, alike{day: held.day, source: source})
	return 0
}

// alike counts the incidents of one contact of a day and source behind the first.
type alike struct {
	day    schemas.Day
	source int32
	count  int
}

// tells tells whether a contact of the incident has a source, blank equal to blank.
func (c *child) tells(held *incident, source int32) bool {
	for m := held.first; m >= 0; m = c.verdicts[m].next {
		if c.contacts[m].source == source {
			return true
		}
	}
	return false
}

// far is more working days than lie between any two days.
const far = math.MaxInt32

// distances measures from the nearest contacts of an incident to a day, in working days: from the one on the day or
// before it, and from the one after it; far where there is none.
func (d *door) distances(c *child, held *incident, day schemas.Day) (after, before int) {
	after, before = far, far
	for m := held.first; m >= 0; m = c.verdicts[m].next {
		if contact := c.contacts[m].day; contact <= day {
			after = d.calendar.WorkingDays(contact, day)
		} else {
			return after, d.calendar.WorkingDays(day, contact)
		}
	}
	return after, before
}

// nearest measures from the nearest contact of an incident to a day.
func (d *door) nearest(c *child, held *incident, day schemas.Day) apart {
	after, before := d.distances(c, held, day)
	return apart{days: min(after, before), before: before < after}
}

// referralsAround returns which of the child's referrals, in their order, lie no farther from an incident than its window
// reaches: those between its contacts, too, whose distance from the nearest is to be measured.
func (d *door) referralsAround(c *child, held *incident, s *Settings) (from, to int) {
	reached := func(r int) bool {
		day := c.referrals[r].day
		return day == noDay || day >= held.day || d.calendar.WorkingDays(day, held.day) <= s.ReferralBefore
	}
	passed := func(r int) bool {
		day := c.referrals[r].day
		return day == noDay || day > held.lastDay && d.calendar.WorkingDays(held.lastDay, day) > s.ReferralWindow
	}
	if all := len(c.referrals); all > fewReferrals {
		from = sort.Search(all, reached)
		return from, from + sort.Search(all-from, func(r int) bool { return passed(from + r) })
	}
	for from < len(c.referrals) && !reached(from) {
		from++
	}
	for to = from; to < len(c.referrals) && !passed(to); {
		to++
	}
	return from, to
}
