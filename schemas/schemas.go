// Package schemas says what delivered tables look like: the tables and fields of each collection, the code
// sets their values come from, and the calendar of working days. The declarations are YAML files beside this
// one and travel inside the program.
//
// A declaration says what can be read (names, types, keys, privacy). What is right is a rule, not a schema.
package schemas

import (
	"embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed *.yaml authorities/*.yaml codes/*.yaml calendars/*.yaml results/*.yaml stored/*.yaml
var files embed.FS

// ErrUnknown is the cause of every error about a collection, code set or calendar that does not exist.
var ErrUnknown = errors.New("not known")

// Type says how the text of a cell is read.
type Type string

// The types that a field may have.
const (
	TypeText     Type = "text"     // nearly unique text: kept as it stands
	TypeCode     Type = "code"     // text that repeats: a code or a category
	TypeKey      Type = "key"      // an identifier: text, never a number
	TypeDate     Type = "date"     // a calendar day
	TypeDateTime Type = "datetime" // a calendar day with a time that may be unknown
	TypeInteger  Type = "integer"  // a whole number
	TypeDecimal  Type = "decimal"  // a number with up to four places after the point
	TypeBoolean  Type = "boolean"  // true or false; only in tables that the pipeline makes
	TypeList     Type = "list"     // several codes in one cell, between semicolons
)

// Privacy says how closely a field tells of one person.
type Privacy string

// The privacy classes. A column that no schema knows is treated as Direct.
const (
	Direct   Privacy = "direct"   // names, identifiers, references
	Indirect Privacy = "indirect" // birth date, postcode, ethnicity, school
	Open     Privacy = "open"
)

// Collection is one return or extract: its tables in the order in which they are read, parents first.
type Collection struct {
	Name   string   `yaml:"collection"`
	Title  string   `yaml:"title"`
	About  string   `yaml:"about"`
	Source string   `yaml:"source"`
	Exact  bool     `yaml:"exact"` // codes, texts and keys stand as delivered: blanks at their ends belong to them
	Dates  string   `yaml:"dates"` // iso: dates are written yyyy-mm-dd and in no other way
	XML    *XML     `yaml:"xml"`   // how it is delivered as one XML file; nil when it never is
	Facts  Facts    `yaml:"facts"` // where a delivery says what it is about
	Tables []*Table `yaml:"tables"`

	declarations *Declarations // what it is from; nil for the program's own
}

// Facts are the places, all blank or written TABLE.FIELD, where a delivery says what it is about.
type Facts struct {
	ReferenceDate Place `yaml:"reference_date"` // the last day that it is about
	Year          Place `yaml:"year"`           // the calendar year in which its collection year ends
	Authority     Place `yaml:"authority"`
}

// Place is a field of a table.
type Place struct{ Table, Field string }

// UnmarshalYAML reads TABLE.FIELD.
func (p *Place) UnmarshalYAML(text []byte) error {
	var found bool
	if p.Table, p.Field, found = strings.Cut(strings.TrimSpace(string(text)), "."); !found {
		return errors.New("read place: write it as TABLE.FIELD")
	}
	return nil
}

// XML says how the tables of a collection stand in one XML file. Elements are named by their path below the
// root, with slashes, without namespace.
type XML struct {
	Root string `yaml:"root"` // the name of the root element
	Unit string `yaml:"unit"` // the element that holds all records about one child
}

// Table is one list of records.
type Table struct {
	Name     string    `yaml:"name"`
	Title    string    `yaml:"title"`
	About    string    `yaml:"about"`
	Aliases  []string  `yaml:"aliases"`  // further file names that mean this table
	Pattern  string    `yaml:"pattern"`  // a regular expression over normalised names, tried after the aliases
	Optional bool      `yaml:"optional"` // nothing is missed where it is not delivered
	Dated    string    `yaml:"dated"`    // the field whose day says which of several deliveries speaks for a record
	Key      []string  `yaml:"key"`      // the fields that together name a record
	Parents  []*Parent `yaml:"parents"`  // records of other tables that a record belongs to, beside those of its fields
	Order    *Order    `yaml:"order"`    // what previous and next mean; nil for a table without an order
	Fields   []*Field  `yaml:"fields"`
	Feeds    []*Feed   `yaml:"feeds"`
	Recurs   *Recurs   `yaml:"recurs"` // how records of one return stand in another again; nil where none does

	Element   string `yaml:"element"`   // in XML: the element of a record
	Misplaced string `yaml:"misplaced"` // in XML: where else it is read, as a record of the unit's last parent
	Every     bool   `yaml:"every"`     // in XML: every unit has a record, if need be one with nothing in it
	Holding   string `yaml:"holding"`   // in XML: an element without this field is no record

	pattern *regexp.Regexp
}

// Field is one column of a table.
type Field struct {
	Name       string   `yaml:"name"`
	About      string   `yaml:"about"`
	Type       Type     `yaml:"type"`
	Codes      string   `yaml:"codes"`      // the code set that its values come from
	References string   `yaml:"references"` // the table whose key it holds
	Parent     string   `yaml:"parent"`     // what conditions call the record that it points to
	Children   string   `yaml:"children"`   // what that record's conditions call those that point to it; blank for the table's name
	Needed     bool     `yaml:"needed"`     // without a readable value the record cannot be placed and is quarantined
	Unit       string   `yaml:"unit"`       // what a number counts or measures
	Privacy    Privacy  `yaml:"privacy"`
	Pseudonym  string   `yaml:"pseudonym"` // the kind of identifier; equal kinds get comparable pseudonyms
	Analysis   string   `yaml:"analysis"`  // month, district or keep: what an indirect field becomes for analysis
	Aliases    []string `yaml:"aliases"`
	Pattern    string   `yaml:"pattern"`  // a regular expression over normalised headers, tried after the aliases
	Whole      bool     `yaml:"whole"`    // an integer whose fraction, if one is delivered, is cut off
	Flags      bool     `yaml:"flags"`    // its codes may be delivered as a JSON object of flags
	Loose      bool     `yaml:"loose"`    // further spellings of its codes are read as the codes
	Optional   bool     `yaml:"optional"` // that it was not delivered is no finding
	// Element says where the value stands in XML: the path of an element inside the record, blank for one called
	// like the field; "." for the record's own text, ".." for the value of the record or unit around it, "#" for
	// the record's number among those of its kind there, from 1.
	Element string `yaml:"element"`

	pattern *regexp.Regexp
}

// Identifies tells whether the field holds an identifier: text that names somebody or something.
func (f *Field) Identifies() bool { return f.Type == TypeKey || f.Pseudonym != "" }

// Matches tells whether the field's pattern takes a normalised header.
func (f *Field) Matches(name string) bool { return f.pattern != nil && f.pattern.MatchString(name) }

// Table returns the table called name, or nil.
func (c *Collection) Table(name string) *Table {
	for _, t := range c.Tables {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// Field returns the field called name, or nil.
func (t *Table) Field(name string) *Field {
	if i := t.FieldIndex(name); i >= 0 {
		return t.Fields[i]
	}
	return nil
}

// FieldIndex returns the place of the field called name in Fields, or -1.
func (t *Table) FieldIndex(name string) int {
	return slices.IndexFunc(t.Fields, func(f *Field) bool { return f.Name == name })
}

// TableOf returns the table that a file name (without folder and extension) means, or nil. Case, blanks and
// dashes do not matter.
func (c *Collection) TableOf(stem string) *Table {
	want := Normalise(stem)
	for _, t := range c.Tables {
		if Normalise(t.Name) == want || slices.ContainsFunc(t.Aliases, func(a string) bool { return Normalise(a) == want }) {
			return t
		}
	}
	for _, t := range c.Tables {
		if t.pattern != nil && t.pattern.MatchString(want) {
			return t
		}
	}
	return nil
}

// Normalise folds a header or file name for comparison: lower case, with every run of characters that are
// neither letters nor digits as one underscore.
func Normalise(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(strings.TrimSpace(name)) {
		if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') || r > 127 && r != ' ' {
			if gap && b.Len() > 0 {
				b.WriteByte('_')
			}
			gap = false
			b.WriteRune(r)
		} else {
			gap = true
		}
	}
	return b.String()
}

// Collections returns the names of all collections, sorted.
func Collections() []string { return mustList(".") }

// mustList lists a folder that is inside the program.
func mustList(folder string) []string {
	names, err := own.names(folder)
	if err != nil {
		panic(err) // the folder is inside the program
	}
	return names
}

// Load reads the collection called name. The error is ErrUnknown when there is none.
func Load(name string) (*Collection, error) { return own.Load(name) }

// Parse reads a collection from YAML and checks that its references, keys and code sets exist.
func Parse(text []byte) (*Collection, error) {
	c := &Collection{}
	if err := yaml.UnmarshalWithOptions(text, c, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	return c, c.check()
}

func (c *Collection) check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	for _, p := range []Place{c.Facts.ReferenceDate, c.Facts.Year, c.Facts.Authority} {
		if t := c.Table(p.Table); p.Table != "" && (t == nil || t.Field(p.Field) == nil) {
			fault("facts: no table has the field %s.%s", p.Table, p.Field)
		}
	}
	for i, t := range c.Tables {
		if t.Pattern != "" {
			var err error
			if t.pattern, err = regexp.Compile(t.Pattern); err != nil {
				fault("table %s: pattern: %w", t.Name, err)
			}
		}
		faults = append(faults, t.feedFaults()...)
		if t.Dated != "" && t.Field(t.Dated) == nil {
			fault("table %s: dated names field %s, which it does not have", t.Name, t.Dated)
		}
		for _, k := range t.Key {
			if t.Field(k) == nil {
				fault("table %s: key names field %s, which it does not have", t.Name, k)
			}
		}
		for _, f := range t.Fields {
			switch f.Type {
			case TypeText, TypeCode, TypeKey, TypeDate, TypeDateTime, TypeInteger, TypeDecimal, TypeBoolean, TypeList:
			default:
				fault("field %s.%s: type %q is none of text, code, key, date, datetime, integer, decimal, boolean, list", t.Name, f.Name, f.Type)
			}
			switch f.Privacy {
			case Direct, Indirect, Open:
			default:
				fault("field %s.%s: privacy %q is none of direct, indirect, open", t.Name, f.Name, f.Privacy)
			}
			if f.Privacy == Indirect && f.Analysis == "" {
				fault("field %s.%s: an indirect field says what it becomes for analysis: month, district or keep", t.Name, f.Name)
			}
			if f.Pattern != "" {
				var err error
				if f.pattern, err = regexp.Compile(f.Pattern); err != nil {
					fault("field %s.%s: pattern: %w", t.Name, f.Name, err)
				}
			}
			if (f.Loose || f.Flags) && f.Codes == "" {
				fault("field %s.%s: loose and flags need codes", t.Name, f.Name)
			}
			if f.Codes != "" {
				if _, err := c.CodeSet(f.Codes); err != nil {
					fault("field %s.%s: %w", t.Name, f.Name, err)
				}
			}
			if f.References != "" && f.Parent == "" {
				fault("field %s.%s: a reference names its parent", t.Name, f.Name)
			}
		}
		faults = append(faults, c.relationFaults(i)...)
	}
	return errors.Join(faults...)
}

// Result reads the schema of a table that the pipeline makes: a file of results.
func Result(name string) (*Table, error) {
	return once(&own.results, name, func() (*Table, error) {
		t := &Table{}
		if err := own.read("result table", "results", name, t); err != nil {
			return nil, err
		}
		return t, (&Collection{Tables: []*Table{t}}).check()
	})
}
