package table

// Text is a window of delivered text: some records of one file, as cells by record and column. It is what a
// reader hands on, whatever the file's format. The cell of record r and column c is the bytes from
// Begin[r*Columns+c] to End[r*Columns+c] of Data, without quotes and with escapes resolved.
type Text struct {
	Data       []byte
	Begin, End []uint32
	Lines      []uint32 // the physical line on which each record starts
	Columns    int
	// Elements says that the cells are those of XML elements: one that begins at 0 was not there, which is
	// something else than one without text.
	Elements bool
	// NUL lists the cells that hold a NUL byte, as record*Columns+column, ascending: they cannot be read.
	NUL []uint32
	// Faults are the broken places in the structure of the file up to the end of this window and after the
	// one before, in line order. What a fault takes out is none of the window's records.
	Faults []Fault
	// Free takes the window back for reuse once nobody reads it any more; nil when it is not reused.
	Free func()
}

// Fault is one broken place in the structure of a file.
type Fault struct {
	Kind   FaultKind
	Line   int    // the physical line on which the record starts
	Column int    // Stray: the column of the cell, counted from 0
	Cells  int    // Ragged: how many cells the record has; Broken: 1 when a record was taken out, else 0
	Reason string // Broken: why
	Text   string // what was taken out, as delivered; blank where nothing was
}

// FaultKind says what is broken.
type FaultKind uint8

// The kinds of faults.
const (
	Ragged   FaultKind = iota + 1 // the record has more or fewer cells than the header: it is taken out
	Unclosed                      // a quote never closes: the record up to the end of that line is taken out
	Stray                         // text stands behind a closing quote: it belongs to the cell, which is kept
	Broken                        // the file is not well-formed XML here: the unit is taken out, in all tables
)

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
