package report

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/klauspost/compress/flate"
)

// book is a workbook on its way out. The parts of its file (ECMA-376, SpreadsheetML) are written one after the other in a
// set order, so that the same sheets are the same bytes: the writers of the library that reads it in tests hold every
// cell as a tree, or order the sheets by a map and put large ones aside in the system's folder. Every different text
// stands once, in the last part; cells hold its number, and none holds a formula.
type book struct {
	parts   *zip.Writer
	out     *bufio.Writer // into the part that is being written
	numbers map[string]int
	texts   []string // by number
}

// sheetOf is a sheet of a workbook: rows of texts (string), whole numbers (int64) or nothing (nil). The first headRows are bold and stay in sight.
type sheetOf struct {
	name   string
	widths []float64 // of its columns, in characters
	rows   [][]any
}

const headRows = 2

// columnNames are the names of the columns that a sheet may have here.
const columnNames = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// mostRows is how many rows a sheet can have.
const mostRows = 1 << 20

// writeBook writes sheets as an XLSX workbook.
func writeBook(w io.Writer, sheets []sheetOf) error {
	b := &book{parts: zip.NewWriter(w), out: bufio.NewWriterSize(nil, 1<<16), numbers: map[string]int{}}
	deflater, err := flate.NewWriter(nil, flate.BestSpeed)
	if err != nil {
		return err
	}
	b.parts.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { deflater.Reset(w); return deflater, nil }) // part by part
	if err := b.frame(sheets); err != nil {
		return err
	}
	for i, s := range sheets {
		if len(s.rows) > mostRows || len(s.widths) > len(columnNames) {
			return fmt.Errorf("sheet %s has %d rows and %d columns, and can have %d and %d", s.name, len(s.rows), len(s.widths), mostRows, len(columnNames))
		}
		if err := b.part("xl/"+sheetPath(i), func() { b.sheet(s, i == 0) }); err != nil {
			return err
		}
	}
	if err := b.part("xl/"+textsPath, b.sharedTexts); err != nil {
		return err
	}
	return b.parts.Close()
}

