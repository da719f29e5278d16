package pipeline

import (
	"context"
	"iter"
	"slices"
	"strings"

	"frontdoor/pipeline/validate"
	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// judgement is what became of the rules of every collection.
type judgement struct {
	outcomes []rules.Outcome // one a rule, by rule
	parts    []*validate.Result
	names    []string // of the collections
}

// judge runs the rules of every collection over what was delivered of it.
func judge(ctx context.Context, read *joined, c *catalogue, asAt *schemas.Day, key []byte, workers int) (*judgement, error) {
	all := &judgement{}
	for _, part := range read.parts {
		if part.unconfigured && len(part.tables) == 0 && len(read.parts) > 1 {
			continue
		}
		structural := c.structure
		if part.unconfigured {
			structural = &rules.Catalogue{Collection: structural.Collection}
		}
		judged, err := validate.Run(ctx, validate.Input{
			Catalogue: c.rules[part.collection.Name], Structure: structural,
			Delivery:   factsOf(part.collection, part.tables).give(&rules.Delivery{Collection: part.collection, Tables: part.readable(), AsAt: asAt, Calendar: c.calendar}),
			Structural: part.findings, StructuralLooked: part.looked, Key: key, Workers: workers,
		})
		if err != nil {
			return nil, err
		}
		part.nameHashed(judged.Outcomes)
		all.parts, all.names = append(all.parts, judged), append(all.names, part.collection.Name)
		for _, o := range judged.Outcomes {
			all.add(o)
		}
	}
	all.sort()
	return all, nil
}

// add adds an outcome. A rule that was judged in several collections or returns, as those about files are, has one
// outcome: the one that matters most, with what was looked at in all of them.
func (j *judgement) add(o rules.Outcome) {
	i := slices.IndexFunc(j.outcomes, func(have rules.Outcome) bool { return have.Rule == o.Rule })
	if i < 0 {
		j.outcomes = append(j.outcomes, o)
		return
	}
	have := &j.outcomes[i]
	have.Looked, have.Failures = have.Looked+o.Looked, have.Failures+o.Failures
	if matters(o.Status) > matters(have.Status) {
		have.Status, have.Reason = o.Status, o.Reason
	}
}

// matters orders outcomes by how much a reader must know of them.
func matters(s rules.Status) int {
	return slices.Index([]rules.Status{rules.Passed, rules.Failed, rules.Skipped, rules.Broken}, s)
}

func (j *judgement) sort() {
	slices.SortFunc(j.outcomes, func(a, b rules.Outcome) int { return strings.Compare(a.Rule, b.Rule) })
}

// findings yields all findings by rule, then collection, table and row.
func (j *judgement) findings() iter.Seq[rules.Finding] {
	if len(j.parts) == 1 {
		return j.parts[0].Findings()
	}
	return func(yield func(rules.Finding) bool) {
		type queue struct {
			next func() (rules.Finding, bool)
			head rules.Finding
			more bool
		}
		var queues []*queue
		for _, part := range j.parts {
			next, stop := iter.Pull(part.Findings())
			defer stop()
			q := &queue{next: next}
			q.head, q.more = next()
			queues = append(queues, q)
		}
		for {
			var first *queue
			for _, q := range queues {
				if q.more && (first == nil || q.head.Rule < first.head.Rule) {
					first = q
				}
			}
			if first == nil || !yield(first.head) {
				return
			}
			first.head, first.more = first.next()
		}
	}
}

// count counts the findings of a severity.
func (j *judgement) count(severity rules.Severity) (n int) {
	for _, part := range j.parts {
		n += part.Count(severity)
	}
	return n
}

// errorRows counts the records of a collection's table that have a finding of severity error.
func (j *judgement) errorRows(collection, table string) int {
	if i := slices.Index(j.names, collection); i >= 0 {
		return j.parts[i].ErrorRows(table)
	}
	return 0
}

// readable returns the tables as rules may read them: a field that was pseudonymised at source says nothing that a
// rule could judge, so it is left out, and the rules that read it are skipped.
func (r *read) readable() map[string]*table.Table {
	if len(r.hashed) == 0 {
		return r.tables
	}
	tables := map[string]*table.Table{}
	for name, t := range r.tables {
		shown := *t
		shown.Columns = slices.Clone(t.Columns)
		for i, c := range shown.Columns {
			if r.hashed[name+"."+c.Field.Name] {
				shown.Columns[i] = &table.Column{Field: c.Field}
			}
		}
		tables[name] = &shown
	}
	return tables
}

// nameHashed says of skipped rules that what they lack was pseudonymised at source.
func (r *read) nameHashed(outcomes []rules.Outcome) {
	for i := range outcomes {
		for field := range r.hashed {
			outcomes[i].Reason = strings.ReplaceAll(outcomes[i].Reason, "column "+field+" not delivered", "column "+field+" pseudonymised at source")
		}
	}
}
