package ingest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"frontdoor/schemas/table"
)

// maxMarkup is how long a tag, a comment or an instruction may be in bytes.
const maxMarkup = 64 << 10

// maxDepth is how deep elements may be nested; a census needs seven.
const maxDepth = 64

// RecordSink takes what a reader of a file with several tables finds; tables go by their number in the schema.
// Header is called once for every table before any Batch; the windows of one table come in order, and each
// belongs to the sink until it calls Release on it.
type RecordSink interface {
	Header(table int, columns []string, line int) error
	Batch(table int, text *table.Text) error
}

// XMLReport says what an XML file held beside its records.
type XMLReport struct {
	Mark    bool     // the file begins with a byte order mark
	Damaged bool     // the file breaks off or is not well-formed in places; each is a fault of a table's window
	Odd     []Oddity // in the order of the file

	layout *Layout
	tables []*tableWindow
}

// Oddity is something in an XML file that no record holds.
type Oddity struct {
	Kind    OddityKind
	Table   int // of the record that it stands in, or of the unit's own
	Line    int // of the record for Twice, else of the element or text itself
	Element string
}

// OddityKind says what is odd.
type OddityKind uint8

// The kinds of oddities.
const (
	Unknown OddityKind = iota + 1 // an element that the layout does not know: once for every path
	Twice                         // an element that stands a second time in its record: the first is taken
	Loose                         // text where only elements belong: once for every path
)

// Parents returns, for every record of a table, the row of the record of another table that holds it, or -1; nil
// when records of that table never do.
func (r *XMLReport) Parents(child, parent int) []int32 {
	c := r.tables[child]
	if child == parent {
		return nil
	}
	if parent == r.layout.own {
		if r.layout.tables[child].inUnit {
			return c.units
		}
		return nil
	}
	switch direct := r.layout.tables[child].parent; {
	case direct < 0:
		return nil
	case direct == parent:
		return c.parents
	default:
		above := r.Parents(direct, parent)
		if above == nil {
			return nil
		}
		rows := make([]int32, len(c.parents))
		for i, row := range c.parents {
			rows[i] = -1
			if row >= 0 {
				rows[i] = above[row]
			}
		}
		return rows
	}
}

// ReadXML reads an XML file of the layout. A stretch that is not well-formed, or the end of a file that breaks
// off, takes out the unit that it stands in: reading goes on at the next unit, and a fault in the window of the
// unit's own table tells of it. A document type declaration, and with it every entity that a file could
// define, is refused, as is nesting deeper than any return needs. The error is one whose cause is an Err value when
// the whole file cannot be read, and then what the sink took is worth nothing; the sink's own; the reader's; or
// that of ctx.
func ReadXML(ctx context.Context, r io.Reader, limits Limits, layout *Layout, sink RecordSink) (*XMLReport, error) {
	limits = limits.withDefaults()
	text, mark, err := textOf(r)
	if err != nil {
		return nil, err
	}
	x := &nestedReader{
		nestedSource: newNestedSource(ctx, text, limits.Window, limits.Record), limits: limits, layout: layout, sink: sink,
		report: &XMLReport{Mark: mark, layout: layout}, odd: map[string]bool{},
	}
	for i, t := range layout.tables {
		x.tables = append(x.tables, newTableWindow(t))
		if err := sink.Header(i, t.columns, 1); err != nil {
			return nil, err
		}
	}
	x.report.tables = x.tables
	return x.report, x.read()
}

// nestedReader walks through an XML file, element by element.
type nestedReader struct {
	*nestedSource
	limits Limits
	layout *Layout
	sink   RecordSink
	report *XMLReport
	tables []*tableWindow

	open  []frame
	names []byte // the names of the open elements, as written
	begun bool   // the root was there

	units    int32
	unitLine int

	cell []byte // the text so far of the value that is being read
	bad  bool   // it holds what is no text

	odd  map[string]bool // paths of oddities that are told once
	path []byte
}

// frame is an open element.
type frame struct {
	element *element // nil when the layout does not know it, or it is not to be read
	name    int      // where its name begins in names, or anyName
	next    int      // the place of the child that is expected next
}

