package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"frontdoor/schemas/table"
)

// Read reads a place: a text, or a sheet of a workbook. See ReadCSV; the lines of a sheet are its rows.
func Read(ctx context.Context, root *os.Root, p Place, options Options, sink Sink) (report Report, err error) {
	err = with(ctx, root, p, options.Limits, func(c *content) error {
		if p.Sheet == "" {
			report, err = ReadCSV(ctx, c.stream, options, sink)
			return err
		}
		report, err = readSheet(ctx, c, p.Sheet, options, sink)
		return err
	})
	return report, err
}

// readSheet reads one sheet of a workbook.
func readSheet(ctx context.Context, c *content, name string, options Options, sink Sink) (Report, error) {
	w, err := openWorkbook(c, options.Limits.withDefaults())
	if err != nil {
		return Report{}, err
	}
	if err := w.load(); err != nil {
		return Report{}, err
	}
	for _, sheet := range w.sheets {
		if sheet.name != name {
			continue
		}
		part, err := w.open(sheet.part)
		if err != nil {
			return Report{}, err
		}
		defer part.Close() //nolint:errcheck // opened for reading only
		s := &sheetReader{
			ctx: ctx, book: w, xml: newXMLReader(part, w.limits.Record),
			list: newLister(w, sheet.hidden, options, sink),
		}
		err = s.read()
		return s.list.report, err
	}
	return Report{}, fmt.Errorf("read workbook: it has no such sheet any more; deliver it again when it is complete: %w", ErrChanged)
}

// sheetReader walks through the XML of a sheet and hands its rows to a lister.
type sheetReader struct {
	ctx  context.Context
	book *workbook
	xml  *xmlReader
	list *lister

	row     sheetRow
	number  int    // of the row, from 1
	column  int    // of the cell, from 0
	kind    string // of the cell: s, inlineStr, str, b, e or n
	form    numberForm
	value   []byte // what stands in the cell
	valued  bool   // there is a value, if a blank one
	formula bool
	ended   bool
}

// sheetRow is a row of a sheet. Cells lie in the order of their columns; those without a value are not there.
type sheetRow struct {
	number int
	hidden bool
	text   []byte
	cells  []sheetCell
}

// sheetCell is a cell that holds something: its text lies in the row's.
type sheetCell struct {
	column   int
	from, to int
	number   bool // it is a number of the workbook, and no date
	formula  bool
	mark     table.MarkKind // 0 when it can be read
}

// maxColumns and maxRowNumber are the edges of a sheet of Excel.
const maxColumns, maxRowNumber = 16384, 1 << 20

func (s *sheetReader) read() error {
	x := s.xml
	for {
		kind, err := x.next()
		if errors.Is(err, io.EOF) {
			if !s.ended {
				return errXML
			}
			return s.list.finish()
		}
		if err != nil {
			return err
		}
		switch kind {
		case xmlStart:
			err = s.start()
		case xmlEnd:
			err = s.end()
		case xmlText:
			if s.valued {
				s.value = append(s.value, x.text...)
			}
		}
		if err != nil {
			return err
		}
	}
}

// start takes in the beginning of an element.
func (s *sheetReader) start() error {
	x := s.xml
	switch string(x.name) {
	case "sheetPr":
		s.list.filtered = s.list.filtered || isTrue(x.attr("filterMode"))
	case "col":
		if isTrue(x.attr("hidden")) {
			s.list.hideColumns(number(x.attr("min"))-1, number(x.attr("max"))-1)
		}
	case "row":
		s.number++
		if at := x.attr("r"); at != nil {
			n := number(at)
			if n < s.number || n > maxRowNumber {
				return errXML
			}
			s.number = n
		}
		s.row.number, s.row.hidden, s.row.text, s.row.cells = s.number, isTrue(x.attr("hidden")), s.row.text[:0], s.row.cells[:0]
		s.column = -1
		if x.closed {
			return s.endRow()
		}
	case "c":
		return s.startCell()
	case "v", "t":
		s.valued = !x.closed
	case "rPh":
		if !x.closed {
			return s.skip("rPh")
		}
	case "f":
		s.formula = true
		if !x.closed {
			return s.skip("f")
		}
	case "mergeCell":
		s.list.merge(string(x.attr("ref")))
	}
	return nil
}

