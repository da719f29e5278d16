package dedupe

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// state is what an incident came to.
func (i *incident) state() state {
	s := methodPart.put(int(i.method)) | possiblePart.when(i.possible) | linkedPart.when(i.referral >= 0) | recentPart.when(i.tooRecent)
	for w, answer := range i.repeats {
		s |= repeatParts[w].put(int(answer))
	}
	return s
}

// summary is what the contacts of each incident add up to.
type summary struct {
	states            []state
	first             []int32 // contact row
	day               []schemas.Day
	referral          []int32 // row, none
	contacts, sources []int32
	outcome           []int32 // the most serious as a place in the code set; notMapped when none is known, none when there is none
}

// sum walks over the contacts of every incident once.
func (j *judged) sum(s Settings) *summary {
	d, n := j.door, len(j.incidents)
	r := &summary{
		states: make([]state, n), first: make([]int32, n), day: make([]schemas.Day, n), referral: make([]int32, n),
		contacts: make([]int32, n), sources: make([]int32, n), outcome: fill(n),
	}
	var sources []int32
	for i := range j.incidents {
		held := &j.incidents[i]
		class := Unique
		if held.episode >= 0 {
			class = OpenCase
		}
		r.states[i] = held.state() | d.dated(held.day, s) | weakPart.when(held.weak) | classPart.put(int(class))
		r.first[i], r.day[i], r.referral[i] = d.contactsOf.rows[d.contacts[held.first].first], held.day, held.referral
		sources = sources[:0]
		for m := held.first; m >= 0; m = j.verdicts[m].next {
			c := &d.contacts[m]
			r.contacts[i]++
			if !slices.Contains(sources, c.source) {
				sources = append(sources, c.source)
			}
			for _, outcome := range d.told.outcome[c.first:c.end] {
				switch best := &r.outcome[i]; {
				case outcome >= 0 && (*best < 0 || outcome < *best):
					*best = outcome
				case outcome == notMapped && *best == none:
					*best = notMapped
				}
			}
		}
		r.sources[i] = int32(len(sources))
	}
	return r
}

func (j *judged) incidentsTable(in Input, people *persons, incidentIDs, personIDs *array.String) *builder {
	d := j.door
	b := newBuilder("incidents", len(j.incidents), in.Keep)
	sum := j.sum(in.Settings)
	b.places("incident_id", incidentIDs, func(row int) int32 { return int32(row) })
	b.places("person_id", personIDs, people.idOf(j.person))
	if in.Contacts.Column("incident_ref").Delivered() || in.Contacts.Column("family_id").Delivered() {
		b.places("event_id", incidentIDs, func(row int) int32 { return j.event[row] })
	} else {
		b.places("event_id", incidentIDs, func(int) int32 { return none })
	}
	b.idsOf("first_contact_id", in.Contacts.Column("contact_id"), sum.first)
	b.set("first_date", table.DateArray(sum.day, nil, 0))
	b.months("month", sum.day)
	b.coded("source", in.Contacts.Column("source"), d.sources, sum.first)
	b.names("source_group", sourceGroups(d.sources), func(row int) int {
		return sourceGroup(d.sources, d.contacts[j.incidents[row].first].source)
	})
	b.part("class", Classes, sum.states, classPart)
	b.texts("episode_id", func(row int) string {
		if episode := j.incidents[row].episode; episode >= 0 {
			return in.Episodes.Column("episode_id").Text(int(episode))
		}
		return ""
	})
	b.numbers("contacts", func(row int) (int, bool) { return int(sum.contacts[row]), true })
	b.numbers("sources", func(row int) (int, bool) { return int(sum.sources[row]), true })
	b.flag("weak", sum.states, weakPart)
	b.flag("possible_same_incident", sum.states, possiblePart)
	b.flag("converted", sum.states, linkedPart)
	b.part("link_method", Methods, sum.states, methodPart)
	b.idsOf("referral_id", in.Referrals.Column("referral_id"), sum.referral)
	b.numbers("working_days", func(row int) (int, bool) {
		held := &j.incidents[row]
		return int(held.distance), held.referral >= 0 && d.referralDay[held.referral] != noDay
	})
	b.names("outcome", codesOf(d.results), func(row int) int { return int(sum.outcome[row]) })
	b.names("became", becameNames(d.results), func(row int) int {
		if j.incidents[row].episode >= 0 {
			return none
		}
		return j.became(&j.incidents[row], sum.outcome[row])
	})
	for w, field := range repeatFields {
		b.part(field, answers, sum.states, repeatParts[w])
	}
	b.flag("too_recent", sum.states, recentPart)
	b.flag("left_edge", sum.states, leftPart)
	b.flag("in_period", sum.states, inPeriodPart)
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

// became says what became of a unique incident, as a place in becameNames: by its linked referral, else that it is
// too recent to judge, else by its most serious outcome.
func (j *judged) became(held *incident, outcome int32) int {
	behind := len(j.door.results.Codes)
	switch {
	case held.referral >= 0:
		return behind
	case held.tooRecent:
		return behind + 1
	case outcome == none:
		return behind + 2
	case outcome == notMapped:
		return behind + 3
	}
	return int(outcome)
}

// codesOf returns the codes of a set in its order.
func codesOf(set *schemas.CodeSet) []string {
	codes := make([]string, len(set.Codes))
	for i, c := range set.Codes {
		codes[i] = c.Code
	}
	return codes
}
