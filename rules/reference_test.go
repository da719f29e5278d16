package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// The compiled form is held against a reference that says what the README says and nothing else: conditions are
// drawn together with closures that judge one record at a time, over records in maps. It shares nothing with the
// engine: no type checker, no tree, no columns.

// outcome is what a part comes to for one record: known, not known, or, of a record, not there.
type outcomeState uint8

const (
	isKnown outcomeState = iota
	isUnknown
	isNone // a record that is known not to be there
)

type outcomeOf struct {
	state outcomeState
	b     bool
	n     int64 // also days, seconds and ten-thousandths
	s     string
	at    spot
	list  []outcomeOf
}

// spot is a record: its table, and its row.
type spot struct {
	table tableRef
	row   int
}

var notKnown = outcomeOf{state: isUnknown}

func truthOf(b bool) outcomeOf { return outcomeOf{b: b} }

// frame is where a part is judged: the record, and the elements of the lists around.
type frame struct {
	this spot
	vars map[string]outcomeOf
}

func (f frame) with(name string, v outcomeOf) frame {
	vars := map[string]outcomeOf{name: v}
	for k, other := range f.vars {
		if k != name {
			vars[k] = other
		}
	}
	return frame{f.this, vars}
}

// drawn is a part of a condition: how it is written, and what it is.
type drawnPart struct {
	text string
	kind string   // bool int double date datetime string, record, list
	of   string   // of a list, the kind of its elements
	in   tableRef // of a record, or a list of records, their table
	eval func(frame) outcomeOf
}

// referenceWorld is the records that conditions are judged over.
type referenceWorld struct {
	coll     *schemas.Collection
	calendar *schemas.Calendar
	rows     map[tableRef][]map[string]cell
	asAt     int64
}

func (w *referenceWorld) cell(at spot, field string) cell { return w.rows[at.table][at.row][field] }

// key returns the joined texts of some fields, and whether they are all there.
func (w *referenceWorld) key(at spot, fields []string) (string, table.State) {
	text, state := "", table.Present
	for _, f := range fields {
		c := w.cell(at, f)
		text += c.text + "\x00"
		if state == table.Present || c.state == table.Unreadable {
			state = max(state, c.state)
		}
	}
	return text, state
}

// find returns the first record of a table whose key fields hold the key.
func (w *referenceWorld) find(of tableRef, fields []string, key string, state table.State) outcomeOf {
	switch state {
	case table.Unreadable:
		return notKnown
	case table.Present:
		for row := range w.rows[of] {
			at := spot{of, row}
			if theirs, s := w.key(at, fields); s == table.Present && theirs == key {
				return outcomeOf{at: at}
			}
		}
	}
	return outcomeOf{state: isNone}
}

func (w *referenceWorld) parent(from spot, p *schemas.Parent) outcomeOf {
	of := tableRef{w.coll.Table(p.Table), from.table.lastYear}
	key, state := w.key(from, p.By)
	return w.find(of, of.schema.Key, key, state)
}

func (w *referenceWorld) lastYear(from spot) outcomeOf {
	key, state := w.key(from, from.table.schema.Key)
	return w.find(tableRef{from.table.schema, true}, from.table.schema.Key, key, state)
}

func (w *referenceWorld) children(of spot, l schemas.List) outcomeOf {
	key, state := w.key(of, of.table.schema.Key)
	if state == table.Unreadable {
		return notKnown
	}
	first := w.find(of.table, of.table.schema.Key, key, state)
	list := outcomeOf{list: []outcomeOf{}}
	if first.state != isKnown {
		return list
	}
	child := tableRef{l.Table, of.table.lastYear}
	for row := range w.rows[child] {
		if p := w.parent(spot{child, row}, l.Parent); p.state == isKnown && p.at == first.at {
			list.list = append(list.list, outcomeOf{at: spot{child, row}})
		}
	}
	return list
}