// anyName is the name of an element whose start tag was not read: its end tag may have any prefix.
const anyName = -1

// broken is a place that is not well-formed XML.
type broken struct {
	at  int // behind pos
	why string
}

func (b broken) Error() string { return b.why }

// read reads all units and hands on what is left.
func (x *nestedReader) read() error {
	for {
		err := x.token()
		if err == nil {
			continue
		}
		var b broken
		switch {
		case errors.Is(err, io.EOF):
			return x.handOn(true)
		case !errors.As(err, &b):
			return err
		case x.err != nil:
			return x.err
		}
		if !x.begun {
			return fmt.Errorf("read extract: line %d: %s; export the return again: %w", x.lineAt(min(x.pos+b.at, x.end)), b.why, ErrHeader)
		}
		if err := x.breakOff(b); err != nil {
			return err
		}
		if !x.resume() {
			if x.err != nil {
				return x.err
			}
			return x.handOn(true)
		}
	}
}

// token reads text up to the next tag, or one tag. It returns io.EOF behind the root, broken, or an error that
// ends the reading.
func (x *nestedReader) token() error {
	if !x.has(1) {
		switch {
		case x.err != nil:
			return x.err
		case x.full:
			return x.tooLong()
		case len(x.open) > 0 || !x.begun:
			return broken{0, "the file ends before its last element does"}
		}
		return io.EOF
	}
	if x.buffer[x.pos] != '<' {
		return x.characters()
	}
	if !x.has(2) {
		return broken{1, "the file ends inside a tag"}
	}
	switch x.buffer[x.pos+1] {
	case '/':
		return x.endTag()
	case '?':
		return x.skip("?>", 2)
	case '!':
		return x.declaration()
	}
	return x.startTag()
}

func (x *nestedReader) tooLong() error {
	x.full = false
	return broken{1, fmt.Sprintf("what is written about one child is longer than %d bytes", x.limits.Record)}
}

// missing is what it means that something was looked for and not found.
func (x *nestedReader) missing(why string) error {
	switch {
	case x.err != nil:
		return x.err
	case x.full:
		return x.tooLong()
	}
	return broken{1, why}
}

// skip passes over what ends with a text.
func (x *nestedReader) skip(end string, from int) error {
	at := x.findText(end, from, maxMarkup)
	if at < 0 {
		return x.missing("a comment or instruction never ends")
	}
	x.pos += at + len(end)
	return nil
}

// declaration reads what begins with <!: a comment or text that is written as it stands.
func (x *nestedReader) declaration() error {
	const comment, verbatim, doctype = "<!--", "<![CDATA[", "<!DOCTYPE"
	x.has(len(verbatim))
	head := x.buffer[x.pos:min(x.pos+len(verbatim), x.end)]
	switch {
	case bytes.HasPrefix(head, []byte(comment)):
		return x.skip("-->", len(comment))
	case bytes.HasPrefix(head, []byte(verbatim)) && len(x.open) > 0:
		end := x.findText("]]>", len(verbatim), x.limits.Field)
		if end < 0 {
			return x.missing("a CDATA section never ends")
		}
		x.take(x.buffer[x.pos+len(verbatim):x.pos+end], true)
		x.pos += end + len("]]>")
		return nil
	case bytes.HasPrefix(head, []byte(doctype)):
		return fmt.Errorf("read extract: line %d declares a document type, which a return does not need and which can make a small file swell; take it out and deliver the file again: %w", x.lineAt(x.pos), ErrRefused)
	}
	return broken{1, "a tag is not well-formed"}
}

// characters reads text up to the next tag.
func (x *nestedReader) characters() error {
	at := x.find('<', 0, x.limits.Field)
	if at < 0 {
		if x.err != nil || x.full || !x.done || x.end-x.pos > x.limits.Field {
			return x.missing("a value is too long")
		}
		at = x.end - x.pos
	}
	text := x.buffer[x.pos : x.pos+at]
	if blankText(text) && !x.inValue() {
		x.pos += at
		return nil
	}
	if !x.inValue() {
		blank := len(text) - len(bytes.TrimLeft(text, " \t\r\n"))
		x.pos, at, text = x.pos+blank, at-blank, text[blank:]
	}
	if len(x.open) == 0 {
		return broken{0, "text stands outside the root element"}
	}
	if why := x.take(text, false); why != "" {
		return broken{0, why}
	}
	x.pos += at
	return nil
}

