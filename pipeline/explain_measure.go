package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"frontdoor/pipeline/measure"
	"frontdoor/pipeline/publish"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// FigureName says which figure of a measure is meant. Without a period it is the whole, without a breakdown the total.
type FigureName struct {
	Measure, Period, Breakdown, Category string
}

// MeasureExplained is a figure, counted again from the stored rows, with the first of the records behind it.
type MeasureExplained struct {
	Measure    *measure.Measure
	Period     measure.Period
	Figure     measure.Figure
	Stored     *int64 // the numerator that the run tells, nil where it tells none
	Table      string
	Above      []Record
	BelowTable string
	Below      []Record
	AllAbove   int
	AllBelow   int
}

// ExplainMeasure opens a figure of a run to its records: limit of them for each of numerator and denominator, 0 for
// all; with original identifiers if reveal. The rows that a figure counts are found among the pseudonymised ones, or,
// where it reads what these do not have, such as a day of birth, among the originals. The error is measure.ErrNoFigure
// when there is no such figure.
func ExplainMeasure(ctx context.Context, run *publish.Run, name FigureName, limit int, reveal bool) (*MeasureExplained, error) {
	figures, err := figuresOf(run)
	if err != nil {
		return nil, fmt.Errorf("explain measure: %w", err)
	}
	return figures.explain(ctx, run, name, limit, reveal)
}

// explain opens a figure of a run that follows these measures.
func (f *authorityFigures) explain(ctx context.Context, run *publish.Run, name FigureName, limit int, reveal bool) (*MeasureExplained, error) {
	in, err := storedInput(run, f, f.catalogue.Measure(name.Measure), name.Breakdown)
	if err != nil {
		return nil, fmt.Errorf("explain measure: %w", err)
	}
	if name.Period == "" {
		name.Period = string(measure.Whole)
	}
	o, err := f.catalogue.Open(ctx, *in, name.Measure, name.Period, name.Breakdown, name.Category)
	if err != nil {
		return nil, fmt.Errorf("explain measure: %w", err)
	}
	e := &MeasureExplained{
		Measure: o.Measure, Period: o.Period, Figure: o.Figure, Table: o.Table, BelowTable: o.DenominatorTable,
		AllAbove: len(o.Above), AllBelow: len(o.Below),
	}
	if e.Above, err = recordsAt(run, o.Table, o.Above, limit, reveal); err != nil {
		return nil, fmt.Errorf("explain measure: %w", err)
	}
	if e.Below, err = recordsAt(run, o.DenominatorTable, o.Below, limit, reveal); err != nil {
		return nil, fmt.Errorf("explain measure: %w", err)
	}
	for row, err := range run.Find("measures", readsOriginals(f.catalogue, o.Measure, name.Breakdown), "measure", o.Measure.ID) {
		if err != nil {
			return nil, fmt.Errorf("explain measure: %w", err)
		}
		if textOf(row, "period") == o.Period.Label && textOf(row, "breakdown") == o.Breakdown && textOf(row, "category") == o.Category {
			if n, has := row.Value("numerator").(int64); has {
				e.Stored = &n
			}
		}
	}
	return e, nil
}

// figuresOf loads what the figures of a run follow: the measures and the council's file that the run keeps.
func figuresOf(run *publish.Run) (*authorityFigures, error) {
	text, err := readRunFile(run, "catalogue/"+figuresFile)
	if err != nil {
		text = nil // the council said nothing
	}
	catalogue, err := measure.Read(measure.Catalogues(), func(name string) ([]byte, error) {
		return readRunFile(run, "catalogue/"+measureFolder+"/"+name+".yaml")
	}, measure.Declared)
	if err != nil {
		return nil, fmt.Errorf("read the run's measures (this program may be another than made it, %s): %w", run.Manifest().Program, err)
	}
	return loadFigures(run.Manifest().Authority.Code, text, catalogue)
}

