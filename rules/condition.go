package rules

import (
	"context"
	"errors"
	"fmt"

	"cel.dev/cel-go/cel"

	"frontdoor/schemas"
)

// ErrMissing is the cause of an error about a condition that reads what the delivery does not have.
var ErrMissing = errors.New("not delivered")

// Condition is one condition over the records of a table, compiled. It may be asked of any number of deliveries,
// also at the same time.
type Condition struct {
	text  string
	check checkProgram
	parts []*Condition
}

// Conditions compiles conditions over the records of one table, in the language of the rules. It is not safe for
// concurrent use.
type Conditions struct {
	world *world
	of    tableRef
	env   *cel.Env
}

// ConditionsOver prepares for conditions over the records of t. coll holds the tables that t refers to and may be nil
// when it refers to none.
func ConditionsOver(coll *schemas.Collection, t *schemas.Table) (*Conditions, error) {
	if coll == nil {
		coll = &schemas.Collection{Name: t.Name, Tables: []*schemas.Table{t}}
	}
	world, err := newWorld(coll)
	if err != nil {
		return nil, err
	}
	of := tableRef{schema: t}
	env, err := environment(world, of)
	if err != nil {
		return nil, fmt.Errorf("read schema of %s: %w", t.Name, err)
	}
	return &Conditions{world, of, env}, nil
}

// Compile compiles a condition. Mistakes are shown with a caret.
func (c *Conditions) Compile(text string) (*Condition, error) {
	compiler := newCompiler(c.world, c.of, c.env)
	node, tree, err := compiler.conditionTree(text, "condition over "+c.of.schema.Name)
	if err != nil {
		return nil, err
	}
	condition := &Condition{text: text, check: checkProgram{table: c.of, holds: node, reading: compiler.reading}}
	if !condition.split(tree.Expr(), tree.SourceInfo(), node) {
		condition.parts = []*Condition{condition}
	}
	return condition, nil
}

// Columns returns the columns that the condition reads, in the order in which it names them.
func (c *Condition) Columns() []string {
	var columns []string
	for _, n := range c.check.needs {
		if n.kind == needColumn {
			columns = append(columns, n.column)
		}
	}
	return columns
}

// Lacks returns ErrMissing, with what it is, when the delivery lacks something that the condition reads.
func (c *Condition) Lacks(d *Delivery) error {
	if lack := missing(c.check.needs, d); lack != "" {
		return fmt.Errorf("read condition: %s: %w", lack, ErrMissing)
	}
	return nil
}

// Rows returns the rows for which the condition is true; unknown is not true. The error is ErrMissing when the
// delivery lacks something that the condition reads.
func (c *Condition) Rows(ctx context.Context, d *Delivery) (rows *Bits, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			rows, err = nil, fmt.Errorf("judge condition: a fault in the program%s", faultPlace())
		}
	}()
	if err := c.Lacks(d); err != nil {
		return nil, err
	}
	w := newWorker(ctx)
	if err := newBinder(d).bind(w, c.check.table, &c.check.reading); err != nil {
		return nil, err
	}
	if whole, is := c.check.holds.(wholeNode); is {
		if rows, ok := whole.whole(w); ok {
			return rows, nil
		}
	}
	rows = newBits(w.in.rows)
	if err := c.check.eachChunk(w, nil, func(at *lanes) {
		answers := w.takeFlags(at.n)
		c.check.holds.bools(w, at, answers)
		rows.addYes(int(at.rows[0][0]), answers)
		w.dropFlags(answers)
	}); err != nil {
		return nil, err
	}
	return rows, nil
}
