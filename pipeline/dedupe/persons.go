package dedupe

import (
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"
	"golang.org/x/sync/errgroup"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// Person is one entry of a ledger: which person a child number belongs to, and since when it is known.
type Person struct {
	ChildID   string
	PersonID  string
	FirstSeen schemas.Day
}

// LedgerEvent is a change of who is who, dated by the run's as-at.
type LedgerEvent struct {
	AsAt          schemas.Day
	Kind          string // merge or split
	PersonID      string // the person that goes on
	OtherPersonID string // the person that ended (merge) or began (split)
	Evidence      string
}

// link is one piece of evidence that two child numbers are one child.
type link struct {
	a, b       int32 // children by number
	rowA, rowB int32 // their records in the children's table, none when they have none
	method     string
	refused    string // why it was not taken; "" when it was
}

// persons is everything known of who is who. Children are numbered over all tables, persons in the order of their
// smallest child numbers.
type persons struct {
	names      *array.String // every child number of every table, and behind them the ids of persons that are none
	children   int           // how many of names are child numbers of the tables
	inChildren int           // and how many of these, the first ones, stand in the children's table
	byName     []int32       // children in the order of their numbers' texts
	personOf   []int32       // by child
	firstSeen  []schemas.Day // by child
	idCode     []int32       // by person: the id's place in names
	links      []link
	kept       []Person // what the ledger holds of children that this delivery does not name
	events     []LedgerEvent

	contacts, referrals, episodes cells // the children that rows name
}

// resolvePersons numbers the children of all tables and joins the numbers that are one child: by an equal valid
// UPN, by an equal valid NHS number, by a child number of an earlier system, and by the ledger. A link whose two
// sides contradict each other (birth dates, permanent UPNs or NHS numbers that are known and have none in
// common) is refused and listed: a false merge of two children is worse than a missed one.
func resolvePersons(in Input) *persons {
	var ids *identifiers
	p := &persons{}
	var group errgroup.Group
	group.SetLimit(max(in.Workers, 1))
	group.Go(func() error {
		ids = readIdentifiers(in.Children)
		return nil
	})
	const key = "child_id"
	names, numbers := keys(in.Children.Column(key), in.Referrals.Column(key), in.Episodes.Column(key), in.Contacts.Column(key))
	p.names, p.children, p.byName = names, names.Len(), byText(names)
	p.referrals, p.episodes, p.contacts = numbers[1], numbers[2], numbers[3]
	if of := numbers[0].of; len(of) > 0 {
		p.inChildren = 1 + int(slices.Max(of))
	}
	_ = group.Wait() // no identifier fails to be read

	groups := newGroups(in.Children, numbers[0], p.children, ids)
	p.linkByIdentifier(groups, "upn", ids.upn)
	p.linkByIdentifier(groups, "nhs_number", ids.nhs)
	p.linkByLegacy(groups, in.Children)
	p.settle(groups, in)
	return p
}

// name returns the text at a place in names.
func (p *persons) name(place int32) string { return p.names.Value(int(place)) }

// find returns the child of a text, none when no table names it. It looks at a place in byName first.
func (p *persons) find(text string, first int) (child int32, place int) {
	if first >= len(p.byName) || p.name(p.byName[first]) != text {
		first, _ = slices.BinarySearchFunc(p.byName, text, func(child int32, text string) int { return strings.Compare(p.name(child), text) })
	}
	if first < len(p.byName) && p.name(p.byName[first]) == text {
		return p.byName[first], first
	}
	return none, first
}

// linkByIdentifier joins children that share a value of an identifier, given by row. Each child is tried against
// the earlier holders of the value, one for each group that they form, until one does not contradict.
func (p *persons) linkByIdentifier(groups *groups, field string, values []int32) {
	if len(values) == 0 {
		return
	}
	children := groups.children
	first := fill(1 + int(slices.Max(values))) // by value: its first holder's row
	others := map[int32][]int32{}              // and one of each further group
	for row, value := range values {
		switch {
		case value < 0 || children[row] < 0:
		case first[value] < 0:
			first[value] = int32(row)
		default:
			holders := append([]int32{first[value]}, others[value]...)
			if !p.tryLink(groups, int32(row), holders, field) {
				others[value] = append(others[value], int32(row))
			}
		}
	}
}

// tryLink joins the child of row to the first of the holders that does not contradict it and tells whether it
// is joined to one. Refused attempts are listed.
func (p *persons) tryLink(groups *groups, row int32, holders []int32, method string) bool {
	first := len(p.links)
	for _, holder := range holders {
		a, b := groups.children[holder], groups.children[row]
		if groups.find(a) == groups.find(b) {
			p.links = p.links[:first]
			if a != b {
				p.links = append(p.links, link{a: a, b: b, rowA: holder, rowB: row, method: method})
			}
			return true
		}
		reason := groups.contradiction(a, b)
		p.links = append(p.links, link{a: a, b: b, rowA: holder, rowB: row, method: method, refused: reason})
		if reason == "" {
			groups.join(a, b)
			return true
		}
	}
	return false
}

// linkByLegacy joins a child to the record whose child number is the child's number in an earlier system, and
// children whose number in an earlier system is the same.
func (p *persons) linkByLegacy(groups *groups, t *table.Table) {
	column := t.Column("legacy_child_id")
	if !column.Delivered() || column.Array.NullN() == t.Rows {
		return
	}
	holders := map[string][]int32{}
	text := textsOf(column)
	for row := range t.Rows {
		legacy := text.at(int32(row))
		if legacy == "" || groups.children[row] < 0 {
			continue
		}
		if _, seen := holders[legacy]; !seen {
			if child, _ := p.find(legacy, 0); child >= 0 {
				if records := groups.records.of(child); len(records) > 0 {
					holders[legacy] = []int32{records[0]}
				}
			}
		}
		if !p.tryLink(groups, int32(row), holders[legacy], "legacy_child_id") {
			holders[legacy] = append(holders[legacy], int32(row))
		}
	}
}
