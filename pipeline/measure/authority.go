package measure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"frontdoor/schemas"
)

// Authority is what a council says about its own figures: targets, expected ranges, breaks in its series, its words
// and its policy on small numbers. All of it may be left out.
type Authority struct {
	Disclosure *Policy             `yaml:"disclosure" json:"disclosure"`
	Smallest   int64               `yaml:"smallest_denominator" json:"smallest_denominator"` // below it nothing is coloured; 20 when 0
	Targets    map[string]Target   `yaml:"targets" json:"targets"`                           // by measure
	Expected   map[string]Expected `yaml:"expected" json:"expected"`
	Breaks     []Break             `yaml:"breaks" json:"breaks"`
	Terms      []Term              `yaml:"terms" json:"terms"`
	People     map[int]int64       `yaml:"population_0_17" json:"population_0_17"` // where the published one does not hold
}

// Target is what a council wants a rate to be, in percent. Points is how far from it is still amber.
type Target struct {
	Value      float64 `yaml:"value" json:"value"`
	Points     float64 `yaml:"points" json:"points"`
	ApprovedBy string  `yaml:"approved_by" json:"approved_by"`
}

// Expected is the range in which a council expects a figure, in percent.
type Expected struct {
	Low  float64 `yaml:"low" json:"low"`
	High float64 `yaml:"high" json:"high"`
}

// Break is a day across which a series must not be read as one. Measures are named, or none for all.
type Break struct {
	On       string   `yaml:"on" json:"on"`
	Measures []string `yaml:"measures" json:"measures"`
	Why      string   `yaml:"why" json:"why"`
}

// Term is a word that the council uses in place of another, from a day on.
type Term struct {
	Term string `yaml:"term" json:"term"`
	Says string `yaml:"says" json:"says"`
	From string `yaml:"from" json:"from"`
	Why  string `yaml:"why" json:"why"`
}

// ParseAuthority reads an authority's file; no text is a council that says nothing. Measures are checked against the
// catalogue.
func ParseAuthority(text []byte, c *Catalogue) (*Authority, error) {
	a := &Authority{}
	if err := yaml.UnmarshalWithOptions(text, a, yaml.Strict()); err != nil && len(text) > 0 {
		return nil, fmt.Errorf("read figures file: %s", strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	if a.Smallest == 0 {
		a.Smallest = 20
	}
	if a.Disclosure == nil {
		var err error
		if a.Disclosure, err = DefaultPolicy(); err != nil {
			return nil, err
		}
	}
	if err := a.Disclosure.Check(); err != nil {
		return nil, err
	}
	for id, target := range a.Targets {
		switch m := c.Measure(id); {
		case m == nil:
			return nil, fmt.Errorf("read figures file: targets name %s, which is no measure", id)
		case m.Polarity == "none":
			return nil, fmt.Errorf("read figures file: %s is good neither high nor low and can have no target", id)
		case m.Unit != "percent":
			return nil, fmt.Errorf("read figures file: %s is no percentage and can have no target", id)
		case target.Points < 0:
			return nil, fmt.Errorf("read figures file: the tolerance of %s is below nought", id)
		}
	}
	for id, e := range a.Expected {
		if c.Measure(id) == nil || e.Low > e.High {
			return nil, fmt.Errorf("read figures file: expected names %s, which is no measure, or its range is none", id)
		}
	}
	for _, b := range a.Breaks {
		if _, err := schemas.ParseDay(b.On); err != nil {
			return nil, fmt.Errorf("read figures file: breaks: %w", err)
		}
	}
	return a, nil
}

// Standing is where a rate stands against what a council wants.
type Standing string

// The standings. Red reads "look here": it is a question and not a verdict.
const (
	Green   Standing = "green"
	Amber   Standing = "amber"
	Red     Standing = "red"
	Grey    Standing = "grey" // too few records to say
	NoColor Standing = ""     // no target, no polarity or no figure
)

// Judge says where a rate stands, with the rule in words. Only a measure that is better high or low and has a target
// is coloured.
func (a *Authority) Judge(m *Measure, value *float64, denominator int64) (Standing, string) {
	target, has := a.Targets[m.ID]
	if !has || value == nil || m.Polarity == "none" {
		return NoColor, ""
	}
	if denominator < a.Smallest {
		return Grey, fmt.Sprintf("fewer than %d records: not coloured", a.Smallest)
	}
	short := target.Value - 100**value
	word := "at least"
	if m.Polarity == "low" {
		short, word = -short, "at most"
	}
	rule := fmt.Sprintf("target %s %s %%, amber within %s points of it", word, trimmed(target.Value), trimmed(target.Points))
	switch {
	case short <= 1e-9:
		return Green, rule
	case short <= target.Points+1e-9:
		return Amber, rule
	}
	return Red, rule
}

// Outside tells whether a rate lies outside the range in which the council expects it.
func (a *Authority) Outside(m *Measure, value *float64) (outside bool, words string) {
	e, has := a.Expected[m.ID]
	if !has || value == nil {
		return false, ""
	}
	words = fmt.Sprintf("expected between %s %% and %s %%", trimmed(e.Low), trimmed(e.High))
	return 100**value < e.Low || 100**value > e.High, words
}

// BreaksOf returns the breaks in the series of a measure, oldest first.
func (a *Authority) BreaksOf(id string) []Break {
	var breaks []Break
	for _, b := range a.Breaks {
		if len(b.Measures) == 0 || slices.Contains(b.Measures, id) {
			breaks = append(breaks, b)
		}
	}
	slices.SortStableFunc(breaks, func(x, y Break) int { return strings.Compare(x.On, y.On) })
	return breaks
}
