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

<<<<<<< HEAD
// publish writes what is not stored yet, holds the counts against what is stored, and renames the run into place.
// Whatever fails, the current run stands.
func (r *result) publish(ctx context.Context, staging *publish.Staging) (*Summary, error) {
	done := r.job.stage("publish")
	m := r.manifest()
	if err := r.write(ctx, staging); err != nil {
		return nil, err
	}
	staging.Draft(m)
	var headline string
	var checks errgroup.Group
	checks.Go(func() error {
		page, err := readPage(staging.Reader(), m, r.job.figures, true)
		if err != nil {
			return err
		}
		headline = report.HeadlineInternal(page.Internal())
		defer r.job.stage("report")()
		return r.writeReports(staging, page)
	})
	checks.Go(staging.Sum)
	checks.Go(func() error {
		defer r.job.stage("recount")()
		problems, err := publish.Invariants(staging.Reader())
		if err != nil {
			return err
		}
		if len(problems) > 0 {
			return fmt.Errorf("check counts: %s: %w", problems[0], ErrCount)
		}
		return nil
	})
	if err := checks.Wait(); err != nil {
		return nil, err
	}
	m.Headline = headline
	if err := staging.Seal(m); err != nil {
		return nil, err
	}
	done()
	if err := r.writeJournal(staging); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if _, err := staging.Publish(); err != nil {
		return nil, err
	}
	return r.job.summaryOf(m), nil
}

// stored is the tables, as they go into the store: first those that were delivered, then those that were decided, which
// hold columns of the contacts as they were delivered.
func (r *result) stored() []publish.Stored {
	var tables []publish.Stored
	for _, part := range r.read.collections {
		for _, t := range slices.Backward(part.collection.Tables) {
			if delivered := part.tables[t.Name]; delivered != nil {
				tables = append(tables, publish.Stored{Table: delivered, Collection: part.collection.Name})
			}
		}
	}
	if d := r.decided; d != nil {
		for _, t := range []*table.Table{d.Contacts, d.Incidents, d.Referrals, d.Persons, d.Links} {
			tables = append(tables, publish.Stored{Table: t})
		}
	}
	if r.pupils != nil {
		tables = append(tables, publish.Stored{Table: r.pupils})
	}
	return tables
}

// write stores what else the stages made, side by side.
func (r *result) write(ctx context.Context, staging *publish.Staging) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(r.job.options.Workers, 1))
	run := func(write func() error) {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return write()
		})
	}
	run(func() error { return r.writeRows(ctx, staging) })
	run(func() error { return r.writeCatalogue(staging) })
	return group.Wait()
}

// writeRows stores the small tables.
func (r *result) writeRows(ctx context.Context, staging *publish.Staging) error {
	var outcomes []publish.OutcomeRow
	for _, o := range r.judged.outcomes {
		outcomes = append(outcomes, publish.OutcomeRowOf(o))
	}
	var quarantined []publish.QuarantinedRow
	for _, q := range r.read.quarantined {
		quarantined = append(quarantined, publish.QuarantinedRow{File: q.File, Sheet: textOr(q.Sheet), Line: int64(q.Line), Table: q.Table, Rule: q.Rule, Reason: q.Reason, Text: &q.Text})
	}
	differences, err := r.differenceRows()
	if err != nil {
		return err
	}
	var inputs []publish.InputRow
	for _, f := range r.read.files {
		status := "read"
		switch {
		case f.input.failure != "":
			status = f.input.failure
		case f.report.Damaged:
			status = "damaged: " + strings.TrimPrefix(damageOf(f.input), "it ")
		}
		inputs = append(inputs, publish.InputRow{
			Collection: f.input.collection.Name, Table: f.tableName(), File: f.input.shown, Sheet: textOr(f.input.place.Sheet),
			Authority: f.input.reading.authority, Bytes: f.input.sum.Bytes, SHA256: f.input.sum.SHA256,
			Read: int64(f.report.Read), Accepted: int64(f.report.Accepted), Quarantined: int64(f.report.Quarantined), Status: status,
			MissingColumns: strings.Join(f.report.Missing, ", "), ExtraColumns: strings.Join(f.report.Extra, ", "), DateOrder: dateOrders(f),
			Encoding: string(f.input.sum.Encoding), Separator: separatorName(f.input.report.Separator), LineEnds: f.input.report.LineEnds,
		})
	}
	ledger, events := r.ledger()
	return errors.Join(
		publish.Rows(staging, "outcomes", publish.Both, slices.Values(outcomes)),
		publish.Rows(staging, "measures", publish.Both, slices.Values(r.measureRows())),
		publish.Rows(staging, "quarantined", publish.Both, slices.Values(quarantined)),
		publish.Rows(staging, "differences", publish.Both, slices.Values(differences)),
		publish.Rows(staging, "inputs", publish.Both, slices.Values(inputs)),
		staging.StoreLedger(ctx, ledger.ChildID, ledger.PersonID, ledger.FirstSeen),
		publish.Rows(staging, publish.LedgerEventsTable, publish.Restricted, slices.Values(events)),
	)
}

