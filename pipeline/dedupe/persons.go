package dedupe

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// Person is one line of the ledger: which person a child number belongs to, and since when it is known.
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

// persons is everything known of who is who. Children are numbered over all tables.
type persons struct {
	names      *numbering    // every child number of every table
	inChildren []bool        // by child
	personOf   []int32       // by child
	firstSeen  []schemas.Day // by child
	ids        []string      // by person
	idCode     []int32       // by person: the id's place in names
	children   int           // how many of names are child numbers of the tables; the rest are ids of persons
	links      []link
	ledger     []Person
	events     []LedgerEvent
	contacts   []int32 // the child of each contact row, -1 when none is named
	referrals  []int32
	episodes   []int32
}

// resolvePersons numbers the children of all tables and joins the numbers that are one child: by an equal valid
// UPN, by an equal valid NHS number, by a child number of an earlier system, and by the ledger. A link whose two
// sides contradict each other (birth dates, permanent UPNs or NHS numbers that are known and have none in
// common) is refused and listed: a false merge of two children is worse than a missed one.
func resolvePersons(in Input) *persons {
	p := &persons{names: newNumbering(whole)}
	var children []int32
	if in.Children != nil {
		children = p.number(in.Children)
	}
	p.inChildren = make([]bool, p.names.Len())
	for i := range p.inChildren {
		p.inChildren[i] = true
	}
	if in.Referrals != nil {
		p.referrals = p.number(in.Referrals)
	}
	if in.Episodes != nil {
		p.episodes = p.number(in.Episodes)
	}
	p.contacts = p.number(in.Contacts)
	p.inChildren = append(p.inChildren, make([]bool, p.names.Len()-len(p.inChildren))...)

	groups := newGroups(p.names.Len())
	if in.Children != nil {
		ids := readIdentifiers(in.Children)
		groups.describe(in.Children, children, ids)
		p.linkByIdentifier(groups, children, "upn", ids.upn)
		p.linkByIdentifier(groups, children, "nhs_number", ids.nhs)
		p.linkByLegacy(groups, in.Children, children)
	}
	p.linkByLedger(groups, in.Ledger)
	p.settle(groups, in)
	p.children = p.names.Len()
	for person, code := range p.idCode {
		if code < 0 { // it is named by the ledger
			p.idCode[person] = int32(p.names.Code([]byte(p.ids[person])))
		}
	}
	return p
}

// number returns the child of each row of a table, -1 where none is named.
func (p *persons) number(t *table.Table) []int32 {
	return p.names.column(t.Column("child_id"), t.Rows)
}

// usableUPN reads the UPN as it is compared, or nothing when it identifies nobody.
func usableUPN(into []byte, text string) []byte {
	if upn := rules.NormaliseUPN(text); rules.ValidUPN(upn) {
		return append(into, upn...)
	}
	return into
}

// usableNHSNumber reads the NHS number as it is compared, or nothing when it identifies nobody: ten equal digits
// pass the check but stand for a number that nobody knew.
func usableNHSNumber(into []byte, text string) []byte {
	number := rules.NormaliseNHSNumber(text)
	if rules.ValidNHSNumber(number) && strings.Count(number, number[:1]) != len(number) {
		return append(into, number...)
	}
	return into
}

// linkByIdentifier joins children that share a value of an identifier, given by row. Each child is tried against
// the earlier holders of the value, one for each group that they form, until one does not contradict.
func (p *persons) linkByIdentifier(groups *groups, children []int32, field string, values []int32) {
	if len(values) == 0 {
		return
	}
	first := fill(1 + int(slices.Max(values))) // by value: its first holder's row
	others := map[int32][]int32{}              // and one of each further group
	for row, value := range values {
		switch {
		case value < 0 || children[row] < 0:
		case first[value] < 0:
			first[value] = int32(row)
		default:
			holders := append([]int32{first[value]}, others[value]...)
			if !p.tryLink(groups, children, int32(row), holders, field) {
				others[value] = append(others[value], int32(row))
			}
		}
	}
}

