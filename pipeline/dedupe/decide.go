package dedupe

import (
	"encoding/binary"
	"fmt"
	"slices"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// state is what was decided of a contact row or an incident, in bits: a column of a table is some of them.
type state uint32

// part is some bits of a state: so many from one on.
type part struct{ at, width uint8 }

// The parts of a state.
var (
	classPart     = part{0, 3}
	methodPart    = part{3, 3}
	evidencePart  = part{6, 2}
	reasonPart    = part{8, 4}
	repeatParts   = [...]part{{12, 2}, {14, 2}, {16, 2}} // within 30 days, 90 days, 12 months
	firstPart     = part{18, 1}
	onOpenPart    = part{19, 1}
	possiblePart  = part{20, 1}
	linkedPart    = part{21, 1}
	recentPart    = part{22, 1}
	leftPart      = part{23, 1}
	inPeriodPart  = part{24, 1}
	weakPart      = part{25, 1}
	referencePart = part{26, 1}
	distancePart  = part{27, 1}
)

func (p part) put(n int) state { return state(n) << p.at }

func (p part) when(is bool) state {
	if is {
		return 1 << p.at
	}
	return 0
}

func (p part) of(s state) int { return int(s >> p.at & (1<<p.width - 1)) }

// evidence is how sure it is that a contact was matched to another, by the number in a state.
var evidence = []string{"", "strong", "weak"}

const (
	strongEvidence = 1 + iota
	weakEvidence
)

// summary is what an incident came to, and what its contacts add up to.
type summary struct {
	state             state
	person            int32
	number            int32 // among the person's incidents
	first             int32 // contact row
	day               schemas.Day
	source            int32
	episode           int32 // the open episode, by row, none when it is unique
	referral          int32 // the linked referral, by row, none
	distance          int32 // see incident
	contacts, sources int32
	outcome           int32  // the most serious as a place in the code set; notMapped when none is known, none when there is none
	idEnd             int32  // in the text of its batch's ids
	length            uint8  // of the id of the contact row; see told
	start             uint64 // and how it starts
}

// take writes down what was decided of a child of a batch, whose rows' decisions are given.
func (j *judged) take(rows []standing, c *child, batch int, s *Settings) {
	d, b := j.door, c.batch
	before := int32(len(b.incidents))
	for i := range c.contacts {
		own, v := &c.contacts[i], &c.verdicts[i]
		held, first := &c.incidents[v.incident], &c.rows[own.first]
		shared := d.dated(own.day, s) | onOpenPart.when(held.episode >= 0)
		decided := standing{state: shared | v.state(own, held), incident: before + v.incident, matched: noCode, linked: noCode}
		if v.matched >= 0 {
			decided.matched = uint32(c.rows[c.contacts[v.matched].first].row)
		} else if v.class == Unique {
			decided.linked = uint32(held.referral) // none is noCode
		}
		rows[first.place] = decided
		if own.end-own.first == 1 {
			continue
		}
		j.day[first.row] = own.day
		for i := own.first + 1; i < own.end; i++ {
			row := &c.rows[i]
			rows[row.place] = standing{state: shared | repeatedRow, incident: before + v.incident, matched: uint32(first.row), linked: noCode}
			j.day[row.row] = own.day
		}
	}
	for i := range c.referrals {
		r := &c.referrals[i]
		decided := follow{batch: int32(batch), incident: none, missedBy: r.missedBy, status: r.status}
		if r.incident >= 0 {
			decided.incident = before + r.incident
		}
		if r.status == Linked {
			held := &c.incidents[r.incident]
			decided.distance, decided.measured, decided.method = held.distance, held.measured, held.method
		}
		j.referrals[r.row] = decided
	}
	for i := range c.incidents {
		held := &c.incidents[i]
		first := &c.rows[c.contacts[held.first].first]
		b.incidents = append(b.incidents, summary{
			state: held.state() | d.dated(held.day, s) | weakPart.when(held.weak), person: c.person, number: int32(i), first: first.row,
			day: held.day, source: c.contacts[held.first].source, episode: held.episode, referral: held.referral, distance: held.distance,
			outcome: none, start: first.start, length: first.length,
		})
		b.sum(c, held)
	}
}

// repeatedRow is the state of a row that repeats another of its contact.
var repeatedRow = classPart.put(int(RepeatedRow)) | reasonPart.put(int(RepeatedRow))

// nameIncidents names every incident of a batch by its person and its first contact. A first contact without an id is
// named by its day and its number among the child's incidents.
func (j *judged) nameIncidents(b *batch, people *persons) {
	for i := range b.incidents {
		own := &b.incidents[i]
		b.ids = append(append(b.ids, people.name(people.idCode[own.person])...), '/')
		switch own.length {
		case 0:
			b.ids = fmt.Appendf(b.ids, "%s#%d", table.DateText(own.day), own.number+1)
		case longID:
			b.ids = append(b.ids, j.door.id.at(own.first)...)
		default:
			b.ids = binary.BigEndian.AppendUint64(b.ids, own.start)
			b.ids = b.ids[:len(b.ids)-8+int(own.length)]
		}
		own.idEnd = int32(len(b.ids))
	}
}

// sum walks over the contacts of the incident that was written down last.
func (b *batch) sum(c *child, held *incident) {
	last := len(b.incidents) - 1
	sum := &b.incidents[last]
	c.sources = c.sources[:0]
	for m := held.first; m >= 0; m = c.verdicts[m].next {
		own := &c.contacts[m]
		sum.contacts++
		if !slices.Contains(c.sources, own.source) {
			c.sources = append(c.sources, own.source)
		}
		for i := own.first; i < own.end; i++ {
			row := &c.rows[i]
			if value := int32(row.outcome); value >= 0 && (sum.outcome < 0 || value < sum.outcome) || value == notMapped && sum.outcome == none {
				sum.outcome = value
			}
			sum.state |= referencePart.when(row.of[reference] >= 0)
			if held.episode < 0 {
				b.references = mentioned(b.references, row.of[reference], held.day, int32(last))
				b.families = mentioned(b.families, row.of[family], held.day, int32(last))
			}
		}
	}
	sum.sources = int32(len(c.sources))
}

// mentioned appends what a row of an incident mentions, unless the row before mentions it too.
func mentioned(list []mention, value int32, day schemas.Day, incident int32) []mention {
	if value < 0 {
		return list
	}
	if n := len(list); n > 0 && list[n-1].value == value && list[n-1].incident == incident {
		return list
	}
	return append(list, mention{value: value, day: day, incident: incident})
}

// judgeUnidentified writes down the rows that name no child; those of one contact id are one contact.
func (j *judged) judgeUnidentified(s *Settings) {
	d := j.door
	place, first := d.dealt.begins[len(d.dealt.begins)-2], map[string]int32{}
	for row, person := range d.dealt.person {
		if person >= 0 {
			continue
		}
		own := standing{state: d.dated(d.day[row], s), incident: none, matched: noCode, linked: noCode}
		id := d.id.at(int32(row))
		if earlier, seen := first[id]; seen && id != "" {
			own.state, own.matched = own.state|repeatedRow, uint32(earlier)
		} else {
			first[id] = int32(row)
			own.state |= classPart.put(int(Unidentified)) | reasonPart.put(int(Unidentified))
		}
		j.rows[place] = own
		place++
	}
}

// dated is what a day says of a record: whether it lies in the period, and within the first days of what is held.
func (d *door) dated(day schemas.Day, s *Settings) state {
	return inPeriodPart.when(s.Period.Has(day)) | leftPart.when(day-d.heldFrom < leftEdgeDays)
}

// verdictStates are what a contact's verdict says of its first row: by class, whether the evidence is weak, and whether the
// contact names a referral.
var verdictStates = func() (states [Unique + 1][2][2]state) {
	for class := range Unique + 1 {
		for weak := range 2 {
			for named := range 2 {
				s := classPart.put(int(class)) | reasonPart.put(int(reasonOf(class, weak == 1, named == 1))) | firstPart.when(class >= OpenCase)
				switch {
				case class >= OpenCase: // it begins an incident
				case weak == 1:
					s |= evidencePart.put(weakEvidence)
				default:
					s |= evidencePart.put(strongEvidence)
				}
				states[class][weak][named] = s
			}
		}
	}
	return states
}()

// state is what was decided of the first row of a contact; what its incident came to stands where that begins.
func (v *verdict) state(c *contact, held *incident) state {
	s := verdictStates[v.class][place(v.weak)][place(c.referral)]
	if v.class == Unique {
		s |= held.outcome()
	}
	return s
}

// state is the class of an incident and what it came to.
func (i *incident) state() state {
	if i.episode >= 0 {
		return i.outcome() | classPart.put(int(OpenCase))
	}
	return i.outcome() | classPart.put(int(Unique))
}

// outcome is what an incident came to.
func (i *incident) outcome() state {
	return methodPart.put(int(i.method)) | possiblePart.when(i.possible) | linkedPart.when(i.referral >= 0) | recentPart.when(i.tooRecent) |
		distancePart.when(i.measured) | i.repeats
}
