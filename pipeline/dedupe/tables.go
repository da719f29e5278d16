package dedupe

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow/array"
	"golang.org/x/sync/errgroup"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// buildTables writes the decisions down in the result tables.
func buildTables(result *Result, in Input, people *persons, j *judged) error {
	kept, err := in.Keep.array(j.incidentIDs(people))
	if err != nil {
		return err
	}
	incidentIDs := kept.(*array.String)
	personIDs := people.names.Array()
	var group errgroup.Group
	group.SetLimit(max(in.Workers, 1))
	build := func(into **table.Table, make func() *builder) {
		group.Go(func() error {
			b := make()
			*into = b.table
			return b.err
		})
	}
	build(&result.Contacts, func() *builder { return j.contactsTable(in, people, incidentIDs, personIDs) })
	build(&result.Incidents, func() *builder { return j.incidentsTable(in, people, incidentIDs, personIDs) })
	build(&result.Referrals, func() *builder { return j.referralsTable(in, people, incidentIDs, personIDs) })
	build(&result.Persons, func() *builder { return people.personsTable(in, personIDs) })
	build(&result.Links, func() *builder { return people.linksTable(in) })
	return group.Wait()
}

// incidentIDs names every incident by its person and its first contact. A first contact without an id is named
// by its day and its number among the child's incidents.
func (j *judged) incidentIDs(people *persons) *array.String {
	const usual = 24 // bytes
	offsets := make([]int32, 1, len(j.incidents)+1)
	ids := make([]byte, 0, usual*len(j.incidents))
	number := 0
	for i := range j.incidents {
		number++
		if i == 0 || j.person[i] != j.person[i-1] {
			number = 1
		}
		held := &j.incidents[i]
		ids = append(append(ids, people.ids[j.person[i]]...), '/')
		if first := j.door.id(j.door.contactsOf.rows[j.door.contacts[held.first].first]); first != "" {
			ids = append(ids, first...)
		} else {
			ids = fmt.Appendf(ids, "%s#%d", table.DateText(held.day), number)
		}
		offsets = append(offsets, int32(len(ids)))
	}
	return table.StringArray(offsets, ids, nil, 0)
}

func (j *judged) referralsTable(in Input, people *persons, incidentIDs, personIDs *array.String) *builder {
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
	b.places("person_id", personIDs, people.idOf(d.referralPerson))
	b.dates("referral_date", func(row int) schemas.Day { return d.referralDay[row] })
	b.coded("source", t.Column("source"), d.sources, nil)
	b.delivered("nfa", t.Column("nfa"))
	b.names("status", ReferralStatuses, func(row int) int { return int(j.status[row]) })
	b.names("link_method", Methods, func(row int) int {
		if j.status[row] == Linked {
			return int(j.incidents[j.follows[row]].method)
		}
		return none
	})
	b.places("incident_id", incidentIDs, func(row int) int32 { return j.follows[row] })
	b.numbers("working_days", func(row int) (int, bool) {
		if j.status[row] != Linked || d.referralDay[row] == noDay {
			return 0, false
		}
		return int(j.incidents[j.follows[row]].distance), true
	})
	b.numbers("missed_by_working_days", func(row int) (int, bool) { return int(j.missedBy[row]), j.missedBy[row] >= 0 })
	b.flags("in_period", func(row int) bool {
		return d.referralDay[row] != noDay && in.Settings.Period.Has(d.referralDay[row])
	})
	return b
}

func (p *persons) personsTable(in Input, names *array.String) *builder {
	b := newBuilder("persons", p.children, in.Keep)
	b.places("person_id", names, p.idOf(p.personOf))
	b.places("child_id", names, func(row int) int32 { return int32(row) })
	b.flags("in_children", func(row int) bool { return p.inChildren[row] })
	b.dates("first_seen", func(row int) schemas.Day { return p.firstSeen[row] })
	return b
}

func (p *persons) linksTable(in Input) *builder {
	b := newBuilder("links", len(p.links), in.Keep)
	name := func(child int32) string { return string(p.names.Value(uint32(child))) }
	line := func(row int32) (int, bool) {
		if row < 0 {
			return 0, false
		}
		return in.Children.LineOf(int(row)), true
	}
	b.texts("child_id", func(row int) string { return name(p.links[row].a) })
	b.texts("other_child_id", func(row int) string { return name(p.links[row].b) })
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
