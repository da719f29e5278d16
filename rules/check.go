package rules

import (
	"errors"
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

// Compile type-checks and compiles every condition of the catalogue for the tables of a collection. The error
// joins every mistake found, each with the rule's code, file and line and, inside a condition, a caret.
func (c *Catalogue) Compile(coll *schemas.Collection) (*Program, error) {
	p := &Program{collection: coll}
	environments := map[string]*cel.Env{}
	var faults []error
	for _, r := range c.Rules {
		if len(r.Checks) == 0 {
			continue
		}
		if c.Collection != coll.Name {
			return nil, fmt.Errorf("compile %s: its rules are for the collection %s, not %s", c.name, c.Collection, coll.Name)
		}
		rule := &program{rule: r}
		for i, check := range r.Checks {
			compiled, err := c.check(coll, environments, r, check)
			if err != nil {
				faults = append(faults, fmt.Errorf("rule %s, check %d: %w", r.Code, i+1, err))
				continue
			}
			rule.checks = append(rule.checks, compiled)
		}
		p.rules = append(p.rules, rule)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return p, nil
}

func (c *Catalogue) check(coll *schemas.Collection, environments map[string]*cel.Env, r *Rule, check *Check) (*checkProgram, error) {
	t := coll.Table(check.For)
	if t == nil {
		return nil, fmt.Errorf("for: the collection %s has no table %s", coll.Name, check.For)
	}
	if environments[t.Name] == nil {
		env, err := environment(coll, t)
		if err != nil {
			return nil, fmt.Errorf("read schema of %s: %w", t.Name, err)
		}
		environments[t.Name] = env
	}
	place := func(e Expression, key string) string {
		return fmt.Sprintf("%s:%d:%d (%s)", c.name, e.Line, e.Column, key)
	}
	compiler := newCompiler(coll, t, environments[t.Name])
	compiled := &checkProgram{table: t, message: r.About}
	if check.About != "" {
		compiled.message = check.About
	}
	var faults []error
	note := func(err error) {
		if err != nil {
			faults = append(faults, err)
		}
	}
	for _, let := range check.Let {
		note(compiler.let(let.Name, let.Value.Text, place(let.Value, "let "+let.Name)))
	}
	var err error
	if check.Applies.Text != "" {
		compiled.applies, err = compiler.condition(check.Applies.Text, place(check.Applies, "applies"))
		note(err)
	}
	if check.Holds.Text != "" {
		compiled.holds, err = compiler.condition(check.Holds.Text, place(check.Holds, "holds"))
		note(err)
	}
	for _, key := range check.Unique {
		node, err := compiler.key(key.Text, place(key, "unique"))
		note(err)
		compiled.unique = append(compiled.unique, node)
	}
	if check.NoOverlap != nil || check.AtMostOneOpen != nil || len(check.Group) > 0 {
		note(errNotJudged)
	}
	var flags []string
	for _, flag := range check.Flags {
		if flag.Each != nil {
			note(errNotJudged)
		}
		flags = append(flags, flag.Field)
	}
	if len(flags) == 0 {
		for _, key := range check.Unique {
			flags = append(flags, key.Text)
		}
	}
	for _, flag := range flags {
		ref, err := resolve(coll, t, flag)
		note(err)
		compiled.flags = append(compiled.flags, ref)
		compiled.flagNames = append(compiled.flagNames, flag)
	}
	compiled.fields, compiled.parents, compiled.parts, compiled.needs = compiler.fields, compiler.parents, compiler.parts, compiler.needs
	return compiled, errors.Join(faults...)
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

// resolve finds a field by its name, or by its parents' names and its own: referral.child_id.
func resolve(coll *schemas.Collection, t *schemas.Table, name string) (fieldRef, error) {
	ref := fieldRef{table: t}
	names := strings.Split(name, ".")
	for _, parent := range names[:len(names)-1] {
		f := reference(ref.table, parent)
		if f == nil {
			return ref, fmt.Errorf("flags: the table %s has no parent %s", ref.table.Name, parent)
		}
		ref.steps = append(slices.Clone(ref.steps), f)
		ref.table = coll.Table(f.References)
	}
	if ref.field = ref.table.Field(names[len(names)-1]); ref.field == nil {
		return ref, fmt.Errorf("flags: the table %s has no field %s", ref.table.Name, names[len(names)-1])
	}
	return ref, nil
}
