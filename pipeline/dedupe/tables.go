package dedupe

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"golang.org/x/sync/errgroup"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// builder puts columns together into a result table.
type builder struct {
	table *table.Table
	err   error
}

func newBuilder(name string, rows int) *builder {
	schema, err := schemas.Result(name)
	if err != nil {
		return &builder{err: err, table: &table.Table{Schema: &schemas.Table{}}}
	}
	t := &table.Table{Schema: schema, Rows: rows}
	for _, f := range schema.Fields {
		t.Columns = append(t.Columns, &table.Column{Field: f})
	}
	return &builder{table: t}
}

func (b *builder) set(field string, values arrow.Array) {
	if c := b.table.Column(field); c != nil {
		c.Array = values
		return
	}
	b.err = fmt.Errorf("build result table %s: it has no field %s", b.table.Schema.Name, field)
}

// codes sets a dictionary column from codes; none is null.
func (b *builder) codes(field string, codes []int32, values *array.String) {
	valid, nulls := bitmap(len(codes), func(row int) bool { return codes[row] >= 0 })
	unsigned := make([]uint32, len(codes))
	for row, code := range codes {
		unsigned[row] = uint32(max(code, 0))
	}
	b.set(field, table.DictionaryArray(unsigned, values, valid, nulls))
}

// names sets a dictionary column from the numbers of names; a number below 0 and the name "" are null.
func (b *builder) names(field string, names []string, of func(row int) int) {
	values := table.NewDictionary()
	codeOf := fill(len(names))
	for i, name := range names {
		if name != "" {
			codeOf[i] = int32(values.Code([]byte(name)))
		}
	}
	codes := fill(b.table.Rows)
	for row := range codes {
		if n := of(row); n >= 0 {
			codes[row] = codeOf[n]
		}
	}
	b.codes(field, codes, values.Array())
}

// texts sets a column of nearly unique texts; "" is null.
func (b *builder) texts(field string, of func(row int) string) {
	offsets := make([]int32, 1, b.table.Rows+1)
	var data []byte
	for row := range b.table.Rows {
		data = append(data, of(row)...)
		offsets = append(offsets, int32(len(data)))
	}
	valid, nulls := bitmap(b.table.Rows, func(row int) bool { return offsets[row+1] > offsets[row] })
	b.set(field, table.StringArray(offsets, data, valid, nulls))
}

func (b *builder) flags(field string, of func(row int) bool) {
	values, _ := bitmap(b.table.Rows, of)
	b.set(field, table.BooleanArray(b.table.Rows, values, nil, 0))
}

// numbers sets a column of whole numbers; ok is false where there is none.
func (b *builder) numbers(field string, of func(row int) (value int, ok bool)) {
	values := make([]int64, b.table.Rows)
	valid, nulls := bitmap(b.table.Rows, func(row int) bool {
		v, ok := of(row)
		values[row] = int64(v)
		return ok
	})
	b.set(field, table.IntegerArray(values, valid, nulls))
}

// dates sets a column of days; noDay is null.
func (b *builder) dates(field string, of func(row int) schemas.Day) {
	values := make([]schemas.Day, b.table.Rows)
	valid, nulls := bitmap(b.table.Rows, func(row int) bool {
		values[row] = of(row)
		if values[row] == noDay {
			values[row] = 0
			return false
		}
		return true
	})
	b.set(field, table.DateArray(values, valid, nulls))
}

// bitmap packs an answer for each row, the lowest bit first, and counts the rows that answer no.
func bitmap(rows int, of func(row int) bool) (bits []byte, zeros int) {
	bits = make([]byte, (rows+7)/8)
	for row := range rows {
		if of(row) {
			bits[row/8] |= 1 << (row % 8)
		} else {
			zeros++
		}
	}
	return bits, zeros
}

