package rules

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"github.com/apache/arrow-go/v18/arrow/array"
	"pgregory.net/rapid"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// The compiled form is held against the CEL interpreter, with unknowns and partial evaluation, on random rows
// and random conditions. The bindings here are written anew and share nothing with the kernels.

// oracleCollection is a table with every type of field and an order, a parent, the parent's parent, and children
// with a key of two fields.
func oracleCollection() *schemas.Collection {
	fields := func(more ...*schemas.Field) []*schemas.Field {
		list := []*schemas.Field{{Name: "id", Type: schemas.TypeKey, Privacy: schemas.Open}}
		for _, f := range []struct {
			name string
			t    schemas.Type
		}{
			{"b1", schemas.TypeBoolean}, {"b2", schemas.TypeBoolean}, {"n1", schemas.TypeInteger}, {"n2", schemas.TypeInteger},
			{"d1", schemas.TypeDate}, {"d2", schemas.TypeDateTime}, {"c1", schemas.TypeCode}, {"c2", schemas.TypeCode}, {"t1", schemas.TypeText},
			{"x1", schemas.TypeDecimal}, {"l1", schemas.TypeList},
		} {
			list = append(list, &schemas.Field{Name: f.name, Type: f.t, Privacy: schemas.Open})
		}
		return append(list, more...)
	}
	refers := func(to, name string) *schemas.Field {
		return &schemas.Field{Name: name + "_id", Type: schemas.TypeKey, References: to, Parent: name, Privacy: schemas.Open}
	}
	return &schemas.Collection{Name: "oracle", Tables: []*schemas.Table{
		{Name: "grands", Key: []string{"id"}, Fields: fields()},
		{Name: "parents", Key: []string{"id"}, Fields: fields(refers("grands", "grand"))},
		{Name: "rows", Key: []string{"id", "c1"}, Fields: fields(refers("parents", "parent")), Order: &schemas.Order{Within: []string{"parent_id"}, By: []string{"d1"}}},
		{
			Name: "kids", Key: []string{"id"}, Fields: fields(&schemas.Field{Name: "row_id", Type: schemas.TypeKey, Privacy: schemas.Open}),
			Parents: []*schemas.Parent{{Name: "row", Table: "rows", By: []string{"row_id", "c1"}}},
		},
	}}
}

// cell is one drawn cell.
type cell struct {
	text  string
	state table.State
}

var (
	oracleTexts = []string{"", "a", "B", "ab", "1A", "10", "É", "B801200005001", "9434765919", "BH2 6DY", "943 476 5919"}
	oracleDates = []string{"2018-12-24", "2019-01-01", "2019-01-31", "2019-02-28", "2020-02-29", "2019-12-31"}
)

func drawCell(t *rapid.T, f *schemas.Field, keys int) cell {
	if rapid.IntRange(0, map[bool]int{true: 9, false: 3}[f.Name == "id"]).Draw(t, "missing") == 0 {
		return cell{state: rapid.SampledFrom([]table.State{table.Blank, table.Unreadable}).Draw(t, "state")}
	}
	switch f.Type {
	case schemas.TypeKey:
		return cell{text: fmt.Sprintf("K%d", rapid.IntRange(0, keys).Draw(t, "key"))}
	case schemas.TypeInteger:
		return cell{text: fmt.Sprint(rapid.IntRange(-2, 3).Draw(t, "integer"))}
	case schemas.TypeBoolean:
		return cell{text: fmt.Sprint(rapid.Bool().Draw(t, "boolean"))}
	case schemas.TypeDate:
		return cell{text: rapid.SampledFrom(oracleDates).Draw(t, "date")}
	case schemas.TypeDateTime:
		return cell{text: rapid.SampledFrom(oracleDates).Draw(t, "date") + rapid.SampledFrom([]string{"", " 09:30", " 23:59"}).Draw(t, "time")}
	case schemas.TypeDecimal:
		return cell{text: rapid.SampledFrom([]string{"-1.5", "0", "0.0001", "2", "2.25"}).Draw(t, "decimal")}
	case schemas.TypeList:
		return cell{text: rapid.SampledFrom([]string{"a", "a;B", "B; a;a", ";", "10;1A;É"}).Draw(t, "list")}
	}
	return cell{text: rapid.SampledFrom(oracleTexts[1:]).Draw(t, "text")}
}

