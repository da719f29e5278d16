package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/decls"

	"frontdoor/schemas"
)

// What type-checks compiles and runs: every overload of every function that the environment declares is called,
// over fields, over values computed from them and over elements of lists.

// samples are texts of each type, over the rows of the oracle's collection.
var samples = map[string][]string{
	"bool":     {"b1", "!b2", "true", "is_true(parent.b1)", "kids.exists(e, e.b1)"},
	"int":      {"n1", "n1 + 1", "3", "parent.n1", "size(kids)", "max(kids.map(e, e.n1))"},
	"double":   {"x1", "x1 + 0.5", "1.25", "parent.x1", "sum(kids.map(e, e.x1))"},
	"date":     {"d1", "d2 + 1", `date("2019-01-01")`, "parent.d1", "min(kids.map(e, e.d2))", "as_at"},
	"datetime": {"datetime(d2)", `datetime("2019-01-01 09:30")`, "datetime(parent.d2)", "max(kids.map(e, datetime(e.d2)))"},
	"string":   {"c1", "lower(t1)", `"1A"`, "parent.c1", "kids.max_by(e, e.n1).t1", "authority"},
}

func sampleLists(element string) []string {
	field := map[string]string{"bool": "b1", "int": "n1", "double": "x1", "date": "d1", "datetime": "datetime(e.d2)", "string": "c1"}[element]
	if !strings.Contains(field, "(") {
		field = "e." + field
	}
	lists := []string{
		"[" + strings.Join(samples[element], ", ") + "]",
		"kids.map(e, " + field + ")",
		"kids.filter(f, f.b1).map(e, " + field + ").filter(v, v == v)",
		"[this, previous].map(e, " + field + ")",
	}
	if element == "string" {
		lists = append(lists, "l1", "parent.l1", `l1.filter(p, p != "a")`, "l1.map(p, upper(p))")
	}
	return lists
}

// texts returns samples of a type.
func textsOf(kind *cel.Type) []string {
	switch {
	case kind.TypeName() == "list":
		if of := kind.Parameters()[0]; of.TypeName() == "T" {
			return slices.Concat(sampleLists("int"), []string{"kids", "l1", "[this, previous]", "parent.grand.rows", "kids.map(e, e.row)", "kids.map(e, e.l1)"})
		} else {
			return sampleLists(of.TypeName())
		}
	case kind.TypeName() == "T":
		return []string{"t1", "b1", "n1", "x1", "d1", "l1", "parent", "previous", "kids.max_by(e, e.n1)", "last_year.parent", "kids.min_by(e, e.c1).row.parent.grand.d1"}
	case strings.HasPrefix(kind.TypeName(), recordPrefix):
		return map[string][]string{
			"rows": {"this", "previous", "next", "parent.rows.max_by(e, e.d1)", "[this, next].min_by(e, e.x1)"}, "parents": {"parent", "next.parent"}, "grands": {"parent.grand"},
			"kids": {"kids.max_by(e, e.d1)", "kids.min_by(e, e.t1)"}, "last_year.rows": {"last_year"}, "last_year.parents": {"last_year.parent", "parent.last_year"},
			"last_year.grands": {"parent.grand.last_year"}, "last_year.kids": {"last_year.kids.max_by(e, e.n1)"},
		}[strings.TrimPrefix(kind.TypeName(), recordPrefix)]
	}
	return samples[kind.TypeName()]
}

// writtenArguments are those that have to be written out.
var writtenArguments = map[string]map[int]string{
	"valid": {1: `"upn"`}, "in_codes": {1: `"sex"`}, "in_codes_on": {1: `"sex"`}, "group_of": {1: `"referral_source"`}, "normal_form": {1: `"upn"`},
	"matches": {1: `"^a"`}, "date": {0: `"2019-01-01"`}, "datetime": {0: `"2019-01-01 10:00"`}, "datetime_of": {0: "d2"},
}