// buildTables writes the decisions down in the result tables.
func buildTables(result *Result, in Input, people *persons, j *judged) error {
	incidentIDs := j.incidentIDs(people)
	personIDs := people.names.Array()
	var group errgroup.Group
	group.SetLimit(max(in.Workers, 1))
	build := func(into **table.Table, make func() *builder) {
		group.Go(func() error {
			b := make()
			*into = b.table
			return b.err
		})
	}
	build(&result.Contacts, func() *builder { return j.contactsTable(in, people, incidentIDs, personIDs) })
	build(&result.Incidents, func() *builder { return j.incidentsTable(in, people, incidentIDs, personIDs) })
	build(&result.Referrals, func() *builder { return j.referralsTable(in, people, incidentIDs, personIDs) })
	build(&result.Persons, func() *builder { return people.personsTable(personIDs) })
	build(&result.Links, func() *builder { return people.linksTable(in) })
	return group.Wait()
}

// incidentIDs names every incident by its person and its first contact. A first contact without an id is named
// by its day and its number among the child's incidents.
func (j *judged) incidentIDs(people *persons) *array.String {
	offsets := make([]int32, 1, len(j.incidents)+1)
	var ids []byte
	number := 0
	for i := range j.incidents {
		number++
		if i == 0 || j.person[i] != j.person[i-1] {
			number = 1
		}
		held := &j.incidents[i]
		ids = append(append(ids, people.ids[j.person[i]]...), '/')
		if first := j.door.id(j.door.contacts[held.first].row); first != "" {
			ids = append(ids, first...)
		} else {
			ids = fmt.Appendf(ids, "%s#%d", table.DateText(held.day), number)
		}
		offsets = append(offsets, int32(len(ids)))
	}
	return table.StringArray(offsets, ids, nil, 0)
}

// delivered hands on a delivered column, or one that is null throughout when it was not delivered.
func (b *builder) delivered(field string, column *table.Column) {
	if column.Delivered() {
		b.set(field, column.Array)
		return
	}
	b.codes(field, fill(b.table.Rows), table.Texts(nil))
}

// coded hands on the given rows of a delivered column of codes (nil for all), with every value that the set knows
// in the set's spelling.
func (b *builder) coded(field string, column *table.Column, set *schemas.CodeSet, rows []int32) {
	if !column.Delivered() {
		b.delivered(field, column)
		return
	}
	spelt := table.NewDictionary()
	codes, values := column.Codes()
	of := make([]int32, values.Len())
	for code := range of {
		text := values.Value(code)
		if place := set.Place(text); place >= 0 {
			text = set.Codes[place].Code
		}
		of[code] = int32(spelt.Code([]byte(text)))
	}
	respelt := fill(b.table.Rows)
	for i := range respelt {
		row := i
		if rows != nil {
			row = int(rows[i])
		}
		if column.Array.IsValid(row) {
			respelt[i] = of[codes[row]]
		}
	}
	b.codes(field, respelt, spelt.Array())
}

// standing is what was decided of a contact row.
type standing struct {
	class    Class
	flags    standingFlags
	incident int32       // none for a row that names no child
	starts   int32       // the unique incident that begins with the row, none
	matched  int32       // the row that it was matched to, none
	day      schemas.Day // by which it counts
}

// standingFlags are the yes-or-no parts of a standing.
type standingFlags uint8

const (
	isFirst    standingFlags = 1 << iota // an incident begins with the row
	isMatched                            // another contact was matched, not just a repeated row
	isWeak                               // on weak evidence
	isReferral                           // the contact names a referral of its own
	onOpenCase                           // its incident is on an open case
	inPeriod                             // the contact's day lies in the period
	atLeftEdge                           // and within the first days of what is held
)

