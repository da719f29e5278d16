package pipeline

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-playground/validator/v10"
	"github.com/goccy/go-yaml"

	"frontdoor/pipeline/conform"
	"frontdoor/pipeline/dedupe"
	"frontdoor/pipeline/ingest"
	"frontdoor/schemas"
)

// ErrConfig is the cause of every error that a change to the configuration, or to the arguments of a command, mends.
var ErrConfig = errors.New("the configuration or an argument is at fault")

// Config is what one authority wants to be run. Paths are relative to the configuration file.
type Config struct {
	Authority        Code      `yaml:"authority" validate:"required,authority"`
	AsAt             *Day      `yaml:"as_at"`
	Period           *Span     `yaml:"period" validate:"omitempty"`
	Store            string    `yaml:"store"`
	Rules            string    `yaml:"rules"` // folder of local rule catalogues
	PseudonymKeyFile string    `yaml:"pseudonym_key_file" validate:"required"`
	Extracts         []Extract `yaml:"extracts" validate:"required,min=1,dive"`
	Contacts         Contacts  `yaml:"contacts"`
	Gates            Gates     `yaml:"gates"`
	Limits           Limits    `yaml:"limits"`
	Join             Join      `yaml:"join"`
	Figures          string    `yaml:"figures"` // the council's file on targets, expected ranges, breaks, terms and small numbers

	folder string // of the configuration file
}

// Extract is one delivery: a folder with a file for each table, or one file: a table, a workbook, an archive.
type Extract struct {
	Collection string         `yaml:"collection" validate:"required,collection"`
	Path       string         `yaml:"path" validate:"required"`
	Control    map[string]int `yaml:"control" validate:"dive,min=0"` // records that should be there, by table
	From       *Day           `yaml:"from"`                          // the first day that the delivery covers
	To         *Day           `yaml:"to"`                            // and the last
	Dates      string         `yaml:"dates" validate:"omitempty,oneof=dmy mdy"`
	Encoding   string         `yaml:"encoding" validate:"omitempty,oneof=utf-8 utf-16le utf-16be windows-1252"`
	Separator  string         `yaml:"separator" validate:"omitempty,oneof=comma semicolon tab pipe"`
	Table      string         `yaml:"table"` // that the file holds, where its name does not say it

	// Authority is whose records these are: the run's, or one that became part of it. "" for the run's.
	Authority Code   `yaml:"authority" validate:"omitempty,authority"`
	Delivered *Day   `yaml:"delivered"` // when it was handed over: of several deliveries the latest that covers a day speaks
	Kind      string `yaml:"kind" validate:"omitempty,oneof=snapshot cumulative increment"`

	MappingFile string  `yaml:"mapping"` // a file of columns, values and state
	Local       Mapping `yaml:",inline"`

	contacts   bool                // its collection has contacts: its days are those of which contacts are held
	succession *schemas.Succession // how its authority became part of the run's; nil for the run's own
}

// Join says that school data are to be joined to social care, and what for. Without it they are read side by side.
type Join struct {
	School  bool   `yaml:"school" json:"school"`
	Purpose string `yaml:"purpose" json:"purpose" validate:"required_if=School true"`
}

// Limits bound what one delivered file may ask for; zero means the default.
type Limits struct {
	Field    int   `yaml:"field" json:"field,omitempty" validate:"min=0"`       // bytes of a cell
	Record   int   `yaml:"record" json:"record,omitempty" validate:"min=0"`     // bytes of a record
	Columns  int   `yaml:"columns" json:"columns,omitempty" validate:"min=0"`   // of a table
	Unpacked int64 `yaml:"unpacked" json:"unpacked,omitempty" validate:"min=0"` // bytes that an archive or a part of a workbook may unpack to
	Ratio    int   `yaml:"ratio" json:"ratio,omitempty" validate:"min=0"`       // how many times its size
	Members  int   `yaml:"members" json:"members,omitempty" validate:"min=0"`   // of an archive
	Depth    int   `yaml:"depth" json:"depth,omitempty" validate:"min=0"`       // archives in archives
	Sheets   int   `yaml:"sheets" json:"sheets,omitempty" validate:"min=0"`     // of a workbook
	Held     int   `yaml:"held" json:"held,omitempty" validate:"min=0"`         // bytes of a workbook's texts held in memory
}

