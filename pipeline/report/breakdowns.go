package report

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdoor/schemas"
)

// publication is a breakdown as the page prints it: which measures stand side by side. What is not listed here is
// not on the page. Two breakdowns of one measure never nest in each other (a source and the group that it is in),
// because their differences would tell what is hidden.
type publication struct {
	field    string
	measures []string
	// public are categories whose count is a total elsewhere on the page.
	public []string
	// sums divides the categories into parts that add up to totals elsewhere on the page; nil for one part.
	sums func(categories []string) []block
	// known tells whether a category may be named; all others are one, because a delivered text may say anything.
	known func(category string) bool
	name  func(category string) string
	// order are the first categories, as they are to stand; those without a value stand last in any case.
	order []string
}

var (
	became = publication{field: "became", measures: []string{"became"}, public: []string{"referral", "referral not found in the extract"}, name: capital,
		order: []string{"referral", "referral not found in the extract", "early help", "advice", "no further action", "passed to an existing case", "another authority", "other", "too recent to judge, or not yet decided"}}
	months = publication{field: "month", measures: []string{"unique_contacts", "conversion_unique", "referral_in_one_day"}, name: monthName}
	groups = publication{field: "source_group", measures: []string{"unique_contacts", "conversion_unique", "one_source_only", "repeat_30d"}, name: capital}
	source = publication{field: "source", measures: []string{"contacts"}, known: isSource, name: sourceName}
	days   = publication{field: "working_days", measures: []string{"days_to_referral"}, sums: oneDay, name: daysName}
	missed = publication{field: "missed_by_working_days", measures: []string{"referrals_missed"}, name: daysName}
)

// part is what one measure shows of one breakdown, category by category.
type part struct {
	title       string
	numerators  []Shown
	denominator []Shown // nil for a count and for a share of the whole
	rates       []Shown // nil for a count
	unavailable string
}

// suppressed is a breakdown as readers see it.
type suppressed struct {
	keys       []string // the categories as the figures name them
	categories []string
	parts      map[string]*part // by measure
}

// disclose gathers the figures of a publication, hides what must be hidden and returns what is left.
func (pub publication) disclose(all []Figure) suppressed {
	s := suppressed{parts: map[string]*part{}}
	var figures []Figure
	for _, f := range all {
		if !slices.Contains(pub.measures, f.Measure) {
			continue
		}
		if f.Breakdown == "" {
			s.parts[f.Measure] = &part{title: f.Title, unavailable: f.Unavailable}
		}
		if f.Breakdown == pub.field && f.Numerator != nil {
			if pub.known != nil && !pub.known(f.Category) {
				f.Category = notMapped
			}
			figures = append(figures, f)
			if !slices.Contains(s.keys, f.Category) {
				s.keys = append(s.keys, f.Category)
			}
		}
	}
	if pub.field == "month" || strings.HasSuffix(pub.field, "working_days") {
		slices.SortFunc(s.keys, inOrder)
	}
	slices.SortStableFunc(s.keys, func(a, b string) int { return pub.rank(a) - pub.rank(b) })
	for _, key := range s.keys {
		s.categories = append(s.categories, pub.name(key))
	}

	b := breakdown{categories: s.keys}
	blocks := []block{whole(len(s.keys))}
	if pub.sums != nil {
		blocks = pub.sums(s.keys)
	}
	fixed := map[int]bool{}
	for i, key := range s.keys {
		if slices.Contains(pub.public, key) {
			fixed[i] = true
		}
	}
	type pair struct{ numerator, denominator *column }
	columns := map[string]pair{}
	for _, id := range pub.measures {
		numerators, denominators, shares := cells(figures, id, s.keys)
		if numerators == nil {
			continue
		}
		var p pair
		if denominators != nil && !shares {
			p.denominator = b.add(denominators, nil, blocks, nil)
		}
		p.numerator = b.add(numerators, p.denominator, blocks, fixed)
		columns[id] = p
	}
	b.suppress()

	for id, p := range columns {
		shown := s.parts[id]
		if shown == nil {
			shown = &part{}
			s.parts[id] = shown
		}
		for i := range s.keys {
			shown.numerators = append(shown.numerators, p.numerator.shown(i))
			if p.denominator != nil {
				shown.denominator = append(shown.denominator, p.denominator.shown(i))
				shown.rates = append(shown.rates, rate(p.numerator.shown(i), p.denominator.shown(i)))
			}
		}
		if total, ok := shareOf(figures, id); ok && p.denominator == nil {
			for i := range s.keys {
				shown.rates = append(shown.rates, rate(p.numerator.shown(i), exempt(total)))
			}
		}
	}
	return s
}

// rank says where a category stands: in the declared order, then all others, then those without a value.
func (pub publication) rank(category string) int {
	if i := slices.Index(pub.order, category); i >= 0 {
		return i
	}
	switch category {
	case notMapped:
		return len(pub.order) + 1
	case notRecorded:
		return len(pub.order) + 2
	}
	return len(pub.order)
}

// cells returns the counts of a measure by category, 0 where it has none, or nil where the measure has no figure.
// A measure of which every category has the same denominator tells shares of the whole.
func cells(figures []Figure, measure string, keys []string) (numerators, denominators []int64, shares bool) {
	for _, f := range figures {
		if f.Measure != measure {
			continue
		}
		if numerators == nil {
			numerators = make([]int64, len(keys))
		}
		at := slices.Index(keys, f.Category)
		numerators[at] += *f.Numerator
		if f.Denominator != nil {
			if denominators == nil {
				denominators = make([]int64, len(keys))
			}
			denominators[at] += *f.Denominator
		}
	}
	_, shares = shareOf(figures, measure)
	return numerators, denominators, shares
}

// shareOf returns the whole that a measure tells shares of; ok is false for any other measure.
func shareOf(figures []Figure, measure string) (whole int64, ok bool) {
	var sum int64
	for _, f := range figures {
		if f.Measure != measure {
			continue
		}
		if f.Denominator == nil || ok && *f.Denominator != whole {
			return 0, false
		}
		whole, ok = *f.Denominator, true
		sum += *f.Numerator
	}
	return whole, ok && sum == whole
}

func whole(n int) block {
	all := make(block, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// oneDay divides working days at one: how many referrals came within one working day is a total of its own.
func oneDay(categories []string) []block {
	var soon, later block
	for i, c := range categories {
		if n, err := strconv.Atoi(c); err == nil && n <= 1 {
			soon = append(soon, i)
		} else {
			later = append(later, i)
		}
	}
	return []block{soon, later}
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

// capital writes the first letter of a category large.
func capital(text string) string {
	if text == "" || text[0] < 'a' || text[0] > 'z' {
		return text
	}
	return string(text[0]-'a'+'A') + text[1:]
}

// lower writes the first letter of a label small.
func lower(text string) string {
	if text == "" || text[0] < 'A' || text[0] > 'Z' {
		return text
	}
	return string(text[0]-'A'+'a') + text[1:]
}
