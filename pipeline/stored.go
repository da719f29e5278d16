package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"frontdoor/pipeline/dedupe"
	"frontdoor/pipeline/publish"
	"frontdoor/schemas/table"
)

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

// store stores everything that the stages made.
func (r *result) store(ctx context.Context, staging *publish.Staging) error {
	defer r.job.stage("store tables")()
	return sideBySide(ctx, everyStage,
		func(ctx context.Context) error { return staging.Tables(ctx, r.job.options.Workers, r.stored()...) },
		func(ctx context.Context) error { return r.writeRows(ctx, staging) },
		func(context.Context) error { return r.writeCatalogue(staging) },
	)
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

func (r *result) writeCatalogue(staging *publish.Staging) error {
	names := slices.Sorted(maps.Keys(r.identity.catalogue))
	for _, name := range names {
		if err := writeFile(staging, "catalogue/"+name, r.identity.catalogue[name]); err != nil {
			return err
		}
	}
	return writeFile(staging, "catalogue/settings.json", r.identity.settings)
}
