package docs

import (
	"strings"

	"frontdoor/schemas"
)

// decided are the tables that the pipeline makes.
var decided = []string{"contacts", "incidents", "referrals", "persons", "links", "school_links"}

// dictionaryPage writes the data dictionary: every table that a run may publish, with its columns, types, units and what
// becomes of them in the analysis part.
func dictionaryPage() ([]byte, error) {
	stored, err := schemas.StoredTables()
	if err != nil {
		return nil, err
	}
	w := &writer{}
	w.line("# Data dictionary")
	w.note("schemas/stored/tables.yaml`, `schemas/results/*.yaml` and `schemas/*.yaml")
	w.line("What stands in the Parquet files of a run: the restricted part holds what was delivered, the analysis part what the last column but one says. Dates are calendar days, and a blank cell is null. What the measures count stands in [measures.md](../../pipeline/measure/docs/measures.md), what a field may hold on the page of its collection beside this one.")
	w.line("# Figures, findings and what was read")
	for _, t := range stored {
		w.line("## %s", t.Name)
		w.line("%s. %s In %s.", t.Title, t.About, inParts(t.Parts, t.Name))
		w.head("Column", "Type", "Unit", "In the analysis part", "Meaning")
		for _, c := range t.Columns {
			w.row(code(c.Name), c.Type, c.Unit, map[bool]string{true: "as it is", false: "no"}[c.Privacy == string(schemas.Open)], c.About)
		}
		w.WriteByte('\n')
	}
	w.line("# What was decided")
	w.line("Every record also has `file` and `line`: where it stood in the delivery.")
	for _, name := range decided {
		t, err := schemas.Result(name)
		if err != nil {
			return nil, err
		}
		w.columns(t.Name, inParts([]string{"restricted", "analysis"}, t.Name), t)
	}
	w.line("# What was delivered")
	w.line("Every record also has `_file` and `_line`, `_sheet` where the file is a workbook and `_authority`. Columns that no schema knows stand as `extra_NAME` in the restricted part only, and the text of a cell that could not be read in `restricted/kept/`. A column that was not delivered is there, all null.")
	for _, name := range schemas.Collections() {
		c, err := schemas.Load(name)
		if err != nil {
			return nil, err
		}
		if c.XML != nil {
			continue // a run takes tables
		}
		for _, t := range c.Tables {
			w.columns(name+"."+t.Name, inParts([]string{"restricted", "analysis"}, "delivered/"+name+"/"+t.Name), t)
		}
	}
	return w.page(), nil
}

// inParts names the files of a table.
func inParts(parts []string, name string) string {
	var files []string
	for _, part := range parts {
		files = append(files, part+"/"+name+".parquet")
	}
	return codes(files)
}

// columns writes the columns of a table that a schema declares.
func (w *writer) columns(title, files string, t *schemas.Table) {
	w.line("## %s", title)
	w.line("%s. In %s.", strings.TrimSuffix(t.Title, "."), files)
	w.head("Column", "Type", "Unit", "Privacy", "In the analysis part", "Meaning")
	for _, f := range t.Fields {
		w.row(code(f.Name), string(f.Type), unitOf(f), string(f.Privacy), analysed(f), f.About)
	}
	w.WriteByte('\n')
}

// unitOf returns the unit of a field: days have theirs by type.
func unitOf(f *schemas.Field) string {
	switch f.Type {
	case schemas.TypeDate:
		return "days"
	case schemas.TypeDateTime:
		return "days, with a time of day beside it"
	}
	return f.Unit
}

// analysed says what a field becomes in the analysis part.
func analysed(f *schemas.Field) string {
	switch {
	case f.Privacy == schemas.Open, f.Analysis == "keep":
		return "as it is"
	case f.Pseudonym != "":
		return "pseudonym of kind " + f.Pseudonym
	case f.Analysis == "month":
		return "month"
	case f.Analysis == "district":
		return "postcode district"
	}
	return "no"
}
