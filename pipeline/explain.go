package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"frontdoor/pipeline/publish"
	"frontdoor/rules"
)

// ErrNotInRun says that a run holds nothing by the name that was asked for. It never repeats the name.
var ErrNotInRun = errors.New("not in this run")

// Place is where a delivered record starts.
type Place struct {
	File  string `json:"file"`
	Sheet string `json:"sheet,omitempty"` // of the workbook that the file is; blank for any other
	Line  int64  `json:"line"`
}

// String writes file:line, for a sheet of a workbook file!sheet:line.
func (p Place) String() string {
	return rules.Cell{File: p.File, Sheet: p.Sheet, Line: int(p.Line)}.Place()
}

// Condition names the rows of a stored table whose shown values are the given ones: what `show --where` takes.
type Condition struct {
	Table string
	Where []string // field=value
}

// Step is one line of the waterfall: what there is, or what is taken off it.
type Step struct {
	Title  string
	Count  int64
	Less   bool // it is taken off what stands above
	Behind Condition
	// Unavailable says why the extract cannot tell: that is never zero. Nothing is taken off then.
	Unavailable string
}

// Record is a contact row behind a figure.
type Record struct {
	Place
	ContactID  string
	LinkMethod string
	ReferralID string
}

// ConversionExplained is where the conversion of unique contacts comes from, counted from the stored rows.
type ConversionExplained struct {
	Headline    string
	Unavailable string // why there is no figure, or ""
	Period      *publish.Period
	Steps       []Step
	Converted   int64 // the numerator
	Unique      int64 // the denominator
	Methods     []Step
	OutcomeOnly Step // an outcome without its referral, which is not converted

	// ConvertedRecords and UniqueRecords are the first of the records, in file and line order.
	ConvertedRecords, UniqueRecords []Record
}

// ContactExplained is every delivered row of a contact, and how the run was set.
type ContactExplained struct {
	Rows     []ContactRow
	Settings []Setting
}

// ContactRow is one delivered row of a contact. A text is blank where the run has none.
type ContactRow struct {
	Place
	ContactID, ChildID, PersonID          string
	Date, Source, Concern, Outcome        string
	System, NamedReferralID               string
	Class, Reason, Evidence               string
	MatchedID                             string
	Matched                               *Place
	InPeriod, TooRecent, LeftEdge         bool
	PossibleSameIncident                  bool
	RepeatIn30d, RepeatIn90d, RepeatIn12m string
	Incident                              *Incident
}

// Incident is what a contact row belongs to.
type Incident struct {
	ID, Class, FirstDate, Became string
	EpisodeID                    string // the open episode that it is on
	Converted                    bool
	LinkMethod                   string
	WorkingDays                  *int64 // from its nearest contact to the referral
	Contacts                     []Member
	Referral                     *Referral
}

// Member is a contact row of an incident.
type Member struct {
	Place
	ContactID, Date, Source, Class string
}

// Referral is the referral that is linked to an incident.
type Referral struct {
	Place
	ID, Date, Source string
}

// Setting is one value that the run was set to.
type Setting struct{ Name, Value string }

// FindingExplained is a finding and the rule that made it, as the run's own catalogue has it. Cells hold the
// delivered texts only when they were asked for.
type FindingExplained struct {
	Finding rules.Finding
	Rule    *rules.Rule
}

// deductions are the classes that are taken off the contacts, in the order of the waterfall, with the field of a contact
// without which nobody can tell.
var deductions = []struct{ class, title, needs string }{
	{"unidentified", "contacts that name no child", ""},
	{"exact", "copies", ""},
	{"migrated", "migrated copies", "source_system"},
	{"same_incident_ref", "further reports of the same incident, by reference", "incident_ref"},
	{"same_incident_window", "further reports of the same incident, by concern and day", ""},
	{"open_case", "contacts that began on an open case", ""},
}

// linkMethods are how a referral can be linked to an incident, with the field of a contact that it takes.
var linkMethods = []struct{ method, title, needs string }{
	{"explicit", "named by a contact", "referral_id"},
	{"window", "within the working days after a contact", ""},
	{"before_contact", "dated just before the contact", ""},
}

