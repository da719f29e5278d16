package rules

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"frontdoor/schemas"
)

// conditionError is the mistakes that the type checker or the compiler found in one text.
type conditionError struct {
	place, text string
	issues      *cel.Issues
}

// Error writes each mistake with a caret under its place in the text.
func (e conditionError) Error() string {
	return fmt.Sprintf("compile %s:\n%s", e.place, e.issues.String())
}

// explainer turns what went wrong while a check was compiled into faults of its catalogue.
type explainer struct {
	rule   *Rule
	coll   *schemas.Collection
	names  []string // what the conditions of the check may call by name
	flag   position // the flag that is compiled
	faults Faults
}

func (x *explainer) fault(at position, hint, format string, args ...any) {
	x.faults = append(x.faults, x.rule.document.fault(at, x.rule.Code, fmt.Sprintf(format, args...), hint))
}

// expression explains the error of a text that stands under key. A mistake inside it is shown where it stands in
// the catalogue, however YAML has folded the text.
func (x *explainer) expression(e Expression, key string, err error) {
	inside := conditionError{}
	if !errors.As(err, &inside) {
		x.fault(position{e.Line, e.Column}, "", "%s: %s", key, strings.TrimPrefix(err.Error(), "compile "+key+": "))
		return
	}
	for _, issue := range slices.Concat(inside.issues.Errors(), unknownNames(inside.text)) {
		message := ownSuggestion.ReplaceAllString(issue.Message, "")
		at := x.rule.document.within(e, offsetOf(e.Text, issue.Location))
		x.fault(at, x.hint(message), "%s: %s", key, message)
	}
}

// flagged explains the error of a flag.
func (x *explainer) flagged(err error) {
	if err != nil {
		x.fault(x.flag, x.hint(err.Error()), "%s", err)
	}
}

// ownSuggestion is what the type checker and the parser add to a message, and the hint says better.
var ownSuggestion = regexp.MustCompile(`(?s) \(did you mean .*| \(in container ''\).*| expecting .*|\n.*`)

// offsetOf returns the place of a location in a text, in characters.
func offsetOf(text string, at common.Location) int {
	offset := max(at.Column(), 0)
	lines := strings.Split(text, "\n")
	for _, line := range lines[:min(max(at.Line()-1, 0), len(lines))] {
		offset += len([]rune(line)) + 1
	}
	return offset
}

// unknownNames judges the formats and code sets of a text whose types are wrong: the compiler, which would name
// them, does not come to it.
func unknownNames(text string) []*common.Error {
	env, err := cel.NewCustomEnv()
	if err != nil {
		return nil
	}
	tree, issues := env.Parse(text)
	if issues.Err() != nil {
		return nil
	}
	var found []*common.Error
	of := tree.NativeRep()
	ast.PostOrderVisit(of.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || len(e.AsCall().Args()) < 2 {
			return
		}
		argument := e.AsCall().Args()[1]
		if argument.Kind() != ast.LiteralKind {
			return
		}
		name, ok := argument.AsLiteral().(types.String)
		if !ok {
			return
		}
		var err error
		switch e.AsCall().FunctionName() {
		case "valid":
			_, err = checkOf(string(name))
		case "normal_form":
			_, err = normalOf(string(name))
		case "in_codes":
			_, err = schemas.LoadCodeSet(string(name))
		}
		if err != nil {
			found = append(found, &common.Error{Location: of.SourceInfo().GetStartLocation(argument.ID()), Message: err.Error()})
		}
	}))
	return found
}

var (
	undeclared = regexp.MustCompile(`undeclared reference to '([^']*)'`)
	undefined  = regexp.MustCompile(`undefined field '([^']*)'`)
	overload   = regexp.MustCompile(`no matching overload for '([^']*)'`)
	noFormat   = regexp.MustCompile(`no format is called "([^"]*)"`)
	noNormal   = regexp.MustCompile(`no format with a normal form is called "([^"]*)"`)
	noMember   = regexp.MustCompile(`has no (?:field|parent) (\S*)`)
	noCodes    = regexp.MustCompile(`find code set "([^"]*)"`)
)

// hint says what to do about a message of the type checker or the compiler.
func (x *explainer) hint(message string) string {
	for _, known := range []struct {
		message *regexp.Regexp
		hint    func(name string) string
	}{
		{undeclared, func(name string) string { return nearest(name, slices.Concat(x.names, functionNames())) }},
		{undefined, func(name string) string { return nearest(name, x.everyField()) }},
		{noMember, func(name string) string { return nearest(name, x.everyField()) }},
		{overload, signatures},
		{noFormat, func(name string) string { return nearest(name, formatTags(false)) }},
		{noNormal, func(name string) string { return nearest(name, formatTags(true)) }},
		{noCodes, func(name string) string { return nearest(name, schemas.CodeSets()) }},
	} {
		if found := known.message.FindStringSubmatch(message); found != nil {
			return known.hint(found[1])
		}
	}
	if strings.HasPrefix(message, "Syntax error") {
		return "something is missing or too much here; every bracket and quote needs its other half"
	}
	return ""
}

