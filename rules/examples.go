package rules

import (
	"context"
	"fmt"
	"strconv"

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
	judge := newExaminer(coll, calendar)
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

func newExaminer(coll *schemas.Collection, calendar *schemas.Calendar) *examiner {
	return &examiner{coll, calendar, newCompilation(coll)}
}

// try returns what does not compile in a rule, or else its examples that do not fail or pass as they say. Only
// the tables that the rule reads are delivered, with every column; a field that an example does not give is
// blank.
func (x *examiner) try(ctx context.Context, r *Rule) (Faults, error) {
	compiled, faults, err := x.compile.rule(r)
	if err != nil || len(faults) > 0 {
		return faults, err
	}
	for i, check := range compiled.checks {
		alone := &Program{collection: x.coll, rules: []*program{{rule: r, checks: []*checkProgram{check}}}}
		for want, examples := range map[Status][]Example{Failed: r.Checks[i].Fails, Passed: r.Checks[i].Passes} {
			for _, e := range examples {
				if err := alone.try(ctx, e, x.calendar, want); err != nil {
					if ctx.Err() != nil {
						return nil, ctx.Err()
					}
					faults = append(faults, r.document.fault(place{e.Line, e.Column}, r.Code, fmt.Sprintf("check %d: %s", i+1, err), ""))
				}
			}
		}
	}
	return faults, nil
}

// try judges one example by a program of one check.
func (p *Program) try(ctx context.Context, e Example, calendar *schemas.Calendar, want Status) error {
	d, err := e.delivery(p.collection, p.rules[0].checks[0].table, calendar)
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

// delivery makes an example into tables: one row for each of its records of t and for each parent that is given.
func (e Example) delivery(coll *schemas.Collection, t *schemas.Table, calendar *schemas.Calendar) (*Delivery, error) {
	d := &Delivery{Collection: coll, Tables: map[string]*table.Table{}, Calendar: calendar}
	if e.AsAt != "" {
		day, err := schemas.ParseDay(e.AsAt)
		if err != nil {
			return nil, fmt.Errorf("read as_at: %w", err)
		}
		d.AsAt = &day
	}
	rows := map[string][]map[string]string{}
	for _, r := range e.Records {
		if err := r.place(coll, t, "", rows); err != nil {
			return nil, err
		}
	}
	for _, of := range coll.Tables {
		made := &table.Table{Schema: of, Rows: len(rows[of.Name])}
		for _, f := range of.Fields {
			made.Columns = append(made.Columns, exampleColumn(f, rows[of.Name]))
		}
		d.Tables[of.Name] = made
	}
	return d, nil
}

// place adds a record and its parents to rows. key, if not blank, is the record's own key where it gives none.
func (r Record) place(coll *schemas.Collection, t *schemas.Table, key string, rows map[string][]map[string]string) error {
	cells := map[string]string{}
	if key != "" {
		cells[t.Key[0]] = key
	}
	for _, f := range r.Fields {
		if t.Field(f.Name) == nil {
			return fmt.Errorf("the table %s has no field %s", t.Name, f.Name)
		}
		cells[f.Name] = f.Text
	}
	for _, p := range r.Parents {
		f := reference(t, p.Name)
		if f == nil {
			return fmt.Errorf("the table %s has no parent %s", t.Name, p.Name)
		}
		parent := coll.Table(f.References)
		if cells[f.Name] == "" {
			cells[f.Name] = p.Record.text(parent.Key[0])
		}
		if cells[f.Name] == "" {
			cells[f.Name] = "example " + strconv.Itoa(len(rows[parent.Name])+1)
		}
		if err := p.Record.place(coll, parent, cells[f.Name], rows); err != nil {
			return err
		}
	}
	rows[t.Name] = append(rows[t.Name], cells)
	return nil
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
	dictionary := table.NewDictionary()
	for row, cells := range rows {
		cell := cells[f.Name]
		readable := cell != ""
		switch typeOf(f.Type).TypeName() {
		case dateType.TypeName():
			day, err := schemas.ParseDay(cell)
			days[row], readable = day, err == nil
		case "int":
			number, err := strconv.ParseInt(cell, 10, 64)
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
			if f.Type == schemas.TypeCode || f.Type == schemas.TypeKey {
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
	case schemas.TypeCode, schemas.TypeKey:
		array = table.DictionaryArray(codes, dictionary.Array(), valid, nulls)
	case schemas.TypeDate, schemas.TypeDateTime:
		array = table.DateArray(days, valid, nulls)
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
