package rules

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/goccy/go-yaml/ast"

	"frontdoor/schemas"
)

// Year is a collection year, April to March, written as its two calendar years: 2018-19. Years compare as text.
type Year string

// ParseYear reads a collection year.
func ParseYear(text string) (Year, error) {
	y := Year(text)
	if from := y.from(); from < 2000 || from > 2099 || y != yearFrom(from) {
		return "", fmt.Errorf("read collection year: write it as 2019-20")
	}
	return y, nil
}

// YearOf returns the collection year of a day.
func YearOf(day schemas.Day) Year {
	d := schemas.Date(day)
	if d.Month() < 4 {
		return yearFrom(d.Year() - 1)
	}
	return yearFrom(d.Year())
}

func yearFrom(from int) Year { return Year(fmt.Sprintf("%04d-%02d", from, (from+1)%100)) }

// from returns the calendar year in which the collection year begins, or 0 when it is none.
func (y Year) from() int {
	if len(y) != len("2018-19") {
		return 0
	}
	from, err := strconv.Atoi(string(y[:4]))
	if err != nil {
		return 0
	}
	return from
}

// after returns the collection year that follows.
func (y Year) after() Year { return yearFrom(y.from() + 1) }

// Change is what a rule says otherwise from a collection year on.
type Change struct {
	From  Year     `yaml:"from"`
	What  string   `yaml:"what"`  // for people: one plain sentence
	Check int      `yaml:"check"` // the check that changed, counted from 1; 0 when the rule has one or none changed
	Keys  []string // what is written otherwise, in the order of the catalogue

	anchored
}

// In returns the rule as it holds in a collection year, or nil when it does not.
func (r *Rule) In(y Year) *Rule {
	if y < r.Since || r.Until != "" && y > r.Until {
		return nil
	}
	for r.earlier != nil && y < r.from() {
		r = r.earlier
	}
	return r
}

// from returns the year from which the rule holds in this form.
func (r *Rule) from() Year {
	if len(r.Changes) == 0 {
		return r.Since
	}
	return r.Changes[len(r.Changes)-1].From
}

// Earlier returns the rule as it was before its last change, or nil.
func (r *Rule) Earlier() *Rule { return r.earlier }

// versions returns every form that the rule has had, the newest first.
func (r *Rule) versions() []*Rule {
	var all []*Rule
	for ; r != nil; r = r.earlier {
		all = append(all, r)
	}
	return all
}

// In returns the catalogue of a collection year: the rules in force, as they hold in it.
func (c *Catalogue) In(y Year) *Catalogue {
	of := *c
	of.Rules, of.Year = nil, y
	for _, r := range c.Rules {
		if in := r.In(y); in != nil {
			of.Rules = append(of.Rules, in)
		}
	}
	return &of
}

// Span returns the first collection year of which the catalogue has a rule, and the last year in which a rule
// begins, changes or has ended: its newest form.
func (c *Catalogue) Span() (first, last Year) {
	for _, r := range c.Rules {
		if first == "" || r.Since < first {
			first = r.Since
		}
		last = max(last, r.from())
		if r.Until != "" {
			last = max(last, r.Until.after())
		}
	}
	return first, last
}

// everyVersion returns the catalogue with every form of every rule: what must compile and hold its examples.
func (c *Catalogue) everyVersion() *Catalogue {
	all := *c
	all.Rules = nil
	for _, r := range c.Rules {
		all.Rules = append(all.Rules, r.versions()...)
	}
	return &all
}

// ruleKeys are the keys of a rule that may change with the years, beside those of its checks.
var ruleKeys = []string{"severity", "title", "about", "source", "notes"}

// change reads one change of a rule and returns the rule as it is from then on.
func (d *decoder) change(r *Rule, node ast.Node) *Rule {
	all, ok := d.entries(node, "changes")
	if !ok {
		return r
	}
	c := &Change{}
	c.stands("", positionOf(node))
	var changes []entry
	for _, e := range all {
		if !d.entry(e, c) {
			changes = append(changes, e)
			c.Keys = append(c.Keys, e.key)
		}
	}
	changed := *r
	changed.places, changed.Checks = maps.Clone(r.places), slices.Clone(r.Checks)
	changed.Changes, changed.earlier = append(slices.Clip(r.Changes), c), r
	if c.Check < 0 || c.Check > len(r.Checks) {
		d.fault(c.where("check"), "", "check: the rule has %d checks", len(r.Checks))
		return &changed
	}
	var check *Check
	if n := max(c.Check, 1) - 1; (c.Check > 0 || len(r.Checks) == 1) && r.Checks[n] != nil {
		copied := *r.Checks[n]
		copied.places = maps.Clone(copied.places)
		check, changed.Checks[n] = &copied, &copied
	}
	for _, e := range changes {
		switch {
		case slices.Contains(ruleKeys, e.key) && (c.Check == 0 || e.key != "about"):
			d.entry(e, &changed)
		case e.key == "for" || !slices.Contains(keysOf(&Check{}), e.key):
			known := slices.Concat(keysOf(c), ruleKeys, keysOf(&Check{}))
			d.fault(e.at, nearest(e.key, known), "%s: no such key in changes", e.key)
		case check == nil:
			d.fault(e.at, "write check: and its number", "%s: the rule has %d checks; say which of them changed", e.key, len(r.Checks))
		case e.key == "let":
			before := check.Let
			check.Let = nil
			d.entry(e, check)
			check.Let = before.with(check.Let)
		default:
			d.entry(e, check)
		}
	}
	return &changed
}

// with returns the named values with those of other in their place, or behind them where they are new.
func (l Lets) with(other Lets) Lets {
	all := slices.Clone(l)
	for _, let := range other {
		if i := slices.IndexFunc(all, func(of Let) bool { return of.Name == let.Name }); i >= 0 {
			all[i] = let
		} else {
			all = append(all, let)
		}
	}
	return all
}
