package table

// Text is a window of delivered text: some records of one file, as cells by record and column. It is what a
// reader hands on, whatever the file's format. The cell of record r and column c is the bytes from
// Begin[r*Columns+c] to End[r*Columns+c] of Data, without quotes and with escapes resolved.
type Text struct {
	Data       []byte
	Begin, End []uint32
	Lines      []uint32 // the physical line on which each record starts
	Columns    int
	// Marks lists the cells that cannot be read whatever their column is for, by place.
	Marks []Mark
	// Days1904 tells that serial numbers of days count from 1904, as in some workbooks.
	Days1904 bool
	// Plain tells that all of the text is ASCII, so that no cell can hold a blank that nobody sees.
	Plain bool
	// Tidy tells that every cell that is not blank stands for itself: no blank is at its ends, it begins as no formula and
	// no error of a spreadsheet, and there is no full stop or plus in it, as in a number with decimals or an exponent.
	// Where that was not looked at it is false.
	Tidy bool
	// Elements says that the cells are those of XML elements: one that begins at 0 was not there, which is
	// something else than one without text.
	Elements bool
	// Faults are the broken and odd places in the structure of the file up to the end of this window and after
	// the one before, in line order. What a fault takes out is none of the window's records.
	Faults []Fault
	// Free takes the window back for reuse once nobody reads it any more; nil when it is not reused.
	Free func()
}

// Fault is one broken or odd place in the structure of a file.
type Fault struct {
	Kind   FaultKind
	Line   int    // the physical line, or the row of the sheet, on which it begins
	Column int    // of a cell: its column, counted from 0
	Cells  int    // Ragged: how many cells the record has; Blank and others that repeat: how many there are; Broken: 1 when a record was taken out, else 0
	Reason string // Broken: why
	Text   string // what was taken out or is odd, as delivered; blank where nothing was
}

// FaultKind says what is broken or odd.
type FaultKind uint8

// The kinds of faults. The first ones take a record out.
const (
	Ragged       FaultKind = iota + 1 // the record has more or fewer cells than the header
	Unclosed                          // a quote never closes: the record up to the end of that line goes
	Total                             // the record is a total of those above it
	Overlong                          // a cell of the record is longer than the limit
	Stray                             // text stands behind a closing quote: it belongs to the cell, which is kept
	Title                             // a line above the header: it is no record
	BlankLines                        // blank lines between records
	HeaderAgain                       // the header stands again: it is no record
	OtherHeader                       // another header stands here, and what follows is read by it
	HiddenSheet                       // the whole sheet is hidden in its workbook
	HiddenRows                        // rows are hidden: how many, from this one on
	HiddenColumn                      // the column is hidden
	Filtered                          // a filter leaves rows out of sight
	Merged                            // cells are merged: the first holds the value, the others none
	Computed                          // cells of the column are formulas: how many, from this one on
	Numbers                           // cells of the column are numbers of the workbook: how many, from this one on
	Epoch1904                         // the workbook counts days from 1904
	Broken                            // the file is not well-formed XML here: the unit is taken out, in all tables
)

// Mark is a cell that cannot be read.
type Mark struct {
	Cell uint32 // record*Columns+column
	Kind MarkKind
}

// MarkKind says why a cell cannot be read.
type MarkKind uint8

// The kinds of marks.
const (
	NUL        MarkKind = iota + 1 // it holds a NUL byte
	Uncomputed                     // its formula was never computed
	LostDigits                     // it is a number of more digits than a workbook keeps
)

// Rejects tells whether a fault of this kind takes a record out.
func (k FaultKind) Rejects() bool { return k <= Overlong }

// Records counts the records of the window.
func (t *Text) Records() int { return len(t.Lines) }

// Cell returns the text of one cell; it is valid as long as the window is.
func (t *Text) Cell(record, column int) []byte {
	i := record*t.Columns + column
	return t.Data[t.Begin[i]:t.End[i]]
}

// Release gives the window back. Nothing of it may be read afterwards.
func (t *Text) Release() {
	if t.Free != nil {
		t.Free()
	}
}
