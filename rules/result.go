package rules

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strconv"
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
		i := slices.IndexFunc(r.program.rules, func(p *program) bool { return p.rule.Code == code })
		if i < 0 {
			return
		}
		for _, h := range r.inOrder(i) {
			if !yield(r.finding(i, h, id)) {
				return
			}
		}
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

// finding writes a hit out. A flagged cell of a record that is not there is left out, and a cell stands once.
func (r *Result) finding(rule int, h hit, id *Identifier) Finding {
	p := r.program.rules[rule]
	c, f := p.checks[h.check], &r.hits[rule][h.check]
	made := Finding{
		Rule: p.rule.Code, Severity: p.rule.Severity, Collection: r.program.collection.Name, Table: c.table.name(),
		Message: c.message, Cells: make([]Cell, 0, len(c.flagNames)), Local: p.rule.Local,
	}
	cells := cellSet{result: r, finding: &made}
	from, to := f.of(h.finding)
	cells.several = to > from+1
	for i := range c.flags {
		flag := &c.flags[i]
		if !f.usable[i] {
			continue
		}
		if flag.each == nil {
			for _, row := range f.rows[from:to] {
				cells.add(flag.fields[0], int(row))
			}
			continue
		}
		cells.several = true
		each := &f.each[i]
		for _, place := range each.places[each.starts[from]:each.starts[to]] {
			for _, ref := range flag.fields {
				cells.add(ref, int(place))
			}
		}
	}
	var key []string
	for at := from; at < to; at++ { // the least key, so that the order of records does not matter
		own := r.key(c.table, int(f.rows[at]))
		if c.split != nil && f.usable[c.split.flag] {
			found := &f.each[c.split.flag]
			for _, place := range found.places[found.starts[at]:found.starts[at+1]] {
				own = append(own, r.key(c.split.table, int(place))...)
			}
		}
		if at == from || slices.Compare(own, key) < 0 {
			key = own
		}
	}
	made.ID = id.ID(p.rule.Code, c.table.name(), key, c.flagNames)
	return made
}

// key returns the texts of a record's natural key, before them the year of a return that says which year it is of: the
// same record may stand in the returns of several. The delivery as a whole has no other key.
func (r *Result) key(t tableRef, row int) []string {
	var key []string
	if d := r.binder.delivery; r.program.collection.Facts.Year.Table != "" && d.CollectionYear != 0 {
		key = append(key, strconv.Itoa(d.CollectionYear))
	}
	if t.schema == nil {
		return key
	}
	delivered := r.binder.delivery.table(t)
	for _, name := range t.schema.Key {
		key = append(key, delivered.Column(name).Text(row))
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