// neighbour returns the record before (by is -1) or after (1) another.
func (w *referenceWorld) neighbour(of spot, by int) outcomeOf {
	order := of.table.schema.Order
	group, state := w.key(of, order.Within)
	switch state {
	case table.Blank:
		return outcomeOf{state: isNone}
	case table.Unreadable:
		return notKnown
	}
	var mates []spot
	for row := range w.rows[of.table] {
		at := spot{of.table, row}
		if theirs, s := w.key(at, order.Within); s != table.Present || theirs != group {
			continue
		}
		switch _, s := w.key(at, order.By); s {
		case table.Unreadable:
			return notKnown
		case table.Present:
			mates = append(mates, at)
		}
	}
	slices.SortStableFunc(mates, func(a, b spot) int {
		for _, f := range order.By {
			x := valueOf(of.table.schema.Field(f), w.cell(a, f), false)
			y := valueOf(of.table.schema.Field(f), w.cell(b, f), false)
			if c := cmp.Or(cmp.Compare(x.n, y.n), strings.Compare(x.s, y.s)); c != 0 {
				return c
			}
		}
		return 0
	})
	i := slices.Index(mates, of)
	if i < 0 || i+by < 0 || i+by >= len(mates) {
		return outcomeOf{state: isNone}
	}
	return outcomeOf{at: mates[i+by]}
}

// valueOf reads a cell.
func valueOf(f *schemas.Field, c cell, withTime bool) outcomeOf {
	if f.Type == schemas.TypeList && c.state == table.Blank {
		return outcomeOf{}
	}
	if c.state != table.Present {
		return notKnown
	}
	v := outcomeOf{s: c.text}
	switch f.Type {
	case schemas.TypeInteger:
		_, _ = fmt.Sscan(c.text, &v.n)
		v.s = ""
	case schemas.TypeDecimal:
		var whole float64
		_, _ = fmt.Sscan(c.text, &whole)
		v.n, v.s = int64(whole*10_000+map[bool]float64{true: -0.5, false: 0.5}[whole < 0]), ""
	case schemas.TypeBoolean:
		v.b, v.s = c.text == "true", ""
	case schemas.TypeDate, schemas.TypeDateTime:
		day, clock, timed := strings.Cut(c.text, " ")
		d, _ := time.Parse(time.DateOnly, day)
		if v.n, v.s = d.Unix()/86400, ""; withTime {
			hours, _ := time.Parse("15:04", clock)
			if v.n = d.Unix() + int64(hours.Hour()*3600+hours.Minute()*60); !timed {
				return notKnown
			}
		}
	case schemas.TypeList:
		for _, part := range strings.Split(c.text, ";") {
			if part = strings.Trim(part, " "); part != "" {
				v.list = append(v.list, outcomeOf{s: part})
			}
		}
	}
	return v
}

var kindOfType = map[schemas.Type]string{
	schemas.TypeText: "string", schemas.TypeCode: "string", schemas.TypeKey: "string", schemas.TypeDate: "date", schemas.TypeDateTime: "date",
	schemas.TypeInteger: "int", schemas.TypeDecimal: "double", schemas.TypeBoolean: "bool", schemas.TypeList: "list",
}

func TestCompiledConditionsAgreeWithTheReference(t *testing.T) {
	calendar := mustCalendar(t)
	counts := [3]int{}
	rapid.Check(t, func(t *rapid.T) {
		coll := drawCollection(t)
		d, drawn := drawDelivery(t, coll, rapid.SampledFrom([]int{3, 12}).Draw(t, "most"))
		last, drawnLast := drawDelivery(t, coll, 4)
		d.LastYear, d.Calendar = last.Tables, calendar
		w := &referenceWorld{coll: coll, calendar: calendar, rows: map[tableRef][]map[string]cell{}, asAt: int64(*d.AsAt)}
		for _, of := range coll.Tables {
			w.rows[tableRef{schema: of}], w.rows[tableRef{of, true}] = drawn[of.Name], drawnLast[of.Name]
		}
		for range 3 {
			of := rapid.SampledFrom(coll.Tables).Draw(t, "table")
			g := &partDrawer{t: t, world: w, of: tableRef{schema: of}}
			p := g.part("bool", nil, rapid.IntRange(1, 4).Draw(t, "depth"))
			for row, got := range judge(t, coll, of, p.text, d) {
				want := unknown
				if v := p.eval(frame{this: spot{g.of, row}}); v.state == isKnown {
					want = map[bool]uint8{true: yes, false: no}[v.b]
				}
				if counts[want]++; got != want {
					t.Fatalf("%s, row %d of %s: got %d, want %d\nthis year %v\nlast year %v", p.text, row, of.Name, got, want, drawn, drawnLast)
				}
			}
		}
	})
	t.Logf("compared: %d false, %d unknown, %d true", counts[no], counts[unknown], counts[yes])
}
