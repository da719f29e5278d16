package dedupe

import (
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

func (g *gridCount) add(other gridCount) {
	g.unique += other.unique
	for w := range g.converted {
		g.converted[w] += other.converted[w]
	}
}

func (g *grid) addAll(other *grid) {
	for n := range g {
		g[n].add(other[n])
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

// widest returns the settings with the longest window that the grid or they themselves ask for.
func (s Settings) widest() Settings {
	s.ReferralWindow = max(s.ReferralWindow, slices.Max(gridWindows[:]))
	return s
}

// add counts a child that was judged and paired under the settings s. Where its contacts do not lie so that other days
// make other incidents, which is so for most children, it is not judged again; trial is what it is judged with.
func (g *grid) add(d *door, c, trial *child, s Settings) {
	own := c.counts(s.Period)
	var last gridCount
	for n, days := range gridDays {
		switch {
		case !c.anyApart(days, s.SameIncidentDays):
			last = own
		case n == 0 || c.anyApart(days, gridDays[n-1]):
			tried := s.widest()
			tried.SameIncidentDays = days
			trial.person, trial.rows, trial.contacts, trial.ranked = c.person, c.rows, c.contacts, c.ranked
			d.judgeChild(trial, tried)
			d.pairChild(trial, tried)
			last = trial.counts(s.Period)
		}
		g[n].add(last)
	}
}

// counts counts a child that was judged and paired.
func (c *child) counts(period *Span) (count gridCount) {
	for i := range c.incidents {
		if held := &c.incidents[i]; held.episode < 0 && period.Has(held.day) {
			count.unique++
		}
	}
	for w, window := range gridWindows {
		count.converted[w] = c.converted(window, period)
	}
	return count
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
