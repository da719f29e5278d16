package rules

import (
	"slices"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// findingWriter writes the findings of one rule out.
type findingWriter struct {
	result *Result
	rule   *program
	hits   []failures
	checks []checkCells
	// year is what stands before a record's key in a return that says which year it is of: the same record may stand in
	// the returns of several.
	year []string
}

// checkCells is where a check finds the cells that it flags and the keys of its records.
type checkCells struct {
	key      []*textReader
	splitKey []*textReader
	flags    [][]cellSource // by flag and field
	// once: no cell can come twice in a finding of several records.
	once bool
}

// cellSource is a flagged field: of the rows of a table, or of the records that they lead to.
type cellSource struct {
	ref   fieldRef
	table *table.Table
	texts *textReader
	link  []int32 // nil for the rows themselves
	name  string  // of the table
}

func (r *Result) findingWriter(rule int) *findingWriter {
	p := r.program.rules[rule]
	w := &findingWriter{result: r, rule: p, hits: r.hits[rule], checks: make([]checkCells, len(r.hits[rule]))}
	if year := r.binder.delivery.CollectionYear; r.program.collection.Facts.Year.Table != "" && year != 0 {
		w.year = []string{strconv.Itoa(year)}
	}
	for i := range w.checks {
		c, at := p.checks[i], &w.checks[i]
		at.key, at.once = r.keyColumns(c.table), c.split == nil
		if c.split != nil {
			at.splitKey = r.keyColumns(c.split.table)
		}
		at.flags = make([][]cellSource, len(c.flags))
		for f := range c.flags {
			flag := &c.flags[f]
			if !w.hits[i].usable[f] || w.hits[i].count() == 0 {
				continue
			}
			for _, ref := range flag.fields {
				again := slices.ContainsFunc(at.flags[:f], func(of []cellSource) bool { return len(of) > 0 && of[0].ref.name == ref.name })
				at.once = at.once && flag.each == nil && len(ref.steps) == 0 && !again
				at.flags[f] = append(at.flags[f], r.cellSource(ref))
			}
		}
	}
	return w
}

func (r *Result) cellSource(ref fieldRef) cellSource {
	t := r.binder.delivery.table(ref.table)
	s := cellSource{ref: ref, table: t, texts: newTextReader(t.Column(ref.name)), name: ref.table.name()}
	if len(ref.steps) > 0 {
		s.link = r.binder.link(linkRef{ref.steps[0].from, ref.steps})
	}
	return s
}

// textReader reads the texts of a column: of most columns without asking for each row how it was delivered, and a day
// that stands in row after row but once. It is not safe for concurrent use.
type textReader struct {
	*table.Column
	plain bool  // but for kept texts, what was delivered is the value
	kept  *Bits // the rows with kept texts, or nil when there is none
	codes []uint32
	texts *array.String
	days  []schemas.Day
	day   schemas.Day // the last day read
	date  string      // as it was delivered; "" before the first
}

func newTextReader(c *table.Column) *textReader {
	r := &textReader{Column: c}
	if !c.Delivered() {
		return r
	}
	r.plain = len(c.Absent) == 0 && len(c.Leads) == 0 && !c.Elements
	r.days = c.Days()
	if r.codes, r.texts = c.Codes(); r.codes == nil {
		r.texts, _ = c.Array.(*array.String)
	}
	if len(c.Kept) > 0 {
		r.kept = newBits(c.Array.Len())
		for _, k := range c.Kept {
			r.kept.Add([]uint32{uint32(k.Row)})
		}
	}
	return r
}

// text is Column.Text.
func (r *textReader) text(row int) string {
	switch {
	case r.texts == nil:
		return r.Text(row)
	case r.Array.IsNull(row):
		return ""
	case r.codes != nil:
		return r.texts.Value(int(r.codes[row]))
	}
	return r.texts.Value(row)
}

// delivery is Column.Delivery.
func (r *textReader) delivery(row int) (text string, delivered bool) {
	switch {
	case !r.plain || r.kept != nil && r.kept.Has(row):
	case r.texts != nil:
		return r.text(row), true
	case r.days != nil && r.Array.IsValid(row) && (r.Time == nil || r.Time.IsNull(row)):
		if day := r.days[row]; r.date == "" || day != r.day {
			r.day = day
			r.date, _ = r.Delivery(row)
		}
		return r.date, true
	}
	return r.Delivery(row)
}

// cellSet adds cells to a finding, each once.
type cellSet struct {
	finding *Finding
	values  []string // room for the texts of cells
	once    bool     // no cell comes twice
	seen    map[cellPlace]bool
}

type cellPlace struct {
	table tableRef
	field string
	row   int
}

// add adds the cell of a field that a row sees, if the row has such a record.
func (s *cellSet) add(from *cellSource, row int) {
	if from.link != nil {
		place := from.link[row]
		if place < 0 {
			return
		}
		row = int(place)
	}
	if !s.once {
		at := cellPlace{from.ref.table, from.ref.name, row}
		if s.seen[at] {
			return
		}
		if s.seen == nil {
			s.seen = map[cellPlace]bool{}
		}
		s.seen[at] = true
	}
	t := from.table
	cell := Cell{Table: from.name, File: t.FileOf(row), Sheet: t.SheetOf(row), Line: t.LineOf(row), Field: from.ref.name}
	if text, delivered := from.texts.delivery(row); delivered {
		s.values = append(s.values, text)
		cell.Value = &s.values[len(s.values)-1]
	}
	s.finding.Cells = append(s.finding.Cells, cell)
}
