package conform

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"slices"
	"sort"
	"strings"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// findings gathers the problems and the quarantined records of all files.
type findings struct {
	builder     *Builder
	full        []*table.Column // by slot, with all rows
	problems    []placed
	quarantined []Quarantined
	written     bytes.Buffer
	writer      *csv.Writer // to written
}

func newFindings(b *Builder, full []*table.Column) *findings {
	s := &findings{builder: b, full: full}
	s.writer = csv.NewWriter(&s.written)
	return s
}

// placed is a problem with what orders it among those of its line.
type placed struct {
	file, slot int
	Problem
}

// wholeRecord orders what is about a record before what is about its cells.
const wholeRecord = -1

func (s *findings) add(number, slot int, f *file, rule string, line int, fields []string, value *string, key []string) {
	s.problems = append(s.problems, placed{number, slot, Problem{
		Rule: rule, Table: s.builder.schema.Name, File: f.name, Sheet: f.how.Sheet, Line: line, Fields: fields, Value: value, Key: key,
	}})
}

// file adds all that was met in a file whose rows given cannot be placed.
func (s *findings) file(number int, f *file, unplaced []int) {
	before := len(s.quarantined)
	s.header(number, f)
	s.faults(number, f)
	s.records(number, f, unplaced)
	s.cells(number, f)
	slices.SortStableFunc(s.quarantined[before:], func(x, y Quarantined) int { return x.Line - y.Line })
}

// header adds what is wrong with the columns of a file.
func (s *findings) header(number int, f *file) {
	for _, part := range f.sections {
		for _, name := range part.missing {
			s.add(number, s.builder.schema.FieldIndex(name), f, RuleColumnMissing, part.line, []string{name}, nil, nil)
		}
		for _, field := range part.guessed {
			s.add(number, field, f, RuleColumnPattern, part.line, []string{s.builder.schema.Fields[field].Name}, nil, nil)
		}
		for place, name := range part.columns {
			switch {
			case part.twice[place] != "":
				s.add(number, part.slots[place], f, RuleColumnTwice, part.line, []string{part.twice[place]}, nil, nil)
			case slices.Contains(part.extra, name):
				s.add(number, part.slots[place], f, RuleColumnUnknown, part.line, []string{name}, nil, nil)
			}
		}
	}
	line := f.sections[0].line
	for _, d := range f.report.Dates {
		if d.Undecided {
			s.add(number, s.builder.schema.FieldIndex(d.Field), f, RuleDateOrder, line, []string{d.Field}, nil, nil)
		}
	}
	if f.report.HeaderOnly {
		s.add(number, wholeRecord, f, RuleTableHeaderOnly, line, nil, nil, nil)
	}
}

// faultRules are the rules that the faults in the structure of a file fall under.
var faultRules = map[table.FaultKind]string{
	table.Ragged: RuleRecordRagged, table.Unclosed: RuleQuoteOpen, table.Total: RuleRecordTotal, table.Overlong: RuleCellOverlong,
	table.Stray: RuleQuoteStray, table.Title: RuleLineTitle, table.BlankLines: RuleLinesBlank, table.HeaderAgain: RuleHeaderAgain,
	table.OtherHeader: RuleHeaderOther, table.HiddenSheet: RuleSheetHidden, table.HiddenRows: RuleRowsHidden,
	table.HiddenColumn: RuleColumnHidden, table.Filtered: RuleFiltered, table.Merged: RuleCellsMerged, table.Computed: RuleComputed,
	table.Numbers: RuleNumbers, table.Epoch1904: RuleEpoch1904,
}

