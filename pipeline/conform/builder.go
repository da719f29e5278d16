package conform

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// file is one file of the table.
type file struct {
	name     string
	how      *Options
	sections []*section // one, unless another header stands among the records
	span     table.Span
	faults   []table.Fault
	dropped  bool
	size     int64 // bytes of its text; 0 when they are not known
	read     int64 // bytes of the windows so far
	report   FileReport
}

// section is the records of a file that are read by one header.
type section struct {
	line    int      // of its header
	from    int      // its first row
	columns []string // by the names they are kept under, in order
	slots   []int    // the slot of each of them
	twice   []string // for those whose name stood before: that name
	missing []string // fields that the header does not name
	extra   []string // columns that the schema does not know
	guessed []int    // fields whose column only their pattern found
}

// at returns the section of a line of the file.
func (f *file) at(line int) *section {
	found := f.sections[0]
	for _, s := range f.sections {
		if s.line <= line {
			found = s
		}
	}
	return found
}

// has tells whether a header of the file has a slot's column.
func (f *file) has(slot int) bool {
	return slices.ContainsFunc(f.sections, func(s *section) bool { return slices.Contains(s.slots, slot) })
}

// Builder reads the files of one table, one after another: Begin, then Add for every window, with Section where
// another header stands among them, then End; at last Finish. Its methods are called by one goroutine; the columns are read by others.
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
	b := &Builder{schema: t, exact: collection.Exact, iso: collection.Dates == "iso", mayBeEmpty: collection.XML != nil, keys: keys}
	if err := b.Declare(options); err != nil {
		return nil, err
	}
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

// Declare says how the files that follow are to be read.
func (b *Builder) Declare(options Options) error {
	switch options.DateOrder {
	case Undeclared, DayFirst, MonthFirst:
		b.options = options
		return nil
	}
	return fmt.Errorf("read table %s: the date order is none of dmy, mdy and left out; write one of them", b.schema.Name)
}

// newColumn returns the column that reads a field.
func (b *Builder) newColumn(f *schemas.Field, shared *table.Dictionary) column {
	exact := base{exact: b.exact, elements: b.options.XML}
	switch {
	case shared != nil, f.Type == schemas.TypeCode || f.Type == schemas.TypeList:
		c := &codeColumn{base: exact, dictionary: shared, own: shared != nil && f.References == "", field: f}
		if c.names = true; shared == nil {
			c.dictionary = table.NewDictionary()
		}
		return c
	case f.Type == schemas.TypeDate || f.Type == schemas.TypeDateTime:
		c := newDateColumn(f.Type == schemas.TypeDateTime)
		c.base, c.iso = exact, b.iso
		return c
	case f.Type == schemas.TypeInteger:
		return &integerColumn{base: exact, whole: f.Whole}
	case f.Type == schemas.TypeDecimal:
		return &decimalColumn{base: exact}
	}
	c := newTextColumn(f.Identifies())
	c.exact, c.elements = exact.exact, exact.elements
	return c
}

// Begin begins a file, named as given, whose header stands on a line.
func (b *Builder) Begin(name string, header []string, line int) error {
	if b.open {
		return errors.New("begin file: end or drop the one before first")
	}
	options := b.options
	b.files = append(b.files, &file{name: name, how: &options, span: table.Span{From: len(b.lines)}, report: FileReport{File: name, Sheet: options.Sheet}})
	b.open = true
	if err := b.tell(message{options: &options}); err != nil {
		return err
	}
	return b.Section(header, line)
}

// Expect says how many bytes of text the current file holds, as far as that is known: so much room is made at once.
func (b *Builder) Expect(size int64) {
	if b.open {
		b.files[len(b.files)-1].size = size
	}
}

// ahead guesses how many rows are still to come from a window of the current file on, its own among them.
func (f *file) ahead(text *table.Text, rows int) int {
	before := rows - f.span.From - text.Records()
	if f.read += int64(len(text.Data)); f.size < f.read {
		return 0
	}
	return int(float64(rows-f.span.From)/float64(f.read)*float64(f.size)) - before
}

// Section goes on with the current file by another header, which stands on a line.
func (b *Builder) Section(header []string, line int) error {
	if !b.open {
		return errors.New("begin section: begin a file first")
	}
	f := b.files[len(b.files)-1]
	places, rest, guessed := mapHeader(b.schema, header, b.options.Columns)
	s := &section{guessed: guessed, line: line, from: len(b.lines), columns: make([]string, len(header)), slots: make([]int, len(header)), twice: make([]string, len(header))}
	for i, place := range places {
		if place < 0 {
			if !b.schema.Fields[i].Optional {
				s.missing = append(s.missing, b.schema.Fields[i].Name)
			}
			continue
		}
		s.columns[place], s.slots[place] = b.schema.Fields[i].Name, i
	}
	for _, c := range rest {
		if c.twice != "" {
			s.twice[c.place] = c.twice
			f.report.Duplicate = addName(f.report.Duplicate, c.name)
		} else {
			s.extra = append(s.extra, c.name)
			f.report.Extra = addName(f.report.Extra, c.name)
		}
		s.columns[c.place], s.slots[c.place] = c.name, b.extraSlot(c.name)
	}
	if len(f.sections) == 0 {
		f.report.Missing = s.missing
	} else {
		f.report.Missing = slices.DeleteFunc(slices.Clone(f.report.Missing), func(name string) bool { return !slices.Contains(s.missing, name) })
	}
	f.sections = append(f.sections, s)
	bySlot := make([]int, len(b.columns))
	for i := range bySlot {
		bySlot[i] = -1
	}
	for place, slot := range s.slots {
		bySlot[slot] = place
	}
	return b.tell(message{places: bySlot})
}

// addName adds a name to those that are not there yet.
func addName(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

// extraSlot returns the slot of the extra column called name; a new one is absent from the files so far.
func (b *Builder) extraSlot(name string) int {
	for i, f := range b.extras {
		if f.Name == name {
			return len(b.schema.Fields) + i
		}
	}
	c := newTextColumn(false)
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
	if text.Columns < len(f.sections[len(f.sections)-1].columns) {
		return errors.New("add window: it has fewer columns than the header; give the header that belongs to it")
	}
	ahead := f.ahead(text, len(b.lines)+text.Records())
	b.lines = append(roomFor(b.lines, text.Records(), ahead), text.Lines...)
	win := &window{text: text, ahead: ahead}
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
