package pipeline

import (
	"fmt"

	"frontdoor/pipeline/dedupe"
	"frontdoor/schemas/table"
)

// school is the collection of school data.
const school = "school"

// joinSchool says what became of school data: read beside social care, or joined to it for the purpose that the
// configuration gives. It returns the links between children and pupils, nil where none are to be made.
func (j *joined) joinSchool(join Join, decided *dedupe.Result) (*table.Table, error) {
	var pupils *read
	for _, part := range j.parts {
		if part.collection.Name == school {
			pupils = part
		}
	}
	note := ""
	var links *table.Table
	switch {
	case pupils == nil && !join.School:
		return nil, nil
	case !join.School:
		note = "school data were read beside social care and not joined to it: join is not set"
	case pupils == nil || pupils.tables["pupils"] == nil:
		note = "school data are to be joined and no pupils were delivered"
	case j.tables["children"] == nil:
		note = "school data are to be joined and no children were delivered, so nothing tells whose they are"
	default:
		in := dedupe.School{Children: j.tables["children"], Pupils: pupils.tables["pupils"]}
		if decided != nil {
			in.Persons = decided.Persons
		}
		var err error
		if links, err = dedupe.JoinSchool(in); err != nil {
			return nil, err
		}
		note = fmt.Sprintf("school data were joined to social care for this purpose: %s. %s", join.Purpose, linksInWords(links, in.Children.Rows))
	}
	j.notes = append(j.notes, note)
	return links, nil
}

// linksInWords counts what the join found.
func linksInWords(links *table.Table, children int) string {
	linked, refused := map[string]bool{}, 0
	for row := range links.Rows {
		if links.Column("status").Text(row) == "linked" {
			linked[links.Column("child_id").Text(row)] = true
		} else {
			refused++
		}
	}
	words := fmt.Sprintf("%d child numbers in %d records of children were found among the pupils by a well-formed UPN", len(linked), children)
	if refused > 0 {
		words += fmt.Sprintf("; %d links were refused (school_links says why)", refused)
	}
	return words
}
