package rules

import (
	"fmt"
	"strings"
	"sync"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// Delivery is what the rules judge. A table that is not in the map was not delivered. It is read, never changed.
type Delivery struct {
	Collection *schemas.Collection
	Tables     map[string]*table.Table
	AsAt       *schemas.Day // nil when no as-at date is given
	Calendar   *schemas.Calendar
}

// inputs is a check bound to a delivery: what its nodes read.
type inputs struct {
	rows     int
	columns  []column
	parents  [][]int32
	answers  []answers
	asAt     int64
	calendar *schemas.Calendar
}

// binder hands out what several checks of a run read: links between tables and where cells cannot be read. Each
// is made once, when it is first asked for. It is safe for concurrent use.
type binder struct {
	collection *schemas.Collection // nil when nothing refers to another table
	delivery   *Delivery

	mu         sync.Mutex
	links      map[string]func() []int32
	unreadable map[*table.Column]func() []uint64
}

func newBinder(coll *schemas.Collection, d *Delivery) *binder {
	settleDictionaries(d)
	return &binder{collection: coll, delivery: d, links: map[string]func() []int32{}, unreadable: map[*table.Column]func() []uint64{}}
}

var settling sync.Mutex

// settleDictionaries asks every dictionary for its values. Arrow makes that array when it is first asked for and
// guards it by nothing, so that two workers asking first would race.
func settleDictionaries(d *Delivery) {
	settling.Lock()
	defer settling.Unlock()
	for _, t := range d.Tables {
		if t == nil {
			continue
		}
		if t.File != nil {
			t.File.Dictionary()
		}
		for _, c := range t.Columns {
			c.Codes()
		}
	}
}

// bind views the delivery as a check reads it and judges its distinct values. The delivery has what the check
// needs.
func (b *binder) bind(w *worker, c *checkProgram) error {
	in := &inputs{rows: b.delivery.Tables[c.table.Name].Rows, calendar: b.delivery.Calendar}
	if b.delivery.AsAt != nil {
		in.asAt = int64(*b.delivery.AsAt)
	}
	for _, ref := range c.fields {
		delivered := b.delivery.Tables[ref.table.Name].Column(ref.field.Name)
		col, err := newColumn(delivered)
		if err != nil {
			return fmt.Errorf("table %s: %w", ref.table.Name, err)
		}
		col.unreadable = b.unreadableRows(delivered)
		if len(ref.steps) > 0 {
			col.link = b.link(c.table, ref.steps)
		}
		in.columns = append(in.columns, col)
	}
	for _, p := range c.parents {
		in.parents = append(in.parents, b.link(c.table, p.steps))
	}
	w.in = in
	in.answers = make([]answers, len(c.parts))
	for i, part := range c.parts {
		in.answers[i] = part.answer(w, in.rows)
	}
	return nil
}

// link returns, for each row of t, the row of the record that steps lead to.
func (b *binder) link(t *schemas.Table, steps []*schemas.Field) []int32 {
	path := []string{t.Name}
	for _, s := range steps {
		path = append(path, s.Name)
	}
	key := strings.Join(path, "\x00")
	b.mu.Lock()
	made, ok := b.links[key]
	if !ok {
		made = sync.OnceValue(func() []int32 { return b.join(t, steps) })
		b.links[key] = made
	}
	b.mu.Unlock()
	return made()
}

func (b *binder) join(t *schemas.Table, steps []*schemas.Field) []int32 {
	last := len(steps) - 1
	parent := b.collection.Table(steps[last].References)
	if last == 0 {
		return parentRows(b.delivery.Tables[t.Name].Column(steps[0].Name), b.delivery.Tables[parent.Name].Column(parent.Key[0]))
	}
	middle := b.collection.Table(steps[last-1].References)
	up, on := b.link(t, steps[:last]), b.link(middle, steps[last:])
	link := make([]int32, len(up))
	for row, place := range up {
		if link[row] = place; place >= 0 {
			link[row] = on[place]
		}
	}
	return link
}

// unreadableRows returns a bitmap of the rows whose cell cannot be read, or nil when there is none.
func (b *binder) unreadableRows(c *table.Column) []uint64 {
	b.mu.Lock()
	made, ok := b.unreadable[c]
	if !ok {
		made = sync.OnceValue(func() []uint64 {
			var bits []uint64
			for _, k := range c.Kept {
				if k.Unreadable {
					if bits == nil {
						bits = make([]uint64, c.Array.Len()/64+1)
					}
					bits[k.Row>>6] |= 1 << (k.Row & 63)
				}
			}
			return bits
		})
		b.unreadable[c] = made
	}
	b.mu.Unlock()
	return made()
}