// standings gathers what was decided by contact row, so that columns are written in one walk over the rows.
func (j *judged) standings(s Settings) []standing {
	d := j.door
	rows := make([]standing, len(d.day))
	dated := func(day schemas.Day) (flags standingFlags) {
		if s.Period.Has(day) {
			flags |= inPeriod
		}
		if day-d.heldFrom < leftEdgeDays {
			flags |= atLeftEdge
		}
		return flags
	}
	for person, count := range d.contactCount {
		base := d.contactsOf.first[person]
		for place := base; place < base+count; place++ {
			c, v := &d.contacts[place], &j.verdicts[place]
			held := &j.incidents[v.incident]
			own := standing{class: v.class, incident: v.incident, starts: none, matched: none, flags: dated(c.day), day: c.day}
			if held.episode >= 0 {
				own.flags |= onOpenCase
			}
			repeated := standing{class: RepeatedRow, incident: v.incident, starts: none, matched: c.row, flags: own.flags, day: c.day}
			if v.class >= OpenCase {
				own.flags |= isFirst
			}
			if v.class == Unique {
				own.starts = v.incident
			}
			if v.matched >= 0 {
				own.matched = d.contacts[v.matched].row
				own.flags |= isMatched
			}
			if v.weak {
				own.flags |= isWeak
			}
			if c.referral {
				own.flags |= isReferral
			}
			rows[c.row] = own
			for row := d.nextRow[c.row]; row >= 0; row = d.nextRow[row] {
				rows[row] = repeated
			}
		}
	}
	for row, first := range d.unidentified {
		switch {
		case first < 0:
		case first == int32(row):
			rows[row] = standing{class: Unidentified, incident: none, starts: none, matched: none, flags: dated(d.day[row]), day: d.day[row]}
		default:
			rows[row] = standing{class: RepeatedRow, incident: none, starts: none, matched: first, flags: dated(d.day[row]), day: d.day[row]}
		}
	}
	return rows
}

func (j *judged) contactsTable(in Input, people *persons, incidentIDs, personIDs *array.String) *builder {
	d, t := j.door, in.Contacts
	b := newBuilder("contacts", t.Rows)
	b.table.StandAs(t)
	rows := j.standings(in.Settings)
	has := func(flag standingFlags) func(row int) bool {
		return func(row int) bool { return rows[row].flags&flag != 0 }
	}
	ofUnique := func(is func(held *incident) bool) func(row int) bool {
		return func(row int) bool { return rows[row].starts >= 0 && is(&j.incidents[rows[row].starts]) }
	}
	numbered := func(of func(held *incident) int) func(row int) int {
		return func(row int) int {
			if rows[row].starts < 0 {
				return none
			}
			return of(&j.incidents[rows[row].starts])
		}
	}
	b.delivered("contact_id", t.Column("contact_id"))
	b.delivered("child_id", t.Column("child_id"))
	b.codes("person_id", people.idsOf(d.person), personIDs)
	b.set("contact_date", t.Column("contact_date").Array)
	b.dates("counted_date", func(row int) schemas.Day { return rows[row].day })
	b.coded("source", t.Column("source"), d.sources, nil)
	b.delivered("concern", t.Column("concern"))
	b.coded("outcome", t.Column("outcome"), d.results, nil)
	b.delivered("source_system", t.Column("source_system"))
	b.names("class", Classes, func(row int) int { return int(rows[row].class) })
	matched := make([]int32, t.Rows)
	for row := range rows {
		matched[row] = rows[row].matched
	}
	b.idsOf("matched_contact_id", t.Column("contact_id"), matched)
	b.numbers("matched_line", func(row int) (int, bool) {
		if rows[row].matched < 0 {
			return 0, false
		}
		return t.LineOf(int(rows[row].matched)), true
	})
	incidents, linked := make([]int32, t.Rows), fill(t.Rows)
	for row := range rows {
		incidents[row] = rows[row].incident
		if rows[row].starts >= 0 {
			linked[row] = j.incidents[rows[row].starts].referral
		}
	}
	b.codes("incident_id", incidents, incidentIDs)
	b.flags("first_of_incident", has(isFirst))
	b.flags("on_open_case", has(onOpenCase))
	b.names("evidence", []string{"strong", "weak"}, func(row int) int {
		switch {
		case rows[row].flags&isMatched == 0:
			return none
		case rows[row].flags&isWeak != 0:
			return 1
		}
		return 0
	})
	b.flags("possible_same_incident", ofUnique(func(held *incident) bool { return held.possible }))
	b.flags("converted", func(row int) bool { return linked[row] >= 0 })
	b.names("link_method", Methods, numbered(func(held *incident) int { return int(held.method) }))
	b.idsOf("referral_id", in.Referrals.Column("referral_id"), linked)
	b.delivered("named_referral_id", t.Column("referral_id"))
	for w, field := range []string{"repeat_30d", "repeat_90d", "repeat_12m"} {
		b.names(field, answers, numbered(func(held *incident) int { return int(held.repeats[w]) }))
	}
	b.flags("too_recent", ofUnique(func(held *incident) bool { return held.tooRecent }))
	b.flags("left_edge", has(atLeftEdge))
	b.flags("in_period", has(inPeriod))
	b.names("reason", reasons(in.Settings), func(row int) int {
		return int(reasonOf(rows[row].class, rows[row].flags&isWeak != 0, rows[row].flags&isReferral != 0))
	})
	return b
}

