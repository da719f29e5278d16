package measure

import (
	"fmt"
	"time"

	"frontdoor/schemas"
)

// PeriodKind says what a period is.
type PeriodKind string

// The kinds of periods. Months, quarters and half years are those of the calendar that lie in the reporting period; the
// others end with it and may begin before.
const (
	Whole         PeriodKind = "whole"
	Month         PeriodKind = "month"
	Quarter       PeriodKind = "quarter"
	HalfYear      PeriodKind = "half_year"
	FinancialYear PeriodKind = "financial_year"    // to date, from 1 April
	AcademicYear  PeriodKind = "academic_year"     // to date, from 1 September
	Rolling       PeriodKind = "rolling_12_months" // a whole year to its last day
)

// Period is a span of days, both included. Label names it: 2019-04, 2019-20 Q1, 2019-20 H1, or what its kind says.
// Partial marks a month that the reporting period cuts.
type Period struct {
	Kind     PeriodKind
	Label    string
	From, To schemas.Day
	Partial  bool
}

// Span is the reporting period, both days included.
type Span struct{ From, To schemas.Day }

// periods returns every period of a reporting period: the whole first, then months, quarters and half years in order,
// then those that end with it. A quarter or half year that it cuts is left out; quarters count from April.
func periods(s Span) []Period {
	all := []Period{{Kind: Whole, Label: string(Whole), From: s.From, To: s.To}}
	for _, step := range []struct {
		kind   PeriodKind
		months int
	}{{Month, 1}, {Quarter, 3}, {HalfYear, 6}} {
		for first := startOf(s.From, step.months); first <= s.To; first = addMonths(first, step.months) {
			p := Period{Kind: step.kind, From: first, To: addMonths(first, step.months) - 1}
			p.Label = label(p)
			if cut := p.From < s.From || p.To > s.To; cut {
				if step.kind != Month {
					continue
				}
				p.From, p.To, p.Partial = max(p.From, s.From), min(p.To, s.To), true
			}
			all = append(all, p)
		}
	}
	for _, p := range []Period{
		{Kind: FinancialYear, From: yearFrom(s.To, time.April)},
		{Kind: AcademicYear, From: yearFrom(s.To, time.September)},
		{Kind: Rolling, From: monthsBack(s.To+1, 12)},
	} {
		p.To, p.Label = s.To, string(p.Kind)
		all = append(all, p)
	}
	return all
}

func label(p Period) string {
	day := schemas.Date(p.From)
	if p.Kind == Month {
		return day.Format("2006-01")
	}
	month, year := int(day.Month()), day.Year()
	if month < int(time.April) {
		month, year = month+12, year-1
	}
	lead, months := "Q", 3
	if p.Kind == HalfYear {
		lead, months = "H", 6
	}
	return fmt.Sprintf("%d-%02d %s%d", year, (year+1)%100, lead, (month-int(time.April))/months+1)
}

// startOf returns the first day of the month, quarter or half year, counted from April, that a day lies in.
func startOf(day schemas.Day, months int) schemas.Day {
	t := schemas.Date(day)
	since := (int(t.Month()) + 12 - int(time.April)) % 12 % months
	return schemas.DayOf(t.Year(), t.Month()-time.Month(since), 1)
}

// addMonths moves a first of a month.
func addMonths(first schemas.Day, months int) schemas.Day {
	t := schemas.Date(first)
	return schemas.DayOf(t.Year(), t.Month()+time.Month(months), 1)
}

// yearFrom returns the latest first day of a month up to a day.
func yearFrom(day schemas.Day, month time.Month) schemas.Day {
	t := schemas.Date(day)
	first := schemas.DayOf(t.Year(), month, 1)
	if first > day {
		first = schemas.DayOf(t.Year()-1, month, 1)
	}
	return first
}

// monthsBack returns the same day of an earlier month, or its last day where it has no such day.
func monthsBack(day schemas.Day, months int) schemas.Day {
	t := schemas.Date(day)
	first := time.Date(t.Year(), t.Month()-time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	return schemas.DayOf(first.Year(), first.Month(), min(t.Day(), first.AddDate(0, 1, -1).Day()))
}

// earliestWithin returns the earliest day whose anniversary after so many months is the given day or later. The
// anniversary of 29 February is 28 February where there is no 29th.
func earliestWithin(day schemas.Day, months int) schemas.Day {
	first := monthsBack(day, months)
	for monthsBack(first, -months) < day {
		first++
	}
	return first
}

// covers tells whether a measure is computed for periods of a kind.
func (m *Measure) covers(kind PeriodKind) bool {
	if kind == Whole {
		return true
	}
	if m.Kind == Process {
		return false
	}
	if m.Kind == Snapshot && kind != Month && kind != Quarter && kind != HalfYear {
		return false // they end with the whole and say the same
	}
	if len(m.Periods) == 0 {
		return true
	}
	for _, p := range m.Periods {
		if p == string(kind) {
			return true
		}
	}
	return false
}
