package ingest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"frontdoor/schemas/table"
)

// lister makes a list of the rows of a sheet: finds its header, cuts what is above, and hands the records on in
// windows. What is odd about the sheet follows with the last window.
type lister struct {
	limits   Limits
	known    func(name string) bool
	sink     Sink
	windows  windows
	report   Report
	days1904 bool

	waiting []sheetRow // the first rows, until the header is found among them
	columns int        // of the header; 0 until it is known
	first   int        // the sheet's column in which the header begins
	header  int        // its row
	headers *headers
	last    int // the last row that holds anything

	win    *window
	sheet  []table.Fault // about the sheet as a whole
	rows   table.Fault   // hidden ones
	dated  bool
	hidden []table.Span // columns of the sheet
	merged []string

	filtered           bool
	formulas, numerals []table.Fault // by column
}

// windowRecords is how many records a window of a sheet has at most.
const windowRecords = 4096

func newLister(w *workbook, hidden bool, options Options, sink Sink) *lister {
	l := &lister{limits: w.limits, known: options.Known, sink: sink, windows: make(windows, maxFree), days1904: w.days1904}
	if hidden {
		l.sheet = append(l.sheet, table.Fault{Kind: table.HiddenSheet})
	}
	return l
}

func (l *lister) hideColumns(from, to int) {
	l.hidden = append(l.hidden, table.Span{From: from, To: min(to, maxColumns-1) + 1})
}

func (l *lister) merge(reference string) { l.merged = append(l.merged, reference) }

// add takes a row. Until the header is known, rows wait.
func (l *lister) add(r *sheetRow) error {
	if !r.filled() {
		return nil
	}
	if l.columns > 0 {
		return l.record(r)
	}
	l.waiting = append(l.waiting, sheetRow{r.number, r.hidden, bytes.Clone(r.text), slices.Clone(r.cells)})
	if len(l.waiting) < maxRows {
		return nil
	}
	return l.begin()
}

// filled tells whether a cell of the row holds more than blanks.
func (r *sheetRow) filled() bool {
	return slices.ContainsFunc(r.cells, func(c sheetCell) bool {
		return c.mark != 0 || len(bytes.TrimSpace(r.text[c.from:c.to])) > 0
	})
}

