package ingest

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
)

// workbook is an open .xlsx file: what its sheets share.
type workbook struct {
	archive  *zip.Reader
	limits   Limits
	sheets   []sheetEntry
	days1904 bool
	strings  texts
	forms    []numberForm // by the cells' style
}

// sheetEntry is a sheet as the workbook lists it.
type sheetEntry struct {
	name   string
	part   string // its place in the archive
	hidden bool
}

// texts are the shared strings of a workbook, one behind the other.
type texts struct {
	data []byte
	ends []uint32
}

func (t *texts) text(i int) ([]byte, bool) {
	if i < 0 || i >= len(t.ends) {
		return nil, false
	}
	from := uint32(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.data[from:t.ends[i]], true
}

// end ends a text.
func (t *texts) end() {
	from := uint32(0)
	if last := len(t.ends) - 1; last >= 0 {
		from = t.ends[last]
	}
	t.data = t.data[:int(from)+len(unescaped(t.data[from:]))]
	t.ends = append(t.ends, uint32(len(t.data)))
}

// sheetsOf lists the sheets of a workbook.
func sheetsOf(c *content, limits Limits) ([]sheetEntry, error) {
	w, err := openWorkbook(c, limits)
	if err != nil {
		return nil, err
	}
	return w.sheets, nil
}

// openWorkbook reads the list of sheets.
func openWorkbook(c *content, limits Limits) (*workbook, error) {
	archive, err := zip.NewReader(c.at, c.size)
	if err != nil {
		return nil, damaged("the workbook", err)
	}
	w := &workbook{archive: archive, limits: limits}
	var book struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			ID    string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
			Alt   string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := w.decode("xl/workbook.xml", &book); err != nil {
		return nil, err
	}
	var relations struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := w.decode("xl/_rels/workbook.xml.rels", &relations); err != nil {
		return nil, err
	}
	parts := map[string]string{}
	for _, r := range relations.All {
		if strings.HasSuffix(r.Type, "/worksheet") {
			parts[r.ID] = partOf(r.Target)
		}
	}
	w.days1904 = isTrue([]byte(book.Properties.Date1904))
	for _, s := range book.Sheets {
		if part, ok := parts[s.ID+s.Alt]; ok {
			w.sheets = append(w.sheets, sheetEntry{name: s.Name, part: part, hidden: s.State == "hidden" || s.State == "veryHidden"})
		}
	}
	switch {
	case len(w.sheets) == 0:
		return nil, fmt.Errorf("read workbook: it has no sheet of cells; save the table as a sheet and deliver that: %w", ErrEmpty)
	case len(w.sheets) > limits.Sheets:
		return nil, fmt.Errorf("read workbook: it has %d sheets, more than the limit of %d; split it, or raise limits.sheets: %w", len(w.sheets), limits.Sheets, ErrLimit)
	}
	return w, nil
}

// partOf returns the place in the archive that a relation of the workbook points to.
func partOf(target string) string {
	if strings.HasPrefix(target, "/") {
		return strings.TrimPrefix(path.Clean(target), "/")
	}
	return path.Join("xl", target)
}

func isTrue(value []byte) bool { return string(value) == "1" || string(value) == "true" }

// errNoPart says that a workbook has no such part; some are optional.
var errNoPart = fmt.Errorf("read workbook: a part of it is missing; open it in Excel, save it again and deliver that: %w", ErrDamaged)

// open opens a part of the workbook. What it unpacks to is limited.
func (w *workbook) open(name string) (io.ReadCloser, error) {
	for _, f := range w.archive.File {
		if !strings.EqualFold(f.Name, name) {
			continue
		}
		if f.UncompressedSize64 > uint64(w.limits.Unpacked) {
			return nil, errUnpacked("a part of the workbook", w.limits.Unpacked)
		}
		part, err := f.Open()
		if err != nil {
			return nil, damaged("the workbook", err)
		}
		return struct {
			io.Reader
			io.Closer
		}{&bounded{source: part, packed: int64(f.CompressedSize64), limits: w.limits, what: "a part of the workbook"}, part}, nil
	}
	return nil, errNoPart
}

// maxPart is how large a part may be that is held in memory as a whole: the list of sheets, the styles.
const maxPart = 64 << 20

// decode reads a small part into a structure.
func (w *workbook) decode(name string, into any) error {
	part, err := w.open(name)
	if err != nil {
		return err
	}
	defer part.Close() //nolint:errcheck // opened for reading only
	limited := &bounded{source: part, limits: Limits{Unpacked: maxPart}, what: "a part of the workbook"}
	if err := xml.NewDecoder(limited).Decode(into); err != nil {
		if errors.Is(err, ErrLimit) || errors.Is(err, ErrDamaged) {
			return err
		}
		return errXML
	}
	return nil
}

// load reads what the cells of all sheets point to: their styles and the shared texts.
func (w *workbook) load() error {
	if err := w.loadStyles(); err != nil && err != errNoPart {
		return err
	}
	if err := w.loadStrings(); err != nil && err != errNoPart {
		return err
	}
	return nil
}

func (w *workbook) loadStyles() error {
	var styles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := w.decode("xl/styles.xml", &styles); err != nil {
		return err
	}
	declared := map[int]numberForm{}
	for _, f := range styles.Formats {
		declared[f.ID] = formOf(f.Code)
	}
	for _, c := range styles.Cells {
		form, ok := declared[c.Format]
		if !ok {
			form = numberForm{date: builtinDate(c.Format)}
		}
		w.forms = append(w.forms, form)
	}
	return nil
}

// loadStrings reads the shared texts. Readings for pronunciation are left out.
func (w *workbook) loadStrings() error {
	part, err := w.open("xl/sharedStrings.xml")
	if err != nil {
		return err
	}
	defer part.Close() //nolint:errcheck // opened for reading only
	x := newXMLReader(part, w.limits.Record)
	inText, spoken := false, false
	for {
		kind, err := x.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch kind {
		case xmlStart:
			inText = string(x.name) == "t" && !x.closed
			if string(x.name) == "rPh" {
				spoken = !x.closed
			}
			if string(x.name) == "si" && x.closed {
				w.strings.end()
			}
		case xmlEnd:
			switch string(x.name) {
			case "t":
				inText = false
			case "rPh":
				spoken = false
			case "si":
				w.strings.end()
			}
		case xmlText:
			if !inText || spoken {
				continue
			}
			if len(w.strings.data)+len(x.text)+4*len(w.strings.ends) > w.limits.Held {
				return fmt.Errorf("read workbook: its texts take more than %d bytes of memory; deliver the list as CSV, or raise limits.held: %w", w.limits.Held, ErrLimit)
			}
			w.strings.data = append(w.strings.data, x.text...)
		}
	}
}

// form returns what the style of a cell makes of numbers.
func (w *workbook) form(style []byte) numberForm {
	if len(style) == 0 {
		return numberForm{}
	}
	if i, err := strconv.Atoi(string(style)); err == nil && i >= 0 && i < len(w.forms) {
		return w.forms[i]
	}
	return numberForm{}
}
