package dedupe

import (
	"slices"

	"frontdoor/schemas"
)

// crowded is how many contacts a child must have for its incidents to be looked up instead of walked through. A
// child with so many is mostly none: a placeholder number that stands for everybody who is not known.
var crowded = 128

// index finds the incidents that a contact may join without walking through all of them.
type index struct {
	byReference, byConcern map[int32][]int32
	noReference, noConcern []int32 // incidents with a contact that names none
	candidates             []int32
}

func (x *index) reset() {
	x.byReference, x.byConcern = map[int32][]int32{}, map[int32][]int32{}
	x.noReference, x.noConcern = x.noReference[:0], x.noConcern[:0]
}

// add enters a contact that has joined an incident.
func (x *index) add(c *child, me *contact, incident int32) {
	enter := func(by map[int32][]int32, none []int32, column column) []int32 {
		named := false
		for _, r := range c.rows[me.first:me.end] {
			if value := r.of[column]; value >= 0 {
				by[value] = enlist(by[value], incident)
				named = true
			}
		}
		if named {
			return none
		}
		return enlist(none, incident)
	}
	x.noReference = enter(x.byReference, x.noReference, reference)
	x.noConcern = enter(x.byConcern, x.noConcern, concern)
}

// enlist enters an incident in a list that stands in the order in which they began, once.
func enlist(list []int32, incident int32) []int32 {
	if i, found := slices.BinarySearch(list, incident); !found {
		return slices.Insert(list, i, incident)
	}
	return list
}

// joinable returns every incident that a contact may join by any of the rules, in the order in which they began,
// and some that it may not. A contact that names references can only be told from incidents that name other ones, and
// so on: no rule joins two sides that contradict each other. But for a reference that both name, the incident must have
// begun lately or have been told of lately.
func (x *index) joinable(c *child, me *contact, s *Settings) []int32 {
	x.candidates = x.candidates[:0]
	begun, told := me.day-schemas.Day(s.SameIncidentDays), me.day
	if s.Migration != nil {
		told -= schemas.Day(s.MigratedDays)
	}
	live := func(list []int32) []int32 {
		list = slices.DeleteFunc(list, func(i int32) bool { return c.incidents[i].over })
		for _, i := range list {
			if held := &c.incidents[i]; held.day >= begun || held.lastDay >= told {
				x.candidates = append(x.candidates, i)
			}
		}
		return list
	}
	listed := func(by map[int32][]int32, column column) {
		for i := me.first; i < me.end; i++ {
			value := c.rows[i].of[column]
			if list, known := by[value]; known {
				by[value] = live(list)
			}
		}
	}
	switch {
	case c.names(reference, me):
		listed(x.byReference, reference)
		for i := me.first; i < me.end; i++ {
			x.candidates = append(x.candidates, x.byReference[c.rows[i].of[reference]]...)
		}
		x.noReference = live(x.noReference)
	case c.names(concern, me):
		listed(x.byConcern, concern)
		x.noConcern = live(x.noConcern)
	case s.Migration != nil:
		x.candidates = append(x.candidates, c.active...)
	default:
		// A copy names nothing either; for the weak window the latest incident that may be joined at all decides.
		x.noReference = live(x.noReference)
		for a := len(c.active) - 1; a >= 0; a-- {
			if i := c.active[a]; c.incidents[i].episode < 0 || c.incidents[i].episode == me.episode {
				x.candidates = append(x.candidates, i)
				break
			}
		}
	}
	slices.Sort(x.candidates)
	x.candidates = slices.Compact(x.candidates)
	return x.candidates
}
