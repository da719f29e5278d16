// Package report writes the pages that a run is read by, and its workbook.
//
// A Page, filled from a stored run by the reader that everything later uses, walks in; self-contained files walk out:
// HTML without script or request, with a content security policy that allows its one style element and nothing else,
// and an XLSX workbook. The promise: the same Page gives the same bytes; and a number that disclosure control hides
// cannot reach a public page, because WritePublic takes a PublicPage and only Page.Public makes one, without it.
package report

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"

	"frontdoor/rules"
)

// Page is all that the reports are made from, unsuppressed. Nothing writes it: Public or Internal make of it what may
// be written. Dates are yyyy-mm-dd.
type Page struct {
	Authority Authority
	Synthetic bool // the data is invented, and the page says so first
	AsAt      string
	Period    Period // the reporting period
	RunID     string
	Program   string // the version that made the run

	NotDelivered []string // the fields of contacts that no file has

	Notes    []string // what a reader must know beside the headline, such as what a missing table cost
	Measures []Measure
	Figures  []Figure
	Crossed  []Figure // parts of quarters, half years and years; for the workbook
	Policy   Policy

	Outcomes           []rules.Outcome
	FindingsBySeverity map[rules.Severity]int64
	Teams              []Team // findings by team; internal

	Settings          []Setting
	ApprovedBy        string // blank: not yet approved
	DefinitionVersion string
	Neighbours        []NeighbourList // newest first
	Terms             []Term
	Inputs            []Input
}

// Authority is whose figures they are.
type Authority struct{ Code, Name string }

// Period is a span of days, both included, with its kind and name.
type Period struct {
	Kind, Label, From, To string
}

// Measure is what a figure counts, with what it may be read beside.
type Measure struct {
	ID, Group, Title, Wording, Kind, Unit string
	Numerator, Denominator, Table         string
	Exclusions, Polarity, Limit, Source   string
	Version, Notes, Changed               string
	Places                                int
	Rate                                  bool // it has a denominator
	Waterfall                             bool
	Beside                                []Beside
	Standing                              Standing
	Expected                              string // the range that the council expects, in words
	Outside                               bool
	Breaks                                []Break
}

// Beside is a figure of another area, or a note why there is none.
type Beside struct {
	Area, Year, Note string
	Value            *float64
}

// Standing is where a rate stands against the council's target. Colour is green, amber, red, grey or blank.
type Standing struct{ Colour, Rule string }

// Break is a day across which a series is not to be read as one.
type Break struct{ On, Why string }

// NeighbourList is the authority's statistical neighbours in the list of a year, closest first.
type NeighbourList struct {
	Year  string
	Names []string
}

// Term is a word that the council uses in place of another.
type Term struct{ Term, Says, From, Why string }

// Figure is one number of the run: of a whole period where Breakdown is blank, else of one category. A figure without
// a Numerator is not available, and Unavailable says why. Publish is the mark of disclosure control.
type Figure struct {
	Measure                string
	Period                 Period
	Breakdown, Category    string
	Numerator, Denominator *int64
	Value                  *float64 // a share, a rate per 10,000, a median or mean
	Unavailable            string
	Publish                string
}

// Policy is the disclosure policy that the marks follow, as readers are told of it.
type Policy struct {
	Name, Words, Exempt, ApprovedBy string
	RoundTo                         int64
	Hidden, NotAvailable, NoRate    string
}

// Kind says what a step of the waterfall does.
type Kind string

// The kinds of steps. Each total and result is the total before it less the deductions between.
const (
	Total     Kind = "total"
	Deduction Kind = "deduction"
	Result    Kind = "result" // the last total: what the page is about
)

// Step is one line of the waterfall. Count is never negative.
type Step struct {
	Label   string
	Count   int64
	Kind    Kind
	Unknown bool // the extract cannot tell, so nothing is taken off
}

// Setting is a value of the definition that the council chooses.
type Setting struct{ Name, Value, Meaning string }

// Input is one delivered file. Status is "read", or what kept it from being read.
type Input struct {
	File, Table                 string
	Read, Accepted, Quarantined int64
	Status                      string
}

// Team is how many findings the records of a team have.
type Team struct {
	Name              string
	Records, Findings int64
}

// WritePublic writes the page that may be passed on. The error is that of w, or tells of a page that cannot be written.
func WritePublic(w io.Writer, p PublicPage) error { return write(w, p.sheet) }

// WriteInternal writes the page for those who may see every number.
func WriteInternal(w io.Writer, p InternalPage) error { return write(w, p.sheet) }

func write(w io.Writer, s *sheet) error {
	v, err := s.view()
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	var text bytes.Buffer // a template writes every few letters by themselves
	if err := page.Execute(&text, v); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if _, err := text.WriteTo(w); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

//go:embed page.gohtml page.css
var files embed.FS

var page = template.Must(template.New("page.gohtml").ParseFS(files, "page.gohtml"))
