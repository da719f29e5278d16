package rules

import (
	"bytes"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas/table"
)

type linkKey struct{ steps string }

// link returns, for each row of a table, the row of the record that steps lead to, noRecord or unsureRecord.
func (b *binder) link(l linkRef) []int32 {
	return once(b, linkKey{stepNames(l.steps)}, func() []int32 {
		last := len(l.steps) - 1
		if last == 0 {
			return b.stepLink(l.steps[0])
		}
		up, on := b.link(linkRef{l.from, l.steps[:last]}), b.link(linkRef{l.steps[last].from, l.steps[last:]})
		link := make([]int32, len(up))
		for row, place := range up {
			if link[row] = place; place >= 0 {
				link[row] = on[place]
			}
		}
		return link
	})
}

func (b *binder) stepLink(s *step) []int32 {
	switch s.kind {
	case toPrevious:
		return b.order(s.from).previous
	case toNext:
		return b.order(s.from).next
	}
	if rows := b.nested(s); rows != nil {
		return rows
	}
	if len(s.fields) == 1 {
		return parentRows(b.delivery.column(s.from, s.fields[0]), b.delivery.column(s.to, s.keys[0]))
	}
	return joinedRows(b.columns(s.from, s.fields), b.columns(s.to, s.keys))
}

// nested returns the rows of the parents that a step leads to where the delivery itself says them, else nil.
func (b *binder) nested(s *step) []int32 {
	if s.kind != toParent {
		return nil
	}
	return b.delivery.table(s.from).Parents[s.parent]
}

func (b *binder) columns(t tableRef, names []string) []*table.Column {
	var columns []*table.Column
	for _, name := range names {
		columns = append(columns, b.delivery.column(t, name))
	}
	return columns
}

// parentRows returns, for each of the child table's rows, the row of the first parent record with that key,
// noRecord when the key is blank or no record has it, or unsureRecord when the key cannot be read.
//
// Usually the child's dictionary begins with the parent's, so that equal codes mean equal text; where it does
// not, keys are matched by their text.
func parentRows(child, parent *table.Column) []int32 {
	link := make([]int32, child.Array.Len())
	codes, keys := child.Codes()
	valid := table.ValidityOf(child.Array)
	switch {
	case keys == nil:
		find := byText(parent)
		for row := range link {
			if link[row] = noRecord; valid.Of(row) {
				link[row] = find(child.Text(row))
			}
		}
	case valid.All():
		rows := rowsByCode(keys, parent)
		for row, code := range codes {
			link[row] = rows[code]
		}
	default:
		rows := rowsByCode(keys, parent)
		for row, code := range codes {
			if link[row] = noRecord; valid.Of(row) {
				link[row] = rows[code]
			}
		}
	}
	markUnsure(link, child)
	return link
}

func markUnsure(link []int32, c *table.Column) {
	for _, k := range c.Kept {
		if k.Unreadable {
			link[k.Row] = unsureRecord
		}
	}
}

// rowsByCode returns the parent's row for each of the child's keys, or noRecord.
func rowsByCode(keys *array.String, parent *table.Column) []int32 {
	rows := make([]int32, keys.Len())
	if codes, values := parent.Codes(); values != nil && begins(keys, values) {
		for code := range rows {
			rows[code] = noRecord
		}
		valid := table.ValidityOf(parent.Array)
		for row := len(codes) - 1; row >= 0; row-- { // backwards, so that the first record stays
			if valid.Of(row) {
				rows[codes[row]] = int32(row)
			}
		}
		return rows
	}
	find := byText(parent)
	for code := range rows {
		rows[code] = find(keys.Value(code))
	}
	return rows
}

// begins tells whether the texts of long begin with those of short.
func begins(long, short *array.String) bool {
	n := short.Len()
	if n == 0 || n > long.Len() {
		return n == 0
	}
	a, b := long.ValueOffsets(), short.ValueOffsets()
	for i := range n {
		if a[i+1]-a[0] != b[i+1]-b[0] {
			return false
		}
	}
	return bytes.Equal(long.ValueBytes()[:a[n]-a[0]], short.ValueBytes()[:b[n]-b[0]])
}

// byText returns a function that finds the first row with a key.
func byText(parent *table.Column) func(key string) int32 {
	index := table.NewDictionary()
	var rows []int32
	for row := range parent.Array.Len() {
		if parent.Array.IsValid(row) {
			if int(index.Code([]byte(parent.Text(row)))) == len(rows) {
				rows = append(rows, int32(row))
			}
		}
	}
	return func(key string) int32 {
		if code, found := index.Lookup([]byte(key)); found {
			return rows[code]
		}
		return noRecord
	}
}

// joinedRows is parentRows for keys of several fields: a key with a blank part is blank, and one with a part that
// cannot be read cannot be read.
func joinedRows(child, parent []*table.Column) []int32 {
	numbers := newNumbering()
	keys := make([]int32, parent[0].Array.Len())
	link := make([]int32, child[0].Array.Len())
	for k := range parent {
		numbers.part(parent[k], keys, k == 0, true)
		numbers.part(child[k], link, k == 0, false)
		numbers.next()
	}
	first := map[int32]int32{}
	for row := len(keys) - 1; row >= 0; row-- { // backwards, so that the first record stays
		if keys[row] >= 0 {
			first[keys[row]] = int32(row)
		}
	}
	for row, key := range link {
		if key >= 0 {
			place, found := first[key]
			if link[row] = place; !found {
				link[row] = noRecord
			}
		}
	}
	return link
}

// numbering gives equal keys equal numbers, field after field.
type numbering struct {
	texts *table.Dictionary
	pairs map[uint64]int32 // number so far and code of the next field
}

func newNumbering() *numbering {
	return &numbering{table.NewDictionary(), map[uint64]int32{}}
}

// part takes one field into the numbers of the rows. Without add, a key that is not known is noRecord.
func (n *numbering) part(c *table.Column, numbers []int32, first, add bool) {
	code := func(text string) int64 {
		if add {
			return int64(n.texts.Code([]byte(text)))
		}
		if code, found := n.texts.Lookup([]byte(text)); found {
			return int64(code)
		}
		return -1
	}
	var byCode []int64
	codes, values := c.Codes()
	if values != nil {
		for i := range values.Len() {
			byCode = append(byCode, code(values.Value(i)))
		}
	}
	for row := range numbers {
		so := numbers[row]
		if first {
			so = 0
		}
		switch {
		case so < 0:
		case !c.Array.IsValid(row):
			so = noRecord
		default:
			var of int64
			if values != nil {
				of = byCode[codes[row]]
			} else {
				of = code(c.Text(row))
			}
			if so = n.pair(so, of, add); of < 0 {
				so = noRecord
			}
		}
		numbers[row] = so
	}
	markUnsure(numbers, c)
}

func (n *numbering) pair(so int32, code int64, add bool) int32 {
	pair := uint64(so)<<32 | uint64(uint32(code))
	number, found := n.pairs[pair]
	if !found {
		if !add {
			return noRecord
		}
		number = int32(len(n.pairs))
		n.pairs[pair] = number
	}
	return number
}

// next begins the next field.
func (n *numbering) next() { n.texts, n.pairs = table.NewDictionary(), map[uint64]int32{} }
