package conform

import (
	"context"
	"errors"
	"fmt"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// file is one file of the table.
type file struct {
	name    string
	columns []string // of its header, by the names they are kept under, in order
	slots   []int    // the slot of each of them
	twice   []string // for those whose name stood before: that name
	line    int      // of its header
	span    table.Span
	faults  []table.Fault
	dropped bool
	report  FileReport
}

// Builder reads the files of one table, one after another: Begin, then Add for every window, then End; at last
// Finish. Its methods are called by one goroutine; the columns are read by others.
type Builder struct {
	schema *schemas.Table
	exact  bool // of the collection
	iso    bool // of the collection
	// A return that can be XML has tables without records: nothing stands for those in XML.
	mayBeEmpty bool
	keys       *Keys
	options    Options

	ctx     context.Context
	cancel  context.CancelCauseFunc
	workers []*worker
	columns []column // by slot: the schema's fields, then the extras
	extras  []*schemas.Field
	files   []*file
	open    bool // between Begin and End
	lines   []uint32
}

// NewBuilder returns a builder for a table of a collection. Its goroutines end with Finish, with Close and
// with ctx.
func NewBuilder(ctx context.Context, collection *schemas.Collection, t *schemas.Table, keys *Keys, options Options) (*Builder, error) {
	if options.DateOrder != Undeclared && options.DateOrder != DayFirst {
		return nil, fmt.Errorf("read table %s of %s: the date order is neither dmy nor left out; write dmy", t.Name, collection.Name)
	}
	b := &Builder{schema: t, exact: collection.Exact, iso: collection.Dates == "iso", mayBeEmpty: collection.XML != nil, keys: keys, options: options}
	b.ctx, b.cancel = context.WithCancelCause(ctx)
	byDictionary := map[*table.Dictionary]*worker{}
	for _, f := range t.Fields {
		shared := keys.of(t, f)
		s := slot{len(b.columns), b.newColumn(f, shared)}
		b.columns = append(b.columns, s.column)
		if w := byDictionary[shared]; w != nil {
			w.slots = append(w.slots, s)
			continue
		}
		w := newWorker(s)
		b.workers = append(b.workers, w)
		if shared != nil {
			byDictionary[shared] = w
		}
	}
	for _, w := range b.workers {
		go w.run(b.ctx, b.cancel)
	}
	return b, nil
}

// newColumn returns the column that reads a field.
func (b *Builder) newColumn(f *schemas.Field, shared *table.Dictionary) column {
	exact := base{exact: b.exact, elements: b.options.XML}
	switch {
	case shared != nil:
		return &codeColumn{base: exact, dictionary: shared}
	case f.Type == schemas.TypeCode || f.Type == schemas.TypeList:
		return &codeColumn{base: exact, dictionary: table.NewDictionary()}
	case f.Type == schemas.TypeDate || f.Type == schemas.TypeDateTime:
		c := newDateColumn(f.Type == schemas.TypeDateTime, b.options.DateOrder == DayFirst)
		c.base, c.iso = exact, b.iso
		return c
	case f.Type == schemas.TypeInteger:
		return &integerColumn{base: exact}
	case f.Type == schemas.TypeDecimal:
		return &decimalColumn{base: exact}
	}
	c := newTextColumn()
	c.base = exact
	return c
}

// Begin begins a file, named as given, whose header stands on a line.
func (b *Builder) Begin(name string, header []string, line int) error {
	if b.open {
		return errors.New("begin file: end or drop the one before first")
	}
	places, rest := mapHeader(b.schema, header)
	f := &file{name: name, line: line, report: FileReport{File: name}}
	f.columns, f.slots, f.twice = make([]string, len(header)), make([]int, len(header)), make([]string, len(header))
	f.span.From = len(b.lines)
	for i, place := range places {
		if place < 0 {
			if !b.schema.Fields[i].Optional {
				f.report.Missing = append(f.report.Missing, b.schema.Fields[i].Name)
			}
			continue
		}
		f.columns[place], f.slots[place] = b.schema.Fields[i].Name, i
	}
	for _, c := range rest {
		if c.twice != "" {
			f.twice[c.place] = c.twice
			f.report.Duplicate = append(f.report.Duplicate, c.name)
		} else {
			f.report.Extra = append(f.report.Extra, c.name)
		}
		f.columns[c.place], f.slots[c.place] = c.name, b.extraSlot(c.name)
	}
	b.files, b.open = append(b.files, f), true
	bySlot := make([]int, len(b.columns))
	for i := range bySlot {
		bySlot[i] = -1
	}
	for place, s := range f.slots {
		bySlot[s] = place
	}
	return b.tell(message{places: bySlot})
}

// extraSlot returns the slot of the extra column called name; a new one is absent from the files so far.
func (b *Builder) extraSlot(name string) int {
	for i, f := range b.extras {
		if f.Name == name {
			return len(b.schema.Fields) + i
		}
	}
	c := newTextColumn()
	c.without(len(b.lines))
	s := slot{len(b.columns), c}
	b.extras = append(b.extras, &schemas.Field{Name: name, Type: schemas.TypeText, Privacy: schemas.Direct})
	b.columns = append(b.columns, c)
	w := newWorker(s)
	b.workers = append(b.workers, w)
	go w.run(b.ctx, b.cancel)
	return s.number
}

// Add adds a window of the current file, and releases it when all columns are read.
func (b *Builder) Add(text *table.Text) error {
	if !b.open {
		return errors.New("add window: begin a file first")
	}
	f := b.files[len(b.files)-1]
	f.faults = append(f.faults, text.Faults...)
	if text.Records() == 0 {
		text.Release()
		return context.Cause(b.ctx)
	}
	if text.Columns < len(f.columns) {
		return errors.New("add window: it has fewer columns than the header; give the header that belongs to it")
	}
	b.lines = append(b.lines, text.Lines...)
	win := &window{text: text}
	win.columns.Store(int32(len(b.workers)))
	return b.tell(message{window: win})
}

// End ends the current file.
func (b *Builder) End() error { return b.end(false) }

// Drop ends the current file, whose reading failed, and takes out all that was read of it: it leaves no
// records, no report and no problems.
func (b *Builder) Drop() error { return b.end(true) }

func (b *Builder) end(dropped bool) error {
	if !b.open {
		return errors.New("end file: begin one first")
	}
	f := b.files[len(b.files)-1]
	f.span.To, f.dropped, b.open = len(b.lines), dropped, false
	return b.tell(message{})
}

// tell gives a message to all workers, waiting for those that lag behind.
func (b *Builder) tell(m message) error {
	if err := context.Cause(b.ctx); err != nil {
		return err
	}
	for _, w := range b.workers {
		select {
		case w.messages <- m:
		case <-b.ctx.Done():
			return context.Cause(b.ctx)
		}
	}
	return nil
}

// Close ends the builder's goroutines and waits for them. It may be called at any time, and after Finish.
func (b *Builder) Close() {
	b.cancel(errors.New("read table: the builder was closed"))
	for _, w := range b.workers {
		<-w.finished
	}
}

// Finish waits for the columns and returns the table without the records that cannot be placed.
func (b *Builder) Finish() (*Result, error) {
	defer b.Close()
	if b.open {
		return nil, errors.New("finish table: end or drop its last file first")
	}
	for _, w := range b.workers {
		close(w.messages)
	}
	for _, w := range b.workers {
		<-w.finished
	}
	if err := context.Cause(b.ctx); err != nil {
		return nil, err
	}
	return b.result(), nil
}
