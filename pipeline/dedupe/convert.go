package dedupe

import (
	"cmp"
	"slices"
	"sort"

	"frontdoor/schemas"
)

// Method says how a referral was found for an incident.
type Method uint8

// The methods. An outcome-only incident has no referral: its outcome speaks of one that is not in the extract.
const (
	NoReferral Method = iota
	Explicit
	Window
	BeforeContact
	OutcomeOnly
)

// Methods are the names of the methods, by number.
var Methods = []string{"", "explicit", "window", "before_contact", "outcome_only"}

// ReferralStatus says what became of a referral.
type ReferralStatus uint8

// The states of a referral. Every accepted referral has exactly one.
const (
	NotLinked ReferralStatus = iota
	Further
	Linked
)

// ReferralStatuses are the names of the states, by number.
var ReferralStatuses = []string{"not_linked", "further", "linked"}

// referral is a referral with what becomes of it.
type referral struct {
	start    uint64 // of its id; see told
	row      int32
	day      schemas.Day
	source   int32
	id       int32 // its number
	rank     int32 // its place among the child's referrals by id
	incident int32 // by place among the child's incidents, none
	missedBy int32 // working days from an unconverted incident before it, when it is not linked; none
	status   ReferralStatus
	length   uint8 // of its id; see told
}

// convertChild links the child's referrals to its unique incidents: first those that contacts name, then the
// nearest that are left. The child's referrals are paired for a window that is no shorter.
func (d *door) convertChild(c *child, s *Settings) {
	for _, p := range c.pairs {
		near := p.apart()
		held, candidate := &c.incidents[p.incident()], &c.referrals[c.ranked[p.rank()]]
		if !near.within(s.ReferralWindow) || held.referral >= 0 || candidate.status != NotLinked {
			continue
		}
		candidate.status, candidate.incident = Linked, p.incident()
		held.referral, held.method = candidate.row, Window
		if near.before {
			held.method = BeforeContact
		}
		held.setDistance(near)
	}
	for i := range c.incidents {
		if held := &c.incidents[i]; held.episode < 0 && held.referral < 0 && d.outcomeSaysReferral(c, held) && !d.anyInWindow(c, held, s) {
			held.method = OutcomeOnly
		}
	}
}

// pairChild links the referrals that contacts name and pairs what is left.
func (d *door) pairChild(c *child, s *Settings) {
	c.pairs = c.pairs[:0]
	c.referrals = append(c.referrals[:0], d.referralsOfChild(c.person)...)
	if len(c.referrals) == 0 {
		return
	}
	d.linkNamed(c)
	c.alike = c.alike[:0]
	d.pairNearest(c, s)
}

// referralsOfChild returns the referrals of a person.
func (d *door) referralsOfChild(person int32) []referral {
	return d.referrals[d.referralsOf[person]:d.referralsOf[person+1]]
}

// orderReferrals puts the referrals of a child in the order of their days and ids; one without a readable date comes
// last.
func (d *door) orderReferrals(c *child) {
	own := d.referralsOfChild(c.person)
	c.ranked = c.ranked[:0]
	for place := range own {
		c.ranked = append(c.ranked, int32(place))
	}
	if len(own) < 2 {
		return
	}
	slices.SortStableFunc(own, func(a, b referral) int {
		if a.day != b.day {
			return cmp.Compare(uint32(a.day-noDay-1), uint32(b.day-noDay-1)) // noDay comes last
		}
		return d.compareReferrals(&a, &b)
	})
	slices.SortStableFunc(c.ranked, func(a, b int32) int { return d.compareReferrals(&own[a], &own[b]) })
	for rank, place := range c.ranked {
		own[place].rank = int32(rank)
	}
}

// compareReferrals orders referrals by their ids.
func (d *door) compareReferrals(a, b *referral) int {
	switch {
	case a.start != b.start:
		return cmp.Compare(a.start, b.start)
	case a.length != b.length || a.length < longID:
		return cmp.Compare(a.length, b.length)
	}
	return cmp.Compare(d.referralID.at(a.row), d.referralID.at(b.row))
}

// fewReferrals is how many referrals of a child are walked through and not looked up.
const fewReferrals = 16

