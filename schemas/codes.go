package schemas

import (
	"fmt"
	"slices"
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
	Code  string   `yaml:"code"`
	Label string   `yaml:"label"`
	Group string   `yaml:"group"`
	From  string   `yaml:"from"`
	To    string   `yaml:"to"`
	Also  []string `yaml:"also"` // further spellings, for reading
}

// LoadCodeSet reads the code set called name. The error is ErrUnknown when there is none.
func LoadCodeSet(name string) (*CodeSet, error) { return own.CodeSet(name) }

// CodeSet reads the code set called name. The error is ErrUnknown when there is none.
func (d *Declarations) CodeSet(name string) (*CodeSet, error) {
	return once(&d.codeSets, name, func() (*CodeSet, error) { return d.readCodeSet(name) })
}

func (d *Declarations) readCodeSet(name string) (*CodeSet, error) {
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

// Resolve returns the code that a text means when it is read loosely: with or without a letter for the order in
// front ("q) 6: Police"), as code and label ("6 Police"), as label or further spelling alone ("Police"), whatever
// its case. A text that is only the name of a group of codes stays that group's name: a group is not a code. It
// returns false for a text that means none.
func (s *CodeSet) Resolve(text string) (string, bool) {
	plain := loosely(text)
	unlettered := plain
	if letter, rest, found := strings.Cut(plain, ") "); found && len(letter) <= 2 {
		unlettered = rest
	}
	for _, tried := range []string{plain, unlettered} {
		if place := s.Place(tried); place >= 0 {
			return s.Codes[place].Code, true
		}
	}
	if code := s.led(unlettered); code != "" {
		return code, true
	}
	for _, tried := range []string{plain, unlettered} {
		found := ""
		for _, c := range s.Codes {
			if tried == loosely(c.Label) || slices.ContainsFunc(c.Also, func(a string) bool { return loosely(a) == tried }) {
				if found != "" {
					return "", false // two codes say the same
				}
				found = c.Code
			}
		}
		if found != "" {
			return found, true
		}
	}
	return s.group(unlettered)
}

// led returns the code that a text begins with, if its label, its group, or a colon or dash follows; or "".
func (s *CodeSet) led(text string) string {
	end := strings.IndexAny(text, " :")
	if end <= 0 {
		return ""
	}
	place := s.Place(text[:end])
	if place < 0 {
		return ""
	}
	c := s.Codes[place]
	rest := strings.TrimLeft(text[end:], " ")
	if strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "- ") {
		return c.Code
	}
	if rest == loosely(c.Label) || rest == loosely(c.Group) || slices.ContainsFunc(c.Also, func(a string) bool { return loosely(a) == rest }) {
		return c.Code
	}
	return ""
}

// group returns the name of the group that a text is the name of, or its code when it has only one.
func (s *CodeSet) group(text string) (string, bool) {
	name, code, codes := "", "", 0
	for _, c := range s.Codes {
		if c.Group != "" && loosely(c.Group) == text {
			name, code, codes = c.Group, c.Code, codes+1
		}
	}
	if codes == 1 {
		return code, true
	}
	return name, codes > 0
}

// loosely folds a text for comparison: lower case, one blank between words, one kind of apostrophe and dash.
func loosely(text string) string {
	text = strings.NewReplacer("\u00a0", " ", "\u200b", "", "\ufeff", "", "\u2019", "'", "\u2013", "-", "\u2014", "-").Replace(text)
	return strings.Join(strings.Fields(strings.ToLower(text)), " ")
}
