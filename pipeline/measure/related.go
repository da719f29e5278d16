package measure

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"frontdoor/rules"
	"frontdoor/schemas"
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
	if r.Gives == "sum" {
		return errors.New("a sum looks at all records: leave the date out")
	}
	_, err = r.compileRecords(c)
	return err
}

// compileRecords checks the fields that are named, compiles the condition over the records that are looked at, and
// returns the schema of those.
func (r *Related) compileRecords(c *compiler) (*schemas.Table, error) {
	own, err := c.schema(r.Table)
	if err != nil {
		return nil, err
	}
	others, err := c.schema(r.Records)
	if err != nil {
		return nil, err
	}
	for _, at := range []struct {
		schema *schemas.Table
		field  string
		dated  bool
	}{{own, r.Key, false}, {own, r.Date, true}, {others, r.RecordsKey, false}, {others, r.RecordsDate, true}} {
		if (r.Date != "" || !at.dated) && at.schema.Field(at.field) == nil {
			return nil, fmt.Errorf("table %s has no field %s", at.schema.Name, at.field)
		}
	}
	if r.Where != "" {
		r.where, err = c.condition(others, r.Where)
	}
	return others, err
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