// faults adds what the structure of a file shows: records that it took out, lines that are none, odd cells.
func (s *findings) faults(number int, f *file) {
	for _, fault := range f.faults {
		rule, reason := faultRules[fault.Kind], ""
		switch fault.Kind {
		case table.Ragged:
			reason = fmt.Sprintf("the record has %d cells and the header %d", fault.Cells, len(f.at(fault.Line).columns))
		case table.Unclosed:
			reason = "a quote in the record never closes"
		case table.Broken:
			s.add(number, wholeRecord, f, RuleXMLBroken, fault.Line, nil, nil, nil)
			if fault.Cells > 0 {
				s.quarantine(f, fault.Line, RuleXMLBroken, fault.Reason, fault.Text)
			}
			continue
		case table.Total:
			reason = "the record is a total of others"
		case table.Overlong:
			reason = "a cell of the record is longer than the limit"
		case table.Stray:
			s.stray(number, f, fault)
			continue
		case table.HiddenColumn, table.Merged, table.Computed, table.Numbers:
			s.column(number, f, fault)
			continue
		}
		var value *string
		if fault.Text != "" || fault.Kind.Rejects() {
			value = &fault.Text
		}
		s.add(number, wholeRecord, f, rule, fault.Line, nil, value, nil)
		if fault.Kind.Rejects() {
			s.quarantine(f, fault.Line, rule, reason, fault.Text)
		}
	}
}

// column adds what is odd about a column of a sheet. That its cells are numbers matters for identifiers only.
func (s *findings) column(number int, f *file, fault table.Fault) {
	part := f.at(fault.Line)
	if fault.Column >= len(part.slots) {
		return
	}
	slot := part.slots[fault.Column]
	field := s.full[slot].Field
	if fault.Kind == table.Numbers && (slot >= len(s.builder.schema.Fields) || !field.Identifies()) {
		return
	}
	s.add(number, slot, f, faultRules[fault.Kind], fault.Line, []string{field.Name}, nil, nil)
}

// stray adds a cell with text behind its closing quote. The cell's record is kept, so it is found by its line.
func (s *findings) stray(number int, f *file, fault table.Fault) {
	lines := s.builder.lines[f.span.From:f.span.To]
	row, found := slices.BinarySearch(lines, uint32(fault.Line))
	part := f.at(fault.Line)
	if !found || fault.Column >= len(part.slots) {
		return
	}
	row += f.span.From
	slot := part.slots[fault.Column]
	s.add(number, slot, f, RuleQuoteStray, fault.Line, []string{part.columns[fault.Column]}, s.delivery(slot, row), s.key(row))
}

func (s *findings) quarantine(f *file, line int, rule, reason, text string) {
	s.quarantined = append(s.quarantined, Quarantined{
		File: f.name, Sheet: f.how.Sheet, Table: s.builder.schema.Name, Line: line, Rule: rule, Reason: reason, Text: text,
	})
}

// records adds the rows of a file that cannot be placed.
func (s *findings) records(number int, f *file, rows []int) {
	for _, row := range rows {
		var fields, reasons []string
		first := wholeRecord
		for i, field := range s.builder.schema.Fields {
			if !field.Needed {
				continue
			}
			reason := ""
			switch s.full[i].State(row) {
			case table.Present:
				continue
			case table.Blank:
				reason = field.Name + " is blank"
			case table.Absent:
				reason = field.Name + " was not delivered"
			case table.Unreadable:
				reason = field.Name + " cannot be read"
			}
			fields, reasons = append(fields, field.Name), append(reasons, reason)
			if first < 0 {
				first = i
			}
		}
		line := int(s.builder.lines[row])
		s.add(number, first, f, RuleRecordUnplaced, line, fields, s.delivery(first, row), s.key(row))
		s.quarantine(f, line, RuleRecordUnplaced, strings.Join(reasons, "; "), s.text(f, row))
	}
}

