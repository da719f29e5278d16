// Package report writes the page that a run is read by.
//
// A Page, filled from the staged run by the reader that everything later uses, walks in; one self-contained HTML
// file walks out: no script, no request to anywhere, a content security policy that allows its one style element
// and nothing else. The promise: the same Page gives the same bytes; a small number in a breakdown cannot be read
// on the page nor worked out from it (disclosure.go), and nothing that is to be hidden reaches the template.
package report

import (
	"embed"
	"fmt"
	"html/template"
	"io"

	"frontdoor/rules"
)

// Page is all that the report is made from. Dates are yyyy-mm-dd.
type Page struct {
	Authority Authority
	Synthetic bool // the data is invented, and the page says so first
	AsAt      string
	Period    *Period // nil for everything that was delivered
	RunID     string
	Program   string // the version that made the run

	Headline  string
	Notes     []string // what a reader must know beside the headline, such as what a missing table cost
	Waterfall []Step
	Figures   []Figure

	Outcomes           []rules.Outcome
	FindingsBySeverity map[rules.Severity]int64

	Settings          []Setting
	ApprovedBy        string // blank: not yet approved
	DefinitionVersion string
	Inputs            []Input
}

// Authority is whose figures they are.
type Authority struct{ Code, Name string }

// Period is the span of days reported on, both ends included.
type Period struct{ From, To string }

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
	Label string
	Count int64
	Kind  Kind
}

// Figure is one number of the run: of the whole where Breakdown is blank, else of one category. A figure without a
// Numerator is not available, and Unavailable says why.
type Figure struct {
	Measure, Title, Wording string
	Breakdown, Category     string
	Numerator, Denominator  *int64
	Rate                    *float64 // a share, 0 to 1
	Unit                    string
	Unavailable             string
	Exclusions              string
	Polarity                string // high, low or none
	Source                  string

	// Counted and Among are the conditions of numerator and denominator as the catalogue writes them, for the
	// definitions; blank where there is none.
	Counted, Among string
}

// Setting is a value of the definition that the council chooses.
type Setting struct{ Name, Value, Meaning string }

// Input is one delivered file. Status is "read", or what kept it from being read.
type Input struct {
	File, Table                 string
	Read, Accepted, Quarantined int64
	Status                      string
}

// Write writes the page. The error is that of w, or tells of a Page that cannot be written.
func Write(w io.Writer, p Page) error {
	v, err := newView(p)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if err := page.Execute(w, v); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

//go:embed page.gohtml page.css
var files embed.FS

var page = template.Must(template.New("page.gohtml").ParseFS(files, "page.gohtml"))
