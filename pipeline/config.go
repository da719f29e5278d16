package pipeline

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-playground/validator/v10"
	"github.com/goccy/go-yaml"

	"frontdoor/pipeline/dedupe"
	"frontdoor/schemas"
)

// ErrConfig is the cause of every error that a change to the configuration mends.
var ErrConfig = errors.New("mend the configuration")

// Config is what one authority wants to be run. Paths are relative to the configuration file.
type Config struct {
	Authority        Code      `yaml:"authority" validate:"required,authority"`
	AsAt             *Day      `yaml:"as_at"`
	Period           *Span     `yaml:"period" validate:"omitempty"`
	Store            string    `yaml:"store"`
	PseudonymKeyFile string    `yaml:"pseudonym_key_file" validate:"required"`
	Extracts         []Extract `yaml:"extracts" validate:"required,min=1,dive"`
	Contacts         Contacts  `yaml:"contacts"`
	Gates            Gates     `yaml:"gates"`
	Figures          string    `yaml:"figures"` // the council's file on targets, expected ranges, breaks, terms and small numbers

	folder string // of the configuration file
}

// Extract is one delivery: a folder with a file for each table, or one such file.
type Extract struct {
	Collection string         `yaml:"collection" validate:"required,collection"`
	Path       string         `yaml:"path" validate:"required"`
	Control    map[string]int `yaml:"control" validate:"dive,min=0"` // records that should be there, by table
	From       *Day           `yaml:"from"`                          // the first day that the delivery covers
	To         *Day           `yaml:"to"`                            // and the last
	Dates      string         `yaml:"dates" validate:"omitempty,oneof=dmy"`
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
		for name := range e.Control {
			if collection.Table(name) == nil {
				return fmt.Errorf("read configuration: extracts[%d].control names table %q, which %s has not: %w", i, name, e.Collection, ErrConfig)
			}
		}
	}
	return nil
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
