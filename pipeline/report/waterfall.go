package report

import "slices"

// needed are the fields of a contact without which nobody can tell that it is of a class.
var needed = map[string]string{"same_incident_ref": "incident_ref", "migrated": "source_system"}

// steps leads from the rows in the files to the unique contacts, every deduction named. It is empty when the figures
// are not available.
func (s *sheet) steps() []Step {
	var steps []Step
	for _, step := range []struct {
		label, measure, category string
		kind                     Kind
	}{
		{"Rows in the files", "rows_read", "", Total},
		{"Unreadable or quarantined rows", "rows_quarantined", "", Deduction},
		{"Rows outside the period", "rows_outside", "", Deduction},
		{"Contact rows", "contact_rows", "", Total},
		{"Repeated rows", "contact_rows", "repeated_row", Deduction},
		{"Contacts", "contacts", "", Total},
		{"Name no child", "contact_rows", "unidentified", Deduction},
		{"Copies", "contact_rows", "exact", Deduction},
		{"Migrated copies", "contact_rows", "migrated", Deduction},
		{"Same incident, same reference", "contact_rows", "same_incident_ref", Deduction},
		{"Same incident, within days", "contact_rows", "same_incident_window", Deduction},
		{"On an open case", "contact_rows", "open_case", Deduction},
		{"Unique contacts", "unique_contacts", "", Result},
	} {
		breakdown := ""
		if step.category != "" {
			breakdown = "class"
		}
		n, seen := s.count(step.measure, breakdown, step.category).Value()
		if !seen && step.category == "" {
			return nil
		}
		unknown := slices.Contains(s.page.NotDelivered, needed[step.category])
		steps = append(steps, Step{Label: step.label, Count: n, Kind: step.kind, Unknown: n == 0 && unknown})
	}
	return steps
}