// idsOf sets a column to the ids of delivered records given by row; none is null. It refers to the delivered
// texts, so that an id that stands in many places is one text for whoever makes pseudonyms of it.
func (b *builder) idsOf(field string, column *table.Column, rows []int32) {
	if !column.Delivered() {
		b.codes(field, fill(len(rows)), table.Texts(nil))
		return
	}
	codes, values := column.Codes()
	if values == nil {
		values = column.Array.(*array.String)
	}
	of := fill(len(rows))
	for i, row := range rows {
		switch {
		case row < 0 || column.Array.IsNull(int(row)):
		case codes != nil:
			of[i] = int32(codes[row])
		default:
			of[i] = row
		}
	}
	b.codes(field, of, values)
}

func (j *judged) incidentsTable(in Input, people *persons, incidentIDs, personIDs *array.String) *builder {
	d, s := j.door, in.Settings
	b := newBuilder("incidents", len(j.incidents))
	of := func(row int) *incident { return &j.incidents[row] }
	firstRow := func(row int) int32 { return d.contacts[of(row).first].row }
	unique := func(row int) bool { return of(row).episode < 0 }
	own := make([]int32, len(j.incidents))
	for i := range own {
		own[i] = int32(i)
	}
	b.codes("incident_id", own, incidentIDs)
	b.codes("person_id", people.idsOf(j.person), personIDs)
	events := j.event
	if !in.Contacts.Column("incident_ref").Delivered() && !in.Contacts.Column("family_id").Delivered() {
		events = fill(len(j.incidents))
	}
	b.codes("event_id", events, incidentIDs)
	first := make([]int32, len(j.incidents))
	for i := range first {
		first[i] = firstRow(i)
	}
	b.idsOf("first_contact_id", in.Contacts.Column("contact_id"), first)
	b.dates("first_date", func(row int) schemas.Day { return of(row).day })
	b.months("month", func(row int) schemas.Day { return of(row).day })
	b.sources(d, in.Contacts.Column("source"), first)
	b.names("class", Classes, func(row int) int {
		if unique(row) {
			return int(Unique)
		}
		return int(OpenCase)
	})
	b.texts("episode_id", func(row int) string {
		if unique(row) {
			return ""
		}
		return in.Episodes.Column("episode_id").Text(int(d.episodes[of(row).episode].row))
	})
	b.numbers("contacts", func(row int) (int, bool) { return j.count(of(row)), true })
	b.numbers("sources", func(row int) (int, bool) { return j.countSources(of(row)), true })
	b.flags("weak", func(row int) bool { return of(row).weak })
	b.flags("possible_same_incident", func(row int) bool { return of(row).possible })
	b.flags("converted", func(row int) bool { return of(row).referral >= 0 })
	b.names("link_method", Methods, func(row int) int { return int(of(row).method) })
	linked := make([]int32, len(j.incidents))
	for i := range linked {
		linked[i] = j.incidents[i].referral
	}
	b.idsOf("referral_id", in.Referrals.Column("referral_id"), linked)
	b.numbers("working_days", func(row int) (int, bool) {
		held := of(row)
		return held.distance, held.referral >= 0 && d.referralDay[held.referral] != noDay
	})
	outcomes := make([]int32, len(j.incidents))
	for i := range outcomes {
		outcomes[i] = j.outcome(of(i))
	}
	b.names("outcome", codesOf(d.results), func(row int) int { return int(outcomes[row]) })
	b.names("became", becameNames(d.results), func(row int) int {
		if !unique(row) {
			return none
		}
		return j.became(of(row), outcomes[row])
	})
	for w, field := range []string{"repeat_30d", "repeat_90d", "repeat_12m"} {
		b.names(field, answers, func(row int) int { return int(of(row).repeats[w]) })
	}
	b.flags("too_recent", func(row int) bool { return of(row).tooRecent })
	b.flags("left_edge", func(row int) bool { return of(row).day-d.heldFrom < leftEdgeDays })
	b.flags("in_period", func(row int) bool { return s.Period.Has(of(row).day) })
	return b
}

