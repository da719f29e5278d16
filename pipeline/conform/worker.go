package conform

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"frontdoor/schemas/table"
)

// ErrColumn is the cause of an error that ended the reading of a column: a limit that it passed, or a fault of
// the program.
var ErrColumn = errors.New("column not readable")

// depth is how many windows wait for a column at most.
const depth = 3

// window is a window of text on its way through the columns. The last one to be done with it releases it.
type window struct {
	text    *table.Text
	columns atomic.Int32 // workers that are not done with it
	ahead   int          // rows that are likely still to come, its own among them; 0 when nobody knows
}

func (w *window) done() {
	if w.columns.Add(-1) == 0 {
		w.text.Release()
	}
}

// message is what a worker is told: that a file begins, and how it is to be read; where each slot's column stands in
// its header, or -1; its next window; or, with none of these, that it ends.
type message struct {
	options *Options
	places  []int
	window  *window
}

// slot is a column and its number among all columns of the table.
type slot struct {
	number int
	column column
}

// worker reads columns in a goroutine of its own: one, or several that share a dictionary, whose codes must not
// depend on who comes first.
type worker struct {
	slots    []slot
	messages chan message
	finished chan struct{}
}

func newWorker(slots ...slot) *worker {
	return &worker{slots: slots, messages: make(chan message, depth), finished: make(chan struct{})}
}

// run reads messages until there are no more or ctx ends. A panic ends the whole reading through fail.
func (w *worker) run(ctx context.Context, fail context.CancelCauseFunc) {
	defer close(w.finished)
	defer func() {
		if fault := recover(); fault != nil {
			fail(fmt.Errorf("read column: %v: %w", fault, ErrColumn))
		}
	}()
	var places []int
	for {
		select {
		case <-ctx.Done():
			return
		case m, more := <-w.messages:
			switch {
			case !more:
				return
			case m.options != nil:
				for _, s := range w.slots {
					s.column.beginFile(m.options)
				}
			case m.places != nil:
				places = m.places
			case m.window != nil:
				w.add(m.window, places)
			default:
				for _, s := range w.slots {
					s.column.endFile()
				}
			}
		}
	}
}

func (w *worker) add(win *window, places []int) {
	for _, s := range w.slots {
		s.column.common().ahead = win.ahead
		if place := places[s.number]; place >= 0 {
			s.column.add(win.text, place)
		} else {
			s.column.without(win.text.Records())
		}
	}
	win.done()
}
