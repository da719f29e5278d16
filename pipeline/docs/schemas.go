package docs

import (
	"slices"
	"strings"

	"frontdoor/schemas"
)

// collectionPage writes the tables and fields of a collection, and the code sets that they use.
func collectionPage(name string) ([]byte, error) {
	c, err := schemas.Load(name)
	if err != nil {
		return nil, err
	}
	w := &writer{}
	w.line("# %s", c.Title)
	w.note("schemas/" + name + ".yaml")
	w.line("%s", strings.TrimSpace(c.About))
	w.line("Source: %s.", c.Source)
	w.classes()
	var sets []string
	for _, t := range c.Tables {
		w.table(t)
		for _, f := range t.Fields {
			if f.Codes != "" && !slices.Contains(sets, f.Codes) {
				sets = append(sets, f.Codes)
			}
		}
	}
	w.line("## Code sets")
	for _, set := range sets {
		s, err := schemas.LoadCodeSet(set)
		if err != nil {
			return nil, err
		}
		w.line("### %s", set)
		w.line("%s. Source: %s.", s.Title, s.Source)
		if s.Note != "" {
			w.line("%s", s.Note)
		}
		w.head("Code", "Meaning", "Group")
		for _, of := range s.Codes {
			w.row(code(of.Code), of.Label, of.Group)
		}
		w.WriteByte('\n')
	}
	return w.page(), nil
}

// resultPage writes the tables that the pipeline makes.
func resultPage() ([]byte, error) {
	w := &writer{}
	w.line("# Tables that a run makes")
	w.note("schemas/results/*.yaml")
	w.line("Every record of contacts, referrals and links to pupils also has `file` and `line`, where it stood in the delivery, and behind its fields `sheet`, null where the file is no workbook, and `authority`, whose it is.")
	w.classes()
	for _, name := range []string{"contacts", "incidents", "referrals", "persons", "links", "school_links"} {
		t, err := schemas.Result(name)
		if err != nil {
			return nil, err
		}
		w.table(t)
	}
	return w.page(), nil
}

// classes says what the privacy classes mean.
func (w *writer) classes() {
	w.line("Privacy: *direct* (names, identifiers, references) stands as a pseudonym or not at all in the analysis part of a store; *indirect* becomes the month, the postcode district, or is kept, as said; *open* is kept. A column that no schema knows is restricted.")
}

func (w *writer) table(t *schemas.Table) {
	w.line("## %s", t.Name)
	about := strings.TrimSpace(t.About)
	if !strings.HasSuffix(about, ".") {
		about += "."
	}
	if len(t.Key) == 0 {
		w.line("%s. %s", t.Title, about)
	} else {
		w.line("%s. %s Key: %s.", t.Title, about, codes(t.Key))
	}
	if len(t.Aliases) > 0 {
		w.line("Also known as %s.", codes(t.Aliases))
	}
	w.head("Field", "Type", "Meaning", "Privacy", "Other names")
	for _, f := range t.Fields {
		kind := string(f.Type)
		if f.Codes != "" {
			kind += ": " + code(f.Codes)
		}
		if f.References != "" {
			kind += " of " + code(f.References)
		}
		if f.Needed {
			kind += ", needed"
		}
		privacy := string(f.Privacy)
		if f.Analysis != "" {
			privacy += ": " + f.Analysis
		}
		w.row(code(f.Name), kind, f.About, privacy, codes(f.Aliases))
	}
	w.WriteByte('\n')
}
