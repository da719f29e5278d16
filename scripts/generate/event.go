package main

// A telling is one contact by which somebody told of an event.
type telling struct {
	after    int    // days after the first
	source   string // CIN code
	concern  string
	incident string
	system   string // "" is the system of the record on that day
	class    class  // what it is beside the first; "" starts an incident
	copyOf   int    // for exact: which telling was typed again
	single   bool   // leaves one row, never two
}

// An incident is one child's contacts that tell of one event.
type incident struct {
	child *child
	first int   // row
	rows  []int // of all its contacts, repeated rows included
	last  day
}

// event plans something that happened on d to children who may be told of
// together, and gives the last day that has to do with it.
func (p *planner) event(f family, who []*child, d day) day {
	tellings := p.tellings(who, d)
	if who[0].expected > d {
		for i := range tellings {
			tellings[i].concern = "UNBORN"
		}
	}
	onlyFirst := p.chance(0.4) // later tellings name the first child only
	h := p.happening(f, d, tellings)
	h.ownReferral = len(tellings) == 1 && p.chance(0.04)
	last := d
	for i, c := range who {
		if i > 0 && onlyFirst {
			h.tellings = tellings[:1]
		}
		last = max(last, p.tell(h, c))
	}
	return last
}

// lone plans an event of a child of its own, told once.
func (p *planner) lone(d day) {
	first := p.firstTelling()
	first.single = true
	p.tell(p.happening(family{}, d, []telling{first}), p.addChild(d, 10, p.systemFor(d), oneOf(p, surnames...)))
}

// A happening is an event with how it was told, and when.
type happening struct {
	family   string
	day      day
	system   string // "" is the system of each child's record
	tellings []telling
	moments  []moment

	ownReferral bool // the contact names a referral even where a case is open
}

// happening gives each telling of an event its moment.
func (p *planner) happening(f family, d day, tellings []telling) happening {
	h := happening{family: f.id, day: d, tellings: tellings}
	if d > migrationTo || d >= migrationFrom && p.chance(0.5) {
		h.system = newSystem
	}
	for _, t := range tellings {
		h.moments = append(h.moments, p.newContact(d+day(t.after)))
	}
	return h
}

// tell adds the rows that an event leaves about one child, settles what became
// of each incident, and gives the last day that has to do with it.
func (p *planner) tell(h happening, c *child) day {
	open := onOpenCase(c, h.day)
	ownReferral := open && h.ownReferral
	var incidents []*incident
	rows := make([]int, len(h.tellings))
	for i, t := range h.tellings {
		if t.class == classExact {
			rows[i] = p.addCopy(rows[t.copyOf], h.moments[i])
		} else {
			rows[i] = p.addTelling(h, c, t, h.moments[i])
		}
		if t.class == "" {
			incidents = append(incidents, p.start(c, rows[i], open && !ownReferral))
		} else {
			p.join(incidents[len(incidents)-1], rows[i], t.class)
		}
		if !t.single && p.chance(0.07) {
			p.repeatRow(incidents[len(incidents)-1], rows[i])
		}
	}
	last := h.day
	for i, inc := range incidents {
		switch {
		case ownReferral:
			last = max(last, p.linkExplicit(inc).day)
		case open:
			last = max(last, p.passToCase(inc))
		case len(incidents) == 1:
			last = max(last, p.settle(inc, true))
		case i == 0:
			last = max(last, p.settle(inc, false))
		default:
			p.close(inc)
		}
	}
	return last
}
