package main

import (
	"fmt"
	"slices"
)

// household plans one family with everything that happened to its children,
// or a contact in which nobody was identified.
func (p *planner) household() {
	if p.chance(0.02) {
		p.unidentified()
		return
	}
	days := p.eventDays()
	f := p.family(days[0])
	last := day(0)
	for _, d := range days {
		who := p.concerned(f)
		if len(who) == 1 && closedBetween(who[0], max(last, historyFrom), d) && p.chance(0.6) {
			last = p.afterClosure(f, who[0])
		}
		d = clearOfClosures(d, who)
		if d <= last+apart || d > lastContact {
			continue
		}
		if p.chance(0.02) && !onOpenCase(who[0], d) {
			last = p.referralWithoutContact(who[0], d)
			continue
		}
		last = p.event(f, who, d)
	}
}

// A family is children who may be told of together.
type family struct {
	id      string // "" where the extract has none
	members []*child
}

// eventDays are the days of one to five events, earliest first.
func (p *planner) eventDays() []day {
	days := make([]day, oneOf(p, 1, 1, 1, 1, 2, 2, 2, 3, 4, 5))
	for i := range days {
		days[i] = p.anyDay()
	}
	slices.Sort(days)
	return days
}

// family makes one to four children first told of on d; some are known
// already, some not yet born, some under two ids.
func (p *planner) family(d day) family {
	p.taken.families++
	system, surname := p.systemFor(d), oneOf(p, surnames...)
	f := family{}
	for range oneOf(p, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4) {
		minAge := 10
		known := p.chance(0.12)
		if known {
			minAge = 600
		}
		c := p.addChild(d, minAge, system, surname)
		if known {
			p.addEpisode(c, d-day(30+p.IntN(500)))
		}
		f.members = append(f.members, c)
	}
	switch {
	case len(f.members) > 1:
		if p.chance(0.7) {
			f.id = fmt.Sprintf("FAM%06d", p.taken.families)
		}
	case p.chance(0.03) && f.members[0].episode == nil:
		p.makeUnborn(f.members[0], d)
	case p.chance(0.04) && system != newSystem:
		p.addSecondRecord(f.members[0])
	}
	return f
}

// concerned are the children whom one event concerns: all of them, or one.
func (p *planner) concerned(f family) []*child {
	if p.chance(0.5) {
		return f.members
	}
	i := p.IntN(len(f.members))
	return f.members[i : i+1]
}

// clearOfClosures moves an event that would go on while a case of one of the
// children closes to the days after the closure.
func clearOfClosures(d day, who []*child) day {
	for moved := true; moved; {
		moved = false
		for _, c := range who {
			if e := c.episode; e != nil && e.end >= d && e.end <= d+eventSpan {
				d, moved = e.end+1, true
			}
		}
	}
	return d
}

// onOpenCase reports whether a case of the child was open when d began: the
// latest episode started on an earlier day and had not ended before d.
func onOpenCase(c *child, d day) bool {
	e := c.episode
	return e != nil && e.start < d && (e.end == 0 || e.end >= d)
}

// closedBetween reports whether the child's case closed well after one thing
// and well before the next.
func closedBetween(c *child, last, next day) bool {
	e := c.episode
	return e != nil && e.end > last+apart+5 && e.end+apart < next
}

// addEpisode opens a case for the child; it ends after some months or is
// still open.
func (p *planner) addEpisode(c *child, start day) {
	e := &episode{child: p.record(c), start: start}
	if end := start + day(40+p.IntN(260)); end <= asAt && p.chance(0.85) {
		e.end, e.closure = end, oneOf(p, closureReasons...)
	}
	e.system = p.systemOn(e.child, start)
	p.episodes = append(p.episodes, e)
	c.episode = e
}

// systemOn is the system in which a record of the child is kept on d.
func (p *planner) systemOn(c *child, d day) string {
	if d > migrationTo || d >= migrationFrom && p.chance(0.5) {
		return newSystem
	}
	return c.system
}
