package pipeline

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"strings"

	"frontdoor/pipeline/validate"
	"frontdoor/rules"
	"frontdoor/schemas"
)

// judgement is what became of the rules of every collection.
type judgement struct {
	outcomes []rules.Outcome // by collection, the front door first, then by rule
	parts    []*validate.Result
	names    []string // of the collections
}

// judge runs the rules of every collection over what was delivered of it.
func judge(ctx context.Context, read *joined, structure *rules.Catalogue, asAt *schemas.Day, calendar *schemas.Calendar, key []byte, workers int) (*judgement, error) {
	all := &judgement{}
	for _, part := range read.parts {
		if part.unconfigured && len(part.tables) == 0 && len(read.parts) > 1 {
			continue
		}
		catalogue, err := catalogueOf(part.collection.Name)
		if err != nil {
			return nil, err
		}
		structural := structure
		if part.unconfigured {
			structural = &rules.Catalogue{Collection: structure.Collection}
		}
		judged, err := validate.Run(ctx, validate.Input{
			Catalogue: catalogue, Structure: structural,
			Delivery:   &rules.Delivery{Collection: part.collection, Tables: part.tables, AsAt: asAt, Calendar: calendar},
			Structural: part.findings, StructuralLooked: part.looked, Key: key, Workers: workers,
		})
		if err != nil {
			return nil, err
		}
		all.parts, all.names = append(all.parts, judged), append(all.names, part.collection.Name)
		all.outcomes = append(all.outcomes, judged.Outcomes...)
	}
	slices.SortStableFunc(all.outcomes, func(a, b rules.Outcome) int {
		return cmp.Or(strings.Compare(a.Rule, b.Rule), cmp.Compare(slices.Index(all.names, a.Collection), slices.Index(all.names, b.Collection)))
	})
	return all, nil
}

// catalogueOf reads the rules of a collection; some have none but those about files.
func catalogueOf(collection string) (*rules.Catalogue, error) {
	catalogue, err := rules.Load(collection)
	if errors.Is(err, rules.ErrUnknown) {
		return &rules.Catalogue{Collection: collection}, nil
	}
	return catalogue, err
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
