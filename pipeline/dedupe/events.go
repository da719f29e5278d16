package dedupe

import (
	"cmp"
	"slices"

	"frontdoor/schemas"
)

// mention is one incident's word for an event: a reference, or a family on a day.
type mention struct {
	value    int32 // of the reference or family
	day      schemas.Day
	incident int32
}

// joinEvents joins the unique incidents of several children that tell of one event: by a reference that they
// share within the days that the same reference may lie apart, else by their family on the day on which they
// began. Incidents that name references join by family only when none of them names another reference.
func (j *judged) joinEvents(references, families []mention, s *Settings) {
	j.event = fill(len(j.incidents.state))
	for i, s := range j.incidents.state {
		if classPart.of(s) == int(Unique) {
			j.event[i] = int32(i)
		}
	}
	eachNamed(references, func(references []mention) {
		anchor := references[0]
		for _, m := range references {
			if m.day-anchor.day > schemas.Day(s.SameIncidentDaysSameRef) {
				anchor = m
			}
			j.sameEvent(anchor.incident, m.incident)
		}
	})
	eachNamed(families, func(families []mention) {
		for from, to := 0, 0; from < len(families); from = to {
			for to = from + 1; to < len(families) && families[to].day == families[from].day; {
				to++
			}
			j.joinFamily(families[from:to])
		}
	})
	for i := range j.event {
		if j.event[i] >= 0 {
			j.event[i] = j.firstOfEvent(int32(i))
		}
	}
}

// eachNamed gives the mentions of each value that two or more name to join, by day, those of a day in the order of
// the incidents.
func eachNamed(mentions []mention, join func(mentions []mention)) {
	values := 0
	for _, m := range mentions {
		values = max(values, int(m.value)+1)
	}
	next := make([]int32, values+1)
	for _, m := range mentions {
		next[m.value+1]++
	}
	first := starts(next)
	sorted := make([]mention, len(mentions))
	for _, m := range mentions {
		sorted[next[m.value]] = m
		next[m.value]++
	}
	for value := range values {
		if own := sorted[first[value]:first[value+1]]; len(own) > 1 {
			slices.SortStableFunc(own, func(a, b mention) int { return cmp.Compare(a.day, b.day) })
			join(own)
		}
	}
}

// joinFamily joins the incidents of one family on one day: of each child the first, unless two of them name
// references that set them apart.
func (j *judged) joinFamily(families []mention) {
	if len(families) < 2 {
		return
	}
	var joined []int32
	reference := int32(none) // the event of those that name references
	for _, f := range families {
		if n := len(joined); n > 0 && j.incidents.person[joined[n-1]] == j.incidents.person[f.incident] {
			continue // incidents stand by person
		}
		if referencePart.of(j.incidents.state[f.incident]) == 1 {
			event := j.firstOfEvent(f.incident)
			if reference >= 0 && event != reference {
				return
			}
			reference = event
		}
		joined = append(joined, f.incident)
	}
	for _, incident := range joined {
		j.sameEvent(joined[0], incident)
	}
}

// firstOfEvent returns the incident that stands for an incident's event.
func (j *judged) firstOfEvent(incident int32) int32 {
	for j.event[incident] != incident {
		j.event[incident] = j.event[j.event[incident]]
		incident = j.event[incident]
	}
	return incident
}

func (j *judged) sameEvent(a, b int32) {
	a, b = j.firstOfEvent(a), j.firstOfEvent(b)
	j.event[max(a, b)] = min(a, b)
}
