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
	r := &Result{program: p, binder: newBinder(d), Outcomes: make([]Outcome, len(p.rules)), hits: make([][]failures, len(p.rules))}
	work := make([]int, len(p.rules))
	var next atomic.Int64
	var group sync.WaitGroup
	for range max(1, min(workers, len(p.rules))) {
		group.Go(func() {
			w := newWorker(ctx)
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(p.rules) {
					return
				}
				verdict := p.rules[i].run(w, r.binder)
				r.Outcomes[i], r.hits[i], work[i] = verdict.outcome, verdict.hits, verdict.work
				if verdict.outcome.Status == Broken {
					w = newWorker(ctx) // what a fault leaves behind is not used again
				}
			}
		})
	}
	group.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r.binder.forget()
	for _, n := range work {
		r.work += n
	}
	return r, nil
}

// verdict is what came of one rule: its outcome, where each check failed, and how many records its checks looked
// at together.
type verdict struct {
	outcome Outcome
	hits    []failures
	work    int
}

// run judges one rule.
func (p *program) run(w *worker, b *binder) (v verdict) {
	outcome := Outcome{Rule: p.rule.Code, Title: p.rule.Title, Severity: p.rule.Severity, Collection: p.collection, Local: p.rule.Local}
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
	w.effort = effort{}
	looked := map[tableRef]*Bits{} // where several checks may look at the same records
	for _, c := range p.checks {
		seen := 0
		look := func(rows []uint32) { seen += len(rows) }
		if len(p.checks) > 1 {
			look = func(rows []uint32) {
				seen += len(rows)
				if looked[c.table] == nil {
					looked[c.table] = newBits(w.in.rows)
				}
				looked[c.table].Add(rows)
			}
		}
		hits, err := c.judge(w, b, look)
		if err != nil {
			return broken(err.Error()) // or the context ended; Run says so
		}
		v.hits = append(v.hits, hits)
		v.work += seen
		outcome.Failures += hits.count()
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

// judge judges a check and finds what its flags point to.
func (c *checkProgram) judge(w *worker, b *binder, look func(rows []uint32)) (failures, error) {
	if err := b.bind(w, c.table, &c.reading); err != nil {
		return failures{}, err
	}
	rows, err := c.failing(w, look)
	if err != nil {
		return failures{}, err
	}
	f, err := c.grouped(w, b, rows)
	if err != nil {
		return failures{}, err
	}
	f.usable = make([]bool, len(c.flags))
	if f.each == nil {
		f.each = make([]flagged, len(c.flags))
	}
	for i := range c.flags {
		flag := &c.flags[i]
		f.usable[i] = missing(flag.needs, b.delivery) == ""
		if f.usable[i] && flag.each != nil && f.each[i].starts == nil {
			if f.each[i], err = flag.find(w, b, c.table, f.rows); err != nil {
				return failures{}, err
			}
		}
	}
	return f, nil
}

// failing returns the rows that fail a check, in row order, and tells look which it looked at.
func (c *checkProgram) failing(w *worker, look func(rows []uint32)) ([]uint32, error) {
	switch {
	case c.unique != nil:
		return c.repeated(w, look)
	case c.overlap != nil:
		return c.overlapping(w, look)
	case c.open != nil:
		return c.severalOpen(w, look)
	}
	var hits []uint32
	err := c.eachChunk(w, nil, func(at *lanes) {
		look(at.rows[0])
		answers := w.takeFlags(at.n)
		c.holds.bools(w, at, answers)
		hits = append(hits, keep(at.rows[0], answers, no)...)
		w.dropFlags(answers)
	})
	return hits, err
}

// eachChunk hands over, chunk by chunk, the rows that the check applies to: of the given rows, or of all when
// they are nil. The rows may be changed and last until the next call. The error is the context's, or ErrEffort;
// what was handed over last then means nothing.
func (c *checkProgram) eachChunk(w *worker, only []uint32, judge func(at *lanes)) error {
	end := w.in.rows
	if only != nil {
		end = len(only)
	}
	for start := 0; start < end; start += chunkRows {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		at := w.chunk(start, end)
		if only != nil {
			copy(at.rows[0], only[start:])
			at.run = false
		}
		if c.applies != nil {
			guard := w.takeFlags(at.n)
			c.applies.bools(w, at, guard)
			at.rows[0] = keep(at.rows[0], guard, yes)
			at.run = at.run && len(at.rows[0]) == at.n
			at.n = len(at.rows[0])
			w.dropFlags(guard)
		}
		if at.n > 0 {
			judge(at)
		}
		w.dropLanes(at)
		if w.effort.halted != nil {
			return w.effort.halted
		}
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
