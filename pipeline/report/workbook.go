package report

import (
	"fmt"
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// marking heads everything that hides nothing.
const marking = "OFFICIAL-SENSITIVE"

// sheetOf is a sheet of the workbook: a heading, and rows under it.
type sheetOf struct {
	name   string
	head   []any
	widths []float64
	rows   [][]any
}

// WriteWorkbook writes every figure of a page, its measures, rules and acronyms as an XLSX workbook. The same page
// gives the same bytes. Texts are written as texts: none of them becomes a formula. A large sheet stands in a file in
// folder, readable by its owner only, until the workbook is written.
func WriteWorkbook(w io.Writer, folder string, p InternalPage) error {
	v, err := p.view()
	if err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	book := excelize.NewFile(excelize.Options{TmpDir: folder}).SetZipWriter(newArchive)
	defer book.Close() //nolint:errcheck // it tells nothing of the files of large sheets, which it removes
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	wrapped, err := book.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	for i, s := range p.sheets(v) {
		if i == 0 {
			err = book.SetSheetName("Sheet1", s.name)
		} else {
			_, err = book.NewSheet(s.name)
		}
		if err == nil {
			err = s.fill(book, bold, wrapped)
		}
		if err != nil {
			return fmt.Errorf("write workbook: %w", err)
		}
	}
	if _, err := book.WriteTo(w); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

// fill writes the marking, the heading and the rows, each once and for good: a sheet whose cells may still be changed costs
// five times as much.
func (s sheetOf) fill(book *excelize.File, bold, wrapped int) error {
	sheet, err := book.NewStreamWriter(s.name)
	if err != nil {
		return err
	}
	for i, width := range s.widths {
		if err := sheet.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := sheet.SetColStyle(1, len(s.widths), wrapped); err != nil {
		return err
	}
	if err := sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 2, TopLeftCell: "A3", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	head := excelize.RowOpts{StyleID: bold}
	if err := sheet.SetRow("A1", []any{marking}, head); err != nil {
		return err
	}
	if err := sheet.SetRow("A2", s.head, head); err != nil {
		return err
	}
	for i, row := range s.rows {
		for at, cell := range row {
			if cell == "" {
				row[at] = nil // a cell that is not there says as much
			}
		}
		if err := sheet.SetRow("A"+strconv.Itoa(i+3), row); err != nil {
			return err
		}
	}
	return sheet.Flush()
}

// sheets lays the page out as sheets.
func (p InternalPage) sheets(v *view) []sheetOf {
	first := sheetOf{name: "Read first", head: []any{v.Title, v.Authority}, widths: []float64{28, 100}, rows: [][]any{
		{"Period", v.Period}, {"Extracts as at", v.AsAt}, {"Headline", v.Headline}, {"Run", v.RunID}, {"Definition", v.Definition},
		{"Small numbers", "Nothing is hidden here. What may be passed on is report.html, under the policy: " + v.Small.Name},
	}}
	if v.Synthetic {
		first.rows = append(first.rows, []any{"Synthetic", "Every child, contact and number is invented"})
	}
	for _, note := range v.Notes {
		first.rows = append(first.rows, []any{"Note", note})
	}
	figures, crossed := p.figureSheet("Figures", p.figures), p.figureSheet("Parts by period", p.crossed)
	measures := sheetOf{
		name: "Measures", widths: []float64{24, 36, 60, 14, 50, 50, 40, 24, 40, 12},
		head: []any{"Measure", "Title", "Wording", "Unit", "Numerator", "Denominator", "Left out", "Reading", "Source", "Definition"},
	}
	for _, m := range p.measures {
		measures.rows = append(measures.rows, []any{m.ID, m.Title, m.Wording, m.Unit, m.Numerator, m.Denominator, m.Exclusions, reading(m.Polarity), m.Source, m.Version})
	}
	outcomes := sheetOf{
		name: "Rules", widths: []float64{14, 60, 12, 12, 40, 14, 12},
		head: []any{"Rule", "What it says", "Severity", "Outcome", "Why", "Looked at", "Findings"},
	}
	for _, o := range p.page.Outcomes {
		outcomes.rows = append(outcomes.rows, []any{o.Rule, o.Title, string(o.Severity), string(o.Status), o.Reason, o.Looked, o.Failures})
	}
	words := sheetOf{name: "Acronyms", head: []any{"Acronym", "In words", "What it is"}, widths: []float64{14, 44, 80}}
	for _, a := range v.Acronyms {
		words.rows = append(words.rows, []any{a.Short, a.Long, a.Plain})
	}
	return []sheetOf{first, figures, crossed, measures, outcomes, words}
}

// figureSheet lays figures out, one a row.
func (p InternalPage) figureSheet(name string, figures []figure) sheetOf {
	s := sheetOf{
		name: name, widths: []float64{24, 36, 18, 20, 12, 12, 18, 26, 12, 12, 14, 12, 40},
		head: []any{"Measure", "Title", "Kind of period", "Period", "From", "To", "Breakdown", "Category", "Numerator", "Denominator", "Figure", "Unit", "Not available"},
	}
	for _, f := range figures {
		m := p.measure(f.Measure)
		s.rows = append(s.rows, []any{
			f.Measure, m.Title, words(f.Period.Kind), periodName(f.Period), f.Period.From, f.Period.To, f.Breakdown, f.Category,
			number(f.Numerator), number(f.Denominator), f.Value.String(), m.Unit, f.Unavailable,
		})
	}
	return s
}

// measure returns a measure of the sheet.
func (s *sheet) measure(id string) Measure {
	for _, m := range s.measures {
		if m.ID == id {
			return m
		}
	}
	return Measure{}
}

// number returns a count as a number of the sheet, or nothing.
func number(s Shown) any {
	if n, ok := s.Value(); ok {
		return n
	}
	return nil
}