// examples explains which names in the examples of a check are no field, parent or list.
func (x *explainer) examples(check *Check, t *schemas.Table) {
	for _, e := range slices.Concat(check.Fails, check.Passes) {
		for _, r := range e.Records {
			if t != nil {
				x.example(r, t)
			}
		}
		for _, list := range slices.Concat(e.Tables, e.LastYear) {
			of := x.coll.Table(list.Name)
			if of == nil {
				x.fault(e.where(list.Name), nearest(list.Name, tableNames(x.coll)), "example: the collection %s has no table %s", x.coll.Name, list.Name)
				continue
			}
			for _, r := range list.Records {
				x.example(r, of)
			}
		}
	}
}

func (x *explainer) example(r Record, t *schemas.Table) {
	for _, f := range r.Fields {
		if t.Field(f.Name) == nil {
			x.fault(r.where(f.Name), nearest(f.Name, fieldNames(t)), "example: the table %s has no field %s", t.Name, f.Name)
		}
	}
	parents, lists := x.coll.Belongs(t), x.coll.Lists(t)
	for _, p := range r.Parents {
		if p.Name == lastYearName && len(t.Key) > 0 {
			x.example(p.Record, t)
			continue
		}
		i := slices.IndexFunc(parents, func(known *schemas.Parent) bool { return known.Name == p.Name })
		if i < 0 {
			x.fault(r.where(p.Name), nearest(p.Name, parentNames(x.coll, t)), "example: the table %s has no parent %s", t.Name, p.Name)
			continue
		}
		x.example(p.Record, x.coll.Table(parents[i].Table))
	}
	for _, list := range r.Lists {
		i := slices.IndexFunc(lists, func(known schemas.List) bool { return known.Name == list.Name })
		if i < 0 {
			x.fault(r.where(list.Name), nearest(list.Name, listNames(x.coll, t)), "example: the table %s has no list %s", t.Name, list.Name)
			continue
		}
		for _, child := range list.Records {
			x.example(child, lists[i].Table)
		}
	}
}

func parentNames(coll *schemas.Collection, t *schemas.Table) []string {
	var names []string
	for _, p := range coll.Belongs(t) {
		names = append(names, p.Name)
	}
	return names
}

func listNames(coll *schemas.Collection, t *schemas.Table) []string {
	var names []string
	for _, l := range coll.Lists(t) {
		names = append(names, l.Name)
	}
	return names
}

// everyField returns the names of all fields, parents and lists of the collection.
func (x *explainer) everyField() []string {
	names := map[string]bool{}
	for _, t := range x.coll.Tables {
		for _, name := range slices.Concat(fieldNames(t), parentNames(x.coll, t), listNames(x.coll, t)) {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// namesOf returns what the conditions of a check may call by name, the functions left out.
func (x *explainer) namesOf(w *world, check *Check, t tableRef) []string {
	names := slices.Clone(reserved)
	if t.schema == nil {
		names = append(names, tableNames(w.coll)...)
	} else {
		names = slices.Concat(w.members(t), names)
	}
	for _, let := range check.Let {
		names = append(names, let.Name)
	}
	return names
}

func fieldNames(t *schemas.Table) []string {
	var names []string
	for _, f := range t.Fields {
		names = append(names, f.Name)
	}
	return names
}

func tableNames(coll *schemas.Collection) []string {
	var names []string
	for _, t := range coll.Tables {
		names = append(names, t.Name)
	}
	return names
}

// functionNames returns the functions that conditions may call by name.
func functionNames() []string {
	var names []string
	for _, f := range functions {
		if isName.MatchString(f.name) && !slices.Contains(names, f.name) {
			names = append(names, f.name)
		}
	}
	return names
}

var isName = regexp.MustCompile(`^[a-z][a-z_]*$`)

// signatures says which types a function or operator takes.
func signatures(name string) string {
	var takes []string
	for _, f := range functions {
		if f.name != name {
			continue
		}
		var types []string
		for _, a := range f.arguments {
			types = append(types, a.String())
		}
		if text := "(" + strings.Join(types, ", ") + ")"; !slices.Contains(takes, text) {
			takes = append(takes, text)
		}
	}
	if len(takes) == 0 {
		return ""
	}
	return strings.Trim(name, "_") + " takes " + strings.Join(takes, " or ")
}

// formatTags returns the sector's own formats, or those of them that have a normal form.
func formatTags(normal bool) []string {
	var tags []string
	for _, f := range formats {
		if !normal || f.normal != nil {
			tags = append(tags, f.tag)
		}
	}
	return tags
}
