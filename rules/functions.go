package rules

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// function is one overload that conditions may use. Every overload has a kernel: what type-checks compiles,
// save that a tag, a code set, a pattern or a date must be written out and that present() and datetime() ask of a
// field or a record.
type function struct {
	name, overload string
	arguments      []*cel.Type
	result         *cel.Type
	compile        func(w *walk, call []argument) (any, error)
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

func functionOf(overload string) function {
	switch {
	case strings.HasPrefix(overload, sameRecordOverload):
		return function{overload: overload, compile: compileSameRecord}
	case strings.HasPrefix(overload, otherRecordOverload):
		return function{overload: overload, compile: compileOtherRecord}
	}
	return functionByOverload[overload]
}

// scalar is a type of conditions that is neither a record nor a list.
type scalarType struct {
	suffix string
	kind   *cel.Type
}

func declared() []function {
	boolean, text, integer, decimal, date, moment := cel.BoolType, cel.StringType, cel.IntType, cel.DoubleType, dateType, dateTimeType
	any := cel.TypeParamType("T")
	all := cel.ListType(any)
	numeric := []scalarType{{"int", integer}, {"double", decimal}, {"date", date}, {"datetime", moment}}
	list := []function{
		{operators.LogicalAnd, "and", args(boolean, boolean), boolean, logical(func(a, b argument) boolNode { return andNode{truth(a), truth(b), b.reads} })},
		{operators.LogicalOr, "or", args(boolean, boolean), boolean, logical(func(a, b argument) boolNode { return orNode{truth(a), truth(b), b.reads} })},
		{operators.LogicalNot, "not", args(boolean), boolean, made1(func(a boolNode) boolNode { return notNode{a} })},
		{operators.Equals, "equals_bool", args(boolean, boolean), boolean, made2(func(a, b boolNode) boolNode { return sameBoolNode{a, b} })},
		{operators.NotEquals, "not_equals_bool", args(boolean, boolean), boolean, made2(func(a, b boolNode) boolNode { return notNode{sameBoolNode{a, b}} })},
		{operators.Conditional, "choose_bool", args(boolean, boolean, boolean), boolean, made3(func(c, a, b boolNode) boolNode { return chooseBool{c, a, b} })},
		{operators.Conditional, "choose_string", args(boolean, text, text), text, made3(func(c boolNode, a, b textNode) textNode { return chooseText{c, a, b} })},
		{operators.In, "in_bool", args(boolean, cel.ListType(boolean)), boolean, compileAmong},
		{operators.In, "in_string", args(text, cel.ListType(text)), boolean, compileAmong},
		{operators.Add, "add_int", args(integer, integer), integer, compileArithmetic(plus)},
		{operators.Add, "add_double", args(decimal, decimal), decimal, compileArithmetic(plus)},
		{operators.Add, "add_date", args(date, integer), date, compileArithmetic(plus)},
		{operators.Subtract, "subtract_int", args(integer, integer), integer, compileArithmetic(minus)},
		{operators.Subtract, "subtract_double", args(decimal, decimal), decimal, compileArithmetic(minus)},
		{operators.Subtract, "subtract_date", args(date, integer), date, compileArithmetic(minus)},
		{operators.Subtract, "days_between", args(date, date), integer, compileArithmetic(minus)},
		{operators.Negate, "negate_int", args(integer), integer, compileNegate},
		{operators.Negate, "negate_double", args(decimal), decimal, compileNegate},
		{operators.Multiply, "multiply_int", args(integer, integer), integer, compileArithmetic(times)},
		{operators.Multiply, "multiply_double", args(decimal, integer), decimal, compileArithmetic(times)},
		{"present", "present", args(any), boolean, compilePresent},
		{"is_true", "is_true", args(boolean), boolean, made1(func(a boolNode) boolNode { return isTrueNode{a} })},
		{keepName, "keep", args(boolean, any), all, nil},
		{oneName, "one", args(all), any, nil},
		{bestName, "best_string", args(any, text), all, nil},
		{"size", "size_list", args(all), integer, compileCount},
		{"sum", "sum_int", args(cel.ListType(integer)), integer, compileGather(total)},
		{"sum", "sum_double", args(cel.ListType(decimal)), decimal, compileGather(total)},
		{"count_distinct", "count_distinct_string", args(cel.ListType(text)), integer, compileDifferent},
		{"valid", "valid", args(text, text), boolean, compileValid},
		{"in_codes", "in_codes", args(text, text), boolean, compileInCodes},
		{"in_codes", "in_codes_on", args(text, text, date), boolean, compileInCodesOn},
		{"group_of", "group_of", args(text, text), text, compileGroupOf},
		{"normal_form", "normal_form", args(text, text), text, compileNormalForm},
		{"lower", "lower", args(text), text, made1(func(a textNode) textNode { return foldNode{a, lowerCase} })},
		{"upper", "upper", args(text), text, made1(func(a textNode) textNode { return foldNode{a, upperCase} })},
		{"starts_with", "starts_with", args(text, text), boolean, made2(func(a, b textNode) boolNode { return holdsNode{a, b, strings.HasPrefix} })},
		{"ends_with", "ends_with", args(text, text), boolean, made2(func(a, b textNode) boolNode { return holdsNode{a, b, strings.HasSuffix} })},
		{"contains", "contains", args(text, text), boolean, made2(func(a, b textNode) boolNode { return holdsNode{a, b, strings.Contains} })},
		{"matches", "matches", args(text, text), boolean, compileMatches},
		{"size", "size", args(text), integer, made1(func(a textNode) numberNode { return sizeNode{a} })},
		{"substring", "substring", args(text, integer, integer), text, made3(func(a textNode, from, to numberNode) textNode { return substringNode{a, from, to} })},
		{"integer", "integer", args(text), integer, made1(func(a textNode) numberNode { return integerNode{a} })},
		{"decimal", "decimal", args(integer), decimal, compileDecimal},
		{"date", "date", args(text), date, compileDate},
		{"date", "date_of", args(moment), date, made1(func(a numberNode) numberNode { return dayOfNode{a} })},
		{"datetime", "datetime", args(text), moment, compileDateTime},
		{"datetime", "datetime_of", args(date), moment, compileMoment},
		{"minutes_between", "minutes_between", args(moment, moment), integer, compileBetween(minutes)},
		{"working_days", "working_days", args(date, date), integer, compileBetween(workingDays)},
		{"add_working_days", "add_working_days", args(date, integer), date, compileAddTo(workingDays)},
		{"is_working_day", "is_working_day", args(date), boolean, compileIsWorkingDay},
		{"is_weekend", "is_weekend", args(date), boolean, made1(func(a numberNode) boolNode { return dayTestNode{a, false} })},
		{"months_between", "months_between", args(date, date), integer, compileBetween(months)},
		{"age", "age", args(date, date), integer, compileBetween(years)},
		{"add_months", "add_months", args(date, integer), date, compileAddTo(months)},
		{"day", "day", args(date), integer, compileDatePart(dayPart)},
		{"month", "month", args(date), integer, compileDatePart(monthPart)},
		{"year", "year", args(date), integer, compileDatePart(yearPart)},
		{"academic_year_start", "academic_year_start", args(date), date, compileDatePart(academicYear)},
		{"financial_year_start", "financial_year_start", args(date), date, compileDatePart(financialYear)},
	}
	for _, s := range numeric {
		list = append(list,
			function{operators.Conditional, "choose_" + s.suffix, args(boolean, s.kind, s.kind), s.kind, made3(func(c boolNode, a, b numberNode) numberNode { return chooseNumber{c, a, b} })},
			function{operators.In, "in_" + s.suffix, args(s.kind, cel.ListType(s.kind)), boolean, compileAmong},
			function{bestName, "best_" + s.suffix, args(any, s.kind), all, nil},
			function{"min", "min_" + s.suffix, args(cel.ListType(s.kind)), s.kind, compileGather(least)},
			function{"max", "max_" + s.suffix, args(cel.ListType(s.kind)), s.kind, compileGather(greatest)},
			function{"count_distinct", "count_distinct_" + s.suffix, args(cel.ListType(s.kind)), integer, compileDifferent})
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
		ofTexts := compileCompareTexts(c.ask, c.exchange)
		if c.ask == equal || c.ask == notEqual {
			ofTexts = compileSame(c.ask)
		}
		list = append(list, function{c.operator, c.overload + "_string", args(text, text), boolean, ofTexts})
		for _, s := range numeric {
			list = append(list, function{c.operator, c.overload + "_" + s.suffix, args(s.kind, s.kind), boolean, compileCompareNumbers(c.ask, c.exchange)})
		}
	}
	return list
}

func args(types ...*cel.Type) []*cel.Type { return types }

func truth(a argument) boolNode { return a.node.(boolNode) }

// made1, made2 and made3 compile a call whose kernel is a node over its arguments.

func made1[A, R any](node func(A) R) func(*walk, []argument) (any, error) {
	return func(_ *walk, call []argument) (any, error) { return node(call[0].node.(A)), nil }
}

func made2[A, B, R any](node func(A, B) R) func(*walk, []argument) (any, error) {
	return func(_ *walk, call []argument) (any, error) { return node(call[0].node.(A), call[1].node.(B)), nil }
}

func made3[A, B, C, R any](node func(A, B, C) R) func(*walk, []argument) (any, error) {
	return func(_ *walk, call []argument) (any, error) {
		return node(call[0].node.(A), call[1].node.(B), call[2].node.(C)), nil
	}
}

func logical(join func(a, b argument) boolNode) func(*walk, []argument) (any, error) {
	return func(_ *walk, call []argument) (any, error) {
		joined := call[0]
		for _, a := range call[1:] {
			joined.node = join(joined, a)
		}
		return joined.node, nil
	}
}

func compileSameRecord(_ *walk, call []argument) (any, error) {
	return sameRecord{call[0].node.(record).node, call[1].node.(record).node}, nil
}

func compileOtherRecord(_ *walk, call []argument) (any, error) {
	return notNode{sameRecord{call[0].node.(record).node, call[1].node.(record).node}}, nil
}

func compileCompareNumbers(ask comparison, exchange bool) func(*walk, []argument) (any, error) {
	return made2(func(left, right numberNode) boolNode {
		if exchange {
			left, right = right, left
		}
		return compareNumbers{ask, left, right}
	})
}

func compileCompareTexts(ask comparison, exchange bool) func(*walk, []argument) (any, error) {
	return made2(func(left, right textNode) boolNode {
		if exchange {
			left, right = right, left
		}
		return compareTexts{ask, left, right}
	})
}

func compilePresent(_ *walk, call []argument) (any, error) {
	switch n := call[0].node.(type) {
	case numberField:
		return presentField(n), nil
	case textField:
		return presentField(n), nil
	case boolField:
		return presentField(n), nil
	case factNode:
		return presentFact(n), nil
	case authorityNode:
		return presentFact(factAuthority), nil
	case record:
		return presentRecord{n.node}, nil
	case *list:
		if cell, ok := n.cell(); ok {
			return presentField(cell), nil
		}
	}
	return nil, mistake{0, "present() asks of a field, a record or a fact, not of a computed value"}
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
	return !slices.Contains([]string{"present", "is_true", "and", "or", "not", "date", "datetime"}, overload)
}
