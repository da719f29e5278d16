package pages

// settler gives values that are numbered from 0 places of their own in the order of first appearance. Workers may
// have numbered the texts of a dictionary in any order; what is written must not tell.
type settler struct {
	place  []int32 // by number: its place in order, if stamp says so
	stamp  []uint32
	round  uint32
	places []int32
	order  []uint32
}

// begin starts a new list for numbers below n.
func (s *settler) begin(n int) {
	if n > len(s.place) {
		s.place, s.stamp, s.round = make([]int32, n), make([]uint32, n), 0
	}
	if s.round++; s.round == 0 {
		clear(s.stamp)
		s.round = 1
	}
	s.places, s.order = s.places[:0], s.order[:0]
}

// add takes the next number.
func (s *settler) add(number uint32) {
	if s.stamp[number] != s.round {
		s.stamp[number] = s.round
		s.place[number] = int32(len(s.order))
		s.order = append(s.order, number)
	}
	s.places = append(s.places, s.place[number])
}
