package rules

import (
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas/table"
)

// sameCodes is == or != over two columns whose texts have codes: codes are compared, once those of the right
// column are known as codes of the left.
type sameCodes struct {
	left, right int // slots
	pair        int // its place among the pairs of the check
	differ      bool
	slow        compareTexts // for columns without codes
}

// slotPair is two columns that are compared by their codes.
type slotPair struct{ left, right int }

// translation gives, for each code of the right column, the code of the left with the same text, or noCode. It is
// nil where equal codes mean equal texts.
type translation struct {
	codes []uint32
	none  bool // there are no codes to compare
}

const noCode = ^uint32(0)

func (n sameCodes) bools(w *worker, at *lanes, out []uint8) {
	with := w.in.pairs[n.pair]
	if with.none || at.codes != nil {
		n.slow.bools(w, at, out)
		return
	}
	left, right := w.takeRows(at.n), w.takeRows(at.n)
	knownLeft, knownRight := w.takeFlags(at.n), w.takeFlags(at.n)
	w.in.columns[n.left].loadCodes(w, at, left, knownLeft)
	w.in.columns[n.right].loadCodes(w, at, right, knownRight)
	if with.codes != nil {
		for i, code := range right {
			if knownRight[i] == 1 {
				right[i] = with.codes[code]
			}
		}
	}
	same, other := yes, no
	if n.differ {
		same, other = no, yes
	}
	for i, a := range left {
		answer := other
		if a == right[i] {
			answer = same
		}
		out[i] = settle(answer, knownLeft[i]&knownRight[i])
	}
	w.dropFlags(knownRight)
	w.dropFlags(knownLeft)
	w.dropRows(right)
	w.dropRows(left)
}

// loadCodes writes the codes that lanes see and whether they are known.
func (c *column) loadCodes(w *worker, at *lanes, out []uint32, known []uint8) {
	rows, link, made := c.see(w, at)
	for i, row := range rows {
		place := placeOf(link, row)
		if place < 0 {
			known[i] = 0
			continue
		}
		out[i], known[i] = c.codes[place], c.valid(place)
	}
	if made != nil {
		w.dropPlaces(made)
	}
}

// compileSame compiles == or != over texts.
func compileSame(ask comparison) func(*walk, []argument) (any, error) {
	return func(w *walk, call []argument) (any, error) {
		slow := compareTexts{ask, call[0].node.(textNode), call[1].node.(textNode)}
		left, isField := call[0].node.(textField)
		right, isToo := call[1].node.(textField)
		if !isField || !isToo || w.columns[left.slot].partsOf != noColumn || w.columns[right.slot].partsOf != noColumn {
			return slow, nil
		}
		pair := slotPair{left.slot, right.slot}
		return sameCodes{left.slot, right.slot, place(&w.pairs, func(other slotPair) bool { return other == pair }, pair), ask == notEqual, slow}, nil
	}
}

// translation returns the codes of one column as those of another.
func (b *binder) translation(left, right *array.String) translation {
	type key struct{ left, right *array.String }
	switch {
	case left == nil || right == nil:
		return translation{none: true}
	case left == right:
		return translation{}
	}
	return once(b, key{left, right}, func() translation {
		if begins(left, right) || begins(right, left) {
			return translation{}
		}
		texts := table.NewDictionary()
		for code := range left.Len() {
			texts.Code([]byte(left.Value(code)))
		}
		codes := make([]uint32, right.Len())
		for code := range codes {
			known, found := texts.Lookup([]byte(right.Value(code)))
			if codes[code] = known; !found {
				codes[code] = noCode
			}
		}
		return translation{codes: codes}
	})
}
