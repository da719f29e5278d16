package dedupe

import (
	"slices"

	"golang.org/x/sync/errgroup"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// none stands for a value, row or place that is not there.
const none = -1

// door is a front door as integers: what the definition compares, ready to be judged by child. Only the order of a
// child's rows and referrals is left to whoever judges the child.
type door struct {
	calendar *schemas.Calendar
	heldFrom schemas.Day
	heldTo   schemas.Day
	yearHeld schemas.Day // the last day before which a whole year is not held

	// By contact row.
	day    []schemas.Day
	person cells
	id     texts

	// The rows that name a child have places, by person: those of person p begin at rowsOf[p].
	rowsOf   []int32
	placeOf  []int32    // by contact row: its place, none where it names no child
	compared *delivered // what its columns tell

	rows      []told // those of the range of persons that is judged
	rowsBegin int32  // the place of the first of them

	unidentified      []int32 // the rows that name no child
	indistinguishable bool    // the extract has no column that could tell two contacts of a day and source apart

	// By referral row.
	referralDay    []schemas.Day // noDay where it could not be read
	referralPerson cells
	referralID     texts

	referrals   []referral // by person
	referralsOf []int32

	episodes   []episode // by person, then in file order
	episodesOf []int32

	sources, results               *schemas.CodeSet
	newReferral, protectionEnquiry int32 // the outcomes that speak of a referral, as places in results
}

// told is what a contact row tells, as numbers that are equal where the texts are equal (trimmed, case folded), none
// for blank.
type told struct {
	start uint64      // of its id
	day   schemas.Day // of its contact, once the rows of that are joined
	row   int32
	of    [columns]int32
}

// column is one of the columns that the definition compares.
type column uint8

const (
	source column = iota // places in the code set of sources; unmapped texts have numbers of their own behind it
	system
	concern
	reference
	family
	outcome // places in the code set of outcomes, most serious first; notMapped
	named   // the referral that the row names, by the number of its id
	columns
)

// episode is a time in which a child was in need.
type episode struct {
	row        int32
	start, end schemas.Day
}

const (
	noDay     = schemas.Day(-1 << 31)
	endless   = schemas.Day(1<<31 - 1)
	notMapped = -2 // an outcome that no code is known for
)

// prepare turns the tables into integers and finds out who is who meanwhile.
func prepare(in Input) (*door, *persons, error) {
	d := &door{calendar: in.Calendar}
	var err error
	if d.sources, err = in.Collection.CodeSet("referral_source"); err != nil {
		return nil, nil, err
	}
	if d.results, err = in.Collection.CodeSet("contact_outcome"); err != nil {
		return nil, nil, err
	}
	d.newReferral = int32(d.results.Place("NEW_REFERRAL"))
	d.protectionEnquiry = int32(d.results.Place("CP_ENQUIRY"))
	var people *persons
	by := readColumns(in, d.sources, d.results, func() { people = resolvePersons(in) })
	d.day = in.Contacts.Column("contact_date").Days()
	d.id = textsOf(in.Contacts.Column("contact_id"))
	d.indistinguishable = !in.Contacts.Column("concern").Delivered() && !in.Contacts.Column("incident_ref").Delivered()
	d.person, d.referralPerson = people.contacts.through(people.personOf), people.referrals.through(people.personOf)
	d.hold(in.Settings)
	persons := len(people.idCode)
	var group errgroup.Group
	group.Go(func() error {
		d.placeReferrals(in.Referrals, by, persons)
		d.placeEpisodes(in.Episodes, people.episodes.through(people.personOf), persons)
		return nil
	})
	d.placeRows(persons)
	d.compared = by
	return d, people, group.Wait()
}

// delivered are the columns that the definition compares.
type delivered struct {
	contacts                   [columns]cells
	referralSource, referralID cells
}

// readColumns reads the columns that the definition compares, and does meanwhile what needs none of them.
func readColumns(in Input, sources, outcomes *schemas.CodeSet, meanwhile func()) *delivered {
	d, t := &delivered{}, in.Contacts
	var group errgroup.Group
	group.SetLimit(max(in.Workers, 1))
	read := func(columns func()) {
		group.Go(func() error {
			columns()
			return nil
		})
	}
	read(meanwhile)
	for column, field := range map[column]string{reference: "incident_ref", family: "family_id", system: "source_system", concern: "concern"} {
		read(func() { d.contacts[column] = newNumbering(fold).column(t.Column(field)) })
	}
	read(func() {
		_, ids := keys(in.Referrals.Column("referral_id"), t.Column("referral_id"))
		d.referralID, d.contacts[named] = ids[0], ids[1]
		unmapped := table.NewDictionary()
		d.contacts[source] = mapCodes(t.Column("source"), sources, unmapped)
		d.referralSource = mapCodes(in.Referrals.Column("source"), sources, unmapped)
		d.contacts[outcome] = mapCodes(t.Column("outcome"), outcomes, nil)
	})
	_ = group.Wait() // no column fails to be read
	return d
}

// placeRows gives the contact rows that name a child places in the order of the persons, those of each in file order.
// Memory is met in no order here and by gatherRows, so that each walk does one thing, which lets a processor have many rows
// on the way at once.
func (d *door) placeRows(persons int) {
	next, placeOf := make([]int32, persons+1), make([]int32, len(d.day))
	for row := range placeOf {
		person := d.person.at(int32(row))
		if placeOf[row] = person; person < 0 {
			d.unidentified = append(d.unidentified, int32(row))
			continue
		}
		next[person+1]++
	}
	d.rowsOf = starts(next)
	for row, person := range placeOf {
		if person >= 0 {
			placeOf[row] = next[person]
			next[person]++
		}
	}
	d.placeOf = placeOf
}

// gatheredRows is how many rows are gathered together, unless one batch of persons has more: many, as each time all
// columns are walked through, and few enough for the memory of a small machine.
var gatheredRows = 4 << 20

// rangesOf divides persons into ranges whose rows are gathered together and returns where each begins, and the end of the
// last. A range begins with a batch.
func (d *door) rangesOf(persons int) []int {
	begins := []int{0}
	for at := 0; at < persons; {
		next := min(at+batchSize, persons)
		if begin := begins[len(begins)-1]; at > begin && int(d.rowsOf[next]-d.rowsOf[begin]) > gatheredRows {
			begins = append(begins, at)
		}
		at = next
	}
	return append(begins, persons)
}

// gatherRows makes the rows of a range of persons ready to be judged, in place of those of the range before.
func (d *door) gatherRows(fromPerson, toPerson, workers int) {
	begin, end := d.rowsOf[fromPerson], d.rowsOf[toPerson]
	rows := int(end - begin)
	if rows > cap(d.rows) {
		d.rows = make([]told, 0, max(rows, min(gatheredRows, int(d.rowsOf[len(d.rowsOf)-1]))))
	}
	d.rows, d.rowsBegin = d.rows[:rows], begin
	eachRange(workers, len(d.day), func(from, to int) {
		for row := int32(from); row < int32(to); row++ {
			place := d.placeOf[row]
			if place < begin || place >= end {
				continue
			}
			own := told{start: startOf(d.id.at(row)), day: d.day[row], row: row}
			for column := range own.of {
				own.of[column] = d.compared.contacts[column].at(row)
			}
			d.rows[place-begin] = own
		}
	})
}

// eachRange runs work over ranges of rows, side by side.
func eachRange(workers, rows int, work func(from, to int)) {
	const size = 1 << 16
	var group errgroup.Group
	group.SetLimit(max(workers, 1))
	for from := 0; from < rows; from += size {
		group.Go(func() error {
			work(from, min(from+size, rows))
			return nil
		})
	}
	_ = group.Wait() // no range fails
}

// placeReferrals puts the referrals that name a child in the order of the persons.
func (d *door) placeReferrals(t *table.Table, by *delivered, persons int) {
	d.referralDay = daysOr(t.Column("referral_date"), rowsOf(t), noDay)
	d.referralID = textsOf(t.Column("referral_id"))
	own := groupRows(d.referralPerson.rows(rowsOf(t)), persons)
	d.referralsOf, d.referrals = own.first, make([]referral, len(own.rows))
	for place, row := range own.rows {
		d.referrals[place] = referral{
			row: row, day: d.referralDay[row], source: by.referralSource.at(row), id: by.referralID.at(row), incident: none, missedBy: none,
		}
	}
}

// placeEpisodes puts the episodes that name a child in the order of the persons.
func (d *door) placeEpisodes(t *table.Table, person cells, persons int) {
	starts, ends := daysOr(t.Column("start_date"), rowsOf(t), noDay), daysOr(t.Column("end_date"), rowsOf(t), endless)
	own := groupRows(person.rows(rowsOf(t)), persons)
	d.episodesOf, d.episodes = own.first, make([]episode, len(own.rows))
	for place, row := range own.rows {
		d.episodes[place] = episode{row: row, start: starts[row], end: ends[row]}
	}
}

// hold settles what is held: the declared ends, else from the earliest accepted contact to the as-at date.
func (d *door) hold(s Settings) {
	d.heldTo = s.AsAt
	if s.HeldTo != nil {
		d.heldTo = *s.HeldTo
	}
	switch d.heldFrom = d.heldTo; {
	case s.HeldFrom != nil:
		d.heldFrom = *s.HeldFrom
	case len(d.day) > 0:
		d.heldFrom = slices.Min(d.day)
	}
	d.yearHeld = schemas.SameDayNextYear(d.heldFrom - 1)
}

// lists groups rows by a number: the rows of number n are rows[first[n]:first[n+1]].
type lists struct {
	first []int32
	rows  []int32
}

func (l lists) of(number int32) []int32 { return l.rows[l.first[number]:l.first[number+1]] }

// groupRows groups rows by number with a counting sort that keeps the order of rows. Rows without one are left out.
func groupRows(numbers []int32, count int) lists {
	next := make([]int32, count+1)
	for _, n := range numbers {
		if n >= 0 {
			next[n+1]++
		}
	}
	first := starts(next)
	rows := make([]int32, first[count])
	for row, n := range numbers {
		if n >= 0 {
			rows[next[n]] = int32(row)
			next[n]++
		}
	}
	return lists{first: first, rows: rows}
}

// starts turns the counts of lists, each one place behind its list's, into where the lists begin, and returns another
// copy of that.
func starts(next []int32) (first []int32) {
	for n := range next[1:] {
		next[n+1] += next[n]
	}
	return slices.Clone(next)
}

// fill returns n places that hold nothing.
func fill(n int) []int32 {
	result := make([]int32, n)
	for i := range result {
		result[i] = none
	}
	return result
}
