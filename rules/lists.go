package rules

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
)

// list is a list that a condition names. It is walked through by its loop; what an element is, the loop's
// variable and element say.
type list struct {
	loop    *loop
	element value // in terms of the variable
	// written are the elements of a list that is written out; nil for others.
	written []value
	parts   int    // the slot of the parts of a cell of the type list; noColumn for others
	inner   *scope // of a list of lists, how an element is compiled anew: as the list of this scope
}

// cell returns the cell that holds the list, if it is one as it stands.
func (l *list) cell() (partsSource, bool) {
	cell, ok := l.loop.source.(partsSource)
	return cell, ok && len(l.loop.filters) == 0 && l.element.node == (textField{l.parts})
}

// newList returns a list walked through by the next variable.
func (w *walk) newList(e ast.Expr, from source, owner value, element func(variable int) value) value {
	if w.depth == mostVariables {
		return w.fault(e, "lists stand more than %d deep inside one another", mostVariables-1)
	}
	l := &list{loop: &loop{source: from, variable: w.depth}, parts: noColumn}
	l.element = element(w.depth)
	return value{node: l, slot: owner.slot, reads: owner.reads, costs: true, nodes: owner.nodes + 1}
}

// elementOf returns the record that a variable stands for.
func elementOf(t tableRef) func(int) value {
	return func(variable int) value {
		return value{node: record{node: pathNode{variable, own}, table: t, variable: variable}, slot: severalColumns, reads: 1 << variable, nodes: 1}
	}
}

// children compiles the list of records that belong to another.
func (w *walk) children(e ast.Expr, of record, r relation) value {
	w.need(need{kind: needTable, table: r.of})
	for _, s := range r.up {
		w.needStep(s)
	}
	at := place(&w.lists, func(other relation) bool { return other.of == r.of && slices.Equal(other.up, r.up) }, r)
	return w.newList(e, childrenSource{of.node, at}, value{slot: severalColumns, reads: of.reads(), nodes: 1}, elementOf(r.of))
}

// wholeTable compiles a table as a list.
func (w *walk) wholeTable(e ast.Expr, t tableRef) value {
	w.need(need{kind: needTable, table: t})
	at := place(&w.tables, func(other tableRef) bool { return other == t }, t)
	return w.newList(e, tableSource{at}, value{slot: severalColumns}, elementOf(t))
}

// parts compiles a cell of the type list; v says what reading the cell reads.
func (w *walk) parts(e ast.Expr, slot int, v value) value {
	if ref := w.columns[slot]; ref.via == nil && len(ref.steps) == 0 {
		v.slot = slot
	}
	made := w.newList(e, partsSource{slot}, v, func(variable int) value {
		parts := w.column(columnRef{table: w.columns[slot].table, field: w.columns[slot].field, variable: variable, partsOf: slot})
		return value{node: textField{parts}, slot: parts, reads: 1 << variable, nodes: 1}
	})
	if l, ok := made.node.(*list); ok {
		l.parts = l.element.slot
	}
	return made
}

// written compiles a list that is written out.
func (w *walk) written(e ast.Expr) value {
	joined := value{slot: noColumn, nodes: 1}
	elements := []value{}
	w.depth++ // the elements are judged where the variable of the list is at hand
	for _, item := range e.AsList().Elements() {
		v := w.value(item)
		if v.node == nil {
			w.depth--
			return value{}
		}
		if _, inside := v.node.(*list); inside {
			w.depth--
			return w.fault(item, "a list of lists cannot be written out")
		}
		elements = append(elements, v)
		joined.join(v)
	}
	w.depth--
	made := w.newList(e, writtenSource{len(elements)}, joined, func(variable int) value {
		v := joined
		v.reads |= 1 << variable
		v.node = writtenNode(variable, elements)
		return v
	})
	if l, ok := made.node.(*list); ok {
		l.written = elements
		made.costs = joined.costs
	}
	return made
}

