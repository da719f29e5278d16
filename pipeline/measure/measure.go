// Package measure computes figures: numerators, denominators, rates, medians, and which of them may be published.
//
// Decided and delivered tables walk in, with the few counts that no table holds; one figure for every measure, period
// and category of its breakdowns walks out, each with the mark that disclosure control gave it. What a measure is
// stands in a catalogue of YAML files beside this one: a new measure is a new entry there and nothing else. A figure
// that the delivery cannot support is not available, with the reason, and never zero.
package measure

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"frontdoor/schemas"
)

//go:embed catalogue/*.yaml
var files embed.FS

// Catalogue is measures, and the fields about earlier and later records that they read.
type Catalogue struct {
	Version  string     `yaml:"version"` // of the definitions
	Title    string     `yaml:"title"`
	Related  []*Related `yaml:"related"`
	Measures []*Measure `yaml:"measures"`
}

// Kind says how a measure counts over time.
type Kind string

// The kinds of measures.
const (
	Flow     Kind = "flow"     // records whose date lies in a period
	Snapshot Kind = "snapshot" // records that stand at the end of a period: as_at is that day
	Process  Kind = "process"  // how records were handled in the reporting period; no fact about a child
)

// Measure is one entry of the catalogue.
type Measure struct {
	ID      string `yaml:"id"`
	Group   string `yaml:"group"`
	Title   string `yaml:"title"`
	Wording string `yaml:"wording"`

	Kind             Kind     `yaml:"kind"`
	Table            string   `yaml:"table"`       // a table that the pipeline makes, or collection.table
	Date             string   `yaml:"date"`        // of a flow: the field that says to which period a record belongs
	Numerator        string   `yaml:"numerator"`   // condition
	Denominator      string   `yaml:"denominator"` // condition; a measure without one is a count
	DenominatorTable string   `yaml:"denominator_table"`
	DenominatorDate  string   `yaml:"denominator_date"`
	Stands           bool     `yaml:"denominator_stands"` // of a flow: the denominator is the records of as_at, whatever the period
	Distinct         string   `yaml:"distinct"`           // count the different values of this field
	Statistic        *Value   `yaml:"statistic"`          // of the numerator's records, in place of a rate
	PerHead          bool     `yaml:"per_10000"`          // the denominator is the population aged 0 to 17
	From             string   `yaml:"from"`               // a figure that no table holds
	Breakdowns       []string `yaml:"breakdowns"`
	Internal         []string `yaml:"internal_breakdowns"` // that stand on no public page
	Waterfall        bool     `yaml:"waterfall"`           // its whole is a step from rows to unique contacts, and exempt
	Balance          string   `yaml:"balance"`             // a stock with what begins and ends it has one name here
	Periods          []string `yaml:"periods"`             // of a flow or snapshot, besides the whole; all when blank
	Needs            []string `yaml:"needs"`               // delivered tables or columns without which it is not available
	NeedsAny         []string `yaml:"needs_any"`           // of which at least one must be delivered
	Purpose          string   `yaml:"purpose"`             // it joins collections and needs a purpose of this name to be stated
	Lacks            string   `yaml:"lacks"`               // why no extract that is read supports it; nothing else is declared then

	Exclusions string `yaml:"exclusions"`
	Unit       string `yaml:"unit"`
	Decimals   *int   `yaml:"decimals"` // of the rate; one when blank
	Polarity   string `yaml:"polarity"` // high, low or none: which way is better
	Limit      string `yaml:"limit"`    // the statutory limit, in words
	Source     string `yaml:"source"`
	Status     string `yaml:"status"`     // official, local, proxy
	Comparator string `yaml:"comparator"` // the published series that it may be read beside
	Version    string `yaml:"version"`    // of this definition, where it differs from the catalogue's
	Notes      string `yaml:"notes"`
	Changed    string `yaml:"changed"` // what changed in the definition, and when

	program *program
	missing string // why it could not be compiled: its table is declared nowhere
}

// Schemas finds the schema of a table by the name that measures give it. The cause of its error is schemas.ErrUnknown
// where nothing declares the table, and ErrApart where its collection is not looked at.
type Schemas func(table string) (*schemas.Table, error)

