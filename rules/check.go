package rules

import (
	"errors"
	"fmt"

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
	rule       *Rule
	collection string
	checks     []*checkProgram
}

// checkProgram is one check, compiled. It has one of holds, unique, overlap and open.
type checkProgram struct {
	table   tableRef
	message string
	applies boolNode // nil for all records
	holds   boolNode
	unique  []any // numberNode or textNode
	overlap *overlapProgram
	open    *openProgram
	group   []any // as unique; nil for a finding of each record
	flags   []flagProgram
	// flagNames is flags as a finding's id knows them.
	flagNames []string

	reading
}

// Compile type-checks and compiles every condition of the catalogue for the tables of a collection. The error
// joins every mistake found, each with the rule's code, file and line and, inside a condition, a caret.
func (c *Catalogue) Compile(coll *schemas.Collection) (*Program, error) {
	p := &Program{collection: coll}
	w, err := newWorld(coll)
	if err != nil {
		return nil, err
	}
	environments := map[tableRef]*cel.Env{}
	var faults []error
	for _, r := range c.Rules {
		if len(r.Checks) == 0 {
			continue
		}
		if c.Collection != coll.Name {
			return nil, fmt.Errorf("compile %s: its rules are for the collection %s, not %s", c.name, c.Collection, coll.Name)
		}
		rule := &program{rule: r, collection: coll.Name}
		for i, check := range r.Checks {
			compiled, err := c.check(w, environments, r, check)
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

// checkCompiler compiles one check and gathers its mistakes.
type checkCompiler struct {
	*compiler
	check  *Check
	file   string
	faults []error
}

func (c *checkCompiler) note(err error) {
	if err != nil {
		c.faults = append(c.faults, err)
	}
}

func (c *checkCompiler) place(e Expression, key string) string {
	return fmt.Sprintf("%s:%d:%d (%s)", c.file, e.Line, e.Column, key)
}

// begin begins anew, with the named values of the check.
func (c *checkCompiler) begin(w *world, t tableRef, env *cel.Env) {
	c.compiler = newCompiler(w, t, env)
	for _, let := range c.check.Let {
		c.note(c.let(let, c.place(let.Value, "let "+let.Name)))
	}
}

func (c *checkCompiler) bool(e Expression, key string) boolNode {
	if e.Text == "" {
		return nil
	}
	node, err := c.condition(e.Text, c.place(e, key))
	c.note(err)
	return node
}

// keys compiles values that records may agree in.
func (c *checkCompiler) keys(list []Expression, key string) []any {
	var nodes []any
	for _, e := range list {
		v, _, err := c.expression(e.Text, c.place(e, key))
		c.note(err)
		if err != nil {
			continue
		}
		switch node := c.answered(v).node.(type) {
		case numberNode, textNode:
			nodes = append(nodes, node)
		default:
			c.note(fmt.Errorf("compile %s: want a text, a number or a date", c.place(e, key)))
		}
	}
	return nodes
}

// date compiles a value that must be a date.
func (c *checkCompiler) date(e Expression, key string) numberNode {
	v, kind, err := c.expression(e.Text, c.place(e, key))
	if c.note(err); err != nil {
		return nil
	}
	if !kind.IsExactType(dateType) {
		c.note(fmt.Errorf("compile %s: want a date; this is %s", c.place(e, key), kind))
		return nil
	}
	return c.answered(v).node.(numberNode)
}

// field compiles a date whose blank means something: it must be a field.
func (c *checkCompiler) field(e Expression, key string) (numberNode, presentField) {
	node := c.date(e, key)
	field, ok := node.(numberField)
	if !ok && node != nil {
		c.note(fmt.Errorf("compile %s: want a field", c.place(e, key)))
	}
	return node, presentField(field)
}

func (c *Catalogue) check(w *world, environments map[tableRef]*cel.Env, r *Rule, check *Check) (*checkProgram, error) {
	var t tableRef
	if check.For != WholeReturn {
		var known bool
		if t, known = w.table(check.For); !known {
			return nil, fmt.Errorf("for: the collection %s has no table %s", w.coll.Name, check.For)
		}
	}
	if environments[t] == nil {
		env, err := environment(w, t)
		if err != nil {
			return nil, fmt.Errorf("read schema of %s: %w", t.name(), err)
		}
		environments[t] = env
	}
	compiler := &checkCompiler{check: check, file: c.name}
	compiler.begin(w, t, environments[t])
	compiled := &checkProgram{table: t, message: r.About}
	if check.About != "" {
		compiled.message = check.About
	}
	compiled.applies = compiler.bool(check.Applies, "applies")
	compiled.holds = compiler.bool(check.Holds, "holds")
	compiled.unique = compiler.keys(check.Unique, "unique")
	compiled.overlap = compiler.noOverlap(check.NoOverlap)
	compiled.open = compiler.atMostOneOpen(check.AtMostOneOpen)
	compiled.group = compiler.keys(check.Group, "group")
	compiled.reading = compiler.reading
	for _, flag := range check.allFlags() {
		f := compiler.flag(w, t, environments[t], flag)
		compiled.flags = append(compiled.flags, f)
		compiled.flagNames = append(compiled.flagNames, f.names...)
	}
	return compiled, errors.Join(compiler.faults...)
}

// allFlags returns the flags of a check, or those that its shape has without any.
func (c *Check) allFlags() []Flag {
	if len(c.Flags) > 0 {
		return c.Flags
	}
	fields := c.Unique
	switch {
	case c.NoOverlap != nil:
		fields = []Expression{c.NoOverlap.Start, c.NoOverlap.End}
	case c.AtMostOneOpen != nil:
		fields = []Expression{c.AtMostOneOpen.End}
	}
	var flags []Flag
	for _, e := range fields {
		flags = append(flags, Flag{Field: e.Text})
	}
	return flags
}
