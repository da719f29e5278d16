package dedupe

import (
	"context"
	"slices"
	"strings"
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

	// By contact row.
	day    []schemas.Day
	person []int32
	id     func(row int32) string

	// By place. The rows that name a child stand by person, then in the order in which they are judged, the rows
	// of one contact side by side; contactsOf says where those of a person lie.
	contactsOf lists
	told       columns

	// contacts are the rows with repeated rows joined: those of person p begin at contactsOf.first[p] and are
	// contactCount[p] many, in the order in which they are judged.
	contacts     []contact
	contactCount []int32
	unidentified []int32 // by row that names no child: the first row of the same contact id

	indistinguishable bool // the extract has no column that could tell two contacts of a day and source apart

	// By referral row.
	referralDay    []schemas.Day // noDay where it could not be read
	referralPerson []int32

	// referrals stand by person, then by day and id; ranked holds by rank among the person's ids the referral with
	// it, counted from the person's first. referralsNamed lists referrals by their id's number.
	referrals      []referral
	ranked         []int32
	referralsOf    lists
	referralsNamed lists

	episodes         []episode // in file order
	episodesOf       lists
	sources, results *schemas.CodeSet

	newReferral, protectionEnquiry int32 // the outcomes that speak of a referral, as places in results
}

// columns are what contact rows tell, as numbers that are equal where the texts are equal (trimmed, case folded),
// none for blank.
type columns struct {
	source    []int32 // places in the code set of sources; unmapped texts have numbers of their own behind it
	system    []int32
	concern   []int32
	reference []int32
	family    []int32
	outcome   []int32 // places in the code set of outcomes, most serious first; notMapped
	named     []int32 // the referral that the row names, by the number of its id
}

// all returns the columns.
func (c *columns) all() []*[]int32 {
	return []*[]int32{&c.source, &c.system, &c.concern, &c.reference, &c.family, &c.outcome, &c.named}
}

// set copies what stands at a place of other columns.
func (c *columns) set(place int32, other *columns, at int32) {
	c.source[place], c.system[place], c.concern[place] = other.source[at], other.system[at], other.concern[at]
	c.reference[place], c.family[place] = other.reference[at], other.family[at]
	c.outcome[place], c.named[place] = other.outcome[at], other.named[at]
}

// episode is a time in which a child was in need.
type episode struct {
	start, end schemas.Day
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
	referrals := d.readColumns(in, func() { people = resolvePersons(in) })
	d.person = people.of(people.contacts)
	d.referralPerson = people.of(people.referrals)
	count := len(people.ids)
	d.contactsOf = groupRows(d.person, count)
	d.referralsOf = groupRows(d.referralPerson, count)
	d.episodesOf = groupRows(people.of(people.episodes), count)
	d.hold(in.Settings)
	d.orderReferrals(referrals)
	return d, people, d.gather(ctx, in.Workers)
}

