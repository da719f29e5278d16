package rules

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
)

// Result is what came of a run: one outcome for every rule with checks, in the order of the catalogue, and
// where rules failed. It reads the delivery's tables for as long as its findings are asked for.
type Result struct {
	Outcomes []Outcome

	program *Program
	binder  *binder
	hits    [][]failures // by rule and check
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
			if p.rule.Severity == Error && p.checks[c].table.name() == tableName {
				rows.Add(hits.rows)
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
		for f := range r.FoundOf(code, id) {
			if !yield(f.Written()) {
				return
			}
		}
	}
}

// FoundOf is FindingsOf with the cells where they stand.
func (r *Result) FoundOf(code string, id *Identifier) iter.Seq[*Found] {
	return func(yield func(*Found) bool) {
		i := slices.IndexFunc(r.program.rules, func(p *program) bool { return p.rule.Code == code })
		if i < 0 {
			return
		}
		hits := r.inOrder(i)
		if len(hits) == 0 {
			return
		}
		r.findingWriter(i).all(hits, id, yield)
	}
}

// hit is one finding of a check; row is its first.
type hit struct {
	table, check, finding int
	row                   uint32
}

// inOrder returns the findings of a rule by table, row and check. The delivery as a whole stands before its
// tables.
func (r *Result) inOrder(rule int) []hit {
	var hits []hit
	for check := range r.hits[rule] {
		f := &r.hits[rule][check]
		t := slices.Index(r.program.collection.Tables, r.program.rules[rule].checks[check].table.schema)
		for finding := range f.count() {
			from, _ := f.of(finding)
			hits = append(hits, hit{t, check, finding, f.rows[from]})
		}
	}
	if len(r.hits[rule]) > 1 {
		slices.SortStableFunc(hits, func(a, b hit) int {
			return cmp.Or(cmp.Compare(a.table, b.table), cmp.Compare(a.row, b.row), cmp.Compare(a.check, b.check))
		})
	}
	return hits
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