// ExplainConversion opens the conversion of a run to its records: limit of them for each of numerator and
// denominator, 0 for all; with original identifiers if reveal.
func ExplainConversion(run *publish.Run, limit int, reveal bool) (*ConversionExplained, error) {
	c := &ConversionExplained{Headline: run.Manifest().Headline, Period: run.Manifest().Period}
	var err error
	if c.Unavailable, err = whyUnavailable(run, publish.ConversionMeasure); err != nil {
		return nil, fmt.Errorf("explain conversion: %w", err)
	}
	lists := run.Manifest().Feeds["contacts"]
	if lists == nil {
		lists = []string{frontDoor + "/contacts"}
	}
	var read, quarantined, outside, rows int64
	for row, err := range run.Rows("inputs", false) {
		if err != nil {
			return nil, fmt.Errorf("explain conversion: %w", err)
		}
		if slices.Contains(lists, textOf(row, "collection")+"/"+textOf(row, "table")) {
			read += numberOf(row, "read")
			quarantined += numberOf(row, "quarantined")
		}
	}
	classes, methods := map[string]int64{}, map[string]int64{}
	for row, err := range run.Rows("contacts", reveal) {
		if err != nil {
			return nil, fmt.Errorf("explain conversion: %w", err)
		}
		if !flagOf(row, "in_period") {
			outside++
			continue
		}
		rows++
		classes[textOf(row, "class")]++
		methods[textOf(row, "link_method")]++
		if textOf(row, "class") != "unique" {
			continue
		}
		if limit == 0 || len(c.UniqueRecords) < limit {
			c.UniqueRecords = append(c.UniqueRecords, recordOf(row))
		}
		if !flagOf(row, "converted") {
			continue
		}
		c.Converted++
		if limit == 0 || len(c.ConvertedRecords) < limit {
			c.ConvertedRecords = append(c.ConvertedRecords, recordOf(row))
		}
	}
	c.Unique = classes["unique"]
	c.waterfall("table="+path.Base(lists[0]), read, quarantined, outside, rows, classes, run.Manifest().NotDelivered["contacts"])
	missing := run.Manifest().NotDelivered["contacts"]
	for _, m := range linkMethods {
		c.Methods = append(c.Methods, Step{
			Title: m.title, Count: methods[m.method], Behind: inPeriod("class=unique", "link_method="+m.method), Unavailable: lacking(missing, m.needs),
		})
	}
	c.OutcomeOnly = Step{
		Title: "an outcome that speaks of a referral, without one", Count: methods["outcome_only"],
		Behind: inPeriod("class=unique", "link_method=outcome_only"), Unavailable: lacking(missing, "outcome"),
	}
	return c, nil
}

// waterfall lists what lies between the rows of the files, which delivered names among the inputs, and the unique
// contacts. missing are the fields of contacts that were not delivered.
func (c *ConversionExplained) waterfall(delivered string, read, quarantined, outside, rows int64, classes map[string]int64, missing []string) {
	step := func(title string, count int64, less bool, behind Condition) {
		c.Steps = append(c.Steps, Step{Title: title, Count: count, Less: less, Behind: behind})
	}
	step("rows in the contacts files", read, false, Condition{Table: "inputs", Where: []string{delivered}})
	step("rows that could not be placed", quarantined, true, Condition{Table: "quarantined", Where: []string{delivered}})
	step("rows outside the period", outside, true, Condition{Table: "contacts", Where: []string{"in_period=false"}})
	step("contact rows", rows, false, inPeriod())
	step("further rows of the same contact", classes["repeated_row"], true, inPeriod("class=repeated_row"))
	step("contacts", rows-classes["repeated_row"], false, Condition{})
	for _, d := range deductions {
		step(d.title, classes[d.class], true, inPeriod("class="+d.class))
		c.Steps[len(c.Steps)-1].Unavailable = lacking(missing, d.needs)
	}
	step("unique contacts", c.Unique, false, inPeriod("class=unique"))
}

// lacking says that the contacts lack a field, "" where they have it.
func lacking(missing []string, field string) string {
	if !slices.Contains(missing, field) {
		return ""
	}
	return "the contacts have no " + field
}

// inPeriod names contact rows of the period.
func inPeriod(where ...string) Condition {
	return Condition{Table: "contacts", Where: append([]string{"in_period=true"}, where...)}
}

// whyUnavailable returns why a run has no figure of the reporting period for a measure, or "".
func whyUnavailable(run *publish.Run, measure string) (string, error) {
	for row, err := range run.Rows("measures", false) {
		if err != nil {
			return "", err
		}
		whole := textOf(row, "period_kind") == "whole" && textOf(row, "breakdown") == ""
		if status := textOf(row, "status"); whole && row.Value("measure") == measure && status != "available" {
			return strings.TrimPrefix(status, "not available: "), nil
		}
	}
	return "", nil
}

