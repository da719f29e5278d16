package rules

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// Try judges every example of every form of the rules by its own check. The error is Faults: what does not compile,
// or else every example that does not fail or pass as it says.
func (c *Catalogue) Try(ctx context.Context, coll *schemas.Collection, calendar *schemas.Calendar) error {
	all := c.everyVersion()
	if _, err := all.Compile(coll); err != nil {
		return err
	}
	judge, err := newExaminer(coll, calendar)
	if err != nil {
		return err
	}
	var faults Faults
	for _, r := range all.Rules {
		found, err := judge.try(ctx, r)
		if err != nil {
			return err
		}
		faults = append(faults, found...)
	}
	return faults.orNil()
}

// examiner judges rules by their examples.
type examiner struct {
	coll     *schemas.Collection
	calendar *schemas.Calendar
	compile  *compilation
}

func newExaminer(coll *schemas.Collection, calendar *schemas.Calendar) (*examiner, error) {
	compile, err := newCompilation(coll)
	return &examiner{coll, calendar, compile}, err
}

// try returns what does not compile in a rule, or else its examples that do not fail or pass as they say. All
// tables are delivered, with every column; a field that an example does not give is blank.
func (x *examiner) try(ctx context.Context, r *Rule) (Faults, error) {
	compiled, faults, err := x.compile.rule(r)
	if err != nil || len(faults) > 0 {
		return faults, err
	}
	for i, check := range compiled.checks {
		alone := &Program{collection: x.coll, rules: []*program{{rule: r, collection: x.coll.Name, checks: []*checkProgram{check}}}}
		for want, examples := range map[Status][]Example{Failed: r.Checks[i].Fails, Passed: r.Checks[i].Passes} {
			for _, e := range examples {
				if err := alone.try(ctx, e, x.calendar, want); err != nil {
					if ctx.Err() != nil {
						return nil, ctx.Err()
					}
					faults = append(faults, r.document.fault(position{e.Line, e.Column}, r.Code, fmt.Sprintf("check %d: %s", i+1, err), ""))
				}
			}
		}
	}
	return faults, nil
}

// try judges one example by a program of one check.
func (p *Program) try(ctx context.Context, e Example, calendar *schemas.Calendar, want Status) error {
	d, err := e.delivery(p.collection, p.rules[0].checks[0].table.schema, calendar)
	if err != nil {
		return err
	}
	r, err := p.Run(ctx, d, 1)
	if err != nil {
		return err
	}
	if o := r.Outcomes[0]; o.Status != want {
		return exampleError{want, o}
	}
	cells := 0
	for f := range r.Findings(NewIdentifier(nil)) {
		cells += len(f.Cells)
	}
	if n := r.Count(); e.Findings > 0 && n != e.Findings {
		return fmt.Errorf("the example should make %d findings, and makes %d", e.Findings, n)
	}
	if e.Cells > 0 && cells != e.Cells {
		return fmt.Errorf("the example should flag %d cells, and flags %d", e.Cells, cells)
	}
	return nil
}

// exampleError is an example that was not judged as it says.
type exampleError struct {
	want Status
	got  Outcome
}

func (e exampleError) Error() string {
	text := fmt.Sprintf("the example should have %s, and %s", e.want, e.got.Status)
	if e.got.Reason != "" {
		text += ": " + e.got.Reason
	}
	if e.got.Status == Passed && e.got.Looked == 0 {
		text += "; no record of it was looked at"
	}
	return text
}

// placing turns the records of an example into rows.
type placing struct {
	world *world
	rows  map[tableRef][]map[string]string
	keys  int // how many keys were made up
}