// drawDelivery draws the rows of every table; some share their dictionaries with their parents, some do not.
func drawDelivery(t *rapid.T, coll *schemas.Collection, most int) (*Delivery, map[string][]map[string]cell) {
	d := &Delivery{Collection: coll, Tables: map[string]*table.Table{}}
	asAt := schemas.DayOf(2019, time.June, 30)
	d.AsAt = &asAt
	drawn := map[string][]map[string]cell{}
	for _, of := range coll.Tables {
		n := rapid.IntRange(0, most).Draw(t, "rows of "+of.Name)
		cells := make([]map[string]cell, n)
		texts := make([]map[string]string, n)
		for row := range cells {
			cells[row], texts[row] = map[string]cell{}, map[string]string{}
			for _, f := range of.Fields {
				c := drawCell(t, f, 5)
				cells[row][f.Name], texts[row][f.Name] = c, c.text
			}
		}
		made := &table.Table{Schema: of, Rows: n}
		for _, f := range of.Fields {
			c := exampleColumn(f, texts)
			if rapid.Bool().Draw(t, "sliced") { // a view into a longer array
				longer := exampleColumn(f, slices.Concat(make([]map[string]string, 3), texts))
				c.Array = array.NewSlice(longer.Array, 3, int64(n)+3)
			}
			for row := range cells {
				if cells[row][f.Name].state == table.Unreadable {
					c.Kept = append(c.Kept, table.Kept{Row: row, Text: "?", Unreadable: true})
				}
			}
			if f.References != "" && rapid.Bool().Draw(t, "shared") {
				shareDictionary(c, d.Tables[f.References].Column("id"))
			}
			made.Columns = append(made.Columns, c)
		}
		d.Tables[of.Name] = made
		drawn[of.Name] = cells
	}
	return d, drawn
}

// shareDictionary rewrites a referencing column so that its dictionary begins with the parent's.
func shareDictionary(c, parent *table.Column) {
	dictionary := table.NewDictionary()
	_, values := parent.Codes()
	for i := range values.Len() {
		dictionary.Code([]byte(values.Value(i)))
	}
	a := c.Array.(*array.Dictionary)
	codes := make([]uint32, a.Len())
	for row := range codes {
		if a.IsValid(row) {
			codes[row] = dictionary.Code([]byte(c.Text(row)))
		}
	}
	valid := make([]byte, len(codes)/8+1)
	for row := range codes {
		if a.IsValid(row) {
			valid[row>>3] |= 1 << (row & 7)
		}
	}
	c.Array = table.DictionaryArray(codes, dictionary.Array(), valid, a.NullN())
}

// conditionText draws conditions of the whole language.
type conditionText struct{ t *rapid.T }

func (g conditionText) pick(of ...string) string { return rapid.SampledFrom(of).Draw(g.t, "pick") }

func (g conditionText) prefix() string { return g.pick("", "", "", "parent.", "parent.grand.") }

func (g conditionText) list(element func(int) string, depth int) string {
	var elements []string
	for range rapid.IntRange(0, 3).Draw(g.t, "elements") {
		elements = append(elements, element(depth))
	}
	return "[" + strings.Join(elements, ", ") + "]"
}

func (g conditionText) boolean(depth int) string {
	if depth <= 0 {
		switch g.pick("field", "field", "present", "parent", "constant") {
		case "present":
			return "present(" + g.prefix() + g.pick("b1", "n1", "d1", "d2", "c1", "t1", "id") + ")"
		case "parent":
			return g.pick("present(parent)", "present(parent.grand)")
		case "constant":
			return g.pick("true", "false")
		}
		return g.prefix() + g.pick("b1", "b2")
	}
	depth--
	compare := g.pick("<", "<=", ">", ">=", "==", "!=")
	switch g.pick("and", "and", "or", "or", "not", "is_true", "choose", "same", "in", "int", "date", "text", "text", "test", "starts", "leaf") {
	case "and":
		return "(" + g.boolean(depth) + " && " + g.boolean(depth) + ")"
	case "or":
		return "(" + g.boolean(depth) + " || " + g.boolean(depth) + ")"
	case "not":
		return "!(" + g.boolean(depth) + ")"
	case "is_true":
		return "is_true(" + g.boolean(depth) + ")"
	case "choose":
		return "(" + g.boolean(depth) + " ? " + g.boolean(depth) + " : " + g.boolean(depth) + ")"
	case "same":
		return "(" + g.boolean(depth) + g.pick(" == ", " != ") + g.boolean(depth) + ")"
	case "in":
		switch g.pick("b", "n", "d", "t") {
		case "b":
			return "(" + g.boolean(depth) + " in " + g.list(g.boolean, 0) + ")"
		case "n":
			return "(" + g.integer(depth) + " in " + g.list(g.integer, 0) + ")"
		case "d":
			return "(" + g.date(depth) + " in " + g.list(g.date, 0) + ")"
		}
		return "(" + g.text(depth) + " in " + g.list(g.text, 0) + ")"
	case "int":
		return "(" + g.integer(depth) + compare + g.integer(depth) + ")"
	case "date":
		return "(" + g.date(depth) + compare + g.date(depth) + ")"
	case "text":
		return "(" + g.text(depth) + compare + g.text(depth) + ")"
	case "test":
		return g.pick(
			`valid(`+g.text(depth)+`, "upn")`, `valid(`+g.text(depth)+`, "nhs_number")`, `valid(`+g.text(depth)+`, "numeric")`,
			`in_codes(`+g.text(depth)+`, "referral_source")`)
	case "starts":
		return "starts_with(" + g.text(depth) + ", " + g.text(depth) + ")"
	}
	return g.boolean(0)
}

