package measure

// signatures numbers the different signatures of rows, which say by bits in which sets a row is. There are few, and
// rows are many: they are found by a table of places, open to the next one where two share it.
type signatures struct {
	all    []uint64 // by number; the first is of rows in no set
	places []uint32 // numbers, by hash; 0 for none, as no place is looked for the first
}

func newSignatures() *signatures {
	return &signatures{all: []uint64{0}, places: make([]uint32, 256)}
}

// of returns the number of a signature, a new one if it has none yet.
func (s *signatures) of(signature uint64) uint32 {
	if signature == 0 {
		return 0
	}
	for at := mix(signature); ; at++ {
		place := &s.places[at&uint64(len(s.places)-1)]
		if *place == 0 {
			*place = uint32(len(s.all))
			s.all = append(s.all, signature)
			if 2*len(s.all) > len(s.places) {
				s.grow()
			}
			return uint32(len(s.all) - 1)
		}
		if s.all[*place] == signature {
			return *place
		}
	}
}

func (s *signatures) grow() {
	s.places = make([]uint32, 2*len(s.places))
	for number, signature := range s.all[1:] {
		at := mix(signature)
		for ; s.places[at&uint64(len(s.places)-1)] != 0; at++ {
		}
		s.places[at&uint64(len(s.places)-1)] = uint32(number + 1)
	}
}