// delivery makes an example into tables. t is the table of its records; nil when it has none.
func (e Example) delivery(coll *schemas.Collection, t *schemas.Table, calendar *schemas.Calendar) (*Delivery, error) {
	d := &Delivery{Collection: coll, Tables: map[string]*table.Table{}, LastYear: map[string]*table.Table{}, Calendar: calendar}
	if err := e.state(d); err != nil {
		return nil, err
	}
	w, err := newWorld(coll)
	if err != nil {
		return nil, err
	}
	p := &placing{world: w, rows: map[tableRef][]map[string]string{}}
	for _, r := range e.Records {
		for range max(1, r.Times) {
			if err := p.record(r, tableRef{schema: t}, map[string]string{}); err != nil {
				return nil, err
			}
		}
	}
	for lastYear, lists := range map[bool][]ExampleList{false: e.Tables, true: e.LastYear} {
		for _, list := range lists {
			of := tableRef{coll.Table(list.Name), lastYear}
			if of.schema == nil {
				return nil, fmt.Errorf("the collection %s has no table %s", coll.Name, list.Name)
			}
			for _, r := range list.Records {
				for range max(1, r.Times) {
					if err := p.record(r, of, map[string]string{}); err != nil {
						return nil, err
					}
				}
			}
		}
	}
	for lastYear, tables := range map[bool]map[string]*table.Table{false: d.Tables, true: d.LastYear} {
		for _, of := range coll.Tables {
			rows := p.rows[tableRef{of, lastYear}]
			made := &table.Table{Schema: of, Rows: len(rows)}
			for _, f := range of.Fields {
				made.Columns = append(made.Columns, exampleColumn(f, rows))
			}
			tables[of.Name] = made
		}
	}
	return d, nil
}

// state puts the facts of an example into its delivery.
func (e Example) state(d *Delivery) error {
	given := append([]ExampleField{}, e.Facts...)
	if e.AsAt != "" {
		given = append(given, ExampleField{factAsAt.name(), e.AsAt})
	}
	// The reference date settles the others, which may then be given in their own right.
	slices.SortStableFunc(given, func(a, b ExampleField) int { return cmp.Compare(factOf(a.Name), factOf(b.Name)) })
	for _, f := range given {
		fact := factOf(f.Name)
		if f.Text == "" { // the delivery itself should say it
			d.Lack(table.Blank, f.Name)
			if fact == factReferenceDate {
				d.Lack(table.Blank, ofReference...)
			}
			continue
		}
		var day schemas.Day
		var err error
		switch fact {
		case factYear:
			d.CollectionYear, err = strconv.Atoi(f.Text)
		case factAuthority:
			d.Authority = f.Text
		default:
			if day, err = schemas.ParseDay(f.Text); err != nil {
				break
			}
			switch fact {
			case factAsAt:
				d.AsAt = &day
			case factReferenceDate:
				d.Refer(day)
			case factPeriodStart:
				d.PeriodStart = &day
			case factPeriodEnd:
				d.PeriodEnd = &day
			}
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", f.Name, err)
		}
	}
	return nil
}