func (g conditionText) integer(depth int) string {
	if depth <= 0 {
		return g.pick(g.prefix()+"n1", g.prefix()+"n2", fmt.Sprint(rapid.IntRange(-3, 3).Draw(g.t, "integer")))
	}
	depth--
	switch g.pick("add", "subtract", "negate", "days", "size", "working", "months", "age", "choose", "leaf") {
	case "add":
		return "(" + g.integer(depth) + " + " + g.integer(depth) + ")"
	case "subtract":
		return "(" + g.integer(depth) + " - " + g.integer(depth) + ")"
	case "negate":
		return "-(" + g.integer(depth) + ")"
	case "days":
		return "(" + g.date(depth) + " - " + g.date(depth) + ")"
	case "size":
		return "size(" + g.text(depth) + ")"
	case "working":
		return "working_days(" + g.date(depth) + ", " + g.date(depth) + ")"
	case "months":
		return "months_between(" + g.date(depth) + ", " + g.date(depth) + ")"
	case "age":
		return "age(" + g.date(depth) + ", " + g.date(depth) + ")"
	case "choose":
		return "(" + g.boolean(depth) + " ? " + g.integer(depth) + " : " + g.integer(depth) + ")"
	}
	return g.integer(0)
}

func (g conditionText) date(depth int) string {
	if depth <= 0 {
		return g.pick(g.prefix()+"d1", g.prefix()+"d2", "as_at", fmt.Sprintf("date(%q)", g.pick(oracleDates...)))
	}
	depth--
	switch g.pick("add", "subtract", "choose", "leaf", "leaf") {
	case "add":
		return "(" + g.date(depth) + " + " + g.integer(depth) + ")"
	case "subtract":
		return "(" + g.date(depth) + " - " + g.integer(depth) + ")"
	case "choose":
		return "(" + g.boolean(depth) + " ? " + g.date(depth) + " : " + g.date(depth) + ")"
	}
	return g.date(0)
}

func (g conditionText) text(depth int) string {
	if depth <= 0 {
		return g.pick(g.prefix()+"c1", g.prefix()+"c1", g.prefix()+"c2", g.prefix()+"t1", g.prefix()+"id", fmt.Sprintf("%q", g.pick(oracleTexts...)))
	}
	depth--
	switch g.pick("lower", "normal", "choose", "leaf", "leaf") {
	case "lower":
		return "lower(" + g.text(depth) + ")"
	case "normal":
		return "normal_form(" + g.text(depth) + ", " + g.pick(`"upn"`, `"nhs_number"`) + ")"
	case "choose":
		return "(" + g.boolean(depth) + " ? " + g.text(depth) + " : " + g.text(depth) + ")"
	}
	return g.text(0)
}

// oracleDate is a date as the interpreter sees it.
type oracleDate struct{ schemas.Day }

func (d oracleDate) ConvertToNative(reflect.Type) (any, error) { return d.Day, nil }
func (d oracleDate) ConvertToType(ref.Type) ref.Val            { return types.NewErr("a date stays a date") }
func (d oracleDate) Equal(other ref.Val) ref.Val               { return types.Bool(d == other) }
func (d oracleDate) Type() ref.Type                            { return dateType }
func (d oracleDate) Value() any                                { return d }

