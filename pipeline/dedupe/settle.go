package dedupe

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// ledger is the ledger of the run before, by number: a person's is the place in names of the child number that it is
// named after, or one behind them.
type ledger struct {
	entries []Person
	child   []int32 // by entry; none when no table names it
	person  []int32 // by entry
	others  *table.Dictionary
}

func (p *persons) readLedger(entries []Person) *ledger {
	l := &ledger{entries: entries, child: make([]int32, len(entries)), person: make([]int32, len(entries)), others: table.NewDictionary()}
	next := 0 // entries stand by child number
	for i, entry := range entries {
		l.child[i], next = p.find(entry.ChildID, next)
		if l.child[i] >= 0 {
			next++
		}
		if l.person[i] = l.child[i]; entry.PersonID != entry.ChildID || l.child[i] < 0 {
			l.person[i] = p.number(l, entry.PersonID)
		}
	}
	return l
}

// number returns the number of a person by its name.
func (p *persons) number(l *ledger, name string) int32 {
	if child, _ := p.find(name, 0); child >= 0 {
		return child
	}
	return int32(p.children) + int32(l.others.Code([]byte(name)))
}

// nameOf returns the name of a person by its number.
func (p *persons) nameOf(l *ledger, number int32) string {
	if other := number - int32(p.children); other >= 0 {
		return string(l.others.Value(uint32(other)))
	}
	return p.name(number)
}

// linkByLedger keeps together what the ledger has together, unless today's records contradict it.
func (p *persons) linkByLedger(groups *groups, l *ledger) {
	anchor := fill(p.children + l.others.Len()) // by person: its first child
	for i, b := range l.child {
		if b < 0 {
			continue
		}
		a := anchor[l.person[i]]
		if a < 0 {
			anchor[l.person[i]] = b
			continue
		}
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

// settle joins what the ledger has together and gives every group its person id: the one that the ledger has for it,
// else the smallest child number. Joined persons and divided ones become events.
func (p *persons) settle(groups *groups, in Input) {
	l := p.readLedger(in.Ledger)
	p.linkByLedger(groups, l)
	p.personOf = make([]int32, p.children)
	groupOf := fill(p.children) // by root
	var smallest []int32        // by person
	for _, child := range p.byName {
		root := groups.find(child)
		if groupOf[root] < 0 {
			groupOf[root] = int32(len(smallest))
			smallest = append(smallest, child)
		}
		p.personOf[child] = groupOf[root]
	}
	p.firstSeen = slices.Repeat([]schemas.Day{in.Settings.AsAt}, p.children)
	if p.idCode = smallest; len(in.Ledger) > 0 {
		p.goOn(l, in.Settings.AsAt)
	}
}

// goOn gives groups the ids that the ledger has for them. In idCode stand their smallest children before, their ids
// after.
func (p *persons) goOn(l *ledger, today schemas.Day) {
	count := len(p.idCode)
	taken := make([]bool, p.children+l.others.Len()) // person ids that are in use
	held := fill(p.children)                         // by child: its entry
	for i, child := range l.child {
		taken[l.person[i]] = true
		if child >= 0 {
			held[child], p.firstSeen[child] = int32(i), l.entries[i].FirstSeen
		}
	}
	keeper := p.keepers(l, held)
	smallest := p.idCode
	p.idCode = fill(count)
	was, leaving := map[int32][]string{}, map[int32][]string{}
	for _, child := range p.byName {
		if held[child] < 0 {
			continue
		}
		g, person := p.personOf[child], l.person[held[child]]
		switch {
		case keeper[person] != g:
			leaving[g] = insert(leaving[g], p.nameOf(l, person))
		case p.idCode[g] < 0:
			p.idCode[g] = person
		case p.idCode[g] != person:
			was[g] = insert(insert(was[g], p.nameOf(l, person)), p.nameOf(l, p.idCode[g]))
		}
	}
	became := map[string]string{} // persons that ended in another
	for _, g := range slices.Sorted(maps.Keys(was)) {
		p.idCode[g] = p.number(l, was[g][0])
		for _, ended := range was[g][1:] {
			became[ended] = was[g][0]
			p.events = append(p.events, LedgerEvent{AsAt: today, Kind: "merge", PersonID: was[g][0], OtherPersonID: ended, Evidence: p.evidence(g)})
		}
	}
	for _, child := range p.byName {
		if g := p.personOf[child]; p.idCode[g] < 0 && !taken[child] {
			p.idCode[g] = child
		}
	}
	for g, child := range smallest { // every number of the group is another person's name: it takes a new one
		if p.idCode[g] < 0 {
			p.idCode[g] = p.unused(l, p.name(child), &taken)
		}
	}
	for _, g := range slices.Sorted(maps.Keys(leaving)) {
		for _, other := range leaving[g] {
			p.events = append(p.events, LedgerEvent{AsAt: today, Kind: "split", PersonID: other, OtherPersonID: p.nameOf(l, p.idCode[g]), Evidence: "today's records contradict each other"})
		}
	}
	p.keepUnnamed(l, became)
	p.nameOthers(l)
}

// keepers returns the group in which each person of the ledger goes on: the one that holds the child number it is
// named after, else the one with its smallest number.
func (p *persons) keepers(l *ledger, held []int32) []int32 {
	keeper := fill(p.children + l.others.Len())
	for _, named := range []bool{true, false} {
		for _, child := range p.byName {
			if held[child] < 0 {
				continue
			}
			if person := l.person[held[child]]; keeper[person] < 0 && (!named || person == child) {
				keeper[person] = p.personOf[child]
			}
		}
	}
	return keeper
}

// unused returns the number of a name made from a child number that no person has, and takes it.
func (p *persons) unused(l *ledger, child string, taken *[]bool) int32 {
	for n := 2; ; n++ {
		number := p.number(l, fmt.Sprintf("%s#%d", child, n))
		if int(number) == len(*taken) {
			*taken = append(*taken, false)
		}
		if !(*taken)[number] {
			(*taken)[number] = true
			return number
		}
	}
}

// keepUnnamed keeps what the ledger holds of children of earlier runs that this delivery does not name.
func (p *persons) keepUnnamed(l *ledger, became map[string]string) {
	for i, entry := range l.entries {
		if l.child[i] >= 0 {
			continue
		}
		if survivor, ended := became[entry.PersonID]; ended {
			entry.PersonID = survivor
		}
		p.kept = append(p.kept, entry)
	}
}

// nameOthers puts the ids that are no child number behind the names.
func (p *persons) nameOthers(l *ledger) {
	var texts []string
	places := map[int32]int32{}
	for g, number := range p.idCode {
		if int(number) < p.children {
			continue
		}
		if _, known := places[number]; !known {
			places[number] = int32(p.children + len(texts))
			texts = append(texts, p.nameOf(l, number))
		}
		p.idCode[g] = places[number]
	}
	if len(texts) == 0 {
		return
	}
	offsets, data := slices.Clone(p.names.ValueOffsets()), slices.Clone(p.names.ValueBytes())
	for _, text := range texts {
		data = append(data, text...)
		offsets = append(offsets, int32(len(data)))
	}
	p.names = table.StringArray(offsets, data, nil, 0)
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
