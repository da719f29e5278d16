package main

// plainReferral adds an unremarkable referral, without a contact, of a child
// of its own, and gives its row.
func (p *planner) plainReferral() int {
	d := p.anyDay()
	p.addReferral(p.children[p.plainChild()], d, oneOf(p, sources...))
	return len(p.referrals) - 1
}

// plantReferrals plants what each rule about referrals must find.
func (p *planner) plantReferrals() {
	for i := range 2 {
		row := p.plainReferral()
		again := *p.referrals[row]
		again.sameID = p.referrals[row]
		if i == 1 {
			again.child = p.children[p.plainChild()]
			again.day++
		}
		p.referrals = append(p.referrals, &again)
		p.fail("FD-005", tableReferrals, row)
		p.fail("FD-005", tableReferrals, row+1)
	}
	for i := range 4 {
		row := p.plainReferral()
		if i < 2 {
			p.referrals[row].child = nil
		} else {
			p.referrals[row].child.absent = true
			p.persons--
		}
		p.fail("FD-006", tableReferrals, row)
	}
	p.plantAbsentChildReferred()
	for _, days := range []day{281, 500} {
		row := p.plainReferral()
		r := p.referrals[row]
		r.day = date(2018, 5, 8)
		r.child.upn, r.child.born = "", r.day+days
		p.fail("FD-028", tableReferrals, row)
	}
	p.plantReferralDays("FD-012", asAt+1, date(2020, 2, 11), date(2091, 5, 7))
	p.plantReferralDays("FD-013", date(1989, 12, 31), date(1919, 6, 4), date(1900, 1, 1))
	p.plantReferralDays("FD-056", 0, 0, 0)
	p.plantReferralField("FD-034", func(r *referral) *string { return &r.source }, "11", "2C", "S1", "POL")
	p.plantReferralField("FD-038", func(r *referral) *string { return &r.nfa }, "Y", "2", "NFA", "-1")
	p.plantReferralField("FD-065", func(r *referral) *string { return &r.nfa }, "", "", "")
}

// plantAbsentChildReferred adds a child that children.csv lacks, with a contact
// and a referral in its window: linked all the same.
func (p *planner) plantAbsentChildReferred() {
	d := p.anyDay()
	row := p.plainContact(d)
	c := p.contacts[row].child
	c.absent = true
	p.linkWindow(&incident{child: c, first: row, rows: []int{row}})
	p.fail("FD-004", tableContacts, row)
	p.fail("FD-006", tableReferrals, len(p.referrals)-1)
}

// plantReferralDays adds referrals with wrong days, or with none for 0.
func (p *planner) plantReferralDays(rule string, days ...day) {
	for _, d := range days {
		row := p.plainReferral()
		p.referrals[row].day = d
		p.fail(rule, tableReferrals, row)
		if rule == "FD-013" {
			p.fail("FD-028", tableReferrals, row)
		}
	}
}

// plantReferralField adds referrals of which one field holds a wrong value.
func (p *planner) plantReferralField(rule string, field func(*referral) *string, values ...string) {
	for _, value := range values {
		row := p.plainReferral()
		*field(p.referrals[row]) = value
		p.fail(rule, tableReferrals, row)
	}
}