// separators are the characters that a configuration names.
var separators = map[string]byte{"comma": ',', "semicolon": ';', "tab": '\t', "pipe": '|'}

// delivery says which days the extract speaks for, nil when it does not say when it was delivered. Without from it is all
// days up to the last, without to all up to that of the delivery.
func (e *Extract) delivery(ended *schemas.Day) *conform.Delivery {
	if e.Delivered == nil {
		return nil
	}
	d := &conform.Delivery{
		Kind: conform.Kind(cmp.Or(e.Kind, string(conform.Cumulative))), Delivered: schemas.Day(*e.Delivered),
		From: math.MinInt32, To: schemas.Day(*e.Delivered), Ended: ended,
	}
	if e.From != nil {
		d.From = schemas.Day(*e.From)
	}
	if e.To != nil {
		d.To = schemas.Day(*e.To)
	}
	return d
}

// reading says how the files of the extract are read.
func (e *Extract) reading(c *Config) reading {
	how := reading{
		table: e.Table, encoding: ingest.Encoding(e.Encoding), separator: separators[e.Separator],
		limits: ingest.Limits{
			Field: c.Limits.Field, Record: c.Limits.Record, Columns: c.Limits.Columns, Unpacked: c.Limits.Unpacked, Ratio: c.Limits.Ratio,
			Members: c.Limits.Members, Depth: c.Limits.Depth, Sheets: c.Limits.Sheets, Held: c.Limits.Held,
		},
		order: conform.DateOrder(e.Dates), mapping: &e.Local, delivery: e.delivery(nil), authority: string(c.Authority),
	}
	if s := e.succession; s != nil {
		how.delivery, how.authority, how.lead = e.delivery(&s.On), s.From, s.From+":"
	}
	return how
}

// Contacts are the settings of the definition of a unique contact: names, defaults and ranges are those of the
// definition. Every value is the council's to set and approve.
type Contacts struct {
	SameIncidentDays        int      `yaml:"same_incident_days" validate:"min=0,max=7"`
	SameIncidentDaysWeak    int      `yaml:"same_incident_days_weak" validate:"min=0,max=3"`
	SameIncidentDaysSameRef int      `yaml:"same_incident_days_same_ref" validate:"min=0,max=90"`
	MigratedDays            int      `yaml:"migrated_days" validate:"min=0,max=2"`
	Migration               *Span    `yaml:"migration" validate:"omitempty"`
	ReferralWindowWD        int      `yaml:"referral_window_wd" validate:"min=0,max=20"`
	ReferralBeforeWD        int      `yaml:"referral_before_wd" validate:"min=0,max=5"`
	RepeatWindows           []string `yaml:"repeat_windows" validate:"repeatwindows"`
	ApprovedBy              string   `yaml:"approved_by"`
}

// Gates decide whether a run is published. A gate that is not written does not hold.
type Gates struct {
	MaxErrorRate *float64 `yaml:"max_error_rate" validate:"omitempty,min=0,max=1"` // of a table's accepted records
	Skipped      string   `yaml:"skipped" validate:"omitempty,oneof=fail"`
}

// Span is a range of days, both ends included.
type Span struct {
	From Day `yaml:"from" json:"from" validate:"required"`
	To   Day `yaml:"to" json:"to" validate:"required,gtefield=From"`
}

// Day is a calendar day, written yyyy-mm-dd.
type Day schemas.Day

// UnmarshalYAML reads yyyy-mm-dd, with or without quotes.
func (d *Day) UnmarshalYAML(text []byte) error {
	day, err := schemas.ParseDay(strings.Trim(strings.TrimSpace(string(text)), `"'`))
	*d = Day(day)
	return err
}