// storedInput reads what the measures were computed from, as far as a figure of one of them needs it.
func storedInput(run *publish.Run, figures *authorityFigures, m *measure.Measure, breakdown string) (*measure.Input, error) {
	if m == nil {
		return nil, fmt.Errorf("find measure: %w; frontdoor measures list prints them", measure.ErrNoFigure)
	}
	var settings settingsRecord
	if err := json.Unmarshal(run.Manifest().Settings, &settings); err != nil {
		return nil, fmt.Errorf("read settings of the run: %w: %w", err, publish.ErrDamaged)
	}
	in := &measure.Input{
		Tables: map[string]*table.Table{}, Delivered: map[string]bool{}, AsAt: schemas.Day(settings.AsAt), Calendar: figures.calendar,
		Population: figures.population, Policy: figures.file.Disclosure,
	}
	if settings.Join != nil {
		in.Purposes = purposes(*settings.Join)
	}
	original := readsOriginals(figures.catalogue, m, breakdown)
	for name := range figures.catalogue.FieldsOf(m, breakdown) {
		schema, err := measure.Declared(name)
		if errors.Is(err, schemas.ErrUnknown) {
			continue // Open says that the measure is not available
		}
		if err != nil {
			return nil, err
		}
		if in.Tables[name], err = storedTable(run, schema, name, original); err != nil && !errors.Is(err, publish.ErrNoTable) {
			return nil, err
		}
	}
	deliveredIn(run.Manifest(), in.Delivered)
	return in, settle(run, in, settings)
}

// deliveredIn notes which tables and columns a run was given, or was fed from others.
func deliveredIn(m *publish.Manifest, delivered map[string]bool) {
	for _, input := range m.Inputs {
		t, err := measure.Declared(input.Collection + "." + input.Table)
		if err != nil {
			continue // a schema that this program does not have
		}
		delivered[input.Table] = true
		for _, f := range t.Fields {
			delivered[input.Table+"."+f.Name] = true
		}
		for _, missing := range input.MissingColumns {
			delivered[input.Table+"."+missing] = false
		}
	}
	for name, lists := range m.Feeds {
		delivered[name] = true
		for _, list := range lists {
			t, err := measure.Declared(strings.Replace(list, "/", ".", 1))
			if err != nil || t.FeedFor(name) == nil {
				continue
			}
			for to, from := range t.FeedFor(name).Fields {
				delivered[name+"."+to] = delivered[name+"."+to] || delivered[t.Name+"."+from]
			}
		}
	}
}

// settle finds the reporting period and what is held.
func settle(run *publish.Run, in *measure.Input, settings settingsRecord) error {
	for row, err := range run.Rows("measures", false) {
		if err != nil {
			return err
		}
		if textOf(row, "period_kind") != string(measure.Whole) {
			continue
		}
		from, fromErr := schemas.ParseDay(textOf(row, "from"))
		to, toErr := schemas.ParseDay(textOf(row, "to"))
		if err := errors.Join(fromErr, toErr); err != nil {
			return fmt.Errorf("read measures: %w: %w", err, publish.ErrDamaged)
		}
		in.Period = measure.Span{From: from, To: to}
		break
	}
	in.Held = measure.Span{From: in.Period.From, To: in.AsAt}
	var from, to *Day
	for _, e := range settings.Extracts {
		if e.From != nil && (from == nil || *e.From < *from) {
			from = e.From
		}
		if e.To != nil && (to == nil || *e.To > *to) {
			to = e.To
		}
	}
	if to != nil {
		in.Held.To = schemas.Day(*to)
	}
	if from != nil {
		in.Held.From = schemas.Day(*from)
		return nil
	}
	first := true
	for row, err := range run.Rows("contacts", false) {
		if errors.Is(err, publish.ErrNoTable) {
			return nil
		}
		if err != nil {
			return err
		}
		if day, err := schemas.ParseDay(textOf(row, "contact_date")); err == nil && (first || day < in.Held.From) {
			in.Held.From, first = day, false
		}
	}
	return nil
}

// readsOriginals tells whether a figure is computed from what the pseudonymised part of a run alters or leaves out.
func readsOriginals(c *measure.Catalogue, m *measure.Measure, breakdown string) bool {
	for name, fields := range c.FieldsOf(m, breakdown) {
		schema, err := measure.Declared(name)
		if err != nil {
			continue
		}
		for _, field := range fields {
			if f := schema.Field(field); f != nil && publish.Altered(f) {
				return true
			}
		}
	}
	return false
}

// storedTable reads a stored table back into columns. A column that was not stored has no values.
func storedTable(run *publish.Run, schema *schemas.Table, name string, original bool) (*table.Table, error) {
	absent := absentColumns(run, name)
	var rows []publish.Row
	for row, err := range run.Rows(name, original) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	t := &table.Table{Schema: schema, Rows: len(rows)}
	for _, f := range schema.Fields {
		if absent[f.Name] {
			t.Columns = append(t.Columns, &table.Column{Field: f})
			continue
		}
		t.Columns = append(t.Columns, storedColumn(f, rows))
	}
	return t, nil
}

// absentColumns returns the columns of a delivered table, named COLLECTION.TABLE, that no file of it had.
func absentColumns(run *publish.Run, name string) map[string]bool {
	var files int
	lacks := map[string]int{}
	for _, input := range run.Manifest().Inputs {
		if input.Collection+"."+input.Table != name {
			continue
		}
		files++
		for _, missing := range input.MissingColumns {
			lacks[missing]++
		}
	}
	absent := map[string]bool{}
	for column, n := range lacks {
		absent[column] = n == files
	}
	return absent
}

