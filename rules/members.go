package rules

import (
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"

	"frontdoor/schemas"
)

// member compiles a field, way or list, called name, of a record.
func (w *walk) member(e ast.Expr, of record, name string) value {
	if f := of.table.schema.Field(name); f != nil {
		return w.field(e, of, f, false)
	}
	if s := w.world.steps[of.table][name]; s != nil {
		to := record{table: s.to, variable: of.variable, steps: append(slices.Clone(of.steps), s), computed: of.computed}
		w.needStep(s)
		switch {
		case of.computed:
			to.node = onwardNode{of.node, w.link(linkRef{of.table, []*step{s}})}
		default:
			from := of.table
			if len(of.steps) > 0 {
				from = of.steps[0].from
			}
			to.node = pathNode{of.variable, w.link(linkRef{from, to.steps})}
		}
		return value{node: to, slot: severalColumns, reads: of.reads(), nodes: 1}
	}
	return w.children(e, of, w.world.lists[of.table][name])
}

// reads is the variable that a record is reached from.
func (r record) reads() variables {
	if r.computed {
		return 0
	}
	return 1 << r.variable
}

func (w *walk) link(l linkRef) int {
	return place(&w.links, func(other linkRef) bool { return other.from == l.from && slices.Equal(other.steps, l.steps) }, l)
}

// place returns the place of the item in a list that is as asked, adding one where there is none.
func place[T any](list *[]T, is func(T) bool, fresh T) int {
	i := slices.IndexFunc(*list, is)
	if i < 0 {
		i = len(*list)
		*list = append(*list, fresh)
	}
	return i
}

func (w *walk) field(e ast.Expr, of record, f *schemas.Field, moment bool) value {
	w.need(need{kind: needColumn, table: of.table, column: f.Name})
	ref := columnRef{table: of.table, field: f, variable: of.variable, steps: of.steps, moment: moment, partsOf: noColumn}
	if of.computed {
		ref.via = of.node
		ref.variable, ref.steps = 0, nil
	}
	slot := w.column(ref)
	v := value{slot: severalColumns, reads: of.reads(), nodes: 1}
	switch kind := typeOf(f.Type); {
	case moment:
		v.node = momentField{slot}
	case f.Type == schemas.TypeList:
		return w.parts(e, slot, v)
	case kind.IsExactType(cel.StringType):
		v.node, v.slot = textField{slot}, slot
	case kind.IsExactType(cel.BoolType):
		v.node = boolField{slot}
	default:
		v.node = numberField{slot}
	}
	return v
}

func (w *walk) column(ref columnRef) int {
	return place(&w.columns, func(c columnRef) bool {
		return ref.via == nil && c.via == nil && c.field == ref.field && c.table == ref.table && c.variable == ref.variable && slices.Equal(c.steps, ref.steps) &&
			c.moment == ref.moment && c.partsOf == noColumn && ref.partsOf == noColumn
	}, ref)
}