// oracleBinding says what an overload does, for the interpreter; nil for what it does by itself.
func oracleBinding(overload string, calendar *schemas.Calendar) cel.OverloadOpt {
	compare := func(ask func(int) bool) cel.OverloadOpt {
		return cel.BinaryBinding(func(a, b ref.Val) ref.Val {
			if d, ok := a.(oracleDate); ok {
				a, b = types.Int(d.Day), types.Int(b.(oracleDate).Day)
			}
			return types.Bool(ask(int(a.(traits.Comparer).Compare(b).(types.Int))))
		})
	}
	number := func(v ref.Val) int64 {
		if d, ok := v.(oracleDate); ok {
			return int64(d.Day)
		}
		return int64(v.(types.Int))
	}
	name := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(overload, "_string"), "_int"), "_date"), "_bool")
	switch name {
	case "less":
		return compare(func(c int) bool { return c < 0 })
	case "at_most":
		return compare(func(c int) bool { return c <= 0 })
	case "greater":
		return compare(func(c int) bool { return c > 0 })
	case "at_least":
		return compare(func(c int) bool { return c >= 0 })
	case "not":
		return cel.UnaryBinding(func(v ref.Val) ref.Val { return !v.(types.Bool) })
	case "in":
		return cel.BinaryBinding(func(v, list ref.Val) ref.Val { return list.(traits.Container).Contains(v) })
	case "add":
		return cel.BinaryBinding(func(a, b ref.Val) ref.Val {
			if _, ok := a.(oracleDate); ok {
				return oracleDate{schemas.Day(number(a) + number(b))}
			}
			return types.Int(number(a) + number(b))
		})
	case "subtract":
		return cel.BinaryBinding(func(a, b ref.Val) ref.Val {
			if _, ok := a.(oracleDate); ok {
				return oracleDate{schemas.Day(number(a) - number(b))}
			}
			return types.Int(number(a) - number(b))
		})
	case "days_between":
		return cel.BinaryBinding(func(a, b ref.Val) ref.Val { return types.Int(number(a) - number(b)) })
	case "negate":
		return cel.UnaryBinding(func(v ref.Val) ref.Val { return types.Int(-number(v)) })
	case "is_true":
		return cel.UnaryBinding(func(v ref.Val) ref.Val { return types.Bool(v == types.True) })
	case "valid":
		return cel.BinaryBinding(func(v, tag ref.Val) ref.Val {
			return types.Bool(validate.Var(string(v.(types.String)), string(tag.(types.String))) == nil)
		})
	case "in_codes":
		return cel.BinaryBinding(func(v, name ref.Val) ref.Val {
			set, err := schemas.LoadCodeSet(string(name.(types.String)))
			if err != nil {
				return types.WrapErr(err)
			}
			for _, c := range set.Codes {
				if c.Code == string(v.(types.String)) {
					return types.True
				}
			}
			return types.False
		})
	case "normal_form":
		return cel.BinaryBinding(func(v, tag ref.Val) ref.Val {
			text := strings.NewReplacer(" ", "", "\t", "", "\u00a0", "").Replace(string(v.(types.String)))
			if tag.(types.String) == "nhs_number" {
				return types.String(strings.ReplaceAll(text, "-", ""))
			}
			return types.String(strings.ToUpper(text))
		})
	case "lower":
		return cel.UnaryBinding(func(v ref.Val) ref.Val { return types.String(strings.ToLower(string(v.(types.String)))) })
	case "starts_with":
		return cel.BinaryBinding(func(a, b ref.Val) ref.Val {
			return types.Bool(strings.HasPrefix(string(a.(types.String)), string(b.(types.String))))
		})
	case "size":
		return cel.UnaryBinding(func(v ref.Val) ref.Val { return types.Int(utf8.RuneCountInString(string(v.(types.String)))) })
	case "date":
		return cel.UnaryBinding(func(v ref.Val) ref.Val {
			d, err := schemas.ParseDay(string(v.(types.String)))
			if err != nil {
				return types.WrapErr(err)
			}
			return oracleDate{d}
		})
	case "working_days":
		return cel.BinaryBinding(func(a, b ref.Val) ref.Val {
			first, last, sign := number(a), number(b), types.Int(1)
			if first > last {
				first, last, sign = last, first, -1
			}
			n := types.Int(0)
			for d := first + 1; d <= last; d++ {
				if calendar.IsWorkingDay(schemas.Day(d)) {
					n++
				}
			}
			return sign * n
		})
	case "months_between":
		return cel.BinaryBinding(func(a, b ref.Val) ref.Val { return types.Int(slowMonths(number(a), number(b))) })
	case "age":
		return cel.BinaryBinding(func(a, b ref.Val) ref.Val { return types.Int(slowMonths(number(a), number(b)) / 12) })
	}
	return nil
}

