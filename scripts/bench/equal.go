package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// same is something that both find: how frontdoor's run ($RUN) tells it and how the job's results ($JOB) do. $RULES are
// the codes of the rules that the job judges by, as a list. The columns are the same, the order of rows does not matter.
type same struct{ name, run, job string }

// A record is clean when no finding of the compared rules stands on it: the record of a finding is that of its first
// cell in its own table.
const cleanRows = `ANTI JOIN (
	SELECT list_filter(cells, lambda c: c."table" = f."table")[1].line AS _line FROM read_parquet('$RUN/restricted/findings.parquet') f
	WHERE rule IN $RULES AND "table" = '$TABLE') USING (_line)`

var compared = []same{
	{
		"findings",
		`SELECT rule, "table", list_sort(list_transform(cells, lambda c: c."table" || ' ' || c.line || ' ' || c.field)) AS cells FROM read_parquet('$RUN/restricted/findings.parquet') WHERE rule IN $RULES`,
		`SELECT rule, "table", list_sort(list_transform(cells, lambda c: c."table" || ' ' || c.line || ' ' || c.field)) AS cells FROM read_parquet('$JOB/findings.parquet')`,
	},
	{
		"quarantined",
		`SELECT "table", line FROM read_parquet('$RUN/restricted/quarantined.parquet')`,
		`SELECT "table", line FROM read_parquet('$JOB/quarantined.parquet')`,
	},
	clean("children", "child_id, upn, nhs_number, forename, surname, date_of_birth, expected_date_of_birth, sex, ethnicity, postcode, source_system, legacy_child_id"),
	clean("contacts", "contact_id, child_id, contact_date, source, concern, incident_ref, family_id, source_system, outcome, referral_id"),
	clean("referrals", "referral_id, child_id, referral_date, source, source_system"),
	clean("cin_episodes", "episode_id, child_id, start_date, end_date, closure_reason, source_system"),
	decided("contacts", "line, contact_id, child_id, person_id, contact_date, counted_date, source, concern, outcome, source_system, class, matched_line, incident_id, first_of_incident, on_open_case, evidence, converted, link_method, referral_id, in_period"),
	decided("incidents", "incident_id, person_id, first_date, source, class, contacts, converted, link_method, referral_id, in_period"),
	decided("referrals", "line, referral_id, person_id, referral_date, status, link_method, incident_id"),
	{
		"rates",
		`SELECT CASE WHEN breakdown = '' THEN period_kind ELSE breakdown END AS breakdown, CASE WHEN breakdown = '' THEN period ELSE category END AS category, numerator, denominator
		FROM read_parquet('$RUN/restricted/measures.parquet')
		WHERE measure = 'conversion_unique' AND (period_kind = 'month' AND breakdown = '' OR period_kind = 'whole' AND breakdown = 'source')`,
		`SELECT breakdown, category, numerator, denominator FROM read_parquet('$JOB/rates.parquet')`,
	},
}

// clean is the rows of a table as delivered on which no finding stands.
func clean(table, columns string) same {
	return same{
		"clean " + table,
		`SELECT _line AS line, ` + columns + ` FROM read_parquet('$RUN/restricted/delivered/front_door/` + table + `.parquet') ` + strings.ReplaceAll(cleanRows, "$TABLE", table),
		`SELECT line, ` + columns + ` FROM read_parquet('$JOB/clean_` + table + `.parquet')`,
	}
}

// decided is what was decided of contacts, incidents or referrals.
func decided(table, columns string) same {
	return same{
		"decided " + table,
		`SELECT ` + columns + ` FROM read_parquet('$RUN/restricted/` + table + `.parquet')`,
		`SELECT ` + columns + ` FROM read_parquet('$JOB/` + table + `.parquet')`,
	}
}

// errDiffers says that the two do not find the same.
var errDiffers = errors.New("the results differ")

// differences holds the published run in a folder against the job's results, row by row in both directions, and returns
// a line for each kind of row that differs, with the first of them. The rows are of invented data.
func differences(ctx context.Context, run, job string) (lines []string, err error) {
	codes, err := rulesOfJob()
	if err != nil {
		return nil, err
	}
	connection, done, err := open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, done()) }()
	var list []string
	for _, code := range codes {
		list = append(list, quoted(code))
	}
	places := strings.NewReplacer("$RUN", slashed(run), "$JOB", slashed(job), "$RULES", "("+strings.Join(list, ", ")+")")
	for _, c := range compared {
		ours, theirs := places.Replace(c.run), places.Replace(c.job)
		for _, way := range []struct{ where, from, but string }{{"frontdoor alone", ours, theirs}, {"DuckDB alone", theirs, ours}} {
			difference := fmt.Sprintf("(%s) EXCEPT ALL (%s)", way.from, way.but)
			n, first, err := firstRow(ctx, connection, difference)
			if err != nil {
				return nil, fmt.Errorf("compare %s: %w", c.name, err)
			}
			if n > 0 {
				lines = append(lines, fmt.Sprintf("%s: %d rows by %s, such as %s", c.name, n, way.where, first))
			}
		}
	}
	return lines, nil
}

// firstRow returns how many rows a query has and the least of them as text.
func firstRow(ctx context.Context, connection *sql.Conn, query string) (n int, row string, err error) {
	least := sql.NullString{}
	err = connection.QueryRowContext(ctx, "SELECT count(*), min(CAST(q AS VARCHAR)) FROM ("+query+") q").Scan(&n, &least)
	return n, least.String, err
}

func slashed(folder string) string { return strings.ReplaceAll(filepath.ToSlash(folder), "'", "''") }
