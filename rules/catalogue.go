package rules

import (
	"embed"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

//go:embed front_door.yaml cin_census.yaml structure.yaml
var catalogues embed.FS

// ErrUnknown is the cause of every error about a catalogue or rule that does not exist.
var ErrUnknown = errors.New("not known")

// Catalogue is the rules of one collection, in the order in which they are written.
type Catalogue struct {
	Collection string
	Rules      []*Rule

	name string // the file, for messages
}

// Rule is one declaration: what must hold, how much it matters, where it comes from and how it is said.
type Rule struct {
	Code     string   `yaml:"code"`
	Severity Severity `yaml:"severity"`
	Title    string   `yaml:"title"`
	About    string   `yaml:"about"`   // one plain sentence for people: the message of its findings
	Source   string   `yaml:"source"`  // who asks for it
	Since    string   `yaml:"since"`   // the collection year from which it holds: 2018-19
	Notes    string   `yaml:"notes"`   // what a reader of the documentation should know besides
	Checks   []*Check `yaml:"checks"`  // empty for a rule that a stage makes
	MadeBy   string   `yaml:"made_by"` // ingest, conform or pipeline: who makes its findings while the delivery is read
}

// Check is one condition of a rule over the records of one table. It has one of Holds, Unique, NoOverlap and
// AtMostOneOpen.
type Check struct {
	For           string         `yaml:"for"`     // the table, or WholeReturn
	About         string         `yaml:"about"`   // its own sentence; blank for the rule's
	Let           Lets           `yaml:"let"`     // named values, each seeing those before it
	Applies       Expression     `yaml:"applies"` // the records looked at; blank for all
	Holds         Expression     `yaml:"holds"`   // what must be true of each
	Unique        []Expression   `yaml:"unique"`  // values that together must not stand on two records
	NoOverlap     *NoOverlap     `yaml:"no_overlap"`
	AtMostOneOpen *AtMostOneOpen `yaml:"at_most_one_open"`
	Flags         []Flag         `yaml:"flags"` // the cells of a finding
	Group         []Expression   `yaml:"group"` // failing records that agree in these make one finding; none for one each
	Fails         []Example      `yaml:"fails"`
	Passes        []Example      `yaml:"passes"`
}

// Load reads the catalogue called collection (or structure, for the rules that the readers make). The error is
// ErrUnknown when there is none.
func Load(collection string) (*Catalogue, error) {
	text, err := Source(collection)
	if err != nil {
		return nil, err
	}
	return Parse(collection+".yaml", text)
}

// Source returns the YAML of a catalogue: what a published run keeps beside its figures.
func Source(collection string) ([]byte, error) {
	text, err := catalogues.ReadFile(collection + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("find rule catalogue %q: %w", collection, ErrUnknown)
	}
	return text, nil
}

// Rule returns the rule with a code, or nil.
func (c *Catalogue) Rule(code string) *Rule {
	if i := slices.IndexFunc(c.Rules, func(r *Rule) bool { return r.Code == code }); i >= 0 {
		return c.Rules[i]
	}
	return nil
}

// catalogueFile is a catalogue whose rules are not yet decoded, so that a mistake in one does not hide those in
// the others.
type catalogueFile struct {
	Collection string     `yaml:"collection"`
	Rules      []ruleNode `yaml:"rules"`
}

type ruleNode struct{ node ast.Node }

func (n *ruleNode) UnmarshalYAML(node ast.Node) error {
	n.node = node
	return nil
}

// Parse reads a catalogue; name is its file, for messages. The error joins every mistake found, each with file,
// line and, where it is known, the rule's code. Conditions are judged by Compile, which knows the schema.
func Parse(name string, text []byte) (*Catalogue, error) {
	var file catalogueFile
	if err := yaml.UnmarshalWithOptions(text, &file, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read rule catalogue %s: %w", name, err)
	}
	c := &Catalogue{Collection: file.Collection, name: name}
	var faults []error
	if c.Collection == "" {
		faults = append(faults, fmt.Errorf("read rule catalogue %s: it names no collection", name))
	}
	lines := map[string]int{}
	for i, n := range file.Rules {
		if n.node == nil {
			faults = append(faults, fmt.Errorf("read rule catalogue %s: rule %d is empty", name, i+1))
			continue
		}
		line := n.node.GetToken().Position.Line
		r := &Rule{}
		if err := yaml.NodeToValue(n.node, r, yaml.Strict()); err != nil {
			faults = append(faults, fmt.Errorf("read rule %s in %s, line %d: %w", r.Code, name, line, err))
			continue
		}
		for _, fault := range r.faults() {
			faults = append(faults, fmt.Errorf("read rule %s in %s, line %d: %w", r.Code, name, line, fault))
		}
		if first, twice := lines[r.Code]; twice {
			faults = append(faults, fmt.Errorf("read rule %s in %s, line %d: the code stands already in line %d", r.Code, name, line, first))
		}
		lines[r.Code] = line
		c.Rules = append(c.Rules, r)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return c, nil
}

var (
	codeForm = regexp.MustCompile(`^[A-Z][A-Z0-9]*-[0-9A-Z]+$`)
	yearForm = regexp.MustCompile(`^20[0-9]{2}-[0-9]{2}$`)
)

// faults lists what a declaration lacks.
func (r *Rule) faults() []error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if !codeForm.MatchString(r.Code) {
		fault("code: want letters, a dash and a number, such as FD-014")
	}
	switch r.Severity {
	case Error, Warning, Query:
	default:
		fault("severity: want error, warning or query")
	}
	for _, needed := range []struct{ key, value string }{{"title", r.Title}, {"about", r.About}, {"source", r.Source}} {
		if needed.value == "" {
			fault("%s: every rule has one", needed.key)
		}
	}
	if !yearForm.MatchString(r.Since) {
		fault("since: want a collection year, such as 2018-19")
	}
	switch r.MadeBy {
	case "":
		if len(r.Checks) == 0 {
			fault("checks: a rule has at least one, or names the stage that makes it (made_by)")
		}
	case "ingest", "conform", "pipeline":
		if len(r.Checks) > 0 {
			fault("made_by: a rule that a stage makes has no checks")
		}
	default:
		fault("made_by: want ingest, conform or pipeline")
	}
	for i, check := range r.Checks {
		if check == nil {
			fault("check %d is empty", i+1)
			continue
		}
		if check.For == "" {
			fault("check %d: for: want the table it judges", i+1)
		}
		for _, problem := range check.faults() {
			fault("check %d: %s", i+1, problem)
		}
	}
	return faults
}
