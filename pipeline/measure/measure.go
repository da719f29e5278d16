// Package measure computes figures: numerators, denominators and rates.
//
// Decided tables walk in (contacts, incidents, referrals), with the few counts that no table holds; one figure
// for every measure and every category of its breakdowns walks out. What a measure is stands in a catalogue of
// YAML files beside this one: a new measure is a new entry there and nothing else. A figure that the delivery
// cannot support is not available, with the reason, and never zero.
package measure

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"

	"frontdoor/rules"
	"frontdoor/schemas"
)

//go:embed *.yaml
var files embed.FS

// Catalogue is the measures of one collection.
type Catalogue struct {
	Version  string     `yaml:"version"` // of the definitions
	Measures []*Measure `yaml:"measures"`
}

// Measure is one entry of the catalogue.
type Measure struct {
	ID               string   `yaml:"id"`
	Title            string   `yaml:"title"`
	Wording          string   `yaml:"wording"`
	Table            string   `yaml:"table"`       // the result table whose rows are counted
	Numerator        string   `yaml:"numerator"`   // condition
	Denominator      string   `yaml:"denominator"` // condition; a measure without one is a count
	DenominatorTable string   `yaml:"denominator_table"`
	Distinct         string   `yaml:"distinct"`   // count the different values of this field
	Breakdowns       []string `yaml:"breakdowns"` // fields of the table
	From             string   `yaml:"from"`       // a figure that no table holds
	Needs            []string `yaml:"needs"`      // delivered tables or columns without which it is not available
	NeedsAny         []string `yaml:"needs_any"`  // of which at least one must be delivered
	Exclusions       string   `yaml:"exclusions"`
	Unit             string   `yaml:"unit"`
	Polarity         string   `yaml:"polarity"` // high, low or none: which way is better
	Source           string   `yaml:"source"`

	numerator, denominator *rules.Condition
	schema                 *schemas.Table
}

// Load reads the measures of a collection and compiles their conditions. All faults are told at once.
func Load(collection string) (*Catalogue, error) {
	text, err := Source(collection)
	if err != nil {
		return nil, err
	}
	return Parse(collection, text)
}

// Parse reads the measures of a collection from YAML and compiles their conditions. All faults are told at once.
func Parse(collection string, text []byte) (*Catalogue, error) {
	c := &Catalogue{}
	if err := yaml.UnmarshalWithOptions(text, c, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read measures of %s: %w", collection, err)
	}
	var faults []error
	seen := map[string]bool{}
	for _, m := range c.Measures {
		if seen[m.ID] {
			faults = append(faults, fmt.Errorf("measure %s stands twice", m.ID))
		}
		seen[m.ID] = true
		if err := m.compile(); err != nil {
			faults = append(faults, fmt.Errorf("read measure %s: %w", m.ID, err))
		}
	}
	return c, errors.Join(faults...)
}

// Source returns the YAML of a collection's measures: what a published run keeps beside its figures.
func Source(collection string) ([]byte, error) {
	text, err := files.ReadFile(collection + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("find measures of %q: %w", collection, schemas.ErrUnknown)
	}
	return text, nil
}

// Measure returns the measure with an id, or nil.
func (c *Catalogue) Measure(id string) *Measure {
	for _, m := range c.Measures {
		if m.ID == id {
			return m
		}
	}
	return nil
}

func (m *Measure) compile() error {
	switch m.Polarity {
	case "high", "low", "none":
	default:
		return fmt.Errorf("polarity %q is none of high, low, none", m.Polarity)
	}
	if m.Title == "" || m.Wording == "" || m.Unit == "" || m.Source == "" {
		return errors.New("give it a title, a wording, a unit and a source")
	}
	if m.From != "" {
		return nil
	}
	var err error
	if m.schema, err = schemas.Result(m.Table); err != nil {
		return err
	}
	for _, name := range append(m.Breakdowns, m.Distinct) {
		if name != "" && m.schema.Field(name) == nil {
			return fmt.Errorf("table %s has no field %s", m.Table, name)
		}
	}
	if m.numerator, err = rules.CompileCondition(nil, m.schema, m.Numerator); err != nil {
		return err
	}
	if m.Denominator == "" {
		return nil
	}
	below := m.schema
	if m.DenominatorTable != "" {
		if below, err = schemas.Result(m.DenominatorTable); err != nil {
			return err
		}
	}
	m.denominator, err = rules.CompileCondition(nil, below, m.Denominator)
	return err
}

// Evaluate computes every figure of the catalogue, in its order.
func (c *Catalogue) Evaluate(ctx context.Context, in Input) ([]Figure, error) {
	var figures []Figure
	for _, m := range c.Measures {
		if reason := m.unavailable(in); reason != "" {
			figures = append(figures, Figure{Measure: m, Unavailable: reason})
			continue
		}
		if m.From != "" {
			figures = append(figures, m.given(in)...)
			continue
		}
		counted, err := m.count(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("compute measure %s: %w", m.ID, err)
		}
		figures = append(figures, counted...)
	}
	return figures, nil
}

// unavailable says why the delivery cannot support a measure, or "".
func (m *Measure) unavailable(in Input) string {
	if in.Unavailable != "" {
		return in.Unavailable
	}
	for _, need := range m.Needs {
		if !in.Delivered[need] {
			return need + " not delivered"
		}
	}
	for _, need := range m.NeedsAny {
		if in.Delivered[need] {
			return ""
		}
	}
	if len(m.NeedsAny) > 0 {
		return "none of " + strings.Join(m.NeedsAny, ", ") + " delivered"
	}
	return ""
}
