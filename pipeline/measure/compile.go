package measure

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"frontdoor/rules"
	"frontdoor/schemas"
)

// program is a measure ready to be asked.
type program struct {
	schema, below          *schemas.Table
	numerator, denominator *rules.Condition
}

// compile checks every entry and compiles its conditions over tables with their related fields.
func (c *Catalogue) compile(declared Schemas) error {
	var faults []error
	compile := &compiler{catalogue: c, declared: declared, extended: map[string]*schemas.Table{}, over: map[*schemas.Table]*rules.Conditions{}, compiled: map[written]*rules.Condition{}}
	for _, r := range c.Related {
		if err := r.compile(compile); err != nil && !errors.Is(err, schemas.ErrUnknown) && !errors.Is(err, ErrApart) {
			faults = append(faults, fmt.Errorf("read related field %s of %s: %w", r.Field, r.Table, err))
		}
	}
	seen := map[string]bool{}
	for _, m := range c.Measures {
		if seen[m.ID] {
			faults = append(faults, fmt.Errorf("measure %s stands twice", m.ID))
		}
		seen[m.ID] = true
		err := m.compile(compile)
		switch {
		case errors.Is(err, schemas.ErrUnknown):
			m.missing = m.Table + " is no table that this version reads"
		case errors.Is(err, ErrApart):
		case err != nil:
			faults = append(faults, fmt.Errorf("read measure %s: %w", m.ID, err))
		}
	}
	return errors.Join(faults...)
}

// compiler compiles the conditions of a catalogue, what it needs of each table once.
type compiler struct {
	catalogue *Catalogue
	declared  Schemas
	extended  map[string]*schemas.Table
	over      map[*schemas.Table]*rules.Conditions
	compiled  map[written]*rules.Condition
}

// written is a condition as it stands in the catalogue: equal ones are one.
type written struct {
	over *schemas.Table
	text string
}

// schema returns the schema of a table with its related fields. The error is schemas.ErrUnknown when there is none.
func (c *compiler) schema(name string) (*schemas.Table, error) {
	if t, known := c.extended[name]; known {
		return t, nil
	}
	t, err := c.declared(name)
	if err != nil {
		return nil, err
	}
	c.extended[name] = c.catalogue.extend(name, t)
	return c.extended[name], nil
}

// condition compiles a condition over the records of a table.
func (c *compiler) condition(t *schemas.Table, text string) (*rules.Condition, error) {
	if known := c.compiled[written{t, text}]; known != nil {
		return known, nil
	}
	over := c.over[t]
	if over == nil {
		var err error
		if over, err = rules.ConditionsOver(nil, t); err != nil {
			return nil, err
		}
		c.over[t] = over
	}
	condition, err := over.Compile(text)
	if err == nil {
		c.compiled[written{t, text}] = condition
	}
	return condition, err
}

// extend returns a schema with the related fields of its table. It refers to no other table: conditions of measures
// see one.
func (c *Catalogue) extend(name string, t *schemas.Table) *schemas.Table {
	copied := *t
	copied.Fields = nil
	for _, f := range t.Fields {
		own := *f
		own.Parent, own.References = "", ""
		copied.Fields = append(copied.Fields, &own)
	}
	for _, r := range c.Related {
		if r.Table == name {
			copied.Fields = append(copied.Fields, r.field())
		}
	}
	return &copied
}

// units are what a figure may be counted in.
var units = map[string]bool{
	"rows": true, "contacts": true, "incidents": true, "events": true, "children": true, "referrals": true, "percent": true,
	"per 10,000": true, "working days": true, "days": true, "assessments": true, "enquiries": true, "conferences": true,
	"episodes": true, "plans": true, "cases": true, "placements": true, "cases a worker": true, "points": true, "young people": true, "sessions": true, "exclusions": true,
}

