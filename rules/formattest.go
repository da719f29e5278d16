package rules

import "slices"

// formatTest is a format that conditions ask a field for: where several checks do so, each of its rows is tested but once.
type formatTest struct {
	test   func(string) bool
	checks int // that ask
}

type testKey struct {
	table tableRef
	field string
	tag   string
}

// formatOf is a format and the slot of the field that it is asked of.
type formatOf struct {
	*formatTest
	slot int
}

// formatNode is valid() of a field of the records of a check.
type formatNode struct {
	testNode
	slot   int
	format int // its place among the formats of the check
}

// formatTest returns the node of a format that a text is tested for.
func (c *compiler) formatTest(node testNode, tag string) boolNode {
	field, ok := node.of.(textField)
	if !ok || c.world.tests == nil {
		return node
	}
	ref := c.columns[field.slot]
	if ref.variable != 0 || ref.via != nil || len(ref.steps) > 0 || ref.partsOf != noColumn {
		return node
	}
	key := testKey{ref.table, ref.field.Name, tag}
	of := c.world.tests[key]
	if of == nil {
		of = &formatTest{test: node.test}
		c.world.tests[key] = of
	}
	at := slices.IndexFunc(c.formats, func(f formatOf) bool { return f.formatTest == of })
	if at < 0 {
		at = len(c.formats)
		c.formats = append(c.formats, formatOf{of, field.slot})
		of.checks++
	}
	return formatNode{node, field.slot, at}
}

func (n formatNode) bools(w *worker, at *lanes, out []uint8) {
	answers := w.in.formats[n.format]
	if answers == nil {
		n.testNode.bools(w, at, out)
		return
	}
	for i, row := range at.rows[w.in.columns[n.slot].variable] {
		out[i] = answers[row]
	}
}

// formatAnswers returns what a format says of each row of a column, or nil where that is asked as it comes.
func (b *binder) formatAnswers(of *formatTest, c *column) []uint8 {
	type key struct{ *formatTest }
	if of.checks < 2 || c.text == nil {
		return nil
	}
	return once(b, key{of}, func() []uint8 {
		answers := make([]uint8, c.length)
		for row := range answers {
			switch {
			case c.valid(int32(row)) == 0:
				answers[row] = unknown
			case of.test(c.text.Value(row)):
				answers[row] = yes
			}
		}
		return answers
	})
}
