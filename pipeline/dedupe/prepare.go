package dedupe

import (
	"bytes"
	"context"
	"slices"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow/array"
	"golang.org/x/sync/errgroup"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// none stands for a value, row or place that is not there.
const none = -1

// door is a front door as integer columns: what the definition compares, ready to be judged by child. It is
// read only once prepared, so that it can be judged under many settings at once.
type door struct {
	calendar *schemas.Calendar
	heldFrom schemas.Day
	heldTo   schemas.Day

	// By contact row. Texts are numbers, equal where the texts are equal (trimmed, case folded), none for blank.
	day       []schemas.Day
	person    []int32
	id        func(row int32) string
	source    []int32 // places in the code set of sources; unmapped texts have numbers of their own behind it
	system    []int32
	concern   []int32
	reference []int32
	family    []int32
	outcome   []int32 // places in the code set of outcomes, most serious first; notMapped
	named     []int32 // the referral that the row names, as a number shared with referralID

	// contacts are the rows with repeated rows joined: those of person p begin at contactsOf.first[p] and are
	// contactCount[p] many, in the order in which they are judged. nextRow leads from a row to the next row of
	// the same contact.
	contacts     []contact
	contactCount []int32
	nextRow      []int32
	unidentified []int32 // by row that names no child: the first row of the same contact id

	indistinguishable bool // the extract has no column that could tell two contacts of a day and source apart

	// By referral row.
	referralDay      []schemas.Day // noDay where it could not be read
	referralSource   []int32
	referralID       []int32
	referralText     func(row int32) string
	referralPerson   []int32
	episodes         []episode // in file order
	contactsOf       lists     // contact rows by person, in file order
	referralsOf      lists
	episodesOf       lists
	sources, results *schemas.CodeSet

	newReferral, protectionEnquiry int32 // the outcomes that speak of a referral, as places in results
}

// episode is a time in which a child was in need.
type episode struct {
	start, end schemas.Day
	row        int32
}

const (
	noDay     = schemas.Day(-1 << 31)
	endless   = schemas.Day(1<<31 - 1)
	notMapped = -2 // an outcome that no code is known for
)

// lists groups rows by person: the rows of person p are rows[first[p]:first[p+1]].
type lists struct {
	first []int32
	rows  []int32
}

func (l lists) of(person int32) []int32 { return l.rows[l.first[person]:l.first[person+1]] }

// groupRows groups rows by person with a counting sort that keeps the order of rows. Rows without one are left out.
func groupRows(person []int32, persons int) lists {
	first := make([]int32, persons+1)
	for _, p := range person {
		if p >= 0 {
			first[p+1]++
		}
	}
	for p := range persons {
		first[p+1] += first[p]
	}
	rows := make([]int32, first[persons])
	next := slices.Clone(first)
	for row, p := range person {
		if p >= 0 {
			rows[next[p]] = int32(row)
			next[p]++
		}
	}
	return lists{first: first, rows: rows}
}

// prepare turns the tables into integer columns and finds out who is who meanwhile.
func prepare(ctx context.Context, in Input) (*door, *persons, error) {
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
	d.readColumns(in, func() { people = resolvePersons(in) })
	d.person = people.of(people.contacts)
	d.referralPerson = people.of(people.referrals)
	count := len(people.ids)
	d.contactsOf = groupRows(d.person, count)
	d.referralsOf = groupRows(d.referralPerson, count)
	d.episodesOf = groupRows(people.of(people.episodes), count)
	d.hold(in.Settings)
	return d, people, d.gather(ctx, in.Workers)
}

// readColumns reads the columns that the definition compares, and does meanwhile what needs none of them.
func (d *door) readColumns(in Input, meanwhile func()) {
	t, r := in.Contacts, in.Referrals
	referrals := 0
	if r != nil {
		referrals = r.Rows
	}
	var group errgroup.Group
	group.SetLimit(max(in.Workers, 1))
	read := func(columns func()) {
		group.Go(func() error {
			columns()
			return nil
		})
	}
	read(meanwhile)
	read(func() { d.reference = intern(table.NewDictionary(), t.Column("incident_ref"), t.Rows, fold) })
	read(func() { d.family = intern(table.NewDictionary(), t.Column("family_id"), t.Rows, fold) })
	read(func() {
		ids := table.NewDictionary()
		d.referralID = intern(ids, r.Column("referral_id"), referrals, nil)
		d.named = intern(ids, t.Column("referral_id"), t.Rows, nil)
	})
	read(func() {
		unmapped := table.NewDictionary()
		d.source = mapCodes(t.Column("source"), t.Rows, d.sources, unmapped)
		d.referralSource = mapCodes(r.Column("source"), referrals, d.sources, unmapped)
	})
	read(func() {
		d.system = intern(table.NewDictionary(), t.Column("source_system"), t.Rows, fold)
		d.concern = intern(table.NewDictionary(), t.Column("concern"), t.Rows, fold)
		d.outcome = mapCodes(t.Column("outcome"), t.Rows, d.results, nil)
	})
	d.day = t.Column("contact_date").Days()
	d.id = textOf(t.Column("contact_id"))
	d.indistinguishable = !t.Column("concern").Delivered() && !t.Column("incident_ref").Delivered()
	d.referralText = textOf(r.Column("referral_id"))
	d.referralDay = daysOr(r.Column("referral_date"), referrals, noDay)
	if e := in.Episodes; e != nil {
		starts, ends := daysOr(e.Column("start_date"), e.Rows, noDay), daysOr(e.Column("end_date"), e.Rows, endless)
		for row := range e.Rows {
			d.episodes = append(d.episodes, episode{start: starts[row], end: ends[row], row: int32(row)})
		}
	}
	_ = group.Wait() // no column fails to be read
}

// hold settles what is held: the declared ends, else from the earliest accepted contact to the as-at date.
func (d *door) hold(s Settings) {
	d.heldTo = s.AsAt
	if s.HeldTo != nil {
		d.heldTo = *s.HeldTo
	}
	if s.HeldFrom != nil {
		d.heldFrom = *s.HeldFrom
		return
	}
	d.heldFrom = d.heldTo
	if len(d.day) > 0 {
		d.heldFrom = slices.Min(d.day)
	}
}

// of returns the person of each row from the child of each row.
func (p *persons) of(children []int32) []int32 {
	result := make([]int32, len(children))
	for row, child := range children {
		result[row] = none
		if child >= 0 {
			result[row] = p.personOf[child]
		}
	}
	return result
}

// intern numbers the texts of a column through names, each distinct text of a dictionary once. Folded texts
// that are blank, and cells without a value, are none. foldText may be nil.
func intern(names *table.Dictionary, column *table.Column, rows int, foldText func([]byte) []byte) []int32 {
	number := func(text []byte) int32 {
		if foldText != nil {
			text = foldText(text)
		}
		if len(text) == 0 {
			return none
		}
		return int32(names.Code(text))
	}
	result := make([]int32, rows)
	if !column.Delivered() {
		for row := range result {
			result[row] = none
		}
		return result
	}
	if codes, values := column.Codes(); values != nil {
		of := make([]int32, values.Len())
		for code := range of {
			of[code] = number([]byte(values.Value(code)))
		}
		for row := range result {
			result[row] = none
			if column.Array.IsValid(row) {
				result[row] = of[codes[row]]
			}
		}
		return result
	}
	for row := range result {
		result[row] = none
		if column.Array.IsValid(row) {
			result[row] = number([]byte(column.Text(row)))
		}
	}
	return result
}

// mapCodes numbers the values of a column by their place in a code set. A value that no code is known for gets
// a number behind the set, equal only for equal text, or notMapped when unmapped is nil.
func mapCodes(column *table.Column, rows int, set *schemas.CodeSet, unmapped *table.Dictionary) []int32 {
	texts := table.NewDictionary()
	result := intern(texts, column, rows, fold)
	of := make([]int32, texts.Len())
	for code := range of {
		text := texts.Value(uint32(code))
		switch place := set.Place(string(text)); {
		case place >= 0:
			of[code] = int32(place)
		case unmapped == nil:
			of[code] = notMapped
		default:
			of[code] = int32(len(set.Codes)) + int32(unmapped.Code(text))
		}
	}
	for row, code := range result {
		if code >= 0 {
			result[row] = of[code]
		}
	}
	return result
}

// daysOr returns the days of a column, with missing for rows that have none.
func daysOr(column *table.Column, rows int, missing schemas.Day) []schemas.Day {
	result := make([]schemas.Day, rows)
	for row := range result {
		result[row] = missing
	}
	if column.Delivered() {
		for row, day := range column.Days() {
			if column.Array.IsValid(row) {
				result[row] = day
			}
		}
	}
	return result
}

// fold makes texts that differ only in case or in surrounding blanks equal.
func fold(text []byte) []byte {
	text = bytes.TrimSpace(text)
	for _, b := range text {
		if b >= utf8.RuneSelf || 'A' <= b && b <= 'Z' {
			return bytes.ToLower(text)
		}
	}
	return text
}

// textOf returns a reader of a column's texts; a cell without a value reads as "".
func textOf(column *table.Column) func(row int32) string {
	if !column.Delivered() {
		return func(int32) string { return "" }
	}
	if texts, ok := column.Array.(*array.String); ok {
		return func(row int32) string {
			if texts.IsNull(int(row)) {
				return ""
			}
			return texts.Value(int(row))
		}
	}
	return func(row int32) string { return column.Text(int(row)) }
}
