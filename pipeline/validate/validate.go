// Package validate is the stage that judges a delivery by the rules.
//
// Typed tables, a catalogue and the findings that the reading stages made walk in; one outcome for every rule in
// force and the findings of each in their declared order (table, row) walk out. The promise: every rule in
// force has exactly one outcome, and the result does not depend on the number of workers.
package validate

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"frontdoor/rules"
)

// Input is what the stage works on.
type Input struct {
	Catalogue        *rules.Catalogue // the collection's
	Structure        *rules.Catalogue // the rules that the reading stages make
	Delivery         *rules.Delivery
	Structural       []rules.Finding // what those stages found, in the order of their reading
	StructuralLooked map[string]int  // by rule code how many places they looked at
	Workers          int
}

// Result is the outcomes, by rule code, and the findings.
type Result struct {
	Outcomes []rules.Outcome

	judged     *rules.Result
	structural []rules.Finding // by rule code and table, else in the order of reading
	tables     []string        // of the collection, in order
	delivery   *rules.Delivery
}

// Run judges the delivery. The error is that of a catalogue that does not compile, of a structural finding whose
// rule no catalogue has, or the context's.
func Run(ctx context.Context, in Input) (*Result, error) {
	program, err := in.Catalogue.Compile(in.Delivery.Collection)
	if err != nil {
		return nil, err
	}
	r := &Result{delivery: in.Delivery, structural: slices.Clone(in.Structural)}
	failures := map[string]int{}
	for _, f := range in.Structural {
		if in.Structure.Rule(f.Rule) == nil {
			return nil, fmt.Errorf("judge structural findings: rule %s: %w", f.Rule, rules.ErrUnknown)
		}
		failures[f.Rule]++
	}
	if r.judged, err = program.Run(ctx, in.Delivery, in.Workers); err != nil {
		return nil, err
	}
	for _, t := range in.Delivery.Collection.Tables {
		r.tables = append(r.tables, t.Name)
	}
	slices.SortStableFunc(r.structural, func(a, b rules.Finding) int {
		return cmp.Or(strings.Compare(a.Rule, b.Rule), cmp.Compare(slices.Index(r.tables, a.Table), slices.Index(r.tables, b.Table)))
	})
	r.Outcomes = slices.Clone(r.judged.Outcomes)
	for _, rule := range in.Structure.Rules {
		o := rules.Outcome{
			Rule: rule.Code, Title: rule.Title, Severity: rule.Severity, Collection: in.Delivery.Collection.Name,
			Status: rules.Passed, Looked: in.StructuralLooked[rule.Code], Failures: failures[rule.Code],
		}
		if o.Failures > 0 {
			o.Status = rules.Failed
		}
		r.Outcomes = append(r.Outcomes, o)
	}
	slices.SortFunc(r.Outcomes, func(a, b rules.Outcome) int { return strings.Compare(a.Rule, b.Rule) })
	return r, nil
}

// FoundOf yields the findings of a rule by table (in the order of the collection) and row, with ids from id. Each lasts
// until the next.
func (r *Result) FoundOf(rule string, id *rules.Identifier) iter.Seq[*rules.Found] {
	return func(yield func(*rules.Found) bool) {
		from, _ := slices.BinarySearchFunc(r.structural, rule, func(f rules.Finding, rule string) int { return strings.Compare(f.Rule, rule) })
		for _, f := range r.structural[from:] {
			if f.Rule != rule {
				break
			}
			if !yield(&rules.Found{Finding: f}) {
				return
			}
		}
		for f := range r.judged.FoundOf(rule, id) {
			if !yield(f) {
				return
			}
		}
	}
}

// Count counts the findings of a severity.
func (r *Result) Count(severity rules.Severity) int {
	n := 0
	for _, o := range r.Outcomes {
		if o.Severity == severity {
			n += o.Failures
		}
	}
	return n
}

// ErrorRows counts the accepted records of a table that have at least one finding of severity error, be it from
// a rule or from reading.
func (r *Result) ErrorRows(table string) int {
	rows := r.judged.RowsInError(table)
	if rows == nil {
		return 0
	}
	type place struct {
		file, sheet string
		line        int
	}
	places := map[place]bool{}
	for _, f := range r.structural {
		if f.Severity == rules.Error {
			for _, c := range f.Cells {
				if c.Table == table {
					places[place{c.File, c.Sheet, c.Line}] = true
				}
			}
		}
	}
	if len(places) > 0 {
		t := r.delivery.Tables[table]
		for row := range t.Rows {
			if places[place{t.FileOf(row), t.SheetOf(row), t.LineOf(row)}] {
				rows.Add([]uint32{uint32(row)})
			}
		}
	}
	return rows.Count()
}
