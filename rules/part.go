package rules

import (
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/parser"

	"frontdoor/schemas/table"
)

// Parts returns the conditions that must all be true for this one to be: what stands between its &&, or itself. Parts
// of conditions over one table that have the same Text say the same.
func (c *Condition) Parts() []*Condition { return c.parts }

// Text is the condition as it may be written.
func (c *Condition) Text() string { return c.text }

// split takes a condition apart, as far as its tree and what was compiled from it are an "and" both. It tells whether
// every part could be written by itself.
func (c *Condition) split(tree ast.Expr, info *ast.SourceInfo, node boolNode) bool {
	both, is := node.(andNode)
	if call := tree.AsCall(); is && tree.Kind() == ast.CallKind && call.FunctionName() == operators.LogicalAnd {
		return c.split(call.Args()[0], info, both.left) && c.split(call.Args()[1], info, both.right)
	}
	text, err := parser.Unparse(tree, info)
	if err != nil {
		return false // not all that macros make can be
	}
	part := &Condition{text: text, check: c.check}
	part.check.holds = node
	part.parts = []*Condition{part}
	c.parts = append(c.parts, part)
	return true
}

// wholeNode is a condition that can say of all rows of the table that is judged at once, as bits, for which it is
// true; ok is false where it has to be asked row by row.
type wholeNode interface {
	whole(w *worker) (rows *Bits, ok bool)
}

// own tells that a column is one of the table that is judged.
func (c *column) own() bool { return c.variable == 0 && c.link == nil && c.via == nil && !c.part }

func (n distinctBool) whole(w *worker) (*Bits, bool) {
	c, known := &w.in.columns[n.slot], w.in.answers[n.part].flags
	if known == nil || !c.own() {
		return nil, false
	}
	if missing := known[c.dictionary.Len():]; c.bits != nil && (missing[0] == yes || missing[1] == yes) {
		return nil, false
	}
	rows := newBits(w.in.rows)
	for i := range rows.words {
		word := uint64(0)
		for at, code := range c.codes[i<<6 : min(i<<6+64, len(c.codes))] {
			word |= uint64(known[code]>>1) << at // yes alone is 2
		}
		rows.words[i] = word
	}
	table.ValidityIn(c.bits, c.bitsFrom).Keep(rows.words)
	return rows, true
}

func (n boolField) whole(w *worker) (*Bits, bool) {
	c := &w.in.columns[n.slot]
	if !c.own() {
		return nil, false
	}
	rows := newBits(w.in.rows)
	for i := range rows.words {
		rows.words[i] = ^uint64(0)
	}
	if spare := rows.rows & 63; spare > 0 {
		rows.words[len(rows.words)-1] = 1<<spare - 1
	}
	table.ValidityIn(c.booleans, c.boolsFrom).Keep(rows.words)
	table.ValidityIn(c.bits, c.bitsFrom).Keep(rows.words)
	return rows, true
}