// periodKinds are what a measure may name in periods; whole alone leaves the others out.
var periodKinds = []string{string(Whole), string(Month), string(Quarter), string(HalfYear), string(FinancialYear), string(AcademicYear), string(Rolling)}

func (m *Measure) compile(c *compiler) error {
	if m.Lacks != "" {
		m.Kind, m.Unit, m.Polarity, m.missing = Process, "rows", "none", m.Lacks
	}
	switch {
	case m.ID == "" || m.Title == "" || m.Wording == "" || m.Source == "" || m.Group == "":
		return errors.New("give it an id, a group, a title, a wording and a source")
	case !units[m.Unit]:
		return fmt.Errorf("unit %q is none of %q", m.Unit, slices.Sorted(maps.Keys(units)))
	case m.Polarity != "high" && m.Polarity != "low" && m.Polarity != "none":
		return fmt.Errorf("polarity %q is none of high, low, none", m.Polarity)
	case m.Kind != Flow && m.Kind != Snapshot && m.Kind != Process:
		return fmt.Errorf("kind %q is none of flow, snapshot, process", m.Kind)
	case m.Kind == Flow && m.Date == "":
		return errors.New("a flow names the date by which a record belongs to a period")
	case m.Kind != Flow && m.Date != "":
		return errors.New("only a flow has a date")
	case m.Unit == "percent" && !m.IsRate() && !m.Statistic.isShare(), m.Unit == "per 10,000" && !m.PerHead:
		return fmt.Errorf("unit %s needs a denominator", m.Unit)
	case m.Statistic != nil && (m.IsRate() || m.PerHead || m.Distinct != ""):
		return errors.New("a statistic has no denominator and counts no different values")
	case m.Distinct != "" && len(m.Breakdowns)+len(m.Internal) > 0:
		return errors.New("different values add up over no breakdown: leave breakdowns out")
	case m.Stands && (m.Kind != Flow || m.DenominatorTable == ""):
		return errors.New("only the denominator of a flow, in a table of its own, may stand still")
	}
	for _, p := range m.Periods {
		if !slices.Contains(periodKinds, p) {
			return fmt.Errorf("period %q is none of %q", p, periodKinds)
		}
	}
	if m.From != "" || m.Lacks != "" {
		return nil
	}
	return m.compileConditions(c)
}

func (m *Measure) compileConditions(c *compiler) error {
	p := &program{}
	var err error
	if p.schema, err = c.schema(m.Table); err != nil {
		return err
	}
	p.below = p.schema
	if m.DenominatorTable != "" {
		if p.below, err = c.schema(m.DenominatorTable); err != nil {
			return err
		}
	}
	for _, name := range slices.Concat(m.Breakdowns, m.Internal, []string{m.Distinct, m.Date}) {
		if name != "" && p.schema.Field(name) == nil {
			return fmt.Errorf("table %s has no field %s", m.Table, name)
		}
	}
	if m.Kind == Flow && !m.Stands && p.below.Field(m.dateBelow()) == nil {
		return fmt.Errorf("table %s has no field %s", m.DenominatorTable, m.dateBelow())
	}
	if m.Statistic != nil {
		if err := m.Statistic.compile(p.schema); err != nil {
			return err
		}
	}
	if p.numerator, err = c.condition(p.schema, m.Numerator); err != nil {
		return err
	}
	if m.Denominator != "" {
		if p.denominator, err = c.condition(p.below, m.Denominator); err != nil {
			return err
		}
	}
	m.program = p
	return nil
}

// dateBelow is the date by which records of the denominator belong to a period; blank where they stand in every one.
func (m *Measure) dateBelow() string {
	if m.Stands {
		return ""
	}
	if m.DenominatorDate != "" {
		return m.DenominatorDate
	}
	return m.Date
}

// tableBelow is the table of the denominator.
func (m *Measure) tableBelow() string {
	if m.DenominatorTable != "" {
		return m.DenominatorTable
	}
	return m.Table
}