// ExplainContact tells how every row of a contact was counted. name is the contact's id as show prints it, the
// place of one of its rows as FILE:LINE or, if reveal, its original id. The error is ErrNotInRun when the run
// has no such contact.
func ExplainContact(run *publish.Run, name string, reveal bool) (*ContactExplained, error) {
	chosen, err := contactRows(run, name, reveal)
	if err != nil {
		return nil, fmt.Errorf("explain contact: %w", err)
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("explain contact: %w", ErrNotInRun)
	}
	e := &ContactExplained{}
	incidents := map[string]*Incident{}
	for _, row := range chosen {
		if id := textOf(row, "incident_id"); id != "" {
			incidents[id] = &Incident{ID: id}
		}
	}
	if err := fillIncidents(run, incidents, reveal); err != nil {
		return nil, fmt.Errorf("explain contact: %w", err)
	}
	for _, row := range chosen {
		r := contactRowOf(row)
		r.Incident = incidents[textOf(row, "incident_id")]
		if err := r.findMatched(run, row, reveal); err != nil {
			return nil, fmt.Errorf("explain contact: %w", err)
		}
		e.Rows = append(e.Rows, r)
	}
	if e.Settings, err = settingsOf(run.Manifest().Settings); err != nil {
		return nil, fmt.Errorf("explain contact: %w", err)
	}
	return e, nil
}

// contactRows returns the rows of a contact, with originals if reveal. A row stands at the same place in both
// parts of a run, so that a pseudonym finds the original.
func contactRows(run *publish.Run, name string, reveal bool) ([]publish.Row, error) {
	chosen, err := namedRows(run, name, reveal)
	if len(chosen) > 0 || !reveal || err != nil {
		return chosen, err
	}
	byPseudonym, err := namedRows(run, name, false)
	if err != nil {
		return nil, err
	}
	var numbers []int64
	for _, row := range byPseudonym {
		numbers = append(numbers, row.Number)
	}
	return collect(run.At("contacts", true, numbers...))
}

// namedRows returns the rows of a contact by its id or, when the name ends in a line, by the place of one.
func namedRows(run *publish.Run, name string, reveal bool) ([]publish.Row, error) {
	chosen, err := collect(run.Find("contacts", reveal, "contact_id", name))
	colon := strings.LastIndexByte(name, ':')
	if err != nil || len(chosen) > 0 || colon < 0 {
		return chosen, err
	}
	chosen, err = collect(run.Find("contacts", reveal, "line", name[colon+1:]))
	return slices.DeleteFunc(chosen, func(row publish.Row) bool { return placeOf(row).String() != name }), err
}

// collect reads all of a few rows.
func collect(rows iter.Seq2[publish.Row, error]) (all []publish.Row, err error) {
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, nil
}

// fillIncidents reads what the run says about incidents: themselves, their contacts and their referrals.
func fillIncidents(run *publish.Run, incidents map[string]*Incident, reveal bool) error {
	if len(incidents) == 0 {
		return nil
	}
	ids := slices.Collect(maps.Keys(incidents))
	for row, err := range run.Find("incidents", reveal, "incident_id", ids...) {
		if err != nil {
			return err
		}
		held := incidents[textOf(row, "incident_id")]
		held.Class, held.FirstDate, held.Became = textOf(row, "class"), textOf(row, "first_date"), textOf(row, "became")
		held.EpisodeID, held.Converted, held.LinkMethod = textOf(row, "episode_id"), flagOf(row, "converted"), textOf(row, "link_method")
		if days, ok := row.Value("working_days").(int64); ok {
			held.WorkingDays = &days
		}
	}
	for row, err := range run.Find("contacts", reveal, "incident_id", ids...) {
		if err != nil {
			return err
		}
		held := incidents[textOf(row, "incident_id")]
		held.Contacts = append(held.Contacts, Member{
			Place: placeOf(row), ContactID: textOf(row, "contact_id"), Date: textOf(row, "contact_date"),
			Source: textOf(row, "source"), Class: textOf(row, "class"),
		})
	}
	for row, err := range run.Find("referrals", reveal, "incident_id", ids...) {
		if errors.Is(err, publish.ErrNoTable) {
			return nil
		}
		if err != nil {
			return err
		}
		if textOf(row, "status") == "linked" {
			incidents[textOf(row, "incident_id")].Referral = &Referral{
				Place: placeOf(row), ID: textOf(row, "referral_id"), Date: textOf(row, "referral_date"), Source: textOf(row, "source"),
			}
		}
	}
	return nil
}

// findMatched looks for the row that a contact row was matched to: in its incident, or by its number.
func (r *ContactRow) findMatched(run *publish.Run, row publish.Row, reveal bool) error {
	line, matched := row.Value("matched_line").(int64)
	if !matched {
		return nil
	}
	if r.Incident != nil {
		for _, m := range r.Incident.Contacts {
			if m.Line == line && m.ContactID == r.MatchedID && m.Place != r.Place {
				r.Matched = &m.Place
				return nil
			}
		}
	}
	for other, err := range run.Find("contacts", reveal, "line", strconv.FormatInt(line, 10)) {
		if err != nil {
			return err
		}
		place := placeOf(other)
		if textOf(other, "contact_id") == r.MatchedID && place != r.Place {
			r.Matched = &place
			return nil
		}
	}
	return nil
}

