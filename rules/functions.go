package rules

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"frontdoor/schemas"
)

// function is one overload that conditions may use. Every overload has a kernel: what type-checks compiles,
// save that a tag, a code set or a date must be written out and that present() asks of a field or a parent.
type function struct {
	name, overload string
	arguments      []*cel.Type
	result         *cel.Type
	compile        func(c *compiler, call []argument) (any, error)
}

// argument is an argument of a call: what it compiled to and how it was written.
type argument struct {
	value
	expression ast.Expr
}

// mistake is an error at one argument of a call.
type mistake struct {
	argument int
	message  string
}

func (m mistake) Error() string { return m.message }

var functions = declared()

// functionByOverload finds a function by the overload that the type checker chose.
var functionByOverload = func() map[string]function {
	byOverload := map[string]function{}
	for _, f := range functions {
		byOverload[f.overload] = f
	}
	return byOverload
}()

func declared() []function {
	boolean, text, integer, date := cel.BoolType, cel.StringType, cel.IntType, dateType
	any := cel.TypeParamType("T")
	list := []function{
		{operators.LogicalAnd, "and", args(boolean, boolean), boolean, logical(func(a, b boolNode) boolNode { return andNode{a, b} })},
		{operators.LogicalOr, "or", args(boolean, boolean), boolean, logical(func(a, b boolNode) boolNode { return orNode{a, b} })},
		{operators.LogicalNot, "not", args(boolean), boolean, compileNot},
		{operators.Equals, "equals_bool", args(boolean, boolean), boolean, compileSameBool},
		{operators.NotEquals, "not_equals_bool", args(boolean, boolean), boolean, compileOtherBool},
		{operators.Conditional, "choose_bool", args(boolean, boolean, boolean), boolean, compileChooseBool},
		{operators.Conditional, "choose_string", args(boolean, text, text), text, compileChooseText},
		{operators.Conditional, "choose_int", args(boolean, integer, integer), integer, compileChooseNumber},
		{operators.Conditional, "choose_date", args(boolean, date, date), date, compileChooseNumber},
		{operators.In, "in_bool", args(boolean, cel.ListType(boolean)), boolean, compileAmongBools},
		{operators.In, "in_string", args(text, cel.ListType(text)), boolean, compileAmongTexts},
		{operators.In, "in_int", args(integer, cel.ListType(integer)), boolean, compileAmongNumbers},
		{operators.In, "in_date", args(date, cel.ListType(date)), boolean, compileAmongNumbers},
		{operators.Add, "add_int", args(integer, integer), integer, compileAdd},
		{operators.Add, "add_date", args(date, integer), date, compileAdd},
		{operators.Subtract, "subtract_int", args(integer, integer), integer, compileSubtract},
		{operators.Subtract, "subtract_date", args(date, integer), date, compileSubtract},
		{operators.Subtract, "days_between", args(date, date), integer, compileSubtract},
		{operators.Negate, "negate_int", args(integer), integer, compileNegate},
		{"present", "present", args(any), boolean, compilePresent},
		{"is_true", "is_true", args(boolean), boolean, compileIsTrue},
		{"valid", "valid", args(text, text), boolean, compileValid},
		{"in_codes", "in_codes", args(text, text), boolean, compileInCodes},
		{"normal_form", "normal_form", args(text, text), text, compileNormalForm},
		{"lower", "lower", args(text), text, compileLower},
		{"starts_with", "starts_with", args(text, text), boolean, compileStartsWith},
		{"size", "size", args(text), integer, compileSize},
		{"date", "date", args(text), date, compileDate},
		{"working_days", "working_days", args(date, date), integer, compileBetween(workingDays)},
		{"months_between", "months_between", args(date, date), integer, compileBetween(months)},
		{"age", "age", args(date, date), integer, compileBetween(years)},
	}
	for _, c := range []struct {
		operator, overload string
		ask                comparison
		exchange           bool
	}{
		{operators.Less, "less", less, false},
		{operators.LessEquals, "at_most", atMost, false},
		{operators.Greater, "greater", less, true},
		{operators.GreaterEquals, "at_least", atMost, true},
		{operators.Equals, "equals", equal, false},
		{operators.NotEquals, "not_equals", notEqual, false},
	} {
		list = append(list,
			function{c.operator, c.overload + "_string", args(text, text), boolean, compileCompareTexts(c.ask, c.exchange)},
			function{c.operator, c.overload + "_int", args(integer, integer), boolean, compileCompareNumbers(c.ask, c.exchange)},
			function{c.operator, c.overload + "_date", args(date, date), boolean, compileCompareNumbers(c.ask, c.exchange)})
	}
	return list
}

func args(types ...*cel.Type) []*cel.Type { return types }

func logical(join func(a, b boolNode) boolNode) func(*compiler, []argument) (any, error) {
	return func(_ *compiler, call []argument) (any, error) {
		joined := call[0].node.(boolNode)
		for _, a := range call[1:] {
			joined = join(joined, a.node.(boolNode))
		}
		return joined, nil
	}
}

func compileNot(_ *compiler, call []argument) (any, error) {
	return notNode{call[0].node.(boolNode)}, nil
}

func compileIsTrue(_ *compiler, call []argument) (any, error) {
	return isTrueNode{call[0].node.(boolNode)}, nil
}

func compileSameBool(_ *compiler, call []argument) (any, error) {
	return sameBoolNode{call[0].node.(boolNode), call[1].node.(boolNode)}, nil
}

func compileOtherBool(_ *compiler, call []argument) (any, error) {
	return notNode{sameBoolNode{call[0].node.(boolNode), call[1].node.(boolNode)}}, nil
}

