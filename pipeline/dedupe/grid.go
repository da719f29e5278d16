package dedupe

import (
	"math/bits"
	"slices"

	"frontdoor/schemas"
)

// GridPoint is the rate under one pair of settings: unique contacts in the period and how many of them have a
// linked referral.
type GridPoint struct {
	SameIncidentDays, ReferralWindow int
	Unique, Converted                int
}

// The settings that the grid tries.
var (
	gridDays    = [...]int{0, 1, 3, 7}
	gridWindows = [...]int{0, 1, 2, 5, 10}
)

// grid is what is counted under each of gridDays.
type grid [len(gridDays)]gridCount

// gridCount is the unique contacts in the period, and how many of them each of gridWindows converts.
type gridCount struct {
	unique    int
	converted [len(gridWindows)]int
}

func (g *gridCount) add(other *gridCount) {
	g.unique += other.unique
	for w := range g.converted {
		g.converted[w] += other.converted[w]
	}
}

func (g *grid) addAll(other *grid) {
	for n := range g {
		g[n].add(&other[n])
	}
}

func (g *grid) points() []GridPoint {
	var points []GridPoint
	for n, days := range gridDays {
		for w, window := range gridWindows {
			points = append(points, GridPoint{SameIncidentDays: days, ReferralWindow: window, Unique: g[n].unique, Converted: g[n].converted[w]})
		}
	}
	return points
}

// gridWithin has, by working days, a bit for each of gridWindows that is no shorter.
var gridWithin = func() (within [farthest + 1]uint8) {
	for days := range within {
		for w, window := range gridWindows {
			if days <= window {
				within[days] |= 1 << w
			}
		}
	}
	return within
}()

// trials are the settings under which a child is judged: its own, with the longest window that the grid or they themselves
// ask for, and those with the days of the grid.
type trials struct {
	widest  Settings
	days    [len(gridDays)]Settings
	longest schemas.Day // the most days that any of them has
}

func newTrials(s *Settings) *trials {
	t := &trials{widest: *s, longest: schemas.Day(max(s.SameIncidentDays, slices.Max(gridDays[:])))}
	t.widest.ReferralWindow = max(s.ReferralWindow, slices.Max(gridWindows[:]))
	for n, days := range gridDays {
		t.days[n] = t.widest
		t.days[n].SameIncidentDays = days
	}
	return t
}

// add counts a child that was judged and paired under settings. Where its contacts do not lie so that other days make other
// incidents, which is so for most children, it is not judged again; trial is what it is judged with.
func (g *grid) add(d *door, c, trial *child, tried *trials) {
	period := tried.widest.Period
	if !c.anyIn(period) {
		return
	}
	own := c.counts(period)
	if !c.anyNear(tried.longest) {
		for n := range g {
			g[n].add(&own)
		}
		return
	}
	var last gridCount
	for n, days := range gridDays {
		switch {
		case !c.anyApart(days, tried.widest.SameIncidentDays):
			last = own
		case n == 0 || c.anyApart(days, gridDays[n-1]):
			trial.person, trial.rows, trial.contacts, trial.ranked, trial.named = c.person, c.rows, c.contacts, c.ranked, c.named
			d.judgeChild(trial, &tried.days[n])
			d.pairChild(trial, &tried.days[n])
			last = trial.counts(period)
		}
		g[n].add(&last)
	}
}

// anyIn tells whether a contact of the child lies in a period.
func (c *child) anyIn(period *Span) bool {
	for i := range c.contacts {
		if period.Has(c.contacts[i].day) {
			return true
		}
	}
	return false
}

// anyNear tells whether two contacts of the child lie on different days that are no farther apart than so many.
func (c *child) anyNear(days schemas.Day) bool {
	for i := range c.contacts[1:] {
		if after := c.contacts[i+1].day - c.contacts[i].day; after > 0 && after <= days {
			return true
		}
	}
	return false
}

// counts counts a child that was judged, and paired for a window that is no shorter than any of the grid's.
func (c *child) counts(period *Span) (count gridCount) {
	explicit := 0
	for i := range c.incidents {
		held := &c.incidents[i]
		if held.episode < 0 && period.Has(held.day) {
			count.unique++
			if held.referral >= 0 {
				explicit++
			}
		}
	}
	for w := range count.converted {
		count.converted[w] = explicit
	}
	if len(c.pairs) == 0 {
		return count
	}
	c.taken = append(c.taken[:0], make([]uint8, len(c.incidents)+len(c.referrals))...) // a bit for each window
	incidents, referrals := c.taken[:len(c.incidents)], c.taken[len(c.incidents):]
	for _, p := range c.pairs {
		i, r := p.incident(), p.rank()
		free := p.apart().windows() &^ (incidents[i] | referrals[r])
		incidents[i], referrals[r] = incidents[i]|free, referrals[r]|free
		if !period.Has(c.incidents[i].day) {
			continue
		}
		for ; free != 0; free &= free - 1 {
			count.converted[bits.TrailingZeros8(free)]++
		}
	}
	return count
}

// windows has a bit for each of gridWindows in which a referral at this distance converts; see within.
func (a apart) windows() uint8 {
	if a.before {
		return 1<<len(gridWindows) - 1
	}
	return gridWithin[a.days]
}

// anyApart tells whether two contacts of the child lie farther apart than the one number of days and no farther than
// the other.
func (c *child) anyApart(a, b int) bool {
	near, distant := schemas.Day(min(a, b)), schemas.Day(max(a, b))
	from := 0
	for i := range c.contacts {
		for c.contacts[i].day-c.contacts[from].day > distant {
			from++
		}
		if c.contacts[i].day-c.contacts[from].day > near {
			return true
		}
	}
	return false
}
