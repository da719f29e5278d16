package rules

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
)

// fieldRef is a field of the record that steps lead to.
type fieldRef struct {
	steps []*step
	table tableRef
	name  string
}

// flagProgram is one flag, compiled: a field, or fields of each record of a list.
type flagProgram struct {
	fields []fieldRef
	needs  []need // without which there are no cells
	names  []string

	// each says of which records the fields are; nil for the record of the check. It reads for itself, so that
	// what is read only for flags does not skip the rule.
	each    *loop
	element recordNode
	of      tableRef // of the records
	reading
}

// flag compiles a flag. It begins anew: the check itself must be compiled already.
func (c *checkCompiler) flag(w *world, t tableRef, env *cel.Env, flag Flag) flagProgram {
	if flag.Each == nil {
		ref, needs, err := w.resolve(t, flag.Field)
		c.x.flagged(err)
		return flagProgram{fields: []fieldRef{ref}, needs: needs, names: []string{flag.Field}}
	}
	faults := len(c.x.faults)
	c.begin(w, t, env)
	c.x.faults = c.x.faults[:faults] // its named values were compiled before
	p := flagProgram{}
	v, kind, err := c.expression(flag.Each.List.Text, "each")
	if err != nil {
		c.note(flag.Each.List, "each", err)
		return p
	}
	l, isList := v.node.(*list)
	of := record{}
	if isList {
		of, isList = l.element.node.(record)
	}
	switch {
	case !isList:
		c.note(flag.Each.List, "each", fmt.Errorf("want a list of records; this is %s", kind))
		return p
	case !nameForm.MatchString(flag.Each.Name) || c.known(flag.Each.Name):
		c.note(flag.Each.List, "each", fmt.Errorf("the name %s is taken already: want another for the record", flag.Each.Name))
		return p
	}
	loop := *l.loop
	loop.reads |= l.element.reads
	if flag.Each.When.Text != "" {
		if c.env, err = c.env.Extend(cel.Variable(flag.Each.Name, recordType(of.table))); err != nil {
			c.note(flag.Each.List, "each", err)
			return p
		}
		c.scope = &scope{outer: c.scope, name: flag.Each.Name, value: l.element}
		c.depth++
		when, kind, err := c.expression(flag.Each.When.Text, "when")
		switch {
		case err != nil:
			c.note(flag.Each.When, "when", err)
			return p
		case !kind.IsExactType(cel.BoolType):
			c.note(flag.Each.When, "when", fmt.Errorf("want a condition, which is true or false; this is %s", kind))
			return p
		}
		loop.filters = append(slices.Clone(loop.filters), c.answered(when).node.(boolNode))
		loop.reads |= when.reads
	}
	p.each, p.element, p.of, p.reading = &loop, of.node, of.table, c.reading
	p.needs = slices.Clone(p.reading.needs)
	for _, name := range flag.Each.Fields {
		ref, needs, err := w.resolve(of.table, name)
		c.x.flagged(err)
		p.fields = append(p.fields, ref)
		p.needs = append(p.needs, needs...)
		p.names = append(p.names, of.table.name()+"."+name)
	}
	return p
}

// resolve finds a field by its name, or by the names that lead to it and its own: referral.child_id. Of a field
// that is not there itself no cell is made, but of one that was not delivered there is.
func (w *world) resolve(t tableRef, name string) (ref fieldRef, needs []need, err error) {
	ref.table = t
	names := strings.Split(name, ".")
	c := compiler{world: w}
	for _, way := range names[:len(names)-1] {
		s := w.steps[ref.table][way]
		if s == nil {
			return ref, nil, fmt.Errorf("flags: the table %s has no parent %s", ref.table.name(), way)
		}
		c.needStep(s)
		ref.steps = append(ref.steps, s)
		ref.table = s.to
	}
	ref.name = names[len(names)-1]
	if ref.table.schema == nil || ref.table.schema.Field(ref.name) == nil {
		return ref, nil, fmt.Errorf("flags: the table %s has no field %s", ref.table.name(), ref.name)
	}
	return ref, c.needs, nil
}

// flagged is the records that an each-flag finds for the failing rows of a check.
type flagged struct {
	starts []uint32 // by failing row, and one more
	places []uint32
}

// find finds the records of an each-flag for failing rows. The delivery has what it needs.
func (p *flagProgram) find(w *worker, b *binder, t tableRef, rows []uint32) (flagged, error) {
	found := flagged{starts: []uint32{0}}
	if err := b.bind(w, t, &p.reading); err != nil {
		return found, err
	}
	for start := 0; start < len(rows) && w.effort.halted == nil; start += chunkRows {
		at := w.takeLanes()
		at.n = min(chunkRows, len(rows)-start)
		at.rows[0] = w.takeRows(at.n)
		copy(at.rows[0], rows[start:])
		w.letters = w.letters[:0]
		lane := 0
		x := p.each.begin(w, at)
		for x.next(w, nil, 0) {
			places := w.takePlaces(x.inner.n)
			p.element.places(w, x.inner, places)
			for i, owner := range x.owner {
				for ; lane < int(owner); lane++ {
					found.starts = append(found.starts, uint32(len(found.places)))
				}
				if places[i] >= 0 {
					found.places = append(found.places, uint32(places[i]))
				}
			}
			w.dropPlaces(places)
		}
		x.end(w)
		for ; lane < at.n; lane++ {
			found.starts = append(found.starts, uint32(len(found.places)))
		}
		w.dropLanes(at)
	}
	return found, w.effort.halted
}
