package dedupe

import "frontdoor/schemas"

// incident is the contacts of one child that tell of one event. Contacts are given by their place among the
// child's contacts.
type incident struct {
	first, last int32 // its first contact and the latest that joined
	day         schemas.Day
	lastDay     schemas.Day
	onLastDay   int32 // the first of its contacts on its last day
	migrating   int32 // the first that a later one may be a migrated copy of
	episode     int32 // the open episode that its first contact was on, none when it is unique
	weak        bool  // a contact joined it on weak evidence
	possible    bool  // it may be the same event as an earlier incident
	named       bool  // one of its contacts names a referral
	over        bool  // no later contact can join it

	referral int32 // the linked referral's row, none
	distance int32 // working days from the nearest contact to the linked referral, negative when before
	measured bool  // whether distance is known
	method   Method

	repeats   state // the parts of it that say whether an earlier one began within 30 days, 90 days, 12 months
	tooRecent bool
}

// verdict is what a contact was found to be.
type verdict struct {
	incident int32 // by place among the child's incidents
	matched  int32 // the contact that it was matched to, none
	next     int32 // the next contact of the same incident, none
	class    Class
	weak     bool
}

// child is the working set for one child; it is reused from child to child.
type child struct {
	person    int32
	rows      []told
	contacts  []contact
	verdicts  []verdict
	incidents []incident
	active    []int32 // incidents that a later contact may still join
	indexed   bool    // the child has so many contacts that incidents are looked up
	index     index
	mixed     bool // the child's contacts have more than one source
	named     bool // and one of them names a referral
	counting  bool // only classes and links matter, not what a contact may be besides
	referrals []referral
	ranked    []int32 // places of referrals in the order of their ids
	pairs     []pair  // incidents and referrals that may belong together, in the order in which they are linked
	batch     *batch  // what is left of the children of one batch

	// Working memory.
	sorted  []told        // of sortRows: the rows of a batch in the order of its persons, and
	begins  []int32       // where those of each begin
	next    []int32       // and which comes next
	taken   []uint8       // of counts
	byID    []int32       // of linkNamed: places of referrals by the numbers of their ids
	naming  []int32       // and those that an incident names
	alike   []alike       // of pairNearest
	sources []int32       // of sum
	until   []schemas.Day // of measureMisses
}

// judgeChild classes the contacts of one child, in c.verdicts and c.incidents. Each is held against the child's earlier
// incidents, the latest first: whether it is a copy of any, then a migrated copy, then has a reference of any, then
// falls into the window of any; else it starts an incident.
func (d *door) judgeChild(c *child, s *Settings) {
	c.verdicts = c.verdicts[:0]
	c.incidents = c.incidents[:0]
	c.active = c.active[:0]
	if c.indexed = len(c.contacts) > crowded; c.indexed {
		c.index.reset()
	}
	for place := range c.contacts {
		me := &c.contacts[place]
		if place > 0 && me.day != c.contacts[place-1].day {
			c.dropOver(me.day, s)
		}
		v := d.match(c, int32(place), s)
		if v.incident < 0 {
			v = d.begin(c, int32(place))
		} else {
			joined := &c.incidents[v.incident]
			c.verdicts[joined.last].next = int32(place)
			if me.day != joined.lastDay {
				joined.lastDay, joined.onLastDay = me.day, int32(place)
			}
			joined.last = int32(place)
			joined.weak = joined.weak || v.weak
			joined.named = joined.named || me.referral
		}
		if c.indexed {
			c.index.add(c, me, v.incident)
		}
		c.verdicts = append(c.verdicts, v)
	}
}

// dropOver lets go of the incidents that no contact from a day on can join.
func (c *child) dropOver(day schemas.Day, s *Settings) {
	reach := schemas.Day(max(s.SameIncidentDays, s.SameIncidentDaysSameRef, 1))
	kept := c.active[:0]
	for _, i := range c.active {
		held := &c.incidents[i]
		held.over = day > held.day+reach && day > held.lastDay+schemas.Day(s.MigratedDays)
		if !held.over {
			kept = append(kept, i)
		}
	}
	c.active = kept
}

// match finds the incident that a contact joins; the verdict's incident is none when there is none.
func (d *door) match(c *child, place int32, s *Settings) verdict {
	me := &c.contacts[place]
	found := verdict{incident: none}
	consider := func(class Class, incident, matched int32, weak bool) {
		if found.incident < 0 || class < found.class {
			found = verdict{class: class, incident: incident, matched: matched, next: none, weak: weak}
		}
	}
	earlier := c.active
	if c.indexed {
		earlier = c.index.joinable(c, me, s)
	}
	for a := len(earlier) - 1; a >= 0; a-- {
		i := earlier[a]
		held := &c.incidents[i]
		if held.episode >= 0 && held.episode != me.episode {
			continue
		}
		if m := d.copyOf(c, held, me); m >= 0 {
			consider(Exact, i, m, d.indistinguishable)
			break
		}
		if found.incident < 0 || found.class > Migrated {
			if m := d.migratedFrom(c, held, me, s); m >= 0 {
				consider(Migrated, i, m, false)
			}
		}
		if found.incident < 0 || found.class > SameIncidentRef {
			if m := d.sameReference(c, held, me, s); m >= 0 {
				consider(SameIncidentRef, i, m, false)
			}
		}
		if found.incident < 0 {
			if m, weak := d.sameWindow(c, held, me, s); m >= 0 {
				consider(SameIncidentWindow, i, m, weak)
			}
		}
	}
	return found
}