func compileChooseBool(_ *compiler, call []argument) (any, error) {
	return chooseBool{call[0].node.(boolNode), call[1].node.(boolNode), call[2].node.(boolNode)}, nil
}

func compileChooseNumber(_ *compiler, call []argument) (any, error) {
	return chooseNumber{call[0].node.(boolNode), call[1].node.(numberNode), call[2].node.(numberNode)}, nil
}

func compileChooseText(_ *compiler, call []argument) (any, error) {
	return chooseText{call[0].node.(boolNode), call[1].node.(textNode), call[2].node.(textNode)}, nil
}

func compileCompareNumbers(ask comparison, exchange bool) func(*compiler, []argument) (any, error) {
	return func(_ *compiler, call []argument) (any, error) {
		left, right := call[0].node.(numberNode), call[1].node.(numberNode)
		if exchange {
			left, right = right, left
		}
		return compareNumbers{ask, left, right}, nil
	}
}

func compileCompareTexts(ask comparison, exchange bool) func(*compiler, []argument) (any, error) {
	return func(_ *compiler, call []argument) (any, error) {
		left, right := call[0].node.(textNode), call[1].node.(textNode)
		if exchange {
			left, right = right, left
		}
		return compareTexts{ask, left, right}, nil
	}
}

func compileAmongBools(_ *compiler, call []argument) (any, error) {
	return amongBools{call[0].node.(boolNode), elements[boolNode](call[1])}, nil
}

func compileAmongNumbers(_ *compiler, call []argument) (any, error) {
	return amongNumbers{call[0].node.(numberNode), elements[numberNode](call[1])}, nil
}

func compileAmongTexts(_ *compiler, call []argument) (any, error) {
	return amongTexts{call[0].node.(textNode), elements[textNode](call[1])}, nil
}

// elements returns the elements of a list that is written out.
func elements[T any](list argument) []T {
	var nodes []T
	for _, e := range list.node.([]value) {
		nodes = append(nodes, e.node.(T))
	}
	return nodes
}

func compileAdd(_ *compiler, call []argument) (any, error) {
	return addNode{call[0].node.(numberNode), call[1].node.(numberNode)}, nil
}

func compileSubtract(_ *compiler, call []argument) (any, error) {
	return subtractNode{call[0].node.(numberNode), call[1].node.(numberNode)}, nil
}

func compileNegate(_ *compiler, call []argument) (any, error) {
	return subtractNode{numberConstant(0), call[0].node.(numberNode)}, nil
}

func compileBetween(u unit) func(*compiler, []argument) (any, error) {
	return func(c *compiler, call []argument) (any, error) {
		if u == workingDays {
			c.need(need{kind: needCalendar})
		}
		return betweenNode{u, call[0].node.(numberNode), call[1].node.(numberNode)}, nil
	}
}

func compilePresent(_ *compiler, call []argument) (any, error) {
	switch n := call[0].node.(type) {
	case numberField:
		return presentField(n), nil
	case textField:
		return presentField(n), nil
	case boolField:
		return presentField(n), nil
	case recordNode:
		return presentRecord{n.parent}, nil
	}
	return nil, mistake{0, "present() asks of a field or a parent record, not of a computed value"}
}

func compileValid(_ *compiler, call []argument) (any, error) {
	tag, err := written(call, 1, "the format")
	if err != nil {
		return nil, err
	}
	check, err := checkOf(tag)
	if err != nil {
		return nil, mistake{1, err.Error()}
	}
	return testNode{call[0].node.(textNode), check}, nil
}

func compileNormalForm(_ *compiler, call []argument) (any, error) {
	tag, err := written(call, 1, "the format")
	if err != nil {
		return nil, err
	}
	normal, err := normalOf(tag)
	if err != nil {
		return nil, mistake{1, err.Error()}
	}
	return normalNode{call[0].node.(textNode), normal}, nil
}

func compileInCodes(c *compiler, call []argument) (any, error) {
	name, err := written(call, 1, "the code set")
	if err != nil {
		return nil, err
	}
	set, err := c.coll.CodeSet(name)
	if err != nil {
		return nil, mistake{1, err.Error()}
	}
	return testNode{call[0].node.(textNode), set.Has}, nil
}

func compileLower(_ *compiler, call []argument) (any, error) {
	return lowerNode{call[0].node.(textNode)}, nil
}

func compileStartsWith(_ *compiler, call []argument) (any, error) {
	return beginsNode{call[0].node.(textNode), call[1].node.(textNode)}, nil
}

func compileSize(_ *compiler, call []argument) (any, error) {
	return sizeNode{call[0].node.(textNode)}, nil
}

func compileDate(_ *compiler, call []argument) (any, error) {
	text, err := written(call, 0, "the date")
	if err != nil {
		return nil, err
	}
	d, err := schemas.ParseDay(text)
	if err != nil {
		return nil, mistake{0, "want a date as yyyy-mm-dd"}
	}
	return numberConstant(d), nil
}

// written returns an argument that has to be written out as text.
func written(call []argument, i int, what string) (string, error) {
	if e := call[i].expression; e.Kind() == ast.LiteralKind {
		if text, ok := e.AsLiteral().(types.String); ok {
			return string(text), nil
		}
	}
	return "", mistake{i, fmt.Sprintf("%s is written out as text in the condition", what)}
}

// worthAnswering tells whether an overload costs more than looking its answer up.
func worthAnswering(overload string) bool {
	return !slices.Contains([]string{"present", "is_true", "and", "or", "not", "date"}, overload)
}
