package rules

import (
	"slices"
	"strings"
)

// need is something that a delivery must have for a check to be judged.
type need struct {
	kind   needKind
	table  tableRef
	column string
	fact   fact
}

type needKind uint8

const (
	needTable needKind = iota
	needColumn
	needFact
	needCalendar
)

func (c *compiler) need(n need) {
	if !slices.Contains(c.needs, n) {
		c.needs = append(c.needs, n)
	}
}

// needStep notes what a way from record to record needs of a delivery.
func (c *compiler) needStep(s *step) {
	columns := func(t tableRef, names []string) {
		for _, name := range names {
			c.need(need{kind: needColumn, table: t, column: name})
		}
	}
	switch s.kind {
	case toPrevious, toNext:
		columns(s.from, s.from.schema.Order.Within)
		columns(s.from, s.from.schema.Order.By)
	default:
		columns(s.from, s.fields)
		c.need(need{kind: needTable, table: s.to})
		columns(s.to, s.keys)
	}
}

// missing names what the delivery lacks for these needs, or returns "".
func missing(needs []need, d *Delivery) string {
	var lacks []string
	lack := func(text string) {
		if !slices.Contains(lacks, text) {
			lacks = append(lacks, text)
		}
	}
	for _, n := range needs {
		switch n.kind {
		case needTable:
			if d.table(n.table) == nil {
				lack("table " + n.table.name() + " not delivered")
			}
		case needColumn:
			if t := d.table(n.table); t != nil && !t.Column(n.column).Delivered() {
				lack("column " + n.table.name() + "." + n.column + " not delivered")
			}
		case needFact:
			if !d.has(n.fact) {
				lack(n.fact.title() + " not given")
			}
		case needCalendar:
			if d.Calendar == nil {
				lack("calendar of working days not given")
			}
		}
	}
	return strings.Join(lacks, ", ")
}