// tryLink joins the child of row to the first of the holders that does not contradict it and tells whether it
// is joined to one. Refused attempts are listed.
func (p *persons) tryLink(groups *groups, children []int32, row int32, holders []int32, method string) bool {
	first := len(p.links)
	for _, holder := range holders {
		a, b := children[holder], children[row]
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
func (p *persons) linkByLegacy(groups *groups, t *table.Table, children []int32) {
	column := t.Column("legacy_child_id")
	if !column.Delivered() {
		return
	}
	rowOf := fill(p.names.Len())
	for row, child := range slices.Backward(children) {
		if child >= 0 {
			rowOf[child] = int32(row)
		}
	}
	holders := map[string][]int32{}
	text := textOf(column)
	for row := range t.Rows {
		legacy := text(int32(row))
		if legacy == "" || children[row] < 0 {
			continue
		}
		if _, seen := holders[legacy]; !seen {
			if child, known := p.names.Lookup([]byte(legacy)); known && rowOf[child] >= 0 {
				holders[legacy] = []int32{rowOf[child]}
			}
		}
		if !p.tryLink(groups, children, int32(row), holders[legacy], "legacy_child_id") {
			holders[legacy] = append(holders[legacy], int32(row))
		}
	}
}

// linkByLedger keeps together what the ledger has together, unless today's records contradict it.
func (p *persons) linkByLedger(groups *groups, ledger []Person) {
	anchor := map[string]int32{}
	for _, entry := range ledger {
		child, known := p.names.Lookup([]byte(entry.ChildID))
		if !known {
			continue
		}
		a, seen := anchor[entry.PersonID]
		if !seen {
			anchor[entry.PersonID] = int32(child)
			continue
		}
		b := int32(child)
		if groups.find(a) == groups.find(b) {
			continue
		}
		reason := groups.contradiction(a, b)
		p.links = append(p.links, link{a: a, b: b, rowA: -1, rowB: -1, method: "ledger", refused: reason})
		if reason == "" {
			groups.join(a, b)
		}
	}
}

// settle gives every group its person id: the one that the ledger has for it, else the smallest child number.
// Joined persons and divided ones become events.
func (p *persons) settle(groups *groups, in Input) {
	names := p.names.Array()
	name := func(child int32) string { return names.Value(int(child)) }
	// Children by name, so that the first of a group is the smallest.
	children := byText(names)

	held := make(map[string]Person, len(in.Ledger)) // by child number
	taken := make(map[string]bool, len(in.Ledger))  // person ids that are in use
	for _, entry := range in.Ledger {
		held[entry.ChildID] = entry
		taken[entry.PersonID] = true
	}
	p.personOf = fill(p.names.Len())
	groupOf := fill(p.names.Len()) // by root
	count := int32(0)
	for _, child := range children {
		root := groups.find(child)
		if groupOf[root] < 0 {
			groupOf[root] = count
			count++
		}
		p.personOf[child] = groupOf[root]
	}
	p.ids, p.idCode = make([]string, count), fill(int(count))
	keeper := p.keepers(children, held, name)
	was, leaving := make([][]string, count), map[int32][]string{}
	for _, child := range children {
		entry, known := held[name(child)]
		g := p.personOf[child]
		switch {
		case !known:
		case keeper[entry.PersonID] == g:
			was[g] = insert(was[g], entry.PersonID)
		default:
			leaving[g] = insert(leaving[g], entry.PersonID)
		}
	}
	became := map[string]string{} // persons that ended in another
	for _, child := range children {
		g := p.personOf[child]
		if p.ids[g] == "" && len(was[g]) > 0 {
			p.ids[g] = was[g][0]
			for _, ended := range was[g][1:] {
				became[ended] = was[g][0]
				p.events = append(p.events, LedgerEvent{AsAt: in.Settings.AsAt, Kind: "merge", PersonID: was[g][0], OtherPersonID: ended, Evidence: p.evidence(g)})
			}
		} else if p.ids[g] == "" && !taken[name(child)] {
			p.ids[g], p.idCode[g] = name(child), child
		}
	}
	for _, child := range children { // every number of the group is another person's name: it takes a new one
		if g := p.personOf[child]; p.ids[g] == "" {
			p.ids[g] = unusedName(name(child), taken)
			taken[p.ids[g]] = true
		}
	}
	for g := range count {
		for _, other := range leaving[g] {
			p.events = append(p.events, LedgerEvent{AsAt: in.Settings.AsAt, Kind: "split", PersonID: other, OtherPersonID: p.ids[g], Evidence: "today's records contradict each other"})
		}
	}
	p.ledger, p.firstSeen = make([]Person, 0, len(children)), make([]schemas.Day, len(children))
	for _, child := range children {
		entry, known := held[name(child)]
		if !known {
			entry.FirstSeen = in.Settings.AsAt
		}
		p.firstSeen[child] = entry.FirstSeen
		p.ledger = append(p.ledger, Person{ChildID: name(child), PersonID: p.ids[p.personOf[child]], FirstSeen: entry.FirstSeen})
		delete(held, name(child))
	}
	if len(held) == 0 {
		return
	}
	for _, entry := range held { // children of earlier runs that this delivery does not name
		if survivor, ended := became[entry.PersonID]; ended {
			entry.PersonID = survivor
		}
		p.ledger = append(p.ledger, entry)
	}
	slices.SortFunc(p.ledger, func(a, b Person) int { return cmp.Compare(a.ChildID, b.ChildID) })
}

// byText returns the places of texts in the order of the texts.
func byText(texts *array.String) []int32 {
	type placed struct {
		start uint64
		place int32
	}
	placeds := make([]placed, texts.Len())
	for place := range placeds {
		placeds[place] = placed{startOf(texts.Value(place)), int32(place)}
	}
	slices.SortFunc(placeds, func(a, b placed) int {
		if c := cmp.Compare(a.start, b.start); c != 0 {
			return c
		}
		return cmp.Compare(texts.Value(int(a.place)), texts.Value(int(b.place)))
	})
	places := make([]int32, len(placeds))
	for i, p := range placeds {
		places[i] = p.place
	}
	return places
}

// keepers returns the group in which each person of the ledger goes on: the one that holds the child number it is
// named after, else the one with its smallest number. Children are given by name.
func (p *persons) keepers(children []int32, held map[string]Person, name func(int32) string) map[string]int32 {
	keeper := make(map[string]int32, len(held))
	for _, named := range []bool{true, false} {
		for _, child := range children {
			entry, known := held[name(child)]
			if !known || named && entry.PersonID != name(child) {
				continue
			}
			if _, claimed := keeper[entry.PersonID]; !claimed {
				keeper[entry.PersonID] = p.personOf[child]
			}
		}
	}
	return keeper
}

// unusedName returns a name made from a child number that no person has.
func unusedName(child string, taken map[string]bool) string {
	for n := 2; ; n++ {
		if name := fmt.Sprintf("%s#%d", child, n); !taken[name] {
			return name
		}
	}
}

// insert adds a value to a sorted list unless it is there.
func insert(list []string, value string) []string {
	i, found := slices.BinarySearch(list, value)
	if found {
		return list
	}
	return slices.Insert(list, i, value)
}

// evidence names the kinds of link that hold a group together.
func (p *persons) evidence(g int32) string {
	var methods []string
	for _, l := range p.links {
		if l.refused == "" && p.personOf[l.a] == g {
			methods = insert(methods, l.method)
		}
	}
	return strings.Join(methods, ", ")
}

// idOf returns the person id of each row from its person, as a place in names; none where there is no person.
func (p *persons) idOf(person []int32) func(row int) int32 {
	return func(row int) int32 {
		if person[row] < 0 {
			return none
		}
		return p.idCode[person[row]]
	}
}
