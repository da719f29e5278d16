package pipeline

import (
	"fmt"

	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// control compares the records of each table with the control totals of the extracts; a difference is a finding.
// The total of contacts is the different pairs of contact id and child dated in the period; that of any other
// table is its accepted records.
func (j *job) control(reader *reader, read *read) error {
	for _, t := range read.collection.Tables {
		want, stated := 0, false
		for _, e := range j.config.Extracts {
			if n, ok := e.Control[t.Name]; ok && e.Collection == read.collection.Name {
				want, stated = want+n, true
			}
		}
		if !stated {
			continue
		}
		read.looked[ruleControlTotal]++
		got := 0
		if delivered := read.tables[t.Name]; delivered != nil && t.Name == "contacts" && read.collection.Name == frontDoor {
			got = countContacts(delivered, j.config.Period)
		} else if delivered != nil {
			got = delivered.Rows
		}
		if got == want {
			continue
		}
		read.notes = append(read.notes, fmt.Sprintf("control total of %s: %d stated, %d found", t.Name, want, got))
		var cells []rules.Cell
		for _, f := range read.files {
			if f.input.table == t {
				cells = append(cells, f.input.cell())
			}
		}
		if err := reader.find(read, ruleControlTotal, t.Name, nil, cells); err != nil {
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
