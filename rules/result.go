package rules

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"frontdoor/schemas"
)

// Result is what came of a run: one outcome for every rule with checks, in the order of the catalogue, and
// where rules failed. It reads the delivery's tables for as long as its findings are asked for.
type Result struct {
	Outcomes []Outcome

	program *Program
	binder  *binder
	hits    [][][]uint32 // by rule and check the failing rows, in order
	work    int
}

// Count counts the findings.
func (r *Result) Count() int {
	n := 0
	for _, o := range r.Outcomes {
		n += o.Failures
	}
	return n
}

// Work counts the record-rule checks that were made: the records that each check looked at, together.
func (r *Result) Work() int { return r.work }

// ErrorRows counts the rows of a table that have at least one finding of severity error.
func (r *Result) ErrorRows(tableName string) int {
	if rows := r.RowsInError(tableName); rows != nil {
		return rows.Count()
	}
	return 0
}

// RowsInError returns the rows of a table that have a finding of severity error, or nil when the table was not
// delivered.
func (r *Result) RowsInError(tableName string) *Bits {
	t := r.binder.delivery.Tables[tableName]
	if t == nil {
		return nil
	}
	rows := newBits(t.Rows)
	for i, p := range r.program.rules {
		for c, hits := range r.hits[i] {
			if p.rule.Severity == Error && p.checks[c].table.Name == tableName {
				rows.Add(hits)
			}
		}
	}
	return rows
}

// Findings yields every finding by rule code, table (in the order of the collection) and row, with ids from id.
func (r *Result) Findings(id *Identifier) iter.Seq[Finding] {
	codes := make([]string, len(r.program.rules))
	for i, p := range r.program.rules {
		codes[i] = p.rule.Code
	}
	slices.Sort(codes)
	return func(yield func(Finding) bool) {
		for _, code := range codes {
			for f := range r.FindingsOf(code, id) {
				if !yield(f) {
					return
				}
			}
		}
	}
}

// FindingsOf yields the findings of one rule by table and row.
func (r *Result) FindingsOf(code string, id *Identifier) iter.Seq[Finding] {
	return func(yield func(Finding) bool) {
		i := slices.IndexFunc(r.program.rules, func(p *program) bool { return p.rule.Code == code })
		if i < 0 {
			return
		}
		p := r.program.rules[i]
		for _, h := range r.inOrder(i) {
			if !yield(r.finding(p.rule, p.checks[h.check], int(h.row), id)) {
				return
			}
		}
	}
}

type hit struct {
	table, check int
	row          uint32
}

// inOrder returns the hits of a rule by table, row and check.
func (r *Result) inOrder(rule int) []hit {
	var hits []hit
	for check, rows := range r.hits[rule] {
		t := slices.Index(r.program.collection.Tables, r.program.rules[rule].checks[check].table)
		for _, row := range rows {
			hits = append(hits, hit{t, check, row})
		}
	}
	if len(r.hits[rule]) > 1 {
		slices.SortFunc(hits, func(a, b hit) int {
			return cmp.Or(cmp.Compare(a.table, b.table), cmp.Compare(a.row, b.row), cmp.Compare(a.check, b.check))
		})
	}
	return hits
}

// finding writes a hit out. A flagged cell of a parent that the record does not have is left out.
func (r *Result) finding(rule *Rule, c *checkProgram, row int, id *Identifier) Finding {
	f := Finding{
		Rule: rule.Code, Severity: rule.Severity, Collection: r.program.collection.Name, Table: c.table.Name,
		Message: c.message, Cells: make([]Cell, 0, len(c.flags)), Local: rule.Local,
	}
	for _, ref := range c.flags {
		if cell, ok := r.cell(c.table, ref, row); ok {
			f.Cells = append(f.Cells, cell)
		}
	}
	f.ID = id.ID(rule.Code, c.table.Name, r.key(c.table, row), c.flagNames)
	return f
}

// cell returns the place of a field that a row sees, if the row has such a record.
func (r *Result) cell(from *schemas.Table, ref fieldRef, row int) (Cell, bool) {
	t := r.binder.delivery.Tables[ref.table.Name]
	for i, step := range ref.steps {
		holder := from
		if i > 0 {
			holder = r.program.collection.Table(ref.steps[i-1].References)
		}
		if !r.linkable(holder, step) {
			return Cell{}, false
		}
	}
	if len(ref.steps) > 0 {
		place := r.binder.link(from, ref.steps)[row]
		if place < 0 {
			return Cell{}, false
		}
		row = int(place)
	}
	cell := Cell{Table: ref.table.Name, File: t.FileOf(row), Line: t.LineOf(row), Field: ref.field.Name}
	if text, delivered := t.Column(ref.field.Name).Delivery(row); delivered {
		cell.Value = &text
	}
	return cell, true
}

// linkable tells whether the delivery has both ends of a reference; a rule may flag a parent's cell without
// reading the parent.
func (r *Result) linkable(holder *schemas.Table, step *schemas.Field) bool {
	child, parent := r.binder.delivery.Tables[holder.Name], r.binder.delivery.Tables[step.References]
	return child != nil && parent != nil && child.Column(step.Name).Delivered() && parent.Column(parent.Schema.Key[0]).Delivered()
}

// key returns the texts of a record's natural key.
func (r *Result) key(t *schemas.Table, row int) []string {
	delivered := r.binder.delivery.Tables[t.Name]
	key := make([]string, len(t.Key))
	for i, name := range t.Key {
		key[i] = delivered.Column(name).Text(row)
	}
	return key
}

// Finding writes out a finding that a stage made while it read the delivery, with the severity and sentence of
// the rule called code. key is the record's natural key, or what else names the place; fields are the flagged
// ones. The error is ErrUnknown when the catalogue has no such rule.
func (c *Catalogue) Finding(id *Identifier, code, collection, tableName string, key, fields []string, cells []Cell) (Finding, error) {
	r := c.Rule(code)
	if r == nil {
		return Finding{}, fmt.Errorf("find rule %q: %w", code, ErrUnknown)
	}
	return Finding{
		ID: id.ID(code, tableName, key, fields), Rule: code, Severity: r.Severity, Collection: collection,
		Table: tableName, Message: r.About, Cells: cells,
	}, nil
}
