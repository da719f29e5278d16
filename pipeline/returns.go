package pipeline

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// holdReturn settles by which rules what was read is judged: a return that says which year it is of, by those of that
// year or of the year that is asked for; else by those of the first day that is known, or the newest.
func (c *catalogue) holdReturn(r *read, asked string, days ...*schemas.Day) (rules.Year, error) {
	r.facts = factsOf(r.collection, r.tables)
	held, year, err := c.inForce(r.collection.Name, asked, append([]*schemas.Day{r.facts.day()}, days...)...)
	if err != nil {
		return "", err
	}
	r.rules, r.year = held, year
	if note := r.facts.note(year); note != "" {
		r.notes = append(r.notes, note)
	}
	return year, nil
}

// judgedAlone tells whether the returns of a collection are judged each by the rules of its own year.
func judgedAlone(c *schemas.Collection) bool { return c.Facts.Year != (schemas.Place{}) }

// holdOwn is holdReturn for a run, which other deliveries need too: a return of a year before all rules is told of
// and not judged.
func (j *job) holdOwn(r *read) error {
	if !judgedAlone(r.collection) {
		return nil
	}
	own := factsOf(r.collection, r.tables)
	name := r.collection.Name
	first, _ := j.catalogue.rules[name].Span()
	if day := own.day(); j.options.Year == "" && day != nil && rules.YearOf(*day) < first {
		r.facts, r.rules = own, &rules.Catalogue{Collection: name}
		r.notes = append(r.notes, fmt.Sprintf("%s is of %s, for which there are no rules of %s: it was not judged", r.name(), rules.YearOf(*day), name))
		return nil
	}
	year, err := j.catalogue.holdReturn(r, j.options.Year)
	if err != nil || len(r.tables) == 0 {
		return err
	}
	if own.day() == nil {
		r.notes = append(r.notes, fmt.Sprintf("%s does not say which year it is of", r.name()))
	}
	r.notes = append(r.notes, fmt.Sprintf("%s is judged by the rules of %s", r.name(), year))
	if own.authority != "" && !j.config.speaksFor(own.authority) {
		r.notes = append(r.notes, fmt.Sprintf("%s says that it is of authority %s, and the run is for %s", r.name(), own.authority, j.config.Authority))
	}
	return nil
}

// speaksFor tells whether the run, or one of its extracts, is for an authority.
func (c *Config) speaksFor(authority string) bool {
	return string(c.Authority) == authority || slices.ContainsFunc(c.Extracts, func(e Extract) bool { return string(e.Authority) == authority })
}

// name names a return by its first file.
func (r *read) name() string {
	if len(r.files) == 0 {
		return "the return"
	}
	file := r.files[0].report.File
	if len(r.files) > 1 && r.files[0].input != r.files[1].input {
		return "the return with " + file
	}
	return file
}

// whole returns all that was delivered of a collection: its only part, or its returns one behind the other.
func whole(parts []*read) *read {
	if len(parts) == 1 {
		return parts[0]
	}
	all := &read{collection: parts[0].collection, tables: map[string]*table.Table{}, withheld: map[string]string{}, returns: parts}
	for _, t := range all.collection.Tables {
		var stacked []table.Part
		for _, part := range parts {
			if delivered := part.tables[t.Name]; delivered != nil {
				stacked = append(stacked, table.Part{Table: delivered})
			}
		}
		if len(stacked) > 0 {
			all.tables[t.Name] = table.Stack(stacked...)
		}
	}
	for _, part := range parts {
		for field, why := range part.withheld {
			all.withheld[field] = why
		}
	}
	return all
}

// spoken is what a return speaks for: the days that it covers. Of several the one with the latest last day comes last,
// and of those the one that was delivered last.
type spoken struct {
	part                      *read
	list                      *table.Table
	reference, from, to, when schemas.Day
}

const (
	neverDay  = schemas.Day(math.MinInt32)
	noLastDay = schemas.Day(math.MaxInt32)
)

