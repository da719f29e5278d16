package rules

import (
	"slices"
	"strings"

	"frontdoor/schemas"
)

// fact is something that conditions know of a delivery as a whole.
type fact uint8

const (
	factAsAt fact = iota
	factReferenceDate
	factPeriodStart
	factPeriodEnd
	factYear
	factAuthority
	noFact
)

var factNames = []string{"as_at", "reference_date", "period_start", "period_end", "collection_year", "authority"}

func (f fact) name() string { return factNames[f] }

// title is what messages call the fact.
func (f fact) title() string {
	if f == factAsAt {
		return "as-at date"
	}
	return strings.ReplaceAll(f.name(), "_", " ")
}

// factOf returns the fact called name, or noFact.
func factOf(name string) fact {
	if i := slices.Index(factNames, name); i >= 0 {
		return fact(i)
	}
	return noFact
}

// Refer sets the reference date of the delivery, and with it the year that ends on that day as its period and
// collection year. A return of another period sets its own afterwards.
func (d *Delivery) Refer(to schemas.Day) {
	start := addMonths(to+1, -12)
	d.ReferenceDate, d.PeriodStart, d.PeriodEnd = &to, &start, &to
	d.CollectionYear, _, _ = civil(int64(to))
}

func (d *Delivery) has(f fact) bool {
	switch f {
	case factYear:
		return d.CollectionYear != 0
	case factAuthority:
		return d.Authority != ""
	}
	return d.day(f) != nil
}

func (d *Delivery) day(f fact) *schemas.Day {
	return map[fact]*schemas.Day{
		factAsAt: d.AsAt, factReferenceDate: d.ReferenceDate, factPeriodStart: d.PeriodStart, factPeriodEnd: d.PeriodEnd,
	}[f]
}

// facts are those of the delivery at hand; what is not given is never read.
type facts struct {
	numbers   [noFact]int64
	authority string
}

func (d *Delivery) facts() (all facts) {
	for f := factAsAt; f <= factPeriodEnd; f++ {
		if day := d.day(f); day != nil {
			all.numbers[f] = int64(*day)
		}
	}
	all.numbers[factYear], all.authority = int64(d.CollectionYear), d.Authority
	return all
}

// factNode is a date of the delivery, or its collection year.
type factNode fact

func (n factNode) constant(w *worker) int64 { return w.in.facts.numbers[n] }

func (n factNode) numbers(w *worker, _ *lanes, out numbers) { fill(n.constant(w), out) }

// authorityNode is whose delivery it is.
type authorityNode struct{}

func (authorityNode) texts(w *worker, _ *lanes, out texts) {
	for i := range out.values {
		out.values[i], out.known[i] = w.in.facts.authority, 1
	}
}
