package dedupe

import (
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

func (j *judged) incidentsTable(in Input, people *persons, personIDs *array.String) *builder {
	d, rows := j.door, len(j.incidents)
	b := newBuilder("incidents", rows, in.Keep)
	states, first, day := make([]state, rows), make([]int32, rows), make([]schemas.Day, rows)
	for i := range j.incidents {
		states[i], first[i], day[i] = j.incidents[i].state, j.incidents[i].first, j.incidents[i].day
	}
	b.places("incident_id", j.ids, func(row int) int32 { return int32(row) })
	b.places("person_id", personIDs, func(row int) int32 { return people.idCode[j.incidents[row].person] })
	if in.Contacts.Column("incident_ref").Delivered() || in.Contacts.Column("family_id").Delivered() {
		b.places("event_id", j.ids, func(row int) int32 { return j.event[row] })
	} else {
		b.places("event_id", j.ids, func(int) int32 { return none })
	}
	b.recordIDs("first_contact_id", in.Contacts.Column("contact_id"), func(row int) int32 { return first[row] })
	b.set("first_date", table.DateArray(day, nil, 0))
	b.months("month", day)
	b.spelt("source", in.Contacts.Column("source"), d.sources, first)
	b.names("source_group", sourceGroups(d.sources), func(row int) int { return sourceGroup(d.sources, j.incidents[row].source) })
	b.part("class", Classes, states, classPart)
	b.recordIDs("episode_id", in.Episodes.Column("episode_id"), func(row int) int32 { return j.incidents[row].episode })
	b.numbers("contacts", func(row int) (int, bool) { return int(j.incidents[row].contacts), true })
	b.numbers("sources", func(row int) (int, bool) { return int(j.incidents[row].sources), true })
	b.flag("weak", states, weakPart)
	b.flag("possible_same_incident", states, possiblePart)
	b.flag("converted", states, linkedPart)
	b.part("link_method", Methods, states, methodPart)
	b.recordIDs("referral_id", in.Referrals.Column("referral_id"), func(row int) int32 { return j.incidents[row].referral })
	b.numbers("working_days", func(row int) (int, bool) {
		held := &j.incidents[row]
		return int(held.distance), held.referral >= 0 && d.referralDay[held.referral] != noDay
	})
	b.names("outcome", codeNames(d.results), func(row int) int { return int(j.incidents[row].outcome) })
	b.names("became", becameNames(d.results), func(row int) int { return j.incidents[row].became(len(d.results.Codes)) })
	for w, field := range repeatFields {
		b.part(field, answers, states, repeatParts[w])
	}
	b.flag("too_recent", states, recentPart)
	b.flag("left_edge", states, leftPart)
	b.flag("in_period", states, inPeriodPart)
	return b
}

// sourceGroups are the groups of the sources, by their place in the code set, and behind them those of a blank source
// and of one that no code is known for.
func sourceGroups(sources *schemas.CodeSet) []string {
	var groups []string
	for _, c := range sources.Codes {
		groups = append(groups, c.Group)
	}
	return append(groups, "not recorded", "not mapped")
}

// sourceGroup returns the place in sourceGroups of a source.
func sourceGroup(sources *schemas.CodeSet, source int32) int {
	switch known := len(sources.Codes); {
	case source < 0:
		return known
	case int(source) < known:
		return int(source)
	default:
		return known + 1
	}
}

// becameNames are what may become of a unique contact: what the outcomes say, by their place in the code set, and
// behind them what no outcome says.
func becameNames(outcomes *schemas.CodeSet) []string {
	var names []string
	for _, c := range outcomes.Codes {
		names = append(names, c.Group)
	}
	return append(names, "referral", "too recent to judge, or not yet decided", "not recorded", "outcome not mapped")
}

// became says what became of a unique incident, as a place in becameNames behind so many outcomes: by its linked
// referral, else that it is too recent to judge, else by its most serious outcome; none of one on an open case.
func (i *summary) became(outcomes int) int {
	switch {
	case i.episode >= 0:
		return none
	case i.referral >= 0:
		return outcomes
	case recentPart.of(i.state) == 1:
		return outcomes + 1
	case i.outcome == none:
		return outcomes + 2
	case i.outcome == notMapped:
		return outcomes + 3
	}
	return int(i.outcome)
}

// codeNames returns the codes of a set in its order.
func codeNames(set *schemas.CodeSet) []string {
	codes := make([]string, len(set.Codes))
	for i, c := range set.Codes {
		codes[i] = c.Code
	}
	return codes
}
