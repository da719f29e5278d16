package pages

// settler gives values that are numbered from 0 places of their own in the order of first appearance. Workers may
// have numbered the texts of a dictionary in any order; what is written must not tell.
type settler struct {
	// place holds for each number its place behind base; what lies before base is of an earlier list.
	place  []uint32
	base   uint32
	places []int32
	order  []uint32
}

// settle lists numbers below n: order holds each once, places says for all of them which it is. It gives up, and
// says so, as soon as there are more than most.
func (s *settler) settle(numbers []uint32, n, most int) bool {
	s.base += uint32(len(s.order))
	if n > len(s.place) || s.base > 1<<31 {
		s.place, s.base = make([]uint32, max(n, len(s.place))), 1
	}
	order := s.order[:0]
	places := resize(s.places, len(numbers))
	place, base := s.place, s.base
	for i, number := range numbers {
		at := place[number] - base
		if at >= uint32(len(order)) {
			if len(order) == most {
				s.order = order
				return false
			}
			at = uint32(len(order))
			place[number] = base + at
			order = append(order, number)
		}
		places[i] = int32(at)
	}
	s.order, s.places = order, places
	return true
}
