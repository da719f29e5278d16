package ingest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"frontdoor/schemas"
)

// Layout says which element of an XML file is what, made from the schema of a collection.
type Layout struct {
	tables []*layoutTable
	root   *element
	unit   *element
	own    int // the first table of which every unit has one record: a unit's number is its row there
}

// layoutTable is a table as a reader of XML fills it.
type layoutTable struct {
	table    *schemas.Table
	columns  []string
	inherits []inheritance // cells that stand in the record or unit around it
	number   int           // the column of the record's number, or -1
	parent   int           // the table of the record around it, or -1
	holding  int           // the column without which an element is no record, or -1
	inUnit   bool          // its records stand in a unit
}

// inheritance is a column whose value stands elsewhere: in the record around it, or in the unit's own record.
type inheritance struct {
	column, table, source int
}

// role says what an element is.
type role uint8

const (
	holderElement role = iota // holds others
	recordElement             // is a record of a table
	valueElement              // is a cell
)

// element is one element that the layout knows.
type element struct {
	name      string
	role      role
	table     int  // of a record, of the record that a value or container belongs to, or -1
	column    int  // of a value, or of the record that is its own cell; else -1
	list      bool // of a value: it may stand several times, and all make one cell
	misplaced bool
	parent    *element
	children  []*element
}

// NewLayout reads the layout of a collection that is delivered as XML. The cause of the error is a schema that
// contradicts itself.
func NewLayout(c *schemas.Collection) (*Layout, error) {
	if c.XML == nil {
		return nil, fmt.Errorf("read layout of %s: it is never delivered as XML", c.Name)
	}
	l := &Layout{root: &element{name: c.XML.Root, table: -1, column: -1}}
	l.unit = l.root.under(c.XML.Unit)
	l.own = slices.IndexFunc(c.Tables, func(t *schemas.Table) bool { return t.Every })
	if l.own < 0 {
		return nil, fmt.Errorf("read layout of %s: no table has a record for every unit", c.Name)
	}
	var faults []error
	for i, t := range c.Tables {
		if err := l.addTable(c, i, t); err != nil {
			faults = append(faults, fmt.Errorf("read layout of table %s: %w", t.Name, err))
		}
	}
	for i, t := range c.Tables {
		if t.Misplaced != "" {
			e, usual := l.root.under(t.Misplaced), l.root.under(t.Element)
			e.role, e.table, e.column, e.misplaced, e.children = recordElement, i, usual.column, true, usual.children
		}
	}
	return l, errors.Join(faults...)
}

func (l *Layout) addTable(c *schemas.Collection, number int, t *schemas.Table) error {
	lt := &layoutTable{table: t, number: -1, parent: -1, holding: -1}
	l.tables = append(l.tables, lt)
	e := l.root.under(t.Element)
	e.role, e.table = recordElement, number
	around := e.around()
	lt.parent, lt.inUnit = around, e.within(l.unit)
	for column, f := range t.Fields {
		lt.columns = append(lt.columns, f.Name)
		switch f.Element {
		case "#":
			lt.number = column
		case ".":
			e.column = column
		case "..":
			from, source := l.holderOf(c, around, f.Name)
			if from < 0 {
				return fmt.Errorf("field %s: no record around it has it", f.Name)
			}
			lt.inherits = append(lt.inherits, inheritance{column, from, source})
		default:
			path := f.Element
			if path == "" {
				path = f.Name
			}
			leaf := e.under(path)
			leaf.role, leaf.table, leaf.column, leaf.list = valueElement, number, column, f.Type == schemas.TypeList
			for up := leaf.parent; up != e; up = up.parent {
				up.table = number
			}
		}
	}
	if t.Holding != "" {
		lt.holding = t.FieldIndex(t.Holding)
	}
	return nil
}

// holderOf returns the table and column that a field is inherited from: a record around, or the unit's own.
func (l *Layout) holderOf(c *schemas.Collection, around int, field string) (from, source int) {
	for ; around >= 0; around = l.tables[around].parent {
		if i := c.Tables[around].FieldIndex(field); i >= 0 && c.Tables[around].Fields[i].Element != ".." {
			return around, i
		}
	}
	source = c.Tables[l.own].FieldIndex(field)
	if source < 0 {
		return -1, -1
	}
	return l.own, source
}

// under returns the element at a path below e, made where it is not known yet.
func (e *element) under(path string) *element {
	for name := range strings.SplitSeq(path, "/") {
		i := slices.IndexFunc(e.children, func(c *element) bool { return c.name == name })
		if i < 0 {
			i = len(e.children)
			e.children = append(e.children, &element{name: name, table: -1, column: -1, parent: e})
		}
		e = e.children[i]
	}
	return e
}

// around returns the table of the record that holds e and may have many records itself, or -1.
func (e *element) around() int {
	for up := e.parent; up != nil; up = up.parent {
		if up.role == recordElement {
			return up.table
		}
	}
	return -1
}

// within tells whether e stands inside another element.
func (e *element) within(other *element) bool {
	for up := e.parent; up != nil; up = up.parent {
		if up == other {
			return true
		}
	}
	return false
}
