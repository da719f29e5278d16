package measure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// Related is a field about other records of the same child: whether there were any, how many, how many days ago the
// latest was, or what a number of theirs adds up to. It looks from the date of a record at a window of days. Where the
// window reaches past what is held, what is not found there is not known, and never "no". Without a date it looks at
// all records of the child: what is not found there is not in what was delivered.
type Related struct {
	Field string `yaml:"field"`
	About string `yaml:"about"`
	Table string `yaml:"table"`
	Key   string `yaml:"key"`
	Date  string `yaml:"date"`

	Records     string `yaml:"records"`      // the table looked into; the same when blank
	RecordsKey  string `yaml:"records_key"`  // the same when blank
	RecordsDate string `yaml:"records_date"` // the same when blank
	Where       string `yaml:"where"`        // condition over the records looked at; all when blank. as_at is the last day of the reporting period

	From  string `yaml:"from"`  // "12 months before", "3 days before", "5 working days after", "same day", "ever before"
	To    string `yaml:"to"`    // the same, or "earlier": a record of an earlier day, or of the same day and an earlier row
	Gives string `yaml:"gives"` // answer (yes, no or not known), count, days or sum
	Of    string `yaml:"of"`    // of a sum: the whole number that is added up
	Least int    `yaml:"least"` // of an answer: yes from so many records; one when 0

	where    *rules.Condition
	from, to bound
}

// bound is one end of a window.
type bound struct {
	unit    boundUnit
	n       int // negative before
	earlier bool
}

type boundUnit uint8

const (
	inDays boundUnit = iota
	inMonths
	inWorkingDays
	ever
)

var boundPattern = regexp.MustCompile(`^(\d+) (days|months|working days) (before|after)$`)

func parseBound(text string) (bound, error) {
	switch text {
	case "same day":
		return bound{}, nil
	case "earlier":
		return bound{earlier: true}, nil
	case "ever before":
		return bound{unit: ever}, nil
	}
	parts := boundPattern.FindStringSubmatch(text)
	if parts == nil {
		return bound{}, fmt.Errorf("%q is no end of a window, such as 12 months before", text)
	}
	n, err := strconv.Atoi(parts[1])
	if parts[3] == "before" {
		n = -n
	}
	return bound{unit: map[string]boundUnit{"days": inDays, "months": inMonths, "working days": inWorkingDays}[parts[2]], n: n}, err
}

// field is how the related field stands in the schema of its table.
func (r *Related) field() *schemas.Field {
	f := &schemas.Field{Name: r.Field, Type: schemas.TypeCode, Privacy: schemas.Open, About: r.About}
	if r.Gives != "answer" {
		f.Type = schemas.TypeInteger
	}
	return f
}

func (r *Related) compile(c *compiler) error {
	r.Records, r.RecordsKey, r.RecordsDate = cmp.Or(r.Records, r.Table), cmp.Or(r.RecordsKey, r.Key), cmp.Or(r.RecordsDate, r.Date)
	if !slices.Contains([]string{"answer", "count", "days", "sum"}, r.Gives) {
		return fmt.Errorf("gives %q is none of answer, count, days, sum", r.Gives)
	}
	if (r.Gives == "sum") != (r.Of != "") {
		return errors.New("a sum is of a number, and nothing else is")
	}
	if r.Date == "" {
		return r.compileUndated(c)
	}
	var err error
	if r.from, err = parseBound(r.From); err != nil {
		return err
	}
	if r.to, err = parseBound(r.To); err != nil {
		return err
	}
	if r.to.earlier && r.Records != r.Table || r.from.earlier || r.to.unit == ever {
		return errors.New("earlier ends a window over the same table, and ever before begins one")
	}
	own, err := c.schema(r.Table)
	if err != nil {
		return err
	}
	others, err := c.schema(r.Records)
	if err != nil {
		return err
	}
	for _, at := range []struct {
		schema *schemas.Table
		field  string
	}{{own, r.Key}, {own, r.Date}, {others, r.RecordsKey}, {others, r.RecordsDate}} {
		if at.schema.Field(at.field) == nil {
			return fmt.Errorf("table %s has no field %s", at.schema.Name, at.field)
		}
	}
	if r.Gives == "sum" {
		return errors.New("a sum looks at all records: leave the date out")
	}
	if r.Where != "" {
		r.where, err = c.condition(others, r.Where)
	}
	return err
}

