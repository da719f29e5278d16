package main

// plainChild adds an unremarkable child of whom nothing is told, and gives its
// row.
func (p *planner) plainChild() int {
	p.addChild(historyFrom, 10, p.systemFor(historyFrom), oneOf(p, surnames...))
	return len(p.children) - 1
}

// plantChildren plants what each rule about children must find, and pairs that
// share an identifier and are not one child.
func (p *planner) plantChildren() {
	p.plantTwice()
	for _, born := range []day{asAt + 1, date(2020, 4, 2), date(2109, 3, 12)} {
		row := p.plantBorn(born)
		p.fail("FD-017", tableChildren, row)
	}
	for _, born := range []day{date(1989, 12, 31), date(1914, 7, 9), date(1900, 1, 1)} {
		row := p.plantBorn(born)
		p.fail("FD-018", tableChildren, row)
	}
	for range 4 {
		row := p.plantBorn(0)
		p.fail("FD-055", tableChildren, row)
	}
	p.plantChildField("FD-035", func(c *child) *string { return &c.sex }, "X", "B", "Q", "Z")
	p.plantChildField("FD-036", func(c *child) *string { return &c.ethnicity }, "WBRT", "ENGL", "WHITE", "M", "ZZZZ")
	p.plantChildField("FD-050", func(c *child) *string { return &c.upn },
		"A801200005001", "Q207000016049", "B80120000500", "B801200005001X", "UN9")
	p.plantChildField("FD-051", func(c *child) *string { return &c.nhs },
		"9990000000", "9990000019", "999000002", "99900000267", "NOT KNOWN")
	p.plantChildField("FD-054", func(c *child) *string { return &c.postcode }, "SX1-1AA", "SX2 6CI", "QA1 1AA", "SX")
	p.plantExpected()
	p.plantChildField("FD-058", func(c *child) *string { return &c.forename }, "", "")
	p.plantChildField("FD-058", func(c *child) *string { return &c.surname }, "")
	p.plantChildField("FD-059", func(c *child) *string { return &c.forename }, "Test", "Unknown")
	p.plantChildField("FD-059", func(c *child) *string { return &c.surname }, "XXX")
	p.plantChildField("FD-060", func(c *child) *string { return &c.forename }, "Unborn", "BABY")
	p.plantChildField("FD-061", func(c *child) *string { return &c.sex }, "", "")
	p.plantChildField("FD-062", func(c *child) *string { return &c.ethnicity }, "", "", "")
	p.plantChildField("FD-063", func(c *child) *string { return &c.postcode }, "", "")
	for range 2 {
		row := p.plainChild()
		c := p.children[row]
		c.legacy = c
		p.fail("FD-068", tableChildren, row)
	}
	for _, born := range []day{date(2018, 1, 1), date(2019, 2, 7)} {
		row := p.plantBorn(born)
		p.children[row].upn = p.nextUPN(born)
		p.fail("FD-067", tableChildren, row)
	}
	for _, born := range []day{date(1999, 9, 9), date(2000, 1, 1)} {
		row := p.plantBorn(born)
		p.fail("FD-070", tableChildren, row)
	}
	p.plantLineBreak()
	p.plantRefusedLinks()
}

// plantExpected adds children whose expected birth cannot be right, or who have
// a number before they are born.
func (p *planner) plantExpected() {
	for _, off := range []day{43, 400, -127} {
		row := p.plantBorn(date(2018, 6, 1))
		p.children[row].expected = p.children[row].born - off
		p.fail("FD-025", tableChildren, row)
	}
	for _, ahead := range []day{281, 2000} {
		row := p.plantBorn(0)
		p.children[row].expected, p.children[row].nhs = asAt+ahead, ""
		p.fail("FD-027", tableChildren, row)
	}
	for i := range 2 {
		row := p.plantBorn(0)
		c := p.children[row]
		c.expected, c.nhs = asAt+50, ""
		if i == 0 {
			c.upn = p.nextUPN(asAt)
		} else {
			c.nhs = p.nextNHS()
		}
		p.fail("FD-066", tableChildren, row)
	}
}

// plantTwice writes two children twice: once alike, once with a new address.
func (p *planner) plantTwice() {
	for i := range 2 {
		row := p.plainChild()
		c := p.children[row]
		c.upn, c.nhs = "", ""
		again := *c
		again.sameID = c
		if i == 1 {
			again.postcode = p.nextPostcode()
		}
		p.children = append(p.children, &again)
		p.fail("FD-001", tableChildren, row)
		p.fail("FD-001", tableChildren, row+1)
	}
}

// plantBorn adds a child with a birth date, or with none for 0.
func (p *planner) plantBorn(born day) int {
	row := p.plainChild()
	p.children[row].upn, p.children[row].born = "", born
	return row
}

// plantChildField adds children of whom one field holds a wrong value.
func (p *planner) plantChildField(rule string, field func(*child) *string, values ...string) {
	for _, value := range values {
		row := p.plainChild()
		*field(p.children[row]) = value
		p.fail(rule, tableChildren, row)
	}
}

// plantLineBreak lets one forename go over two lines, so that the lines of the
// file are not the records of the table.
func (p *planner) plantLineBreak() {
	p.children[p.plainChild()].forename = "Anwen\nMae, \"Annie\""
}

// plantRefusedLinks adds pairs that share a UPN or an NHS number although name
// and birth date say that they are two children.
func (p *planner) plantRefusedLinks() {
	for i := range 6 {
		row := p.plainChild()
		one := p.children[row]
		two := p.children[p.plainChild()]
		two.born = one.born - day(700+p.IntN(200))
		two.surname = surnames[(i+7)%len(surnames)]
		one.surname, one.forename, two.forename = surnames[i], forenames[i], forenames[i+9]
		one.sex, two.sex = "F", "M"
		one.upn, one.nhs, two.upn, two.nhs = "", "", "", ""
		rule := "FD-052"
		if i < 4 {
			one.upn = p.nextUPN(one.born)
			two.upn = one.upn
			p.refused["upn"]++
		} else {
			one.nhs = p.nextNHS()
			two.nhs = one.nhs
			p.refused["nhs"]++
			rule = "FD-053"
		}
		p.fail(rule, tableChildren, row)
		p.fail(rule, tableChildren, row+1)
	}
}
