package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"frontdoor/pipeline/publish/pages"
	"frontdoor/rules"
	"frontdoor/schemas"
)

// OutcomeRow is what became of one rule.
type OutcomeRow struct {
	Rule       string `parquet:"rule"`
	Title      string `parquet:"title"`
	Severity   string `parquet:"severity,dict"`
	Collection string `parquet:"collection,dict"`
	// Local marks a rule that a council added.
	Local bool `parquet:"local"`
	// Status is passed, failed, skipped or broken.
	Status string `parquet:"status,dict"`
	// Reason names what was missing for a skipped rule, and what went wrong with a broken one; else blank.
	Reason string `parquet:"reason"`
	// Looked counts the records that the rule judged, Failures its findings.
	Looked   int64 `parquet:"looked"`
	Failures int64 `parquet:"failures"`
}

// OutcomeRowOf returns the row of an outcome.
func OutcomeRowOf(o rules.Outcome) OutcomeRow {
	return OutcomeRow{
		Rule: o.Rule, Title: o.Title, Severity: string(o.Severity), Collection: o.Collection, Local: o.Local,
		Status: string(o.Status), Reason: o.Reason, Looked: int64(o.Looked), Failures: int64(o.Failures),
	}
}

// MeasureRow is one figure: of the whole when Breakdown is blank, else of one category.
type MeasureRow struct {
	Measure string `parquet:"measure,dict"`
	Title   string `parquet:"title,dict"`
	// PeriodKind is whole, month, quarter, half_year, financial_year, academic_year or rolling_12_months; Period its
	// name, such as 2019-04 or 2019-20 Q1; From and To its days, both included.
	PeriodKind string `parquet:"period_kind,dict"`
	Period     string `parquet:"period,dict"`
	From       string `parquet:"from,dict"`
	To         string `parquet:"to,dict"`
	Breakdown  string `parquet:"breakdown,dict"`
	Category   string `parquet:"category,dict"`
	// Numerator, Denominator and Rate are null where they do not exist; 0 is a figure.
	Numerator   *int64   `parquet:"numerator"`
	Denominator *int64   `parquet:"denominator"`
	Rate        *float64 `parquet:"rate"` // a share
	// Value is a rate per 10,000 or a median or mean, in Unit; null for all else.
	Value *float64 `parquet:"value"`
	Unit  string   `parquet:"unit,dict"`
	// Status is "available", or "not available: " and why.
	Status string `parquet:"status,dict"`
	// Publish says what of the figure a public page may show: "shown", "numerator hidden", "denominator hidden",
	// "hidden", "process count" or "internal". The numbers here are as they are.
	Publish string `parquet:"publish,dict"`
	// DefinitionVersion names the wording that the figure follows.
	DefinitionVersion string `parquet:"definition_version,dict"`
}

// QuarantinedRow is a record that could not be placed and is in no table.
type QuarantinedRow struct {
	File   string `parquet:"file,dict"`
	Line   int64  `parquet:"line"`
	Table  string `parquet:"table,dict"`
	Rule   string `parquet:"rule,dict"`
	Reason string `parquet:"reason,dict"`
	// Text is the record as it stood; null in the analysis part.
	Text *string `parquet:"text"`
	// Sheet is null where the file is no workbook.
	Sheet *string `parquet:"sheet,dict"`
}

// DifferenceRow is a record of which two deliveries of a table, one and the next that speaks of it, tell different
// things.
type DifferenceRow struct {
	Collection string `parquet:"collection,dict"`
	Table      string `parquet:"table,dict"`
	// Kind is changed, dropped, added, again (an increment brings what an earlier delivery has: both stand) or not
	// compared (the next delivery is of the authority that this one became part of).
	Kind string `parquet:"kind,dict"`
	// Fields are those whose values differ, joined by ", ".
	Fields string `parquet:"fields,dict"`
	// File, Sheet and Line are the record's place in the earlier delivery, Later... that in the later one. Line is null
	// where the delivery does not have the record, Sheet where the file is no workbook.
	File       string  `parquet:"file,dict"`
	Sheet      *string `parquet:"sheet,dict"`
	Line       *int64  `parquet:"line"`
	LaterFile  string  `parquet:"later_file,dict"`
	LaterSheet *string `parquet:"later_sheet,dict"`
	LaterLine  *int64  `parquet:"later_line"`
	// Before and After are what was delivered in the fields, as a JSON list in their order; null in the analysis part.
	Before *string `parquet:"before"`
	After  *string `parquet:"after"`
}

// InputRow is one delivered file. Read = Accepted + Quarantined.
type InputRow struct {
	Collection  string `parquet:"collection,dict"`
	Table       string `parquet:"table"`
	File        string `parquet:"file"`
	Bytes       int64  `parquet:"bytes"`
	SHA256      string `parquet:"sha256"`
	Read        int64  `parquet:"read"`
	Accepted    int64  `parquet:"accepted"`
	Quarantined int64  `parquet:"quarantined"`
	// Status is "read", or what kept the file from being read.
	Status string `parquet:"status,dict"`
	// MissingColumns and ExtraColumns are names, joined by ", ".
	MissingColumns string `parquet:"missing_columns"`
	ExtraColumns   string `parquet:"extra_columns"`
	// DateOrder says how the dates of each date column were read: "contact_date dd/mm/yyyy, ...".
	DateOrder string `parquet:"date_order"`
	// Encoding, Separator and LineEnds say how the text is written; a sheet of a workbook has none.
	Encoding  string `parquet:"encoding,dict"`
	Separator string `parquet:"separator,dict"`
	LineEnds  string `parquet:"line_ends,dict"`
	// Sheet is null where the file is no workbook; Authority is whose records it holds.
	Sheet     *string `parquet:"sheet"`
	Authority string  `parquet:"authority,dict"`
}

