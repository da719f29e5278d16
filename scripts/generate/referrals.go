package main

import "strconv"

// addReferral adds a referral that is not linked to anything yet.
func (p *planner) addReferral(c *child, d day, source string) *referral {
	r := &referral{child: c, day: d, source: source, status: statusNotLinked}
	r.system = p.systemOn(c, d)
	r.nfa = p.flag(c, p.chance(0.3))
	p.referrals = append(p.referrals, r)
	return r
}

// flag writes yes or no as the system does that first knew the child.
func (p *planner) flag(c *child, yes bool) string {
	if c.system == "West" {
		return strconv.FormatBool(yes)
	}
	if yes {
		return "1"
	}
	return "0"
}

// referralSource is mostly the agency that made the contact.
func (p *planner) referralSource(contact string) string {
	switch n := p.IntN(20); {
	case n == 0:
		return ""
	case n < 4:
		return oneOf(p, sources...)
	default:
		return contact
	}
}

// openCase opens a case on the day of a referral that goes on, or the day
// after, but never before the contact that led to it.
func (p *planner) openCase(inc *incident, r *referral) {
	if r.nfa == p.flag(r.child, true) || p.chance(0.2) {
		return
	}
	start := r.day + day(p.IntN(2))
	if len(inc.rows) > 0 {
		start = max(start, p.contacts[inc.first].day)
	}
	p.addEpisode(inc.child, start)
}
