package dedupe

import (
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

func (j *judged) incidentsTable(in Input, people *persons, personIDs *array.String) *builder {
	d, all := j.door, &j.incidents
	rows := len(all.state)
	b := newBuilder("incidents", rows, in.Keep)
	b.codes("incident_id", j.ids, func() []uint32 {
		codes := make([]uint32, rows)
		for i := range codes {
			codes[i] = uint32(i)
		}
		return codes
	})
	b.codes("person_id", personIDs, func() []uint32 { return all.person })
	if in.Contacts.Column("incident_ref").Delivered() || in.Contacts.Column("family_id").Delivered() {
		b.places("event_id", j.ids, func(row int) int32 { return j.event[row] })
	} else {
		b.places("event_id", j.ids, func(int) int32 { return none })
	}
	b.idsOf("first_contact_id", in.Contacts.Column("contact_id"), all.first)
	b.set("first_date", table.DateArray(all.day, nil, 0))
	b.months("month", all.day)
	b.spelt("source", in.Contacts.Column("source"), d.sources, all.first)
	b.names("source_group", sourceGroups(d.sources), func(row int) int { return sourceGroup(d.sources, all.source[row]) })
	b.part("class", Classes, all.state, classPart)
	b.idsOf("episode_id", in.Episodes.Column("episode_id"), all.episode)
	b.set("contacts", table.IntegerArray(all.contacts, nil, 0))
	b.set("sources", table.IntegerArray(all.sources, nil, 0))
	b.flag("weak", all.state, weakPart)
	b.flag("possible_same_incident", all.state, possiblePart)
	b.flag("converted", all.state, linkedPart)
	b.part("link_method", Methods, all.state, methodPart)
	b.idsOf("referral_id", in.Referrals.Column("referral_id"), all.referral)
	b.numbers("working_days", func(row int) (int, bool) { return int(all.distance[row]), distancePart.of(all.state[row]) == 1 })
	b.names("outcome", codeNames(d.results), func(row int) int { return int(all.outcome[row]) })
	b.names("became", becameNames(d.results), func(row int) int { return became(all.state[row], all.outcome[row], len(d.results.Codes)) })
	for w, field := range repeatFields {
		b.part(field, answers, all.state, repeatParts[w])
	}
	b.flag("too_recent", all.state, recentPart)
	b.flag("left_edge", all.state, leftPart)
	b.flag("in_period", all.state, inPeriodPart)
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

// became says what became of an incident with a state and outcome, as a place in becameNames behind so many outcomes: by its
// linked referral, else that it is too recent to judge, else by its most serious outcome; none of one on an open case.
func became(s state, outcome int32, outcomes int) int {
	switch {
	case classPart.of(s) == int(OpenCase):
		return none
	case linkedPart.of(s) == 1:
		return outcomes
	case recentPart.of(s) == 1:
		return outcomes + 1
	case outcome == none:
		return outcomes + 2
	case outcome == notMapped:
		return outcomes + 3
	}
	return int(outcome)
}

// codeNames returns the codes of a set in its order.
func codeNames(set *schemas.CodeSet) []string {
	codes := make([]string, len(set.Codes))
	for i, c := range set.Codes {
		codes[i] = c.Code
	}
	return codes
}