func storedColumn(f *schemas.Field, rows []publish.Row) *table.Column {
	column := &table.Column{Field: f}
	place := -1
	if len(rows) > 0 {
		for i, name := range rows[0].Names {
			if name == f.Name {
				place = i
			}
		}
	}
	if place < 0 && len(rows) > 0 {
		return column
	}
	words := table.NewDictionary()
	codes, numbers, days := make([]uint32, len(rows)), make([]int64, len(rows)), make([]int32, len(rows))
	valid, yes := make([]byte, (len(rows)+7)/8), make([]byte, (len(rows)+7)/8)
	nulls := 0
	for i, row := range rows {
		known := true
		switch value := row.Values[place].(type) {
		case int64:
			numbers[i] = value
		case bool:
			if value {
				yes[i/8] |= 1 << (i % 8)
			}
		case string:
			var err error
			switch f.Type {
			case schemas.TypeDate, schemas.TypeDateTime:
				days[i], err = schemas.ParseDay(value)
			case schemas.TypeDecimal:
				numbers[i], err = table.ParseDecimal(value)
			default:
				codes[i] = words.Code([]byte(value))
			}
			known = err == nil
		default:
			known = false
		}
		if known {
			valid[i/8] |= 1 << (i % 8)
		} else {
			nulls++
		}
	}
	switch f.Type {
	case schemas.TypeBoolean:
		column.Array = table.BooleanArray(len(rows), yes, valid, nulls)
	case schemas.TypeInteger:
		column.Array = table.IntegerArray(numbers, valid, nulls)
	case schemas.TypeDecimal:
		column.Array = table.DecimalArray(numbers, valid, nulls)
	case schemas.TypeDate, schemas.TypeDateTime:
		column.Array = table.DateArray(days, valid, nulls)
	default:
		column.Array = table.DictionaryArray(codes, words.Array(), valid, nulls)
	}
	return column
}

// recordsAt reads the first of some rows. What begins an incident is told by its first contact.
func recordsAt(run *publish.Run, name string, rows []uint32, limit int, reveal bool) ([]Record, error) {
	if name == "" || len(rows) == 0 {
		return nil, nil
	}
	if limit > 0 && len(rows) > limit {
		rows = rows[:limit]
	}
	var numbers []int64
	for _, row := range rows {
		numbers = append(numbers, int64(row))
	}
	var records []Record
	var contacts []string
	for row, err := range run.At(name, reveal, numbers...) {
		if err != nil {
			return nil, err
		}
		r := recordOf(row)
		if first := textOf(row, "first_contact_id"); first != "" {
			r.ContactID = first
			contacts = append(contacts, first)
		}
		records = append(records, r)
	}
	return records, placeByContact(run, records, contacts, reveal)
}

// placeByContact gives records of incidents the places of their first contacts.
func placeByContact(run *publish.Run, records []Record, contacts []string, reveal bool) error {
	if len(contacts) == 0 {
		return nil
	}
	places := map[string]Place{}
	for row, err := range run.Find("contacts", reveal, "contact_id", contacts...) {
		if err != nil {
			return err
		}
		if id := textOf(row, "contact_id"); flagOf(row, "first_of_incident") || places[id] == (Place{}) {
			places[id] = placeOf(row)
		}
	}
	for i := range records {
		if records[i].File == "" {
			records[i].Place = places[records[i].ContactID]
		}
	}
	return nil
}

// WriteReports makes the page of a run again, and the internal page and workbook if internal, with what this program
// knows of other areas. Each is handed over by its name; folder is where they stand, and what the workbook has to keep in a
// file meanwhile.
func WriteReports(run *publish.Run, internal bool, folder string, create func(name string) (io.WriteCloser, error)) error {
	figures, err := figuresOf(run)
	if err != nil {
		return fmt.Errorf("write reports: %w", err)
	}
	page, err := readPage(run, run.Manifest(), figures, internal)
	if err != nil {
		return fmt.Errorf("write reports: %w", err)
	}
	for name, write := range reports(page, folder) {
		if name != reportFile && !internal {
			continue
		}
		file, err := create(name[strings.LastIndexByte(name, '/')+1:])
		if err != nil {
			return fmt.Errorf("write reports: %w", err)
		}
		if err := errors.Join(write(file), file.Close()); err != nil {
			return fmt.Errorf("write reports: %w", err)
		}
	}
	return nil
}
