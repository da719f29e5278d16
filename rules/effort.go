package rules

import (
	"errors"
	"fmt"
)

// What a rule may cost, in elements of lists that are looked at: a rule that holds each record of a group against
// every other costs the square of the group.
const (
	mostOfGroup = 100_000_000
	mostOfRule  = 1_000_000_000
	crowded     = 256 // lists up to this length are not watched one by one: a thousand of them are no crowd
)

// ErrEffort is the cause of the error about a rule that costs more than it may.
var ErrEffort = errors.New("limit on the work of a rule reached")

// effort counts what the rule at hand has cost.
type effort struct {
	spent  int
	groups map[crowd]int
	halted error // why judging stopped; what was computed since then means nothing
}

// crowd is one long list.
type crowd struct {
	loop *loop
	end  uint32
}

// spend counts elements and tells whether to go on.
func (e *effort) spend(w *worker, elements int) bool {
	if e.spent += elements; e.spent > mostOfRule && e.halted == nil {
		e.halted = fmt.Errorf("it holds records against one another more than %d times: %w", mostOfRule, ErrEffort)
	}
	if e.halted == nil {
		e.halted = w.ctx.Err()
	}
	return e.halted == nil
}

// group counts the elements of one long list.
func (e *effort) group(of *loop, end uint32, elements int) {
	if e.groups == nil {
		e.groups = map[crowd]int{}
	}
	at := crowd{of, end}
	if e.groups[at] += elements; e.groups[at] > mostOfGroup && e.halted == nil {
		e.halted = fmt.Errorf("it holds the records of one group against one another more than %d times: %w", mostOfGroup, ErrEffort)
	}
}
