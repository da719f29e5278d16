package rules

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"math/bits"
	"slices"

	"frontdoor/schemas/table"
)

// agreement numbers records by the values that they are held against one another by: records that agree in all of
// them have one number. It is gathered chunk by chunk.
type agreement struct {
	values []valueCodes
	codes  [][]uint32 // by value, of each record: equal values have equal codes, unknown ones noCode
	joined int        // the bound of the last codes once they stand for several values
	rows   []uint32
	taken  [][]uint32 // from the worker, of the codes
}

// newAgreement begins with no records. Each value is a numberNode or a textNode of w's check. Fewer than least records
// that agree need no number; then they may have noCode. It is to be dropped, with what came of it.
func newAgreement(w *worker, values []any, least int) *agreement {
	a := &agreement{rows: w.takeWide()}
	for _, node := range values {
		a.values = append(a.values, newValueCodes(w, node, least))
		a.codes = append(a.codes, w.takeWide())
	}
	a.taken = slices.Clone(a.codes)
	return a
}

// drop gives the worker its vectors back.
func (a *agreement) drop(w *worker) {
	w.dropWide(a.rows)
	for _, codes := range a.taken {
		w.dropWide(codes)
	}
}

// add adds the records of lanes.
func (a *agreement) add(w *worker, at *lanes) {
	first := len(a.rows)
	a.rows = append(a.rows, at.rows[0]...)
	for i, v := range a.values {
		a.codes[i] = slices.Grow(a.codes[i], at.n)[:first+at.n]
		v.codes(w, at, a.codes[i][first:])
	}
}

// numbers returns the number of each record by the values from one on, noCode where one of them is unknown, and a bound
// above all numbers. It uses up the values behind that one: ask for fewer values first. The error is ErrEffort.
func (a *agreement) numbers(w *worker, from int) (numbers []uint32, bound int, err error) {
	if from == len(a.values) {
		return make([]uint32, len(a.rows)), 1, nil
	}
	last := len(a.codes) - 1
	if bound = a.joined; bound == 0 {
		bound = a.values[last].settle(w, a.rows, a.codes[last])
	}
	for ; last > from; last-- {
		bound = pair(a.codes[last-1], a.values[last-1].settle(w, a.rows, a.codes[last-1]), a.codes[last], bound)
	}
	a.codes, a.joined = a.codes[:from+1], bound
	return a.codes[from], bound, w.effort.halted
}

// pairsAtOnce is up to how many pairs a table of all that there can be is made, however few the records.
const pairsAtOnce = 1 << 16

// pair numbers the pairs of two numberings in place of the first and returns how many there are.
func pair(first []uint32, firstBound int, second []uint32, secondBound int) int {
	if firstBound <= (4*len(first)+pairsAtOnce)/max(secondBound, 1) {
		known := make([]uint32, firstBound*secondBound) // number+1, or 0
		next := uint32(0)
		for i, a := range first {
			b := second[i]
			if a == noCode || b == noCode {
				first[i] = noCode
				continue
			}
			place := &known[int(a)*secondBound+int(b)]
			if *place == 0 {
				next++
				*place = next
			}
			first[i] = *place - 1
		}
		return int(next)
	}
	pairs := table.NewDictionary()
	var text [8]byte
	for i, a := range first {
		b := second[i]
		if a == noCode || b == noCode {
			first[i] = noCode
			continue
		}
		binary.LittleEndian.PutUint32(text[:], a)
		binary.LittleEndian.PutUint32(text[4:], b)
		first[i] = pairs.Code(text[:])
	}
	return pairs.Len()
}

// valueCodes gives equal values equal codes.
type valueCodes interface {
	codes(w *worker, at *lanes, out []uint32)
	// settle is called once, with the codes of all rows, which it may change, and returns a bound above them.
	settle(w *worker, rows, codes []uint32) (bound int)
}

func newValueCodes(w *worker, node any, least int) valueCodes {
	switch n := node.(type) {
	case textField:
		if c := &w.in.columns[n.slot]; c.dictionary != nil {
			return fieldCodes{n, c.dictionary.Len()}
		}
	case distinctText:
		if known := w.in.answers[n.part].texts; known.values != nil {
			return newAnswerCodes(n, known)
		}
	case numberNode:
		return &numberCodes{of: n, others: table.NewDictionary(), least: smallNumbers}
	}
	return textCodes{node.(textNode), maphash.MakeSeed(), least}
}

// fieldCodes are the codes of a dictionary column.
type fieldCodes struct {
	of    textField
	texts int
}

func (f fieldCodes) settle(*worker, []uint32, []uint32) int { return f.texts }

func (f fieldCodes) codes(w *worker, at *lanes, out []uint32) {
	c := &w.in.columns[f.of.slot]
	c.lookUp(w, at, out)
	if c.plain() {
		return // none is blank
	}
	for i, code := range out {
		if int(code) >= f.texts {
			out[i] = noCode
		}
	}
}

