package rules

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"frontdoor/schemas"
)

// Program is a catalogue compiled for the schema of its collection. It may run over any number of deliveries,
// also at the same time.
type Program struct {
	collection *schemas.Collection
	rules      []*program // those with checks, in the order of the catalogue
}

// program is one rule, compiled.
type program struct {
	rule   *Rule
	checks []*checkProgram
}

// checkProgram is one check, compiled. It has either holds or unique.
type checkProgram struct {
	table   *schemas.Table
	message string
	applies boolNode // nil for all records
	holds   boolNode
	unique  []any // numberNode or textNode
	flags   []fieldRef
	// flagNames is flags as they are written: own fields or parent.field.
	flagNames []string

	fields  []fieldRef
	parents []recordNode
	parts   []distinctPart
	needs   []need
}

// Compile type-checks and compiles every condition of the catalogue for the tables of a collection. The error is
// Faults: every mistake, with its place and what to do.
func (c *Catalogue) Compile(coll *schemas.Collection) (*Program, error) {
	p := &Program{collection: coll}
	compile := newCompilation(coll)
	var faults Faults
	for _, r := range c.Rules {
		if len(r.Checks) == 0 {
			continue
		}
		if c.Collection != coll.Name {
			return nil, Faults{c.document.fault(c.where("collection"), "", fmt.Sprintf("its rules are for the collection %s, not %s", c.Collection, coll.Name), "")}
		}
		compiled, mistakes, err := compile.rule(r)
		if err != nil {
			return nil, err
		}
		faults = append(faults, mistakes...)
		p.rules = append(p.rules, compiled)
	}
	if err := faults.orNil(); err != nil {
		return nil, err
	}
	return p, nil
}

// compilation compiles rules over the tables of one collection.
type compilation struct {
	coll         *schemas.Collection
	environments map[string]*cel.Env // by table
}

func newCompilation(coll *schemas.Collection) *compilation {
	return &compilation{coll, map[string]*cel.Env{}}
}

// rule compiles one rule; after a mistake the program is of no use.
func (c *compilation) rule(r *Rule) (*program, Faults, error) {
	x := &explainer{rule: r, coll: c.coll}
	made := &program{rule: r}
	for _, check := range r.Checks {
		compiled, err := x.check(c.environments, check)
		if err != nil {
			return nil, nil, err
		}
		made.checks = append(made.checks, compiled)
	}
	return made, x.faults, nil
}

// check compiles one check of the rule that is explained; after a mistake its result is of no use.
func (x *explainer) check(environments map[string]*cel.Env, check *Check) (*checkProgram, error) {
	t := x.coll.Table(check.For)
	if t == nil {
		x.fault(check.where("for"), nearest(check.For, tableNames(x.coll)), "for: the collection %s has no table %s", x.coll.Name, check.For)
		return nil, nil
	}
	if environments[t.Name] == nil {
		env, err := environment(x.coll, t)
		if err != nil {
			return nil, fmt.Errorf("read schema of %s: %w", t.Name, err)
		}
		environments[t.Name] = env
	}
	x.names = namesOf(x.coll, t)
	x.examples(check, t)
	compiler := newCompiler(x.coll, t, environments[t.Name])
	compiled := &checkProgram{table: t, message: x.rule.About}
	if check.About != "" {
		compiled.message = check.About
	}
	var err error
	note := func(e Expression, key string) {
		if err != nil {
			x.expression(e, key, err)
		}
	}
	for _, let := range check.Let {
		key := "let " + let.Name
		err = compiler.let(let.Name, let.Value.Text, key)
		note(let.Value, key)
		x.names = append(x.names, let.Name)
	}
	if check.Applies.Text != "" {
		compiled.applies, err = compiler.condition(check.Applies.Text, "applies")
		note(check.Applies, "applies")
	}
	if check.Holds.Text != "" {
		compiled.holds, err = compiler.condition(check.Holds.Text, "holds")
		note(check.Holds, "holds")
	}
	for _, key := range check.Unique {
		var node any
		node, err = compiler.key(key.Text, "unique")
		note(key, "unique")
		compiled.unique = append(compiled.unique, node)
	}
	if check.NoOverlap != nil || check.AtMostOneOpen != nil || len(check.Group) > 0 {
		x.fault(check.where("no_overlap", "at_most_one_open", "group"), "", "%s", errNotJudged)
	}
	var flags []string
	for _, flag := range check.Flags {
		if flag.Each != nil {
			x.fault(check.where("flags"), "", "%s", errNotJudged)
		}
		flags = append(flags, flag.Field)
	}
	if len(flags) == 0 {
		for _, key := range check.Unique {
			flags = append(flags, key.Text)
		}
	}
	for i, flag := range flags {
		ref, hint, err := resolve(x.coll, t, flag)
		if err != nil {
			x.fault(check.where(fmt.Sprintf("flags[%d]", i), "flags", "unique"), hint, "%s", err)
		}
		compiled.flags = append(compiled.flags, ref)
		compiled.flagNames = append(compiled.flagNames, flag)
	}
	compiled.fields, compiled.parents, compiled.parts, compiled.needs = compiler.fields, compiler.parents, compiler.parts, compiler.needs
	return compiled, nil
}

// key compiles a value that must be unique.
func (c *compiler) key(text, place string) (any, error) {
	v, _, err := c.expression(text, place)
	if err != nil {
		return nil, err
	}
	switch node := c.answered(v).node.(type) {
	case numberNode, textNode:
		return node, nil
	}
	return nil, fmt.Errorf("compile %s: want a text, a number or a date", place)
}

// resolve finds a field by its name, or by its parents' names and its own: referral.child_id. With an error comes
// a hint.
func resolve(coll *schemas.Collection, t *schemas.Table, name string) (ref fieldRef, hint string, err error) {
	ref = fieldRef{table: t}
	names := strings.Split(name, ".")
	for _, parent := range names[:len(names)-1] {
		f := reference(ref.table, parent)
		if f == nil {
			return ref, nearest(parent, parentNames(coll, ref.table)), fmt.Errorf("flags: the table %s has no parent %s", ref.table.Name, parent)
		}
		ref.steps = append(slices.Clone(ref.steps), f)
		ref.table = coll.Table(f.References)
	}
	if ref.field = ref.table.Field(names[len(names)-1]); ref.field == nil {
		return ref, nearest(names[len(names)-1], fieldNames(ref.table)), fmt.Errorf("flags: the table %s has no field %s", ref.table.Name, names[len(names)-1])
	}
	return ref, "", nil
}
