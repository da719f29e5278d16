package schemas

import (
	"fmt"
	"strings"
)

// CodeSet is a list of values that a field may have.
type CodeSet struct {
	Name   string `yaml:"name"`
	Title  string `yaml:"title"`
	Source string `yaml:"source"`
	Note   string `yaml:"note"`
	Codes  []Code `yaml:"codes"`

	exact  map[string]int
	folded map[string]int
}

// Code is one value: what is written, what it means and the group that statistics put it into. From and To
// (yyyy-mm-dd, both included, blank for open) bound the days on which it may be used.
type Code struct {
	Code  string `yaml:"code"`
	Label string `yaml:"label"`
	Group string `yaml:"group"`
	From  string `yaml:"from"`
	To    string `yaml:"to"`
}

// LoadCodeSet reads the code set called name. The error is ErrUnknown when there is none.
func LoadCodeSet(name string) (*CodeSet, error) { return own.CodeSet(name) }

// CodeSet reads the code set called name. The error is ErrUnknown when there is none.
func (d *Declarations) CodeSet(name string) (*CodeSet, error) {
	if known, ok := d.codeSets.Load(name); ok {
		return known.(*CodeSet), nil
	}
	s := &CodeSet{exact: map[string]int{}, folded: map[string]int{}}
	if err := d.read("code set", "codes", name, s); err != nil {
		return nil, err
	}
	for i, c := range s.Codes {
		if _, twice := s.exact[c.Code]; twice {
			return nil, fmt.Errorf("read code set %q: code %q stands twice", name, c.Code)
		}
		s.exact[c.Code] = i
		s.folded[strings.ToLower(c.Code)] = i
	}
	d.codeSets.Store(name, s)
	return s, nil
}

// CodeSets returns the names of all code sets, sorted.
func CodeSets() []string { return mustList("codes") }

// Has tells whether value is one of the codes, exactly as written.
func (s *CodeSet) Has(value string) bool {
	_, ok := s.exact[value]
	return ok
}

// Place returns the place in Codes of the code that value means, whatever its case, or -1. It is used where
// a value is read, not where it is judged.
func (s *CodeSet) Place(value string) int {
	if i, ok := s.folded[strings.ToLower(value)]; ok {
		return i
	}
	return -1
}
