package dedupe

import (
	"cmp"
	"context"
	"slices"

	"frontdoor/schemas"
)

// contact is one (contact id, child): the first of its rows, the earliest date of all of them.
type contact struct {
	row      int32 // the first row; its source and system hold
	day      schemas.Day
	episode  int32 // the episode that is open, none when no case is
	referral bool  // it names a referral of its own
}

// gather joins the rows of each contact and puts the contacts of each child in the order in which they are judged.
// The error is that of ctx.
func (d *door) gather(ctx context.Context, workers int) error {
	rows := len(d.day)
	d.contacts = make([]contact, len(d.contactsOf.rows))
	d.contactCount = make([]int32, len(d.contactsOf.first)-1)
	d.nextRow = fill(rows)
	err := d.eachBatch(ctx, workers, func(_ *child, _, from, to int) {
		for person := from; person < to; person++ {
			d.gatherChild(int32(person))
		}
	})
	d.unidentified = fill(rows)
	first := map[string]int32{}
	for row := range int32(rows) {
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

func (d *door) gatherChild(person int32) {
	base := d.contactsOf.first[person]
	rows := d.contactsOf.of(person)
	contacts := d.contacts[base:base:d.contactsOf.first[person+1]]
	if len(rows) > 1 {
		slices.SortFunc(rows, func(a, b int32) int {
			if c := cmp.Compare(d.id(a), d.id(b)); c != 0 {
				return c
			}
			return cmp.Compare(a, b)
		})
	}
	for i, row := range rows {
		if i > 0 && d.id(row) != "" && d.id(row) == d.id(rows[i-1]) {
			c := &contacts[len(contacts)-1]
			d.nextRow[rows[i-1]] = row
			c.day = min(c.day, d.day[row])
			c.referral = c.referral || d.named[row] >= 0
			continue
		}
		contacts = append(contacts, contact{row: row, day: d.day[row], referral: d.named[row] >= 0})
	}
	slices.SortStableFunc(contacts, func(a, b contact) int { return cmp.Compare(a.day, b.day) })
	for i := range contacts {
		contacts[i].episode = d.openEpisode(person, contacts[i])
	}
	d.contactCount[person] = int32(len(contacts))
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
func (d *door) common(column []int32, a, b int32) bool {
	for x := a; x >= 0; x = d.nextRow[x] {
		if column[x] >= 0 && d.holds(column, b, column[x]) {
			return true
		}
	}
	return false
}

// holds tells whether a row of a contact has a value.
func (d *door) holds(column []int32, row, value int32) bool {
	for ; row >= 0; row = d.nextRow[row] {
		if column[row] == value {
			return true
		}
	}
	return false
}

// names tells whether a row of a contact has any value.
func (d *door) names(column []int32, row int32) bool {
	for ; row >= 0; row = d.nextRow[row] {
		if column[row] >= 0 {
			return true
		}
	}
	return false
}

// equal tells whether the rows of two contacts name the same values, blank equal to blank.
func (d *door) equal(column []int32, a, b int32) bool {
	return d.within(column, a, b) && d.within(column, b, a)
}

func (d *door) within(column []int32, a, b int32) bool {
	for ; a >= 0; a = d.nextRow[a] {
		if column[a] >= 0 && !d.holds(column, b, column[a]) {
			return false
		}
	}
	return true
}

// contradict tells whether both contacts name some values and none in common.
func (d *door) contradict(column []int32, a, b int32) bool {
	return d.names(column, a) && d.names(column, b) && !d.common(column, a, b)
}

// fill returns n places that hold nothing.
func fill(n int) []int32 {
	result := make([]int32, n)
	for i := range result {
		result[i] = none
	}
	return result
}
