package measure

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// attack is what a reader can set up from a page: an unknown for every number, published or not, with the numbers
// that it could be, and sums that hold. It knows what the measures mean and nothing of how the marks were made.
type attack struct {
	number map[string]int
	names  []string
	low    []int64
	high   []int64
	truth  []int64
	sums   [][]term // each adds up to nought
	uses   [][]int  // by unknown: the sums that it stands in
}

type term struct {
	unknown int
	times   int64
}

const most = int64(1000)

// unknown returns the place of a number by its name.
func (a *attack) unknown(name string, truth int64) int {
	if at, known := a.number[name]; known {
		return at
	}
	at := len(a.low)
	a.number[name] = at
	a.names = append(a.names, name)
	a.low, a.high, a.truth, a.uses = append(a.low, 0), append(a.high, most), append(a.truth, truth), append(a.uses, nil)
	return at
}

// sum says that the parts add up to the whole; a rest, if there may be one, is an unknown of its own.
func (a *attack) sum(whole int, parts []int, rest bool) {
	terms := []term{{whole, -1}}
	left := a.truth[whole]
	for _, p := range parts {
		terms = append(terms, term{p, 1})
		left -= a.truth[p]
	}
	if rest {
		terms = append(terms, term{a.unknown(fmt.Sprint("rest of ", whole, parts), left), 1})
	}
	for _, t := range terms {
		a.uses[t.unknown] = append(a.uses[t.unknown], len(a.sums))
	}
	a.sums = append(a.sums, terms)
}

// narrow draws every conclusion from the bounds of the other terms of a sum; ok is false when nothing fits.
func (a *attack) narrow(low, high []int64, from []int) (ok bool) {
	queue := slices.Clone(from)
	for len(queue) > 0 {
		terms := a.sums[queue[0]]
		queue = queue[1:]
		var least, greatest int64
		for _, t := range terms {
			l, h := t.times*low[t.unknown], t.times*high[t.unknown]
			least, greatest = least+min(l, h), greatest+max(l, h)
		}
		for _, t := range terms {
			l, h := t.times*low[t.unknown], t.times*high[t.unknown]
			restLeast, restGreatest := least-min(l, h), greatest-max(l, h)
			newLow, newHigh := -restGreatest, -restLeast // times·x lies between
			if t.times < 0 {
				newLow, newHigh = restLeast, restGreatest
			}
			if newLow > low[t.unknown] || newHigh < high[t.unknown] {
				low[t.unknown], high[t.unknown] = max(low[t.unknown], newLow), min(high[t.unknown], newHigh)
				if low[t.unknown] > high[t.unknown] {
					return false
				}
				queue = append(queue, a.uses[t.unknown]...)
				l2, h2 := t.times*low[t.unknown], t.times*high[t.unknown]
				least, greatest = restLeast+min(l2, h2), restGreatest+max(l2, h2)
			}
		}
	}
	return true
}

// conclude solves the sums for one unknown after the other and draws every conclusion from the solved sums as well.
func (a *attack) conclude() (ok bool) {
	if !a.narrow(a.low, a.high, a.all()) {
		return false
	}
	free := map[int]int{}
	var unknowns []int
	for at := range a.low {
		if a.low[at] < a.high[at] && len(a.uses[at]) > 0 {
			free[at] = len(unknowns)
			unknowns = append(unknowns, at)
		}
	}
	var rows [][]float64
	for _, terms := range a.sums {
		row := make([]float64, len(unknowns)+1)
		any := false
		for _, t := range terms {
			if at, is := free[t.unknown]; is {
				row[at] += float64(t.times)
				any = true
			} else {
				row[len(unknowns)] -= float64(t.times * a.low[t.unknown])
			}
		}
		if any {
			rows = append(rows, row)
		}
	}
	// Narrow unknowns last, so that solved sums speak of them alone where they can.
	for pass := range 2 {
		solved := solve(rows, len(unknowns), pass == 1)
		for range 4 {
			for _, row := range solved {
				if !a.narrowBy(row, unknowns) {
					return false
				}
			}
		}
	}
	return a.narrow(a.low, a.high, a.all())
}

func (a *attack) all() []int {
	all := make([]int, len(a.sums))
	for i := range all {
		all[i] = i
	}
	return all
}

