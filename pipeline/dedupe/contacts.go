package dedupe

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"

	"frontdoor/schemas"
)

// contact is one (contact id, child): the first of its rows, the earliest date of all of them.
type contact struct {
	first, end     int32 // its rows, by place; the source and system of the first hold
	day            schemas.Day
	episode        int32 // the episode that is open, none when no case is
	source, system int32
	referral       bool // it names a referral of its own
}

// gather joins the rows of each contact and puts the contacts of each child, and what their rows tell, in the order
// in which they are judged. The error is that of ctx.
func (d *door) gather(ctx context.Context, workers int) error {
	places := len(d.contactsOf.rows)
	d.contacts = make([]contact, places)
	d.contactCount = make([]int32, len(d.contactsOf.first)-1)
	byRow := d.told
	for _, column := range d.told.all() {
		*column = make([]int32, places)
	}
	err := d.eachBatch(ctx, workers, func(c *child, from, to int32) {
		for person := from; person < to; person++ {
			d.gatherChild(c, person, &byRow)
		}
	})
	d.unidentified = fill(len(d.day))
	first := map[string]int32{}
	for row := range int32(len(d.day)) {
		if d.person[row] >= 0 {
			continue
		}
		d.unidentified[row] = row
		if id := d.id(row); id != "" {
			if earlier, seen := first[id]; seen {
				d.unidentified[row] = earlier
			} else {
				first[id] = row
			}
		}
	}
	return err
}

// contactRow is a row of a child's contacts with the beginning of its id as a number, which orders most ids.
type contactRow struct {
	start  uint64
	row    int32
	day    schemas.Day // of its contact
	begins bool        // it is the first row of its contact
}

// gatherChild gathers the contacts of one person.
func (d *door) gatherChild(c *child, person int32, byRow *columns) {
	rows := d.contactsOf.of(person)
	c.rows = c.rows[:0]
	for _, row := range rows {
		c.rows = append(c.rows, contactRow{row: row, day: d.day[row], begins: true})
	}
	if len(rows) > 1 {
		d.joinRows(c.rows)
	}
	base := d.contactsOf.first[person]
	contacts := d.contacts[base:base:d.contactsOf.first[person+1]]
	for i, r := range c.rows {
		rows[i] = r.row
		place := base + int32(i)
		d.told.set(place, byRow, r.row)
		if r.begins {
			contacts = append(contacts, contact{first: place, day: r.day, source: d.told.source[place], system: d.told.system[place]})
		}
		joined := &contacts[len(contacts)-1]
		joined.end = place + 1
		joined.referral = joined.referral || d.told.named[place] >= 0
	}
	for i := range contacts {
		contacts[i].episode = d.openEpisode(person, contacts[i])
	}
	d.contactCount[person] = int32(len(contacts))
}

// joinRows puts rows in the order of their contacts' days and ids, with the rows of one contact side by side.
func (d *door) joinRows(rows []contactRow) {
	for i := range rows {
		rows[i].start = startOf(d.id(rows[i].row))
	}
	slices.SortFunc(rows, func(a, b contactRow) int {
		if c := cmp.Compare(a.start, b.start); c != 0 {
			return c
		}
		if c := cmp.Compare(d.id(a.row), d.id(b.row)); c != 0 {
			return c
		}
		return cmp.Compare(a.row, b.row)
	})
	for from, to := 0, 0; from < len(rows); from = to {
		id := d.id(rows[from].row)
		for to = from + 1; id != "" && to < len(rows) && rows[to].start == rows[from].start && d.id(rows[to].row) == id; to++ {
			rows[to].begins = false
			rows[from].day = min(rows[from].day, rows[to].day)
		}
		for i := from + 1; i < to; i++ {
			rows[i].day = rows[from].day
		}
	}
	slices.SortStableFunc(rows, func(a, b contactRow) int { return cmp.Compare(a.day, b.day) })
}

// startOf returns the first eight bytes of a text as a number that orders as the texts do where they differ in these.
func startOf(text string) uint64 {
	var start [8]byte
	copy(start[:], text)
	return binary.BigEndian.Uint64(start[:])
}

// openEpisode returns the first episode in file order that started on an earlier day than the contact's and had
// not ended before it. A contact that names a referral of its own is never on an open case.
func (d *door) openEpisode(person int32, c contact) int32 {
	if c.referral {
		return none
	}
	for _, e := range d.episodesOf.of(person) {
		if d.episodes[e].start != noDay && d.episodes[e].start < c.day && d.episodes[e].end >= c.day {
			return e
		}
	}
	return none
}

// contactsOfChild returns the contacts of a person in the order in which they are judged.
func (d *door) contactsOfChild(person int32) []contact {
	base := d.contactsOf.first[person]
	return d.contacts[base : base+d.contactCount[person]]
}

// common tells whether the rows of two contacts share a value of a column.
func common(column []int32, a, b *contact) bool {
	for _, value := range column[a.first:a.end] {
		if value >= 0 && slices.Contains(column[b.first:b.end], value) {
			return true
		}
	}
	return false
}

// names tells whether a row of a contact has any value of a column.
func names(column []int32, c *contact) bool {
	for _, value := range column[c.first:c.end] {
		if value >= 0 {
			return true
		}
	}
	return false
}

// equal tells whether the rows of two contacts name the same values, blank equal to blank.
func equal(column []int32, a, b *contact) bool {
	return within(column, a, b) && within(column, b, a)
}

func within(column []int32, a, b *contact) bool {
	for _, value := range column[a.first:a.end] {
		if value >= 0 && !slices.Contains(column[b.first:b.end], value) {
			return false
		}
	}
	return true
}

// contradict tells whether both contacts name some values and none in common.
func contradict(column []int32, a, b *contact) bool {
	return names(column, a) && names(column, b) && !common(column, a, b)
}

// fill returns n places that hold nothing.
func fill(n int) []int32 {
	result := make([]int32, n)
	for i := range result {
		result[i] = none
	}
	return result
}
