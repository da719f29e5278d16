package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"go.uber.org/zap"

	"frontdoor/pipeline/conform"
	"frontdoor/pipeline/ingest"
	"frontdoor/pipeline/spill"
	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// read is a delivery as typed tables, with what reading it found.
type read struct {
	collection  *schemas.Collection
	tables      map[string]*table.Table
	files       []fileRead
	findings    []rules.Finding
	looked      map[string]int // by structural rule, how many places were looked at
	quarantined []conform.Quarantined
	differences []difference
	notes       []string
	unreadable  int               // files that could not be read, or only in part
	withheld    map[string]string // fields, as table.field, that rules may not read, and why
	missing     []*schemas.Table  // that were to be delivered and were not

	unconfigured bool             // nothing of the collection was to be delivered; it holds what others feed
	facts        facts            // what a return says of itself
	rules        *rules.Catalogue // by which it is judged; nil for those of the run's year
	year         rules.Year       // of these rules; "" for the run's
	returns      []*read          // of which it is the whole; nil where there is only one
}

// delivery returns which days the extract says that it speaks for, nil when it does not.
func (r *read) delivery() *conform.Delivery {
	for _, f := range r.files {
		if d := f.input.reading.delivery; d != nil {
			return d
		}
	}
	return nil
}

// difference is one between deliveries of a collection.
type difference struct {
	collection string
	conform.Difference
}

// fileRead is what became of one delivered file.
type fileRead struct {
	input  *input
	table  *schemas.Table // that the records are of; nil when the file could not be read and its name says nothing
	report conform.FileReport
	year   rules.Year // of the rules by which it is judged; "" for the run's
}

// tableName is the name of the table, "" when it is not known.
func (f fileRead) tableName() string {
	if f.table == nil {
		return ""
	}
	return f.table.Name
}

// The structural rules whose findings are made where stages meet.
const (
	ruleFileUnreadable = "IN-001"
	ruleTableMissing   = "IN-002"
	ruleControlTotal   = "IN-008"
	ruleEncodingTold   = "IN-015"
	ruleLimitPassed    = "IN-042"
	ruleProtected      = "IN-043"
	ruleFileChanged    = "IN-044"
	ruleNoTable        = "IN-045"
)

// reader reads deliveries.
type reader struct {
	structure *rules.Catalogue
	id        *rules.Identifier
	log       *zap.Logger
	progress  func(stage string, read, total int64)
	spilled   *spill.File // where long columns go; nil when they stay
}

// read reads every table of a delivery, parents first. A file that cannot be read costs its own records only:
// it becomes a finding and a note.
func (r *reader) read(ctx context.Context, d *delivery) (*read, error) {
	result := &read{collection: d.collection, tables: map[string]*table.Table{}, looked: map[string]int{}, withheld: map[string]string{}}
	for _, i := range d.ignored {
		note := fmt.Sprintf("%s is no table of %s and was not read", inWords(i.shown, i.sheet), d.collection.Name)
		if i.inside {
			note += "; if it is one, name it as its table, or say which it is under files in the extract"
		}
		result.notes = append(result.notes, note)
		result.looked[ruleNoTable]++
		if i.inside {
			if err := r.find(result, ruleNoTable, "", nil, []rules.Cell{{File: i.shown, Sheet: i.sheet, Line: 1}}); err != nil {
				return nil, err
			}
		}
	}
	for _, in := range d.inputs {
		if in.table == nil && !in.xml {
			if err := r.refused(result, in); err != nil {
				return nil, err
			}
		}
	}
	if len(d.inputs) == 1 && d.inputs[0].xml {
		return result, r.readXML(ctx, d.collection, d.inputs[0], result)
	}
	keys := conform.NewKeys(d.collection)
	var done, total int64
	for _, in := range d.inputs {
		total += in.sum.Bytes
	}
	for _, t := range d.collection.Tables {
		var inputs []*input
		for _, in := range d.inputs {
			if in.table == t {
				inputs = append(inputs, in)
			}
		}
		if err := r.readTable(ctx, d.collection, t, inputs, keys, result); err != nil {
			return nil, err
		}
		for _, in := range inputs {
			done += in.sum.Bytes
		}
		if r.progress != nil {
			r.progress("read", done, total)
		}
	}
	return result, nil
}

