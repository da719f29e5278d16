package rules

import (
	"errors"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Expression is a condition or value as it stands in a catalogue, with its place.
type Expression struct {
	Text         string
	Line, Column int

	before string // what the same YAML text holds before it
}

// UnmarshalYAML keeps the place of the text for messages.
func (e *Expression) UnmarshalYAML(node ast.Node) error {
	text, err := scalar(node)
	if err != nil {
		return err
	}
	begins := positionOf(node)
	*e = Expression{Text: text, Line: begins.line, Column: begins.column}
	return nil
}

// Let is a named value, or a named condition or value over Parameters.
type Let struct {
	Name       string
	Parameters []string // nil for a value
	Value      Expression
}

// Lets is named values in the order in which they are written.
type Lets []Let

// UnmarshalYAML keeps the order of a mapping.
func (l *Lets) UnmarshalYAML(node ast.Node) error {
	return eachEntry(node, func(name string, value ast.Node) error {
		let := Let{Name: name}
		if open := strings.IndexByte(name, '('); open >= 0 && strings.HasSuffix(name, ")") {
			let.Name = strings.TrimSpace(name[:open])
			for parameter := range strings.SplitSeq(name[open+1:len(name)-1], ",") {
				let.Parameters = append(let.Parameters, strings.TrimSpace(parameter))
			}
		}
		if err := let.Value.UnmarshalYAML(value); err != nil {
			return err
		}
		*l = append(*l, let)
		return nil
	})
}

// Example is what a rule says about some records: the test of the rule and its documentation. An example of a
// condition has one record, an example of unique several, one of a check for the whole return tables.
type Example struct {
	Records  []Record // of the table that the check is for
	Tables   []ExampleList
	LastYear []ExampleList  // last year's tables
	AsAt     string         // the as-at date; blank for none
	Facts    []ExampleField // other facts of the delivery: reference_date ...
	Findings int            // how many findings it makes; 0 for any number
	Cells    int            // how many cells they have together; 0 for any number

	Line, Column int

	anchored
}

// Record is a record of an example: the text of its fields, and its parents and lists of children by name. A
// field that is not given is blank; a text that cannot be read as the field's type is an unreadable cell.
type Record struct {
	Fields  []ExampleField
	Parents []ExampleParent
	Lists   []ExampleList
	Times   int // how often it stands in its list; 0 for once

	anchored
}

// ExampleList is records of an example: those of a table, or the children of a record, by their name.
type ExampleList struct {
	Name    string
	Records []Record
}

// ExampleField is one cell of an example.
type ExampleField struct{ Name, Text string }

// ExampleParent is a parent record of an example, by the name that conditions know it by.
type ExampleParent struct {
	Name   string
	Record Record
}

// UnmarshalYAML reads {field: text, parent: {...}, children: [...], as_at: date} or {records: [...]} or
// {tables: {name: [...]}}, with facts and counts beside them.
func (e *Example) UnmarshalYAML(node ast.Node) error {
	begins := positionOf(node)
	e.Line, e.Column = begins.line, begins.column
	own := Record{}
	err := eachEntry(node, func(name string, value ast.Node) (err error) {
		_, isMap := value.(ast.MapNode)
		list, isList := value.(*ast.SequenceNode)
		switch {
		case name == "as_at":
			e.AsAt, err = scalar(value)
		case factOf(name) != noFact:
			fact := ExampleField{Name: name}
			fact.Text, err = scalar(value)
			e.Facts = append(e.Facts, fact)
		case name == "records" && isList:
			e.Records, err = recordsOf(list)
		case name == "tables" && isMap:
			e.Tables, err = e.listsOf(value)
		case name == lastYearName && isMap && holdsLists(value):
			e.LastYear, err = e.listsOf(value)
		case name == "findings":
			e.Findings, err = count(value)
		case name == "cells":
			e.Cells, err = count(value)
		default:
			err = own.add(name, value)
		}
		return err
	})
	if err == nil && e.Records == nil && e.Tables == nil {
		e.Records = []Record{own}
	}
	return err
}

func count(node ast.Node) (int, error) {
	text, err := scalar(node)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(text)
	if err != nil || n <= 0 {
		return 0, at(node, "want a number of at least 1")
	}
	return n, nil
}

func recordsOf(list *ast.SequenceNode) ([]Record, error) {
	records := []Record{}
	for _, item := range list.Values {
		r := Record{}
		err := eachEntry(item, func(name string, value ast.Node) (err error) {
			if name == "times" {
				r.Times, err = count(value)
				return err
			}
			return r.add(name, value)
		})
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, nil
}

// holdsLists tells last year's tables from a record's own last year.
func holdsLists(node ast.Node) bool {
	lists := true
	err := eachEntry(node, func(_ string, value ast.Node) error {
		_, isList := value.(*ast.SequenceNode)
		lists = lists && isList
		return nil
	})
	return lists && err == nil
}

func (e *Example) listsOf(node ast.Node) ([]ExampleList, error) {
	lists := []ExampleList{}
	err := eachEntry(node, func(name string, value ast.Node) error {
		e.stands(name, positionOf(value))
		list, ok := value.(*ast.SequenceNode)
		if !ok {
			return at(value, "want a list of records")
		}
		records, err := recordsOf(list)
		lists = append(lists, ExampleList{name, records})
		return err
	})
	return lists, err
}

func (r *Record) add(name string, value ast.Node) error {
	r.stands(name, positionOf(value))
	if mapping, ok := value.(ast.MapNode); ok {
		p := ExampleParent{Name: name}
		if err := eachEntry(mapping.(ast.Node), p.Record.add); err != nil {
			return err
		}
		r.Parents = append(r.Parents, p)
		return nil
	}
	if list, ok := value.(*ast.SequenceNode); ok {
		records, err := recordsOf(list)
		r.Lists = append(r.Lists, ExampleList{name, records})
		return err
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

// eachEntry hands over the entries of a mapping in their order. Its error joins those of all.
func eachEntry(node ast.Node, take func(name string, value ast.Node) error) error {
	mapping, ok := node.(ast.MapNode)
	if !ok {
		return at(node, "want names with their values")
	}
	var errs []error
	seen := map[string]bool{}
	for entries := mapping.MapRange(); entries.Next(); {
		key := entries.Key().(ast.Node)
		name, err := scalar(key)
		switch {
		case err != nil:
			errs = append(errs, err)
		case seen[name]:
			errs = append(errs, at(key, name+" stands already"))
		default:
			seen[name] = true
			errs = append(errs, take(name, entries.Value()))
		}
	}
	return errors.Join(errs...)
}
