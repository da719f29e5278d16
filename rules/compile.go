package rules

import (
	"errors"
	"fmt"
	"math"
	"regexp"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"frontdoor/schemas"
)

// mostNodes is the most nodes that a condition may come to once its named values are put in; named values that
// double each other would otherwise keep a night busy.
const mostNodes = 10_000

var nameForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// value is a compiled part of a condition: a boolNode, numberNode or textNode, a record or a *list.
type value struct {
	node any
	// slot is the only column that the part reads, if that is a text or list column; noColumn when it reads none
	// and severalColumns when it reads more, or others.
	slot  int
	reads variables
	costs bool // judging it costs more than looking an answer up
	nodes int
}

const (
	noColumn       = -1
	severalColumns = -2
)

// record is a record that a condition names.
type record struct {
	node     recordNode
	table    tableRef
	variable int     // the variable from which it is reached
	steps    []*step // by which it is reached
	computed bool    // it is not reached by steps: variable and steps mean nothing
}

// columnRef is a field that a check reads.
type columnRef struct {
	table    tableRef
	field    *schemas.Field
	variable int
	steps    []*step
	via      recordNode // a computed record; variable and steps then mean nothing
	moment   bool       // read with its time
	partsOf  int        // the slot of the list whose parts it is, or noColumn
	followed *followed  // of a date that steps lead to, in rules that are judged together
}

// compiler turns the conditions of one check into nodes.
type compiler struct {
	world  *world
	table  tableRef
	env    *cel.Env
	scope  *scope
	macros map[string]bool // named conditions
	depth  int             // how many variables there are where the part at hand stands

	reading
}

// reading is what the conditions of a check read of a delivery.
type reading struct {
	columns []columnRef
	links   []linkRef
	lists   []relation
	tables  []tableRef
	pairs   []slotPair
	parts   []distinctPart
	needs   []need // in reading order, each once
	formats []formatOf
}

// linkRef is a way from the records of a table to others.
type linkRef struct {
	from  tableRef
	steps []*step
}

// scope is the names at hand, those within a list first.
type scope struct {
	outer *scope
	name  string
	value value
	// A list is compiled anew wherever its name stands, so that it can be walked through inside itself.
	list   ast.Expr
	listIn *walk
}

func (s *scope) find(name string) *scope {
	for ; s != nil; s = s.outer {
		if s.name == name {
			return s
		}
	}
	return nil
}

func newCompiler(w *world, t tableRef, env *cel.Env) *compiler {
	c := &compiler{world: w, table: t, env: env, depth: 1, macros: map[string]bool{}}
	if t.schema != nil {
		c.need(need{kind: needTable, table: t})
	}
	return c
}

// condition compiles a text that must be a boolean.
func (c *compiler) condition(text, place string) (boolNode, error) {
	node, _, err := c.conditionTree(text, place)
	return node, err
}

// conditionTree is condition, with the tree that it was compiled from.
func (c *compiler) conditionTree(text, place string) (boolNode, *ast.AST, error) {
	v, kind, walked, err := c.checked(text, place)
	if err != nil {
		return nil, nil, err
	}
	if !kind.IsExactType(cel.BoolType) {
		return nil, nil, fmt.Errorf("compile %s: want a condition, which is true or false; this is %s", place, kind)
	}
	return c.answered(v).node.(boolNode), walked.tree, nil
}

// let compiles a named value that later texts see.
func (c *compiler) let(let Let, place string) error {
	if let.Parameters != nil {
		return c.define(let, place)
	}
	if !nameForm.MatchString(let.Name) || c.known(let.Name) {
		return fmt.Errorf("compile %s: the name %s is taken already", place, let.Name)
	}
	v, kind, tree, err := c.checked(let.Value.Text, place)
	if err != nil {
		return err
	}
	if c.env, err = c.env.Extend(cel.Variable(let.Name, kind)); err != nil {
		return fmt.Errorf("compile %s: %w", place, err)
	}
	named := &scope{outer: c.scope, name: let.Name, value: v}
	if isList(v) {
		named.list, named.listIn = tree.tree.Expr(), tree
	}
	c.scope = named
	return nil
}

// known tells whether a name means something at the place at hand.
func (c *compiler) known(name string) bool {
	if c.scope.find(name) != nil || c.macros[name] || name == lastYearName || factOf(name) != noFact {
		return true
	}
	if c.table.schema == nil {
		return c.world.coll.Table(name) != nil
	}
	return name == "this" || c.world.memberType(c.table, name) != nil
}

// expression compiles a text of any type. Errors carry the line of the text and a caret under the mistake.
func (c *compiler) expression(text, place string) (value, *cel.Type, error) {
	v, kind, _, err := c.checked(text, place)
	return v, kind, err
}

