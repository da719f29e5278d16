package pipeline

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"frontdoor/pipeline/measure"
	"frontdoor/pipeline/publish"
	"frontdoor/pipeline/report"
	"frontdoor/rules"
)

// The pages of a run and its workbook. All but the first tell what disclosure control hides and stand in the
// restricted part.
const (
	reportFile         = "report.html"
	internalReportFile = "restricted/report-internal.html"
	workbookFile       = "restricted/report.xlsx"
)

// reports returns how each page and the workbook is written, by its path in the run. What the workbook has to keep in a
// file meanwhile goes into folder.
func reports(p *report.Page, folder string) map[string]func(io.Writer) error {
	internal := p.Internal()
	return map[string]func(io.Writer) error{
		reportFile:         func(w io.Writer) error { return report.WritePublic(w, p.Public()) },
		internalReportFile: func(w io.Writer) error { return report.WriteInternal(w, internal) },
		workbookFile:       func(w io.Writer) error { return report.WriteWorkbook(w, folder, internal) },
	}
}

// readPage fills the report's page from a staged or published run: every number on it is read from the store. With
// internal it reads the restricted part too, whose figures name workers.
func readPage(run *publish.Run, m *publish.Manifest, figures *authorityFigures, internal bool) (*report.Page, error) {
	policy := figures.file.Disclosure
	p := &report.Page{
		Authority: report.Authority(m.Authority), Synthetic: m.Synthetic, AsAt: m.AsAt, RunID: m.RunID, Program: m.Program,
		Notes: m.Notes, NotDelivered: m.NotDelivered["contacts"], FindingsBySeverity: map[rules.Severity]int64{}, DefinitionVersion: figures.catalogue.Version,
		Policy: report.Policy{
			Name: policy.Name, Words: policy.Words, Exempt: policy.Exempt, ApprovedBy: policy.ApprovedBy, RoundTo: policy.RoundTo,
			Hidden: policy.Symbols.Hidden, NotAvailable: policy.Symbols.NotAvailable, NoRate: policy.Symbols.NoRate,
		},
	}
	for _, list := range reference().NeighboursOf(m.Authority.Code) {
		p.Neighbours = append(p.Neighbours, report.NeighbourList(list))
	}
	for _, t := range figures.file.Terms {
		p.Terms = append(p.Terms, report.Term(t))
	}
	for _, severity := range []rules.Severity{rules.Error, rules.Warning, rules.Query} {
		p.FindingsBySeverity[severity] = m.Counts["findings_"+string(severity)]
	}
	if err := readFigures(run, figures, p, internal); err != nil {
		return nil, err
	}
	if err := readOutcomes(run, p); err != nil {
		return nil, err
	}
	if err := readInputs(run, p); err != nil {
		return nil, err
	}
	if internal {
		if err := readTeams(run, p); err != nil {
			return nil, err
		}
	}
	return p, readSettings(m.Settings, p)
}

// readFigures fills in the figures, and the measures that they are of.
func readFigures(run *publish.Run, figures *authorityFigures, p *report.Page, internal bool) error {
	for row, err := range run.Rows("measures", internal) {
		if err != nil {
			return err
		}
		declared := figures.catalogue.Measure(text(row, "measure"))
		if declared == nil {
			return fmt.Errorf("read measures: %s is in no catalogue", text(row, "measure"))
		}
		f := report.Figure{
			Measure: declared.ID, Breakdown: text(row, "breakdown"), Category: text(row, "category"), Publish: text(row, "publish"),
			Period: report.Period{Kind: text(row, "period_kind"), Label: text(row, "period"), From: text(row, "from"), To: text(row, "to")},
		}
		if reason, is := strings.CutPrefix(text(row, "status"), notAvailable); is {
			f.Unavailable = reason
		}
		if n, ok := row.Value("numerator").(int64); ok {
			f.Numerator = &n
		}
		if n, ok := row.Value("denominator").(int64); ok {
			f.Denominator = &n
		}
		for _, name := range []string{"rate", "value"} {
			if v, ok := row.Value(name).(float64); ok {
				f.Value = &v
			}
		}
		if f.Period.Kind == string(measure.Whole) {
			p.Period = f.Period
			if f.Breakdown == "" || declared.From == "grid" && p.Measures[len(p.Measures)-1].ID != declared.ID {
				p.Measures = append(p.Measures, figures.describe(declared, f))
			}
		}
		if f.Breakdown != "" && f.Period.Kind != string(measure.Whole) {
			if f.Period.Kind != string(measure.Month) { // of ten years they would fill the workbook; the store has them
				p.Crossed = append(p.Crossed, f)
			}
			continue
		}
		p.Figures = append(p.Figures, f)
	}
	return nil
}

