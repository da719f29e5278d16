package rules

import (
	"context"
	"fmt"
	"path"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
)

// Run judges a delivery by every rule, with as many workers as asked for; the result does not depend on their
// number. A rule that lacks something is skipped and names it; a fault inside a rule ends that rule as broken
// and no other. The error is the context's, when it ends first.
func (p *Program) Run(ctx context.Context, d *Delivery, workers int) (*Result, error) {
	r := &Result{program: p, binder: newBinder(p.collection, d), Outcomes: make([]Outcome, len(p.rules)), hits: make([][][]uint32, len(p.rules))}
	work := make([]int, len(p.rules))
	var next atomic.Int64
	var group sync.WaitGroup
	for range max(1, min(workers, len(p.rules))) {
		group.Go(func() {
			w := &worker{}
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(p.rules) {
					return
				}
				verdict := p.rules[i].run(ctx, w, r.binder)
				r.Outcomes[i], r.hits[i], work[i] = verdict.outcome, verdict.hits, verdict.work
				if verdict.outcome.Status == Broken {
					w = &worker{} // what a fault leaves behind is not used again
				}
			}
		})
	}
	group.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, n := range work {
		r.work += n
	}
	return r, nil
}

// verdict is what came of one rule: its outcome, the failing rows of each check in row order, and how many
// records its checks looked at together.
type verdict struct {
	outcome Outcome
	hits    [][]uint32
	work    int
}

// run judges one rule.
func (p *program) run(ctx context.Context, w *worker, b *binder) (v verdict) {
	outcome := Outcome{Rule: p.rule.Code, Title: p.rule.Title, Severity: p.rule.Severity, Collection: b.collection.Name, Local: p.rule.Local}
	broken := func(reason string) verdict {
		o := outcome
		o.Status, o.Reason = Broken, reason
		return verdict{outcome: o}
	}
	defer func() {
		if fault := recover(); fault != nil {
			v = broken("a fault in the program" + faultPlace())
		}
	}()
	var needs []need
	for _, c := range p.checks {
		needs = append(needs, c.needs...)
	}
	if reason := missing(needs, b.delivery); reason != "" {
		outcome.Status, outcome.Reason = Skipped, reason
		return verdict{outcome: outcome}
	}
	looked := map[string]*Bits{} // by table, where several checks may look at the same records
	for _, c := range p.checks {
		if err := b.bind(w, c); err != nil {
			return broken(err.Error())
		}
		seen := 0
		look := func(rows []uint32) { seen += len(rows) }
		if len(p.checks) > 1 {
			if looked[c.table.Name] == nil {
				looked[c.table.Name] = newBits(w.in.rows)
			}
			look = func(rows []uint32) {
				seen += len(rows)
				looked[c.table.Name].Add(rows)
			}
		}
		// A limit on the work of a rule and of its groups belongs here.
		hits, err := c.failing(ctx, w, look)
		if err != nil {
			return verdict{} // the context ended; Run says so
		}
		v.hits = append(v.hits, hits)
		v.work += seen
		outcome.Failures += len(hits)
	}
	outcome.Looked = v.work
	if len(p.checks) > 1 {
		outcome.Looked = 0
		for _, rows := range looked {
			outcome.Looked += rows.Count()
		}
	}
	if outcome.Status = Passed; outcome.Failures > 0 {
		outcome.Status = Failed
	}
	v.outcome = outcome
	return v
}

// failing returns the rows that fail a check, in row order, and tells look which it looked at.
func (c *checkProgram) failing(ctx context.Context, w *worker, look func(rows []uint32)) ([]uint32, error) {
	if c.unique != nil {
		return c.repeated(ctx, w, look)
	}
	var hits []uint32
	err := c.eachChunk(ctx, w, nil, func(rows []uint32) {
		look(rows)
		answers := w.takeFlags(len(rows))
		c.holds.bools(w, rows, answers)
		hits = append(hits, keep(rows, answers, no)...)
		w.dropFlags(answers)
	})
	return hits, err
}

// eachChunk hands over, chunk by chunk, the rows that the check applies to: of the given rows, or of all when
// they are nil. The rows may be changed and last until the next call.
func (c *checkProgram) eachChunk(ctx context.Context, w *worker, only []uint32, judge func(rows []uint32)) error {
	end := w.in.rows
	if only != nil {
		end = len(only)
	}
	for start := 0; start < end; start += chunkRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows := w.chunk(start, end)
		all := rows
		if only != nil {
			copy(rows, only[start:])
		}
		if c.applies != nil {
			guard := w.takeFlags(len(rows))
			c.applies.bools(w, rows, guard)
			rows = keep(rows, guard, yes)
			w.dropFlags(guard)
		}
		if len(rows) > 0 {
			judge(rows)
		}
		w.dropRows(all)
	}
	return nil
}

// faultPlace tells where in this program a fault arose. What the fault says may hold a value and is left out.
func faultPlace() string {
	callers := make([]uintptr, 32)
	frames := runtime.CallersFrames(callers[:runtime.Callers(0, callers)])
	panicked := false
	for {
		frame, more := frames.Next()
		if panicked && !strings.HasPrefix(frame.Function, "runtime.") {
			return fmt.Sprintf(" (%s, line %d)", path.Base(frame.File), frame.Line)
		}
		panicked = panicked || frame.Function == "runtime.gopanic"
		if !more {
			return ""
		}
	}
}