// miss tells of the tables that were to be delivered and were not, but for those that something else stands in for.
func (r *reader) miss(result *read, standsIn func(table string) bool) error {
	for _, t := range result.missing {
		if standsIn(t.Name) {
			continue
		}
		name := t.Name
		if judgedAlone(result.collection) && len(result.files) > 0 {
			name += " of " + result.name()
		}
		result.notes = append(result.notes, fmt.Sprintf("%s was not delivered: %s", name, costOf(t.Name)))
		if err := r.find(result, ruleTableMissing, t.Name, nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// readTable reads the files of one table, one after another.
func (r *reader) readTable(ctx context.Context, c *schemas.Collection, t *schemas.Table, inputs []*input, keys *conform.Keys, result *read) error {
	if len(inputs) == 0 && t.Optional {
		return nil
	}
	result.looked[ruleTableMissing]++
	if len(inputs) == 0 {
		result.missing = append(result.missing, t)
		return nil
	}
	if stand := besideEachOther(inputs); stand > 1 {
		result.notes = append(result.notes, fmt.Sprintf("%s came in %d extracts that do not say when they were delivered: all of their records count, also those that stand in several", t.Name, stand))
	}
	builder, err := conform.NewBuilder(ctx, c, t, keys, conform.Options{})
	if err != nil {
		return fmt.Errorf("read %s: %w", t.Name, err)
	}
	defer builder.Close()
	var taken []*input
	for _, in := range inputs {
		if in.failure == "" {
			if err := r.readFile(ctx, builder, in); err != nil {
				return fmt.Errorf("read %s: %w", t.Name, err)
			}
		}
		if in.failure == "" {
			taken = append(taken, in)
			if m := in.reading.mapping; m != nil {
				for field := range m.State[t.Name] {
					result.withheld[t.Name+"."+field] = pseudonymised
				}
			}
			if err := r.encoding(result, in); err != nil {
				return err
			}
			continue
		}
		if err := r.refused(result, in); err != nil {
			return err
		}
	}
	if len(taken) == 0 {
		return nil
	}
	read, err := builder.Finish()
	if err != nil {
		return fmt.Errorf("read %s: %w", t.Name, err)
	}
	return r.take(t, read, taken, result)
}

// besideEachOther counts the extracts among inputs that do not say when they were delivered.
func besideEachOther(inputs []*input) int {
	var roots []*os.Root
	for _, in := range inputs {
		if in.reading.delivery == nil && !slices.Contains(roots, in.root) {
			roots = append(roots, in.root)
		}
	}
	return len(roots)
}

// take adds what became of the files of a table.
func (r *reader) take(t *schemas.Table, made *conform.Result, taken []*input, result *read) error {
	if err := r.spilled.Table(made.Table); err != nil {
		return fmt.Errorf("read %s: %w", t.Name, err)
	}
	result.tables[t.Name] = made.Table
	for i, report := range made.Files {
		result.files = append(result.files, fileRead{input: taken[i], table: t, report: report})
		result.look(report, len(t.Fields))
		if report.Damaged {
			result.unreadable++
			result.notes = append(result.notes, fmt.Sprintf("%s is damaged: %s; the records around it were read", taken[i], damageOf(taken[i])))
		}
		result.notes = append(result.notes, ofDeliveries(report)...)
		for _, field := range report.Missing {
			result.notes = append(result.notes, fmt.Sprintf("%s has no column %s: what reads it is skipped or not available", taken[i], field))
		}
		for _, column := range report.Extra {
			result.notes = append(result.notes, fmt.Sprintf("%s has a column that no schema knows, kept with restricted access: %s", taken[i], column))
		}
	}
	result.quarantined = append(result.quarantined, made.Quarantined...)
	for _, d := range made.Differences {
		result.differences = append(result.differences, difference{result.collection.Name, d})
	}
	for _, p := range made.Problems {
		if err := r.findProblem(result, p); err != nil {
			return err
		}
	}
	r.log.Info("read", zap.String("table", t.Name), zap.Int("files", len(taken)), zap.Int("accepted", made.Table.Rows), zap.Int("quarantined", len(made.Quarantined)))
	return nil
}

// ofDeliveries says in what a file differs from the deliveries before and after it.
func ofDeliveries(report conform.FileReport) (notes []string) {
	file := inWords(report.File, report.Sheet)
	if report.Superseded > 0 {
		notes = append(notes, fmt.Sprintf("a later delivery speaks for %d records of %s; %d of them it has changed and %d it does not have", report.Superseded, file, report.Changed, report.Dropped))
	}
	if report.Added > 0 {
		notes = append(notes, fmt.Sprintf("%s has %d records added late: an earlier delivery covers their days and does not have them", file, report.Added))
	}
	if report.Again > 0 {
		notes = append(notes, fmt.Sprintf("%s is an increment and has %d records that an earlier delivery has too; both stand", file, report.Again))
	}
	if len(notes) > 0 {
		notes[len(notes)-1] += "; the table differences names them"
	}
	return notes
}

// refused notes a file that could not be read: what it costs, and why.
func (r *reader) refused(result *read, in *input) error {
	result.unreadable++
	result.looked[ruleFileUnreadable]++
	result.files = append(result.files, fileRead{input: in, table: in.table, report: conform.FileReport{File: in.shown, Sheet: in.place.Sheet}})
	cost := "nothing tells which table is missing"
	if in.table != nil {
		cost = costOf(in.table.Name)
	}
	result.notes = append(result.notes, fmt.Sprintf("%s could not be read: %s; %s", in, in.failure, cost))
	cells := []rules.Cell{in.cell()}
	if err := r.find(result, ruleFileUnreadable, in.tableName(), nil, cells); err != nil {
		return err
	}
	for rule, cause := range map[string]error{ruleLimitPassed: ingest.ErrLimit, ruleProtected: ingest.ErrProtected, ruleFileChanged: ingest.ErrChanged} {
		result.looked[rule]++
		if errors.Is(in.cause, cause) {
			if err := r.find(result, rule, in.tableName(), nil, cells); err != nil {
				return err
			}
		}
	}
	return nil
}

// encoding notes that the encoding of a file was told from its content.
func (r *reader) encoding(result *read, in *input) error {
	result.looked[ruleFileUnreadable]++
	for _, rule := range []string{ruleLimitPassed, ruleProtected, ruleFileChanged} {
		result.looked[rule]++
	}
	if in.place.Sheet != "" {
		return nil
	}
	result.looked[ruleEncodingTold]++
	if in.sum.Encoding == ingest.UTF8 || in.reading.encoding != ingest.Undeclared {
		return nil
	}
	result.notes = append(result.notes, fmt.Sprintf("%s is not UTF-8: its content was read as %s; declare its encoding to settle it", in.shown, in.sum.Encoding))
	return r.find(result, ruleEncodingTold, in.tableName(), nil, []rules.Cell{in.cell()})
}

// damageOf says in words what makes a file a damaged one.
func damageOf(in *input) string {
	if in.xml {
		return "it breaks off, or is no well-formed XML in places"
	}
	return "a quote in it never closes"
}

// sink hands a file's text to the builder.
type sink struct {
	builder *conform.Builder
	name    string
	size    int64 // bytes of the file's text; 0 when they are not known
	begun   bool
}

func (s *sink) Header(columns []string, line int) error {
	if s.begun {
		return s.builder.Section(columns, line)
	}
	s.begun = true
	if err := s.builder.Begin(s.name, columns, line); err != nil {
		return err
	}
	s.builder.Expect(s.size)
	return nil
}

func (s *sink) Batch(text *table.Text) error { return s.builder.Add(text) }

var errChanged = fmt.Errorf("it changed while it was read; deliver it again when it is complete: %w", ingest.ErrChanged)

// readFile reads one file into the builder. That the file cannot be read is no error: it becomes its failure.
func (r *reader) readFile(ctx context.Context, builder *conform.Builder, in *input) error {
	how := in.reading.options(in.table.Name)
	how.Sheet = in.place.Sheet
	if err := builder.Declare(how); err != nil {
		return err
	}
	to := &sink{builder: builder, name: in.shown, size: in.textSize()}
	options := ingest.Options{
		Limits: in.reading.limits, Encoding: in.sum.Encoding, Separator: in.reading.separator,
		Known: conform.Known(in.table, how.Columns),
	}
	var err error
	in.report, err = ingest.Read(ctx, in.root, in.place, options, to)
	if err == nil && !ingest.Unchanged(in.root, in.place, in.sum) {
		err = errChanged
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, conform.ErrColumn):
		return err
	case err == nil:
		return builder.End()
	}
	in.fail(err)
	if to.begun {
		return builder.Drop()
	}
	return nil
}

// textSize returns how many bytes of UTF-8 the input holds, or nearly so; 0 when that is not known.
func (in *input) textSize() int64 {
	switch {
	case in.place.Sheet != "":
		return 0
	case in.sum.Encoding == ingest.UTF16LE || in.sum.Encoding == ingest.UTF16BE:
		return in.sum.Bytes / 2
	}
	return in.sum.Bytes
}

// What the structural rules look at: every record, every file, or every column that was delivered.
var (
	rulesOnRecords = []string{
		conform.RuleRecordRagged, conform.RuleRecordUnplaced, conform.RuleQuoteOpen, conform.RuleCellNUL, conform.RuleCellUnreadable,
		conform.RuleQuoteStray, conform.RuleRecordTotal, conform.RuleCellOverlong, conform.RuleCellError, conform.RuleCellExponent,
		conform.RuleCellUncomputed, conform.RuleCellDigits, conform.RuleHeaderAgain, conform.RuleHeaderOther, conform.RuleLinesBlank,
		conform.RuleRowsHidden, conform.RuleSuperseded,
	}
	rulesOnFiles = []string{
		conform.RuleColumnTwice, conform.RuleTableHeaderOnly, conform.RuleLineTitle, conform.RuleSheetHidden, conform.RuleFiltered,
		conform.RuleEpoch1904,
	}
	rulesOnColumns = []string{
		conform.RuleDecimal, conform.RuleFraction, conform.RuleBlankHidden, conform.RuleTextProtected, conform.RuleZerosLost, conform.RuleNumbers,
		conform.RuleColumnHidden, conform.RuleCellsMerged, conform.RuleComputed, conform.RuleCodeUnmapped, conform.RuleColumnPattern, conform.RuleTwoWays,
	}
)

// look counts what the structural rules looked at in a file.
func (result *read) look(report conform.FileReport, fields int) {
	delivered := fields - len(report.Missing)
	for _, code := range rulesOnRecords {
		result.looked[code] += report.Read
	}
	for _, code := range rulesOnFiles {
		result.looked[code]++
	}
	for _, code := range rulesOnColumns {
		result.looked[code] += delivered
	}
	result.looked[conform.RuleColumnMissing] += fields
	result.looked[conform.RuleColumnUnknown] += delivered + len(report.Extra)
	for _, code := range []string{conform.RuleDateOrder, conform.RuleDateSerial, conform.RuleDateShortYear} {
		result.looked[code] += len(report.Dates)
	}
}

func (r *reader) findProblem(result *read, p conform.Problem) error {
	var cells []rules.Cell
	for i, field := range p.Fields {
		cell := rules.Cell{Table: p.Table, File: p.File, Sheet: p.Sheet, Line: p.Line, Field: field}
		if i == 0 {
			cell.Value = p.Value
		}
		cells = append(cells, cell)
	}
	if len(cells) == 0 {
		cells = []rules.Cell{{Table: p.Table, File: p.File, Sheet: p.Sheet, Line: p.Line, Value: p.Value}}
	}
	return r.findKeyed(result, p.Rule, p.Table, p.Key, p.Fields, cells)
}

func (r *reader) find(result *read, rule, tableName string, fields []string, cells []rules.Cell) error {
	return r.findKeyed(result, rule, tableName, nil, fields, cells)
}

func (r *reader) findKeyed(result *read, rule, tableName string, key, fields []string, cells []rules.Cell) error {
	finding, err := r.structure.Finding(r.id, rule, result.collection.Name, tableName, key, fields, cells)
	if err != nil {
		return err
	}
	result.findings = append(result.findings, finding)
	return nil
}

// costOf says what a run of the front door cannot say without a table.
func costOf(tableName string) string {
	switch tableName {
	case "contacts", "list_1":
		return "no figure is available"
	case "referrals", "list_3":
		return "whether contacts became referrals cannot be said"
	case "cin_episodes", "list_6", "list_7", "list_8":
		return "contacts on open cases cannot be told from unique contacts, so there will seem to be more of those"
	case "children":
		return "records of one child under several numbers cannot be joined, and rules on children are skipped"
	}
	return "rules that read it are skipped"
}