// speaks says what each return of the collection speaks for that has a list, in order. The cause of the error is
// ErrConfig: two returns are about the same days, and nothing tells which counts.
func (r *read) speaks(list string) ([]*spoken, error) {
	var all []*spoken
	for _, part := range r.returns {
		delivered := part.tables[list]
		if delivered == nil {
			continue
		}
		s := &spoken{part: part, list: delivered, reference: neverDay, from: noLastDay, to: neverDay, when: neverDay}
		if day := part.facts.day(); day != nil {
			s.reference = *day
			if part.facts.reference != nil {
				s.reference = *part.facts.reference
			}
			s.from, s.to = yearBefore(s.reference)+1, s.reference
		}
		if d := part.delivery(); d != nil {
			s.when, s.to = d.Delivered, min(s.to, d.To)
			if d.From != neverDay {
				s.from = d.From
			}
		}
		all = append(all, s)
	}
	slices.SortStableFunc(all, func(a, b *spoken) int {
		return cmp.Or(cmp.Compare(a.reference, b.reference), cmp.Compare(a.when, b.when))
	})
	for i := 1; i < len(all); i++ {
		if a, b := all[i-1], all[i]; a.reference == b.reference && a.when == b.when {
			return nil, fmt.Errorf("read returns: %s and %s are about the same year; make each an extract of its own and say by delivered which is the later: %w", a.part.name(), b.part.name(), ErrConfig)
		}
	}
	return all, nil
}

// feeding returns the records of a list that count, each once, for how many others a later return speaks, and how many
// of those it no longer has. Of a collection without returns all count. See schemas.Recurs.
func (r *read) feeding(list *schemas.Table) (counting *table.Table, others, gone int, err error) {
	if len(r.returns) == 0 || list.Recurs == nil {
		return r.tables[list.Name], 0, 0, nil
	}
	all, err := r.speaks(list.Name)
	if err != nil {
		return nil, 0, 0, err
	}
	parts := make([]table.Part, len(all))
	later := map[string]bool{} // what a later return has
	for i, s := range slices.Backward(all) {
		keys := map[string]bool{}
		rows := []int{}
		for row := range s.list.Rows {
			key := sameOf(s.list, row)
			switch {
			case later[key]:
				others++
			case slices.ContainsFunc(all[i+1:], func(other *spoken) bool { return other.covers(s, row) }):
				others++
				gone++
			default:
				rows = append(rows, row)
			}
			if key != "" {
				keys[key] = true
			}
		}
		for key := range keys {
			later[key] = true
		}
		parts[i] = table.Part{Table: s.list, Rows: rows}
	}
	return table.Stack(parts...), others, gone, nil
}

// sameOf returns what agrees in records that are the same, "" where one of it is missing.
func sameOf(t *table.Table, row int) string {
	var key strings.Builder
	for _, name := range t.Schema.Recurs.Same {
		text := t.Column(name).Text(row)
		if text == "" {
			return ""
		}
		fmt.Fprintf(&key, "%q ", text)
	}
	return key.String()
}

// covers tells whether a record of an earlier return ought to stand in this one: it was going on on one of the days
// that this one covers. One without an end was going on on the day after the earlier return's last.
func (s *spoken) covers(earlier *spoken, row int) bool {
	recurs := earlier.list.Schema.Recurs
	days := func(field string) (schemas.Day, bool) {
		c := earlier.list.Column(field)
		if !c.Delivered() || c.State(row) != table.Present {
			return 0, false
		}
		return c.Days()[row], true
	}
	from, dated := days(recurs.From)
	if !dated {
		return false
	}
	to, ended := days(recurs.To)
	switch {
	case ended:
	case earlier.list.Holds(row, recurs.Brief):
		to = from
	default:
		to = max(from, earlier.reference+1)
	}
	return from <= s.to && s.from <= to
}
