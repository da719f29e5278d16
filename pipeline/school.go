package pipeline

import (
	"fmt"

	"frontdoor/rules"
)

// school is the collection of school data.
const school = "school"

// joinSchool says what became of school data: read beside social care, or joined to it for the purpose that the
// configuration gives. The join counts; it makes no new table of children.
func (r *joined) joinSchool(j Join) {
	var pupils *read
	for _, part := range r.collections {
		if part.collection.Name == school {
			pupils = part
		}
	}
	switch {
	case pupils == nil && j.School:
		r.notes = append(r.notes, "school data are to be joined and none were delivered")
	case pupils == nil:
	case !j.School:
		r.notes = append(r.notes, "school data were read beside social care and not joined to it: join is not set")
	default:
		found, able := matchPupils(r, pupils)
		r.notes = append(r.notes, fmt.Sprintf("school data were joined to social care for this purpose: %s. Of %d children with a well-formed UPN %d were found among the pupils", j.Purpose, able, found))
	}
}

// matchPupils counts the children of social care that have a well-formed UPN, and those of them whose UPN is a
// pupil's, now or formerly.
func matchPupils(r *joined, pupils *read) (found, able int) {
	known := map[string]bool{}
	if t := pupils.tables["pupils"]; t != nil {
		for _, field := range []string{"upn", "former_upn"} {
			if c := t.Column(field); c.Delivered() {
				for row := range t.Rows {
					known[rules.NormaliseUPN(c.Text(row))] = true
				}
			}
		}
	}
	children := r.tables["children"]
	upn := children.Column("upn")
	if !upn.Delivered() {
		return 0, 0
	}
	seen := map[string]bool{}
	for row := range children.Rows {
		if text := rules.NormaliseUPN(upn.Text(row)); rules.ValidUPN(text) && !seen[text] {
			seen[text] = true
			able++
			if known[text] {
				found++
			}
		}
	}
	return found, able
}
