package main

import "strings"

// newContact is a contact of its own made on d, with or without a time.
func (p *planner) newContact(d day) moment {
	m := moment{number: len(p.contactDays), day: d, minute: -1}
	p.contactDays = append(p.contactDays, d)
	m.recorded = d + day(p.IntN(3))
	if p.chance(0.3) {
		m.minute = int16(p.IntN(24 * 60))
	}
	return m
}

// addTelling adds the row that a telling leaves about one child.
func (p *planner) addTelling(h happening, c *child, t telling, m moment) int {
	record := c
	if t.system == "" || t.system == newSystem {
		record = p.record(c)
	}
	system := t.system
	if system == "" {
		system = h.system
	}
	if system == "" {
		system = record.system
	}
	return p.addRow(contact{
		moment: m, child: record, source: t.source, concern: t.concern, incident: t.incident,
		family: h.family, system: system,
	})
}

// addCopy adds a row like another under a new contact id.
func (p *planner) addCopy(row int, m moment) int {
	copied := p.contacts[row]
	copied.moment = m
	if p.chance(0.2) {
		copied.concern = strings.ToLower(copied.concern)
	}
	return p.addRow(copied)
}

// addRow adds the first row of a contact.
func (p *planner) addRow(c contact) int {
	p.contacts = append(p.contacts, c)
	if !c.quarantined && inPeriod(c.day) {
		p.contactsInPeriod++
	}
	return len(p.contacts) - 1
}

// start makes a row the first contact of an incident.
func (p *planner) start(c *child, row int, open bool) *incident {
	first := &p.contacts[row]
	first.first, first.class = row, classUnique
	if open {
		first.class = classOpenCase
	} else if inPeriod(first.day) {
		p.uniqueInPeriod++
	}
	return &incident{child: c, first: row, rows: []int{row}, last: first.day}
}

// join makes a row a further contact of an incident.
func (p *planner) join(inc *incident, row int, as class) {
	joining := &p.contacts[row]
	joining.first, joining.class = inc.first, as
	inc.rows = append(inc.rows, row)
	inc.last = max(inc.last, joining.day)
}

// repeatRow adds a second row of the same contact and child, because it had
// two concerns.
func (p *planner) repeatRow(inc *incident, row int) {
	repeated := p.contacts[row]
	for repeated.concern == p.contacts[row].concern {
		repeated.concern = oneOf(p, concerns...)
	}
	p.contacts = append(p.contacts, repeated)
	p.join(inc, len(p.contacts)-1, classRepeatedRow)
}

// unidentified adds a contact that names no child.
func (p *planner) unidentified() {
	t, d := p.firstTelling(), p.anyDay()
	row := p.addRow(contact{
		moment: p.newContact(d), source: t.source, concern: t.concern, incident: t.incident,
		system: p.systemOn(&child{system: oneOf(p, oldSystems...)}, d), outcome: oneOf(p, quietOutcomes...),
		class: classUnidentified, first: -1,
	})
	p.fail("FD-003", tableContacts, row)
	if p.chance(0.15) {
		repeated := p.contacts[row]
		repeated.concern, repeated.class = "SEX", classRepeatedRow
		p.contacts = append(p.contacts, repeated)
		p.fail("FD-003", tableContacts, row+1)
	}
}