// blankText tells whether text is only white space.
func blankText(text []byte) bool {
	for _, c := range text {
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return false
		}
	}
	return true
}

// inValue tells whether the innermost open element is a cell.
func (x *nestedReader) inValue() bool {
	if len(x.open) == 0 {
		return false
	}
	e := x.open[len(x.open)-1].element
	return e != nil && e.column >= 0
}

// take adds text to the cell that is being read. Text elsewhere is reported. It returns why the text is not
// well-formed, or "".
func (x *nestedReader) take(text []byte, verbatim bool) (why string) {
	switch {
	case x.inValue():
		if len(x.cell)+len(text) > x.limits.Field {
			return fmt.Sprintf("a value is longer than %d bytes", x.limits.Field)
		}
		x.cell, x.bad, why = appendText(x.cell, text, verbatim, x.bad)
		return why
	case !blankText(text):
		if e := x.open[len(x.open)-1].element; e != nil {
			x.oddity(Loose, e, "")
		}
		_, _, why = appendText(nil, text, verbatim, false)
	}
	return why
}

// startTag reads a start tag, and with it the whole element when it is a plain value.
func (x *nestedReader) startTag() error {
	end, name, empty, err := x.tag()
	if err != nil {
		return err
	}
	raw := x.buffer[x.pos+1 : x.pos+1+name]
	e, err := x.enter(raw[bytes.IndexByte(raw, ':')+1:])
	if err != nil {
		return err
	}
	x.pos += end + 1
	x.cell, x.bad = x.cell[:0], false
	if empty || e != nil && e.column >= 0 && x.plainValue(raw) {
		return x.leave(e)
	}
	x.open = append(x.open, frame{element: e, name: len(x.names)})
	x.names = append(x.names, raw...)
	return nil
}

// plainValue reads the text of a value and its end tag, when they have no markup and lie in the buffer.
func (x *nestedReader) plainValue(name []byte) bool {
	rest := x.buffer[x.pos:x.end]
	at := bytes.IndexByte(rest, '<')
	if at < 0 || len(rest) < at+len(name)+3 || at > x.limits.Field || rest[at+1] != '/' || rest[at+2+len(name)] != '>' {
		return false
	}
	if !bytes.Equal(rest[at+2:at+2+len(name)], name) {
		return false
	}
	for _, c := range rest[:at] {
		if !plainByte[c] {
			return false
		}
	}
	x.cell = append(x.cell, rest[:at]...)
	x.pos += at + len(name) + 3
	return true
}

// plainByte tells of a byte that it stands for itself in a value.
var plainByte = func() (plain [256]bool) {
	for c := byte(' '); c < 0x7f; c++ {
		plain[c] = c != '&'
	}
	plain['\n'], plain['\t'] = true, true
	return plain
}()

// enter settles what a start tag with a local name means here, and begins its record. It returns nil for one
// that is not to be read.
func (x *nestedReader) enter(local []byte) (*element, error) {
	if len(x.open) == 0 {
		if x.begun {
			return nil, broken{1, "a second element stands behind the root"}
		}
		if string(local) != x.layout.root.name {
			return nil, fmt.Errorf("read extract: the file is XML, but its root element is not %s; deliver the return itself: %w", x.layout.root.name, ErrHeader)
		}
		x.begun = true
		return x.layout.root, nil
	}
	if len(x.open) >= maxDepth {
		return nil, fmt.Errorf("read extract: elements are nested deeper than %d on line %d, which no return needs; export it again: %w", maxDepth, x.lineAt(x.pos), ErrLimit)
	}
	if x.keep >= 0 && string(local) == x.layout.unit.name {
		return nil, broken{0, x.layout.unit.name + " begins before the last one ends"}
	}
	up := &x.open[len(x.open)-1]
	if up.element == nil {
		return nil, nil
	}
	e := up.child(local)
	if e == nil {
		x.oddity(Unknown, up.element, string(local[:min(len(local), 100)]))
		return nil, nil
	}
	if e == x.layout.unit {
		x.beginUnit()
	}
	if e.misplaced {
		x.oddity(Unknown, up.element, e.name)
	}
	if e.role == recordElement {
		return x.beginRecord(e), nil
	}
	if e.role == valueElement && (x.tables[e.table].has(e.column) && !e.list) {
		x.twice(e)
		return nil, nil
	}
	return e, nil
}

