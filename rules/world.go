package rules

import (
	"fmt"
	"slices"

	"frontdoor/schemas"
)

// lastYearName is the word for last year's delivery.
const lastYearName = "last_year"

// tableRef is a table as conditions know it: of this delivery, or of last year's.
type tableRef struct {
	schema   *schemas.Table // nil for the delivery as a whole
	lastYear bool
}

func (t tableRef) name() string {
	switch {
	case t.schema == nil:
		return WholeReturn
	case t.lastYear:
		return lastYearName + "." + t.schema.Name
	}
	return t.schema.Name
}

type stepKind uint8

const (
	toParent stepKind = iota
	toPrevious
	toNext
	toLastYear
)

// step is one way from a record to another: to a parent, a neighbour or last year's record. There is one step for
// each name of each table, so that equal steps are the same pointer.
type step struct {
	kind         stepKind
	from, to     tableRef
	fields, keys []string // the fields of from that hold the keys of to
	parent       string   // what the schema calls the parent
}

// relation is a list of records that belong to another: those whose steps lead to it.
type relation struct {
	of tableRef // the table of the list's records
	up []*step
}

// world is the tables of a collection with everything that leads from one of their records to others.
type world struct {
	coll  *schemas.Collection
	steps map[tableRef]map[string]*step
	lists map[tableRef]map[string]relation
	// Of rules that are judged together; else nil.
	tests    map[testKey]*formatTest
	followed map[followedKey]*followed
}

// reserved are the names that no field, parent or list may have.
var reserved = slices.Concat([]string{"this", "previous", "next", lastYearName, WholeReturn, "records", "tables", "findings", "cells", "times"}, factNames)

func newWorld(coll *schemas.Collection) (*world, error) {
	w := &world{coll: coll, steps: map[tableRef]map[string]*step{}, lists: map[tableRef]map[string]relation{}}
	for _, lastYear := range []bool{false, true} {
		for _, t := range coll.Tables {
			w.addSteps(tableRef{t, lastYear})
		}
		for i := len(coll.Tables) - 1; i >= 0; i-- { // children first, so that theirs are known
			w.addLists(tableRef{coll.Tables[i], lastYear})
		}
	}
	for _, t := range coll.Tables {
		of := tableRef{schema: t}
		for _, name := range w.members(of) {
			if slices.Contains(reserved, name) && w.steps[of][name] == nil {
				return nil, fmt.Errorf("read schema of %s: the name %s means something else in conditions", t.Name, name)
			}
		}
		if factOf(t.Name) != noFact || t.Name == lastYearName || t.Name == WholeReturn {
			return nil, fmt.Errorf("read schema: the name of the table %s means something else in conditions", t.Name)
		}
	}
	return w, nil
}

func (w *world) addSteps(from tableRef) {
	steps := map[string]*step{}
	w.steps[from] = steps
	for _, p := range w.coll.Belongs(from.schema) {
		if parent := w.coll.Table(p.Table); parent != nil {
			steps[p.Name] = &step{kind: toParent, from: from, to: tableRef{parent, from.lastYear}, fields: p.By, keys: parent.Key, parent: p.Name}
		}
	}
	if from.schema.Order != nil {
		steps["previous"] = &step{kind: toPrevious, from: from, to: from}
		steps["next"] = &step{kind: toNext, from: from, to: from}
	}
	if key := from.schema.Key; len(key) > 0 && !from.lastYear {
		steps[lastYearName] = &step{kind: toLastYear, from: from, to: tableRef{from.schema, true}, fields: key, keys: key}
	}
}

// addLists gives a table the lists of the records that name it as their parent, and the lists of those, where
// only one has the name.
func (w *world) addLists(to tableRef) {
	lists := map[string]relation{}
	ways := map[string]int{}
	w.lists[to] = lists
	direct := w.coll.Lists(to.schema)
	for _, l := range direct {
		child := tableRef{l.Table, to.lastYear}
		lists[l.Name] = relation{child, []*step{w.steps[child][l.Parent.Name]}}
	}
	further := map[string]relation{}
	for _, l := range direct {
		child := tableRef{l.Table, to.lastYear}
		for name, r := range w.lists[child] {
			ways[name]++
			further[name] = relation{r.of, slices.Concat(r.up, lists[l.Name].up)}
		}
	}
	for name, r := range further {
		_, taken := lists[name]
		if ways[name] == 1 && !taken && to.schema.Field(name) == nil && w.steps[to][name] == nil {
			lists[name] = r
		}
	}
}

// members returns the names of the fields, ways and lists of a record, sorted after the fields.
func (w *world) members(of tableRef) []string {
	var fields, others []string
	for _, f := range of.schema.Fields {
		fields = append(fields, f.Name)
	}
	for name := range w.steps[of] {
		others = append(others, name)
	}
	for name := range w.lists[of] {
		others = append(others, name)
	}
	slices.Sort(others)
	return append(fields, others...)
}

// table returns the table called name in this year's delivery.
func (w *world) table(name string) (tableRef, bool) {
	t := w.coll.Table(name)
	return tableRef{schema: t}, t != nil
}
