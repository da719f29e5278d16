package rules

import (
	"fmt"
	"maps"
	"strings"
	"sync"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// Delivery is what the rules judge. A table that is not in the map was not delivered, a fact that is nil, 0 or
// blank not given. It is read, never changed.
type Delivery struct {
	Collection *schemas.Collection
	Tables     map[string]*table.Table
	LastYear   map[string]*table.Table // the tables of last year's delivery
	Calendar   *schemas.Calendar

	AsAt                   *schemas.Day // nil when no as-at date is given
	ReferenceDate          *schemas.Day // the day on which the return looks back
	PeriodStart, PeriodEnd *schemas.Day // the first and the last day that it covers
	CollectionYear         int          // the year in which its collection year ends
	Authority              string

	lacks map[string]table.State // facts that the delivery itself should say, and does not
}

// table returns a table of the delivery, or nil when it was not delivered.
func (d *Delivery) table(t tableRef) *table.Table {
	if t.lastYear {
		return d.LastYear[t.schema.Name]
	}
	return d.Tables[t.schema.Name]
}

// column returns a column of the delivery.
func (d *Delivery) column(t tableRef, name string) *table.Column { return d.table(t).Column(name) }

// inputs is a check bound to a delivery: what its nodes read.
type inputs struct {
	rows     int
	columns  []column
	links    [][]int32
	lists    []*children
	lengths  []int // of whole tables
	pairs    []translation
	answers  []answers
	facts    facts
	calendar *schemas.Calendar
	formats  [][]uint8 // see formatAnswers
}

// binder hands out what several checks of a run read: links and lists between tables, the parts of list cells and
// where cells cannot be read. Each is made once, when it is first asked for. It is safe for concurrent use.
type binder struct {
	delivery *Delivery

	mu   sync.Mutex
	made map[any]any // by what it is of, a function that returns it
}

func newBinder(d *Delivery) *binder {
	settleDictionaries(d)
	return &binder{delivery: d, made: map[any]any{}}
}

// once returns what make makes, called once for a key. The key's type says what is made.
func once[T any](b *binder, key any, make func() T) T {
	b.mu.Lock()
	made, ok := b.made[key]
	if !ok {
		made = sync.OnceValue(make)
		b.made[key] = made
	}
	b.mu.Unlock()
	return made.(func() T)()
}

// forget forgets what was made but for links, which cells are found by.
func (b *binder) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	maps.DeleteFunc(b.made, func(key, _ any) bool { _, is := key.(linkKey); return !is })
}

var settling sync.Mutex

// settleDictionaries asks every dictionary for its values. Arrow makes that array when it is first asked for and
// guards it by nothing, so that two workers asking first would race.
func settleDictionaries(d *Delivery) {
	settling.Lock()
	defer settling.Unlock()
	for _, tables := range []map[string]*table.Table{d.Tables, d.LastYear} {
		for _, t := range tables {
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
}

// bind views the delivery as a check over the records of t reads it and judges its distinct values. The delivery
// has what the check needs.
func (b *binder) bind(w *worker, t tableRef, read *reading) error {
	in := &inputs{rows: 1, calendar: b.delivery.Calendar, facts: b.delivery.facts()}
	if t.schema != nil {
		in.rows = b.delivery.table(t).Rows
	}
	for _, ref := range read.columns {
		if ref.partsOf != noColumn {
			of := in.columns[ref.partsOf].parts
			in.columns = append(in.columns, column{variable: ref.variable, length: len(of.codes), dictionary: of.texts, part: true})
			continue
		}
		delivered := b.delivery.column(ref.table, ref.field.Name)
		col, err := newColumn(delivered)
		if err != nil {
			return fmt.Errorf("table %s: %w", ref.table.name(), err)
		}
		switch a := delivered.Array.(type) {
		case *array.Decimal128:
			col.integers = b.decimals(delivered, a)
		case *array.Dictionary:
			if ref.field.Type == schemas.TypeList {
				col.parts = b.parts(delivered, col.dictionary)
			}
		}
		col.variable, col.via, col.unreadable = ref.variable, ref.via, b.unreadableRows(delivered)
		if len(ref.steps) > 0 {
			col.link = b.link(linkRef{ref.steps[0].from, ref.steps})
		}
		if ref.followed != nil && ref.followed.checks > 1 && col.days != nil {
			b.lay(ref.followed, &col)
		}
		in.columns = append(in.columns, col)
	}
	for _, l := range read.links {
		in.links = append(in.links, b.link(l))
	}
	for _, r := range read.lists {
		in.lists = append(in.lists, b.children(r))
	}
	for _, whole := range read.tables {
		in.lengths = append(in.lengths, b.delivery.table(whole).Rows)
	}
	for _, p := range read.pairs {
		in.pairs = append(in.pairs, b.translation(in.columns[p.left].dictionary, in.columns[p.right].dictionary))
	}
	for _, f := range read.formats {
		in.formats = append(in.formats, b.formatAnswers(f.formatTest, &in.columns[f.slot]))
	}
	w.in = in
	in.answers = make([]answers, len(read.parts))
	for i, part := range read.parts {
		in.answers[i] = part.answer(w)
	}
	return w.effort.halted
}

// stepNames names steps, for what is made of them.
func stepNames(steps []*step) string {
	var name strings.Builder
	for _, s := range steps {
		fmt.Fprintf(&name, "%s %d %s %s\x00", s.from.name(), s.kind, s.to.name(), strings.Join(s.fields, " "))
	}
	return name.String()
}

// unreadableRows returns a bitmap of the rows whose cell cannot be read, or nil when there is none.
func (b *binder) unreadableRows(c *table.Column) []uint64 {
	type key struct{ *table.Column }
	return once(b, key{c}, func() []uint64 {
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
}

// decimals returns the values of a decimal column in ten-thousandths.
func (b *binder) decimals(c *table.Column, a *array.Decimal128) []int64 {
	type key struct{ *table.Column }
	return once(b, key{c}, func() []int64 {
		values := make([]int64, a.Len())
		for i := range values {
			values[i] = int64(a.Value(i).LowBits())
		}
		return values
	})
}

// parts is what the cells of a list column hold: for each distinct cell its parts, as codes of their texts.
type parts struct {
	starts []uint32 // by the cell's code, and one more
	codes  []uint32
	texts  *array.String
}

func (b *binder) parts(c *table.Column, cells *array.String) *parts {
	type key struct{ *table.Column }
	return once(b, key{c}, func() *parts {
		p := &parts{starts: []uint32{0}}
		texts := table.NewDictionary()
		for code := range cells.Len() {
			for part := range strings.SplitSeq(cells.Value(code), ";") {
				if part = strings.TrimSpace(part); part != "" {
					p.codes = append(p.codes, texts.Code([]byte(part)))
				}
			}
			p.starts = append(p.starts, uint32(len(p.codes)))
		}
		p.texts = texts.Array()
		return p
	})
}