// solve brings sums into reduced echelon form, from the first unknown or from the last.
func solve(sums [][]float64, n int, backwards bool) [][]float64 {
	var rows [][]float64
	for _, row := range sums {
		rows = append(rows, slices.Clone(row))
	}
	top := 0
	for k := range n {
		column := k
		if backwards {
			column = n - 1 - k
		}
		pivot := -1
		for i := top; i < len(rows); i++ {
			if math.Abs(rows[i][column]) > 1e-9 {
				pivot = i
				break
			}
		}
		if pivot < 0 {
			continue
		}
		rows[top], rows[pivot] = rows[pivot], rows[top]
		scale := rows[top][column]
		for j := range rows[top] {
			rows[top][j] /= scale
		}
		for i := range rows {
			if factor := rows[i][column]; i != top && math.Abs(factor) > 1e-9 {
				for j := range rows[i] {
					rows[i][j] -= factor * rows[top][j]
				}
			}
		}
		top++
	}
	return rows[:top]
}

// narrowBy draws the conclusions of one solved sum: the last number is its right side.
func (a *attack) narrowBy(row []float64, unknowns []int) (ok bool) {
	least, greatest := -row[len(unknowns)], -row[len(unknowns)]
	part := func(at int) (l, h float64) {
		l, h = row[at]*float64(a.low[unknowns[at]]), row[at]*float64(a.high[unknowns[at]])
		return min(l, h), max(l, h)
	}
	for at := range unknowns {
		l, h := part(at)
		least, greatest = least+l, greatest+h
	}
	for at, unknown := range unknowns {
		if math.Abs(row[at]) < 1e-9 {
			continue
		}
		l, h := part(at)
		one, other := -(greatest-h)/row[at], -(least-l)/row[at]
		a.low[unknown] = max(a.low[unknown], int64(math.Ceil(min(one, other)-1e-6)))
		a.high[unknown] = min(a.high[unknown], int64(math.Floor(max(one, other)+1e-6)))
		if a.low[unknown] > a.high[unknown] {
			return false
		}
	}
	return true
}

// setsOf is what a reader knows of the measures: which sets of contacts stand above and below the line.
var setsOf = map[string][2]string{
	"unique_contacts": {"unique", ""}, "conversion_unique": {"converted", "unique"}, "became": {"unique", "unique"},
	"contact_nfa": {"nfa", "unique"}, "contact_advice": {"advice", "unique"}, "contact_early_help": {"help", "unique"},
	"referral_in_one_day": {"one day", "unique"}, "days_to_referral": {"converted", ""}, "median_days_to_referral": {"converted", ""},
	"repeat_30d": {"repeat30", "known30"}, "repeat_90d": {"repeat90", "known90"}, "one_source_only": {"one source", ""},
	"too_recent": {"recent", "unique"}, "outcome_only": {"outcome", ""}, "possible_same_incident": {"possible", ""}, "repeat_12m": {"repeat12", "known12"},
	"conversion_all": {"converted", ""},
}

// inside is which sets lie in which.
var inside = [][2]string{
	{"converted", "unique"}, {"nfa", "unique"}, {"advice", "unique"}, {"help", "unique"}, {"one day", "converted"}, {"repeat30", "known30"},
	{"repeat90", "known90"}, {"known30", "unique"}, {"known90", "unique"}, {"one source", "unique"}, {"recent", "unique"}, {"outcome", "unique"},
	{"possible", "unique"}, {"repeat12", "known12"}, {"known12", "unique"},
}

