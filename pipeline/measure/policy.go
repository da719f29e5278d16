package measure

import (
	_ "embed" // the default policy
	"fmt"
	"slices"

	"github.com/goccy/go-yaml"
)

// Policy says which counts may be published and how: named, so that whoever reads a page can ask for it, and approved
// by somebody, or not yet.
type Policy struct {
	Name       string  `yaml:"name" json:"name"`
	Threshold  int64   `yaml:"threshold" json:"threshold"`   // counts from 1 to this are hidden
	Candidates int64   `yaml:"candidates" json:"candidates"` // a hidden count could be at least so many different numbers
	RoundTo    int64   `yaml:"round_to" json:"round_to"`     // published counts are rounded to the nearest multiple; 1 for none
	Symbols    Symbols `yaml:"symbols" json:"symbols"`
	Exempt     string  `yaml:"exempt" json:"exempt"` // the rule on process counts, in words
	Words      string  `yaml:"words" json:"words"`   // the rule, for readers
	ApprovedBy string  `yaml:"approved_by" json:"approved_by"`
	ApprovedOn string  `yaml:"approved_on" json:"approved_on"`
}

// Symbols stand in place of numbers.
type Symbols struct {
	Hidden       string `yaml:"hidden" json:"hidden"`
	NotAvailable string `yaml:"not_available" json:"not_available"`
	NoRate       string `yaml:"no_rate" json:"no_rate"`
}

//go:embed disclosure.yaml
var defaultPolicy []byte

// PolicySource returns the YAML of the policy that holds where a council names none of its own: what a published run
// keeps beside its figures.
func PolicySource() []byte { return slices.Clone(defaultPolicy) }

// DefaultPolicy returns the policy that holds where an authority names no other.
func DefaultPolicy() (*Policy, error) { return parsePolicy(defaultPolicy) }

func parsePolicy(text []byte) (*Policy, error) {
	p := &Policy{}
	if err := yaml.UnmarshalWithOptions(text, p, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read disclosure policy: %w", err)
	}
	return p, p.Check()
}

// Check refuses a policy that hides nothing or tells what it hides.
func (p *Policy) Check() error {
	switch {
	case p.Name == "" || p.Words == "" || p.Exempt == "":
		return fmt.Errorf("read disclosure policy: give it a name, its words and the rule on process counts")
	case p.Threshold < 1:
		return fmt.Errorf("read disclosure policy %s: threshold %d hides nothing; write 1 or more", p.Name, p.Threshold)
	case p.Candidates < 2:
		return fmt.Errorf("read disclosure policy %s: a hidden count that can be %d number is none; write candidates 2 or more", p.Name, p.Candidates)
	case p.RoundTo < 1:
		return fmt.Errorf("read disclosure policy %s: round_to %d; write 1 for no rounding", p.Name, p.RoundTo)
	case p.Symbols.Hidden == "" || p.Symbols.NotAvailable == "" || p.Symbols.NoRate == "":
		return fmt.Errorf("read disclosure policy %s: give all three symbols", p.Name)
	}
	return nil
}

// small tells whether a count is one that must not be published.
func (p *Policy) small(n int64) bool { return n >= 1 && n <= p.Threshold }

// Mark says what of a figure may be published.
type Mark uint8

// The marks. A figure without one is published whole.
const (
	NumeratorHidden   Mark = 1 << iota // with it the value
	DenominatorHidden                  // with it the value
	ProcessCount                       // exempt by the policy's rule on process counts
	InternalOnly                       // on no public page, whatever its size
)

// marks are the texts under which a run stores what marks say.
var marks = map[Mark]string{
	0: "shown", NumeratorHidden: "numerator hidden", DenominatorHidden: "denominator hidden",
	NumeratorHidden | DenominatorHidden: "hidden", ProcessCount: "process count", InternalOnly: "internal",
}

func (m Mark) String() string {
	switch {
	case m&InternalOnly != 0:
		return marks[InternalOnly]
	case m&ProcessCount != 0:
		return marks[ProcessCount]
	}
	return marks[m]
}
