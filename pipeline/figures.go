package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"frontdoor/pipeline/dedupe"
	"frontdoor/pipeline/measure"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// measureInput hands what was decided, and what was delivered, to the measures.
func (j *job) measureInput(read *joined, decided *dedupe.Result) measure.Input {
	figures := j.figures
	in := measure.Input{
		Delivered: map[string]bool{}, Counts: map[string]int{}, Tables: map[string]*table.Table{}, AsAt: schemas.Day(*j.config.AsAt),
		Calendar: j.catalogue.calendar, Population: figures.population, Purposes: purposes(j.config.Join), Policy: figures.file.Disclosure,
	}
	for _, part := range read.collections {
		for name, t := range part.tables {
			in.Tables[part.collection.Name+"."+name] = t
			in.Delivered[name] = true
			for _, column := range t.Columns {
				in.Delivered[name+"."+column.Field.Name] = column.Delivered()
			}
		}
	}
	for _, f := range read.files {
		if read.holds(f, "contacts") {
			in.Counts["rows_read"] += f.report.Read
			in.Counts["rows_quarantined"] += f.report.Quarantined
		}
	}
	period := reportingPeriod(j.config, decided)
	in.Period = measure.Span{From: schemas.Day(period.From), To: schemas.Day(period.To)}
	in.Held = in.Period
	if decided == nil {
		in.Unavailable = "contacts not delivered, or not readable"
		return in
	}
	in.Held = measure.Span{From: decided.HeldFrom, To: decided.HeldTo}
	for name, t := range map[string]*table.Table{"contacts": decided.Contacts, "incidents": decided.Incidents, "referrals": decided.Referrals} {
		in.Tables[name] = t
	}
	for _, p := range decided.Grid {
		in.Grid = append(in.Grid, measure.GridPoint(p))
	}
	return in
}

// purposes returns what collections are joined for, by the names that measures have for it.
func purposes(j Join) []string {
	if j.School {
		return []string{school}
	}
	return nil
}

// authorityFigures is what figures depend on beside the extracts: the catalogue, what the council says about its
// figures, and what is published about other areas.
type authorityFigures struct {
	code      string
	catalogue *measure.Catalogue
	file      *measure.Authority
	calendar  *schemas.Calendar
	text      []byte // of the council's file
}

// figuresFile is the council's file among the declarations that a run keeps.
const figuresFile = "measures/authority.yaml"

// loadFigures reads the council's file. The cause of the error is ErrConfig where it is to be mended. What is published
// about other areas is read meanwhile: nothing asks for it before the extracts are read.
func loadFigures(code string, text []byte, catalogue *measure.Catalogue) (*authorityFigures, error) {
	f := &authorityFigures{code: code, text: text, catalogue: catalogue}
	go reference()
	var err error
	if f.calendar, err = schemas.LoadCalendar("england"); err != nil {
		return nil, err
	}
	if f.file, err = measure.ParseAuthority(text, f.catalogue); err != nil {
		return nil, fmt.Errorf("%w: %w", err, ErrConfig)
	}
	return f, nil
}

// reference is what is published about other areas.
func reference() *measure.Reference {
	r, err := measure.LoadReference()
	if err != nil {
		panic(err) // it is inside the program
	}
	return r
}

// figures reads the council's file that the configuration names, if it names one.
func (c *Config) figures(catalogue *measure.Catalogue) (*authorityFigures, error) {
	var text []byte
	if c.Figures != "" {
		var err error
		if text, err = os.ReadFile(c.path(c.Figures)); err != nil {
			return nil, fmt.Errorf("read figures file: %w: %w", pathless(err), ErrConfig)
		}
	}
	return loadFigures(string(c.Authority), text, catalogue)
}

// pathless returns what went wrong with a file, without its path.
func pathless(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// population returns the residents aged 0 to 17: the council's own number where it gives one.
func (f *authorityFigures) population(year int) (people int64, known bool) {
	if people, known = f.file.People[year]; known {
		return people, true
	}
	return reference().PeopleOf(f.code, year)
}

// declarations returns what figures depend on beside the catalogue, by the path in the run.
func (f *authorityFigures) declarations() (map[string][]byte, error) {
	texts := map[string][]byte{path.Join(measureFolder, "disclosure.yaml"): measure.PolicySource()}
	published, err := measure.ReferenceSource()
	if err != nil {
		return nil, err
	}
	for name, text := range published {
		texts[path.Join(measureFolder, "reference", name+".yaml")] = text
	}
	if len(f.text) > 0 {
		texts[figuresFile] = f.text
	}
	return texts, nil
}
