package report

import (
	"slices"
	"strconv"
	"sync"
)

// PublicPage is a page without what disclosure control hides.
type PublicPage struct{ *sheet }

// InternalPage is a page with every number.
type InternalPage struct{ *sheet }

// sheet is a page as its readers see it: numbers stand in it as Shown and in no other way, but for the counts of
// rules, findings and files, which are exempt.
type sheet struct {
	page     Page // without figures
	public   bool
	figures  []figure
	of       map[string][]figure // the same by measure
	crossed  []figure            // parts of quarters, half years and years; none on a public page
	measures []Measure
	view     func() (*view, error) // what the template and the workbook see; made once
}

// ready makes of the figures what the writers look into.
func (s *sheet) ready() *sheet {
	s.of = map[string][]figure{}
	for _, f := range s.figures {
		s.of[f.Measure] = append(s.of[f.Measure], f)
	}
	s.view = sync.OnceValues(func() (*view, error) { return newView(s) })
	return s
}

// figure is a figure as readers see it.
type figure struct {
	Measure                       string
	Period                        Period
	Breakdown, Category           string
	Numerator, Denominator, Value Shown
	Unavailable                   string
}

// Public hides what the marks of disclosure control say.
func (p Page) Public() PublicPage {
	s := &sheet{page: p, public: true}
	s.page.Figures, s.page.Crossed, s.page.Measures, s.page.Teams = nil, nil, nil, nil
	hidden := map[string]bool{} // measures whose whole is hidden
	for _, f := range p.Figures {
		if f.Publish == "internal" {
			continue
		}
		numerator := f.Publish == "shown" || f.Publish == "process count" || f.Publish == "denominator hidden"
		denominator := f.Publish == "shown" || f.Publish == "process count" || f.Publish == "numerator hidden"
		shown := p.show(f, numerator, denominator)
		if f.Breakdown == "" && f.Period.Kind == "whole" && shown.Value.Hidden() {
			hidden[f.Measure] = true
		}
		s.figures = append(s.figures, shown)
	}
	for _, m := range p.Measures {
		if hidden[m.ID] { // a colour would tell of the number
			m.Standing, m.Outside = Standing{}, false
		}
		s.measures = append(s.measures, m)
	}
	return PublicPage{s.ready()}
}

// Internal shows every number.
func (p Page) Internal() InternalPage {
	s := &sheet{page: p, measures: p.Measures}
	s.page.Figures, s.page.Crossed, s.page.Measures, s.page.Policy.RoundTo = nil, nil, nil, 1
	exact := p
	exact.Policy.RoundTo = 1
	for _, f := range p.Crossed {
		s.crossed = append(s.crossed, exact.show(f, true, true))
	}
	for _, f := range p.Figures {
		s.figures = append(s.figures, exact.show(f, true, true))
	}
	return InternalPage{s.ready()}
}

// show makes the parts of a figure that may be seen.
func (p Page) show(f Figure, numerator, denominator bool) figure {
	shown := figure{Measure: f.Measure, Period: f.Period, Breakdown: f.Breakdown, Category: f.Category, Unavailable: f.Unavailable}
	if f.Numerator == nil {
		return shown
	}
	m := p.measure(f.Measure)
	shown.Numerator, shown.Value = keep(p.Policy.Hidden), keep(p.Policy.Hidden)
	if numerator {
		shown.Numerator = counted(*f.Numerator, p.Policy.RoundTo)
	}
	if f.Denominator != nil {
		shown.Denominator = keep(p.Policy.Hidden)
		if denominator {
			shown.Denominator = counted(*f.Denominator, p.Policy.RoundTo)
		}
	}
	if numerator && denominator {
		shown.Value = Shown{text: p.Policy.NoRate}
		switch {
		case f.Value == nil && !m.Rate:
			shown.Value = shown.Numerator
		case f.Value == nil:
		case m.Unit == "percent":
			shown.Value = Shown{text: percentage(*f.Value, m.Places)}
		default:
			shown.Value = Shown{text: strconv.FormatFloat(*f.Value, 'f', m.Places, 64)}
		}
	}
	return shown
}

func (p Page) measure(id string) Measure {
	if i := slices.IndexFunc(p.Measures, func(m Measure) bool { return m.ID == id }); i >= 0 {
		return p.Measures[i]
	}
	return Measure{Places: 1}
}

// whole returns the figure of a measure for the reporting period; ok is false where there is none.
func (s *sheet) whole(measure string) (figure, bool) {
	for _, f := range s.of[measure] {
		if f.Breakdown == "" && f.Period.Kind == "whole" && f.Unavailable == "" {
			return f, true
		}
	}
	return figure{}, false
}

// count returns the count of a measure for the whole, or of one category, as far as it may be seen.
func (s *sheet) count(measure, breakdown, category string) Shown {
	for _, f := range s.of[measure] {
		if f.Breakdown == breakdown && f.Category == category && f.Period.Kind == "whole" && f.Unavailable == "" {
			return f.Numerator
		}
	}
	return Shown{}
}