// referralsOfID appends which of the child's referrals have an id. Of many they stand in byID.
func (c *child) referralsOfID(id int32, into []int32) []int32 {
	if len(c.referrals) <= fewReferrals {
		for place := range c.referrals {
			if c.referrals[place].id == id {
				into = append(into, int32(place))
			}
		}
		return into
	}
	from, _ := slices.BinarySearchFunc(c.byID, id, func(place, id int32) int { return cmp.Compare(c.referrals[place].id, id) })
	for _, place := range c.byID[from:] {
		if c.referrals[place].id != id {
			break
		}
		into = append(into, place)
	}
	return into
}

// linkNamed links the referrals of the child that an incident's contacts name and that no earlier incident has:
// the earliest converts the incident, the others are further referrals.
func (d *door) linkNamed(c *child) {
	if !c.named {
		return
	}
	if len(c.referrals) > fewReferrals {
		c.byID = append(c.byID[:0], c.ranked...)
		slices.SortFunc(c.byID, func(a, b int32) int { return cmp.Compare(c.referrals[a].id, c.referrals[b].id) })
	}
	for i := range c.incidents {
		held := &c.incidents[i]
		if held.episode >= 0 || !held.named {
			continue
		}
		c.naming = c.naming[:0]
		for m := held.first; m >= 0; m = c.verdicts[m].next {
			for i := c.contacts[m].first; i < c.contacts[m].end; i++ {
				if id := c.rows[i].of[named]; id >= 0 {
					c.naming = c.referralsOfID(id, c.naming)
				}
			}
		}
		slices.Sort(c.naming)
		for _, r := range slices.Compact(c.naming) {
			candidate := &c.referrals[r]
			if candidate.status != NotLinked {
				continue
			}
			candidate.incident = int32(i)
			if held.referral >= 0 {
				candidate.status = Further
				continue
			}
			candidate.status = Linked
			held.referral, held.method = candidate.row, Explicit
			if candidate.day != noDay {
				held.setDistance(d.nearest(c, held, candidate.day))
			}
		}
	}
}

func (i *incident) setDistance(a apart) {
	i.distance, i.measured = int32(a.days), true
	if a.before {
		i.distance = -i.distance
	}
}

// measureMisses says of each referral that is not linked how many working days it stands after the nearest contact
// of a unique incident of the child that no referral converted.
func (d *door) measureMisses(c *child) {
	c.until = c.until[:0] // by incident: the last day of it and all before it
	for r := range c.referrals {
		missed := &c.referrals[r]
		if missed.status != NotLinked || missed.day == noDay {
			continue
		}
		if len(c.until) == 0 {
			last := noDay
			for i := range c.incidents {
				last = max(last, c.incidents[i].lastDay)
				c.until = append(c.until, last)
			}
		}
		begun := sort.Search(len(c.incidents), func(i int) bool { return c.incidents[i].day > missed.day })
		for i := begun - 1; i >= 0; i-- {
			if missed.missedBy >= 0 && c.until[i] <= missed.day && d.calendar.WorkingDays(c.until[i], missed.day) >= int(missed.missedBy) {
				break
			}
			held := &c.incidents[i]
			if held.episode >= 0 || held.referral >= 0 {
				continue
			}
			if near := d.nearest(c, held, missed.day); !near.before && (missed.missedBy < 0 || int32(near.days) < missed.missedBy) {
				missed.missedBy = int32(near.days)
			}
		}
	}
}

// anyInWindow tells whether a referral of the child, linked or not, stands in the window of an incident.
func (d *door) anyInWindow(c *child, held *incident, s *Settings) bool {
	from, to := d.referralsAround(c, held, s)
	for r := from; r < to; r++ {
		if after, before := d.distances(c, held, c.referrals[r].day); after <= s.ReferralWindow || before <= s.ReferralBefore {
			return true
		}
	}
	return false
}

// outcomeSaysReferral tells whether an outcome of the incident speaks of a referral or an enquiry.
func (d *door) outcomeSaysReferral(c *child, held *incident) bool {
	for m := held.first; m >= 0; m = c.verdicts[m].next {
		for i := c.contacts[m].first; i < c.contacts[m].end; i++ {
			if outcome := int32(c.rows[i].outcome); outcome >= 0 && (outcome == d.newReferral || outcome == d.protectionEnquiry) {
				return true
			}
		}
	}
	return false
}