func (j *judged) count(held *incident) int {
	n := 0
	for m := held.first; m >= 0; m = j.verdicts[m].next {
		n++
	}
	return n
}

func (j *judged) countSources(held *incident) int {
	n := 0
	for m := held.first; m >= 0; m = j.verdicts[m].next {
		source := j.door.source[j.door.contacts[m].row]
		seen := false
		for e := held.first; e != m; e = j.verdicts[e].next {
			seen = seen || j.door.source[j.door.contacts[e].row] == source
		}
		if !seen {
			n++
		}
	}
	return n
}

// outcome returns the most serious outcome of an incident as a place in the code set; notMapped when none of
// its outcomes is known, none when there is none.
func (j *judged) outcome(held *incident) int32 {
	best := int32(none)
	for m := held.first; m >= 0; m = j.verdicts[m].next {
		for row := j.door.contacts[m].row; row >= 0; row = j.door.nextRow[row] {
			switch place := j.door.outcome[row]; {
			case place >= 0 && (best < 0 || place < best):
				best = place
			case place == notMapped && best == none:
				best = notMapped
			}
		}
	}
	return best
}

// becameNames are what may become of a unique contact: what the outcomes say, by their place in the code set, and
// behind them what no outcome says.
func becameNames(outcomes *schemas.CodeSet) []string {
	var names []string
	for _, c := range outcomes.Codes {
		names = append(names, c.Group)
	}
	return append(names, "referral", "too recent to judge, or not yet decided", "not recorded", "outcome not mapped")
}

// became says what became of a unique incident, as a place in becameNames: by its linked referral, else that it is
// too recent to judge, else by its most serious outcome.
func (j *judged) became(held *incident, outcome int32) int {
	behind := len(j.door.results.Codes)
	switch {
	case held.referral >= 0:
		return behind
	case held.tooRecent:
		return behind + 1
	case outcome == none:
		return behind + 2
	case outcome == notMapped:
		return behind + 3
	}
	return int(outcome)
}

// codesOf returns the codes of a set in its order.
func codesOf(set *schemas.CodeSet) []string {
	codes := make([]string, len(set.Codes))
	for i, c := range set.Codes {
		codes[i] = c.Code
	}
	return codes
}

// months sets a column to the months of days, yyyy-mm.
func (b *builder) months(field string, of func(row int) schemas.Day) {
	names := table.NewDictionary()
	known := map[schemas.Day]int32{}
	codes := make([]int32, b.table.Rows)
	for row := range codes {
		day := of(row)
		code, seen := known[day]
		if !seen {
			code = int32(names.Code([]byte(schemas.Date(day).Format("2006-01"))))
			known[day] = code
		}
		codes[row] = code
	}
	b.codes(field, codes, names.Array())
}

