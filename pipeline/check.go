package pipeline

import (
	"context"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"go.uber.org/zap"

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
	Memory     int64        // bytes that the check may take; 0 for what it needs
	Log        *zap.Logger  // nil for none

	Progress func(stage string, took time.Duration) // told what each return took: sum, read and rules; nil for nobody
}

// Checked is a judged delivery.
type Checked struct {
	Year       rules.Year // whose rules were in force
	Outcomes   []rules.Outcome
	Notes      []string
	Unreadable int // files that could not be read, or only in part
	Code       int // 3 when a file is unreadable or a rule broken, else 0

	judged *judgement
}

// Findings yields all findings in their declared order: rule, table, row.
func (c *Checked) Findings() iter.Seq[rules.Finding] { return c.judged.findings() }

// Count counts the findings by severity.
func (c *Checked) Count() map[rules.Severity]int64 {
	counts := map[rules.Severity]int64{}
	for _, severity := range []rules.Severity{rules.Error, rules.Warning, rules.Query} {
		counts[severity] = int64(c.judged.count(severity))
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
	c, err := openCatalogue([]string{o.Collection}, o.Kept, o.Rules, false)
	if err != nil {
		return nil, err
	}
	defer c.close()
	d := &delivery{collection: c.collections[o.Collection]}
	defer d.close()
	for _, path := range o.Paths {
		info, err := os.Stat(path)
		asGiven := func(name, _ string) string {
			if err == nil && info.IsDir() {
				return filepath.ToSlash(filepath.Join(path, name))
			}
			return filepath.ToSlash(filepath.Join(filepath.Dir(path), name))
		}
		if err := d.find(ctx, path, reading{}, asGiven); err != nil {
			return nil, err
		}
	}
	began := time.Now()
	done := func(stage string) {
		if o.Progress != nil {
			o.Progress(stage, time.Since(began))
		}
		began = time.Now()
	}
	if err := d.digest(ctx, o.Workers); err != nil {
		return nil, err
	}
	done("sum")
	_, free, err := allowMemory(o.Memory, checkedPerByte, d)
	if err != nil {
		return nil, err
	}
	defer free()
	checked := &Checked{judged: &judgement{}}
	reader := &reader{structure: c.structure, id: rules.NewIdentifier(nil), log: o.Log}
	for _, part := range d.returns() {
		delivered, err := reader.read(ctx, part)
		if err != nil {
			return nil, err
		}
		if err := reader.miss(delivered, func(string) bool { return false }); err != nil {
			return nil, err
		}
		year, err := c.holdReturn(delivered, o.Year, o.AsAt)
		if err != nil {
			return nil, err
		}
		done("read")
		judged, err := judge(ctx, &joined{parts: []*read{delivered}}, c, o.AsAt, nil, o.Workers)
		if err != nil {
			return nil, err
		}
		done("rules")
		if note := c.localNote(delivered); note != "" && !slices.Contains(checked.Notes, note) {
			checked.Notes = append(checked.Notes, note)
		}
		checked.Year = max(checked.Year, year)
		checked.add(delivered, judged)
	}
	return checked, nil
}

// add adds a judged return.
func (c *Checked) add(read *read, judged *judgement) {
	c.Notes, c.Unreadable = append(c.Notes, read.notes...), c.Unreadable+read.unreadable
	c.judged.parts, c.judged.names = append(c.judged.parts, judged.parts...), append(c.judged.names, judged.names...)
	for _, o := range judged.outcomes {
		c.judged.add(o)
		if o.Status == rules.Broken {
			c.Code = ExitUnreadable
		}
	}
	if read.unreadable > 0 {
		c.Code = ExitUnreadable
	}
	c.judged.sort()
	c.Outcomes = c.judged.outcomes
}