// newAttack sets up the attack on figures.
func newAttack(figures []Figure) (*attack, []int) {
	a := &attack{number: map[string]int{}}
	var hidden []int
	cells := map[string]map[string]int{} // by set: the unknowns by place
	told := map[string]bool{}            // columns that show more than what is told elsewhere
	columns := map[string][]int{}
	enter := func(set, column, place string, n int64, open bool) {
		at := a.unknown(set+"|"+place, n)
		if cells[set] == nil {
			cells[set] = map[string]int{}
		}
		cells[set][place] = at
		if open {
			a.low[at], a.high[at] = n, n
			told[set+"|"+column] = told[set+"|"+column] || !slices.Contains([]string{"whole", "2019-20 H1", "financial_year", "became=referral"}, place)
		} else {
			hidden = append(hidden, at)
		}
		columns[set+"|"+column] = append(columns[set+"|"+column], at)
	}
	for _, f := range figures {
		names, of := setsOf[f.Measure.ID]
		if !of || f.Numerator == nil || f.Mark&InternalOnly != 0 {
			continue
		}
		column, place := "period", f.Period.Label
		if f.Breakdown != "" {
			column, place = f.Breakdown, f.Breakdown+"="+f.Category
		}
		enter(names[0], column, place, *f.Numerator, f.Mark&NumeratorHidden == 0)
		if names[1] != "" && f.Denominator != nil && f.Measure.ID != "became" {
			enter(names[1], column, place, *f.Denominator, f.Mark&DenominatorHidden == 0)
		}
	}
	// Where a column shows anything, its noughts are shown, so that what is hidden in it is none.
	for name, column := range columns {
		for _, at := range column {
			if told[name] && a.low[at] != a.high[at] {
				a.low[at] = max(a.low[at], 1)
			}
		}
	}
	for _, set := range sortedKeys(cells) {
		a.sumsOf(cells[set])
	}
	for _, pair := range inside {
		for _, place := range sortedKeys(cells[pair[0]]) {
			if of, both := cells[pair[1]][place]; both {
				a.sum(of, []int{cells[pair[0]][place]}, true)
			}
		}
	}
	// What became of contacts: parts of one whole, in every place, with all others as an unknown.
	for _, place := range sortedKeys(cells["unique"]) {
		var parts []int
		for _, set := range []string{"converted", "nfa", "advice", "help"} {
			if at, has := cells[set][place]; has {
				parts = append(parts, at)
			}
		}
		if len(parts) == 4 {
			a.sum(cells["unique"][place], parts, true)
		}
	}
	for category, set := range map[string]string{"referral": "converted", "no further action": "nfa", "advice": "advice", "early help": "help"} {
		if at, has := cells["unique"]["became="+category]; has {
			a.sum(at, []int{cells[set]["whole"]}, false)
		}
	}
	var soon []int
	for place, at := range cells["converted"] {
		if days, is := strings.CutPrefix(place, "working_days="); is {
			if n, err := strconv.Atoi(days); err == nil && n <= 1 {
				soon = append(soon, at)
			}
		}
	}
	slices.Sort(soon)
	if at, has := cells["one day"]["whole"]; has {
		a.sum(at, soon, false)
	}
	slices.Sort(hidden)
	return a, slices.Compact(hidden)
}

// sumsOf adds what holds of one set: categories and months add up to the whole, months to quarters, sources to groups.
func (a *attack) sumsOf(cells map[string]int) {
	byField := map[string][]int{}
	var months []int
	quarters := map[string][]int{}
	groups := map[string][]int{}
	for _, place := range sortedKeys(cells) {
		at := cells[place]
		if field, category, is := strings.Cut(place, "="); is {
			byField[field] = append(byField[field], at)
			if field == "source" {
				groups[groupOfSource[category]] = append(groups[groupOfSource[category]], at)
			}
		}
		if len(place) == 7 && place[4] == '-' {
			months = append(months, at)
			quarters[quarterOfMonth[place]] = append(quarters[quarterOfMonth[place]], at)
		}
	}
	for _, field := range sortedKeys(byField) {
		a.sum(cells["whole"], byField[field], false)
	}
	if len(months) > 0 {
		a.sum(cells["whole"], months, false)
	}
	for _, quarter := range sortedKeys(quarters) {
		if at, has := cells[quarter]; has {
			a.sum(at, quarters[quarter], false)
		}
	}
	for _, same := range []string{"2019-20 H1", "financial_year"} {
		if at, has := cells[same]; has {
			a.sum(cells["whole"], []int{at}, false)
		}
	}
	if at, has := cells["academic_year"]; has {
		a.sum(at, []int{cells["2019-09"]}, false)
	}
	if at, has := cells["rolling_12_months"]; has {
		a.sum(at, []int{cells["whole"]}, true)
	}
	for _, group := range sortedKeys(groups) {
		if at, has := cells["source_group="+group]; has {
			a.sum(at, groups[group], false)
		}
	}
}

var groupOfSource = map[string]string{"1A": "Individual", "1B": "Individual", "2A": "Schools", "3A": "Health", "3B": "Health", "6": "Police"}

var quarterOfMonth = map[string]string{
	"2019-04": "2019-20 Q1", "2019-05": "2019-20 Q1", "2019-06": "2019-20 Q1", "2019-07": "2019-20 Q2", "2019-08": "2019-20 Q2", "2019-09": "2019-20 Q2",
}

