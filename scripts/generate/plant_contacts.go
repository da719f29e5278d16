package main

// plainContact adds an unremarkable contact about a child of its own, told of
// once and not referred, to plant an error on; it gives the row.
func (p *planner) plainContact(d day) int {
	c := p.addChild(d, 10, p.systemFor(d), oneOf(p, surnames...))
	return p.plainContactOf(c, d)
}

// plainContactOf is plainContact about a given child.
func (p *planner) plainContactOf(c *child, d day) int {
	t := telling{source: oneOf(p, sources...), concern: oneOf(p, concerns...)}
	row := p.addTelling(p.happening(family{}, d, nil), c, t, p.newContact(d))
	p.close(p.start(c, row, false))
	return row
}

// plantContacts plants what each rule about contacts must find.
func (p *planner) plantContacts() {
	p.plantContactKeys()
	p.plantContactDates()
	p.plantNamedReferrals()
	p.plantContactCodes()
}

func (p *planner) plantContactKeys() {
	for range 4 {
		row := p.plainContact(p.anyDay())
		p.contacts[row].number = 0
		p.fail("FD-002", tableContacts, row)
	}
	for range 5 {
		row := p.plainContact(p.anyDay())
		p.contacts[row].child.absent = true
		p.fail("FD-004", tableContacts, row)
	}
}

func (p *planner) plantContactDates() {
	for _, d := range []day{asAt + 1, date(2020, 6, 3), date(2029, 5, 14)} {
		row := p.plainContact(periodFrom)
		p.redate(row, d)
		p.contacts[row].child.upn, p.contacts[row].child.born = "", date(2016, 3, 1)
		p.fail("FD-010", tableContacts, row)
	}
	for _, d := range []day{date(1919, 5, 21), date(1919, 8, 2), date(1989, 12, 31)} {
		row := p.plainContact(periodFrom)
		p.redate(row, d)
		p.fail("FD-011", tableContacts, row)
		p.fail("FD-019", tableContacts, row)
	}
	for _, after := range []day{281, 300, 365, 600} {
		row := p.plainContact(date(2018, 1, 8) + after/10)
		p.bornAfter(row, after)
		p.fail("FD-019", tableContacts, row)
	}
	for _, after := range []day{1, 30, 200, 280} {
		row := p.plainContact(date(2018, 3, 5) + after)
		p.bornAfter(row, after)
		p.fail("FD-020", tableContacts, row)
	}
	for _, born := range []day{date(2001, 4, 1), date(1999, 2, 28), date(1991, 6, 30)} {
		row := p.plainContact(periodFrom)
		p.contacts[row].child.upn, p.contacts[row].child.born = "", born
		p.fail("FD-041", tableContacts, row)
	}
}

// redate moves a contact that is not yet counted on to a day outside the
// period, out of the count of the period's contacts.
func (p *planner) redate(row int, d day) {
	p.contactsInPeriod--
	p.uniqueInPeriod--
	p.contacts[row].day = d
	p.contactDays[p.contacts[row].number] = d
}

// bornAfter lets the child of a contact be born some days after it.
func (p *planner) bornAfter(row int, days day) {
	c := p.contacts[row].child
	c.upn, c.born = "", p.contacts[row].day+days
}

func (p *planner) plantNamedReferrals() {
	for _, before := range []day{31, 45, 60} {
		d := p.anyDay()
		row := p.plainContact(d)
		c := p.contacts[row].child
		c.born -= before
		r := p.addReferral(c, d-before, p.contacts[row].source)
		p.contacts[row].names = r
		p.convert(&incident{child: c, first: row, rows: []int{row}}, r, methodExplicit)
		p.fail("FD-021", tableContacts, row)
	}
	for _, after := range []day{31, 60} {
		row := p.plainContact(date(2018, 5, 8) + after)
		p.nameOwnReferral(row, p.contacts[row].day+after)
		p.fail("FD-024", tableContacts, row)
	}
	for _, outcome := range []string{"NFA", "ADVICE"} {
		row := p.plainContact(date(2018, 5, 8))
		p.nameOwnReferral(row, p.contacts[row].day)
		p.contacts[row].outcome = outcome
		p.fail("FD-042", tableContacts, row)
	}
	for range 3 {
		d := p.anyDay()
		row := p.plainContact(d)
		other := p.addChild(d, 10, p.systemFor(d), oneOf(p, surnames...))
		p.contacts[row].names = p.addReferral(other, d, p.contacts[row].source)
		p.fail("FD-022", tableContacts, row)
	}
	for _, text := range []string{"R000000", "see notes", "R99999999"} {
		row := p.plainContact(p.anyDay())
		p.contacts[row].namesText = text
		p.fail("FD-023", tableContacts, row)
	}
}

// nameOwnReferral lets a contact name a referral of its child, dated d.
func (p *planner) nameOwnReferral(row int, d day) {
	c := p.contacts[row].child
	r := p.addReferral(c, d, p.contacts[row].source)
	p.contacts[row].names = r
	p.convert(&incident{child: c, first: row, rows: []int{row}}, r, methodExplicit)
}

func (p *planner) plantContactCodes() {
	for _, source := range []string{"11", "2C", "3Z", "XX", "CALLER"} {
		row := p.plainContact(p.anyDay())
		p.contacts[row].source = source
		p.fail("FD-030", tableContacts, row)
	}
	for range 4 {
		row := p.plainContact(p.anyDay())
		p.contacts[row].source = ""
		p.fail("FD-031", tableContacts, row)
	}
	for _, outcome := range []string{"NFE", "S47", "TO_BE_CONFIRMED", "X1", "NEWREF"} {
		row := p.plainContact(p.anyDay())
		p.contacts[row].outcome = outcome
		p.fail("FD-032", tableContacts, row)
	}
	for range 3 {
		p.contacts[p.plainContact(p.anyDay())].outcome = "EXISTING_REFERRAL" // see findConsequences
	}
	for range 5 {
		row := p.plainContact(p.anyDay())
		p.contacts[row].outcome = ""
		p.fail("FD-033", tableContacts, row)
	}
}
