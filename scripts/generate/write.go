package main

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// lines gives the physical line on which each row of a table starts, 0 for a
// row that is not in its file.
type lines map[table][]int

// headers are the columns of each table, in the order of the file.
var headers = map[table][]string{
	tableChildren: {
		"child_id", "upn", "nhs_number", "forename", "surname", "date_of_birth", "expected_date_of_birth", "sex", "ethnicity",
		"postcode", "source_system", "legacy_child_id",
	},
	tableContacts: {
		"contact_id", "child_id", "contact_date", "source", "concern", "incident_ref", "family_id", "source_system", "outcome",
		"referral_id",
	},
	tableReferrals: {"referral_id", "child_id", "referral_date", "source", "nfa", "source_system"},
	tableEpisodes:  {"episode_id", "child_id", "start_date", "end_date", "closure_reason", "source_system"},
}

// writeDelivery writes the four tables to dir and, if wanted, the truth about
// them to dir-expected.
func writeDelivery(dir string, seed uint64, d *delivery, truth bool) error {
	records := map[table]func(row int) []string{
		tableChildren:  d.childRecord,
		tableContacts:  d.contactRecord,
		tableReferrals: d.referralRecord,
		tableEpisodes:  d.episodeRecord,
	}
	at := lines{}
	for _, t := range []table{tableChildren, tableContacts, tableReferrals, tableEpisodes} {
		starts := make([]int, len(d.order[t]))
		err := writeCSV(filepath.Join(dir, string(t)+".csv"), headers[t], func(write func([]string) int) {
			for _, row := range d.order[t] {
				if record := records[t](row); record != nil {
					starts[row] = write(record)
				}
			}
		})
		if err != nil {
			return err
		}
		at[t] = starts
	}
	if !truth {
		return nil
	}
	return writeTruth(filepath.Clean(dir)+"-expected", seed, d, at)
}

// writeCSV writes a header and the records that fill passes to write, which
// gives the physical line on which the record starts.
func writeCSV(path string, header []string, fill func(write func(record []string) int)) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("create table: %w", err)
	}
	defer func() {
		if closing := file.Close(); err == nil && closing != nil {
			err = fmt.Errorf("close table: %w", closing)
		}
	}()
	buffer := bufio.NewWriterSize(file, 1<<16)
	out := csv.NewWriter(buffer)
	next := 1
	write := func(record []string) int {
		line := next
		next++
		for _, cell := range record {
			next += strings.Count(cell, "\n")
		}
		_ = out.Write(record) // the first error stays and is returned below
		return line
	}
	write(header)
	fill(write)
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	if err := buffer.Flush(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

// childRecord is a row of children.csv, nil for a child that it lacks.
func (d *delivery) childRecord(row int) []string {
	c := d.children[row]
	if c.absent {
		return nil
	}
	born := c.born.text()
	if c.bornText != "" {
		born = c.bornText
	}
	return []string{
		c.text(), c.upn, c.nhs, c.forename, c.surname, born, c.expected.text(), c.sex, c.ethnicity, c.postcode, c.system,
		c.legacy.text(),
	}
}

// contactRecord is a row of contacts.csv.
func (d *delivery) contactRecord(row int) []string {
	c := &d.contacts[row]
	id := ""
	if c.number > 0 {
		id = fmt.Sprintf("K%07d", d.contactIDs[c.number])
	}
	when := c.day.text()
	if c.minute >= 0 {
		when = fmt.Sprintf("%s %02d:%02d", when, c.minute/60, c.minute%60)
	}
	if c.dateText != nil {
		when = *c.dateText
	}
	named := c.names.text()
	if c.namesText != "" {
		named = c.namesText
	}
	return ragged(c.cells,
		id, c.child.text(), when, c.source, c.concern, c.incident, c.family, c.system, c.outcome, named)
}

// referralRecord is a row of referrals.csv.
func (d *delivery) referralRecord(row int) []string {
	r := d.referrals[row]
	when := r.day.text()
	if r.dateText != "" {
		when = r.dateText
	}
	return ragged(r.cells, r.text(), r.child.text(), when, r.source, r.nfa, r.system)
}

// episodeRecord is a row of cin_episodes.csv.
func (d *delivery) episodeRecord(row int) []string {
	e := d.episodes[row]
	end := e.end.text()
	if e.endText != "" {
		end = e.endText
	}
	return []string{e.text(), e.child.text(), e.start.text(), end, e.closure, e.system}
}

// ragged is a record with some cells too many, or too few where that is below
// 0.
func ragged(tooMany int, cells ...string) []string {
	for range tooMany {
		cells = append(cells, "surplus")
	}
	return cells[:len(cells)+min(tooMany, 0)]
}