// ErrApart is the cause of an error about a table of a collection that is not looked at. Measures over it stand in the
// catalogue, but are not compiled: none of them can be asked.
var ErrApart = errors.New("of a collection that is not looked at")

// Declared finds tables that the pipeline makes, and those of collections as collection.table. They are shared and must
// not be changed.
func Declared(table string) (*schemas.Table, error) {
	collection, name, qualified := strings.Cut(table, ".")
	if !qualified {
		return schemas.Result(table)
	}
	c, err := schemas.Load(collection)
	if err != nil {
		return nil, err
	}
	if t := c.Table(name); t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("find table %s: %w", table, schemas.ErrUnknown)
}

// DeclaredOf finds tables that the pipeline makes, and those of some collections.
func DeclaredOf(collections []string) Schemas {
	return func(table string) (*schemas.Table, error) {
		if collection, _, qualified := strings.Cut(table, "."); qualified && !slices.Contains(collections, collection) {
			return nil, fmt.Errorf("find table %s: %w", table, ErrApart)
		}
		return Declared(table)
	}
}

// Load reads every catalogue of the program and compiles its conditions. All faults are told at once.
func Load() (*Catalogue, error) { return Read(Catalogues(), Source, Declared) }

// Read reads catalogues, the front door's first, and compiles their conditions. All faults are told at once.
func Read(names []string, source func(name string) ([]byte, error), declared Schemas) (*Catalogue, error) {
	texts := make([][]byte, len(names))
	for i, name := range names {
		var err error
		if texts[i], err = source(name); err != nil {
			return nil, err
		}
	}
	read := make([]*Catalogue, len(names))
	faults := make([]error, len(names))
	var reading sync.WaitGroup
	for i, text := range texts {
		reading.Go(func() {
			read[i] = &Catalogue{}
			faults[i] = yaml.UnmarshalWithOptions(text, read[i], yaml.Strict())
		})
	}
	reading.Wait()
	all := &Catalogue{}
	for i, c := range read {
		if faults[i] != nil {
			return nil, fmt.Errorf("read measures of %s: %w", names[i], faults[i])
		}
		for _, m := range c.Measures {
			if m.Version == "" {
				m.Version = c.Version
			}
		}
		all.Related = append(all.Related, c.Related...)
		all.Measures = append(all.Measures, c.Measures...)
		if names[i] == frontDoor {
			all.Version = c.Version
		}
	}
	return all, all.compile(declared)
}

// frontDoor is the catalogue that the main job follows: its version is that of the definition.
const frontDoor = "front_door"

// Catalogues returns the names of the catalogues, the front door's first.
func Catalogues() []string {
	entries, err := files.ReadDir("catalogue")
	if err != nil {
		panic(err) // the folder is inside the program
	}
	names := []string{frontDoor}
	for _, e := range entries {
		if name := strings.TrimSuffix(e.Name(), ".yaml"); name != frontDoor {
			names = append(names, name)
		}
	}
	return names
}

// Source returns the YAML of a catalogue: what a published run keeps beside its figures.
func Source(name string) ([]byte, error) {
	text, err := files.ReadFile("catalogue/" + name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("find measures of %q: %w", name, schemas.ErrUnknown)
	}
	return text, nil
}

// Measure returns the measure with an id, or nil.
func (c *Catalogue) Measure(id string) *Measure {
	if i := slices.IndexFunc(c.Measures, func(m *Measure) bool { return m.ID == id }); i >= 0 {
		return c.Measures[i]
	}
	return nil
}

// Places returns the decimal places of the measure's rate.
func (m *Measure) Places() int {
	if m.Decimals == nil {
		return 1
	}
	return *m.Decimals
}

// Names tells whether the categories of a breakdown name persons.
func (m *Measure) Names(breakdown string) bool {
	if m.program == nil {
		return false
	}
	f := m.program.schema.Field(breakdown)
	return f != nil && f.Privacy == schemas.Direct
}

// IsRate tells whether the measure has a denominator among the records.
func (m *Measure) IsRate() bool { return m.Denominator != "" || m.From == "grid" }