// writtenNode returns the element of a written list that the row of a variable says, or nil for an empty list.
func writtenNode(variable int, elements []value) any {
	if len(elements) == 0 {
		return nil
	}
	switch first := elements[0].node.(type) {
	case boolNode:
		return writtenBool{variable, nodesOf[boolNode](elements)}
	case numberNode:
		return writtenNumber{variable, nodesOf[numberNode](elements)}
	case textNode:
		return writtenText{variable, nodesOf[textNode](elements)}
	case record:
		var nodes []recordNode
		for _, v := range elements {
			nodes = append(nodes, v.node.(record).node)
		}
		return record{node: writtenRecord{variable, nodes}, table: first.table, computed: true}
	}
	return nil
}

func nodesOf[T any](values []value) []T {
	var nodes []T
	for _, v := range values {
		nodes = append(nodes, v.node.(T))
	}
	return nodes
}

// within compiles a part in which name stands for an element of a list, and returns the scope of that name.
func (w *walk) within(l *list, name string, e ast.Expr) (value, *scope) {
	outer := w.scope
	inner := &scope{outer: outer, name: name, value: l.element}
	if l.inner != nil {
		inner.list, inner.listIn = l.inner.list, l.inner.listIn
	}
	w.scope = inner
	w.depth++
	v := w.value(e)
	w.depth--
	w.scope = outer
	return v, inner
}

// comprehension compiles a macro over a list.
func (w *walk) comprehension(e ast.Expr) value {
	c := e.AsComprehension()
	macro := strings.TrimPrefix(c.AccuVar(), accumulator)
	of := w.value(c.IterRange())
	if of.node == nil {
		return value{}
	}
	l := *of.node.(*list)
	if l.element.node == nil {
		return w.fault(c.IterRange(), "want a list with elements")
	}
	name := c.IterVar()
	if !strings.Contains(name, "@") && (w.scope.find(name) != nil || w.known(name)) {
		return w.fault(e, "the name %s is taken already: want another for the element", name)
	}
	what := judged(macro, c.LoopStep())
	asked, inner := w.within(&l, name, what)
	if asked.node == nil {
		return value{}
	}
	loop := *l.loop
	loop.reads |= asked.reads
	if macro == "map" {
		element := asked
		w.close(&l, &of, asked)
		l.loop, l.element, l.written = &loop, element, nil
		if l.inner = nil; isList(element) {
			l.inner = &scope{list: what, listIn: &walk{compiler: w.compiler, tree: w.tree, scope: inner, issues: w.issues}}
		}
		of.node = &l
		return of
	}
	asked = w.close(&l, &of, asked)
	switch macro {
	case "filter":
		loop.filters = append(slices.Clone(loop.filters), asked.node.(boolNode))
		l.loop, l.written = &loop, nil
		of.node = &l
	case "exists":
		of.node = someNode{&loop, asked.node.(boolNode), yes}
	case "all":
		of.node = someNode{&loop, asked.node.(boolNode), no}
	case "exists_one":
		of.node = compareNumbers{equal, countNode{&loop, asked.node.(boolNode)}, numberConstant(1)}
	case "max_by", "min_by":
		element, isRecord := l.element.node.(record)
		if !isRecord {
			return w.fault(e, "%s gives a record: want a list of records", macro)
		}
		loop.reads |= l.element.reads
		of.node = record{node: bestNode{&loop, element.node, asked.node, macro == "min_by"}, table: element.table, computed: true}
		of.slot = severalColumns
	}
	return of
}

func isList(v value) bool {
	_, is := v.node.(*list)
	return is
}

// close adds to of, the list l, what is asked of its elements: what that reads outside the list, and what it
// costs. It returns what is asked, judged once for each distinct value where that is possible.
func (w *walk) close(l *list, of *value, asked value) value {
	if l.parts != noColumn && asked.slot == l.parts {
		asked.node, asked.slot = w.answered(asked).node, noColumn
	}
	all := *of
	all.join(asked)
	if all.slot == severalColumns {
		asked = w.answered(asked)
	}
	of.slot, of.nodes, of.costs = all.slot, min(all.nodes, mostNodes+1), true
	of.reads = all.reads &^ (1 << l.loop.variable)
	return asked
}
