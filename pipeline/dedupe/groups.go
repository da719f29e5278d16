package dedupe

import (
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// groups joins children into persons: a union-find that knows, for each group that was asked about, the birth dates
// and national identifiers of its members, so that a contradiction is seen before two groups are joined.
type groups struct {
	parent []int32
	facts  map[int32]*facts // by root

	children []int32 // by row of the children's table
	records  lists   // the rows of each child
	births   []schemas.Day
	ids      *identifiers
}

// facts are what a group's records say of who the child is, as numbers that are equal where the texts are.
type facts struct {
	births, nhs few
	upns        few // permanent ones: a temporary UPN is replaced in the ordinary course of things
}

// few is a set of numbers that mostly has one member or none; numbers are stored one higher, 0 for none.
type few struct {
	first int32
	more  *few
}

func (f *few) add(n int32) {
	switch {
	case n < 0 || f.first == n+1:
	case f.first == 0:
		f.first = n + 1
	case f.more == nil:
		f.more = &few{first: n + 1}
	default:
		f.more.add(n)
	}
}

func (f *few) has(n int32) bool { return f.first == n+1 || f.more != nil && f.more.has(n) }

func (f *few) addAll(other *few) {
	for ; other != nil && other.first != 0; other = other.more {
		f.add(other.first - 1)
	}
}

// disjoint tells whether both sets have members and none in common.
func (f *few) disjoint(other *few) bool {
	if f.first == 0 || other.first == 0 {
		return false
	}
	for ; other != nil; other = other.more {
		if f.has(other.first - 1) {
			return false
		}
	}
	return true
}

// newGroups begins with every child alone. Rows name the children in the table of children, which may be nil.
func newGroups(t *table.Table, rows cells, children int, ids *identifiers) *groups {
	g := &groups{parent: make([]int32, children), facts: map[int32]*facts{}, children: make([]int32, rowsOf(t)), ids: ids}
	for i := range g.parent {
		g.parent[i] = int32(i)
	}
	for row := range g.children {
		g.children[row] = rows.at(int32(row))
	}
	g.records = groupRows(g.children, children)
	g.births = daysOr(t.Column("date_of_birth"), rowsOf(t), noDay)
	return g
}

func (g *groups) find(child int32) int32 {
	for g.parent[child] != child {
		g.parent[child] = g.parent[g.parent[child]]
		child = g.parent[child]
	}
	return child
}

// of returns the facts of a child's group: of a child that was never asked about, what its records say.
func (g *groups) of(child int32) *facts {
	root := g.find(child)
	f := g.facts[root]
	if f != nil {
		return f
	}
	f = &facts{}
	for _, row := range g.records.of(root) {
		if born := g.births[row]; born != noDay {
			f.births.add(born - earliestBirth)
		}
		if g.ids.nhs != nil {
			f.nhs.add(g.ids.nhs[row])
		}
		if g.ids.upn != nil && g.ids.permanent(row) {
			f.upns.add(g.ids.upn[row])
		}
	}
	g.facts[root] = f
	return f
}

// earliestBirth lies before every day that can be read, so that births as days after it are not negative.
const earliestBirth = -200_000

// contradiction says why the groups of two children cannot be one child, or "" when nothing speaks against it.
func (g *groups) contradiction(a, b int32) string {
	fa, fb := g.of(a), g.of(b)
	switch {
	case fa.births.disjoint(&fb.births):
		return "the birth dates differ"
	case fa.nhs.disjoint(&fb.nhs):
		return "the NHS numbers differ"
	case fa.upns.disjoint(&fb.upns):
		return "the UPNs differ"
	}
	return ""
}

// join makes one group of the groups of two children.
func (g *groups) join(a, b int32) {
	a, b = g.find(a), g.find(b)
	if a == b {
		return
	}
	root, other := min(a, b), max(a, b)
	to, from := g.of(root), g.of(other)
	g.parent[other] = root
	to.births.addAll(&from.births)
	to.nhs.addAll(&from.nhs)
	to.upns.addAll(&from.upns)
	delete(g.facts, other)
}
