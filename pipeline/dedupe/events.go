package dedupe

import (
	"cmp"
	"slices"

	"frontdoor/schemas"
)

// mention is one incident's word for an event: a reference, or a family on a day.
type mention struct {
	day      schemas.Day
	incident int32
}

// joinEvents joins the unique incidents of several children that tell of one event: by a reference that they
// share within the days that the same reference may lie apart, else by their family on the day on which they
// began. Incidents that name references join by family only when none of them names another reference.
func (j *judged) joinEvents(s Settings) {
	j.event = fill(len(j.incidents))
	for i := range j.incidents {
		if j.incidents[i].episode < 0 {
			j.event[i] = int32(i)
		}
	}
	j.eachNamed(j.door.told.reference, func(references []mention) {
		anchor := references[0]
		for _, m := range references {
			if m.day-anchor.day > schemas.Day(s.SameIncidentDaysSameRef) {
				anchor = m
			}
			j.sameEvent(anchor.incident, m.incident)
		}
	})
	j.eachNamed(j.door.told.family, func(families []mention) {
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

// eachNamed gives the unique incidents that name each value of a column, by day, to join: values that two or more
// mentions name, in their order.
func (j *judged) eachNamed(column []int32, join func(mentions []mention)) {
	var values, incidents []int32
	for i := range j.incidents {
		held := &j.incidents[i]
		if held.episode >= 0 {
			continue
		}
		for m := held.first; m >= 0; m = j.verdicts[m].next {
			for _, value := range column[j.door.contacts[m].first:j.door.contacts[m].end] {
				if value >= 0 {
					values, incidents = append(values, value), append(incidents, int32(i))
				}
			}
		}
	}
	if len(values) == 0 {
		return
	}
	naming := groupRows(values, int(slices.Max(values))+1)
	var mentions []mention
	for value := range naming.first[1:] {
		rows := naming.of(int32(value))
		if len(rows) < 2 {
			continue
		}
		mentions = mentions[:0]
		for _, row := range rows {
			mentions = append(mentions, mention{day: j.incidents[incidents[row]].day, incident: incidents[row]})
		}
		slices.SortStableFunc(mentions, func(a, b mention) int { return cmp.Compare(a.day, b.day) })
		join(mentions)
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
		if n := len(joined); n > 0 && j.person[joined[n-1]] == j.person[f.incident] {
			continue // incidents stand by person
		}
		if j.namesReference(f.incident) {
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

func (j *judged) namesReference(incident int32) bool {
	for m := j.incidents[incident].first; m >= 0; m = j.verdicts[m].next {
		if names(j.door.told.reference, &j.door.contacts[m]) {
			return true
		}
	}
	return false
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
