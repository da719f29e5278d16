package pages

// settler gives values that are numbered from 0 places of their own in the order of first appearance. Workers may
// have numbered the texts of a dictionary in any order; what is written must not tell.
type settler struct {
	// place holds for each number its place behind base; what lies before base is of an earlier list.
	place  []uint32
	base   uint32
	places []int32
	order  []uint32
	seen   []uint64 // a bit for each number
}

// settle lists numbers below n: order holds each once, places says for all of them which it is. It gives up, and
// says so, if there are more than most.
func (s *settler) settle(numbers []uint32, n, most int) bool {
	if n > most && s.exceed(numbers, n, most) {
		return false
	}
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
			at = uint32(len(order))
			place[number] = base + at
			order = append(order, number)
		}
		places[i] = int32(at)
	}
	s.order, s.places = order, places
	return true
}

// exceed tells whether numbers below n are more than most different ones.
func (s *settler) exceed(numbers []uint32, n, most int) bool {
	s.seen = resize(s.seen, (n+63)/64)
	clear(s.seen)
	seen, left := s.seen, most
	for _, number := range numbers {
		word, bit := &seen[number/64], uint64(1)<<(number%64)
		left -= int(^*word >> (number % 64) & 1)
		*word |= bit
		if left < 0 {
			return true
		}
	}
	return false
}