// readColumns reads the columns that the definition compares, by row, and does meanwhile what needs none of them.
func (d *door) readColumns(in Input, meanwhile func()) (referrals referralColumns) {
	t, r := in.Contacts, in.Referrals
	if r == nil {
		r = &table.Table{Schema: &schemas.Table{}}
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
	read(func() { d.told.reference = newNumbering(fold).column(t.Column("incident_ref"), t.Rows) })
	read(func() { d.told.family = newNumbering(fold).column(t.Column("family_id"), t.Rows) })
	read(func() {
		ids := newNumbering(whole)
		referrals.id = ids.column(r.Column("referral_id"), r.Rows)
		d.told.named = ids.column(t.Column("referral_id"), t.Rows)
		referrals.ids = ids.Len()
	})
	read(func() {
		unmapped := table.NewDictionary()
		d.told.source = mapCodes(t.Column("source"), t.Rows, d.sources, unmapped)
		referrals.source = mapCodes(r.Column("source"), r.Rows, d.sources, unmapped)
	})
	read(func() {
		d.told.system = newNumbering(fold).column(t.Column("source_system"), t.Rows)
		d.told.concern = newNumbering(fold).column(t.Column("concern"), t.Rows)
		d.told.outcome = mapCodes(t.Column("outcome"), t.Rows, d.results, nil)
	})
	d.day = t.Column("contact_date").Days()
	d.id = textOf(t.Column("contact_id"))
	d.indistinguishable = !t.Column("concern").Delivered() && !t.Column("incident_ref").Delivered()
	referrals.text = textOf(r.Column("referral_id"))
	d.referralDay = daysOr(r.Column("referral_date"), r.Rows, noDay)
	if e := in.Episodes; e != nil {
		starts, ends := daysOr(e.Column("start_date"), e.Rows, noDay), daysOr(e.Column("end_date"), e.Rows, endless)
		d.episodes = make([]episode, e.Rows)
		for row := range d.episodes {
			d.episodes[row] = episode{start: starts[row], end: ends[row]}
		}
	}
	_ = group.Wait() // no column fails to be read
	return referrals
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

// numbering gives texts numbers, all columns read the same way.
type numbering struct {
	*table.Dictionary
	read    reading
	scratch []byte
	last    *array.String // the last dictionary that was read
	of      []int32       // and the numbers of its texts
}

// reading appends what is compared of a text: nothing where it says nothing.
type reading func(into []byte, text string) []byte

func newNumbering(read reading) *numbering {
	return &numbering{Dictionary: table.NewDictionary(), read: read}
}

// number returns the number of a text, none for one of which nothing is compared.
func (n *numbering) number(text string) int32 {
	n.scratch = n.read(n.scratch[:0], text)
	if len(n.scratch) == 0 {
		return none
	}
	return int32(n.Code(n.scratch))
}

// texts numbers each text of a dictionary. Columns of one key share a dictionary that has only grown between them.
func (n *numbering) texts(values *array.String) []int32 {
	from := 0
	if n.last != nil {
		from = table.SharedStart(n.last, values)
	}
	of := append(make([]int32, 0, values.Len()), n.of[:from]...)
	for i := from; i < values.Len(); i++ {
		of = append(of, n.number(values.Value(i)))
	}
	n.last, n.of = values, of
	return of
}

// column numbers the cells of a column; cells without a value are none.
func (n *numbering) column(column *table.Column, rows int) []int32 {
	result := fill(rows)
	if !column.Delivered() {
		return result
	}
	if codes, values := column.Codes(); values != nil {
		numbers := n.texts(values)
		for row, code := range codes {
			if column.Array.IsValid(row) {
				result[row] = numbers[code]
			}
		}
		return result
	}
	text := textOf(column)
	for row := range result {
		if column.Array.IsValid(row) {
			result[row] = n.number(text(int32(row)))
		}
	}
	return result
}

// mapCodes numbers the values of a column by their place in a code set. A value that no code is known for gets
// a number behind the set, equal only for equal text, or notMapped when unmapped is nil.
func mapCodes(column *table.Column, rows int, set *schemas.CodeSet, unmapped *table.Dictionary) []int32 {
	texts := newNumbering(fold)
	result := texts.column(column, rows)
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
	result := slices.Repeat([]schemas.Day{missing}, rows)
	if column.Delivered() {
		for row, day := range column.Days() {
			if column.Array.IsValid(row) {
				result[row] = day
			}
		}
	}
	return result
}

// whole reads all of a text.
func whole(into []byte, text string) []byte { return append(into, text...) }

// fold makes texts that differ only in case or in surrounding blanks equal.
func fold(into []byte, text string) []byte {
	text = strings.TrimSpace(text)
	from := len(into)
	into = append(into, text...)
	for i, b := range into[from:] {
		switch {
		case b >= utf8.RuneSelf:
			return append(into[:from], strings.ToLower(text)...)
		case 'A' <= b && b <= 'Z':
			into[from+i] = b + ('a' - 'A')
		}
	}
	return into
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
