package pipeline

import (
	"context"
	"encoding/binary"
	"iter"
	"slices"
	"strings"

	"frontdoor/pipeline/publish/sha8"
	"frontdoor/pipeline/validate"
	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// judgement is what became of the rules of every collection.
type judgement struct {
	outcomes []rules.Outcome // one a rule, by rule
	parts    []*validate.Result
	names    []string // of the collections of the parts
	key      []byte   // of the ids of findings
}

// judge runs the rules of every collection over what was delivered of it.
func judge(ctx context.Context, read *joined, c *catalogue, asAt *schemas.Day, key []byte, workers int) (*judgement, error) {
	all := &judgement{key: key}
	for _, part := range read.parts {
		if part.unconfigured && len(part.tables) == 0 && len(read.parts) > 1 {
			continue
		}
		structural := c.structure
		if part.unconfigured {
			structural = &rules.Catalogue{Collection: structural.Collection}
		}
		judged, err := validate.Run(ctx, validate.Input{
			Catalogue: c.rulesOf(part), Structure: structural,
			Delivery:   factsOf(part.collection, part.tables).give(&rules.Delivery{Collection: part.collection, Tables: part.readable(), AsAt: asAt, Calendar: c.calendar}),
			Structural: part.findings, StructuralLooked: part.looked, Workers: workers,
		})
		if err != nil {
			return nil, err
		}
		part.nameWithheld(judged.Outcomes)
		all.parts, all.names = append(all.parts, judged), append(all.names, part.collection.Name)
		for _, o := range judged.Outcomes {
			all.add(o)
		}
	}
	all.sort()
	return all, nil
}

// add adds an outcome. A rule that was judged in several collections or returns, as those about files are, has one
// outcome: the one that matters most, with what was looked at in all of them, and the reason why it did not run in one.
func (j *judgement) add(o rules.Outcome) {
	i := slices.IndexFunc(j.outcomes, func(have rules.Outcome) bool { return have.Rule == o.Rule })
	if i < 0 {
		j.outcomes = append(j.outcomes, o)
		return
	}
	have := &j.outcomes[i]
	have.Looked, have.Failures = have.Looked+o.Looked, have.Failures+o.Failures
	reasoned := have.Reason == "" || o.Reason != "" && matters(o.Status) > matters(have.Status)
	if reasoned {
		have.Reason = o.Reason
	}
	if matters(o.Status) > matters(have.Status) {
		have.Status = o.Status
	}
}

// any tells whether a rule had an outcome in one of the parts.
func (j *judgement) any(status rules.Status) bool {
	return slices.ContainsFunc(j.parts, func(part *validate.Result) bool {
		return slices.ContainsFunc(part.Outcomes, func(o rules.Outcome) bool { return o.Status == status })
	})
}

// matters orders outcomes by how much a reader must know of them.
func matters(s rules.Status) int {
	return slices.Index([]rules.Status{rules.Passed, rules.Skipped, rules.Failed, rules.Broken}, s)
}

func (j *judgement) sort() {
	slices.SortFunc(j.outcomes, func(a, b rules.Outcome) int { return strings.Compare(a.Rule, b.Rule) })
}

// found yields all findings by rule, then collection or return, table and row. Each lasts until the next.
func (j *judgement) found() iter.Seq[*rules.Found] {
	return func(yield func(*rules.Found) bool) {
		id := rules.NewIdentifier(nil)
		if j.key != nil {
			id = rules.NewIdentifierOf(&keyedSums{hash: sha8.NewHMAC(j.key)})
		}
		for _, o := range j.outcomes {
			for _, part := range j.parts {
				for f := range part.FoundOf(o.Rule, id) {
					if !yield(f) {
						return
					}
				}
			}
		}
	}
}

// keyedSums are the sums of messages under the store's key.
type keyedSums struct {
	hash *sha8.HMAC
	lead sha8.Lead // none
	sums [][16]byte
}

func (k *keyedSums) Add(message []byte) { copy(k.hash.Next(&k.lead, len(message)), message) }

func (k *keyedSums) Finish() [][16]byte {
	k.sums = k.sums[:0]
	for _, first := range k.hash.Finish() {
		var sum [16]byte
		binary.BigEndian.PutUint64(sum[:], first[0])
		binary.BigEndian.PutUint64(sum[8:], first[1])
		k.sums = append(k.sums, sum)
	}
	return k.sums
}

// findings is found with every finding written out.
func (j *judgement) findings() iter.Seq[rules.Finding] {
	return func(yield func(rules.Finding) bool) {
		for f := range j.found() {
			if !yield(f.Written()) {
				return
			}
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
func (j *judgement) errorRows(collection, table string) (n int) {
	for i, part := range j.parts {
		if j.names[i] == collection {
			n += part.ErrorRows(table)
		}
	}
	return n
}

// Why rules may not read a field: what it holds says nothing that they could judge.
const (
	pseudonymised = "pseudonymised at source"
	namesNothing  = "names records that come from a list without their numbers"
)

// readable returns the tables as rules may read them: without the fields that they may not, so that the rules that
// read them are skipped.
func (r *read) readable() map[string]*table.Table {
	if len(r.withheld) == 0 {
		return r.tables
	}
	tables := map[string]*table.Table{}
	for name, t := range r.tables {
		shown := *t
		shown.Columns = slices.Clone(t.Columns)
		for i, c := range shown.Columns {
			if r.withheld[name+"."+c.Field.Name] != "" {
				shown.Columns[i] = &table.Column{Field: c.Field}
			}
		}
		tables[name] = &shown
	}
	return tables
}

// nameWithheld says of skipped rules why they may not read what they lack.
func (r *read) nameWithheld(outcomes []rules.Outcome) {
	for i := range outcomes {
		for field, why := range r.withheld {
			outcomes[i].Reason = strings.ReplaceAll(outcomes[i].Reason, "column "+field+" not delivered", "column "+field+" "+why)
		}
	}
}
