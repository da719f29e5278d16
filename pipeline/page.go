package pipeline

import (
	"encoding/json"
	"fmt"
	"strings"

	"frontdoor/pipeline/measure"
	"frontdoor/pipeline/publish"
	"frontdoor/pipeline/report"
	"frontdoor/rules"
)

// readPage fills the report's page from a staged or published run: everything on it is read from the store.
func readPage(run *publish.Run, m *publish.Manifest, measures *measure.Catalogue) (*report.Page, error) {
	p := &report.Page{
		Authority: report.Authority(m.Authority), Synthetic: m.Synthetic, AsAt: m.AsAt, RunID: m.RunID, Program: m.Program,
		Headline: m.Headline, Notes: m.Notes, FindingsBySeverity: map[rules.Severity]int64{}, DefinitionVersion: measures.Version,
	}
	if m.Period != nil {
		p.Period = &report.Period{From: m.Period.From, To: m.Period.To}
	}
	for _, severity := range []rules.Severity{rules.Error, rules.Warning, rules.Query} {
		p.FindingsBySeverity[severity] = m.Counts["findings_"+string(severity)]
	}
	if err := readFigures(run, measures, p); err != nil {
		return nil, err
	}
	if err := readOutcomes(run, p); err != nil {
		return nil, err
	}
	if err := readInputs(run, p); err != nil {
		return nil, err
	}
	p.Waterfall = waterfall(p.Figures)
	return p, readSettings(m.Settings, p)
}

func readFigures(run *publish.Run, measures *measure.Catalogue, p *report.Page) error {
	for row, err := range run.Rows("measures", false) {
		if err != nil {
			return err
		}
		declared := measures.Measure(text(row, "measure"))
		if declared == nil {
			return fmt.Errorf("read measures: %s is in no catalogue", text(row, "measure"))
		}
		f := report.Figure{
			Measure: declared.ID, Title: declared.Title, Wording: declared.Wording, Breakdown: text(row, "breakdown"), Category: text(row, "category"),
			Unit: declared.Unit, Exclusions: declared.Exclusions, Polarity: declared.Polarity, Source: declared.Source,
			Counted: declared.Numerator, Among: declared.Denominator,
		}
		f.Unavailable, _ = strings.CutPrefix(text(row, "status"), "not available: ")
		if f.Unavailable == text(row, "status") {
			f.Unavailable = ""
		}
		if n, ok := row.Value("numerator").(int64); ok {
			f.Numerator = &n
		}
		if n, ok := row.Value("denominator").(int64); ok {
			f.Denominator = &n
		}
		if rate, ok := row.Value("rate").(float64); ok {
			f.Rate = &rate
		}
		p.Figures = append(p.Figures, f)
	}
	return nil
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
			File: text(row, "file"), Table: text(row, "table"), Status: text(row, "status"),
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

// waterfall leads from the rows in the files to the unique contacts, every deduction named. It is empty when
// the figures are not available.
func waterfall(figures []report.Figure) []report.Step {
	count := func(id, category string) (int64, bool) {
		for _, f := range figures {
			if f.Measure == id && (category == "" && f.Breakdown == "" || category != "" && f.Breakdown == "class" && f.Category == category) {
				if f.Numerator == nil {
					return 0, false
				}
				return *f.Numerator, true
			}
		}
		return 0, category != ""
	}
	var steps []report.Step
	for _, s := range []struct {
		label, measure, category string
		kind                     report.Kind
	}{
		{"Rows in the files", "rows_read", "", report.Total},
		{"Unreadable or quarantined rows", "rows_quarantined", "", report.Deduction},
		{"Rows outside the period", "rows_outside", "", report.Deduction},
		{"Contact rows", "contact_rows", "", report.Total},
		{"Repeated rows", "contact_rows", "repeated_row", report.Deduction},
		{"Contacts", "contacts", "", report.Total},
		{"Name no child", "contact_rows", "unidentified", report.Deduction},
		{"Copies", "contact_rows", "exact", report.Deduction},
		{"Migrated copies", "contact_rows", "migrated", report.Deduction},
		{"Same incident, same reference", "contact_rows", "same_incident_ref", report.Deduction},
		{"Same incident, within days", "contact_rows", "same_incident_window", report.Deduction},
		{"On an open case", "contact_rows", "open_case", report.Deduction},
		{"Unique contacts", "unique_contacts", "", report.Result},
	} {
		n, ok := count(s.measure, s.category)
		if !ok {
			return nil
		}
		steps = append(steps, report.Step{Label: s.label, Count: n, Kind: s.kind})
	}
	return steps
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