// UnmarshalText reads yyyy-mm-dd.
func (d *Day) UnmarshalText(text []byte) error {
	day, err := schemas.ParseDay(string(text))
	*d = Day(day)
	return err
}

// MarshalText writes yyyy-mm-dd.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// String writes yyyy-mm-dd.
func (d Day) String() string { return schemas.Date(schemas.Day(d)).Format(time.DateOnly) }

// Code is a code: text, even where it looks like a number.
type Code string

// UnmarshalYAML reads a quoted code and refuses a bare number, which YAML would change (010 is 8 to it).
func (c *Code) UnmarshalYAML(text []byte) error {
	bare := strings.TrimSpace(string(text))
	if len(bare) < 2 || bare[0] != '"' && bare[0] != '\'' {
		return fmt.Errorf("write the code in quotes: %q", bare)
	}
	*c = Code(strings.Trim(bare, `"'`))
	return nil
}

var repeatWindows = []string{"30d", "90d", "12 months"}

// ReadConfig reads and checks a configuration file. Unknown keys are refused with line and column. The cause of
// the error is ErrConfig.
func ReadConfig(path string) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w: %w", err, ErrConfig)
	}
	c := &Config{
		Contacts: Contacts{
			SameIncidentDays: 3, SameIncidentDaysWeak: 1, SameIncidentDaysSameRef: 30, MigratedDays: 1,
			ReferralWindowWD: 5, ReferralBeforeWD: 1, RepeatWindows: repeatWindows,
		},
		folder: filepath.Dir(path),
	}
	check, err := configValidator()
	if err != nil {
		return nil, err
	}
	if err := yaml.UnmarshalWithOptions(text, c, yaml.Strict(), yaml.Validator(check)); err != nil {
		return nil, fmt.Errorf("read configuration %s: %s: %w", filepath.Base(path), strings.TrimSpace(yaml.FormatError(err, false, true)), ErrConfig)
	}
	return c, c.checkTables()
}

// configValidator is validator/v10 with the checks that only this configuration needs.
func configValidator() (*validator.Validate, error) {
	check := validator.New(validator.WithRequiredStructEnabled())
	check.RegisterTagNameFunc(yamlName)
	authorities, err := schemas.LoadCodeSet("local_authority")
	if err != nil {
		return nil, err
	}
	return check, errors.Join(
		check.RegisterValidation("authority", func(f validator.FieldLevel) bool { return authorities.Has(f.Field().String()) }),
		check.RegisterValidation("collection", func(f validator.FieldLevel) bool {
			return slices.Contains(schemas.Collections(), f.Field().String())
		}),
		check.RegisterValidation("repeatwindows", func(f validator.FieldLevel) bool {
			return slices.Equal(f.Field().Interface().([]string), repeatWindows)
		}),
	)
}

// yamlName names a field in messages as the file does.
func yamlName(field reflect.StructField) string { return field.Tag.Get("yaml") }

// checkTables refuses control totals for tables that a collection has not.
func (c *Config) checkTables() error {
	for i, e := range c.Extracts {
		collection, err := schemas.Load(e.Collection)
		if err != nil {
			return err
		}
		c.Extracts[i].contacts = slices.ContainsFunc(collection.Tables, func(t *schemas.Table) bool {
			return t.Name == "contacts" && e.Collection == frontDoor || t.FeedFor("contacts") != nil
		})
		if err := errors.Join(c.checkAuthority(&c.Extracts[i]), e.checkDelivery()); err != nil {
			return fmt.Errorf("read configuration: extracts[%d]: %w", i, err)
		}
		if e.MappingFile != "" {
			if err := c.Extracts[i].Local.include(c.path(e.MappingFile)); err != nil {
				return fmt.Errorf("extracts[%d]: %w", i, err)
			}
		}
		if err := c.Extracts[i].Local.check(collection); err != nil {
			return fmt.Errorf("read configuration: extracts[%d]: %w", i, err)
		}
		if e.Table != "" && collection.Table(e.Table) == nil {
			return fmt.Errorf("read configuration: extracts[%d].table names table %q, which %s has not: %w", i, e.Table, e.Collection, ErrConfig)
		}
		for name := range e.Control {
			if collection.Table(name) == nil {
				return fmt.Errorf("read configuration: extracts[%d].control names table %q, which %s has not: %w", i, name, e.Collection, ErrConfig)
			}
		}
	}
	return nil
}

