package pipeline

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"frontdoor/pipeline/dedupe"
	"frontdoor/pipeline/publish"
	"frontdoor/rules"
)

// identity is what makes a run this run and no other.
type identity struct {
	runID      string
	inputsID   string // the same without the ledger
	settings   json.RawMessage
	catalogue  map[string][]byte // the declarations that the run uses, by their path in the run
	ledger     []dedupe.Person
	ledgerHash string // of the ledger that the run starts from, "" when there is none
	current    string // the run that is current, "" when there is none
}

// settingsRecord is the part of the configuration that a run's figures depend on: no path, no folder, no file.
type settingsRecord struct {
	Authority Code            `json:"authority"`
	AsAt      Day             `json:"as_at"`
	Year      rules.Year      `json:"year"` // of the rules in force
	Period    *Span           `json:"period,omitempty"`
	Contacts  contactsRecord  `json:"contacts"`
	Gates     gatesRecord     `json:"gates"`
	Limits    *Limits         `json:"limits,omitempty"`
	Join      *Join           `json:"join,omitempty"`
	Extracts  []extractRecord `json:"extracts"`
}

type contactsRecord struct {
	SameIncidentDays        int    `json:"same_incident_days"`
	SameIncidentDaysWeak    int    `json:"same_incident_days_weak"`
	SameIncidentDaysSameRef int    `json:"same_incident_days_same_ref"`
	MigratedDays            int    `json:"migrated_days"`
	Migration               *Span  `json:"migration,omitempty"`
	ReferralWindowWD        int    `json:"referral_window_wd"`
	ReferralBeforeWD        int    `json:"referral_before_wd"`
	ApprovedBy              string `json:"approved_by"`
}

type gatesRecord struct {
	MaxErrorRate *float64 `json:"max_error_rate,omitempty"`
	Skipped      string   `json:"skipped,omitempty"`
}

type extractRecord struct {
	Collection string         `json:"collection"`
	Control    map[string]int `json:"control,omitempty"`
	From       *Day           `json:"from,omitempty"`
	To         *Day           `json:"to,omitempty"`
	Dates      string         `json:"dates,omitempty"`
	Encoding   string         `json:"encoding,omitempty"`
	Separator  string         `json:"separator,omitempty"`
	Table      string         `json:"table,omitempty"`
	Authority  Code           `json:"authority,omitempty"`
	Delivered  *Day           `json:"delivered,omitempty"`
	Kind       string         `json:"kind,omitempty"`
	Mapping    string         `json:"mapping,omitempty"` // SHA-256 of what the run keeps of it
}

func (c *Config) record() settingsRecord {
	s := settingsRecord{
		Authority: c.Authority, AsAt: *c.AsAt, Period: c.Period,
		Contacts: contactsRecord{
			SameIncidentDays: c.Contacts.SameIncidentDays, SameIncidentDaysWeak: c.Contacts.SameIncidentDaysWeak,
			SameIncidentDaysSameRef: c.Contacts.SameIncidentDaysSameRef, MigratedDays: c.Contacts.MigratedDays, Migration: c.Contacts.Migration,
			ReferralWindowWD: c.Contacts.ReferralWindowWD, ReferralBeforeWD: c.Contacts.ReferralBeforeWD, ApprovedBy: c.Contacts.ApprovedBy,
		},
		Gates: gatesRecord(c.Gates),
	}
	if c.Join.School {
		s.Join = &c.Join
	}
	if c.Limits != (Limits{}) {
		s.Limits = &c.Limits
	}
	for _, e := range c.Extracts {
		record := extractRecord{
			Collection: e.Collection, Control: e.Control, From: e.From, To: e.To, Dates: e.Dates, Encoding: e.Encoding, Separator: e.Separator, Table: e.Table,
			Authority: e.Authority, Delivered: e.Delivered, Kind: e.Kind,
		}
		if text, err := e.Local.text(); err == nil && !e.Local.empty() {
			record.Mapping = hashOf(text)
		}
		s.Extracts = append(s.Extracts, record)
	}
	return s
}