// LedgerRow says which person a child number belongs to, and since when it is known.
type LedgerRow struct {
	ChildID  string `parquet:"child_id"`
	PersonID string `parquet:"person_id"`
	// FirstSeen is the as-at date of the run that first saw the number, in days since 1970.
	FirstSeen schemas.Day `parquet:"first_seen,date"`
}

// LedgerEventRow is a merge or split of persons, with what it rests on.
type LedgerEventRow struct {
	AsAt          schemas.Day `parquet:"as_at,date"`
	Kind          string      `parquet:"kind,dict"` // merge or split
	PersonID      string      `parquet:"person_id"`
	OtherPersonID string      `parquet:"other_person_id"`
	Evidence      string      `parquet:"evidence,dict"`
}

// public is implemented by rows that may stand in the analysis part; it returns what may stand there.
type public[T any] interface{ public() T }

func (r OutcomeRow) public() OutcomeRow { return r }
func (r MeasureRow) public() MeasureRow { return r }
func (r InputRow) public() InputRow     { return r }
func (r DifferenceRow) public() DifferenceRow {
	r.Before, r.After = nil, nil
	return r
}
func (r QuarantinedRow) public() QuarantinedRow {
	r.Text = nil
	return r
}

// Rows stores typed rows as NAME.parquet of a part, in the order in which they come. Rows that nobody
// declared fit for the analysis part are refused there.
func Rows[T any](s *Staging, name string, part Part, rows iter.Seq[T]) error {
	fault := func(err error) error { return fmt.Errorf("store table %s: %w", name, err) }
	var zero T
	if _, fit := any(zero).(public[T]); !fit && part != Restricted {
		return fault(errors.New("its rows are not fit for the analysis part"))
	}
	var sinks []*rowSink[T]
	for _, p := range []Part{Restricted, Analysis} {
		if part != p && part != Both {
			continue
		}
		sink, err := openRows[T](s, p, name)
		if err != nil {
			return fault(errors.Join(err, closeRows(sinks)))
		}
		sinks = append(sinks, sink)
	}
	content := sha256.New()
	lines := json.NewEncoder(content)
	var broken error
	for row := range rows {
		if broken = lines.Encode(row); broken != nil {
			break
		}
		for _, sink := range sinks {
			shown := row
			if sink.part == Analysis {
				shown = any(row).(public[T]).public()
			}
			if broken = sink.write(shown); broken != nil {
				break
			}
		}
		if broken != nil {
			break
		}
	}
	if err := first(broken, closeRows(sinks)); err != nil {
		return fault(err)
	}
	if part != Analysis {
		s.remember(name, hex.EncodeToString(content.Sum(nil)))
	}
	return nil
}

// codec is how every page of parquet-go is compressed.
var codec = &zstd.Codec{Level: zstd.SpeedFastest}

// writerOptions are those of every file that parquet-go writes.
func writerOptions(maker string, notes []pages.Note) []parquet.WriterOption {
	options := []parquet.WriterOption{
		&parquet.WriterConfig{CreatedBy: maker},
		parquet.Compression(codec),
		parquet.MaxRowsPerRowGroup(pages.RowGroupRows),
		parquet.DataPageVersion(1),
		parquet.DataPageStatistics(true),
	}
	for _, n := range notes {
		options = append(options, parquet.KeyValueMetadata(n.Key, n.Text))
	}
	return options
}

// rowSink is a file of typed rows, handed over in batches.
type rowSink[T any] struct {
	part   Part
	file   interface{ Close() error }
	writer *parquet.GenericWriter[T]
	batch  []T
}

func openRows[T any](s *Staging, part Part, name string) (*rowSink[T], error) {
	f, err := s.File(string(part) + "/" + name + ".parquet")
	if err != nil {
		return nil, err
	}
	return &rowSink[T]{
		part: part, file: f, batch: make([]T, 0, 1024),
		writer: parquet.NewGenericWriter[T](f, writerOptions(s.maker(), s.marks(part))...),
	}, nil
}

func (r *rowSink[T]) write(row T) error {
	r.batch = append(r.batch, row)
	if len(r.batch) < cap(r.batch) {
		return nil
	}
	return r.flush()
}

func (r *rowSink[T]) flush() error {
	_, err := r.writer.Write(r.batch)
	clear(r.batch)
	r.batch = r.batch[:0]
	return err
}

// closeRows finishes and closes every sink.
func closeRows[T any](sinks []*rowSink[T]) error {
	var faults []error
	for _, r := range sinks {
		faults = append(faults, first(r.flush(), r.writer.Close(), r.file.Close()))
	}
	return errors.Join(faults...)
}

// first returns the first error, where the later ones only say again that a file is broken.
func first(faults ...error) error {
	for _, err := range faults {
		if err != nil {
			return err
		}
	}
	return nil
}
