package rules

import "strings"

// A part of a condition that reads one dictionary column and otherwise constants is judged once for each
// distinct value, before any row is; rows then look the answer up by their code. Two answers follow those of
// the values: for a blank and for what cannot be read. Where the values are nearly as many as the rows nothing
// is gained, and the part is judged row by row.

// distinctPart is one such part; its node is a boolNode, numberNode or textNode.
type distinctPart struct {
	slot int
	node any
}

// answers is what a distinctPart says of every value; nil vectors mean that it is judged row by row.
type answers struct {
	flags   []uint8
	numbers numbers
	texts   texts
}

// answer judges the distinct values of a part of w's check.
func (p distinctPart) answer(w *worker) answers {
	c := &w.in.columns[p.slot]
	if c.dictionary == nil || c.dictionary.Len() > c.length/2 {
		return answers{}
	}
	n := c.dictionary.Len() + 2
	if c.part {
		n = c.dictionary.Len() // a part is neither blank nor unreadable
	}
	var a answers
	for start := 0; start < n; start += chunkRows {
		at := w.takeLanes()
		at.n = min(chunkRows, n-start)
		codes := w.takeRows(at.n)
		for i := range codes {
			codes[i] = uint32(start + i)
		}
		if c.part {
			at.rows[c.variable] = codes
		} else {
			at.codes = codes
		}
		w.letters = w.letters[:0]
		switch node := p.node.(type) {
		case boolNode:
			out := w.takeFlags(at.n)
			node.bools(w, at, out)
			a.flags = append(a.flags, out...)
			w.dropFlags(out)
		case numberNode:
			out := w.takeNumbers(at.n)
			node.numbers(w, at, out)
			a.numbers.values = append(a.numbers.values, out.values...)
			a.numbers.known = append(a.numbers.known, out.known...)
			w.dropNumbers(out)
		case textNode:
			out := w.takeTexts(at.n)
			node.texts(w, at, out)
			for _, text := range out.values {
				a.texts.values = append(a.texts.values, strings.Clone(text))
			}
			a.texts.known = append(a.texts.known, out.known...)
			w.dropTexts(out)
		}
		w.dropLanes(at)
	}
	return a
}

// distinctNode stands for a distinctPart in the condition; part is its place among the check's parts.
type distinctNode struct {
	part int
	distinctPart
}

func (n distinctNode) codes(w *worker, at *lanes) []uint32 {
	codes := w.takeRows(at.n)
	w.in.columns[n.slot].lookUp(w, at, codes)
	return codes
}

type distinctBool struct{ distinctNode }

func (n distinctBool) bools(w *worker, at *lanes, out []uint8) {
	known := w.in.answers[n.part].flags
	if known == nil {
		n.node.(boolNode).bools(w, at, out)
		return
	}
	c := &w.in.columns[n.slot]
	if first, ok := c.run(at); ok && c.bits == nil {
		for i, code := range c.codes[first : first+at.n] {
			out[i] = known[code]
		}
		return
	}
	if at.codes == nil && !c.part && c.plain() {
		for i, row := range at.rows[c.variable] {
			out[i] = known[c.codes[row]]
		}
		return
	}
	codes := n.codes(w, at)
	for i, code := range codes {
		out[i] = known[code]
	}
	w.dropRows(codes)
}

type distinctNumber struct{ distinctNode }

func (n distinctNumber) numbers(w *worker, at *lanes, out numbers) {
	known := w.in.answers[n.part].numbers
	if known.values == nil {
		n.node.(numberNode).numbers(w, at, out)
		return
	}
	codes := n.codes(w, at)
	for i, code := range codes {
		out.values[i], out.known[i] = known.values[code], known.known[code]
	}
	w.dropRows(codes)
}

type distinctText struct{ distinctNode }

func (n distinctText) texts(w *worker, at *lanes, out texts) {
	known := w.in.answers[n.part].texts
	if known.values == nil {
		n.node.(textNode).texts(w, at, out)
		return
	}
	codes := n.codes(w, at)
	for i, code := range codes {
		out.values[i], out.known[i] = known.values[code], known.known[code]
	}
	w.dropRows(codes)
}