// day moves a day by the bound: to the first day of a window (first) or its last.
func (b bound) day(from schemas.Day, first bool, calendar *schemas.Calendar) schemas.Day {
	switch b.unit {
	case inMonths:
		if first && b.n < 0 {
			return earliestWithin(from, -b.n)
		}
		return monthsBack(from, -b.n)
	case inWorkingDays:
		step := schemas.Day(1)
		if b.n < 0 {
			step = -1
		}
		to := from
		for next := to + step; abs(calendar.WorkingDays(from, next)) <= abs(b.n); next += step {
			to = next
		}
		return to
	case ever:
		return -1 << 30
	}
	return from + schemas.Day(b.n)
}

func abs(n int) int { return max(n, -n) }

// relate returns the tables with their related fields. A field whose records were not delivered is not there: what
// reads it is not available.
func (c *Catalogue) relate(ctx context.Context, in Input) (map[string]*table.Table, error) {
	tables := map[string]*table.Table{}
	for name, t := range in.Tables {
		if t == nil {
			continue
		}
		copied := *t
		copied.Schema = c.extend(name, t.Schema)
		copied.Columns = slices.Clone(t.Columns)
		for _, f := range copied.Schema.Fields[len(t.Columns):] {
			copied.Columns = append(copied.Columns, &table.Column{Field: f})
		}
		tables[name] = &copied
	}
	in.Tables = tables
	for _, r := range c.Related {
		t, records := tables[r.Table], tables[r.Records]
		if t == nil || records == nil {
			continue
		}
		if err := r.fill(ctx, in, t, records); err != nil {
			return nil, fmt.Errorf("compute related field %s of %s: %w", r.Field, r.Table, err)
		}
	}
	return tables, nil
}

// placed is a record of a child.
type placed struct {
	day schemas.Day
	row int
}

// fill computes the field for every row of t.
func (r *Related) fill(ctx context.Context, in Input, t, records *table.Table) error {
	key, date := t.Column(r.Key), t.Column(r.Date)
	if !r.delivered(t, records) {
		return nil
	}
	byKey, err := r.index(ctx, in, records)
	if errors.Is(err, rules.ErrMissing) {
		return nil
	}
	if err != nil {
		return err
	}
	answers, valid, nulls := make([]int64, t.Rows), make([]byte, (t.Rows+7)/8), 0
	ofKey := byKey.of(key)
	var days []schemas.Day
	if r.Date != "" {
		days = date.Days()
	}
	windows := map[schemas.Day]Span{} // by day: there are few, and months take long to count
	for row := range t.Rows {
		answers[row] = unknownAnswer
		if r.Date == "" {
			answers[row] = r.among(ofKey, key, records, row)
		} else if key.Array.IsValid(row) && date.Array.IsValid(row) {
			window, known := windows[days[row]]
			if !known {
				window = Span{r.from.day(days[row], true, in.Calendar), r.to.day(days[row], false, in.Calendar)}
				windows[days[row]] = window
			}
			answers[row] = r.look(in, ofKey(row), window, days[row], row)
		}
		if answers[row] == unknownAnswer {
			nulls++
		} else {
			valid[row/8] |= 1 << (row % 8)
		}
	}
	column := t.Column(r.Field)
	if r.Gives != "answer" {
		column.Array = table.IntegerArray(answers, valid, nulls)
		return nil
	}
	codes := make([]uint32, t.Rows)
	for row, answer := range answers {
		if answer == unknownAnswer {
			answer = 2
		}
		codes[row] = uint32(answer)
	}
	column.Array = table.DictionaryArray(codes, table.Texts([]string{"no", "yes", "not known"}), nil, 0)
	return nil
}

// delivered tells whether there is all that the field is about.
func (r *Related) delivered(t, records *table.Table) bool {
	for _, c := range []struct {
		of   *table.Table
		name string
	}{{t, r.Key}, {t, r.Date}, {records, r.RecordsKey}, {records, r.RecordsDate}, {records, r.Of}} {
		if c.name != "" && !c.of.Column(c.name).Delivered() {
			return false
		}
	}
	return true
}

// unknownAnswer stands for what is not known.
const unknownAnswer = int64(-1) << 40

// byKey is the records of each key, in the order of day and row.
type byKey struct {
	keys    *table.Dictionary // the number of a key; nil where it is its place in texts
	texts   *array.String
	first   []int32 // where the records of a key begin; one more than keys
	records []placed
}