// child returns the child element with a name, or nil.
func (f *frame) child(name []byte) *element {
	all := f.element.children
	if f.next < len(all) && string(name) == all[f.next].name {
		f.next++
		return all[f.next-1]
	}
	if f.next > 0 && string(name) == all[f.next-1].name {
		return all[f.next-1]
	}
	for i, c := range all {
		if string(name) == c.name {
			f.next = i + 1
			return c
		}
	}
	return nil
}

// leave ends an element: sets its cell, ends its record or unit.
func (x *nestedReader) leave(e *element) error {
	if e == nil {
		return nil
	}
	if e.column >= 0 {
		x.setCell(e)
	}
	if e.role == recordElement {
		x.endRecord(e)
	}
	if e == x.layout.unit {
		return x.endUnit()
	}
	if e.parent == x.layout.root {
		return x.handOn(false)
	}
	return nil
}

// setCell gives the open record of a value's table its cell. The values of a list stand one behind the other.
func (x *nestedReader) setCell(e *element) {
	w := x.tables[e.table]
	place := w.opened*w.text.Columns + e.column
	if e.list && w.has(e.column) {
		if len(x.cell) == 0 && !x.bad {
			return
		}
		if held := w.text.Data[w.text.Begin[place]:w.text.End[place]]; len(held) > 0 {
			w.text.Begin[place] = uint32(len(w.text.Data))
			w.text.Data = append(append(w.text.Data, held...), listSeparator)
		}
		w.text.Data = append(w.text.Data, x.cell...)
	} else {
		w.text.Data = append(w.set(e.column), x.cell...)
	}
	w.endCell(e.column)
	if bad := (table.Mark{Cell: uint32(place), Kind: table.NUL}); x.bad && !slices.Contains(w.text.Marks[w.unit.marks:], bad) {
		w.text.Marks = append(w.text.Marks, bad)
	}
}

// listSeparator stands between the values of a list in one cell.
const listSeparator = ';'

func (x *nestedReader) beginUnit() {
	x.keep, x.unitLine = x.pos, x.lineAt(x.pos)
	for _, w := range x.tables {
		w.number = 0
		w.unit = w.here()
	}
}

// beginRecord adds a record to its table. It returns nil when a unit has one already and may have no other.
func (x *nestedReader) beginRecord(e *element) *element {
	w := x.tables[e.table]
	if w.layout.table.Every && w.text.Records() > w.unit.records {
		x.twice(e)
		return nil
	}
	parent, unit := int32(-1), int32(-1)
	if around := w.layout.parent; around >= 0 {
		holder := x.tables[around]
		if holder.open || e.misplaced && holder.text.Records() > holder.unit.records {
			parent = int32(holder.rows() - 1)
		}
	}
	if x.keep >= 0 {
		unit = x.units
	}
	w.begin(x.lineAt(x.pos), parent, unit)
	for i, t := range x.tables {
		if t.layout.number >= 0 && t.layout.parent == e.table {
			x.tables[i].number = 0
		}
	}
	for _, from := range w.layout.inherits {
		if holder := x.tables[from.table]; from.table != x.layout.own && holder.text.Records() > holder.unit.records {
			begin := holder.text.Begin[holder.opened*holder.text.Columns+from.source]
			stop := holder.text.End[holder.opened*holder.text.Columns+from.source]
			w.inherit(w.opened, from.column, holder.text.Data[begin:stop], begin != 0)
		}
	}
	return e
}

