package main

import (
	"maps"
	"slices"
	"strings"
)

const (
	// bulk is one more than may agree before it looks as if it was loaded.
	bulk = 101
	// timesUsual is how many times as many as usual may agree, usual being what the others in the middle have.
	timesUsual = 5
)

// plantBulk loads children with one birth date, and for each of them a referral
// and an episode on one day, closed on another, and later a contact on one day
// from one source that names one family for all.
func (p *planner) plantBulk() {
	referred, closed, contacted := date(2018, 3, 5), date(2018, 6, 29), date(2018, 10, 1)
	for range bulk {
		p.plainChild()
		c := p.children[len(p.children)-1]
		c.upn, c.born, c.system = "", date(2010, 5, 2), oldSystems[0]
		p.addReferral(c, referred, "5A")
		p.episodes = append(p.episodes, &episode{child: c, start: referred, end: closed, closure: "RC7", system: c.system})
		p.referrals[len(p.referrals)-1].nfa = p.flag(c, false)
		row := p.plainContactOf(c, contacted)
		p.contacts[row].source, p.contacts[row].system, p.contacts[row].family = "2A", c.system, "FAM999999"
	}
}

// findBulk notes what more than a hundred records of a table agree in, and of all but families more than usual.
func (p *planner) findBulk() {
	p.sharedTooOften("FD-071", timesUsual, tableChildren, len(p.children), func(row int) string { return p.children[row].born.text() })
	p.sharedTooOften("FD-072", timesUsual, tableContacts, len(p.contacts), func(row int) string {
		c := &p.contacts[row]
		if c.quarantined || c.source == "" || c.system == "" {
			return ""
		}
		return c.day.text() + ", " + c.source + " " + c.system
	})
	p.sharedTooOften("FD-073", timesUsual, tableReferrals, len(p.referrals), func(row int) string { return p.referrals[row].day.text() })
	p.sharedTooOften("FD-074", timesUsual, tableEpisodes, len(p.episodes), func(row int) string { return p.episodes[row].start.text() })
	p.sharedTooOften("FD-075", timesUsual, tableEpisodes, len(p.episodes), func(row int) string { return p.episodes[row].end.text() })
	p.sharedTooOften("FD-076", 0, tableContacts, len(p.contacts), func(row int) string { return p.contacts[row].family })
}

// sharedTooOften notes the records that agree in something with a hundred
// others, and more than so many times as many as is usual; what is "" agrees
// with nothing. Usual is what other days, or whatever stands before the comma,
// have beside the same rest.
func (p *planner) sharedTooOften(rule string, times int, t table, rows int, something func(row int) string) {
	agree := map[string][]int{}
	for row := range rows {
		if text := something(row); text != "" {
			agree[text] = append(agree[text], row)
		}
	}
	sizes := map[string][]int{} // by the rest, in order
	for text, rows := range agree {
		_, rest, _ := strings.Cut(text, ", ")
		sizes[rest] = append(sizes[rest], len(rows))
	}
	for _, s := range sizes {
		slices.Sort(s)
	}
	for _, text := range slices.Sorted(maps.Keys(agree)) {
		_, rest, _ := strings.Cut(text, ", ")
		if n := len(agree[text]); n >= bulk && n > times*usual(sizes[rest], n) {
			p.failTogether(rule, t, agree[text])
		}
	}
}

// usual is the middle one of sizes, which are in order, without one of this
// size; the lower of two; 0 of none.
func usual(sizes []int, without int) int {
	others := len(sizes) - 1
	if others == 0 {
		return 0
	}
	middle := (others - 1) / 2
	if own, _ := slices.BinarySearch(sizes, without); own <= middle {
		middle++
	}
	return sizes[middle]
}