func sortedKeys[T any](m map[string]T) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// randomDoor draws incidents of few sources, months and outcomes, so that counts are small and hiding is hard.
func randomDoor(t *testing.T, in Input, incidents, contacts, referrals *schemas.Table, seed uint64) Input {
	draw := rand.New(rand.NewPCG(seed, 1)).IntN
	sources := sortedKeys(groupOfSource)[:2+draw(5)]
	outcomes := []string{"no further action", "advice", "early help", "other"}[:1+draw(4)]
	convertible, months := draw(4), 1+draw(6)
	var records []map[string]string
	for i := range []int{4, 12, 40, 90, 150, 400}[draw(6)] {
		source := sources[min(draw(len(sources)), draw(len(sources)))]
		record := incident(map[string]string{
			"first_date": fmt.Sprintf("2019-%02d-1%d", 4+draw(months), draw(9)), "source": source, "source_group": groupOfSource[source], "became": outcomes[draw(len(outcomes))],
			"sources": strconv.Itoa(1 + draw(2)), "person_id": fmt.Sprint("P", i), "repeat_30d": []string{"no", "yes", "not known"}[draw(3)],
		})
		record["repeat_90d"], record["repeat_12m"] = record["repeat_30d"], "no"
		if draw(4) < convertible {
			record["became"], record["converted"], record["working_days"] = "referral", "yes", strconv.Itoa(draw(7)-1)
		}
		if draw(9) == 0 {
			record["first_date"] = "2019-02-11"
		}
		records = append(records, record)
	}
	in.Tables = map[string]*table.Table{"contacts": tableOf(t, contacts), "incidents": tableOf(t, incidents, records...), "referrals": tableOf(t, referrals)}
	in.Delivered = map[string]bool{"contacts": true, "referrals": true, "contacts.outcome": true}
	in.Held.From = in.Period.From - 200
	return in
}

// Whatever the records: no small count and no small difference is published, and everything that is published
// together leaves every hidden count at least so many values as the policy promises.
func TestHiddenCountsCannotBeRecovered(t *testing.T) {
	catalogue, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	base := common(t)
	var results [3]*schemas.Table
	for i, name := range []string{"incidents", "contacts", "referrals"} {
		if results[i], err = Declared(name); err != nil {
			t.Fatal(err)
		}
	}
	for seed := range uint64(150) {
		in := randomDoor(t, base, results[0], results[1], results[2], seed)
		figures, err := catalogue.Evaluate(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range figures {
			if _, of := setsOf[f.Measure.ID]; !of || f.Numerator == nil || f.Mark&(InternalOnly|ProcessCount) != 0 {
				continue
			}
			whole := f.Breakdown == "" && f.Period.From == in.Period.From && f.Period.To == in.Period.To
			if f.Mark&NumeratorHidden == 0 && in.Policy.small(*f.Numerator) && !(whole && setsOf[f.Measure.ID][0] == "unique") {
				t.Fatalf("%s: %d is published", nameOf(f), *f.Numerator)
			}
			if f.Denominator != nil && f.Mark == 0 && *f.Numerator > 0 && !f.Measure.shares() && f.Measure.DenominatorTable == "" && in.Policy.small(*f.Denominator-*f.Numerator) {
				t.Fatalf("%s: %d of %d tell of a small rest", nameOf(f), *f.Numerator, *f.Denominator)
			}
		}
		a, hidden := newAttack(figures)
		if !a.conclude() {
			t.Fatal("nothing fits what is published")
		}
		for _, at := range hidden {
			// A whole that is exempt tells of its parts what it must; nothing can hide that.
			if unique := a.truth[a.number["unique|whole"]]; in.Policy.small(unique) || strings.HasPrefix(a.names[at], "unique|") && a.truth[at] == unique {
				continue
			}
			room := in.Policy.Candidates - 1
			if a.low[at] == 0 {
				room = 1 // its whole column is withheld, and it may be nought
			}
			if truth := a.truth[at]; in.Policy.small(truth) && a.high[at]-a.low[at] < room {
				t.Fatalf("seed %d: %s is %d and lies between %d and %d\n%s", seed, a.names[at], truth, a.low[at], a.high[at], published(figures))
			}
		}
	}
}

// published writes figures as readers see them, for a test that fails.
func published(figures []Figure) string {
	var lines []string
	for _, f := range figures {
		if _, of := setsOf[f.Measure.ID]; of && f.Numerator != nil && f.Mark&InternalOnly == 0 {
			line := fmt.Sprintf("%s: %d", nameOf(f), *f.Numerator)
			if f.Denominator != nil {
				line += fmt.Sprintf(" of %d", *f.Denominator)
			}
			lines = append(lines, line+" "+f.Mark.String())
		}
	}
	return strings.Join(lines, "\n")
}
