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
	by := j.byRow(in.Workers)
	b.delivered("contact_id", t.Column("contact_id"))
	b.delivered("child_id", t.Column("child_id"))
	b.codes("person_id", personIDs, func() []uint32 {
		codes := make([]uint32, t.Rows)
		for row, person := range d.dealt.person {
			if codes[row] = noCode; person >= 0 {
				codes[row] = uint32(people.idCode[person])
			}
		}
		return codes
	})
	b.set("contact_date", t.Column("contact_date").Array)
	b.set("counted_date", table.DateArray(j.day, nil, 0))
	b.spelt("source", t.Column("source"), d.sources, nil)
	b.delivered("concern", t.Column("concern"))
	b.spelt("outcome", t.Column("outcome"), d.results, nil)
	b.delivered("source_system", t.Column("source_system"))
	b.part("class", Classes, by.state, classPart)
	b.column("matched_line", func() arrow.Array { return lines(t, by.matched) })
	b.idsOf("matched_contact_id", t.Column("contact_id"), by.matched)
	b.codes("incident_id", j.ids, func() []uint32 { return by.incident })
	b.flag("first_of_incident", by.state, firstPart)
	b.flag("on_open_case", by.state, onOpenPart)
	b.part("evidence", evidence, by.state, evidencePart)
	b.flag("possible_same_incident", by.state, possiblePart)
	b.flag("converted", by.state, linkedPart)
	b.part("link_method", Methods, by.state, methodPart)
	b.idsOf("referral_id", in.Referrals.Column("referral_id"), by.linked)
	b.delivered("named_referral_id", t.Column("referral_id"))
	for w, field := range repeatFields {
		b.part(field, answers, by.state, repeatParts[w])
	}
	b.flag("too_recent", by.state, recentPart)
	b.flag("left_edge", by.state, leftPart)
	b.flag("in_period", by.state, inPeriodPart)
	b.part("reason", reasons(&in.Settings), by.state, reasonPart)
	return b
}

// decided is what was decided of the contact rows, by row; noCode for none.
type decided struct {
	state    []state
	incident []uint32 // by number
	matched  []uint32 // the row that it was matched to
	linked   []uint32 // the referral that the incident which begins with it is linked to, by row
}

// byRow brings what was decided into the order of the rows.
func (j *judged) byRow(workers int) *decided {
	rows, dealt := len(j.rows), j.door.dealt
	by := &decided{state: make([]state, rows), incident: make([]uint32, rows), matched: make([]uint32, rows), linked: make([]uint32, rows)}
	dealt.eachRange(workers, func(number, from, to int) {
		next := slices.Clone(dealt.next[number])
		for row := from; row < to; row++ {
			batch := dealt.batchOf(dealt.person[row])
			own := j.rows[next[batch]]
			next[batch]++
			by.state[row], by.matched[row], by.linked[row] = own.state, own.matched, own.linked
			by.incident[row] = noCode
			if own.incident >= 0 {
				by.incident[row] = uint32(j.before[batch] + own.incident)
			}
		}
	})
	j.rows = nil
	return by
}

// lines returns the lines of rows of a table.
func lines(t *table.Table, rows []uint32) arrow.Array {
	values := make([]int64, len(rows))
	valid, nulls := bitmap(len(rows), func(at int) bool {
		if rows[at] == noCode {
			return false
		}
		values[at] = int64(t.LineOf(int(rows[at])))
		return true
	})
	return table.IntegerArray(values, valid, nulls)
}

// repeatFields are the fields that say whether an earlier incident began within 30 days, 90 days or 12 months.
var repeatFields = []string{"repeat_30d", "repeat_90d", "repeat_12m"}
