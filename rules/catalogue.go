package rules

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"frontdoor/schemas"
)

//go:embed *.yaml
var catalogues embed.FS

// ErrUnknown is the cause of every error about a catalogue or rule that does not exist.
var ErrUnknown = errors.New("not known")

// Catalogue is the rules of one collection, in the order in which they are written, each in its newest form.
type Catalogue struct {
	Collection string  `yaml:"collection"`
	Rules      []*Rule `yaml:"rules"`
	Year       Year    // whose catalogue it is; blank for the newest

	anchored
	document *document
}

// Rule is one declaration: what must hold, how much it matters, where it comes from and how it is said.
type Rule struct {
	Code     string    `yaml:"code"`
	Severity Severity  `yaml:"severity"`
	Title    string    `yaml:"title"`
	About    string    `yaml:"about"`   // one plain sentence for people: the message of its findings
	Source   string    `yaml:"source"`  // who asks for it
	Since    Year      `yaml:"since"`   // the collection year from which it holds
	Until    Year      `yaml:"until"`   // the last in which it holds; blank while it does
	Notes    string    `yaml:"notes"`   // what a reader of the documentation should know besides
	Checks   []*Check  `yaml:"checks"`  // empty for a rule that a stage makes
	MadeBy   string    `yaml:"made_by"` // ingest, conform or pipeline: who makes its findings while the delivery is read
	Changes  []*Change `yaml:"changes"` // what it says otherwise from later years on, the earliest first
	Local    bool      // of a catalogue that a council added

	anchored
	document *document // where it is written
	earlier  *Rule     // as it was before the last of its changes
}

