package dedupe

import (
	"cmp"
	"slices"

	"frontdoor/schemas"
)

// mention is one incident's word for an event: a reference, or a family on a day.
type mention struct {
	key      int64
	day      schemas.Day
	incident int32
}

// joinEvents joins the unique incidents of several children that tell of one event: by a reference that they
// share within the days that the same reference may lie apart, else by their family on the day on which they
// began. Incidents that name references join by family only when none of them names another reference.
func (j *judged) joinEvents(s Settings) {
	d := j.door
	j.event = fill(len(j.incidents))
	var references, families []mention
	for i := range j.incidents {
		held := &j.incidents[i]
		if held.episode >= 0 {
			continue
		}
		j.event[i] = int32(i)
		for m := held.first; m >= 0; m = j.verdicts[m].next {
			for row := d.contacts[m].row; row >= 0; row = d.nextRow[row] {
				if d.reference[row] >= 0 {
					references = append(references, mention{key: int64(d.reference[row]), day: held.day, incident: int32(i)})
				}
				if d.family[row] >= 0 {
					families = append(families, mention{key: int64(d.family[row]), day: held.day, incident: int32(i)})
				}
			}
		}
	}
	byKeyDayIncident := func(a, b mention) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.day, b.day), cmp.Compare(a.incident, b.incident))
	}
	slices.SortFunc(references, byKeyDayIncident)
	for i, anchor := 0, 0; i < len(references); i++ {
		if references[i].key != references[anchor].key || references[i].day-references[anchor].day > schemas.Day(s.SameIncidentDaysSameRef) {
			anchor = i
		}
		j.sameEvent(references[anchor].incident, references[i].incident)
	}
	slices.SortFunc(families, byKeyDayIncident)
	for from := 0; from < len(families); {
		to := from
		for to < len(families) && families[to].key == families[from].key && families[to].day == families[from].day {
			to++
		}
		j.joinFamily(families[from:to])
		from = to
	}
	for i := range j.event {
		if j.event[i] >= 0 {
			j.event[i] = j.firstOfEvent(int32(i))
		}
	}
}

// joinFamily joins the incidents of one family on one day: of each child the first, unless two of them name
// references that set them apart.
func (j *judged) joinFamily(families []mention) {
	var joined []int32
	var persons []int32
	reference := int32(none) // the event of those that name references
	for _, f := range families {
		if slices.Contains(persons, j.person[f.incident]) {
			continue
		}
		if j.namesReference(f.incident) {
			event := j.firstOfEvent(f.incident)
			if reference >= 0 && event != reference {
				return
			}
			reference = event
		}
		persons = append(persons, j.person[f.incident])
		joined = append(joined, f.incident)
	}
	for _, incident := range joined {
		j.sameEvent(joined[0], incident)
	}
}

func (j *judged) namesReference(incident int32) bool {
	for m := j.incidents[incident].first; m >= 0; m = j.verdicts[m].next {
		if j.door.names(j.door.reference, j.door.contacts[m].row) {
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
