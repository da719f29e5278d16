package pages

import "unsafe"

const (
	// move is the most bytes of most texts: they are copied in one move, whatever stands behind them.
	move = 16
	// ahead is for how many texts the memory is asked before the first is read.
	ahead = 64
	// evenTexts is how many texts an even stretch has.
	evenTexts = 256
)

// textList holds texts that lie in data one behind the other.
type textList struct {
	offsets []int32
	data    []byte // from the first offset
}

func (s textList) len() int { return len(s.offsets) - 1 }

func (s textList) size(code uint32) int { return int(s.offsets[code+1] - s.offsets[code]) }

func (s textList) plain(e *Encoder, codes []uint32) error {
	s.gather(e, codes)
	return e.plainTexts(e.text)
}

func (s textList) gather(e *Encoder, codes []uint32) int {
	e.text, e.lengths = resize(e.text, max(len(codes)*move+move, cap(e.text))), resize(e.lengths, len(codes))
	at := 0
	if s.len() > evenTexts {
		at = s.gatherEven(e, codes, e.evenOf(s.offsets))
	} else {
		for i, code := range codes {
			at = s.take(e, i, code, at)
		}
	}
	e.text = e.text[:at]
	return at
}

// gatherEven is gather by the even stretches of the texts: mostly it waits for the memory of a text, and not for that of
// its offset before.
func (s textList) gatherEven(e *Encoder, codes []uint32, even []even) int {
	text, lengths, at := e.text, e.lengths, 0
	var places [ahead]uint32
	for i := 0; i < len(codes); i += ahead {
		some := codes[i:min(i+ahead, len(codes))]
		for j, code := range some {
			stretch := even[code/evenTexts]
			lengths[i+j] = stretch.length
			places[j%ahead] = uint32(stretch.start) + code%evenTexts*uint32(max(stretch.length, 0))
		}
		prefetch(unsafe.SliceData(s.data), &places)
		for j, n := range lengths[i : i+len(some)] {
			from := int(places[j%ahead])
			if uint32(n) > move || from+move > len(s.data) || at+move > len(text) {
				at = s.take(e, i+j, some[j], at)
				text = e.text
				continue
			}
			*(*[move]byte)(text[at:]) = *(*[move]byte)(s.data[from:])
			at += int(n)
		}
	}
	return at
}

// take puts the text of a code, the i-th, at a place of e.text, and returns the place behind it.
func (s textList) take(e *Encoder, i int, code uint32, at int) int {
	from, n := int(s.offsets[code]-s.offsets[0]), s.size(code)
	if at+n > len(e.text) {
		e.text = resizeKeeping(e.text, at+n+len(e.text)/2)
	}
	copy(e.text[at:], s.data[from:from+n])
	e.lengths[i] = int32(n)
	return at + n
}

// even is a stretch of texts of one length. The length is -1 if theirs differ.
type even struct{ start, length int32 }

// evenOf returns the even stretches of texts. It remembers those of a few.
func (e *Encoder) evenOf(offsets []int32) []even {
	for _, known := range e.evens {
		if &known.offsets[0] == &offsets[0] && len(known.offsets) == len(offsets) {
			return known.stretches
		}
	}
	made := evens{offsets: offsets}
	for first := 0; first < len(offsets)-1; first += evenTexts {
		some := offsets[first:min(first+evenTexts+1, len(offsets))]
		length := some[1] - some[0]
		for i, offset := range some[1:] {
			if offset-some[i] != length {
				length = -1
				break
			}
		}
		made.stretches = append(made.stretches, even{some[0] - offsets[0], length})
	}
	const most = 16
	if len(e.evens) == most {
		e.evens = e.evens[1:]
	}
	e.evens = append(e.evens, made)
	return made.stretches
}

// evens are the stretches of the texts between offsets.
type evens struct {
	offsets   []int32
	stretches []even
}
