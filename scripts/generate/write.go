package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"iter"
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
// them to dir-expected. What parts gives stands one after the other in the
// same files; the truth is about one part.
func writeDelivery(dir string, seed uint64, parts iter.Seq2[*delivery, error], truth bool) error {
	files := map[table]*csvFile{}
	defer func() {
		for _, f := range files {
			_ = f.close() // a second time where all went well
		}
	}()
	for t, header := range headers {
		f, err := createCSV(filepath.Join(dir, string(t)+".csv"), header)
		if err != nil {
			return err
		}
		files[t] = f
	}
	for d, err := range parts {
		if err != nil {
			return err
		}
		at := d.write(files)
		if !truth {
			continue
		}
		if err := writeTruth(filepath.Clean(dir)+"-expected", seed, d, at); err != nil {
			return err
		}
	}
	for _, f := range files {
		if err := f.close(); err != nil {
			return err
		}
	}
	return nil
}

// write adds the rows of the delivery to the files of its tables.
func (d *delivery) write(files map[table]*csvFile) lines {
	records := map[table]func(row int) []string{
		tableChildren:  d.childRecord,
		tableContacts:  d.contactRecord,
		tableReferrals: d.referralRecord,
		tableEpisodes:  d.episodeRecord,
	}
	at := lines{}
	for t, f := range files {
		starts := make([]int, len(d.order[t]))
		for _, row := range d.order[t] {
			if record := records[t](row); record != nil {
				starts[row] = f.write(record)
			}
		}
		at[t] = starts
	}
	return at
}

// A csvFile is a table being written.
type csvFile struct {
	file   *os.File
	buffer *bufio.Writer
	out    *csv.Writer
	next   int // physical line of the next record
	closed bool
}

// createCSV begins a file with its header, and makes its folder.
func createCSV(path string, header []string) (*csvFile, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("create table: %w", err)
	}
	f := &csvFile{file: file, buffer: bufio.NewWriterSize(file, 1<<16), next: 1}
	f.out = csv.NewWriter(f.buffer)
	f.write(header)
	return f, nil
}

// write adds a record and gives the physical line on which it starts. An error
// stays until close.
func (f *csvFile) write(record []string) int {
	line := f.next
	f.next++
	for _, cell := range record {
		f.next += strings.Count(cell, "\n")
	}
	_ = f.out.Write(record)
	return line
}

// close ends the file, once, and gives the first error of all that was written.
func (f *csvFile) close() error {
	if f.closed {
		return nil
	}
	f.closed = true
	f.out.Flush()
	if err := errors.Join(f.out.Error(), f.buffer.Flush(), f.file.Close()); err != nil {
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
