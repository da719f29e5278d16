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
	atMost  int   // how many records may agree in unique
	// timesUsual lets as many agree as so many times the usual; 0 where the usual does not matter.
	timesUsual int
	overlap    *overlapProgram
	open       *openProgram
	group      []any // as unique; nil for a finding of each record
	split      *split
	flags      []flagProgram
	// flagNames is flags as a finding's id knows them.
	flagNames []string

	reading
}

// Compile type-checks and compiles every condition of the catalogue for the tables of a collection. The error is
// Faults: every mistake, with its place and what to do.
func (c *Catalogue) Compile(coll *schemas.Collection) (*Program, error) {
	p := &Program{collection: coll}
	compile, err := newCompilation(coll)
	if err != nil {
		return nil, err
	}
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
	world        *world
	environments map[tableRef]*cel.Env
}

func newCompilation(coll *schemas.Collection) (*compilation, error) {
	if coll == nil {
		coll = &schemas.Collection{} // of rules without checks
	}
	w, err := newWorld(coll)
	if err != nil {
		return nil, err
	}
	w.tests, w.followed = map[testKey]*formatTest{}, map[followedKey]*followed{}
	return &compilation{w, map[tableRef]*cel.Env{}}, nil
}

// rule compiles one rule; after a mistake the program is of no use.
func (c *compilation) rule(r *Rule) (*program, Faults, error) {
	x := &explainer{rule: r, coll: c.world.coll}
	made := &program{rule: r, collection: c.world.coll.Name}
	for _, check := range r.Checks {
		compiled, err := c.check(x, check)
		if err != nil {
			return nil, nil, err
		}
		made.checks = append(made.checks, compiled)
	}
	return made, x.faults, nil
}

// checkCompiler compiles one check; x gathers its mistakes.
type checkCompiler struct {
	*compiler
	check *Check
	x     *explainer
}

// note explains a mistake in a text that stands under key.
func (c *checkCompiler) note(e Expression, key string, err error) {
	if err != nil {
		c.x.expression(e, key, err)
	}
}

// begin begins anew, with the named values of the check.
func (c *checkCompiler) begin(w *world, t tableRef, env *cel.Env) {
	c.compiler = newCompiler(w, t, env)
	for _, let := range c.check.Let {
		key := "let " + let.Name
		c.note(let.Value, key, c.let(let, key))
	}
}

func (c *checkCompiler) bool(e Expression, key string) boolNode {
	if e.Text == "" {
		return nil
	}
	node, err := c.condition(e.Text, key)
	c.note(e, key, err)
	return node
}

// keys compiles values that records may agree in.
func (c *checkCompiler) keys(texts []Expression, key string) []any {
	var nodes []any
	for _, e := range texts {
		v, _, err := c.expression(e.Text, key)
		c.note(e, key, err)
		if err != nil {
			continue
		}
		switch node := c.answered(v).node.(type) {
		case numberNode, textNode:
			nodes = append(nodes, node)
		case *list:
			if cell, ok := node.cell(); ok {
				nodes = append(nodes, textField(cell)) // a list is the text of its cell
				continue
			}
			c.note(e, key, errors.New("want a text, a number or a date"))
		default:
			c.note(e, key, errors.New("want a text, a number or a date"))
		}
	}
	return nodes
}

// date compiles a value that must be a date.
func (c *checkCompiler) date(e Expression, key string) numberNode {
	v, kind, err := c.expression(e.Text, key)
	if c.note(e, key, err); err != nil {
		return nil
	}
	if !kind.IsExactType(dateType) {
		c.note(e, key, fmt.Errorf("want a date; this is %s", kind))
		return nil
	}
	return c.answered(v).node.(numberNode)
}

// field compiles a date whose blank means something: it must be a field.
func (c *checkCompiler) field(e Expression, key string) (numberNode, presentField) {
	node := c.date(e, key)
	field, ok := node.(numberField)
	if !ok && node != nil {
		c.note(e, key, errors.New("want a field"))
	}
	return node, presentField(field)
}

// check compiles one check of the rule that x explains; after a mistake its result is of no use.
func (c *compilation) check(x *explainer, check *Check) (*checkProgram, error) {
	w := c.world
	var t tableRef
	if check.For != WholeReturn {
		var known bool
		if t, known = w.table(check.For); !known {
			x.fault(check.where("for"), nearest(check.For, append(tableNames(w.coll), WholeReturn)), "for: the collection %s has no table %s", w.coll.Name, check.For)
			return nil, nil
		}
	}
	if c.environments[t] == nil {
		env, err := environment(w, t)
		if err != nil {
			return nil, fmt.Errorf("read schema of %s: %w", t.name(), err)
		}
		c.environments[t] = env
	}
	x.names = x.namesOf(w, check, t)
	x.examples(check, t.schema)
	compiler := &checkCompiler{check: check, x: x}
	compiler.begin(w, t, c.environments[t])
	compiled := &checkProgram{table: t, message: x.rule.About}
	if check.About != "" {
		compiled.message = check.About
	}
	compiled.applies = compiler.bool(check.Applies, "applies")
	compiled.holds = compiler.bool(check.Holds, "holds")
	compiled.unique, compiled.atMost = compiler.keys(check.Unique, "unique"), max(1, check.AtMost)
	compiled.timesUsual = check.TimesUsual
	compiled.overlap = compiler.noOverlap(check.NoOverlap)
	compiled.open = compiler.atMostOneOpen(check.AtMostOneOpen)
	flags := check.allFlags()
	own, others := splitKeys(check.Group, flags)
	compiled.group = compiler.keys(own, "group")
	compiled.reading = compiler.reading
	w.follow(compiled.columns)
	for i, flag := range flags {
		x.flag = check.where(fmt.Sprintf("flags[%d]", i), "flags", "unique", "no_overlap", "at_most_one_open")
		f := compiler.flag(w, t, c.environments[t], flag)
		compiled.flags = append(compiled.flags, f)
		compiled.flagNames = append(compiled.flagNames, f.names...)
	}
	compiler.splits(w, flags, others, compiled)
	return compiled, nil
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