// cells adds the cells of a file that cannot be read, and what is odd about the way in which its columns are
// written, where it first stands.
func (s *findings) cells(number int, f *file) {
	for i, c := range s.builder.columns {
		b := c.common()
		name := []string{s.full[i].Field.Name}
		from := sort.Search(len(b.kept), func(k int) bool { return b.kept[k].row >= f.span.From })
		for _, k := range b.kept[from:] {
			if k.row >= f.span.To {
				break
			}
			if rule := causeRules[k.cause]; rule != "" {
				s.add(number, i, f, rule, int(s.builder.lines[k.row]), name, &k.text, s.key(k.row))
			}
		}
		for _, seen := range b.sightings {
			if f.span.From <= seen.row && seen.row < f.span.To {
				s.add(number, i, f, oddityRules[seen.oddity], int(s.builder.lines[seen.row]), name, &seen.text, s.key(seen.row))
			}
		}
		if codes, ok := c.(*codeColumn); ok {
			s.unmapped(number, i, f, codes)
			s.zerosLost(number, i, f, codes)
		}
	}
}

// unmapped adds, once for every distinct value, the values of a file that mean no code.
func (s *findings) unmapped(number, slot int, f *file, c *codeColumn) {
	spelling := c.spellings[number]
	if spelling == nil {
		return
	}
	missing := map[uint32]bool{}
	for n, unmapped := range spelling.unmapped {
		if unmapped {
			if code, ok := c.dictionary.Lookup([]byte(spelling.codes[n])); ok {
				missing[code] = true
			}
		}
	}
	for row := f.span.From; row < f.span.To && len(missing) > 0; row++ {
		if code := c.codes[row]; !c.isNull(row) && missing[code] {
			delete(missing, code)
			s.add(number, slot, f, RuleCodeUnmapped, int(s.builder.lines[row]), []string{s.full[slot].Field.Name}, s.delivery(slot, row), s.key(row))
		}
	}
}

// zerosLost adds identifiers of a file that differ from another only by zeros in front, once each.
func (s *findings) zerosLost(number, slot int, f *file, c *codeColumn) {
	field := s.full[slot].Field
	if field.Type != schemas.TypeKey {
		return
	}
	short := map[uint32]bool{}
	for code := range uint32(c.dictionary.Len()) {
		text := c.dictionary.Value(code)
		if text[0] != '0' || len(bytes.Trim(text, "0123456789")) > 0 {
			continue
		}
		if other, found := c.dictionary.Lookup(bytes.TrimLeft(text, "0")); found {
			short[other] = true
		}
	}
	for row := f.span.From; row < f.span.To && len(short) > 0; row++ {
		if code := c.codes[row]; !c.isNull(row) && short[code] {
			delete(short, code)
			s.add(number, slot, f, RuleZerosLost, int(s.builder.lines[row]), []string{field.Name}, s.delivery(slot, row), s.key(row))
		}
	}
}

// delivery returns the text of a cell, or nil when there is none.
func (s *findings) delivery(slot, row int) *string {
	text, delivered := s.full[slot].Delivery(row)
	if !delivered {
		return nil
	}
	text = strings.Clone(text) // the column's memory is used anew when rows are taken out
	return &text
}

// key returns the texts of a record's key.
func (s *findings) key(row int) []string {
	key := make([]string, len(s.builder.schema.Key))
	for i, name := range s.builder.schema.Key {
		key[i] = strings.Clone(s.full[s.builder.schema.FieldIndex(name)].Text(row))
	}
	return key
}

// text writes the delivered cells of a record as CSV.
func (s *findings) text(f *file, row int) string {
	slots := f.at(int(s.builder.lines[row])).slots
	cells := make([]string, len(slots))
	for place, slot := range slots {
		cells[place], _ = s.full[slot].Delivery(row)
	}
	s.written.Reset()
	if err := s.writer.Write(cells); err != nil {
		panic(err) // a comma separates cells, and memory takes all
	}
	s.writer.Flush()
	return strings.TrimSuffix(s.written.String(), "\n")
}

// sorted returns the problems by file, line and field.
func (s *findings) sorted() []Problem {
	slices.SortStableFunc(s.problems, func(x, y placed) int {
		return cmp.Or(x.file-y.file, x.Line-y.Line, x.slot-y.slot, strings.Compare(x.Rule, y.Rule))
	})
	problems := make([]Problem, len(s.problems))
	for i, p := range s.problems {
		problems[i] = p.Problem
	}
	return problems
}
