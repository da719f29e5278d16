package ingest

import (
	"bytes"
	"fmt"
)

// format is what the content of a file is, whatever its name says.
type format uint8

const (
	formatText format = iota
	formatZip         // an archive or a workbook
	formatGzip
)

// refused are the first bytes of files that are often delivered in the place of an extract and are not read.
var refused = []struct{ begins, what string }{
	{"%PDF", "a PDF; ask for the data behind it and deliver that"},
	{"PAR1", "a Parquet file; export it as CSV and deliver that"},
	{"Rar!", "a RAR archive; unpack it and deliver the files in it"},
	{"7z\xbc\xaf", "a 7z archive; unpack it and deliver the files in it"},
}

// markup is how pages begin that reporting systems save under the name of a workbook.
var markup = []string{"<html", "<!doctype html", "<table", "<head", "<meta", "<style"}

// formatOf tells what a file is by its beginning, or returns why it cannot be read.
func formatOf(head []byte) (format, error) {
	refuse := func(what string) (format, error) {
		return formatText, fmt.Errorf("read extract: the file is %s: %w", what, ErrBinary)
	}
	if len(head) == 0 {
		return formatText, fmt.Errorf("read extract: the file has no bytes; export it again: %w", ErrEmpty)
	}
	for _, r := range refused {
		if bytes.HasPrefix(head, []byte(r.begins)) {
			return refuse(r.what)
		}
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return formatZip, nil
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return formatGzip, nil
	case bytes.HasPrefix(head, oldOffice):
		return formatText, nil // told by refuseOldOffice, which reads further
	}
	encoding, mark := encodingOf(head)
	begin := bytes.ToLower(bytes.TrimLeft(head[mark:], " \t\r\n"))
	for _, m := range markup {
		if bytes.HasPrefix(begin, []byte(m)) {
			return refuse("a web page, even where it is named .xls; open it in Excel, save it as .xlsx and deliver that")
		}
	}
	switch {
	case bytes.HasPrefix(begin, []byte("<?xml")) && bytes.Contains(begin, []byte("excel.sheet")):
		return refuse("a workbook in the XML form of Excel 2003; open it in Excel, save it as .xlsx and deliver that")
	case bytes.HasPrefix(begin, []byte("<?xml")):
		return refuse("XML; deliver a table as CSV or .xlsx, and a return by itself in a file called .xml")
	case bytes.HasPrefix(begin, []byte("mime-version:")):
		return refuse("a saved web page (MHTML); open it in Excel, save it as .xlsx and deliver that")
	}
	if controls := countControls(head); encoding == UTF8 && controls > 1 && controls*10 > len(head) {
		return formatText, fmt.Errorf(`read extract: the file is no text; save the table as "CSV UTF-8" and deliver that: %w`, ErrBinary)
	}
	return formatText, nil
}

// countControls counts the bytes that text does not have.
func countControls(head []byte) (n int) {
	for _, b := range head {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' || b == 0x7f {
			n++
		}
	}
	return n
}

// oldOffice begins compound files: workbooks of Excel 97 to 2003, and newer ones that a password protects.
var oldOffice = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

// refuseOldOffice says what a compound file is, from as much of it as is there: the names of its parts are in
// UTF-16.
func refuseOldOffice(data []byte) error {
	wide := func(name string) []byte {
		var out []byte
		for _, b := range []byte(name) {
			out = append(out, b, 0)
		}
		return out
	}
	switch {
	case bytes.Contains(data, wide("EncryptedPackage")), bytes.Contains(data, wide("EncryptionInfo")):
		return fmt.Errorf("read extract: the workbook is protected by a password; save it without one (File, Info, Protect Workbook, Encrypt with Password, empty) and deliver it again: %w", ErrProtected)
	case bytes.Contains(data, wide("Workbook")), bytes.Contains(data, wide("Book")):
		return fmt.Errorf("read extract: the file is a workbook of Excel 97 to 2003 (.xls); save it as .xlsx and deliver that: %w", ErrBinary)
	}
	return fmt.Errorf("read extract: the file is an old Office file and no workbook; save the table as .xlsx or CSV and deliver that: %w", ErrBinary)
}
