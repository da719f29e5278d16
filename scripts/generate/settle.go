package main

// settle decides what became of a unique incident and adds what that leaves.
// Where the child has another incident on the same day, alone is false and
// only a referral that the contact names may belong to it. It gives the last
// day that has to do with the incident.
func (p *planner) settle(inc *incident, alone bool) day {
	if p.chance(p.conversion(&p.contacts[inc.first])) {
		return max(inc.last, p.link(inc, alone).day)
	}
	switch n := p.IntN(100); {
	case alone && n < 4:
		return p.referLate(inc)
	case alone && n < 7:
		p.close(inc)
		p.leaveOutcomeOnly(inc)
	default:
		p.close(inc)
	}
	return inc.last
}

// conversion is how likely a contact becomes a referral: by its source, and
// steered so that 29 % of the unique contacts of the period do.
func (p *planner) conversion(c *contact) float64 {
	likely := 0.32
	switch c.source {
	case "6":
		likely = 0.22
	case "2A", "3B", "5C":
		likely = 0.38
	case "9", "10":
		likely = 0.15
	}
	if inPeriod(c.day) {
		likely += 0.02 * (0.29*float64(p.uniqueInPeriod) - float64(p.convertedInPeriod))
	}
	return min(max(likely, 0.02), 0.9)
}

// link gives an incident its referral, in one of the ways in which it is
// found, and perhaps opens a case.
func (p *planner) link(inc *incident, alone bool) *referral {
	var r *referral
	switch n := p.IntN(100); {
	case !alone || n < 28:
		r = p.linkExplicit(inc)
	case n < 34 && inc.last == p.contacts[inc.first].day:
		r = p.linkBefore(inc)
	case n < 46 && len(inc.rows) > 1:
		r = p.linkTwo(inc)
	default:
		r = p.linkWindow(inc)
	}
	p.openCase(inc, r)
	return r
}

// linkExplicit adds a referral that one row of the incident names.
func (p *planner) linkExplicit(inc *incident) *referral {
	row := &p.contacts[inc.rows[p.IntN(len(inc.rows))]]
	r := p.addReferral(row.child, workingDaysAfter(row.day, p.IntN(9)), p.referralSource(row.source))
	row.names = r
	p.convert(inc, r, methodExplicit)
	return r
}

// linkTwo adds two referrals, each named by a row of the incident: the earlier
// converts it, the other is a further one.
func (p *planner) linkTwo(inc *incident) *referral {
	one, two := &p.contacts[inc.rows[0]], &p.contacts[inc.rows[len(inc.rows)-1]]
	r := p.addReferral(one.child, workingDaysAfter(one.day, p.IntN(3)), one.source)
	further := p.addReferral(two.child, workingDaysAfter(max(r.day, two.day), p.IntN(3)), two.source)
	further.status, further.nfa = statusFurther, p.flag(two.child, true)
	one.names, two.names = r, further
	p.convert(inc, r, methodExplicit)
	return further
}

// linkWindow adds a referral that nobody names, up to five working days after
// one of the contacts.
func (p *planner) linkWindow(inc *incident) *referral {
	row := p.contacts[inc.rows[p.IntN(len(inc.rows))]]
	after := oneOf(p, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 4, 5)
	d := workingDaysAfter(row.day, after)
	if p.nearerBefore(inc, d) {
		d = workingDaysAfter(inc.last, after)
	}
	r := p.addReferral(p.record(inc.child), d, p.referralSource(row.source))
	p.convert(inc, r, methodWindow)
	return r
}

// nearerBefore tells whether a referral on a day stands before a later contact of the incident and nearer to it
// than after an earlier one: it would then be found as dated before the contact.
func (p *planner) nearerBefore(inc *incident, d day) bool {
	after, before := 99, 99
	for _, row := range inc.rows {
		if c := p.contacts[row].day; c <= d {
			after = min(after, workingDaysBetween(c, d))
		} else {
			before = min(before, workingDaysBetween(d, c))
		}
	}
	return before < after
}

// linkBefore adds a referral dated up to a working day before the contact,
// which was typed later.
func (p *planner) linkBefore(inc *incident) *referral {
	first := p.contacts[inc.first]
	d := first.day - 1
	for workingDaysBetween(d-1, first.day) <= 1 && p.chance(0.5) {
		d--
	}
	r := p.addReferral(p.record(inc.child), d, first.source)
	p.convert(inc, r, methodBefore)
	return r
}

// convert labels an incident with the referral that it became.
func (p *planner) convert(inc *incident, r *referral, by method) {
	first := &p.contacts[inc.first]
	first.linked, first.method = r, by
	r.status = statusLinked
	if inPeriod(first.day) {
		p.convertedInPeriod++
	}
	p.close(inc)
	outcome := oneOf(p, "NEW_REFERRAL", "NEW_REFERRAL", "NEW_REFERRAL", "CP_ENQUIRY")
	p.contacts[inc.rows[len(inc.rows)-1]].outcome = outcome
	for _, row := range inc.rows {
		if p.contacts[row].names != nil {
			p.contacts[row].outcome = outcome
		}
	}
}

// close records quiet outcomes on all rows of an incident.
func (p *planner) close(inc *incident) {
	for _, row := range inc.rows {
		p.contacts[row].outcome = oneOf(p, quietOutcomes...)
	}
}

// leaveOutcomeOnly lets one row say that a referral was made, though the
// extract holds none in the window.
func (p *planner) leaveOutcomeOnly(inc *incident) {
	p.contacts[inc.rows[p.IntN(len(inc.rows))]].outcome = oneOf(p, "NEW_REFERRAL", "CP_ENQUIRY")
	p.contacts[inc.first].method = methodOutcomeOnly
}

// referLate adds a referral six or more working days after the last contact:
// outside the window, so not linked.
func (p *planner) referLate(inc *incident) day {
	p.close(inc)
	if p.chance(0.3) {
		p.leaveOutcomeOnly(inc)
	}
	r := p.addReferral(p.record(inc.child), workingDaysAfter(inc.last, 6+p.IntN(8)), p.contacts[inc.first].source)
	p.openCase(inc, r)
	return r.day
}

// passToCase records that an incident on an open case went to its worker.
func (p *planner) passToCase(inc *incident) day {
	for _, row := range inc.rows {
		p.contacts[row].outcome = oneOf(p, "EXISTING_REFERRAL", "EXISTING_REFERRAL", "EXISTING_REFERRAL", "ADVICE", "NFA")
	}
	return inc.last
}

// referralWithoutContact adds a referral that reached the council another way.
func (p *planner) referralWithoutContact(c *child, d day) day {
	p.openCase(&incident{child: c}, p.addReferral(p.record(c), d, oneOf(p, sources...)))
	return d
}
