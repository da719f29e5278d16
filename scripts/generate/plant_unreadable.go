package main

// plantUnreadable plants what cannot be read or placed. Such records are
// unremarkable otherwise, and those that are quarantined fail no other rule.
func (p *planner) plantUnreadable() {
	for _, text := range []string{"2019-02-30", "2019-06-31", "not known", ""} {
		row := p.quarantinedContact()
		p.contacts[row].dateText = &text
		if text != "" {
			p.fail("IN-005", tableContacts, row)
		}
		p.fail("IN-007", tableContacts, row)
	}
	for _, cells := range []int{-1, 1} {
		row := p.quarantinedContact()
		p.contacts[row].cells = cells
		p.fail("IN-006", tableContacts, row)
	}
	for _, text := range []string{"2011-02-31", "spring 2014"} {
		row := p.plantBorn(0)
		p.children[row].bornText = text
		p.fail("IN-005", tableChildren, row)
	}
	row := p.plantEpisode(func(e *episode) { e.endText = "2019-04-31" })
	p.fail("IN-005", tableEpisodes, row)
	row = p.plainReferral()
	p.referrals[row].dateText = "2019-09-00"
	p.fail("IN-005", tableReferrals, row)

	row = p.plainReferral()
	p.referrals[row].cells, p.referrals[row].quarantined = -2, true
	p.fail("IN-006", tableReferrals, row)
	p.plantWithoutID()
}

// quarantinedContact adds a contact that is left out of every count.
func (p *planner) quarantinedContact() int {
	d := p.anyDay()
	c := p.addChild(d, 10, p.systemFor(d), oneOf(p, surnames...))
	return p.addRow(contact{
		moment: p.newContact(d), child: c, source: oneOf(p, sources...), concern: oneOf(p, concerns...),
		system: p.systemOn(c, d), outcome: oneOf(p, quietOutcomes...), first: -1, quarantined: true,
	})
}

// plantWithoutID adds a child, a referral and an episode without their own id.
func (p *planner) plantWithoutID() {
	row := p.plainChild()
	c := p.children[row]
	c.upn, c.nhs, c.noID = "", "", true
	p.persons--
	p.fail("IN-007", tableChildren, row)

	row = p.plainReferral()
	p.referrals[row].noID, p.referrals[row].quarantined = true, true
	p.fail("IN-007", tableReferrals, row)

	row = p.plantEpisode(func(e *episode) { e.noID, e.quarantined = true, true })
	p.fail("IN-007", tableEpisodes, row)
}