func TestWhatTypeChecksCompiles(t *testing.T) {
	coll := oracleCollection()
	of := coll.Table("rows")
	env, err := environment(worldOf(t, coll), tableRef{schema: of})
	if err != nil {
		t.Fatal(err)
	}
	d, err := Example{AsAt: "2019-06-30", Records: []Record{{
		Fields:  []ExampleField{{"n1", "1"}, {"d2", "2019-01-01 09:30"}, {"l1", "a;b"}, {"x1", "2.5"}},
		Parents: []ExampleParent{{"parent", Record{Fields: []ExampleField{{"n1", "2"}}}}},
		Lists:   []ExampleList{{"kids", []Record{{Fields: []ExampleField{{"n1", "3"}, {"b1", "true"}}}, {}}}},
	}}, Facts: []ExampleField{{"authority", "E1"}}}.delivery(coll, of, mustCalendar(t))
	if err != nil {
		t.Fatal(err)
	}
	called := 0
	for name, f := range env.Functions() {
		for _, o := range f.OverloadDecls() {
			if strings.HasPrefix(name, "@") && name != "@in" {
				continue // conditions cannot write it
			}
			for _, text := range calls(name, o) {
				if kind := o.ResultType(); kind.TypeName() != "bool" {
					text = valueUsed(text, kind)
				}
				judge(t, coll, of, text, d)
				called++
			}
		}
	}
	for _, list := range slices.Concat(sampleLists("int"), sampleLists("string"), []string{"l1", "kids"}) {
		for _, macro := range listMacros {
			asked := map[bool]string{true: "1", false: "z == z"}[strings.HasSuffix(macro, "_by") || macro == "map"]
			if list == "l1" && strings.HasSuffix(macro, "_by") || strings.HasSuffix(macro, "_by") && list != "kids" {
				continue // gives a record
			}
			text := list + "." + macro + "(z, " + asked + ")"
			switch macro {
			case "filter", "map":
				text = "size(" + text + ") > 0"
			case "max_by", "min_by":
				text = "present(" + text + ")"
			}
			judge(t, coll, of, text, d)
			called++
		}
	}
	t.Logf("called %d", called)
}

// valueUsed makes a condition of a value.
func valueUsed(text string, kind *cel.Type) string { return "(" + text + ") == (" + text + ")" }

// calls writes a call for each argument's samples, the others being the first of theirs.
func calls(name string, o *decls.OverloadDecl) []string {
	var made []string
	options := make([][]string, len(o.ArgTypes()))
	most := 0
	for i, kind := range o.ArgTypes() {
		if options[i] = textsOf(kind); writtenArguments[o.ID()][i] != "" {
			options[i] = []string{writtenArguments[o.ID()][i]}
		}
		most = max(most, len(options[i]))
	}
	for i := range options {
		for _, text := range options[i] {
			var arguments []string
			for k := range options {
				if arguments = append(arguments, options[k][0]); k == i {
					arguments[k] = text
				}
			}
			made = append(made, callText(name, arguments))
		}
	}
	return made
}

// callText writes a call as conditions write it.
func callText(name string, arguments []string) string {
	for i := range arguments {
		if strings.HasPrefix(name, "_") || strings.HasSuffix(name, "_") || name == "@in" {
			arguments[i] = "(" + arguments[i] + ")"
		}
	}
	switch {
	case name == "_?_:_":
		return fmt.Sprintf("%s ? %s : %s", arguments[0], arguments[1], arguments[2])
	case name == "@in":
		return arguments[0] + " in " + arguments[1]
	case strings.HasPrefix(name, "_"):
		return arguments[0] + strings.Trim(name, "_") + arguments[1]
	case strings.HasSuffix(name, "_"):
		return strings.TrimSuffix(name, "_") + arguments[0]
	}
	return name + "(" + strings.Join(arguments, ", ") + ")"
}

func mustCalendar(t testing.TB) *schemas.Calendar {
	t.Helper()
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	return calendar
}
