package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"frontdoor/schemas"
)

// mostNodes is the most nodes that a condition may come to once its named values are put in; named values that
// double each other would otherwise keep a night busy.
const mostNodes = 10_000

// value is a compiled part of a condition: a boolNode, numberNode or textNode, a recordNode, or the elements of
// a list.
type value struct {
	node any
	// slot is the only column that the part reads, if that is a text column; noColumn when it reads none and
	// severalColumns when it reads more, or others.
	slot  int
	costs bool // judging it costs more than looking an answer up
	nodes int
}

const (
	noColumn       = -1
	severalColumns = -2
)

// recordNode is a parent record: which one, and its place among the parents of the check.
type recordNode struct {
	steps  []*schemas.Field // the references that lead to it
	table  *schemas.Table
	parent int
}

// fieldRef is a field that a check reads, its own or a parent's.
type fieldRef struct {
	steps []*schemas.Field // the references that lead to the parent; none for an own field
	field *schemas.Field
	table *schemas.Table // the field's
}

// need is something that a delivery must have for a check to be judged.
type need struct {
	kind          needKind
	table, column string
}

type needKind uint8

const (
	needTable needKind = iota
	needColumn
	needAsAt
	needCalendar
)

// compiler turns the conditions of one check into nodes.
type compiler struct {
	coll  *schemas.Collection // nil when the table has no parents
	table *schemas.Table
	env   *cel.Env
	lets  map[string]value

	fields  []fieldRef
	parents []recordNode
	parts   []distinctPart
	needs   []need // in reading order, each once
}

func newCompiler(coll *schemas.Collection, t *schemas.Table, env *cel.Env) *compiler {
	return &compiler{coll: coll, table: t, env: env, lets: map[string]value{}, needs: []need{{kind: needTable, table: t.Name}}}
}

// condition compiles a text that must be a boolean.
func (c *compiler) condition(text, place string) (boolNode, error) {
	v, kind, err := c.expression(text, place)
	if err != nil {
		return nil, err
	}
	if !kind.IsExactType(cel.BoolType) {
		return nil, fmt.Errorf("compile %s: want a condition, which is true or false; this is %s", place, kind)
	}
	return c.answered(v).node.(boolNode), nil
}

// let compiles a named value that later texts see.
func (c *compiler) let(name, text, place string) error {
	if c.table.Field(name) != nil || reference(c.table, name) != nil || name == "as_at" || c.lets[name].node != nil {
		return fmt.Errorf("compile %s: the name %s is taken already", place, name)
	}
	v, kind, err := c.expression(text, place)
	if err != nil {
		return err
	}
	if c.env, err = c.env.Extend(cel.Variable(name, kind)); err != nil {
		return fmt.Errorf("compile %s: %w", place, err)
	}
	c.lets[name] = v
	return nil
}

// expression compiles a text of any type. Errors carry the line of the text and a caret under the mistake.
func (c *compiler) expression(text, place string) (value, *cel.Type, error) {
	source := common.NewStringSource(text, place)
	checked, issues := c.env.CompileSource(source)
	if issues.Err() != nil {
		return value{}, nil, conditionError{place, text, issues}
	}
	tree := checked.NativeRep()
	w := walk{compiler: c, tree: tree, issues: cel.NewIssuesWithSourceInfo(common.NewErrors(source), tree.SourceInfo())}
	v := w.value(tree.Expr())
	if w.issues.Err() != nil {
		return value{}, nil, conditionError{place, text, w.issues}
	}
	if v.nodes > mostNodes {
		return value{}, nil, fmt.Errorf("compile %s: the condition comes to more than %d parts", place, mostNodes)
	}
	return v, checked.OutputType(), nil
}

// walk is one pass over a checked tree.
type walk struct {
	*compiler
	tree   *ast.AST
	issues *cel.Issues
}

// value compiles a part; after a mistake, which stands in issues, its node is nil.
func (w *walk) value(e ast.Expr) value {
	switch e.Kind() {
	case ast.LiteralKind:
		switch literal := e.AsLiteral().(type) {
		case types.Bool:
			return value{node: boolConstant{bool(literal)}, slot: noColumn, nodes: 1}
		case types.Int:
			return value{node: numberConstant(literal), slot: noColumn, nodes: 1}
		case types.String:
			return value{node: textConstant(literal), slot: noColumn, nodes: 1}
		}
	case ast.IdentKind:
		return w.named(e)
	case ast.SelectKind:
		selection := e.AsSelect()
		of := w.value(selection.Operand())
		if record, ok := of.node.(recordNode); ok && !selection.IsTestOnly() {
			return w.member(record.steps, record.table, selection.FieldName())
		}
		if of.node == nil {
			return value{}
		}
	case ast.ListKind:
		list := value{slot: noColumn, nodes: 1}
		elements := []value{}
		for _, item := range e.AsList().Elements() {
			v := w.value(item)
			if v.node == nil {
				return value{}
			}
			elements = append(elements, v)
			list.join(v)
		}
		list.node = elements
		return list
	case ast.CallKind:
		return w.call(e)
	}
	w.issues.ReportErrorAtID(e.ID(), "this cannot stand in a condition")
	return value{}
}