func (c *compiler) checked(text, place string) (value, *cel.Type, *walk, error) {
	source := common.NewStringSource(text, place)
	checked, issues := c.env.CompileSource(source)
	if issues.Err() != nil {
		return value{}, nil, nil, conditionError{place, text, issues}
	}
	tree := checked.NativeRep()
	w := &walk{compiler: c, tree: tree, scope: c.scope, issues: cel.NewIssuesWithSourceInfo(common.NewErrors(source), tree.SourceInfo())}
	v := w.value(tree.Expr())
	if w.issues.Err() != nil {
		return value{}, nil, nil, conditionError{place, text, w.issues}
	}
	if v.nodes > mostNodes {
		return value{}, nil, nil, fmt.Errorf("compile %s: the condition comes to more than %d parts", place, mostNodes)
	}
	return v, checked.OutputType(), w, nil
}

// walk is one pass over a checked tree.
type walk struct {
	*compiler
	tree   *ast.AST
	scope  *scope
	issues *cel.Issues
}

// fault notes a mistake at a part.
func (w *walk) fault(e ast.Expr, format string, args ...any) value {
	w.issues.ReportErrorAtID(e.ID(), format, args...)
	return value{}
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
		case types.Double:
			scaled := float64(literal) * decimalScale
			whole := math.Round(scaled)
			if math.Abs(whole) > mostDecimal || math.Abs(scaled-whole) > max(1e-6, math.Abs(scaled)*0x1p-52) {
				return w.fault(e, "want at most %d places after the point and 11 before it", decimalPlaces)
			}
			return value{node: numberConstant(whole), slot: noColumn, nodes: 1}
		}
	case ast.IdentKind:
		return w.named(e)
	case ast.SelectKind:
		selection := e.AsSelect()
		if operand := selection.Operand(); operand.Kind() == ast.IdentKind && operand.AsIdent() == lastYearName && w.table.schema == nil {
			t, _ := w.world.table(selection.FieldName())
			return w.wholeTable(e, tableRef{t.schema, true})
		}
		of := w.value(selection.Operand())
		if of.node == nil {
			return value{}
		}
		if r, ok := of.node.(record); ok && !selection.IsTestOnly() {
			v := w.member(e, r, selection.FieldName())
			if r.computed && v.node != nil {
				v.slot = severalColumns
			}
			v.nodes += of.nodes
			v.costs = v.costs || of.costs
			v.reads |= of.reads
			return v
		}
	case ast.ListKind:
		return w.written(e)
	case ast.ComprehensionKind:
		return w.comprehension(e)
	case ast.CallKind:
		return w.call(e)
	}
	return w.fault(e, "this cannot stand in a condition")
}

func (w *walk) named(e ast.Expr) value {
	name := e.AsIdent()
	if s := w.scope.find(name); s != nil {
		if s.list != nil {
			again := &walk{compiler: w.compiler, tree: s.listIn.tree, scope: s.listIn.scope, issues: s.listIn.issues}
			v := again.value(s.list)
			if v.node == nil {
				return w.fault(e, "lists stand more than %d deep inside one another", mostVariables-1)
			}
			return v
		}
		return s.value
	}
	if f := factOf(name); f != noFact {
		w.need(need{kind: needFact, fact: f})
		if f == factAuthority {
			return value{node: authorityNode{}, slot: noColumn, nodes: 1}
		}
		return value{node: factNode(f), slot: noColumn, nodes: 1}
	}
	if w.table.schema == nil {
		t, _ := w.world.table(name)
		return w.wholeTable(e, t)
	}
	this := record{node: pathNode{0, own}, table: w.table}
	if name == "this" {
		return value{node: this, slot: severalColumns, reads: 1, nodes: 1}
	}
	return w.member(e, this, name)
}

func (w *walk) call(e ast.Expr) value {
	overloads := w.tree.GetOverloadIDs(e.ID())
	if len(overloads) != 1 {
		return w.fault(e, "the types of this call cannot be told")
	}
	f := functionOf(overloads[0])
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
	node, err := f.compile(w, call)
	if err != nil {
		place := e
		if m := (mistake{}); errors.As(err, &m) {
			place = expressions[m.argument]
		}
		return w.fault(place, "%s", err)
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
	v.reads |= other.reads
	v.nodes += other.nodes
}

// answered returns v, judged once for each distinct value if it reads one text column and costs enough.
func (c *compiler) answered(v value) value {
	if v.slot < 0 || !v.costs {
		return v
	}
	n := distinctNode{part: len(c.reading.parts), distinctPart: distinctPart{slot: v.slot, node: v.node}}
	switch v.node.(type) {
	case boolNode:
		v.node = distinctBool{n}
	case numberNode:
		v.node = distinctNumber{n}
	case textNode:
		v.node = distinctText{n}
	default:
		return v
	}
	c.reading.parts = append(c.reading.parts, n.distinctPart)
	v.slot = severalColumns
	return v
}
