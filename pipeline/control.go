package pipeline

import (
	"fmt"

	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// control compares the records of each table of a collection, all its returns together, with the control totals of the
// extracts; a difference is a finding.
// The total of contacts is the different pairs of contact id and child dated in the period; that of any other
// table is its accepted records.
func (j *job) control(reader *reader, parts []*read) error {
	last := parts[len(parts)-1]
	for _, t := range last.collection.Tables {
		want, stated := 0, false
		for _, e := range j.config.Extracts {
			if n, ok := e.Control[t.Name]; ok && e.Collection == last.collection.Name {
				want, stated = want+n, true
			}
		}
		if !stated {
			continue
		}
		last.looked[ruleControlTotal]++
		got := 0
		for _, part := range parts {
			if delivered := part.tables[t.Name]; delivered != nil && t.Name == "contacts" && part.collection.Name == frontDoor {
				got += countContacts(delivered, j.config.Period)
			} else if delivered != nil {
				got += delivered.Rows
			}
		}
		if got == want {
			continue
		}
		last.notes = append(last.notes, fmt.Sprintf("control total of %s: %d stated, %d found", t.Name, want, got))
		var cells []rules.Cell
		for _, part := range parts {
			for _, f := range part.files {
				if f.table == t {
					cells = append(cells, f.input.cell())
				}
			}
		}
		if err := reader.find(last, ruleControlTotal, t.Name, nil, cells); err != nil {
			return err
		}
	}
	return nil
}

// countContacts counts the different pairs of contact id and child dated in the period; a pair is dated by the
// earliest of its rows, and a row without a contact id is a pair of its own.
func countContacts(contacts *table.Table, period *Span) int {
	type pair struct{ id, child string }
	id, child, days := contacts.Column("contact_id"), contacts.Column("child_id"), contacts.Column("contact_date").Days()
	first := make(map[pair]schemas.Day, contacts.Rows)
	count := 0
	in := period.span()
	for row, day := range days {
		p := pair{id: id.Text(row), child: child.Text(row)}
		if p.id == "" {
			if in.Has(day) {
				count++
			}
			continue
		}
		if earlier, seen := first[p]; !seen || day < earlier {
			first[p] = day
		}
	}
	for _, day := range first {
		if in.Has(day) {
			count++
		}
	}
	return count
}