// begin finds the header among the rows that wait, as detectDialect does for a text, and lists those below it.
func (l *lister) begin() error {
	chosen, best := 0, -1
	for i := range l.waiting {
		r := &l.waiting[i]
		names, seen := 0, map[string]bool{}
		for _, c := range r.cells {
			name := strings.TrimSpace(string(r.text[c.from:c.to]))
			if l.known != nil && !seen[name] && l.known(name) {
				seen[name] = true
				names++
			}
		}
		if i > 0 && (names < 2 || names*3 < len(r.cells)) {
			continue
		}
		if names > best {
			chosen, best = i, names
		}
	}
	rows := l.waiting
	l.waiting = nil
	if len(rows) == 0 {
		return fmt.Errorf("read workbook: the sheet has no rows; export it again: %w", ErrEmpty)
	}
	if err := l.open(&rows[chosen]); err != nil {
		return err
	}
	for i := range chosen {
		l.note(table.Fault{Kind: table.Title, Line: rows[i].number, Text: rows[i].joined()})
	}
	for i := chosen + 1; i < len(rows); i++ {
		if err := l.record(&rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// open takes a row as the header.
func (l *lister) open(r *sheetRow) error {
	filled := slices.DeleteFunc(slices.Clone(r.cells), func(c sheetCell) bool { return len(bytes.TrimSpace(r.text[c.from:c.to])) == 0 })
	if len(filled) == 0 {
		return fmt.Errorf("read workbook: the header, row %d, names no column; export it again with column names: %w", r.number, ErrHeader)
	}
	l.first = filled[0].column
	names := make([]string, filled[len(filled)-1].column-l.first+1)
	for _, c := range filled {
		names[c.column-l.first] = string(r.text[c.from:c.to])
	}
	switch {
	case !slices.ContainsFunc(names, hasLetter):
		return fmt.Errorf("read workbook: the header, row %d, names no column; export it again with column names: %w", r.number, ErrHeader)
	case len(names) > l.limits.Columns:
		return fmt.Errorf("read workbook: the header has %d columns, more than the limit of %d; check the sheet, or raise limits.columns: %w", len(names), l.limits.Columns, ErrLimit)
	}
	if l.win != nil {
		if err := l.handOn(); err != nil {
			return err
		}
	}
	if l.header == 0 {
		l.header = r.number
	}
	l.columns, l.headers, l.last = len(names), newHeaders(names), r.number
	l.report.Columns = max(l.report.Columns, l.columns)
	l.formulas = append(l.formulas, make([]table.Fault, max(0, l.columns-len(l.formulas)))...)
	l.numerals = append(l.numerals, make([]table.Fault, max(0, l.columns-len(l.numerals)))...)
	if err := l.sink.Header(names, r.number); err != nil {
		return err
	}
	l.lend()
	return nil
}

func (l *lister) lend() {
	l.win = l.windows.lend(l.limits.Window)
	t := &l.win.text
	t.Data, t.Begin, t.End, t.Columns = l.win.buffer[:0], t.Begin[:0], t.End[:0], l.columns
	t.Plain, t.Days1904 = false, l.days1904
}

func (l *lister) note(f table.Fault) {
	l.win.text.Faults = append(l.win.text.Faults, f)
	if f.Kind.Rejects() {
		l.report.Rejected++
	}
}

// joined is the texts of the row, as they would stand in a text.
func (r *sheetRow) joined() string {
	var texts []string
	for _, c := range r.cells {
		texts = append(texts, string(r.text[c.from:c.to]))
	}
	return strings.Join(texts, ",")
}

// texts returns the cells of a row from the header's first column on.
func (l *lister) texts(r *sheetRow) [][]byte {
	var cells [][]byte
	for _, c := range r.cells {
		place := c.column - l.first
		if place < 0 {
			return nil
		}
		for len(cells) <= place {
			cells = append(cells, nil)
		}
		cells[place] = r.text[c.from:c.to]
	}
	return cells
}

// record lists a row below the header.
func (l *lister) record(r *sheetRow) error {
	if r.number > l.last+1 {
		l.note(table.Fault{Kind: table.BlankLines, Line: l.last + 1, Cells: r.number - l.last - 1})
	}
	l.last = r.number
	firstCell := r.text[r.cells[0].from:r.cells[0].to]
	if l.headers.begins(firstCell) {
		switch cells := l.texts(r); l.headers.compare(cells) {
		case sameHeader:
			l.note(table.Fault{Kind: table.HeaderAgain, Line: r.number, Text: r.joined()})
			return nil
		case otherHeader:
			l.note(table.Fault{Kind: table.OtherHeader, Line: r.number, Text: r.joined()})
			return l.open(r)
		}
	}
	if (r.cells[0].column > l.first || mayBeTotal(firstCell)) && isTotal(l.texts(r), l.columns) {
		l.note(table.Fault{Kind: table.Total, Line: r.number, Text: r.joined()})
		return nil
	}
	if outside := r.outside(l.first, l.first+l.columns); outside > 0 {
		l.note(table.Fault{Kind: table.Ragged, Line: r.number, Cells: l.columns + outside, Text: r.joined()})
		return nil
	}
	if slices.ContainsFunc(r.cells, func(c sheetCell) bool { return c.to-c.from > l.limits.Field }) {
		l.note(table.Fault{Kind: table.Overlong, Line: r.number, Text: r.joined()})
		return nil
	}
	if r.hidden {
		if l.rows.Cells++; l.rows.Cells == 1 {
			l.rows.Kind, l.rows.Line = table.HiddenRows, r.number
		}
	}
	l.append(r)
	if t := &l.win.text; t.Records() >= windowRecords || len(t.Data) >= l.limits.Window {
		if err := l.handOn(); err != nil {
			return err
		}
		l.lend()
	}
	return nil
}

// outside counts the cells with a text that stand left or right of the header.
func (r *sheetRow) outside(from, to int) (n int) {
	for _, c := range r.cells {
		if (c.column < from || c.column >= to) && len(bytes.TrimSpace(r.text[c.from:c.to])) > 0 {
			n++
		}
	}
	return n
}

// append adds a row to the window.
func (l *lister) append(r *sheetRow) {
	t := &l.win.text
	record := t.Records()
	next := 0
	for column := range l.columns {
		for next < len(r.cells) && r.cells[next].column < l.first+column {
			next++
		}
		begin := uint32(len(t.Data))
		if next < len(r.cells) && r.cells[next].column == l.first+column {
			c := r.cells[next]
			t.Data = append(t.Data, r.text[c.from:c.to]...)
			place := uint32(record*l.columns + column)
			switch {
			case c.mark != 0:
				t.Marks = append(t.Marks, table.Mark{Cell: place, Kind: c.mark})
			case bytes.IndexByte(r.text[c.from:c.to], 0) >= 0:
				t.Marks = append(t.Marks, table.Mark{Cell: place, Kind: table.NUL})
			}
			if c.formula {
				count(&l.formulas[column], table.Computed, r.number, column)
			}
			if c.number {
				count(&l.numerals[column], table.Numbers, r.number, column)
			}
		}
		t.Begin, t.End = append(t.Begin, begin), append(t.End, uint32(len(t.Data)))
	}
	t.Lines = append(t.Lines, uint32(r.number))
}

// count counts one more cell of a kind in a column.
func count(f *table.Fault, kind table.FaultKind, line, column int) {
	if f.Cells++; f.Cells == 1 {
		f.Kind, f.Line, f.Column = kind, line, column
	}
}

func (l *lister) handOn() error {
	win := l.win
	win.buffer = win.text.Data[:cap(win.text.Data)]
	win.text.Plain = isASCII(win.text.Data)
	l.report.Records += win.text.Records()
	if win.text.Records() == 0 && len(win.text.Faults) == 0 {
		win.text.Release()
		return nil
	}
	return l.sink.Batch(&win.text)
}

// finish hands on the last window, with what is odd about the sheet.
func (l *lister) finish() error {
	if l.columns == 0 {
		if err := l.begin(); err != nil {
			return err
		}
	}
	for _, f := range l.sheet {
		f.Line = l.header
		l.note(f)
	}
	if l.filtered {
		l.note(table.Fault{Kind: table.Filtered, Line: l.header})
	}
	if l.days1904 && l.dated {
		l.note(table.Fault{Kind: table.Epoch1904, Line: l.header})
	}
	if l.rows.Cells > 0 {
		l.note(l.rows)
	}
	for column := range l.columns {
		if slices.ContainsFunc(l.hidden, func(s table.Span) bool { return s.From <= l.first+column && l.first+column < s.To }) {
			l.note(table.Fault{Kind: table.HiddenColumn, Line: l.header, Column: column})
		}
	}
	for _, f := range slices.Concat(l.formulas, l.numerals) {
		if f.Cells > 0 && f.Column < l.columns {
			l.note(f)
		}
	}
	for _, reference := range l.merged {
		column, row, lastColumn, lastRow, ok := rangeReference(reference)
		if ok && lastRow > l.header && row <= l.last && lastColumn >= l.first && column < l.first+l.columns {
			l.note(table.Fault{Kind: table.Merged, Line: max(row, l.header+1), Column: max(column-l.first, 0), Text: reference})
		}
	}
	return l.handOn()
}
