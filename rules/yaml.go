package rules

import "github.com/goccy/go-yaml/ast"

// Expression is a condition or value as it stands in a catalogue, with its place.
type Expression struct {
	Text         string
	Line, Column int
}

// UnmarshalYAML keeps the place of the text for messages.
func (e *Expression) UnmarshalYAML(node ast.Node) error {
	text, err := scalar(node)
	if err != nil {
		return err
	}
	begins := placeOf(node)
	*e = Expression{Text: text, Line: begins.line, Column: begins.column}
	return nil
}

// Let is a named value.
type Let struct {
	Name  string
	Value Expression
}

// Lets is named values in the order in which they are written.
type Lets []Let

// UnmarshalYAML keeps the order of a mapping.
func (l *Lets) UnmarshalYAML(node ast.Node) error {
	return eachEntry(node, func(name string, value ast.Node) error {
		let := Let{Name: name}
		if err := let.Value.UnmarshalYAML(value); err != nil {
			return err
		}
		*l = append(*l, let)
		return nil
	})
}

// Example is what a rule says about some records: the test of the rule and its documentation. An example of a
// condition has one record, an example of unique several.
type Example struct {
	Records []Record
	AsAt    string // the as-at date; blank for none

	Line, Column int
}

// Record is a record of an example: the text of its fields, and its parents by name. A field that is not given
// is blank; a text that cannot be read as the field's type is an unreadable cell.
type Record struct {
	Fields  []ExampleField
	Parents []ExampleParent
}

// ExampleField is one cell of an example.
type ExampleField struct{ Name, Text string }

// ExampleParent is a parent record of an example, by the name that conditions know it by.
type ExampleParent struct {
	Name   string
	Record Record
}

// UnmarshalYAML reads {field: text, parent: {...}, as_at: date} or {records: [...], as_at: date}.
func (e *Example) UnmarshalYAML(node ast.Node) error {
	begins := placeOf(node)
	e.Line, e.Column = begins.line, begins.column
	own := Record{}
	err := eachEntry(node, func(name string, value ast.Node) (err error) {
		switch list, isList := value.(*ast.SequenceNode); {
		case name == "as_at":
			e.AsAt, err = scalar(value)
		case name == "records" && isList:
			for _, item := range list.Values {
				r := Record{}
				if err := eachEntry(item, r.add); err != nil {
					return err
				}
				e.Records = append(e.Records, r)
			}
		default:
			err = own.add(name, value)
		}
		return err
	})
	if err == nil && e.Records == nil {
		e.Records = []Record{own}
	}
	return err
}

func (r *Record) add(name string, value ast.Node) error {
	if mapping, ok := value.(ast.MapNode); ok {
		p := ExampleParent{Name: name}
		if err := eachEntry(mapping.(ast.Node), p.Record.add); err != nil {
			return err
		}
		r.Parents = append(r.Parents, p)
		return nil
	}
	text, err := scalar(value)
	if err != nil {
		return err
	}
	r.Fields = append(r.Fields, ExampleField{Name: name, Text: text})
	return nil
}

// scalar returns the text of a scalar as it is written, so that a code 010 or 1E5 stays what it is.
func scalar(node ast.Node) (string, error) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, nil
	}
	return "", at(node, "want text; a blank is written \"\"")
}

// eachEntry hands over the entries of a mapping in their order.
func eachEntry(node ast.Node, take func(name string, value ast.Node) error) error {
	mapping, ok := node.(ast.MapNode)
	if !ok {
		return at(node, "want names with their values")
	}
	for entries := mapping.MapRange(); entries.Next(); {
		name, err := scalar(entries.Key().(ast.Node))
		if err != nil {
			return err
		}
		if err := take(name, entries.Value()); err != nil {
			return err
		}
	}
	return nil
}