// record adds a record with its parents and children to the rows. cells holds the keys that are settled by where
// it stands.
func (p *placing) record(r Record, t tableRef, cells map[string]string) error {
	p.rows[t] = append(p.rows[t], cells)
	for _, f := range r.Fields {
		if t.schema.Field(f.Name) == nil {
			return fmt.Errorf("the table %s has no field %s", t.name(), f.Name)
		}
		cells[f.Name] = f.Text
	}
	for _, parent := range r.Parents {
		s := p.world.steps[t][parent.Name]
		if s == nil || s.kind != toParent && s.kind != toLastYear {
			return fmt.Errorf("the table %s has no parent %s", t.name(), parent.Name)
		}
		theirs := map[string]string{}
		for i, field := range s.fields {
			if cells[field] == "" {
				cells[field] = parent.Record.text(s.keys[i])
			}
			p.settle(t, cells, field)
			theirs[s.keys[i]] = cells[field]
		}
		if err := p.record(parent.Record, s.to, theirs); err != nil {
			return err
		}
	}
	for _, list := range r.Lists {
		l, known := p.world.lists[t][list.Name]
		if !known || len(l.up) > 1 {
			return fmt.Errorf("the table %s has no list %s of its own", t.name(), list.Name)
		}
		for _, child := range list.Records {
			theirs := map[string]string{}
			for i, field := range l.up[0].fields {
				p.settle(t, cells, l.up[0].keys[i])
				theirs[field] = cells[l.up[0].keys[i]]
			}
			for range max(1, child.Times) {
				if err := p.record(child, l.of, maps.Clone(theirs)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// settle makes up a key where a record has none.
func (p *placing) settle(t tableRef, cells map[string]string, field string) {
	if cells[field] != "" {
		return
	}
	p.keys++
	if cells[field] = "example " + strconv.Itoa(p.keys); t.schema.Field(field).Type == schemas.TypeInteger {
		cells[field] = strconv.Itoa(1_000_000 + p.keys)
	}
}

func (r Record) text(field string) string {
	for _, f := range r.Fields {
		if f.Name == field {
			return f.Text
		}
	}
	return ""
}

// exampleColumn makes the cells of one field into a column.
func exampleColumn(f *schemas.Field, rows []map[string]string) *table.Column {
	c := &table.Column{Field: f}
	n := len(rows)
	valid := make([]byte, (n+7)/8)
	nulls := n
	codes, offsets, text := make([]uint32, n), make([]int32, 1, n+1), []byte{}
	numbers, days, truths := make([]int64, n), make([]int32, n), make([]byte, (n+7)/8)
	times, timed := make([]int32, n), make([]byte, (n+7)/8)
	dictionary := table.NewDictionary()
	for row, cells := range rows {
		cell := cells[f.Name]
		readable := cell != ""
		switch typeOf(f.Type).TypeName() {
		case dateType.TypeName():
			day, clock, _ := strings.Cut(cell, " ")
			d, err := schemas.ParseDay(day)
			days[row], readable = d, err == nil
			if t, err := time.Parse("15:04", clock); err == nil && f.Type == schemas.TypeDateTime && clock != "00:00" {
				times[row] = int32(t.Hour()*3600 + t.Minute()*60)
				timed[row>>3] |= 1 << (row & 7)
			} else {
				readable = readable && clock == ""
			}
		case "int":
			number, err := strconv.ParseInt(cell, 10, 64)
			numbers[row], readable = number, err == nil
		case "double":
			number, err := table.ParseDecimal(cell)
			numbers[row], readable = number, err == nil
		case "bool":
			truth, err := strconv.ParseBool(cell)
			if readable = err == nil; truth {
				truths[row>>3] |= 1 << (row & 7)
			}
		}
		if readable {
			valid[row>>3] |= 1 << (row & 7)
			nulls--
			if f.Type == schemas.TypeCode || f.Type == schemas.TypeKey || f.Type == schemas.TypeList {
				codes[row] = dictionary.Code([]byte(cell))
			}
			text = append(text, cell...)
		} else if cell != "" {
			c.Kept = append(c.Kept, table.Kept{Row: row, Text: cell, Unreadable: true})
		}
		offsets = append(offsets, int32(len(text)))
	}
	var array arrow.Array
	switch f.Type {
	case schemas.TypeCode, schemas.TypeKey, schemas.TypeList:
		array = table.DictionaryArray(codes, dictionary.Array(), valid, nulls)
	case schemas.TypeDate, schemas.TypeDateTime:
		array = table.DateArray(days, valid, nulls)
		if f.Type == schemas.TypeDateTime {
			c.Time = table.TimeArray(times, timed, 1)
		}
	case schemas.TypeDecimal:
		array = table.DecimalArray(numbers, valid, nulls)
	case schemas.TypeInteger:
		array = table.IntegerArray(numbers, valid, nulls)
	case schemas.TypeBoolean:
		array = table.BooleanArray(n, truths, valid, nulls)
	default:
		array = table.StringArray(offsets, text, valid, nulls)
	}
	c.Array = array
	return c
}