func (w *walk) named(e ast.Expr) value {
	name := e.AsIdent()
	if v, ok := w.lets[name]; ok {
		return v
	}
	if name == "as_at" {
		w.need(need{kind: needAsAt})
		return value{node: asAtNode{}, slot: noColumn, nodes: 1}
	}
	return w.member(nil, w.table, name)
}

// member compiles a field or parent, called name, of the record that steps lead to.
func (w *walk) member(steps []*schemas.Field, t *schemas.Table, name string) value {
	if f := t.Field(name); f != nil {
		return w.field(fieldRef{steps: steps, field: f, table: t})
	}
	f := reference(t, name)
	w.need(need{needColumn, t.Name, f.Name})
	parent := w.coll.Table(f.References)
	w.need(need{kind: needTable, table: parent.Name})
	w.need(need{needColumn, parent.Name, parent.Key[0]})
	record := recordNode{steps: append(slices.Clone(steps), f), table: parent}
	record.parent = slices.IndexFunc(w.parents, func(p recordNode) bool { return slices.Equal(p.steps, record.steps) })
	if record.parent < 0 {
		record.parent = len(w.parents)
		w.parents = append(w.parents, record)
	}
	return value{node: record, slot: severalColumns, nodes: 1}
}

func (w *walk) field(ref fieldRef) value {
	w.need(need{needColumn, ref.table.Name, ref.field.Name})
	slot := slices.IndexFunc(w.fields, func(f fieldRef) bool { return f.field == ref.field && slices.Equal(f.steps, ref.steps) })
	if slot < 0 {
		slot = len(w.fields)
		w.fields = append(w.fields, ref)
	}
	switch kind := typeOf(ref.field.Type); {
	case kind.IsExactType(cel.StringType):
		return value{node: textField{slot}, slot: slot, nodes: 1}
	case kind.IsExactType(cel.BoolType):
		return value{node: boolField{slot}, slot: severalColumns, nodes: 1}
	}
	return value{node: numberField{slot}, slot: severalColumns, nodes: 1}
}

func (w *walk) call(e ast.Expr) value {
	overloads := w.tree.GetOverloadIDs(e.ID())
	if len(overloads) != 1 {
		w.issues.ReportErrorAtID(e.ID(), "the types of this call cannot be told")
		return value{}
	}
	f := functionByOverload[overloads[0]]
	expressions := e.AsCall().Args()
	joined := value{slot: noColumn, nodes: 1}
	call := make([]argument, len(expressions))
	for i, expression := range expressions {
		call[i] = argument{w.value(expression), expression}
		if call[i].node == nil {
			return value{}
		}
		joined.join(call[i].value)
	}
	joined.nodes = min(joined.nodes, mostNodes+1)
	if joined.slot == severalColumns {
		for i := range call {
			call[i].value = w.answered(call[i].value)
		}
	}
	node, err := f.compile(w.compiler, call)
	if err != nil {
		place := e.ID()
		if m := (mistake{}); errors.As(err, &m) {
			place = expressions[m.argument].ID()
		}
		w.issues.ReportErrorAtID(place, "%s", err)
		return value{}
	}
	joined.node = node
	joined.costs = joined.costs || worthAnswering(f.overload)
	return joined
}

// join adds to v what another part reads and costs.
func (v *value) join(other value) {
	switch {
	case v.slot == noColumn:
		v.slot = other.slot
	case other.slot != noColumn && other.slot != v.slot:
		v.slot = severalColumns
	}
	v.costs = v.costs || other.costs
	v.nodes += other.nodes
}

// answered returns v, judged once for each distinct value if it reads one text column and costs enough.
func (c *compiler) answered(v value) value {
	if elements, ok := v.node.([]value); ok {
		list := make([]value, len(elements))
		for i, e := range elements {
			list[i] = c.answered(e)
		}
		v.node = list
		return v
	}
	if v.slot < 0 || !v.costs {
		return v
	}
	n := distinctNode{part: len(c.parts), distinctPart: distinctPart{slot: v.slot, node: v.node}}
	c.parts = append(c.parts, n.distinctPart)
	switch v.node.(type) {
	case boolNode:
		v.node = distinctBool{n}
	case numberNode:
		v.node = distinctNumber{n}
	case textNode:
		v.node = distinctText{n}
	}
	v.slot = severalColumns
	return v
}

func (c *compiler) need(n need) {
	if !slices.Contains(c.needs, n) {
		c.needs = append(c.needs, n)
	}
}

// missing names what the delivery lacks for these needs, or returns "".
func missing(needs []need, d *Delivery) string {
	var lacks []string
	lack := func(text string) {
		if !slices.Contains(lacks, text) {
			lacks = append(lacks, text)
		}
	}
	for _, n := range needs {
		switch t := d.Tables[n.table]; n.kind {
		case needTable:
			if t == nil {
				lack("table " + n.table + " not delivered")
			}
		case needColumn:
			if t != nil && !t.Column(n.column).Delivered() {
				lack("column " + n.table + "." + n.column + " not delivered")
			}
		case needAsAt:
			if d.AsAt == nil {
				lack("as-at date not given")
			}
		case needCalendar:
			if d.Calendar == nil {
				lack("calendar of working days not given")
			}
		}
	}
	return strings.Join(lacks, ", ")
}
