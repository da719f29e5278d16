package rules

import (
	"maps"
	"slices"
	"strings"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
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

// Lack says why facts have no value although the delivery itself should say them: table.Blank or
// table.Unreadable. They are unknown then, and do not skip the rules that read them.
func (d *Delivery) Lack(why table.State, facts ...string) {
	lacks := maps.Clone(d.lacks)
	if lacks == nil {
		lacks = map[string]table.State{}
	}
	for _, name := range facts {
		lacks[name] = why
	}
	d.lacks = lacks
}

// ofReference are the facts that Refer sets.
var ofReference = []string{"reference_date", "period_start", "period_end", "collection_year"}

// has tells whether a fact is given, or should have been by the delivery itself.
func (d *Delivery) has(f fact) bool {
	_, lacks := d.lacks[f.name()]
	return lacks || d.value(f) != nil
}

// value returns a number of the delivery, or nil when it is not given. For the authority it says only that.
func (d *Delivery) value(f fact) *int64 {
	number := func(day *schemas.Day) *int64 {
		if day == nil {
			return nil
		}
		n := int64(*day)
		return &n
	}
	switch f {
	case factAsAt:
		return number(d.AsAt)
	case factReferenceDate:
		return number(d.ReferenceDate)
	case factPeriodStart:
		return number(d.PeriodStart)
	case factPeriodEnd:
		return number(d.PeriodEnd)
	}
	n := int64(d.CollectionYear)
	if f == factYear && n == 0 || f == factAuthority && d.Authority == "" {
		return nil
	}
	return &n
}

// facts are those of the delivery at hand; what is not given and not lacking is never read.
type facts struct {
	numbers   [noFact]int64
	present   [noFact]uint8 // what present() answers
	authority string
}

func (d *Delivery) facts() (all facts) {
	for f := range noFact {
		if n := d.value(f); n != nil {
			all.numbers[f], all.present[f] = *n, yes
		} else if d.lacks[f.name()] == table.Unreadable {
			all.present[f] = unknown
		}
	}
	all.authority = d.Authority
	return all
}

// factNode is a date of the delivery, or its collection year.
type factNode fact

func (n factNode) constant(w *worker) (int64, bool) {
	return w.in.facts.numbers[n], w.in.facts.present[n] == yes
}

func (n factNode) numbers(w *worker, _ *lanes, out numbers) {
	value, known := n.constant(w)
	if fill(value, out); !known {
		clear(out.known)
	}
}

// authorityNode is whose delivery it is.
type authorityNode struct{}

func (authorityNode) texts(w *worker, _ *lanes, out texts) {
	for i := range out.values {
		out.values[i], out.known[i] = w.in.facts.authority, w.in.facts.present[factAuthority]/yes
	}
}

// presentFact is present() of a fact.
type presentFact fact

func (n presentFact) bools(w *worker, _ *lanes, out []uint8) {
	for i := range out {
		out[i] = w.in.facts.present[n]
	}
}