// sources sets the source and its group for rows of contacts; a source that no code is known for keeps its text.
func (b *builder) sources(d *door, delivered *table.Column, rows []int32) {
	b.coded("source", delivered, d.sources, rows)
	groups := table.NewDictionary()
	of := make([]int32, len(d.sources.Codes))
	for i, c := range d.sources.Codes {
		of[i] = int32(groups.Code([]byte(c.Group)))
	}
	notRecorded, unmapped := int32(groups.Code([]byte("not recorded"))), int32(groups.Code([]byte("not mapped")))
	codes := make([]int32, len(rows))
	for i, row := range rows {
		switch place := d.source[row]; {
		case place < 0:
			codes[i] = notRecorded
		case int(place) < len(of):
			codes[i] = of[place]
		default:
			codes[i] = unmapped
		}
	}
	b.codes("source_group", codes, groups.Array())
}

func (j *judged) referralsTable(in Input, people *persons, incidentIDs, personIDs *array.String) *builder {
	d, t := j.door, in.Referrals
	rows := 0
	if t != nil {
		rows = t.Rows
	}
	b := newBuilder("referrals", rows)
	if t == nil {
		t = &table.Table{Schema: &schemas.Table{}}
	} else {
		b.table.StandAs(t)
	}
	b.delivered("referral_id", t.Column("referral_id"))
	b.delivered("child_id", t.Column("child_id"))
	b.codes("person_id", people.idsOf(d.referralPerson), personIDs)
	b.dates("referral_date", func(row int) schemas.Day { return d.referralDay[row] })
	b.coded("source", t.Column("source"), d.sources, nil)
	b.delivered("nfa", t.Column("nfa"))
	b.names("status", ReferralStatuses, func(row int) int { return int(j.status[row]) })
	b.names("link_method", Methods, func(row int) int {
		if j.status[row] == Linked {
			return int(j.incidents[j.follows[row]].method)
		}
		return none
	})
	b.codes("incident_id", j.follows, incidentIDs)
	b.numbers("working_days", func(row int) (int, bool) {
		if j.status[row] != Linked || d.referralDay[row] == noDay {
			return 0, false
		}
		return j.incidents[j.follows[row]].distance, true
	})
	b.numbers("missed_by_working_days", func(row int) (int, bool) { return int(j.missedBy[row]), j.missedBy[row] >= 0 })
	b.flags("in_period", func(row int) bool {
		return d.referralDay[row] != noDay && in.Settings.Period.Has(d.referralDay[row])
	})
	return b
}

func (p *persons) personsTable(names *array.String) *builder {
	b := newBuilder("persons", p.children)
	own := make([]int32, p.children)
	for child := range own {
		own[child] = int32(child)
	}
	firstSeen := make(map[string]schemas.Day, len(p.ledger))
	for _, entry := range p.ledger {
		firstSeen[entry.ChildID] = entry.FirstSeen
	}
	b.codes("person_id", p.idsOf(p.personOf), names)
	b.codes("child_id", own, names)
	b.flags("in_children", func(row int) bool { return p.inChildren[row] })
	b.dates("first_seen", func(row int) schemas.Day { return firstSeen[string(p.names.Value(uint32(row)))] })
	return b
}

func (p *persons) linksTable(in Input) *builder {
	b := newBuilder("links", len(p.links))
	name := func(child int32) string { return string(p.names.Value(uint32(child))) }
	line := func(row int32) (int, bool) {
		if row < 0 {
			return 0, false
		}
		return in.Children.LineOf(int(row)), true
	}
	b.texts("child_id", func(row int) string { return name(p.links[row].a) })
	b.texts("other_child_id", func(row int) string { return name(p.links[row].b) })
	b.texts("method", func(row int) string { return p.links[row].method })
	b.texts("status", func(row int) string {
		if p.links[row].refused != "" {
			return "refused"
		}
		return "linked"
	})
	b.texts("reason", func(row int) string { return p.links[row].refused })
	b.numbers("line", func(row int) (int, bool) { return line(p.links[row].rowA) })
	b.numbers("other_line", func(row int) (int, bool) { return line(p.links[row].rowB) })
	return b
}
