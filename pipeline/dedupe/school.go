package dedupe

import (
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// School is what is read to find children of social care among the pupils.
type School struct {
	Children *table.Table // of social care; nil when none were delivered
	Persons  *table.Table // who is who among them, as Result has it; nil when nothing was decided
	Pupils   *table.Table
}

// schoolLink is a child and a pupil, by row, that bear the same UPN.
type schoolLink struct {
	child, pupil int32
	former       bool   // the pupil bore the number before
	refused      string // why it was not taken; "" when it was
}

// JoinSchool finds the children of social care among the pupils by an equal well-formed UPN, the pupil's own or the one
// before. A link whose two sides have different birth dates is refused and listed, and so are the links of a UPN that
// is left with several children: a false link is worse than a missed one. The table has the schema school_links.
func JoinSchool(in School) (*table.Table, error) {
	links := linkPupils(in)
	children, pupils := make([]uint32, len(links)), make([]uint32, len(links))
	for i, l := range links {
		children[i], pupils[i] = uint32(l.child), uint32(l.pupil)
	}
	b := newBuilder("school_links", len(links), nil)
	b.table.StandAt(len(links), func(row int) (*table.Table, int) { return in.Children, int(children[row]) })
	b.idsOf("child_id", in.Children.Column("child_id"), children)
	person := personIDs(in.Persons)
	b.texts("person_id", func(row int) string { return person[in.Children.Column("child_id").Text(int(children[row]))] })
	b.idsOf("upn", in.Pupils.Column("upn"), pupils)
	b.names("method", []string{"upn", "former_upn"}, func(row int) int { return place(links[row].former) })
	b.names("status", []string{"linked", "refused"}, func(row int) int { return place(links[row].refused != "") })
	b.texts("reason", func(row int) string { return links[row].refused })
	for _, field := range []string{"school_urn", "enrolment_status", "sen_provision"} {
		b.idsOf(field, in.Pupils.Column(field), pupils)
	}
	for _, field := range []string{"entry_date", "leaving_date"} {
		days := daysOr(in.Pupils.Column(field), rowsOf(in.Pupils), noDay)
		b.dates(field, func(row int) schemas.Day { return days[pupils[row]] })
	}
	for _, field := range []string{"sessions_possible", "sessions_missed"} {
		column := in.Pupils.Column(field)
		b.numbers(field, func(row int) (int, bool) {
			if !column.Delivered() || column.Array.IsNull(int(pupils[row])) {
				return 0, false
			}
			return int(column.Array.(*array.Int64).Value(int(pupils[row]))), true
		})
	}
	b.texts("pupil_file", func(row int) string { return in.Pupils.FileOf(int(pupils[row])) })
	b.numbers("pupil_line", func(row int) (int, bool) { return in.Pupils.LineOf(int(pupils[row])), true })
	return b.table, makeColumns(1, b)
}

// linkPupils returns the links in the order of the children's rows, then the pupils'.
func linkPupils(in School) []schoolLink {
	numbers, _ := identify(usableUPN, in.Pupils.Column("upn"), in.Pupils.Column("former_upn"), in.Children.Column("upn"))
	own, former, children := numbers[0], numbers[1], numbers[2]
	bearers := map[int32][]schoolLink{} // pupils by number
	for row := range in.Pupils.Rows {
		upn := int32(none)
		if own != nil {
			upn = own[row]
		}
		if upn >= 0 {
			bearers[upn] = append(bearers[upn], schoolLink{pupil: int32(row)})
		}
		if former != nil && former[row] >= 0 && former[row] != upn {
			bearers[former[row]] = append(bearers[former[row]], schoolLink{pupil: int32(row), former: true})
		}
	}
	births := daysOr(in.Children.Column("date_of_birth"), rowsOf(in.Children), noDay)
	pupilBirths := daysOr(in.Pupils.Column("date_of_birth"), rowsOf(in.Pupils), noDay)
	var links []schoolLink
	for row, number := range children {
		for _, l := range bearers[number] {
			l.child = int32(row)
			if born, other := births[row], pupilBirths[l.pupil]; born != noDay && other != noDay && born != other {
				l.refused = "the birth dates differ"
			}
			links = append(links, l)
		}
	}
	refuseShared(in, links)
	return links
}

// refuseShared refuses the links of pupils' records that several children are left with.
func refuseShared(in School, links []schoolLink) {
	person := personIDs(in.Persons)
	of := func(l schoolLink) string {
		child := in.Children.Column("child_id").Text(int(l.child))
		if id, known := person[child]; known {
			return id
		}
		return child
	}
	holder, shared := map[int32]string{}, map[int32]bool{}
	for _, l := range links {
		if l.refused != "" {
			continue
		}
		if first, held := holder[l.pupil]; held && first != of(l) {
			shared[l.pupil] = true
		}
		holder[l.pupil] = of(l)
	}
	for i, l := range links {
		if l.refused == "" && shared[l.pupil] {
			links[i].refused = "the UPN is that of several children"
		}
	}
}

// personIDs returns the person of each child number.
func personIDs(persons *table.Table) map[string]string {
	of := make(map[string]string, rowsOf(persons))
	for row := range rowsOf(persons) {
		of[persons.Column("child_id").Text(row)] = persons.Column("person_id").Text(row)
	}
	return of
}

func rowsOf(t *table.Table) int {
	if t == nil {
		return 0
	}
	return t.Rows
}

// place is that of no or yes in a list of two.
func place(is bool) int {
	if is {
		return 1
	}
	return 0
}
