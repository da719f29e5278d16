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
	p.plantLineBreak()
	p.plantRefusedLinks()
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
