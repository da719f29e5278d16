package main

import (
	"archive/zip"
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"frontdoor/pipeline/ingest"
	"frontdoor/schemas/table"
)

// counter counts the records that a reader hands on.
type counter struct{ records int }

func (*counter) Header([]string, int) error { return nil }

func (c *counter) Batch(t *table.Text) error {
	c.records += t.Records()
	t.Release()
	return nil
}

// readFile reads every list of a file, as a run does: once to sum it up, once for its records.
func readFile(path string) error {
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // opened for reading only
	ctx := context.Background()
	found, err := ingest.Find(ctx, root, filepath.Base(path), ingest.Limits{})
	if err != nil {
		return err
	}
	for _, f := range found {
		if f.Err != nil {
			return f.Err
		}
		started := time.Now()
		sum, err := ingest.Digest(ctx, root, f.Place, ingest.Undeclared, ingest.Limits{})
		if err != nil {
			return err
		}
		summed := time.Since(started)
		started = time.Now()
		c := &counter{}
		if _, err := ingest.Read(ctx, root, f.Place, ingest.Options{Encoding: sum.Encoding}, c); err != nil {
			return err
		}
		took := time.Since(started)
		fmt.Printf("%d records, summed up in %.1f s, read in %.1f s: %.0f rows/s", c.records, summed.Seconds(), took.Seconds(), float64(c.records)/took.Seconds())
	}
	return nil
}

const contactsHeader = "contact_id,child_id,contact_date,source,concern,incident_ref,family_id,source_system,outcome,referral_id"

// contactCells are the cells of one invented contact.
func contactCells(row int) []string {
	return []string{
		fmt.Sprintf("K%08d", row), fmt.Sprintf("N%06d", row%300_000), fmt.Sprintf("2019-%02d-%02d", row%12+1, row%28+1),
		[]string{"6", "2A", "1A", "3E"}[row%4], []string{"NEGLECT", "EMO", "", "DA"}[row%4], fmt.Sprintf("OCC/%d", row%1_000_000), "F1234", "Sampleshire",
		[]string{"NFA", "INFORMATION", "NEW_REFERRAL"}[row%3], "",
	}
}

// readers measures the readers, each file in a process of its own.
func readers(rows, gigabytes int) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		make func(w io.Writer) error
	}{
		{fmt.Sprintf("contacts-%dGB.csv", gigabytes), func(w io.Writer) error { return writeCSV(w, 0, int64(gigabytes)<<30) }},
		{fmt.Sprintf("contacts-%d.csv.gz", rows), func(w io.Writer) error {
			packed := gzip.NewWriter(w)
			return errors.Join(writeCSV(packed, rows, 0), packed.Close())
		}},
		{fmt.Sprintf("contacts-%d.zip", rows), func(w io.Writer) error {
			archive := zip.NewWriter(w)
			part, err := archive.Create("contacts.csv")
			if err != nil {
				return err
			}
			return errors.Join(writeCSV(part, rows, 0), archive.Close())
		}},
		{fmt.Sprintf("contacts-%d.xlsx", rows), func(w io.Writer) error { return writeWorkbook(w, rows) }},
	} {
		path := filepath.Join(folder, f.name)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			if err := makeFile(path, f.make); err != nil {
				return err
			}
		}
		c := exec.Command(program, "--read", path)
		c.Stderr = os.Stderr
		said, err := c.Output()
		if err != nil {
			return fmt.Errorf("read %s: %w", f.name, err)
		}
		fmt.Printf("%s: %s, peak memory %s\n", f.name, said, peak(c.ProcessState))
	}
	return nil
}

func makeFile(path string, write func(w io.Writer) error) error {
	file, err := os.Create(path + ".part")
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(file, 1<<20)
	if err := errors.Join(write(buffered), buffered.Flush(), file.Close()); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
}

// writeCSV writes so many rows, or rows up to so many bytes.
func writeCSV(w io.Writer, rows int, size int64) error {
	written, err := fmt.Fprintln(w, contactsHeader)
	total := int64(written)
	for row := 0; err == nil && (row < rows || total < size); row++ {
		written, err = fmt.Fprintln(w, strings.Join(contactCells(row), ","))
		total += int64(written)
	}
	return err
}

// writeWorkbook writes a workbook as Excel does: texts shared, dates as numbers.
func writeWorkbook(w io.Writer, rows int) error {
	archive := zip.NewWriter(w)
	part := func(name, text string) error {
		p, err := archive.Create(name)
		if err == nil {
			_, err = io.WriteString(p, text)
		}
		return err
	}
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	err := errors.Join(
		part("xl/workbook.xml", `<workbook `+main+` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="contacts" sheetId="1" r:id="rId1"/></sheets></workbook>`),
		part("xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`),
		part("xl/styles.xml", `<styleSheet `+main+`><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`))
	if err != nil {
		return err
	}
	sheet, err := archive.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return err
	}
	var texts []string
	places := map[string]int{}
	shared := func(text string) int {
		place, seen := places[text]
		if !seen {
			place = len(texts)
			places[text] = place
			texts = append(texts, text)
		}
		return place
	}
	buffered := bufio.NewWriterSize(sheet, 1<<20)
	fmt.Fprintf(buffered, `<worksheet %s><sheetData><row r="1">`, main)
	for i, name := range strings.Split(contactsHeader, ",") {
		fmt.Fprintf(buffered, `<c r="%c1" t="s"><v>%d</v></c>`, 'A'+i, shared(name))
	}
	fmt.Fprint(buffered, "</row>")
	for row := range rows {
		fmt.Fprintf(buffered, `<row r="%d">`, row+2)
		for i, text := range contactCells(row) {
			switch {
			case i == 2:
				fmt.Fprintf(buffered, `<c r="C%d" s="1"><v>%d</v></c>`, row+2, 43466+row%364)
			case text != "":
				fmt.Fprintf(buffered, `<c r="%c%d" t="s"><v>%d</v></c>`, 'A'+i, row+2, shared(text))
			}
		}
		fmt.Fprint(buffered, "</row>")
	}
	fmt.Fprint(buffered, "</sheetData></worksheet>")
	if err := buffered.Flush(); err != nil {
		return err
	}
	list, err := archive.Create("xl/sharedStrings.xml")
	if err != nil {
		return err
	}
	buffered.Reset(list)
	fmt.Fprintf(buffered, `<sst %s>`, main)
	for _, text := range texts {
		fmt.Fprintf(buffered, "<si><t>%s</t></si>", text)
	}
	fmt.Fprint(buffered, "</sst>")
	return errors.Join(buffered.Flush(), archive.Close())
}
