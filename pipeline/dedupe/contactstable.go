package dedupe

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas/table"
)

func (j *judged) contactsTable(in Input, people *persons, personIDs *array.String) *builder {
	d, t := j.door, in.Contacts
	b := newBuilder("contacts", t.Rows, in.Keep)
	b.table.StandAs(t)
	states, incident := j.split(in.Workers)
	b.delivered("contact_id", t.Column("contact_id"))
	b.delivered("child_id", t.Column("child_id"))
	id := d.person.through(people.idCode)
	b.places("person_id", personIDs, func(row int) int32 { return id.at(int32(row)) })
	b.set("contact_date", t.Column("contact_date").Array)
	b.set("counted_date", table.DateArray(j.day, nil, 0))
	b.spelt("source", t.Column("source"), d.sources, nil)
	b.delivered("concern", t.Column("concern"))
	b.spelt("outcome", t.Column("outcome"), d.results, nil)
	b.delivered("source_system", t.Column("source_system"))
	b.part("class", Classes, states, classPart)
	b.numbers("matched_line", func(row int) (int, bool) {
		if j.matched[row] == noCode {
			return 0, false
		}
		return t.LineOf(int(j.matched[row])), true
	})
	b.idsOf("matched_contact_id", t.Column("contact_id"), func() []uint32 { return slices.Clone(j.matched) })
	b.column("incident_id", func() arrow.Array { return coded(incident, j.ids) })
	b.flag("first_of_incident", states, firstPart)
	b.flag("on_open_case", states, onOpenPart)
	b.part("evidence", evidence, states, evidencePart)
	b.flag("possible_same_incident", states, possiblePart)
	b.flag("converted", states, linkedPart)
	b.part("link_method", Methods, states, methodPart)
	b.idsOf("referral_id", in.Referrals.Column("referral_id"), func() []uint32 { return j.linked })
	b.delivered("named_referral_id", t.Column("referral_id"))
	for w, field := range repeatFields {
		b.part(field, answers, states, repeatParts[w])
	}
	b.flag("too_recent", states, recentPart)
	b.flag("left_edge", states, leftPart)
	b.flag("in_period", states, inPeriodPart)
	b.part("reason", reasons(in.Settings), states, reasonPart)
	return b
}

// split returns what was decided by row as states and the numbers of incidents, noCode for none.
func (j *judged) split(workers int) ([]state, []uint32) {
	states, incident := make([]state, len(j.rows)), make([]uint32, len(j.rows))
	eachRange(workers, len(j.rows), func(from, to int) {
		for row := from; row < to; row++ {
			states[row], incident[row] = j.rows[row].state, noCode
			if place := j.rows[row].incident; place >= 0 {
				incident[row] = uint32(j.places.of(place))
			}
		}
	})
	j.rows = nil
	return states, incident
}

// repeatFields are the fields that say whether an earlier incident began within 30 days, 90 days or 12 months.
var repeatFields = []string{"repeat_30d", "repeat_90d", "repeat_12m"}
