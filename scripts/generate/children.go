package main

// bornFrom is the earliest birth date: nobody comes of age in what is held.
var bornFrom = date(2002, 1, 1)

// addChild adds a record of one more person, born between bornFrom and minAge
// days before d, and unremarkable in all else.
func (p *planner) addChild(d day, minAge int, system, surname string) *child {
	p.persons++
	c := &child{
		person:    p.persons,
		system:    system,
		forename:  oneOf(p, forenames...),
		surname:   surname,
		born:      d - day(minAge+p.IntN(17*365-minAge)),
		sex:       oneOf(p, "M", "F"),
		ethnicity: oneOf(p, ethnicities...),
		postcode:  p.nextPostcode(),
	}
	if c.born < bornFrom {
		c.born += 2 * 365
	}
	if p.chance(0.7) && c.born < date(2015, 9, 1) {
		c.upn = p.nextUPN(c.born)
	} else if p.chance(0.05) {
		c.upn = oneOf(p, "UN1", "UN2", "UN3", "UN5")
	}
	if p.chance(0.5) {
		c.nhs = p.nextNHS()
	}
	p.children = append(p.children, c)
	return c
}

// systemFor is the system that first recorded a child on d.
func (p *planner) systemFor(d day) string {
	if d > migrationTo && p.chance(0.5) {
		return newSystem
	}
	return oneOf(p, oldSystems...)
}

// makeUnborn turns a child first told of on d into one not born by then, with
// an expected date; some were born and recorded since.
func (p *planner) makeUnborn(c *child, d day) {
	c.expected = d + day(20+p.IntN(180))
	c.upn, c.nhs, c.born = "", "", c.expected+day(p.IntN(21)-10)
	if c.born > asAt || p.chance(0.4) {
		c.born, c.sex, c.forename = 0, "U", "Unborn"
	}
}

// addSecondRecord gives the person of c a record under another id from another
// system, linked by a UPN, an NHS number or the legacy id.
func (p *planner) addSecondRecord(c *child) {
	second := *c
	second.system = oneOf(p, oldSystems...)
	for second.system == c.system {
		second.system = oneOf(p, oldSystems...)
	}
	second.postcode = p.nextPostcode()
	second.upn, second.nhs = "", ""
	row := len(p.children)
	switch evidence := p.IntN(10); {
	case evidence < 4 && c.born < date(2014, 9, 1):
		if len(c.upn) != 13 {
			c.upn = p.nextUPN(c.born)
		}
		second.upn = c.upn
		p.linked["upn"]++
		p.fail("FD-052", tableChildren, row-1)
		p.fail("FD-052", tableChildren, row)
	case evidence < 8:
		if c.nhs == "" {
			c.nhs = p.nextNHS()
		}
		second.nhs = c.nhs
		p.linked["nhs"]++
		p.fail("FD-053", tableChildren, row-1)
		p.fail("FD-053", tableChildren, row)
	default:
		second.legacy = c
		p.linked["legacy"]++
	}
	p.children = append(p.children, &second)
	c.second = &second
}

// record is one of the ids of the person of c.
func (p *planner) record(c *child) *child {
	if c.second != nil && p.chance(0.5) {
		return c.second
	}
	return c
}
