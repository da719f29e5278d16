package schemas

import (
	"fmt"
	"slices"
)

// Feed says that the records of a list are records of a table of the front door too.
type Feed struct {
	Table  string            `yaml:"table"`
	ID     string            `yaml:"id"`     // the field that gets an id made from the record's content
	Fields map[string]string `yaml:"fields"` // the list's field by the table's
	Unless Values            `yaml:"unless"` // records with one of these values feed nothing

	// Instead gives, by the table's field, what feeds it in records that do not have the list's field.
	Instead map[string]Instead `yaml:"instead"`
}

// Instead is another field of a list, with the table's code for each of its own.
type Instead struct {
	Field  string            `yaml:"field"`
	Values map[string]string `yaml:"values"`
}

// Values are, by field, values that it may have; case does not matter.
type Values map[string][]string

// Recurs says when records of several returns tell of the same. The latest return speaks that has a record with the
// same values, or that ought to have it because its days and those of the record meet.
type Recurs struct {
	Same  []string `yaml:"same"`  // the fields that agree; a blank agrees with nothing
	From  string   `yaml:"from"`  // the first day of a record; blank for records without days
	To    string   `yaml:"to"`    // the last day; blank in a record that goes on
	Brief Values   `yaml:"brief"` // a record with one of these values lasts only a day where To is blank
}

// FeedFor returns how the list feeds a table of the front door, or nil.
func (t *Table) FeedFor(table string) *Feed {
	if i := slices.IndexFunc(t.Feeds, func(f *Feed) bool { return f.Table == table }); i >= 0 {
		return t.Feeds[i]
	}
	return nil
}

// feedFaults lists what is wrong with the fields that feeds and recurs name.
func (t *Table) feedFaults() (faults []error) {
	has := func(field, format string, args ...any) {
		if t.Field(field) == nil {
			faults = append(faults, fmt.Errorf("table %s: %s field %s, which it does not have", t.Name, fmt.Sprintf(format, args...), field))
		}
	}
	for _, feed := range t.Feeds {
		for to, from := range feed.Fields {
			has(from, "feeds %s.%s from", feed.Table, to)
		}
		for field := range feed.Unless {
			has(field, "feeds %s unless", feed.Table)
		}
		for to, instead := range feed.Instead {
			has(instead.Field, "feeds %s.%s from", feed.Table, to)
		}
	}
	if r := t.Recurs; r != nil {
		for _, field := range r.Same {
			has(field, "recurs names")
		}
		for field := range r.Brief {
			has(field, "recurs names")
		}
		for _, field := range []string{r.From, r.To} {
			if field != "" {
				has(field, "recurs names")
			}
		}
	}
	return faults
}