// slowMonths counts the months that can be added to the earlier day without passing the later.
func slowMonths(a, b int64) int {
	if b < a {
		return -slowMonths(b, a)
	}
	from := schemas.Date(schemas.Day(a))
	for n := 0; ; n++ {
		lastOfMonth := time.Date(from.Year(), from.Month()+time.Month(n)+2, 0, 0, 0, 0, 0, time.UTC)
		due := time.Date(from.Year(), from.Month()+time.Month(n)+1, min(from.Day(), lastOfMonth.Day()), 0, 0, 0, 0, time.UTC)
		if due.After(schemas.Date(schemas.Day(b))) {
			return n
		}
	}
}

var presentCall = regexp.MustCompile(`present\(([a-z0-9_.]+)\)`)

// oracle judges conditions by the interpreter.
type oracle struct {
	env  *cel.Env
	coll *schemas.Collection
}

func worldOf(t testing.TB, coll *schemas.Collection) *world {
	t.Helper()
	w, err := newWorld(coll)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func newOracle(t testing.TB, coll *schemas.Collection, of *schemas.Table, calendar *schemas.Calendar) oracle {
	t.Helper()
	world := worldOf(t, coll)
	product, err := environment(world, tableRef{schema: of})
	if err != nil {
		t.Fatal(err)
	}
	options := []cel.EnvOption{cel.CustomTypeProvider(records{world}), cel.VariableDecls(product.Variables()...)}
	for _, f := range functions {
		if f.name == "present" || strings.HasPrefix(f.name, "@") && f.name != "@in" {
			continue
		}
		var with []cel.OverloadOpt
		if b := oracleBinding(f.overload, calendar); b != nil {
			with = append(with, b)
		}
		if f.name == "is_true" {
			with = append(with, cel.OverloadIsNonStrict())
		}
		options = append(options, cel.Function(f.name, cel.Overload(f.overload, f.arguments, f.result, with...)))
	}
	for _, prefix := range []string{"", "parent.", "parent.grand."} {
		for _, f := range of.Fields {
			options = append(options, cel.Variable(presentName(prefix+f.Name), cel.BoolType))
		}
	}
	for _, p := range []string{"parent", "parent.grand"} {
		options = append(options, cel.Variable(presentName(p), cel.BoolType))
	}
	env, err := cel.NewCustomEnv(options...)
	if err != nil {
		t.Fatal(err)
	}
	return oracle{env, coll}
}

func presentName(path string) string { return "present_" + strings.ReplaceAll(path, ".", "__") }

// program compiles a condition; present() becomes a variable, because only the binding knows why a value is
// missing.
func (o oracle) program(t *rapid.T, condition string) cel.Program {
	text := presentCall.ReplaceAllStringFunc(condition, func(call string) string {
		return presentName(presentCall.FindStringSubmatch(call)[1])
	})
	parsed, issues := o.env.Parse(text)
	if issues.Err() != nil {
		t.Fatal(issues.Err())
	}
	spellIn(parsed.NativeRep().Expr())
	checked, issues := o.env.Check(parsed)
	if issues.Err() != nil {
		t.Fatal(issues.Err())
	}
	p, err := o.env.Program(checked, cel.EvalOptions(cel.OptPartialEval))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// spellIn turns x in [a, b] into x == a || x == b: what one element settles stays settled, as with exists.
func spellIn(e ast.Expr) {
	made := ast.NewExprFactory()
	id := int64(1_000_000)
	fresh := func() int64 { id++; return id }
	ast.PostOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.In {
			return
		}
		of, list := e.AsCall().Args()[0], e.AsCall().Args()[1].AsList().Elements()
		chain := made.NewLiteral(fresh(), types.False)
		for _, element := range list {
			chain = made.NewCall(fresh(), operators.LogicalOr, chain, made.NewCall(fresh(), operators.Equals, of, element))
		}
		e.SetKindCase(chain)
	}))
}

// bindings lists what a row sees and which attributes are unknown.
type bindings struct {
	values  map[string]any
	unknown []*cel.AttributePatternType
}

func (b *bindings) present(path string, state table.State) {
	b.values[presentName(path)] = state == table.Present
	if state == table.Unreadable {
		b.unknown = append(b.unknown, cel.AttributePattern(presentName(path)))
	}
}

