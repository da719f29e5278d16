package main

import (
	"fmt"
	"iter"
	"math/rand/v2"
)

// A goal says when enough is planned: contacts in the period, or, where rows
// is not 0, rows of contacts.csv. Where years is not 0, they are spread evenly over so many years.
type goal struct{ contacts, rows, years int }

// taken is how many identifiers of each kind are given out.
type taken struct{ upns, nhs, families, occurrences, children, contacts, referrals, episodes int }

// partRows is how many rows of contacts.csv are planned at once: what is
// planned stands in memory.
const partRows = 1_000_000

// parts makes the delivery of a seed and a goal. More rows than atOnce come in
// parts, each with children and families of its own; the planted errors stand
// in the first.
func parts(seed uint64, g goal, atOnce int) iter.Seq2[*delivery, error] {
	return func(yield func(*delivery, error) bool) {
		var before taken
		for part := uint64(0); ; part++ {
			own := g
			own.rows = min(g.rows, atOnce)
			p := newPlanner(rand.NewPCG(seed, part), own, before)
			if err := p.plan(own, part == 0); err != nil {
				yield(nil, err)
				return
			}
			if !yield(p.delivery, nil) {
				return
			}
			if before, g.rows = p.taken, g.rows-atOnce; g.rows <= 0 {
				return
			}
		}
	}
}

// A planner plans events and adds the rows that they leave to a delivery.
type planner struct {
	*rand.Rand
	*delivery
	taken taken // so far, those of earlier parts included

	spreadFrom day // where contacts are spread evenly: the first day; else 0

	contactsInPeriod  int
	uniqueInPeriod    int
	convertedInPeriod int
}

func newPlanner(source rand.Source, g goal, before taken) *planner {
	return &planner{
		Rand:  rand.New(source),
		taken: before,
		delivery: &delivery{
			contacts:    make([]contact, 0, max(g.rows, 2*g.contacts)),
			findings:    map[string][]place{},
			together:    map[string][][]place{},
			linked:      map[string]int{},
			refused:     map[string]int{},
			contactDays: []day{0},
		},
	}
}

// plan reaches the goal. It fails when that is smaller than what the planted
// errors alone need.
func (p *planner) plan(g goal, planted bool) error {
	if g.years > 0 {
		p.spreadFrom = lastContact - day(g.years*365)
	}
	if planted {
		p.plantChildren()
		p.plantContacts()
		p.plantReferrals()
		p.plantEpisodes()
		p.plantUnreadable()
		p.plantBulk()
	}
	if p.missing(g) < 0 {
		return fmt.Errorf("plan: the planted errors alone are %d contacts more than asked for", -p.missing(g))
	}
	const largestFamily = 100 // contacts in the period, or rows, that one family may add
	for p.missing(g) > largestFamily {
		p.household()
	}
	for p.missing(g) > 0 {
		p.lone(p.anyDay())
	}
	p.findConsequences()
	p.findBulk()
	p.number()
	return nil
}

// missing is how much of the goal is still to be planned.
func (p *planner) missing(g goal) int {
	if g.rows > 0 {
		return g.rows - len(p.contacts)
	}
	return g.contacts - p.contactsInPeriod
}

// chance is true with probability f.
func (p *planner) chance(f float64) bool { return p.Float64() < f }

// oneOf is one of the options, each as likely.
func oneOf[T any](p *planner, options ...T) T { return options[p.IntN(len(options))] }

// anyDay is a day of the whole time that is held: the half year of the figures
// is busier than the history, of which only a part was brought over.
func (p *planner) anyDay() day {
	if p.spreadFrom != 0 {
		return p.spreadFrom + day(p.IntN(int(lastContact-p.spreadFrom)))
	}
	switch n := p.IntN(100); {
	case n < 36:
		return historyFrom + day(p.IntN(int(periodFrom-historyFrom)))
	case n < 92:
		return periodFrom + day(p.IntN(int(periodTo-periodFrom)+1))
	default:
		return periodTo + 1 + day(p.IntN(int(lastContact-periodTo)))
	}
}