// answerCodes are the codes of what was made of each distinct value of a column.
type answerCodes struct {
	of    distinctText
	made  []uint32 // by the code of the value
	texts int
}

func newAnswerCodes(of distinctText, known texts) answerCodes {
	made := make([]uint32, len(known.values))
	texts := table.NewDictionary()
	for i, text := range known.values {
		if made[i] = noCode; known.known[i] == 1 {
			made[i] = texts.Code([]byte(text))
		}
	}
	return answerCodes{of, made, texts.Len()}
}

func (a answerCodes) settle(*worker, []uint32, []uint32) int { return a.texts }

func (a answerCodes) codes(w *worker, at *lanes, out []uint32) {
	w.in.columns[a.of.slot].lookUp(w, at, out)
	for i, code := range out {
		out[i] = a.made[code]
	}
}

// smallNumbers are their own codes until they are settled: of days, those from 1970 to 2059.
const smallNumbers = 1 << 15

type numberCodes struct {
	of          numberNode
	others      *table.Dictionary
	least, most uint32 // of the small numbers
}

// settle counts small numbers from the least, so that what is kept for each of them stays short.
func (n *numberCodes) settle(_ *worker, _, codes []uint32) int {
	if n.others.Len() > 0 {
		return smallNumbers + n.others.Len()
	}
	if n.least > n.most {
		return 0 // none is known
	}
	for i, code := range codes {
		if code != noCode {
			codes[i] = code - n.least
		}
	}
	return int(n.most-n.least) + 1
}

func (n *numberCodes) codes(w *worker, at *lanes, out []uint32) {
	if days, ok := daysInRun(w, at, n.of); ok && n.near(days, out) {
		return
	}
	of := w.takeNumbers(at.n)
	n.of.numbers(w, at, of)
	for i, value := range of.values {
		switch {
		case of.known[i] == 0:
			out[i] = noCode
		case uint64(value) < smallNumbers:
			code := uint32(value)
			out[i], n.least, n.most = code, min(n.least, code), max(n.most, code)
		default:
			var text [8]byte
			binary.LittleEndian.PutUint64(text[:], uint64(value))
			out[i] = smallNumbers + n.others.Code(text[:])
		}
	}
	w.dropNumbers(of)
}

// near is codes of days that are all known; false when one of them is no small number.
func (n *numberCodes) near(days []int32, out []uint32) bool {
	least, most := n.least, n.most
	for i, day := range days {
		code := uint32(day)
		out[i], least, most = code, min(least, code), max(most, code)
	}
	if most >= smallNumbers {
		return false
	}
	n.least, n.most = least, most
	return true
}

// textCodes are hashes until they are settled. Then the texts whose hash enough records have are read once more and
// numbered; where most texts stand once, that is few of them.
type textCodes struct {
	of    textNode
	seed  maphash.Seed
	least int
}

func (t textCodes) codes(w *worker, at *lanes, out []uint32) {
	if own, ok := ownTextsOf(w, at, t.of); ok {
		for i, known := range own.known {
			if out[i] = noCode; known == 1 {
				out[i] = t.hash(own.at(i))
			}
		}
		w.dropFlags(own.known)
		return
	}
	of := w.takeTexts(at.n)
	t.of.texts(w, at, of)
	for i, text := range of.values {
		if out[i] = noCode; of.known[i] == 1 {
			out[i] = t.hash(text)
		}
	}
	w.dropTexts(of)
}

// hash is never noCode.
func (t textCodes) hash(text string) uint32 { return uint32(maphash.String(t.seed, text)) &^ 1 }

func (t textCodes) settle(w *worker, rows, codes []uint32) int {
	known := len(codes)
	for _, code := range codes {
		known -= int(code & 1) // noCode
	}
	shift := 32 - bits.Len(uint(min(8*known/min(t.least, 8), 1<<26)))
	count := make([]uint8, 1<<(32-shift)) // of records, by the first bits of their hash
	enough := uint8(min(t.least, math.MaxUint8))
	for _, code := range codes {
		if code == noCode {
			continue
		}
		if n := &count[code>>shift]; *n < enough {
			*n++
		}
	}
	var places []uint32
	for i, code := range codes {
		if code != noCode && count[code>>shift] == enough {
			places = append(places, uint32(i))
		}
		codes[i] = noCode
	}
	seen := table.NewDictionary()
	for len(places) > 0 {
		at := w.takeLanes()
		at.n = min(chunkRows, len(places))
		at.rows[0] = gather(w.takeRows(at.n), rows, places[:at.n])
		of := w.takeTexts(at.n)
		w.letters = w.letters[:0]
		t.of.texts(w, at, of)
		for i, text := range of.values {
			codes[places[i]] = seen.CodeOf(text)
		}
		places = places[at.n:]
		w.dropTexts(of)
		w.dropLanes(at)
	}
	return seen.Len()
}
