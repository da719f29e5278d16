package ingest

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// tree is an element as the standard library reads it.
type tree struct {
	name string
	text strings.Builder
	kids []*tree
}

// parseTree reads a document with one root with the standard library.
func parseTree(text []byte) (*tree, error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	top := &tree{}
	open := []*tree{top}
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		last := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			kid := &tree{name: t.Name.Local}
			last.kids = append(last.kids, kid)
			open = append(open, kid)
		case xml.EndElement:
			if len(open) == 1 || last.name != t.Name.Local {
				return nil, errors.New("wrong end")
			}
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) == 1 && len(bytes.TrimSpace(t)) > 0 {
				return nil, errors.New("text outside")
			}
			last.text.Write(t)
		case xml.Directive:
			return nil, errors.New("directive")
		}
	}
	if len(open) != 1 || len(top.kids) != 1 {
		return nil, errors.New("not one root")
	}
	return top.kids[0], nil
}

// find returns the elements at a path.
func (t *tree) find(path string) []*tree {
	at := []*tree{t}
	for name := range strings.SplitSeq(path, "/") {
		var next []*tree
		for _, e := range at {
			for _, kid := range e.kids {
				if kid.name == name {
					next = append(next, kid)
				}
			}
		}
		at = next
	}
	return at
}

// first returns the text of the first element at a path of plain elements, and whether there is one.
func (t *tree) first(path string) (string, bool) {
	all := t.find(path)
	if len(all) == 0 {
		return "", false
	}
	return all[0].text.String(), true
}

// flat writes the records of a return: for every child in turn its episodes, plans and reviews, with some cells.
func (t *tree) flat() []string {
	var rows []string
	row := func(table string, e *tree, fields ...string) {
		cells := []string{table}
		for _, f := range fields {
			if text, is := e.first(f); is {
				cells = append(cells, fmt.Sprintf("%s=%q", f, text))
			}
		}
		rows = append(rows, strings.Join(cells, " "))
	}
	for _, child := range t.find("Children/Child") {
		if own := child.find("ChildIdentifiers"); len(own) > 0 {
			row("ChildIdentifiers", own[0], "LAchildID", "UPN")
		} else {
			rows = append(rows, "ChildIdentifiers")
		}
		for _, e := range child.find("CINdetails") {
			row("CINdetails", e, "CINreferralDate", "ReferralNFA")
		}
		for _, e := range child.find("CINdetails/Section47") {
			row("Section47", e, "S47ActualStartDate")
		}
	}
	slices.Sort(rows)
	return rows
}

// flat writes the same of what the product read.
func (s *nestedRows) flat() []string {
	var rows []string
	keep := map[string][]string{"ChildIdentifiers": {"LAchildID", "UPN"}, "CINdetails": {"CINreferralDate", "ReferralNFA"}, "Section47": {"S47ActualStartDate"}}
	for table, all := range s.cells {
		for _, cells := range all {
			row := []string{table}
			for _, f := range keep[table] {
				if text, is := cells[f]; is {
					row = append(row, fmt.Sprintf("%s=%q", f, text))
				}
			}
			if keep[table] != nil {
				rows = append(rows, strings.Join(row, " "))
			}
		}
	}
	slices.Sort(rows)
	return rows
}

// FuzzXML holds the reader against the standard library: it never fails on what that reads, and reads the same.
func FuzzXML(f *testing.F) {
	f.Add([]byte(smallCensus))
	f.Add([]byte("<Message><Children><Child><ChildIdentifiers><LAchildID>a&#65;<!-- x --><![CDATA[<b>]]></LAchildID><UPN/></ChildIdentifiers><CINdetails a='1' b = \">\"><ReferralNFA>\r\n</ReferralNFA></CINdetails></Child ></Children></Message>"))
	f.Add([]byte("<Message><Children><Child><CINdetails></Child></Children></Message>"))
	f.Add([]byte("<Message><Children><Child></Child><Child><Section47/></Child>"))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, layout := censusLayout()
		s := &nestedRows{layout: layout}
		report, err := ReadXML(context.Background(), bytes.NewReader(text), Limits{Window: 64, Record: 1 << 16}, layout, s)
		want, wrong := parseTree(text)
		switch {
		case err != nil || wrong != nil || want.name != "Message":
			return
		case report.Damaged:
			nestedChild := strings.Count(string(text), "<Child") != len(want.find("Children/Child"))
			if !nestedChild && bytes.IndexByte(text, ':') < 0 {
				t.Fatalf("damaged: %+v", s.faults)
			}
			return
		}
		if got := s.flat(); s.noText == 0 && !slices.Equal(got, want.flat()) {
			t.Fatalf("read\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want.flat(), "\n"))
		}
	})
}