// copyOf returns the contact of an incident that has the same day, source, references, concerns and system.
func (d *door) copyOf(c *child, held *incident, me *contact) int32 {
	if held.lastDay != me.day {
		return none
	}
	for m := held.onLastDay; m >= 0; m = c.verdicts[m].next {
		other := &c.contacts[m]
		if other.source == me.source && other.system == me.system &&
			c.equal(reference, other, me) && c.equal(concern, other, me) {
			return m
		}
	}
	return none
}

// migratedFrom returns the contact of an incident that stood in another system while two systems overlapped.
func (d *door) migratedFrom(c *child, held *incident, me *contact, s *Settings) int32 {
	if s.Migration == nil || !s.Migration.Has(me.day) || me.system < 0 {
		return none
	}
	earliest := max(me.day-schemas.Day(s.MigratedDays), s.Migration.From)
	if held.lastDay < earliest {
		return none
	}
	for c.contacts[held.migrating].day < earliest {
		held.migrating = c.verdicts[held.migrating].next
	}
	for m := held.migrating; m >= 0; m = c.verdicts[m].next {
		other := &c.contacts[m]
		if other.system >= 0 && other.system != me.system && other.source == me.source &&
			!c.contradict(reference, other, me) && !c.contradict(concern, other, me) {
			return m
		}
	}
	return none
}

// sameReference returns the contact of an incident that has a reference of the contact's.
func (d *door) sameReference(c *child, held *incident, me *contact, s *Settings) int32 {
	if me.day-held.day > schemas.Day(s.SameIncidentDaysSameRef) || !c.names(reference, me) {
		return none
	}
	for m := held.first; m >= 0; m = c.verdicts[m].next {
		if c.common(reference, &c.contacts[m], me) {
			return m
		}
	}
	return none
}

// sameWindow returns the contact of an incident with which a contact shares a concern soon after the incident's
// first contact, or the first contact when one of the two names no concern (weak). References must not
// contradict each other.
func (d *door) sameWindow(c *child, held *incident, me *contact, s *Settings) (matched int32, weak bool) {
	after := me.day - held.day
	if after > schemas.Day(s.SameIncidentDays) || c.contradicts(held, reference, me) {
		return none, false
	}
	blank := true // the incident names no concern
	for m := held.first; m >= 0; m = c.verdicts[m].next {
		other := &c.contacts[m]
		if c.common(concern, other, me) {
			return m, false
		}
		blank = blank && !c.names(concern, other)
	}
	if after <= schemas.Day(s.SameIncidentDaysWeak) && (blank || !c.names(concern, me)) {
		return held.first, true
	}
	return none, false
}

// contradicts tells whether an incident and a contact both name values of a column and none in common.
func (c *child) contradicts(held *incident, by column, me *contact) bool {
	if !c.names(by, me) {
		return false
	}
	named := false
	for m := held.first; m >= 0; m = c.verdicts[m].next {
		if c.common(by, &c.contacts[m], me) {
			return false
		}
		named = named || c.names(by, &c.contacts[m])
	}
	return named
}

// begin starts an incident with a contact.
func (d *door) begin(c *child, place int32) verdict {
	me := &c.contacts[place]
	started := incident{first: place, last: place, day: me.day, lastDay: me.day, onLastDay: place, migrating: place, episode: me.episode, named: me.referral, referral: none}
	v := verdict{class: Unique, incident: int32(len(c.incidents)), matched: none, next: none}
	if me.episode >= 0 {
		v.class = OpenCase
	} else if c.mixed && !c.counting {
		started.possible = d.possiblySame(c, me)
	}
	c.active = append(c.active, v.incident)
	c.incidents = append(c.incidents, started)
	return v
}

// possiblySame tells whether an earlier incident of the child began within a day of a contact, was told by
// other sources only, and names another concern or reference.
func (d *door) possiblySame(c *child, me *contact) bool {
	for _, i := range c.active {
		held := &c.incidents[i]
		if me.day-held.day <= 1 && !c.tells(held, me.source) &&
			(c.contradicts(held, concern, me) || c.contradicts(held, reference, me)) {
			return true
		}
	}
	return false
}
