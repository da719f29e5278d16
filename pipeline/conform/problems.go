package conform

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"slices"
	"sort"
	"strings"

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
		Rule: rule, Table: s.builder.schema.Name, File: f.name, Line: line, Fields: fields, Value: value, Key: key,
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
	for _, name := range f.report.Missing {
		s.add(number, s.builder.schema.FieldIndex(name), f, RuleColumnMissing, f.line, []string{name}, nil, nil)
	}
	for place, name := range f.columns {
		switch {
		case f.twice[place] != "":
			s.add(number, f.slots[place], f, RuleColumnTwice, f.line, []string{f.twice[place]}, nil, nil)
		case slices.Contains(f.report.Extra, name):
			s.add(number, f.slots[place], f, RuleColumnUnknown, f.line, []string{name}, nil, nil)
		}
	}
	for _, d := range f.report.Dates {
		if d.Undecided {
			s.add(number, s.builder.schema.FieldIndex(d.Field), f, RuleDateOrder, f.line, []string{d.Field}, nil, nil)
		}
	}
	if f.report.HeaderOnly {
		s.add(number, wholeRecord, f, RuleTableHeaderOnly, f.line, nil, nil, nil)
	}
}

// faults adds the records that the structure of a file took out.
func (s *findings) faults(number int, f *file) {
	for _, fault := range f.faults {
		var rule, reason string
		switch fault.Kind {
		case table.Ragged:
			rule, reason = RuleRecordRagged, fmt.Sprintf("the record has %d cells and the header %d", fault.Cells, len(f.columns))
		case table.Unclosed:
			rule, reason = RuleQuoteOpen, "a quote in the record never closes"
		case table.Broken:
			s.add(number, wholeRecord, f, RuleXMLBroken, fault.Line, nil, nil, nil)
			if fault.Cells > 0 {
				s.quarantine(f, fault.Line, RuleXMLBroken, fault.Reason, fault.Text)
			}
			continue
		default:
			s.stray(number, f, fault)
			continue
		}
		s.add(number, wholeRecord, f, rule, fault.Line, nil, &fault.Text, nil)
		s.quarantine(f, fault.Line, rule, reason, fault.Text)
	}
}

// stray adds a cell with text behind its closing quote. The cell's record is kept, so it is found by its line.
func (s *findings) stray(number int, f *file, fault table.Fault) {
	lines := s.builder.lines[f.span.From:f.span.To]
	row, found := slices.BinarySearch(lines, uint32(fault.Line))
	if !found || fault.Column >= len(f.slots) {
		return
	}
	row += f.span.From
	slot := f.slots[fault.Column]
	s.add(number, slot, f, RuleQuoteStray, fault.Line, []string{f.columns[fault.Column]}, s.delivery(slot, row), s.key(row))
}

func (s *findings) quarantine(f *file, line int, rule, reason, text string) {
	s.quarantined = append(s.quarantined, Quarantined{
		File: f.name, Table: s.builder.schema.Name, Line: line, Rule: rule, Reason: reason, Text: text,
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

// cells adds the cells of a file that cannot be read.
func (s *findings) cells(number int, f *file) {
	for i, c := range s.builder.columns {
		all := c.common().kept
		from := sort.Search(len(all), func(k int) bool { return all[k].row >= f.span.From })
		for _, k := range all[from:] {
			if k.row >= f.span.To {
				break
			}
			rule := ""
			switch k.cause {
			case unreadable:
				rule = RuleCellUnreadable
			case holdsNUL:
				rule = RuleCellNUL
			default:
				continue
			}
			s.add(number, i, f, rule, int(s.builder.lines[k.row]), []string{s.full[i].Field.Name}, &k.text, s.key(k.row))
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
	cells := make([]string, len(f.slots))
	for place, slot := range f.slots {
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
