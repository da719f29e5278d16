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
	day []schemas.Day
	id  texts

	dealt    *dealt     // the contact rows by the batches of their persons
	compared *delivered // what their columns tell

	indistinguishable bool // the extract has no column that could tell two contacts of a day and source apart

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
	start   uint64      // of its id
	day     schemas.Day // of its contact, once the rows of that are joined
	row     int32
	place   int32 // its person's number in the batch until the rows are in the order of persons, then its own
	of      [compared]int32
	outcome int16 // place in the code set of outcomes, most serious first; notMapped
	length  uint8 // of its id, longID when that does not stand in start
}

// column is one of the columns that the definition reads of contacts.
type column uint8

const (
	source column = iota // places in the code set of sources; unmapped texts have numbers of their own behind it
	system
	concern
	reference
	family
	named // the referral that the row names, by the number of its id
	compared
	outcome = compared
	columns = compared + 1
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
	d.referralPerson = people.referrals.through(people.personOf)
	d.hold(&in.Settings)
	persons := len(people.idCode)
	var group errgroup.Group
	group.Go(func() error {
		d.placeReferrals(in.Referrals, by, persons)
		d.placeEpisodes(in.Episodes, people.episodes.through(people.personOf), persons)
		return nil
	})
	d.dealt = deal(len(d.day), batchesOf(persons), people.contacts.through(people.personOf), in.Workers)
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
		read(func() { d.contacts[column] = folded(t.Column(field)) })
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

// placeReferrals puts the referrals that name a child in the order of the persons.
func (d *door) placeReferrals(t *table.Table, by *delivered, persons int) {
	d.referralDay = daysOr(t.Column("referral_date"), rowsOf(t), noDay)
	d.referralID = textsOf(t.Column("referral_id"))
	begun, lengths := make([]uint64, rowsOf(t)), make([]uint8, rowsOf(t))
	d.referralID.starts(begun, lengths, 0)
	own := groupRows(d.referralPerson.rows(rowsOf(t)), persons)
	d.referralsOf, d.referrals = own.first, make([]referral, len(own.rows))
	for place, row := range own.rows {
		d.referrals[place] = referral{
			start: begun[row], length: lengths[row],
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
func (d *door) hold(s *Settings) {
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
