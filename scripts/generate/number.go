package main

import (
	"fmt"
	"slices"
)

// An order is the rows of each table in the order of the file.
type order map[table][]int

// number settles the order of the files and gives every record its id.
// Children stand in no order that tells what was planned with them; contacts
// stand as recorded, other records by day. Ids of contacts and referrals rise
// with the day, and within a day with the plan, on which the labels rely.
func (p *planner) number() {
	p.order = order{
		tableChildren:  p.Perm(len(p.children)),
		tableContacts:  byDay(len(p.contacts), func(row int) day { return p.contacts[row].recorded }),
		tableReferrals: byDay(len(p.referrals), func(row int) day { return p.referrals[row].day }),
		tableEpisodes:  byDay(len(p.episodes), func(row int) day { return p.episodes[row].start }),
	}
	for i, row := range p.order[tableChildren] {
		p.children[row].id = 100001 + p.taken.children + i
	}
	for i, row := range p.order[tableReferrals] {
		p.referrals[row].id = 1 + p.taken.referrals + i
	}
	for i, row := range p.order[tableEpisodes] {
		p.episodes[row].id = 1 + p.taken.episodes + i
	}
	p.contactIDs = make([]int, len(p.contactDays))
	for i, number := range byDay(len(p.contactDays), func(number int) day { return p.contactDays[number] }) {
		p.contactIDs[number] = p.taken.contacts + i
	}
	p.taken.children += len(p.children)
	p.taken.contacts += len(p.contactDays)
	p.taken.referrals += len(p.referrals)
	p.taken.episodes += len(p.episodes)
}

// byDay is the numbers from 0 to n-1 in the order of their days, those of one
// day in their own order.
func byDay(n int, of func(int) day) []int {
	if n == 0 {
		return nil
	}
	days := make([]day, n)
	for i := range days {
		days[i] = of(i)
	}
	first := slices.Min(days)
	next := make([]int, slices.Max(days)-first+1) // of each day: where its next number goes
	for _, d := range days {
		next[d-first]++
	}
	sum := 0
	for i, count := range next {
		next[i], sum = sum, sum+count
	}
	ordered := make([]int, n)
	for i, d := range days {
		ordered[next[d-first]] = i
		next[d-first]++
	}
	return ordered
}

// text is a child's id: a letter for the system and a number; "" for nobody.
func (c *child) text() string {
	switch {
	case c == nil || c.noID:
		return ""
	case c.sameID != nil:
		return c.sameID.text()
	}
	return fmt.Sprintf("%c%06d", c.system[0], c.id)
}

// text is a referral's id; "" for none.
func (r *referral) text() string {
	switch {
	case r == nil || r.noID:
		return ""
	case r.sameID != nil:
		return r.sameID.text()
	}
	return fmt.Sprintf("R%07d", r.id)
}

// text is an episode's id; "" for none.
func (e *episode) text() string {
	switch {
	case e.noID:
		return ""
	case e.sameID != nil:
		return e.sameID.text()
	}
	return fmt.Sprintf("E%07d", e.id)
}
