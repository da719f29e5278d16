package dedupe

import (
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// buildTables writes the decisions down in the result tables, and who is who in the ledger.
func buildTables(result *Result, in Input, people *persons, j *judged) error {
	contacts, incidents := j.contactsTable(in, people, people.names), j.incidentsTable(in, people, people.names)
	referrals := j.referralsTable(in, people, people.names)
	persons, links := people.personsTable(in), people.linksTable(in)
	links.walks = append(links.walks, func() error {
		result.Ledger = people.ledger()
		return nil
	})
	result.Contacts, result.Incidents, result.Referrals = contacts.table, incidents.table, referrals.table
	result.Persons, result.Links = persons.table, links.table
	return makeColumns(in.Workers, contacts, incidents, referrals, persons, links)
}

func (j *judged) referralsTable(in Input, people *persons, personIDs *array.String) *builder {
	d, t := j.door, in.Referrals
	rows := 0
	if t != nil {
		rows = t.Rows
	}
	b := newBuilder("referrals", rows, in.Keep)
	if t == nil {
		t = &table.Table{Schema: &schemas.Table{}}
	} else {
		b.table.StandAs(t)
	}
	b.delivered("referral_id", t.Column("referral_id"))
	b.delivered("child_id", t.Column("child_id"))
	id := d.referralPerson.through(people.idCode)
	b.places("person_id", personIDs, func(row int) int32 { return id.at(int32(row)) })
	b.dates("referral_date", func(row int) schemas.Day { return d.referralDay[row] })
	b.spelt("source", t.Column("source"), d.sources, nil)
	b.delivered("nfa", t.Column("nfa"))
	b.names("status", ReferralStatuses, func(row int) int { return int(j.referrals[row].status) })
	b.names("link_method", Methods, func(row int) int {
		if j.referrals[row].status == Linked {
			return int(j.referrals[row].method)
		}
		return none
	})
	b.places("incident_id", j.ids, func(row int) int32 {
		r := &j.referrals[row]
		if r.incident < 0 {
			return none
		}
		return j.before[r.batch] + r.incident
	})
	b.numbers("working_days", func(row int) (int, bool) {
		return int(j.referrals[row].distance), j.referrals[row].measured
	})
	b.numbers("missed_by_working_days", func(row int) (int, bool) {
		missed := j.referrals[row].missedBy
		return int(missed), missed >= 0
	})
	b.flags("in_period", func(row int) bool {
		return d.referralDay[row] != noDay && in.Settings.Period.Has(d.referralDay[row])
	})
	return b
}

func (p *persons) personsTable(in Input) *builder {
	b := newBuilder("persons", p.children, in.Keep)
	b.places("person_id", p.names, func(child int) int32 { return p.idCode[p.personOf[child]] })
	b.places("child_id", p.names, func(child int) int32 { return int32(child) })
	b.flags("in_children", func(child int) bool { return child < p.inChildren })
	b.set("first_seen", table.DateArray(p.firstSeen, nil, 0))
	return b
}

func (p *persons) linksTable(in Input) *builder {
	b := newBuilder("links", len(p.links), in.Keep)
	line := func(row int32) (int, bool) {
		if row < 0 {
			return 0, false
		}
		return in.Children.LineOf(int(row)), true
	}
	b.texts("child_id", func(row int) string { return p.name(p.links[row].a) })
	b.texts("other_child_id", func(row int) string { return p.name(p.links[row].b) })
	b.texts("method", func(row int) string { return p.links[row].method })
	b.texts("status", func(row int) string {
		if p.links[row].refused != "" {
			return "refused"
		}
		return "linked"
	})
	b.texts("reason", func(row int) string { return p.links[row].refused })
	b.numbers("line", func(row int) (int, bool) { return line(p.links[row].rowA) })
	b.numbers("other_line", func(row int) (int, bool) { return line(p.links[row].rowB) })
	return b
}
