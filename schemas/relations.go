package schemas

import (
	"fmt"
	"slices"
)

// Parent is a record of another table that every record of this one belongs to: the one whose key stands in the
// fields By. A field that holds the whole key of another table says the same in short (References, Parent,
// Children).
type Parent struct {
	Name     string   `yaml:"name"`     // what conditions call it
	Table    string   `yaml:"table"`    // the table it stands in
	By       []string `yaml:"by"`       // the fields that hold its key, in the key's order; the key's own names if left out
	Children string   `yaml:"children"` // what its conditions call the records that belong to it; blank for the table's name
}

// Order is what previous and next mean: the records that agree in the fields Within, by the fields By, and in
// file order where those are equal.
type Order struct {
	Within []string `yaml:"within"`
	By     []string `yaml:"by"`
}

// Belongs returns the parents that a table's records have, those of its fields first.
func (c *Collection) Belongs(t *Table) []*Parent {
	var all []*Parent
	for _, f := range t.Fields {
		if f.References != "" {
			all = append(all, &Parent{Name: f.Parent, Table: f.References, By: []string{f.Name}, Children: f.Children})
		}
	}
	for _, p := range t.Parents {
		whole := *p
		if parent := c.Table(p.Table); len(p.By) == 0 && parent != nil {
			whole.By = parent.Key
		}
		all = append(all, &whole)
	}
	return all
}

// relationFaults lists what is wrong with the parents, children and order of the table at a place.
func (c *Collection) relationFaults(place int) []error {
	var faults []error
	t := c.Tables[place]
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	fields := func(what string, names []string) {
		for _, name := range names {
			if t.Field(name) == nil {
				fault("table %s: %s names field %s, which it does not have", t.Name, what, name)
			}
		}
	}
	taken := map[string]bool{}
	for _, f := range t.Fields {
		taken[f.Name] = true
	}
	for _, p := range c.Belongs(t) {
		earlier := slices.IndexFunc(c.Tables[:place], func(other *Table) bool { return other.Name == p.Table })
		switch {
		case earlier < 0:
			fault("table %s: parent %s is in %s, which is no earlier table", t.Name, p.Name, p.Table)
		case len(c.Tables[earlier].Key) == 0 || len(p.By) != len(c.Tables[earlier].Key):
			fault("table %s: parent %s: want as many fields as the key of %s has", t.Name, p.Name, p.Table)
		}
		fields("parent "+p.Name, p.By)
		if taken[p.Name] || p.Name == "" {
			fault("table %s: parent %q: want a name that no field and no other parent has", t.Name, p.Name)
		}
		taken[p.Name] = true
	}
	for _, l := range c.Lists(t) {
		if taken[l.Name] {
			fault("table %s: the list %s of records of %s: want a name (children:) that no field, parent or other list has", t.Name, l.Name, l.Table.Name)
		}
		taken[l.Name] = true
	}
	if t.Order != nil {
		fields("order", t.Order.Within)
		fields("order", t.Order.By)
		if len(t.Order.By) == 0 {
			fault("table %s: order: by: want the fields that records are ordered by", t.Name)
		}
	}
	return faults
}

// List is records of another table that belong to a record, under the name that its conditions know them by.
type List struct {
	Name   string
	Table  *Table
	Parent *Parent // how their records name this one
}

// Lists returns the records that belong to the records of t, in the order of the tables. A table that names t as
// a parent twice needs names for both lists; one that has none is left out.
func (c *Collection) Lists(t *Table) []List {
	var all []List
	for _, child := range c.Tables {
		var unnamed []List
		for _, p := range c.Belongs(child) {
			switch {
			case p.Table != t.Name:
			case p.Children != "":
				all = append(all, List{p.Children, child, p})
			default:
				unnamed = append(unnamed, List{child.Name, child, p})
			}
		}
		if len(unnamed) == 1 {
			all = append(all, unnamed[0])
		}
	}
	return all
}
