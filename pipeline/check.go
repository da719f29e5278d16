package pipeline

import (
	"context"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"go.uber.org/zap"

	"frontdoor/pipeline/conform"
	"frontdoor/pipeline/validate"
	"frontdoor/rules"
	"frontdoor/schemas"
)

// CheckOptions say what is to be judged without a store.
type CheckOptions struct {
	Collection string
	Year       string       // the collection year whose rules apply, YYYY-YY; "" for that of AsAt, or else the newest
	Rules      string       // folder of local rule catalogues; "" for none
	Kept       string       // the folder catalogue of a published run, instead of the program's declarations
	AsAt       *schemas.Day // nil: rules that read it are skipped by name
	Paths      []string     // folders with a file for each table, or such files; together one delivery
	Workers    int          // 0 for as many as there are processors
	Log        *zap.Logger  // nil for none
}

// Checked is a judged delivery.
type Checked struct {
	Year       rules.Year // whose rules were in force
	Outcomes   []rules.Outcome
	Notes      []string
	Unreadable int // files that could not be read, or only in part
	Code       int // 3 when a file is unreadable or a rule broken, else 0

	judged []*validate.Result // one for each return
}

// Findings yields all findings in their declared order: return, rule, table, row.
func (c *Checked) Findings() iter.Seq[rules.Finding] {
	return func(yield func(rules.Finding) bool) {
		for _, judged := range c.judged {
			for f := range judged.Findings() {
				if !yield(f) {
					return
				}
			}
		}
	}
}

// Count counts the findings by severity.
func (c *Checked) Count() map[rules.Severity]int64 {
	counts := map[rules.Severity]int64{}
	for _, severity := range []rules.Severity{rules.Error, rules.Warning, rules.Query} {
		for _, judged := range c.judged {
			counts[severity] += int64(judged.Count(severity))
		}
	}
	return counts
}

// Exit returns the exit code of the check: the highest of 3 and 1 wins. failOn is as for Summary.Exit.
func (c *Checked) Exit(failOn string) int {
	if c.Code == ExitPublished && fails(c.Count(), failOn) {
		return ExitFindings
	}
	return c.Code
}

// Check reads the files and judges them by the collection's rules. It needs no key and no store. The cause of
// the error is ErrConfig where the options are at fault.
func Check(ctx context.Context, o CheckOptions) (*Checked, error) {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	c, err := openCatalogue(o.Collection, o.Kept, o.Rules)
	if err != nil {
		return nil, err
	}
	defer c.close()
	d := &delivery{collection: c.collection}
	defer d.close()
	for _, path := range o.Paths {
		info, err := os.Stat(path)
		asGiven := func(name string) string {
			if err == nil && info.IsDir() {
				return filepath.ToSlash(filepath.Join(path, name))
			}
			return filepath.ToSlash(path)
		}
		if err := d.find(path, conform.Undeclared, asGiven); err != nil {
			return nil, err
		}
	}
	if err := d.digest(ctx, o.Workers); err != nil {
		return nil, err
	}
	checked := &Checked{}
	inForce := c.rules
	for _, part := range d.returns() {
		read, err := (&reader{structure: c.structure, id: rules.NewIdentifier(nil), log: o.Log}).read(ctx, part)
		if err != nil {
			return nil, err
		}
		own := factsOf(c.collection, read.tables)
		c.rules = inForce
		if err := c.hold(o.Year, own.day(), o.AsAt); err != nil {
			return nil, err
		}
		if note := own.note(c.year); note != "" {
			read.notes = append(read.notes, note)
		}
		judged, err := validate.Run(ctx, validate.Input{
			Catalogue: c.rules, Structure: c.structure,
			Delivery:   own.give(&rules.Delivery{Collection: c.collection, Tables: read.tables, AsAt: o.AsAt, Calendar: c.calendar}),
			Structural: read.findings, StructuralLooked: read.looked, Workers: o.Workers,
		})
		if err != nil {
			return nil, err
		}
		checked.Year = max(checked.Year, c.year)
		checked.add(read, judged)
	}
	if note := c.localNote(); note != "" {
		checked.Notes = append(checked.Notes, note)
	}
	return checked, nil
}

// add adds a judged return. Of a rule that was judged in several, the outcome that matters most stands, with
// what was looked at in all of them.
func (c *Checked) add(read *read, judged *validate.Result) {
	c.judged, c.Notes, c.Unreadable = append(c.judged, judged), append(c.Notes, read.notes...), c.Unreadable+read.unreadable
	if read.unreadable > 0 {
		c.Code = ExitUnreadable
	}
	for _, o := range judged.Outcomes {
		if o.Status == rules.Broken {
			c.Code = ExitUnreadable
		}
		i, known := slices.BinarySearchFunc(c.Outcomes, o.Rule, func(held rules.Outcome, code string) int { return strings.Compare(held.Rule, code) })
		if !known {
			c.Outcomes = slices.Insert(c.Outcomes, i, o)
			continue
		}
		held := &c.Outcomes[i]
		held.Looked, held.Failures = held.Looked+o.Looked, held.Failures+o.Failures
		if matters(o.Status) > matters(held.Status) {
			held.Status, held.Reason = o.Status, o.Reason
		}
	}
}

// matters orders outcomes by how much a reader must know of them.
func matters(s rules.Status) int {
	return slices.Index([]rules.Status{rules.Passed, rules.Failed, rules.Skipped, rules.Broken}, s)
}