// describe tells what a measure is, what its figure may be read beside, and where it stands.
func (f *authorityFigures) describe(m *measure.Measure, whole report.Figure) report.Measure {
	d := report.Measure{
		ID: m.ID, Group: m.Group, Title: m.Title, Wording: m.Wording, Kind: string(m.Kind), Unit: m.Unit, Numerator: m.Numerator, Denominator: m.Denominator,
		Table: m.Table, Exclusions: m.Exclusions, Polarity: m.Polarity, Limit: m.Limit, Source: m.Source, Version: m.Version, Notes: m.Notes,
		Changed: m.Changed, Places: m.Places(), Rate: m.IsRate(), Waterfall: m.Waterfall,
	}
	for _, b := range reference().Beside(m, f.code) {
		d.Beside = append(d.Beside, report.Beside{Area: b.Area, Year: b.Year, Note: b.Note, Value: b.Value})
	}
	for _, b := range f.file.BreaksOf(m.ID) {
		d.Breaks = append(d.Breaks, report.Break{On: b.On, Why: b.Why})
	}
	if whole.Denominator != nil {
		colour, rule := f.file.Judge(m, whole.Value, *whole.Denominator)
		d.Standing = report.Standing{Colour: string(colour), Rule: rule}
		d.Outside, d.Expected = f.file.Outside(m, whole.Value)
	}
	return d
}

func readOutcomes(run *publish.Run, p *report.Page) error {
	for row, err := range run.Rows("outcomes", false) {
		if err != nil {
			return err
		}
		p.Outcomes = append(p.Outcomes, rules.Outcome{
			Rule: text(row, "rule"), Title: text(row, "title"), Severity: rules.Severity(text(row, "severity")), Collection: text(row, "collection"), Local: row.Value("local") == true,
			Status: rules.Status(text(row, "status")), Reason: text(row, "reason"), Looked: int(number(row, "looked")), Failures: int(number(row, "failures")),
		})
	}
	return nil
}

func readInputs(run *publish.Run, p *report.Page) error {
	for row, err := range run.Rows("inputs", false) {
		if err != nil {
			return err
		}
		p.Inputs = append(p.Inputs, report.Input{
			File: inWords(text(row, "file"), text(row, "sheet")), Table: text(row, "table"), Status: text(row, "status"),
			Read: number(row, "read"), Accepted: number(row, "accepted"), Quarantined: number(row, "quarantined"),
		})
	}
	return nil
}

// text returns a value of a row as text, "" when there is none.
func text(row publish.Row, name string) string {
	value, _ := row.Value(name).(string)
	return value
}

// number returns a value of a row as a whole number, 0 when there is none.
func number(row publish.Row, name string) int64 {
	value, _ := row.Value(name).(int64)
	return value
}

// readSettings tells every setting of the definition, in words.
func readSettings(record json.RawMessage, p *report.Page) error {
	var s settingsRecord
	if err := json.Unmarshal(record, &s); err != nil {
		return fmt.Errorf("read settings of the run: %w", err)
	}
	p.ApprovedBy = s.Contacts.ApprovedBy
	migration := "none stated"
	if m := s.Contacts.Migration; m != nil {
		migration = m.From.String() + " to " + m.To.String()
	}
	p.Settings = []report.Setting{
		{Name: "same_incident_days", Value: fmt.Sprint(s.Contacts.SameIncidentDays), Meaning: "Calendar days from the first contact of an incident within which a contact with a common concern tells of the same incident"},
		{Name: "same_incident_days_weak", Value: fmt.Sprint(s.Contacts.SameIncidentDaysWeak), Meaning: "The same where one of the two names no concern (weak evidence); never more than same_incident_days"},
		{Name: "same_incident_days_same_ref", Value: fmt.Sprint(s.Contacts.SameIncidentDaysSameRef), Meaning: "The same for contacts with the same reference"},
		{Name: "migrated_days", Value: fmt.Sprint(s.Contacts.MigratedDays), Meaning: "Calendar days between the two copies of a contact that was moved from one system to another"},
		{Name: "migration", Value: migration, Meaning: "When two systems overlapped; without it no contact is a migrated copy"},
		{Name: "referral_window_wd", Value: fmt.Sprint(s.Contacts.ReferralWindowWD), Meaning: "Working days after any contact of an incident within which a referral is linked to it"},
		{Name: "referral_before_wd", Value: fmt.Sprint(s.Contacts.ReferralBeforeWD), Meaning: "Working days before, for work out of hours that was typed later"},
	}
	return nil
}
