package dedupe

import (
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// state is what was decided of a contact row or an incident, in bits: a column of a table is some of them.
type state uint32

// part is some bits of a state: so many from one on.
type part struct{ at, width uint8 }

// The parts of a state.
var (
	classPart    = part{0, 3}
	methodPart   = part{3, 3}
	evidencePart = part{6, 2}
	reasonPart   = part{8, 4}
	repeatParts  = [...]part{{12, 2}, {14, 2}, {16, 2}} // within 30 days, 90 days, 12 months
	firstPart    = part{18, 1}
	onOpenPart   = part{19, 1}
	possiblePart = part{20, 1}
	linkedPart   = part{21, 1}
	recentPart   = part{22, 1}
	leftPart     = part{23, 1}
	inPeriodPart = part{24, 1}
	weakPart     = part{25, 1}
)

func (p part) put(n int) state { return state(n) << p.at }

func (p part) when(is bool) state {
	if is {
		return 1 << p.at
	}
	return 0
}

func (p part) of(s state) int { return int(s >> p.at & (1<<p.width - 1)) }

// part sets a dictionary column to the names of a part of states; the name "" is null.
func (b *builder) part(field string, names []string, states []state, p part) {
	b.names(field, names, func(row int) int { return p.of(states[row]) })
}

// flag sets a column to one bit of states.
func (b *builder) flag(field string, states []state, p part) {
	b.flags(field, func(row int) bool { return states[row]>>p.at&1 == 1 })
}

// evidence is how sure it is that a contact was matched to another, by the number in a state.
var evidence = []string{"", "strong", "weak"}

const (
	strongEvidence = 1 + iota
	weakEvidence
)

// standings are what was decided, by contact row.
type standings struct {
	states   []state
	incident []int32       // none for a row that names no child
	matched  []int32       // the row that it was matched to, none
	referral []int32       // that the incident which begins with the row is linked to, none
	day      []schemas.Day // by which it counts
}

// standings gathers what was decided by contact row, so that columns are written in one walk over the rows.
func (j *judged) standings(s Settings) *standings {
	d, rows := j.door, len(j.door.day)
	r := &standings{states: make([]state, rows), incident: fill(rows), matched: fill(rows), referral: fill(rows), day: make([]schemas.Day, rows)}
	repeated := func(row, first int32, states state, day schemas.Day) {
		r.states[row] = states | classPart.put(int(RepeatedRow)) | reasonPart.put(int(reason(RepeatedRow)))
		r.matched[row], r.day[row] = first, day
	}
	for person, count := range d.contactCount {
		base := d.contactsOf.first[person]
		for place := base; place < base+count; place++ {
			c, v := &d.contacts[place], &j.verdicts[place]
			row := d.contactsOf.rows[c.first]
			shared := d.dated(c.day, s) | onOpenPart.when(j.incidents[v.incident].episode >= 0)
			r.states[row] = shared | j.stateOf(v, c)
			r.incident[row], r.day[row] = v.incident, c.day
			if v.matched >= 0 {
				r.matched[row] = d.contactsOf.rows[d.contacts[v.matched].first]
			}
			if v.class == Unique {
				r.referral[row] = j.incidents[v.incident].referral
			}
			for _, other := range d.contactsOf.rows[c.first+1 : c.end] {
				repeated(other, row, shared, c.day)
				r.incident[other] = v.incident
			}
		}
	}
	for row, first := range d.unidentified {
		switch day := d.day[row]; {
		case first < 0:
		case first == int32(row):
			r.states[row] = d.dated(day, s) | classPart.put(int(Unidentified)) | reasonPart.put(int(Unidentified))
			r.day[row] = day
		default:
			repeated(int32(row), first, d.dated(day, s), day)
		}
	}
	return r
}

// dated is what a day says of a record: whether it lies in the period, and within the first days of what is held.
func (d *door) dated(day schemas.Day, s Settings) state {
	return inPeriodPart.when(s.Period.Has(day)) | leftPart.when(day-d.heldFrom < leftEdgeDays)
}

// stateOf is what was decided of the first row of a contact; what its incident came to stands where that begins.
func (j *judged) stateOf(v *verdict, c *contact) state {
	s := classPart.put(int(v.class)) | reasonPart.put(int(reasonOf(v.class, v.weak, c.referral))) | firstPart.when(v.class >= OpenCase)
	switch {
	case v.matched < 0:
	case v.weak:
		s |= evidencePart.put(weakEvidence)
	default:
		s |= evidencePart.put(strongEvidence)
	}
	if v.class == Unique {
		s |= j.incidents[v.incident].state()
	}
	return s
}

func (j *judged) contactsTable(in Input, people *persons, incidentIDs, personIDs *array.String) *builder {
	d, t := j.door, in.Contacts
	b := newBuilder("contacts", t.Rows, in.Keep)
	b.table.StandAs(t)
	rows := j.standings(in.Settings)
	b.delivered("contact_id", t.Column("contact_id"))
	b.delivered("child_id", t.Column("child_id"))
	b.places("person_id", personIDs, people.idOf(d.person))
	b.set("contact_date", t.Column("contact_date").Array)
	b.set("counted_date", table.DateArray(rows.day, nil, 0))
	b.coded("source", t.Column("source"), d.sources, nil)
	b.delivered("concern", t.Column("concern"))
	b.coded("outcome", t.Column("outcome"), d.results, nil)
	b.delivered("source_system", t.Column("source_system"))
	b.part("class", Classes, rows.states, classPart)
	b.idsOf("matched_contact_id", t.Column("contact_id"), rows.matched)
	b.numbers("matched_line", func(row int) (int, bool) {
		if rows.matched[row] < 0 {
			return 0, false
		}
		return t.LineOf(int(rows.matched[row])), true
	})
	b.places("incident_id", incidentIDs, func(row int) int32 { return rows.incident[row] })
	b.flag("first_of_incident", rows.states, firstPart)
	b.flag("on_open_case", rows.states, onOpenPart)
	b.part("evidence", evidence, rows.states, evidencePart)
	b.flag("possible_same_incident", rows.states, possiblePart)
	b.flag("converted", rows.states, linkedPart)
	b.part("link_method", Methods, rows.states, methodPart)
	b.idsOf("referral_id", in.Referrals.Column("referral_id"), rows.referral)
	b.delivered("named_referral_id", t.Column("referral_id"))
	for w, field := range repeatFields {
		b.part(field, answers, rows.states, repeatParts[w])
	}
	b.flag("too_recent", rows.states, recentPart)
	b.flag("left_edge", rows.states, leftPart)
	b.flag("in_period", rows.states, inPeriodPart)
	b.part("reason", reasons(in.Settings), rows.states, reasonPart)
	return b
}

// repeatFields are the fields that say whether an earlier incident began within 30 days, 90 days or 12 months.
var repeatFields = []string{"repeat_30d", "repeat_90d", "repeat_12m"}