// checkAuthority refuses the extract of an authority that is neither the run's nor became part of it.
func (c *Config) checkAuthority(e *Extract) (err error) {
	if e.Authority == "" || e.Authority == c.Authority {
		return nil
	}
	if e.succession, err = schemas.Successor(string(e.Authority), string(c.Authority)); err == nil && e.succession == nil {
		err = fmt.Errorf("authority %s did not become part of %s: one run is of one authority, so write a configuration for each and run them by themselves: %w", e.Authority, c.Authority, ErrConfig)
	}
	return err
}

// checkDelivery refuses a kind that says nothing because the days are missing, and days that end before they begin.
func (e *Extract) checkDelivery() error {
	switch {
	case e.From != nil && e.To != nil && *e.To < *e.From:
		return fmt.Errorf("to lies before from: %w", ErrConfig)
	case e.Kind != "" && e.Delivered == nil:
		return fmt.Errorf("kind %s says nothing without the day on which it was delivered: %w", e.Kind, ErrConfig)
	case e.Kind == string(conform.Increment) && (e.From == nil || e.To == nil):
		return fmt.Errorf("an increment says from, to and delivered: %w", ErrConfig)
	}
	return nil
}

// formerAuthorities are those of the extracts that became part of the run's.
func (c *Config) formerAuthorities() (codes []string) {
	for _, e := range c.Extracts {
		if e.succession != nil && !slices.Contains(codes, e.succession.From) {
			codes = append(codes, e.succession.From)
		}
	}
	return codes
}

// predecessors says of every extract of another authority how that became part of the run's.
func (c *Config) predecessors() (notes []string) {
	for i, e := range c.Extracts {
		s := e.succession
		if s == nil {
			continue
		}
		on := Day(s.On)
		note := fmt.Sprintf("extract %d is of %s %s: %s became part of %s on %s; its identifiers are led by %s:", i+1, e.Authority, authorityName(e.Authority), s.About, c.Authority, on, e.Authority)
		if s.Part {
			note += "; nothing in a record tells which part it is of, so the extract must hold no other"
		}
		if e.To != nil && *e.To >= on {
			note += "; it covers days on which the authority was no more"
		}
		notes = append(notes, note)
	}
	return notes
}

// path returns a path of the configuration as the process can open it.
func (c *Config) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(c.folder, name)
}

// settings returns the parameters of the definition.
func (c *Config) settings() dedupe.Settings {
	s := dedupe.Settings{
		SameIncidentDays: c.Contacts.SameIncidentDays, SameIncidentDaysWeak: c.Contacts.SameIncidentDaysWeak,
		SameIncidentDaysSameRef: c.Contacts.SameIncidentDaysSameRef, MigratedDays: c.Contacts.MigratedDays,
		Migration: c.Contacts.Migration.span(), ReferralWindow: c.Contacts.ReferralWindowWD,
		ReferralBefore: c.Contacts.ReferralBeforeWD, Period: c.Period.span(), AsAt: schemas.Day(*c.AsAt),
	}
	for _, e := range c.Extracts {
		if !e.contacts {
			continue
		}
		if e.From != nil && (s.HeldFrom == nil || schemas.Day(*e.From) < *s.HeldFrom) {
			s.HeldFrom = (*schemas.Day)(e.From)
		}
		if e.To != nil && (s.HeldTo == nil || schemas.Day(*e.To) > *s.HeldTo) {
			s.HeldTo = (*schemas.Day)(e.To)
		}
	}
	return s
}

func (s *Span) span() *dedupe.Span {
	if s == nil {
		return nil
	}
	return &dedupe.Span{From: schemas.Day(s.From), To: schemas.Day(s.To)}
}