// skip goes on behind the end of the element that began.
func (s *sheetReader) skip(name string) error {
	for depth := 1; depth > 0; {
		kind, err := s.xml.next()
		if err != nil {
			return unfinished(err)
		}
		if string(s.xml.name) != name {
			continue
		}
		switch {
		case kind == xmlStart && !s.xml.closed:
			depth++
		case kind == xmlEnd:
			depth--
		}
	}
	return nil
}

func (s *sheetReader) startCell() error {
	x := s.xml
	s.column++
	if at := x.attr("r"); at != nil {
		column, _, ok := cellReference(string(at))
		if !ok || column < s.column {
			return errXML
		}
		s.column = column
	}
	if s.column >= maxColumns {
		return errXML
	}
	s.kind, s.form, s.formula = string(x.attr("t")), s.book.form(x.attr("s")), false
	s.value, s.valued = s.value[:0], false
	return nil
}

// end takes in the end of an element.
func (s *sheetReader) end() error {
	switch string(s.xml.name) {
	case "v", "t":
		s.valued = false
	case "c":
		s.endCell()
	case "row":
		return s.endRow()
	case "worksheet":
		s.ended = true
	}
	return nil
}

// endCell adds the cell to the row, if it holds anything.
func (s *sheetReader) endCell() {
	c := sheetCell{column: s.column, from: len(s.row.text), formula: s.formula}
	value := s.value
	switch s.kind {
	case "s":
		if value, _ = s.book.strings.text(number(value)); value == nil {
			value = []byte{}
		}
		s.row.text = append(s.row.text, value...)
	case "b":
		text := "FALSE"
		if isTrue(value) {
			text = "TRUE"
		}
		if len(value) > 0 {
			s.row.text = append(s.row.text, text...)
		}
	case "inlineStr", "str":
		s.row.text = append(s.row.text, unescaped(value)...)
	case "e", "d": // an error, or a date as text
		s.row.text = append(s.row.text, value...)
	default:
		if len(value) > 0 {
			text, lost, ok := numberText(s.row.text, strings.TrimSpace(string(value)), s.form, s.book.days1904)
			if !ok {
				text = append(s.row.text, value...)
			}
			if s.row.text = text; lost {
				c.mark = table.LostDigits
			}
			c.number = ok && !s.form.date
			s.list.dated = s.list.dated || s.form.date
		}
	}
	if c.to = len(s.row.text); c.to == c.from && s.formula && s.kind == "" {
		c.mark = table.Uncomputed
	}
	if c.to > c.from || c.mark != 0 {
		s.row.cells = append(s.row.cells, c)
	}
}

func (s *sheetReader) endRow() error {
	if err := context.Cause(s.ctx); err != nil {
		return err
	}
	return s.list.add(&s.row)
}

// number reads digits; 0 when there is anything else.
func number(digits []byte) (n int) {
	for _, d := range digits {
		if d < '0' || d > '9' || n > 1<<40 {
			return 0
		}
		n = n*10 + int(d-'0')
	}
	return n
}

// cellReference reads a reference such as BC12: the column from 0 and the row from 1.
func cellReference(text string) (column, row int, ok bool) {
	letters := 0
	for letters < len(text) && text[letters] >= 'A' && text[letters] <= 'Z' && letters < 4 {
		column = column*26 + int(text[letters]-'A') + 1
		letters++
	}
	row = number([]byte(text[letters:]))
	return column - 1, row, letters > 0 && row > 0
}

// rangeReference reads a reference such as A5:B9, or A5 alone.
func rangeReference(text string) (column, row, lastColumn, lastRow int, ok bool) {
	first, last, two := strings.Cut(text, ":")
	column, row, ok = cellReference(first)
	if !two {
		return column, row, column, row, ok
	}
	lastColumn, lastRow, second := cellReference(last)
	return column, row, lastColumn, lastRow, ok && second
}