// index gathers the records that the field looks at. The cause of its error is rules.ErrMissing where the condition
// over them reads what was not delivered.
func (r *Related) index(ctx context.Context, in Input, records *table.Table) (*byKey, error) {
	key, date := records.Column(r.RecordsKey), records.Column(r.RecordsDate)
	var only *rules.Bits
	if r.where != nil {
		var err error
		if only, err = r.where.Rows(ctx, in.delivery(records, min(in.Period.To, in.AsAt))); err != nil {
			return nil, err
		}
	}
	k := &byKey{}
	codes, texts := key.Codes()
	if k.texts = texts; texts == nil {
		k.keys = table.NewDictionary()
	}
	numbers := make([]int32, records.Rows)
	for row := range numbers {
		numbers[row] = -1
		if !key.Array.IsValid(row) || r.Date != "" && !date.Array.IsValid(row) || only != nil && !only.Has(row) {
			continue
		}
		if texts != nil {
			numbers[row] = int32(codes[row])
		} else {
			numbers[row] = int32(k.keys.Code([]byte(key.Text(row))))
		}
	}
	size := 0
	if texts != nil {
		size = texts.Len()
	} else {
		size = k.keys.Len()
	}
	k.first = make([]int32, size+1)
	for _, n := range numbers {
		if n >= 0 {
			k.first[n+1]++
		}
	}
	for n := range size {
		k.first[n+1] += k.first[n]
	}
	k.records = make([]placed, k.first[size])
	next := slices.Clone(k.first)
	var days []schemas.Day
	if r.Date != "" {
		days = date.Days()
	}
	for row, n := range numbers {
		if n >= 0 {
			at := placed{row: row}
			if days != nil {
				at.day = days[row]
			}
			k.records[next[n]] = at
			next[n]++
		}
	}
	for n := range size {
		slices.SortFunc(k.records[k.first[n]:k.first[n+1]], func(a, b placed) int { return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.row, b.row)) })
	}
	return k, nil
}

// of returns the records with the key of a row of another column.
func (k *byKey) of(column *table.Column) func(row int) []placed {
	number := k.numberOf(column)
	return func(row int) []placed {
		n := number(row)
		if n < 0 {
			return nil
		}
		return k.records[k.first[n]:k.first[n+1]]
	}
}

// numberOf returns the number of the key of a row of another column, or -1. Tables of one run mostly have their keys
// from one dictionary, so that equal codes are equal keys.
func (k *byKey) numberOf(column *table.Column) func(row int) int32 {
	codes, texts := column.Codes()
	if k.texts != nil && texts != nil {
		if shared := table.SharedStart(k.texts, texts); shared > 0 {
			return func(row int) int32 {
				if n := int32(codes[row]); int(n) < k.texts.Len() {
					return n
				}
				return -1
			}
		}
	}
	if k.keys == nil {
		k.keys = table.NewDictionary()
		for i := range k.texts.Len() {
			k.keys.Code([]byte(k.texts.Value(i)))
		}
	}
	find := func(text string) int32 {
		if n, known := k.keys.Lookup([]byte(text)); known {
			return int32(n)
		}
		return -1
	}
	if texts == nil {
		return func(row int) int32 { return find(column.Text(row)) }
	}
	const notAsked = -2
	known := make([]int32, texts.Len())
	for i := range known {
		known[i] = notAsked
	}
	return func(row int) int32 {
		code := codes[row]
		if known[code] == notAsked {
			known[code] = find(texts.Value(int(code)))
		}
		return known[code]
	}
}

// look answers for one record: 0 or 1 for an answer, else the count or the days, or unknownAnswer.
func (r *Related) look(in Input, records []placed, window Span, day schemas.Day, row int) int64 {
	from, to := window.From, window.To
	first := sort.Search(len(records), func(i int) bool { return records[i].day >= from })
	end := sort.Search(len(records), func(i int) bool {
		if r.to.earlier && records[i].day == day {
			return records[i].row >= row
		}
		return records[i].day > to
	})
	found := max(end-first, 0)
	held := from >= in.Held.From && to <= in.Held.To
	switch r.Gives {
	case "answer":
		switch {
		case found >= max(r.Least, 1):
			return 1
		case held:
			return 0
		}
		return unknownAnswer
	case "count":
		if !held {
			return unknownAnswer
		}
		return int64(found)
	}
	if found == 0 {
		return unknownAnswer
	}
	return int64(day - records[end-1].day)
}
