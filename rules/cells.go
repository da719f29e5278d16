package rules

import (
	"slices"
	"strconv"

	"frontdoor/schemas/table"
)

// findingWriter writes the findings of one rule out.
type findingWriter struct {
	result *Result
	rule   *program
	hits   []failures
	checks []checkCells
	// year is what stands before a record's key in a return that says which year it is of: the same record may stand in
	// the returns of several.
	year []string

	found      Found
	cells      flaggedCells
	least, own []string // keys
	heads      []uint64 // of keys
	leastRows  []uint32
}

// checkCells is where a check finds the cells that it flags and the keys of its records.
type checkCells struct {
	finding  Finding // without id and cells
	key      []*table.Reader
	splitKey []*table.Reader
	flags    [][]CellSource // by flag and field
	// once: no cell can come twice in a finding of several records.
	once bool
}

// findingWriter prepares for the findings of a rule.
func (r *Result) findingWriter(rule int) *findingWriter {
	p := r.program.rules[rule]
	w := &findingWriter{result: r, rule: p, hits: r.hits[rule], checks: make([]checkCells, len(r.hits[rule]))}
	if year := r.binder.delivery.CollectionYear; r.program.collection.Facts.Year.Table != "" && year != 0 {
		w.year = []string{strconv.Itoa(year)}
	}
	for i := range w.checks {
		c, at := p.checks[i], &w.checks[i]
		at.finding = Finding{
			Rule: p.rule.Code, Severity: p.rule.Severity, Collection: r.program.collection.Name, Table: c.table.name(), Message: c.message, Cells: []Cell{}, Local: p.rule.Local,
		}
		at.key, at.once = r.keyColumns(c.table), c.split == nil
		if c.split != nil {
			at.splitKey = r.keyColumns(c.split.table)
		}
		at.flags = make([][]CellSource, len(c.flags))
		for f := range c.flags {
			flag := &c.flags[f]
			if !w.hits[i].usable[f] || w.hits[i].count() == 0 {
				continue
			}
			for _, ref := range flag.fields {
				again := slices.ContainsFunc(at.flags[:f], func(of []CellSource) bool { return len(of) > 0 && of[0].Field == ref.name })
				at.once = at.once && flag.each == nil && len(ref.steps) == 0 && !again
				at.flags[f] = append(at.flags[f], r.cellSource(ref))
			}
		}
	}
	return w
}

func (r *Result) cellSource(ref fieldRef) CellSource {
	t := r.binder.delivery.table(ref.table)
	s := CellSource{Table: ref.table.name(), Field: ref.name, Of: t, Texts: table.NewReader(t.Column(ref.name))}
	if len(ref.steps) > 0 {
		s.link = r.binder.link(linkRef{ref.steps[0].from, ref.steps})
	}
	return s
}

// keyColumns returns the columns of a table's natural key; the delivery as a whole has none.
func (r *Result) keyColumns(t tableRef) (columns []*table.Reader) {
	if t.schema != nil {
		for _, c := range r.binder.columns(t, t.schema.Key) {
			columns = append(columns, table.NewReader(c))
		}
	}
	return columns
}
