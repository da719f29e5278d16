package rules

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/parser"
)

// The macros over lists become comprehensions whose accumulator is called after them. The comprehension says to
// the type checker what goes in and what comes out; what it does is said by the name alone. The accumulator, the
// functions keep, best and one, and variables of named conditions hold an @, so that no condition can write them.
const (
	accumulator = "@"
	keepName    = "@keep"
	bestName    = "@best"
	oneName     = "@one"
)

// listMacros are the names of the macros over lists, and how the step and the result of each are written.
var listMacros = []string{"exists", "all", "exists_one", "filter", "map", "max_by", "min_by"}

var macros = func() []cel.Macro {
	var list []cel.Macro
	for _, name := range listMacros {
		list = append(list, cel.ReceiverMacro(name, 2, func(eh parser.ExprHelper, target ast.Expr, args []ast.Expr) (ast.Expr, *common.Error) {
			if args[0].Kind() != ast.IdentKind {
				return nil, eh.NewError(args[0].ID(), "want a name for the element, such as e")
			}
			element, accu := args[0].AsIdent(), accumulator+name
			init, step, result := eh.NewLiteral(types.False), args[1], eh.NewIdent(accu)
			switch name {
			case "filter":
				init, step = eh.NewList(), eh.NewCall(keepName, args[1], eh.NewIdent(element))
			case "map":
				init, step = eh.NewList(), eh.NewList(args[1])
			case "max_by", "min_by":
				init, step, result = eh.NewList(), eh.NewCall(bestName, eh.NewIdent(element), args[1]), eh.NewCall(oneName, result)
			}
			return eh.NewComprehension(target, element, accu, init, eh.NewLiteral(types.True), step, result), nil
		}))
	}
	return list
}()

// judged returns what a macro asks of each element: the part of the comprehension's step that was written.
func judged(name string, step ast.Expr) ast.Expr {
	switch name {
	case "filter":
		return step.AsCall().Args()[0]
	case "map":
		return step.AsList().Elements()[0]
	case "max_by", "min_by":
		return step.AsCall().Args()[1]
	}
	return step
}

// namedMacro returns a macro that puts the body of a let with parameters in the place of its calls. The names
// that the body gives to elements are its own: they cannot mean anything in an argument.
func namedMacro(name string, parameters []string, body ast.Expr) cel.Macro {
	return cel.GlobalMacro(name, len(parameters), func(eh parser.ExprHelper, _ ast.Expr, args []ast.Expr) (ast.Expr, *common.Error) {
		names := map[string]ast.Expr{}
		for i, p := range parameters {
			names[p] = args[i]
		}
		return expanded{eh, name}.copy(body, names), nil
	})
}

// expanded copies the body of a let with parameters.
type expanded struct {
	parser.ExprHelper
	of string
}

// copy copies an expression, with names replaced.
func (x expanded) copy(e ast.Expr, names map[string]ast.Expr) ast.Expr {
	all := func(list []ast.Expr) []ast.Expr {
		var copies []ast.Expr
		for _, item := range list {
			copies = append(copies, x.copy(item, names))
		}
		return copies
	}
	switch e.Kind() {
	case ast.IdentKind:
		if with, ok := names[e.AsIdent()]; ok {
			return x.Copy(with)
		}
		return x.NewIdent(e.AsIdent())
	case ast.SelectKind:
		return x.NewSelect(x.copy(e.AsSelect().Operand(), names), e.AsSelect().FieldName())
	case ast.CallKind:
		if call := e.AsCall(); call.IsMemberFunction() {
			return x.NewMemberCall(call.FunctionName(), x.copy(call.Target(), names), all(call.Args())...)
		}
		return x.NewCall(e.AsCall().FunctionName(), all(e.AsCall().Args())...)
	case ast.ListKind:
		return x.NewList(all(e.AsList().Elements())...)
	case ast.ComprehensionKind:
		c := e.AsComprehension()
		own := c.IterVar() + "@" + x.of
		inner := map[string]ast.Expr{c.IterVar(): x.NewIdent(own)}
		for name, with := range names {
			if name != c.IterVar() {
				inner[name] = with
			}
		}
		return x.NewComprehension(x.copy(c.IterRange(), names), own, c.AccuVar(), x.copy(c.AccuInit(), nil), x.copy(c.LoopCondition(), nil),
			x.copy(c.LoopStep(), inner), x.copy(c.Result(), nil))
	}
	return x.Copy(e)
}

// define makes a let with parameters known to the conditions after it.
func (c *compiler) define(let Let, place string) error {
	for _, word := range append([]string{let.Name}, let.Parameters...) {
		if !nameForm.MatchString(word) {
			return fmt.Errorf("compile %s: %q: want a name of letters, digits and _", place, word)
		}
	}
	if _, known := c.env.Functions()[let.Name]; known || c.macros[let.Name] || strings.HasPrefix(let.Name, operators.In) {
		return fmt.Errorf("compile %s: the name %s is taken already", place, let.Name)
	}
	parsed, issues := c.env.ParseSource(common.NewStringSource(let.Value.Text, place))
	if issues.Err() != nil {
		return fmt.Errorf("compile %s:\n%s", place, issues.String())
	}
	body := parsed.NativeRep().Expr()
	parts := 0
	ast.PreOrderVisit(body, ast.NewExprVisitor(func(ast.Expr) { parts++ }))
	if parts > mostNodes {
		return fmt.Errorf("compile %s: the condition comes to more than %d parts", place, mostNodes)
	}
	env, err := c.env.Extend(cel.Macros(namedMacro(let.Name, let.Parameters, body)))
	if err != nil {
		return fmt.Errorf("compile %s: %w", place, err)
	}
	c.env, c.macros[let.Name] = env, true
	return nil
}
