package report

import (
	"slices"
	"strconv"
	"time"

	"frontdoor/schemas"
)

// breakdown is how the page tells a field apart.
type breakdown struct {
	field string
	name  func(category string) string
	// order are the first categories, as they are to stand; those without a value stand last in any case.
	order []string
}

var (
	became = breakdown{field: "became", name: capital,
		order: []string{"referral", "referral not found in the extract", "early help", "advice", "no further action", "passed to an existing case", "another authority", "other", "too recent to judge, or not yet decided"}}
	groups     = breakdown{field: "source_group", name: capital}
	source     = breakdown{field: "source", name: sourceName}
	days       = breakdown{field: "working_days", name: daysName}
	missed     = breakdown{field: "missed_by_working_days", name: daysName}
	months     = breakdown{field: monthField, name: monthName}
	anyBy      = map[string]breakdown{"source": source, "source_group": groups, "became": became, "working_days": days, "missed_by_working_days": missed}
	fieldNames = map[string]string{
		"source": "Source", "source_group": "Group of sources", "class": "Class", "evidence": "Evidence", "became": "What became of them", "working_days": "Working days",
		"link_method": "How the referral is linked", "status": "Linked to a contact", "allocated_team": "Team",
	}
)

// monthField stands for the months of a measure, which are periods and no field.
const monthField = "month"

// by returns how a field is told apart.
func by(field string) breakdown {
	if b, own := anyBy[field]; own {
		return b
	}
	return breakdown{field: field, name: capital}
}

// fieldName words a field.
func fieldName(field string) string {
	if name, own := fieldNames[field]; own {
		return name
	}
	return capital(words(field))
}

// words writes a name with blanks.
func words(name string) string {
	text := []byte(name)
	for i, c := range text {
		if c == '_' {
			text[i] = ' '
		}
	}
	return string(text)
}

// column is what one measure shows of a breakdown, category by category.
type column struct {
	figures     map[string]figure
	unavailable string
}

// told is a breakdown with what measures show of it.
type told struct {
	keys       []string // the categories as the figures name them
	categories []string // and as readers do
	columns    map[string]*column
}

// tell gathers what measures show of a breakdown. Sources that no list knows are one category, because a delivered
// text may say anything.
func (s *sheet) tell(b breakdown, measures ...string) told {
	t := told{columns: map[string]*column{}}
	for _, measure := range measures {
		if figures := s.of[measure]; len(figures) > 0 {
			c := &column{figures: map[string]figure{}}
			t.columns[measure] = c
			for _, f := range figures {
				t.enter(c, b, f)
			}
		}
	}
	slices.SortFunc(t.keys, inOrder)
	slices.SortStableFunc(t.keys, func(a, c string) int { return b.rank(a) - b.rank(c) })
	for _, key := range t.keys {
		t.categories = append(t.categories, b.name(key))
	}
	return t
}

// enter adds a figure of a measure if it is of the breakdown.
func (t *told) enter(c *column, b breakdown, f figure) {
	if f.Unavailable != "" {
		if f.Period.Kind == "whole" {
			c.unavailable = f.Unavailable
		}
		return
	}
	key := f.Category
	if b.field == monthField {
		if f.Period.Kind != "month" {
			return
		}
		key = f.Period.Label
	} else if f.Breakdown != b.field {
		return
	}
	if b.field == "source" && !isSource(key) {
		key = notMapped
		f = sumOf(c.figures[key], f)
	}
	c.figures[key] = f
	if !slices.Contains(t.keys, key) {
		t.keys = append(t.keys, key)
	}
}

// sumOf adds two figures of one kind; what is hidden in one is hidden in the sum, and a rate is not added up.
func sumOf(a, b figure) figure {
	if a.Numerator.text == "" {
		return b
	}
	add := func(x, y Shown) Shown {
		n, seen := x.Value()
		m, also := y.Value()
		switch {
		case x.Hidden() || !seen:
			return x
		case y.Hidden() || !also:
			return y
		}
		return counted(n+m, 1)
	}
	b.Numerator, b.Denominator, b.Value = add(a.Numerator, b.Numerator), add(a.Denominator, b.Denominator), Shown{}
	return b
}

// rank says where a category stands: in the declared order, then all others, then those without a value.
func (b breakdown) rank(category string) int {
	if i := slices.Index(b.order, category); i >= 0 {
		return i
	}
	switch category {
	case notMapped:
		return len(b.order) + 1
	case notRecorded:
		return len(b.order) + 2
	}
	return len(b.order)
}

// inOrder sorts whole numbers by size and everything else, behind them, as text.
func inOrder(a, b string) int {
	x, errX := strconv.Atoi(a)
	y, errY := strconv.Atoi(b)
	switch {
	case errX == nil && errY == nil:
		return x - y
	case errX == nil:
		return -1
	case errY == nil:
		return 1
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func monthName(category string) string {
	t, err := time.Parse("2006-01", category)
	if err != nil {
		return capital(category)
	}
	return t.Format("January 2006")
}

func daysName(category string) string {
	n, err := strconv.Atoi(category)
	switch {
	case err != nil:
		return capital(category)
	case n == -1:
		return "1 working day before"
	case n < 0:
		return strconv.Itoa(-n) + " working days before"
	case n == 0:
		return "No working day between"
	case n == 1:
		return "1 working day"
	}
	return category + " working days"
}

const (
	notMapped   = "not mapped"
	notRecorded = "not recorded"
)

// isSource tells whether a source is a code, or says that there is none.
func isSource(category string) bool {
	codes, err := schemas.LoadCodeSet("referral_source")
	return category == notRecorded || err == nil && codes.Has(category)
}

// sourceName adds what a code of the children in need census means.
func sourceName(category string) string {
	codes, err := schemas.LoadCodeSet("referral_source")
	if err != nil || codes.Place(category) < 0 {
		return capital(category)
	}
	c := codes.Codes[codes.Place(category)]
	return c.Code + ": " + c.Label
}
