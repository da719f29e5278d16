package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// WholeReturn is what a check is for that judges the delivery as a whole.
const WholeReturn = "return"

// NoOverlap says that the times of records that agree in Within must have no day in common. A blank End is open.
type NoOverlap struct {
	Within    []Expression `yaml:"within"`
	Start     Expression   `yaml:"start"`
	End       Expression   `yaml:"end"`        // a field
	Touching  string       `yaml:"touching"`   // allowed or overlap: the day on which one ends and another starts
	OpenUntil Expression   `yaml:"open_until"` // the last day of a time whose end is blank; without it there is none
	Identical string       `yaml:"identical"`  // allowed: records with the same start and end count as one
}

// AtMostOneOpen says that of the records that agree in Within one at most has a blank End.
type AtMostOneOpen struct {
	Within []Expression `yaml:"within"`
	End    Expression   `yaml:"end"` // a field
}

// Flag is cells of a finding: a field, the record's own or a parent's, or those of each record of a list.
type Flag struct {
	Field string // own_field or parent.field; blank with Each
	Each  *Each
}

// Each is the cells of the records of a list.
type Each struct {
	Name   string     // what When calls the record
	List   Expression // the list
	When   Expression // which of its records; blank for all
	Fields []string   // fields of each record, or of its parents
}

// UnmarshalYAML reads a field's name or {each: NAME in LIST, when: CONDITION, fields: [...]}.
func (f *Flag) UnmarshalYAML(node ast.Node) error {
	if _, ok := node.(ast.MapNode); !ok {
		text, err := scalar(node)
		f.Field = text
		return err
	}
	f.Each = &Each{}
	err := eachEntry(node, func(name string, value ast.Node) error {
		switch name {
		case "each":
			if err := f.Each.List.UnmarshalYAML(value); err != nil {
				return err
			}
			name, list, ok := strings.Cut(f.Each.List.Text, " in ")
			if !ok {
				return at(value, "want a name and a list, such as e in child.episodes")
			}
			f.Each.Name = strings.TrimSpace(name)
			f.Each.List.Text, f.Each.List.before = list, strings.TrimSuffix(f.Each.List.Text, list)
			return nil
		case "when":
			return f.Each.When.UnmarshalYAML(value)
		case "fields":
			list, ok := value.(*ast.SequenceNode)
			if !ok {
				return at(value, "want a list of fields")
			}
			for _, item := range list.Values {
				field, err := scalar(item)
				if err != nil {
					return err
				}
				f.Each.Fields = append(f.Each.Fields, field)
			}
			return nil
		}
		return placedError{positionOf(value), name + ": no such key in a flag", nearest(name, []string{"each", "when", "fields"})}
	})
	if err == nil && (f.Each.Name == "" || len(f.Each.Fields) == 0) {
		err = at(node, "want each and fields")
	}
	return err
}

// String writes a flag as a catalogue does.
func (f Flag) String() string {
	if f.Each == nil {
		return f.Field
	}
	text := "each: " + f.Each.Name + " in " + f.Each.List.Text
	if f.Each.When.Text != "" {
		text += ", when: " + f.Each.When.Text
	}
	return "{" + text + ", fields: [" + strings.Join(f.Each.Fields, ", ") + "]}"
}

// String writes the name of a let as a catalogue does.
func (l Let) String() string {
	if l.Parameters == nil {
		return l.Name
	}
	return l.Name + "(" + strings.Join(l.Parameters, ", ") + ")"
}

// String writes the shape as a catalogue does.
func (n *NoOverlap) String() string {
	text := "{within: [" + joined(n.Within) + "], start: " + n.Start.Text + ", end: " + n.End.Text + ", touching: " + n.Touching
	if n.OpenUntil.Text != "" {
		text += ", open_until: " + n.OpenUntil.Text
	}
	if n.Identical != "" {
		text += ", identical: " + n.Identical
	}
	return text + "}"
}

// String writes the shape as a catalogue does.
func (o *AtMostOneOpen) String() string {
	return "{within: [" + joined(o.Within) + "], end: " + o.End.Text + "}"
}

func joined(list []Expression) string {
	var texts []string
	for _, e := range list {
		texts = append(texts, e.Text)
	}
	return strings.Join(texts, ", ")
}

// faults lists what the declaration of a check lacks. Conditions are judged by Compile.
func (c *Check) faults() []error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	ways := 0
	for _, said := range []bool{c.Holds.Text != "", len(c.Unique) > 0, c.NoOverlap != nil, c.AtMostOneOpen != nil} {
		if said {
			ways++
		}
	}
	if ways != 1 {
		fault("want one of holds, unique, no_overlap and at_most_one_open")
	}
	if c.AtMost != 0 && (c.AtMost < 2 || len(c.Unique) == 0) {
		fault("at_most: want a number of at least 2, beside unique")
	}
	if c.TimesUsual != 0 && (c.TimesUsual < 2 || c.AtMost == 0) {
		fault("times_usual: want a number of at least 2, beside at_most")
	}
	if n := c.NoOverlap; n != nil {
		if len(n.Within) == 0 || n.Start.Text == "" || n.End.Text == "" {
			fault("no_overlap: want within, start and end")
		}
		if n.Touching != "allowed" && n.Touching != "overlap" {
			fault("no_overlap: touching: want allowed or overlap")
		}
		if n.Identical != "" && n.Identical != "allowed" {
			fault("no_overlap: identical: want allowed, or leave it out")
		}
	}
	if o := c.AtMostOneOpen; o != nil && (len(o.Within) == 0 || o.End.Text == "") {
		fault("at_most_one_open: want within and end")
	}
	several := c.Holds.Text == ""
	if c.For == WholeReturn {
		if several {
			fault("for: a check for return has holds")
		}
		if len(c.Group) > 0 {
			fault("group: a check for return makes one finding")
		}
		if slices.ContainsFunc(c.Flags, func(f Flag) bool { return f.Each == nil }) {
			fault("flags: a check for return flags each of a list, or nothing")
		}
	} else if len(c.Flags) == 0 && !several {
		fault("flags: want the fields that a finding points to")
	}
	if len(c.Fails) == 0 || len(c.Passes) == 0 {
		fault("want at least one example that fails and one that passes")
	}
	for _, e := range slices.Concat(c.Fails, c.Passes) {
		if c.For == WholeReturn && len(e.Tables) == 0 {
			fault("want tables as an example of a check for return")
		}
		if c.For != WholeReturn && len(e.Records)+len(e.Tables) == 0 {
			fault("want a record, records or tables as an example")
		}
	}
	for _, let := range c.Let {
		if let.Parameters != nil && slices.Contains(let.Parameters, "") {
			fault("let %s: want names in the brackets", let.Name)
		}
	}
	return faults
}
