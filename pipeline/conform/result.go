package conform

import (
	"slices"
	"sync"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas/table"
)

// result makes the table, in two steps: with all rows, to say what stands in those that go; then without.
func (b *Builder) result() *Result {
	full := b.buildColumns()
	out := &Result{}
	found := newFindings(b, full)
	unplaced := make([][]int, len(b.files))
	for i, f := range b.files {
		if !f.dropped {
			unplaced[i] = b.unplaced(f)
		}
	}
	var superseded [][]int
	superseded, out.Differences = b.compare(full, unplaced)
	var gone removal
	for i, f := range b.files {
		if f.dropped {
			gone.add(f.span)
			continue
		}
		later := superseded[i]
		aside := slices.Concat(unplaced[i], later)
		slices.Sort(aside)
		for _, row := range aside {
			gone.add(table.Span{From: row, To: row + 1})
		}
		f.report.Superseded = len(later)
		b.report(i, f, len(aside))
		found.file(i, f, unplaced[i])
		found.superseded(i, f, later)
		out.Files = append(out.Files, f.report)
	}
	out.Problems, out.Quarantined = found.sorted(), found.quarantined
	if gone.count() > 0 {
		b.remove(gone)
		full = b.buildColumns()
	}
	out.Table = b.table(full)
	b.lead(out.Table)
	return out
}

// buildColumns makes the columns of all slots as they stand; one that no file had has no array.
func (b *Builder) buildColumns() []*table.Column {
	columns := make([]*table.Column, len(b.columns))
	var group sync.WaitGroup
	for i, c := range b.columns {
		if columns[i] = (&table.Column{}); b.delivered(i) {
			group.Go(func() { columns[i] = c.build() })
		}
	}
	group.Wait()
	for i := range columns {
		if known := len(b.schema.Fields); i < known {
			columns[i].Field = b.schema.Fields[i]
		} else {
			columns[i].Field = b.extras[i-known]
		}
	}
	return columns
}

// delivered tells whether a file that counts had a slot's column.
func (b *Builder) delivered(slot int) bool {
	return slices.ContainsFunc(b.files, func(f *file) bool { return !f.dropped && f.has(slot) })
}

// table puts columns, and where their rows come from, together.
func (b *Builder) table(columns []*table.Column) *table.Table {
	known := len(b.schema.Fields)
	t := &table.Table{Schema: b.schema, Rows: len(b.lines), Columns: columns[:known:known]}
	for _, c := range columns[known:] {
		if c.Delivered() {
			t.Extras = append(t.Extras, c)
		}
	}
	t.File = b.each(func(f *file) string { return f.name })
	t.Sheet = b.each(func(f *file) string { return f.how.Sheet })
	t.Authority = b.each(func(f *file) string { return f.how.Authority })
	t.Line = table.LineArray(fitted(b.lines))
	return t
}

// each returns, for every row, what is said of its file: nil where that is blank of all of them.
func (b *Builder) each(of func(f *file) string) *array.Dictionary {
	names := table.NewDictionary()
	codes := make([]uint32, len(b.lines))
	valid, nulls, row := make([]byte, (len(b.lines)+7)/8), 0, 0
	for _, f := range b.files {
		if f.dropped {
			continue
		}
		from := row
		row += f.report.Accepted
		text := of(f)
		if text == "" {
			nulls += f.report.Accepted
			continue
		}
		if code := names.Code([]byte(text)); code > 0 {
			for i := range codes[from:row] {
				codes[from+i] = code
			}
		}
		setBits(valid, from, row)
	}
	if nulls > 0 && names.Len() == 0 {
		return nil
	}
	return table.DictionaryArray(codes, names.Array(), valid, nulls)
}

// unplaced returns the rows of a file in which a field that is needed holds no value.
func (b *Builder) unplaced(f *file) []int {
	var needed []*base
	for i, field := range b.schema.Fields {
		if field.Needed {
			needed = append(needed, b.columns[i].common())
		}
	}
	var rows []int
	for row := f.span.From; row < f.span.To; row++ {
		if row&7 == 0 && !slices.ContainsFunc(needed, func(c *base) bool { return c.valid[row>>3] != 0xff }) {
			row += 7
			continue
		}
		if slices.ContainsFunc(needed, func(c *base) bool { return c.isNull(row) }) {
			rows = append(rows, row)
		}
	}
	return rows
}

// report completes the report of a file.
func (b *Builder) report(number int, f *file, unplaced int) {
	r := &f.report
	r.Read, r.Quarantined = f.span.To-f.span.From, unplaced
	for _, fault := range f.faults {
		switch fault.Kind {
		case table.Stray:
			r.Stray++
		case table.Unclosed:
			r.Damaged = true
		case table.Broken:
			r.Damaged = true
			if fault.Cells == 0 {
				continue
			}
		}
		if fault.Kind.Rejects() {
			r.Read++
			r.Quarantined++
		}
	}
	r.Accepted = r.Read - r.Quarantined
	r.HeaderOnly = r.Read == 0 && !b.mayBeEmpty
	for i, field := range b.schema.Fields {
		if c, ok := b.columns[i].(*dateColumn); ok && f.has(i) {
			r.Dates = append(r.Dates, DateColumn{field.Name, c.files[number].layout, c.files[number].undecided})
		}
	}
}

// remove takes rows out of all columns.
func (b *Builder) remove(gone removal) {
	b.lines = take(gone, b.lines)
	var group sync.WaitGroup
	for _, c := range b.columns {
		group.Go(func() { c.remove(gone) })
	}
	group.Wait()
}