// endRecord completes a record, or takes it out when it lacks what makes it one.
func (x *nestedReader) endRecord(e *element) {
	w := x.tables[e.table]
	if w.layout.holding >= 0 && !w.has(w.layout.holding) {
		w.drop()
	}
	w.open = false
}

// endUnit gives every record of the unit what stands once in it, and hands on windows that are full.
func (x *nestedReader) endUnit() error {
	for _, w := range x.tables {
		if w.layout.table.Every && w.text.Records() == w.unit.records {
			w.begin(x.unitLine, -1, x.units)
			w.open = false
		}
	}
	own := x.tables[x.layout.own]
	first := (own.text.Records() - 1) * own.text.Columns
	for _, w := range x.tables {
		for _, from := range w.layout.inherits {
			if from.table == x.layout.own {
				begin, end := own.text.Begin[first+from.source], own.text.End[first+from.source]
				w.inherit(w.unit.records, from.column, own.text.Data[begin:end], begin != 0)
			}
		}
	}
	x.units++
	x.keep = -1
	return x.handOn(false)
}

// handOn gives windows that are full to the sink, or all that hold anything.
func (x *nestedReader) handOn(all bool) error {
	for i, w := range x.tables {
		if w.filled() || all && (w.text.Records() > 0 || len(w.text.Faults) > 0) {
			w.before += w.text.Records()
			text := w.text
			slices.SortFunc(text.Marks, func(a, b table.Mark) int { return cmp.Compare(a.Cell, b.Cell) })
			w.lend()
			if err := x.sink.Batch(i, text); err != nil {
				return err
			}
		}
	}
	return nil
}

// breakOff takes out the unit in which the file breaks, and notes where.
func (x *nestedReader) breakOff(b broken) error {
	x.report.Damaged = true
	at := min(x.pos+b.at, x.end)
	f := table.Fault{Kind: table.Broken, Line: x.lineAt(at), Reason: b.why}
	if x.keep >= 0 {
		f.Text = string(x.buffer[x.keep:at])
		f.Cells = 1
		for _, w := range x.tables {
			w.truncate(w.unit)
		}
	} else if len(x.open) > 0 {
		for _, w := range x.tables {
			if w.open {
				w.drop()
			}
		}
	}
	own := x.tables[x.layout.own]
	own.text.Faults = append(own.text.Faults, f)
	x.keep, x.full = -1, false
	x.pos = at
	return nil
}

// resume goes on at the next unit, and is false when there is none.
func (x *nestedReader) resume() bool {
	name := []byte(x.layout.unit.name)
	from := 0
	for {
		at := bytes.Index(x.buffer[x.pos+from:x.end], name)
		if at < 0 || x.pos+from+at+len(name) == x.end {
			from = max(from, x.end-x.pos-maxTagBefore)
			x.pos, from = x.pos+max(0, from-maxTagBefore), min(from, maxTagBefore)
			if !x.more() {
				x.pos = x.end
				return false
			}
			continue
		}
		at += from
		from = at + len(name)
		if start := x.tagBefore(x.pos + at); start >= 0 && endsName(x.buffer[x.pos+from]) {
			x.pos = start
			break
		}
	}
	x.open, x.names = x.open[:0], x.names[:0]
	for e := x.layout.unit.parent; e != nil; e = e.parent {
		x.open = append(x.open, frame{element: e, name: anyName})
	}
	slices.Reverse(x.open)
	return true
}

// maxTagBefore is how far behind the < of a tag the name without its prefix begins at most, where a reader looks
// for the next unit.
const maxTagBefore = 128

// tagBefore returns the place of the < of a tag whose name, without prefix, begins at a place, or -1.
func (x *nestedReader) tagBefore(at int) int {
	if at > x.pos && x.buffer[at-1] == ':' {
		for at--; at > x.pos && nameByte(x.buffer[at-1]) && x.buffer[at-1] != ':'; at-- {
		}
	}
	if at > x.pos && x.buffer[at-1] == '<' {
		return at - 1
	}
	return -1
}

// endsName tells of a byte that it ends a tag's name.
func endsName(c byte) bool {
	return c == '>' || c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '/'
}
