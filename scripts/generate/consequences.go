package main

import "slices"

// findConsequences notes what some rules find in an ordinary front door, where
// nothing was planted for them: it follows from who was told of, referred and
// open when, as it was planned.
func (p *planner) findConsequences() {
	episodes := map[*child][]*episode{}
	for _, e := range p.episodes {
		if e.child != nil && !e.quarantined && e.start != 0 {
			episodes[e.child] = append(episodes[e.child], e)
		}
	}
	for row, c := range p.children {
		if c.born == 0 && c.bornText == "" && c.expected != 0 && c.expected < asAt-42 {
			p.fail("FD-026", tableChildren, row)
		}
	}
	for row := range p.contacts {
		if c := &p.contacts[row]; !c.quarantined && c.child.delivered() && c.outcome == "EXISTING_REFERRAL" &&
			!slices.ContainsFunc(episodes[c.child], func(e *episode) bool { return e.covers(c.day) }) {
			p.fail("FD-043", tableContacts, row)
		}
	}
	for row, r := range p.referrals {
		if r.quarantined {
			continue
		}
		if r.source == "" {
			p.fail("FD-064", tableReferrals, row)
		}
		if r.child.delivered() && r.dateText == "" && r.day != 0 &&
			slices.ContainsFunc(episodes[r.child], func(e *episode) bool { return e.start < r.day && e.covers(r.day) && e.end != r.day }) {
			p.fail("FD-045", tableReferrals, row)
		}
	}
	for row, e := range p.episodes {
		if e.start != 0 && e.end == 0 && e.endText == "" && e.start <= date(2016, 12, 31) {
			p.fail("FD-048", tableEpisodes, row)
		}
	}
}

// covers reports whether the episode was open on d, its first and last day
// included. Of an end that cannot be read nobody knows.
func (e *episode) covers(d day) bool {
	return e.start <= d && e.endText == "" && (e.end == 0 || e.end >= d)
}

// delivered reports whether the child has a row that others can point to.
func (c *child) delivered() bool { return c != nil && !c.absent && !c.noID }