// Check is one condition of a rule over the records of one table. It has one of Holds, Unique, NoOverlap and
// AtMostOneOpen.
type Check struct {
	For           string         `yaml:"for"`         // the table, or WholeReturn
	About         string         `yaml:"about"`       // its own sentence; blank for the rule's
	Let           Lets           `yaml:"let"`         // named values, each seeing those before it
	Applies       Expression     `yaml:"applies"`     // the records looked at; blank for all
	Holds         Expression     `yaml:"holds"`       // what must be true of each
	Unique        []Expression   `yaml:"unique"`      // values that together must not stand on two records
	AtMost        int            `yaml:"at_most"`     // on how many records they may stand; 0 for one
	TimesUsual    int            `yaml:"times_usual"` // ... and on how many times as many as other first values usually do; 0 for any
	NoOverlap     *NoOverlap     `yaml:"no_overlap"`
	AtMostOneOpen *AtMostOneOpen `yaml:"at_most_one_open"`
	Flags         []Flag         `yaml:"flags"`   // the cells of a finding
	Because       string         `yaml:"because"` // why it flags fields that its conditions do not mention
	Group         []Expression   `yaml:"group"`   // failing records that agree in these make one finding; none for one each
	Fails         []Example      `yaml:"fails"`
	Passes        []Example      `yaml:"passes"`

	anchored
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

// Catalogues returns the names of all catalogues of the program, sorted.
func Catalogues() []string {
	entries, err := catalogues.ReadDir(".")
	if err != nil {
		panic(err) // the folder is inside the program
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
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

// Examples counts the examples of every form of the rules.
func (c *Catalogue) Examples() int {
	n := 0
	for _, r := range c.everyVersion().Rules {
		for _, check := range r.Checks {
			n += len(check.Fails) + len(check.Passes)
		}
	}
	return n
}

// Parse reads a catalogue; name is its file, for messages. The error is Faults: every mistake, with its place and
// what to do. Conditions are judged by Compile, which knows the schema.
func Parse(name string, text []byte) (*Catalogue, error) {
	c, faults := parse(name, text)
	if err := faults.orNil(); err != nil {
		return nil, err
	}
	return c, nil
}

// Read reads a catalogue that is not part of the program and compiles every form of its rules for the collection
// that it names; collection finds that. The error is Faults: the mistakes of both.
func Read(name string, text []byte, collection func(name string) (*schemas.Collection, error)) (*Catalogue, error) {
	c, faults := parse(name, text)
	if c.Collection != "" {
		coll, err := collection(c.Collection)
		switch {
		case errors.Is(err, schemas.ErrUnknown):
			hint := nearest(c.Collection, schemas.Collections())
			faults = append(faults, c.document.fault(c.where("collection"), "", "collection: no collection is called "+c.Collection, hint))
		case err != nil:
			return nil, err
		default:
			var mistakes Faults
			if _, err := c.everyVersion().Compile(coll); errors.As(err, &mistakes) {
				faults = append(faults, mistakes...)
			} else if err != nil {
				return nil, err
			}
		}
	}
	if err := faults.orNil(); err != nil {
		return nil, err
	}
	return c, nil
}

func parse(name string, text []byte) (*Catalogue, Faults) {
	c := &Catalogue{document: newDocument(name, text)}
	d := &decoder{document: c.document}
	file, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	switch {
	case err != nil:
		d.note(position{}, "read YAML", err)
	case len(file.Docs) == 0 || file.Docs[0].Body == nil:
		d.fault(position{}, "write collection: and rules:", "the file is empty")
	case len(file.Docs) > 1:
		d.fault(positionOf(file.Docs[1].Body), "keep one catalogue in a file", "a second document begins here")
	default:
		d.catalogue(c, file.Docs[0].Body)
	}
	return c, d.faults
}

// catalogue reads the keys of a catalogue and each of its rules.
func (d *decoder) catalogue(c *Catalogue, node ast.Node) {
	all, ok := d.entries(node, "a catalogue")
	if !ok {
		return
	}
	c.stands("", positionOf(node))
	lines := map[string]int{}
	for _, e := range all {
		switch list, isList := e.value.(*ast.SequenceNode); {
		case e.key == "rules" && isList:
			for _, item := range list.Values {
				r := d.oneRule(item)
				if r == nil {
					continue
				}
				at := r.where("code")
				if first, twice := lines[r.Code]; twice && r.Code != "" {
					d.rule = r.Code
					d.fault(at, "give each rule a code of its own; what changed with a year stands in the changes of the rule", "code: stands already in line %d", first)
				}
				lines[r.Code] = at.line
				c.Rules = append(c.Rules, r)
			}
			d.rule = ""
		case e.key == "rules":
			d.fault(e.at, "write each rule below with a dash", "rules: want a list")
		case !d.entry(e, c):
			d.fault(e.at, nearest(e.key, keysOf(c)), "%s: no such key in a catalogue", e.key)
		}
	}
	if c.Collection == "" {
		d.fault(c.where("collection"), "write collection: and its name", "collection: it names none")
	}
}

// oneRule reads a rule with its changes and returns its newest form, or nil.
func (d *decoder) oneRule(node ast.Node) *Rule {
	d.rule = ""
	all, ok := d.entries(node, "a rule")
	if !ok {
		return nil
	}
	r := &Rule{document: d.document}
	r.stands("", positionOf(node))
	var changes []ast.Node
	for _, e := range all {
		if e.key == "code" {
			d.entry(e, r)
			d.rule = r.Code
		}
	}
	for _, e := range all {
		switch list, isList := e.value.(*ast.SequenceNode); {
		case e.key == "code":
		case e.key == "changes" && isList:
			r.stands(e.key, e.at)
			changes = list.Values
		case e.key == "changes":
			d.fault(e.at, "write each change below with a dash", "changes: want a list")
		case !d.entry(e, r):
			d.fault(e.at, nearest(e.key, keysOf(r)), "%s: no such key in a rule", e.key)
		}
	}
	d.demandRule(r)
	for _, change := range changes {
		r = d.change(r, change)
		d.demandChange(r)
	}
	return r
}