// identify settles the run's id: the hash of the inputs, settings, catalogue, key, program version and the
// ledger that it starts from.
func (j *job) identify(deliveries []*delivery) (*identity, error) {
	i := &identity{}
	var err error
	settings := j.config.record()
	settings.Year = j.catalogue.year
	if i.settings, err = json.Marshal(settings); err != nil {
		return nil, fmt.Errorf("write settings: %w", err)
	}
	i.catalogue = j.catalogue.texts
	published, err := j.figures.declarations()
	if err != nil {
		return nil, err
	}
	maps.Copy(i.catalogue, published)
	for n, e := range j.config.Extracts {
		if e.Local.empty() {
			continue
		}
		if i.catalogue[fmt.Sprintf("mappings/extract-%d.json", n+1)], err = e.Local.text(); err != nil {
			return nil, err
		}
	}
	if err := j.readLedger(i); err != nil {
		return nil, err
	}
	type file struct{ Collection, Table, File, Sheet, SHA256, Failure string }
	parts := struct {
		Program, KeyID string
		Settings       json.RawMessage
		Catalogue      map[string]string
		Files          []file
		Ledger         string
	}{Program: Version, KeyID: publish.KeyID(j.key), Settings: i.settings, Catalogue: map[string]string{}}
	for name, text := range i.catalogue {
		parts.Catalogue[name] = hashOf(text)
	}
	for _, d := range deliveries {
		for _, in := range d.inputs {
			parts.Files = append(parts.Files, file{Collection: d.collection.Name, Table: in.tableName(), File: in.shown, Sheet: in.place.Sheet, SHA256: in.sum.SHA256, Failure: in.failure})
		}
	}
	text, err := json.Marshal(parts)
	if err != nil {
		return nil, fmt.Errorf("write identity: %w", err)
	}
	i.inputsID = hashOf(text)[:32]
	ledger, err := json.Marshal(i.ledger)
	if err != nil {
		return nil, fmt.Errorf("write identity: %w", err)
	}
	parts.Ledger = hashOf(ledger)
	if len(i.ledger) > 0 {
		i.ledgerHash = parts.Ledger
	}
	if text, err = json.Marshal(parts); err != nil {
		return nil, fmt.Errorf("write identity: %w", err)
	}
	i.runID = hashOf(text)[:32]
	return i, nil
}

// readLedger reads the ledger that the current run left.
func (j *job) readLedger(i *identity) error {
	current, err := j.store.Current()
	if err != nil || current == "" {
		return err
	}
	run, err := j.store.Run(current)
	if err != nil {
		return err
	}
	rows, _, err := run.Ledger()
	if err != nil {
		return err
	}
	for _, row := range rows {
		i.ledger = append(i.ledger, dedupe.Person{ChildID: row.ChildID, PersonID: row.PersonID, FirstSeen: row.FirstSeen})
	}
	i.current = current
	return nil
}

// repeated returns the summary of a run that is there already: the current run, when everything but the ledger
// is the same, or any run of the same id. It becomes the current one. It returns nil when there is none.
func (j *job) repeated(i *identity) (*Summary, error) {
	id := i.runID
	if i.current != "" {
		current, err := j.store.Run(i.current)
		if err != nil {
			return nil, err
		}
		if current.Manifest().InputsID == i.inputsID {
			id = current.ID
		}
	}
	ids, err := j.store.Runs()
	if err != nil || !slices.Contains(ids, id) {
		return nil, err
	}
	run, err := j.store.Run(id)
	if err != nil {
		return nil, err
	}
	if err := j.store.SetCurrent(id); err != nil {
		return nil, err
	}
	summary := j.summaryOf(run.Manifest())
	summary.Repeated = true
	return summary, nil
}

// summaryOf tells of a published run.
func (j *job) summaryOf(m *publish.Manifest) *Summary {
	folder := filepath.Join(j.folder, "runs", m.RunID)
	s := &Summary{
		RunID: m.RunID, Year: m.Year, Headline: m.Headline, Folder: folder, Report: filepath.Join(folder, reportFile), Code: m.ExitCode,
		Notes: m.Notes, Findings: map[rules.Severity]int64{}, Outcomes: map[rules.Status]int64{},
	}
	for _, severity := range []rules.Severity{rules.Error, rules.Warning, rules.Query} {
		s.Findings[severity] = m.Counts["findings_"+string(severity)]
	}
	for _, status := range []rules.Status{rules.Passed, rules.Failed, rules.Skipped, rules.Broken} {
		s.Outcomes[status] = m.Counts["rules_"+string(status)]
	}
	return s
}