// ExplainFinding leads from the id of a finding to its rule and its cells, with their texts if reveal. The
// error is ErrNotInRun when the run has no such finding.
func ExplainFinding(run *publish.Run, id string, reveal bool) (*FindingExplained, error) {
	for row, err := range run.Rows("findings", reveal) {
		if err != nil {
			return nil, fmt.Errorf("explain finding: %w", err)
		}
		if textOf(row, "id") != id {
			continue
		}
		e := &FindingExplained{Finding: publish.Finding(row)}
		if e.Rule, err = ruleOf(run, e.Finding.Rule); err != nil {
			return nil, fmt.Errorf("explain finding: %w", err)
		}
		return e, nil
	}
	return nil, fmt.Errorf("explain finding: %w", ErrNotInRun)
}

// ruleOf finds a rule in the catalogues that travel with a run.
func ruleOf(run *publish.Run, code string) (*rules.Rule, error) {
	for _, f := range run.Manifest().Files {
		if !strings.HasPrefix(f.Path, "catalogue/rules/") {
			continue
		}
		yaml, err := readRunFile(run, f.Path)
		if err != nil {
			return nil, err
		}
		catalogue, err := rules.Parse(path.Base(f.Path), yaml)
		if err != nil {
			return nil, err
		}
		if year := rules.Year(run.Manifest().Year); year != "" && catalogue.Collection != structureRules {
			catalogue = catalogue.In(year)
		}
		if rule := catalogue.Rule(code); rule != nil {
			rule.Local = path.Dir(f.Path) == "catalogue/"+localFolder
			return rule, nil
		}
	}
	return nil, fmt.Errorf("find rule %s in the run's catalogue: %w", code, publish.ErrDamaged)
}

func readRunFile(run *publish.Run, name string) ([]byte, error) {
	f, err := run.File(name)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(f)
	return content, errors.Join(err, f.Close())
}

// settingsOf lists the settings of a manifest by their dotted names, sorted.
func settingsOf(raw json.RawMessage) ([]Setting, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var value any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("read settings of the run: %w: %w", err, publish.ErrDamaged)
	}
	settings := flatten("", value)
	slices.SortFunc(settings, func(a, b Setting) int { return strings.Compare(a.Name, b.Name) })
	return settings, nil
}

// flatten names every value inside a JSON value.
func flatten(name string, value any) []Setting {
	var settings []Setting
	lead := func(key string) string {
		if name == "" {
			return key
		}
		return name + "." + key
	}
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			settings = append(settings, flatten(lead(key), inner)...)
		}
	case []any:
		for i, inner := range v {
			settings = append(settings, flatten(lead(fmt.Sprint(i+1)), inner)...)
		}
	case nil:
	default:
		settings = append(settings, Setting{name, fmt.Sprint(v)})
	}
	return settings
}

func contactRowOf(row publish.Row) ContactRow {
	return ContactRow{
		Place:     placeOf(row),
		ContactID: textOf(row, "contact_id"), ChildID: textOf(row, "child_id"), PersonID: textOf(row, "person_id"),
		Date: textOf(row, "contact_date"), Source: textOf(row, "source"), Concern: textOf(row, "concern"),
		Outcome: textOf(row, "outcome"), System: textOf(row, "source_system"), NamedReferralID: textOf(row, "named_referral_id"),
		Class: textOf(row, "class"), Reason: textOf(row, "reason"), Evidence: textOf(row, "evidence"),
		MatchedID: textOf(row, "matched_contact_id"),
		InPeriod:  flagOf(row, "in_period"), TooRecent: flagOf(row, "too_recent"), LeftEdge: flagOf(row, "left_edge"),
		PossibleSameIncident: flagOf(row, "possible_same_incident"),
		RepeatIn30d:          textOf(row, "repeat_30d"), RepeatIn90d: textOf(row, "repeat_90d"), RepeatIn12m: textOf(row, "repeat_12m"),
	}
}

func recordOf(row publish.Row) Record {
	return Record{
		Place: placeOf(row), ContactID: textOf(row, "contact_id"),
		LinkMethod: textOf(row, "link_method"), ReferralID: textOf(row, "referral_id"),
	}
}

func placeOf(row publish.Row) Place {
	return Place{File: textOf(row, "file"), Sheet: textOf(row, "sheet"), Line: numberOf(row, "line")}
}

func textOf(row publish.Row, name string) string {
	s, _ := row.Value(name).(string)
	return s
}

func numberOf(row publish.Row, name string) int64 {
	n, _ := row.Value(name).(int64)
	return n
}

func flagOf(row publish.Row, name string) bool {
	b, _ := row.Value(name).(bool)
	return b
}
