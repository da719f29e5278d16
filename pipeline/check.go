package pipeline

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"

	"go.uber.org/zap"

	"frontdoor/rules"
	"frontdoor/schemas"
)

// CheckOptions say what is to be judged without a store.
type CheckOptions struct {
	Collection string
	Year       string       // the collection year whose rules apply, YYYY-YY; "" for the delivery's own
	AsAt       *schemas.Day // nil: rules that read it are skipped by name
	Paths      []string     // folders with a file for each table, or such files; together one delivery
	Workers    int          // 0 for as many as there are processors
	Log        *zap.Logger  // nil for none
}

// Checked is a judged delivery.
type Checked struct {
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

// isCollectionYear tells whether a text names two years that follow each other, as 2019-20 does.
func isCollectionYear(text string) bool {
	var from, to int
	n, err := fmt.Sscanf(text, "%4d-%2d", &from, &to)
	return err == nil && n == 2 && text == fmt.Sprintf("%04d-%02d", from, (from+1)%100)
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
	if o.Year != "" && !isCollectionYear(o.Year) {
		return nil, fmt.Errorf("read year: write it as 2019-20: %w", ErrConfig)
	}
	collection, err := schemas.Load(o.Collection)
	if err != nil {
		return nil, err
	}
	structure, err := rules.Load("structure")
	if err != nil {
		return nil, err
	}
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		return nil, err
	}
	d := &delivery{collection: collection}
	defer d.close()
	for _, path := range o.Paths {
		info, err := os.Stat(path)
		asGiven := func(name string) string {
			if err == nil && info.IsDir() {
				return filepath.ToSlash(filepath.Join(path, name))
			}
			return filepath.ToSlash(filepath.Join(filepath.Dir(path), name))
		}
		if err := d.find(ctx, path, reading{}, asGiven); err != nil {
			return nil, err
		}
	}
	if err := d.digest(ctx, o.Workers); err != nil {
		return nil, err
	}
	d.order()
	delivered, err := (&reader{structure: structure, id: rules.NewIdentifier(nil), log: o.Log}).read(ctx, d)
	if err != nil {
		return nil, err
	}
	judged, err := judge(ctx, &joined{parts: []*read{delivered}}, structure, o.AsAt, calendar, nil, o.Workers)
	if err != nil {
		return nil, err
	}
	checked := &Checked{Outcomes: judged.outcomes, Notes: delivered.notes, Unreadable: delivered.unreadable, judged: judged}
	if delivered.unreadable > 0 {
		checked.Code = ExitUnreadable
	}
	for _, outcome := range judged.outcomes {
		if outcome.Status == rules.Broken {
			checked.Code = ExitUnreadable
		}
	}
	return checked, nil
}
