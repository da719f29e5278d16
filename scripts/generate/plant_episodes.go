package main

// plantEpisode adds an episode of a child of its own of whom nothing else is
// told, changed by the caller, and gives its row.
func (p *planner) plantEpisode(change func(*episode)) int {
	c := p.children[p.plainChild()]
	start := historyFrom + day(p.IntN(300))
	e := &episode{child: c, start: start, end: start + day(40+p.IntN(150)), closure: oneOf(p, closureReasons...)}
	e.system = p.systemOn(c, start)
	change(e)
	p.episodes = append(p.episodes, e)
	return len(p.episodes) - 1
}

// plantEpisodes plants what each rule about CIN episodes must find.
func (p *planner) plantEpisodes() {
	plant := func(rule string, changes ...func(*episode)) {
		for _, change := range changes {
			p.fail(rule, tableEpisodes, p.plantEpisode(change))
		}
	}
	for i := range 2 {
		row := p.plantEpisode(func(*episode) {})
		again := *p.episodes[row]
		again.sameID = p.episodes[row]
		if i == 1 {
			again.child = p.children[p.plainChild()]
		}
		p.episodes = append(p.episodes, &again)
		p.fail("FD-007", tableEpisodes, row)
		p.fail("FD-007", tableEpisodes, row+1)
	}
	blank := func(e *episode) { e.child = nil }
	absent := func(e *episode) { e.child.absent = true; p.persons-- }
	plant("FD-008", blank, blank, absent, absent)

	endsBefore := func(days day) func(*episode) { return func(e *episode) { e.end = e.start - days } }
	plant("FD-014", endsBefore(1), endsBefore(30), endsBefore(365), endsBefore(2))
	plant("FD-015",
		func(e *episode) { e.end = asAt + 1 },
		func(e *episode) { e.end = date(2091, 5, 7) },
		func(e *episode) { e.start, e.end, e.closure = asAt+1, 0, "" },
		func(e *episode) { e.start, e.end, e.closure = date(2020, 9, 1), 0, "" })
	plant("FD-016",
		func(e *episode) { e.start = date(1989, 12, 31) },
		func(e *episode) { e.start = date(1918, 11, 5) },
		func(e *episode) { e.start, e.end = date(1900, 1, 1), date(2019, 3, 4) })
	for i := range 3 {
		p.fail("FD-029", tableEpisodes, len(p.episodes)-1-i)
	}
	unborn := func(days day) func(*episode) {
		return func(e *episode) { e.child.upn, e.child.born = "", e.start+days }
	}
	plant("FD-029", unborn(281), unborn(400))
	sameDay := func(e *episode) { e.end = e.start }
	plant("FD-049", sameDay, sameDay)
	p.plantSecondEpisodes()
	for _, started := range []day{date(2016, 12, 31), date(2014, 3, 3)} { // see findConsequences
		p.plantEpisode(func(e *episode) {
			e.child.born, e.child.upn = date(2010, 6, 1), ""
			e.start, e.end, e.closure = started, 0, ""
		})
	}

	closure := func(code string) func(*episode) { return func(e *episode) { e.closure = code } }
	plant("FD-037", closure("RC0"), closure("RC10"), closure("CLOSED"), closure("7"))
	plant("FD-039", closure(""), closure(""), closure(""), closure(""))
	unended := func(e *episode) { e.end = 0 }
	plant("FD-040", unended, unended, unended, unended)
	unstarted := func(e *episode) { e.start = 0 }
	plant("FD-057", unstarted, unstarted, unstarted)
}

// plantSecondEpisodes adds to episodes a second one that overlaps, one while
// both are open, and one that starts on a referral without further action.
func (p *planner) plantSecondEpisodes() {
	for i := range 4 {
		row := p.plantEpisode(func(e *episode) {})
		e := p.episodes[row]
		second := &episode{child: e.child, start: e.end - 1, end: e.end + 90, closure: "RC7", system: e.system}
		if i > 1 {
			e.end, e.closure = 0, ""
			second.start, second.end, second.closure = e.start+30, 0, ""
		}
		p.episodes = append(p.episodes, second)
		for _, row := range []int{row, row + 1} {
			p.fail("FD-047", tableEpisodes, row)
			if i > 1 {
				p.fail("FD-046", tableEpisodes, row)
			}
		}
	}
	for i := range 2 {
		referred := p.plainReferral()
		r := p.referrals[referred]
		r.day, r.nfa = date(2018, 7, 2), p.flag(r.child, true)
		p.plantEpisode(func(e *episode) { e.child, e.start, e.end = r.child, r.day+day(i), r.day+60 })
		p.fail("FD-044", tableReferrals, referred)
	}
}
