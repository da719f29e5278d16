package main

import (
	"fmt"
	"strings"
)

// tellings chooses how an event that happened on d was told.
func (p *planner) tellings(who []*child, d day) []telling {
	first := p.firstTelling()
	if d >= migrationFrom && d < migrationTo && who[0].system != newSystem && p.chance(0.35) {
		return p.toldInBothSystems(first, who[0].system)
	}
	switch n := p.IntN(100); {
	case n < 15:
		return p.toldByAgencies(first)
	case n < 19:
		return p.toldWithoutConcern(first)
	case n < 25:
		return p.typedTwice([]telling{first})
	case n < 28:
		return p.typedTwice(p.toldByAgencies(first))
	case n < 32 && d+eventSpan <= lastContact:
		return p.sentAgain(first)
	case n < 34:
		return p.twoOccurrences(first)
	default:
		return []telling{first}
	}
}

// firstTelling is an ordinary contact; the police mostly give a reference, and
// now and then nobody records a concern.
func (p *planner) firstTelling() telling {
	t := telling{source: oneOf(p, sources...), concern: oneOf(p, concerns...)}
	if t.source == "6" && p.chance(0.6) {
		t.incident = p.occurrence()
	}
	if p.chance(0.04) {
		t.concern = ""
	}
	return t
}

// occurrence is a police reference that no other event has.
func (p *planner) occurrence() string {
	p.taken.occurrences++
	return fmt.Sprintf("OCC%07d", p.taken.occurrences)
}

// otherSource is an agency that is not among those of the tellings.
func (p *planner) otherSource(tellings []telling) string {
	for {
		source, used := oneOf(p, sources...), false
		for _, t := range tellings {
			used = used || t.source == source
		}
		if !used {
			return source
		}
	}
}

// toldByAgencies is two to four agencies naming one concern within three days:
// the same incident on strong evidence.
func (p *planner) toldByAgencies(first telling) []telling {
	if first.concern == "" {
		first.concern = oneOf(p, concerns...)
	}
	tellings := []telling{first}
	for range oneOf(p, 1, 1, 1, 2, 3) {
		tellings = append(tellings, telling{
			after: p.IntN(4), source: p.otherSource(tellings), concern: first.concern, class: classSameWindow,
		})
	}
	return tellings
}

// toldWithoutConcern is two agencies within a day, of whom one or both name no
// concern: the same incident on weak evidence.
func (p *planner) toldWithoutConcern(first telling) []telling {
	first.single = true
	second := telling{
		after: p.IntN(2), source: p.otherSource([]telling{first}), class: classSameWindow, single: true,
	}
	if p.chance(0.4) {
		first.concern, second.concern = "", oneOf(p, "", concerns[0], concerns[1])
	}
	return []telling{first, second}
}

// typedTwice adds the last telling once or twice more, alike in everything but
// its id and perhaps the case of a letter.
func (p *planner) typedTwice(tellings []telling) []telling {
	original := len(tellings) - 1
	tellings[original].single = true
	for range oneOf(p, 1, 1, 1, 2) {
		tellings = append(tellings, telling{
			after: tellings[original].after, class: classExact, copyOf: original, single: true,
		})
	}
	return tellings
}

// sentAgain is the police sending the same reference later, with the same or
// another concern. Two days at least lie between, so that in the overlap of
// two systems it is no migrated copy.
func (p *planner) sentAgain(first telling) []telling {
	first.source = "6"
	if first.incident == "" {
		first.incident = p.occurrence()
	}
	return []telling{first, {
		after: 2 + p.IntN(eventSpan-1), source: "6", concern: oneOf(p, first.concern, oneOf(p, concerns...)),
		incident: first.incident, class: classSameRef,
	}}
}

// twoOccurrences is two police references on one day: two incidents.
func (p *planner) twoOccurrences(first telling) []telling {
	first.source, first.incident = "6", p.occurrence()
	second := first
	second.incident = p.occurrence()
	return []telling{first, second}
}

// toldInBothSystems is one contact entered in an old system and, the same or
// the next day, in the new one.
func (p *planner) toldInBothSystems(first telling, old string) []telling {
	first.system, first.single = old, true
	again := first
	again.after, again.system, again.class = p.IntN(2), newSystem, classMigrated
	if p.chance(0.2) {
		again.concern = strings.ToLower(again.concern)
	}
	if p.chance(0.2) {
		again.incident = ""
	}
	return []telling{first, again}
}

// afterClosure is one concern told in the last days of a case and again just
// after it closed: an open-case incident, and new work. It gives the last day
// that has to do with the second.
func (p *planner) afterClosure(f family, c *child) day {
	first := p.firstTelling()
	first.single = true
	p.tell(p.happening(f, c.episode.end-day(p.IntN(3)), []telling{first}), c)
	again := telling{source: p.otherSource([]telling{first}), concern: first.concern}
	return p.tell(p.happening(f, c.episode.end+1, []telling{again}), c)
}