// differenceRows are the differences between deliveries as they are stored.
func (r *result) differenceRows() (rows []publish.DifferenceRow, err error) {
	for _, d := range r.read.differences {
		row := publish.DifferenceRow{
			Collection: d.collection, Table: d.Table, Kind: d.Kind, Fields: strings.Join(d.Fields, ", "),
			File: d.Earlier.File, Sheet: textOr(d.Earlier.Sheet), Line: lineOr(d.Earlier.Line),
			LaterFile: d.Later.File, LaterSheet: textOr(d.Later.Sheet), LaterLine: lineOr(d.Later.Line),
		}
		if len(d.Fields) > 0 {
			var before, after []byte
			if before, err = json.Marshal(d.Before); err != nil {
				return nil, fmt.Errorf("write differences: %w", err)
			}
			if after, err = json.Marshal(d.After); err != nil {
				return nil, fmt.Errorf("write differences: %w", err)
			}
			row.Before, row.After = textOr(string(before)), textOr(string(after))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// textOr returns a text that is there, or nil.
func textOr(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// lineOr returns a line that is there, or nil.
func lineOr(line int) *int64 {
	if line == 0 {
		return nil
	}
	n := int64(line)
	return &n
}

// ledger returns the ledger that the run leaves. Without contacts nothing was decided and it is the old one.
func (r *result) ledger() (ledger *dedupe.Ledger, events []publish.LedgerEventRow) {
	if r.decided == nil {
		return dedupe.LedgerOf(r.identity.ledger), nil
	}
	for _, e := range r.decided.Events {
		events = append(events, publish.LedgerEventRow{AsAt: e.AsAt, Kind: e.Kind, PersonID: e.PersonID, OtherPersonID: e.OtherPersonID, Evidence: e.Evidence})
	}
	return r.decided.Ledger, events
}

// separatorName says what stands between the cells of a text; "" for a sheet.
func separatorName(separator byte) string {
	for name, character := range separators {
		if character == separator {
			return name
		}
	}
	return ""
}

func dateOrders(f fileRead) string {
	var columns []string
	for _, d := range f.report.Dates {
		layout := strings.NewReplacer("2006", "yyyy", "01", "mm", "02", "dd", "15:04:05", "hh:mm:ss", "15:04", "hh:mm").Replace(d.Layout)
		if d.Undecided {
			layout = "cannot be told"
		}
		if layout != "" {
			columns = append(columns, d.Field+" "+layout)
		}
	}
	return strings.Join(columns, ", ")
}

func (r *result) measureRows() []publish.MeasureRow {
	var rows []publish.MeasureRow
	for _, f := range r.figures {
		row := publish.MeasureRow{
			Measure: f.Measure.ID, Title: f.Measure.Title, PeriodKind: string(f.Period.Kind), Period: f.Period.Label,
			From: table.DateText(f.Period.From), To: table.DateText(f.Period.To), Breakdown: f.Breakdown, Category: f.Category,
			Numerator: f.Numerator, Denominator: f.Denominator, Unit: f.Measure.Unit, Status: "available", Publish: f.Mark.String(),
			DefinitionVersion: f.Measure.Version, Named: f.Measure.Names(f.Breakdown),
		}
		if f.Unavailable != "" {
			row.Status = notAvailable + f.Unavailable
		}
		if f.Measure.IsRate() {
			row.Rate = f.Value
		} else {
			row.Value = f.Value
		}
		rows = append(rows, row)
	}
	return rows
}

// notAvailable leads the reason in the status of a figure.
const notAvailable = "not available: "

=======
>>>>>>> main
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
