package pipeline

import (
	"context"
	"fmt"
	"math"

	"frontdoor/pipeline/dedupe"
	"frontdoor/pipeline/measure"
	"frontdoor/pipeline/publish"
	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// result is everything that the stages made, on its way into the store. decided is nil when no contacts could
// be read.
type result struct {
	job      *job
	identity *identity
	read     *joined
	judged   *judgement
	decided  *dedupe.Result
	pupils   *table.Table // links to school data; nil unless they are to be made
	figures  []measure.Figure
}

// measure computes the figures.
func (r *result) measure(ctx context.Context) (err error) {
	defer r.job.stage("measure")()
	in := r.job.measureInput(r.read, r.decided)
	if r.pupils != nil {
		in.Tables[r.pupils.Schema.Name] = r.pupils
	}
	r.figures, err = r.job.figures.catalogue.Evaluate(ctx, in)
	return err
}

// gates returns why the run must not be published.
func (r *result) gates() []string {
	limit := r.job.config.Gates.MaxErrorRate
	if limit == nil {
		return nil
	}
	var reasons []string
	for _, part := range r.read.collections {
		for _, t := range part.collection.Tables {
			delivered := part.tables[t.Name]
			if delivered == nil || delivered.Rows == 0 {
				continue
			}
			if wrong := r.judged.errorRows(part.collection.Name, t.Name); float64(wrong) > *limit*float64(delivered.Rows) {
				reasons = append(reasons, fmt.Sprintf("%s: %d of %d accepted records have an error finding, and max_error_rate is %g", t.Name, wrong, delivered.Rows, *limit))
			}
		}
	}
	return reasons
}

// code is the exit code without regard to findings: unreadable files and broken rules.
func (r *result) code() int {
	if r.read.unreadable > 0 {
		return ExitUnreadable
	}
	if r.judged.any(rules.Broken) || r.job.config.Gates.Skipped == "fail" && r.judged.any(rules.Skipped) {
		return ExitUnreadable
	}
	return ExitPublished
}

// manifest says what the run is.
func (r *result) manifest() *publish.Manifest {
	c := r.job.config
	m := &publish.Manifest{
		RunID: r.identity.runID, InputsID: r.identity.inputsID, Program: Version, Synthetic: c.Authority == syntheticAuthority,
		Authority: publish.Authority{Code: string(c.Authority), Name: authorityName(c.Authority)},
		AsAt:      c.AsAt.String(), Year: string(r.job.catalogue.year), KeyID: publish.KeyID(r.job.key), Settings: r.identity.settings,
		Catalogue: map[string]string{}, LedgerFrom: r.identity.ledgerHash, Counts: r.counts(), ExitCode: r.code(), Notes: r.notes(),
	}
	if c.Period != nil {
		m.Period = &publish.Period{From: c.Period.From.String(), To: c.Period.To.String()}
	}
	for name, text := range r.identity.catalogue {
		m.Catalogue[name] = hashOf(text)
	}
	for _, f := range r.read.files {
		m.Inputs = append(m.Inputs, publish.Input{
			Collection: f.input.collection.Name, Table: f.tableName(), File: f.input.shown, Sheet: f.input.place.Sheet, Authority: predecessor(f.input), Bytes: f.input.sum.Bytes,
			SHA256: f.input.sum.SHA256, Encoding: string(f.input.sum.Encoding), Separator: separatorName(f.input.report.Separator), LineEnds: f.input.report.LineEnds,
			MissingColumns: f.report.Missing, ExtraColumns: f.report.Extra, Year: string(f.year),
		})
	}
	for name, t := range r.read.tables {
		for _, c := range t.Columns {
			if !c.Delivered() {
				if m.NotDelivered == nil {
					m.NotDelivered = map[string][]string{}
				}
				m.NotDelivered[name] = append(m.NotDelivered[name], c.Field.Name)
			}
		}
	}
	for name, from := range r.read.feeds {
		if m.Feeds == nil {
			m.Feeds = map[string][]string{}
		}
		for _, list := range from.lists {
			m.Feeds[name] = append(m.Feeds[name], from.collection.Name+"/"+list)
		}
	}
	return m
}

// predecessor names the authority whose records a file holds, where it became part of the run's.
func predecessor(in *input) string {
	if in.reading.lead == "" {
		return ""
	}
	return in.reading.authority
}

// notes are what a reader must know beside the figures.
func (r *result) notes() []string {
	notes := r.read.notes
	if note := r.job.catalogue.localNote(r.read.parts...); note != "" {
		notes = append(notes, note)
	}
	if r.decided != nil && r.job.config.settings().HeldFrom == nil && r.lonelyFirst() {
		notes = append(notes, fmt.Sprintf("what is held is taken to begin on %s, the day of its earliest contact, more than a year before the next; if that date is wrong, declare from on the extract, else repeat contacts read as known where they are not", Day(r.decided.HeldFrom)))
	}
	return notes
}

// lonelyFirst tells whether the earliest contact lies more than a year before all others, as a mistyped date does.
func (r *result) lonelyFirst() bool {
	next := schemas.Day(math.MaxInt32)
	for _, day := range r.read.tables["contacts"].Column("contact_date").Days() {
		if day > r.decided.HeldFrom {
			next = min(next, day)
		}
	}
	return next != math.MaxInt32 && next-r.decided.HeldFrom > 366
}

func authorityName(code Code) string {
	set, err := schemas.LoadCodeSet("local_authority")
	if err != nil {
		return ""
	}
	if place := set.Place(string(code)); place >= 0 {
		return set.Codes[place].Label
	}
	return ""
}

// counts are the counts that verify recounts from the stored tables, and those that a repeat tells again.
func (r *result) counts() map[string]int64 {
	counts := map[string]int64{}
	for _, status := range []rules.Status{rules.Passed, rules.Failed, rules.Skipped, rules.Broken} {
		counts["rules_"+string(status)] = 0
	}
	for _, o := range r.judged.outcomes {
		counts["rules_"+string(o.Status)]++
	}
	for _, severity := range []rules.Severity{rules.Error, rules.Warning, rules.Query} {
		counts["findings_"+string(severity)] = int64(r.judged.count(severity))
	}
	if r.decided == nil {
		return counts
	}
	for _, class := range dedupe.Classes {
		counts[class], counts["period_"+class] = 0, 0
	}
	contacts := r.decided.Contacts
	classes, names := contacts.Column("class").Codes()
	inPeriod, converted := contacts.Column("in_period"), contacts.Column("converted")
	all, ours := make([]int64, names.Len()), make([]int64, names.Len())
	var allConverted, oursConverted int64
	for row, class := range classes {
		counted, became := inPeriod.True(row), converted.True(row)
		all[class]++
		if counted {
			ours[class]++
		}
		if became {
			allConverted++
		}
		if counted && became {
			oursConverted++
		}
	}
	counts["converted"], counts["period_converted"] = allConverted, oursConverted
	counts["contact_rows"], counts["contacts"], counts["period_contact_rows"], counts["period_contacts"] = 0, 0, 0, 0
	for class := range all {
		name := names.Value(class)
		counts[name], counts["period_"+name] = all[class], ours[class]
		counts["contact_rows"] += all[class]
		counts["period_contact_rows"] += ours[class]
		if name != dedupe.RepeatedRow.String() {
			counts["contacts"] += all[class]
			counts["period_contacts"] += ours[class]
		}
	}
	for _, status := range dedupe.ReferralStatuses {
		counts["referrals_"+status] = 0
	}
	if referrals := r.decided.Referrals; referrals.Rows > 0 {
		codes, names := referrals.Column("status").Codes()
		each := make([]int64, names.Len())
		for _, code := range codes {
			each[code]++
		}
		for status, n := range each {
			counts["referrals_"+names.Value(status)] += n
		}
	}
	return counts
}

// reportingPeriod is the reporting period, or what is held when none is set.
func reportingPeriod(c *Config, decided *dedupe.Result) Span {
	if c.Period != nil {
		return *c.Period
	}
	if decided != nil {
		return Span{From: Day(decided.HeldFrom), To: Day(decided.HeldTo)}
	}
	return Span{From: *c.AsAt, To: *c.AsAt}
}
