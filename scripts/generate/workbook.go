package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"html"
	"strings"
)

// A workbook is an .xlsx file in the making: its sheets, and attributes of its properties.
type workbook struct {
	sheets     []sheet
	properties string
}

// A sheet is the cells of one sheet as they stand in its XML.
type sheet struct {
	name, state    string
	before, behind string // XML before and behind the cells
	rows           []string
}

// sheetOf makes a sheet of a CSV text: every cell is text.
func sheetOf(name, text string) sheet {
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		panic(err) // the text is written in this program
	}
	s := sheet{name: name}
	for i, record := range records {
		var row strings.Builder
		fmt.Fprintf(&row, `<row r="%d">`, i+1)
		for j, cell := range record {
			if cell != "" {
				fmt.Fprintf(&row, `<c r="%s%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, columnName(j), i+1, html.EscapeString(cell))
			}
		}
		row.WriteString("</row>")
		s.rows = append(s.rows, row.String())
	}
	return s
}

// columnName is the letter of a column, for the first 702.
func columnName(column int) string {
	if column < 26 {
		return string(rune('A' + column))
	}
	return string(rune('A'+column/26-1)) + string(rune('A'+column%26))
}

// cell replaces a cell of a sheet, given by its reference, by other XML inside <c>.
func (s *sheet) cell(reference string, xml string) {
	row := 0
	for _, c := range strings.TrimLeft(reference, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		row = row*10 + int(c-'0')
	}
	text := s.rows[row-1]
	lead := `<c r="` + reference + `"`
	from := strings.Index(text, lead)
	if from < 0 {
		panic("no cell " + reference)
	}
	end := from + strings.Index(text[from:], "</c>") + len("</c>")
	s.rows[row-1] = text[:from] + `<c r="` + reference + `"` + xml + text[end:]
}

// bytes writes the workbook; style 1 is a date, style 2 a date with a time.
func (w workbook) bytes() string {
	parts := [][2]string{
		{"[Content_Types].xml", `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`},
		{"_rels/.rels", `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/styles.xml", `<?xml version="1.0" encoding="UTF-8"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>`},
	}
	var list, relations strings.Builder
	for i, s := range w.sheets {
		state := ""
		if s.state != "" {
			state = ` state="` + s.state + `"`
		}
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d"%s r:id="rId%d"/>`, html.EscapeString(s.name), i+1, state, i+1)
		fmt.Fprintf(&relations, `<Relationship Id="rId%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, i+1)
		parts = append(parts, [2]string{fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + s.before + "<sheetData>" + strings.Join(s.rows, "") + "</sheetData>" + s.behind + "</worksheet>"})
	}
	parts = append(parts,
		[2]string{"xl/workbook.xml", `<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr` + w.properties + `/><sheets>` + list.String() + `</sheets></workbook>`},
		[2]string{"xl/_rels/workbook.xml.rels", `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + relations.String() + `</Relationships>`})
	return archive(parts...)
}

// archive packs files, each a name and a text.
func archive(files ...[2]string) string {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		part, err := w.Create(f[0])
		if err == nil {
			_, err = part.Write([]byte(f[1]))
		}
		if err != nil {
			panic(err) // memory takes all
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.String()
}

// packed is a text in gzip.
func packed(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.String()
}

// withPassword sets the flag of encryption on the members of an archive.
func withPassword(archive string) string {
	data := []byte(archive)
	for i := range data {
		switch {
		case bytes.HasPrefix(data[i:], []byte("PK\x03\x04")):
			data[i+6] |= 1
		case bytes.HasPrefix(data[i:], []byte("PK\x01\x02")):
			data[i+8] |= 1
		}
	}
	return string(data)
}

// oldOffice is the beginning of a compound file that has a part of a name.
func oldOffice(part string) string {
	var wide strings.Builder
	for _, c := range part {
		wide.WriteRune(c)
		wide.WriteByte(0)
	}
	return "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 1016) + wide.String() + strings.Repeat("\x00", 512)
}