// part writes one part of the file.
func (b *book) part(name string, write func()) error {
	w, err := b.parts.Create(name)
	if err != nil {
		return err
	}
	b.out.Reset(w)
	b.write(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n")
	write()
	return b.out.Flush() // with the first error of all writes
}

// write writes marks, and texts that need no escape.
func (b *book) write(texts ...string) {
	for _, text := range texts {
		_, _ = b.out.WriteString(text) // Flush tells
	}
}

// The names of parts below xl.
const (
	stylesPath = "styles.xml"
	textsPath  = "sharedStrings.xml"
)

func sheetPath(i int) string { return "worksheets/sheet" + strconv.Itoa(i+1) + ".xml" }

// The names by which the standard tells parts and their relations.
const (
	bookSpace    = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relatedSpace = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packageSpace = "http://schemas.openxmlformats.org/package/2006/"
	bookContent  = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

// frame writes the parts that say what the others are.
func (b *book) frame(sheets []sheetOf) error {
	types := [][2]string{{"workbook.xml", "sheet.main"}, {stylesPath, "styles"}, {textsPath, "sharedStrings"}}
	related := [][2]string{{stylesPath, "styles"}, {textsPath, "sharedStrings"}}
	for i := range sheets {
		types, related = append(types, [2]string{sheetPath(i), "worksheet"}), append(related, [2]string{sheetPath(i), "worksheet"})
	}
	relations := func(all [][2]string) func() {
		return func() {
			b.write(`<Relationships xmlns="`, packageSpace, `relationships">`)
			for i, part := range all {
				b.write(`<Relationship Id="rId`, strconv.Itoa(i+1), `" Type="`, relatedSpace, `/`, part[1], `" Target="`, part[0], `"/>`)
			}
			b.write(`</Relationships>`)
		}
	}
	for _, part := range []struct {
		name  string
		write func()
	}{
		{"[Content_Types].xml", func() {
			b.write(`<Types xmlns="`, packageSpace, `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>`)
			for _, part := range types {
				b.write(`<Override PartName="/xl/`, part[0], `" ContentType="`, bookContent, part[1], `+xml"/>`)
			}
			b.write(`</Types>`)
		}},
		{"_rels/.rels", relations([][2]string{{"xl/workbook.xml", "officeDocument"}})},
		{"xl/workbook.xml", func() {
			b.write(`<workbook xmlns="`, bookSpace, `" xmlns:r="`, relatedSpace, `"><sheets>`)
			for i, s := range sheets {
				b.write(`<sheet name="`, s.name, `" sheetId="`, strconv.Itoa(i+1), `" r:id="rId`, strconv.Itoa(len(related)-len(sheets)+i+1), `"/>`)
			}
			b.write(`</sheets></workbook>`)
		}},
		{"xl/_rels/workbook.xml.rels", relations(related)},
		{"xl/" + stylesPath, func() { b.write(styles) }},
	} {
		if err := b.part(part.name, part.write); err != nil {
			return err
		}
	}
	return nil
}

// The styles of cells, by their place among cellXfs. All texts wrap.
const (
	plainStyle = "1"
	boldStyle  = "2"

	styles = `<styleSheet xmlns="` + bookSpace + `">` +
		`<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		`<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>` +
		`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs>` +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
)

// sheet writes the part of one sheet. Cells without text are left out.
func (b *book) sheet(s sheetOf, first bool) {
	b.write(`<worksheet xmlns="`, bookSpace, `"><sheetViews><sheetView `)
	if first {
		b.write(`tabSelected="1" `)
	}
	b.write(`workbookViewId="0"><pane ySplit="`, strconv.Itoa(headRows), `" topLeftCell="A`, strconv.Itoa(headRows+1),
		`" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/></sheetView></sheetViews><cols>`)
	for i, width := range s.widths {
		number := strconv.Itoa(i + 1)
		b.write(`<col min="`, number, `" max="`, number, `" width="`, strconv.FormatFloat(width, 'f', -1, 64), `" customWidth="1" style="`, plainStyle, `"/>`)
	}
	b.write(`</cols><sheetData>`)
	for i, row := range s.rows {
		number, style := strconv.Itoa(i+1), plainStyle
		b.write(`<row r="`, number)
		if i < headRows {
			style = boldStyle
			b.write(`" s="`, style, `" customFormat="1`)
		}
		b.write(`">`)
		for column, value := range row {
			kind, shown := "", ""
			switch value := value.(type) {
			case string:
				if value != "" {
					kind, shown = `" t="s`, strconv.Itoa(b.numberOf(value))
				}
			case int64:
				shown = strconv.FormatInt(value, 10)
			}
			if shown != "" {
				b.write(`<c r="`, columnNames[column:column+1], number, `" s="`, style, kind, `"><v>`, shown, `</v></c>`)
			}
		}
		b.write(`</row>`)
	}
	b.write(`</sheetData></worksheet>`)
}

// numberOf returns the number of a text, a new one for one that has none.
func (b *book) numberOf(text string) int {
	number, known := b.numbers[text]
	if !known {
		number = len(b.texts)
		b.numbers[text], b.texts = number, append(b.texts, text)
	}
	return number
}

// mostLetters is how long the text of a cell can be, in units of UTF-16.
const mostLetters = 32767

// sharedTexts writes the texts of all sheets. What no XML can hold becomes U+FFFD. Readers take _x0041_ for an A, and
// _x005F_ for the low line that it begins with.
func (b *book) sharedTexts() {
	b.write(`<sst xmlns="`, bookSpace, `" uniqueCount="`, strconv.Itoa(len(b.texts)), `">`)
	for _, text := range b.texts {
		b.write(`<si><t xml:space="preserve">`)
		_ = xml.EscapeText(b.out, []byte(strings.ReplaceAll(cut(text), "_x", "_x005F_x"))) // Flush tells
		b.write(`</t></si>`)
	}
	b.write(`</sst>`)
}

// cut leaves of a text what a cell can hold.
func cut(text string) string {
	if len(text) <= mostLetters {
		return text
	}
	units := 0
	for at, letter := range text {
		units++
		if letter > 0xFFFF {
			units++
		}
		if units > mostLetters {
			return text[:at]
		}
	}
	return text
}