func pattern(path string) *cel.AttributePatternType {
	names := strings.Split(path, ".")
	p := cel.AttributePattern(names[0])
	for _, n := range names[1:] {
		p = p.QualString(n)
	}
	return p
}

// record binds the fields of a record under a prefix into values, and its parent's into a map of their own.
// record is nil where there is none; state then says why.
func (b *bindings) record(coll *schemas.Collection, drawn map[string][]map[string]cell, of *schemas.Table, prefix string, r map[string]cell, state table.State, values map[string]any) {
	for _, f := range of.Fields {
		c := cell{state: state}
		if r != nil {
			c = r[f.Name]
		}
		b.present(prefix+f.Name, c.state)
		if f.Type == schemas.TypeDecimal || f.Type == schemas.TypeList {
			continue // the interpreter has its own
		}
		values[f.Name] = native(f, c.text)
		if c.state != table.Present {
			b.unknown = append(b.unknown, pattern(prefix+f.Name))
		}
		if f.Parent == "" {
			continue
		}
		parent := coll.Table(f.References)
		var found map[string]cell
		why := c.state
		if c.state == table.Present {
			why = table.Blank
			for _, candidate := range drawn[parent.Name] {
				if candidate["id"].text == c.text {
					found, why = candidate, table.Present
					break
				}
			}
		}
		b.present(prefix+f.Parent, why)
		inner := map[string]any{}
		b.record(coll, drawn, parent, prefix+f.Parent+".", found, why, inner)
		values[f.Parent] = inner
	}
}

func native(f *schemas.Field, text string) any {
	switch f.Type {
	case schemas.TypeInteger:
		var n int64
		_, _ = fmt.Sscan(text, &n)
		return n
	case schemas.TypeBoolean:
		return text == "true"
	case schemas.TypeDate, schemas.TypeDateTime:
		day, _, _ := strings.Cut(text, " ")
		d, _ := schemas.ParseDay(day)
		return oracleDate{d}
	}
	return text
}

// judge evaluates a condition over every row of a table in its three values.
func judge(t rapid.TB, coll *schemas.Collection, of *schemas.Table, condition string, d *Delivery) []uint8 {
	c, err := compileCondition(coll, of, condition)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorker(context.Background())
	if err := newBinder(d).bind(w, c.check.table, &c.check.reading); err != nil {
		t.Fatal(err)
	}
	var out []uint8
	for start := 0; start < w.in.rows; start += chunkRows {
		at := w.chunk(start, w.in.rows)
		answers := w.takeFlags(at.n)
		c.check.holds.bools(w, at, answers)
		out = append(out, answers...)
		w.dropFlags(answers)
		w.dropLanes(at)
	}
	return out
}

func TestCompiledConditionsAgreeWithTheInterpreter(t *testing.T) {
	coll := oracleCollection()
	of := coll.Table("rows")
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	o := newOracle(t, coll, of, calendar)
	counts := [3]int{}
	rapid.Check(t, func(t *rapid.T) {
		d, drawn := drawDelivery(t, coll, rapid.SampledFrom([]int{5, 40}).Draw(t, "most"))
		d.Calendar = calendar
		for range 3 {
			condition := conditionText{t}.boolean(rapid.IntRange(1, 4).Draw(t, "depth"))
			program := o.program(t, condition)
			for row, got := range judge(t, coll, of, condition, d) {
				b := &bindings{values: map[string]any{"as_at": oracleDate{*d.AsAt}}}
				b.record(coll, drawn, of, "", drawn["rows"][row], table.Present, b.values)
				vars, err := cel.PartialVars(b.values, b.unknown...)
				if err != nil {
					t.Fatal(err)
				}
				out, _, err := program.Eval(vars)
				if err != nil {
					t.Fatalf("%s, row %d: the interpreter says %v", condition, row, err)
				}
				want := unknown
				switch out {
				case types.True:
					want = yes
				case types.False:
					want = no
				}
				counts[want]++
				if got != want {
					t.Fatalf("%s, row %d: got %d, the interpreter says %v\ncells %v", condition, row, got, out, drawn["rows"][row])
				}
			}
		}
	})
	t.Logf("compared: %d false, %d unknown, %d true", counts[no], counts[unknown], counts[yes])
}

// compileCondition compiles the only condition over the records of a table.
func compileCondition(coll *schemas.Collection, t *schemas.Table, text string) (*Condition, error) {
	c, err := ConditionsOver(coll, t)
	if err != nil {
		return nil, err
	}
	return c.Compile(text)
}
