package rules

import "unsafe"

// What a check reads of its own records stands in their columns as it is needed: most chunks are rows that follow one
// another, and their texts need no vector.

// run returns the first of the column's rows that the lanes see, where they see one after the other.
func (c *column) run(at *lanes) (first int, ok bool) {
	if !at.run || c.variable != 0 || c.link != nil || c.via != nil || c.part || at.codes != nil || at.n == 0 {
		return 0, false
	}
	return int(at.rows[0][0]), true
}

// holds writes 1 for each row from first on that has a value, else 0.
func (c *column) holds(first int, out []uint8) {
	if c.bits == nil {
		fillWith(out, everyByte)
		return
	}
	unpack(out, c.bits, c.bitsFrom+first)
}

// daysInRun returns the days that lanes see of a node, if that is a field of the records themselves of which all are
// known.
func daysInRun(w *worker, at *lanes, node numberNode) (days []int32, ok bool) {
	field, ok := node.(numberField)
	if !ok {
		return nil, false
	}
	c := &w.in.columns[field.slot]
	first, ok := c.run(at)
	if !ok || c.days == nil || c.bits != nil {
		return nil, false
	}
	return c.days[first : first+at.n], true
}

func widen(out []int64, from []int32) {
	for i, n := range from[:len(out)] {
		out[i] = int64(n)
	}
}

// ownTexts is the texts that lanes see of a column of texts of the records themselves: they need no vector.
type ownTexts struct {
	texts   string
	offsets []int32
	rows    []uint32
	known   []uint8 // to be dropped
}

func (r *ownTexts) at(i int) string {
	row := r.rows[i]
	return r.texts[r.offsets[row]:r.offsets[row+1]]
}

// ownTextsOf returns what lanes see of a node, if that is a field of the records themselves.
func ownTextsOf(w *worker, at *lanes, node textNode) (r ownTexts, ok bool) {
	field, ok := node.(textField)
	if !ok {
		return r, false
	}
	c := &w.in.columns[field.slot]
	if c.text == nil || c.link != nil || c.via != nil || at.n == 0 || c.text.ValueOffsets()[0] != 0 {
		return r, false
	}
	texts := c.text.ValueBytes()
	r = ownTexts{unsafe.String(unsafe.SliceData(texts), len(texts)), c.text.ValueOffsets(), at.rows[c.variable], w.takeFlags(at.n)}
	if first, ok := c.run(at); ok || c.bits == nil {
		c.holds(first, r.known)
		return r, true
	}
	for i, row := range r.rows {
		r.known[i] = c.valid(int32(row))
	}
	return r, true
}
