package ingest

import (
	"slices"
	"strconv"

	"frontdoor/schemas/table"
)

// The size of a table's window when it is handed on: bytes of cells, and records.
const (
	nestedWindowBytes   = 128 << 10
	nestedWindowRecords = 4096
)

// tableWindow fills the windows of one table. A cell begins at 0 when its element is absent; the first byte of
// Data is therefore no cell's.
type tableWindow struct {
	layout *layoutTable
	text   *table.Text
	free   chan *table.Text

	before  int     // records of earlier windows
	parents []int32 // by record: the row of the record around it, or -1
	units   []int32 // by record: the number of its unit
	open    bool    // the last record is not yet complete
	opened  int     // the record that is open, in the window
	number  int     // of the last record, among those of its kind in the record around it

	unit mark // where the current unit begins
}

// mark is how far a window is filled.
type mark struct{ records, data, marks, number int }

func newTableWindow(l *layoutTable) *tableWindow {
	w := &tableWindow{layout: l, free: make(chan *table.Text, 4)}
	w.lend()
	return w
}

// lend takes an empty window.
func (w *tableWindow) lend() {
	var t *table.Text
	select {
	case t = <-w.free:
		t.Data, t.Begin, t.End, t.Lines, t.Marks, t.Faults = t.Data[:1], t.Begin[:0], t.End[:0], t.Lines[:0], t.Marks[:0], nil
	default:
		t = &table.Text{Data: make([]byte, 1, nestedWindowBytes+4096), Columns: len(w.layout.columns), Elements: true}
		t.Free = func() {
			select {
			case w.free <- t:
			default:
			}
		}
	}
	w.text = t
	w.unit = mark{data: 1, number: w.number}
}

// rows counts the records so far.
func (w *tableWindow) rows() int { return w.before + w.text.Records() }

// begin adds a record without cells.
func (w *tableWindow) begin(line int, parent, unit int32) {
	t := w.text
	w.open, w.opened = true, t.Records()
	t.Lines = append(t.Lines, uint32(line))
	cells := len(w.layout.columns)
	t.Begin = append(slices.Grow(t.Begin, cells), zeros[:cells]...)
	t.End = append(slices.Grow(t.End, cells), zeros[:cells]...)
	w.parents, w.units = append(w.parents, parent), append(w.units, unit)
	if w.layout.number >= 0 {
		w.number++
		t.Data = strconv.AppendInt(w.set(w.layout.number), int64(w.number), 10)
		w.endCell(w.layout.number)
	}
}

var zeros [4096]uint32

// set begins a cell of the open record; the caller appends its text to what it returns, and then calls endCell.
func (w *tableWindow) set(column int) []byte {
	w.text.Begin[w.opened*w.text.Columns+column] = uint32(len(w.text.Data))
	return w.text.Data
}

func (w *tableWindow) endCell(column int) {
	w.text.End[w.opened*w.text.Columns+column] = uint32(len(w.text.Data))
}

// has tells whether the open record's element of a column was there.
func (w *tableWindow) has(column int) bool {
	return w.text.Begin[w.opened*w.text.Columns+column] != 0
}

// drop takes the last record out.
func (w *tableWindow) drop() {
	m := mark{records: w.text.Records() - 1, data: len(w.text.Data), marks: len(w.text.Marks), number: w.number}
	w.truncate(m)
}

// truncate goes back to a mark in the window.
func (w *tableWindow) truncate(m mark) {
	t := w.text
	t.Lines = t.Lines[:m.records]
	t.Begin, t.End = t.Begin[:m.records*t.Columns], t.End[:m.records*t.Columns]
	t.Data, t.Marks = t.Data[:m.data], t.Marks[:m.marks]
	w.parents, w.units = w.parents[:w.rows()], w.units[:w.rows()]
	w.number, w.open = m.number, false
}

// here is the mark of what the window holds.
func (w *tableWindow) here() mark {
	return mark{records: w.text.Records(), data: len(w.text.Data), marks: len(w.text.Marks), number: w.number}
}

// inherit gives the records from one on the text of a cell that stands elsewhere; delivered is false when there
// was no such element.
func (w *tableWindow) inherit(from, column int, text []byte, delivered bool) {
	if !delivered || from == w.text.Records() {
		return
	}
	begin := uint32(len(w.text.Data))
	w.text.Data = append(w.text.Data, text...)
	end := uint32(len(w.text.Data))
	for record := from; record < w.text.Records(); record++ {
		w.text.Begin[record*w.text.Columns+column] = begin
		w.text.End[record*w.text.Columns+column] = end
	}
}

// filled tells whether the window should be handed on.
func (w *tableWindow) filled() bool {
	return len(w.text.Data) >= nestedWindowBytes || w.text.Records() >= nestedWindowRecords
}
