package rules

import (
	"context"
	"unsafe"
)

// chunkRows is how many rows are judged at a time: few enough that their vectors stay in the processor's cache.
const chunkRows = 4096

// The three truth values, ordered so that and is the smaller, or the greater and not the mirror image.
const (
	no      uint8 = 0
	unknown uint8 = 1
	yes     uint8 = 2
)

// numbers is a vector of integers or days; known is 1 where the value is known and 0 where it is not.
type numbers struct {
	values []int64
	known  []uint8
}

// texts is a vector of texts, with known as in numbers.
type texts struct {
	values []string
	known  []uint8
}

// mostVariables is how many records and elements a condition may name at a time: the record and the elements of
// the lists that are walked through inside one another.
const mostVariables = 8

// variables is a set of them.
type variables uint16

// lanes are the places that are judged at a time: for each variable the row that it stands for. Variable 0 is the
// record of the check, the others are elements of lists. Rows of variables that nothing judged here reads may be
// nil.
type lanes struct {
	n    int
	rows [mostVariables][]uint32
	// run tells that the rows of variable 0 follow one another, each the one after the one before.
	run bool
	// codes, if not nil, are places in the dictionary of the one column that the judged part reads: see distinct.
	codes []uint32
}

// A node computes one value for each of the given lanes. It writes exactly at.n results, keeps nothing and
// allocates nothing: vectors come from the worker.
type (
	boolNode interface {
		bools(w *worker, at *lanes, out []uint8)
	}
	numberNode interface {
		numbers(w *worker, at *lanes, out numbers)
	}
	textNode interface {
		texts(w *worker, at *lanes, out texts)
	}
	// A recordNode writes the row of the record, noRecord or unsureRecord.
	recordNode interface {
		places(w *worker, at *lanes, out []int32)
	}
	// A constantNode is a numberNode with one value for all lanes, known or not.
	constantNode interface {
		constant(w *worker) (value int64, known bool)
	}
)

// worker is what one goroutine needs to judge chunk after chunk: the columns of the check at hand and a stock of
// vectors that are used again and again.
type worker struct {
	in      *inputs
	ctx     context.Context
	effort  effort
	numbers []numbers
	texts   []texts
	rows    [][]uint32
	flags   [][]uint8
	lanes   []*lanes
	walkers []*walker
	letters []byte // texts made while judging this chunk
	sorted  scratch
	wide    [][]uint32 // with room for all records of a table
}

func newWorker(ctx context.Context) *worker { return &worker{ctx: ctx} }

// ordinals are the places of a chunk in their order.
var ordinals = func() (all [chunkRows]uint32) {
	for i := range all {
		all[i] = uint32(i)
	}
	return all
}()

func take[T any](stock *[]T, fresh func() T) T {
	if n := len(*stock); n > 0 {
		v := (*stock)[n-1]
		*stock = (*stock)[:n-1]
		return v
	}
	return fresh()
}

func (w *worker) takeRows(n int) []uint32 {
	return take(&w.rows, func() []uint32 { return make([]uint32, chunkRows) })[:n]
}

func (w *worker) takeFlags(n int) []uint8 {
	return take(&w.flags, func() []uint8 { return make([]uint8, chunkRows) })[:n]
}

func (w *worker) takeNumbers(n int) numbers {
	v := take(&w.numbers, func() numbers { return numbers{make([]int64, chunkRows), make([]uint8, chunkRows)} })
	return numbers{v.values[:n], v.known[:n]}
}

func (w *worker) takeTexts(n int) texts {
	v := take(&w.texts, func() texts { return texts{make([]string, chunkRows), make([]uint8, chunkRows)} })
	return texts{v.values[:n], v.known[:n]}
}

func (w *worker) takePlaces(n int) []int32 {
	rows := w.takeRows(n)
	return unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(rows))), n)
}

func (w *worker) dropPlaces(v []int32) {
	w.dropRows(unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(v))), chunkRows))
}

// takeWide returns an empty vector with room for all records of the check's table.
func (w *worker) takeWide() []uint32 {
	if n := len(w.wide); n > 0 {
		v := w.wide[n-1]
		w.wide = w.wide[:n-1]
		if cap(v) >= w.in.rows {
			return v[:0]
		}
	}
	return make([]uint32, 0, w.in.rows)
}

func (w *worker) dropWide(v []uint32) { w.wide = append(w.wide, v) }

// takeLanes returns lanes without rows.
func (w *worker) takeLanes() *lanes { return take(&w.lanes, func() *lanes { return &lanes{} }) }

// dropLanes gives lanes back, with the vectors in them.
func (w *worker) dropLanes(at *lanes) {
	for v, rows := range at.rows {
		if rows != nil {
			w.dropRows(rows)
			at.rows[v] = nil
		}
	}
	if at.codes != nil {
		w.dropRows(at.codes)
		at.codes = nil
	}
	at.run = false
	w.lanes = append(w.lanes, at)
}

// pick returns the lanes at some places of others, with the rows of the variables that are read.
func (w *worker) pick(from *lanes, places []uint32, reads variables) *lanes {
	picked := w.takeLanes()
	picked.n = len(places)
	for v, rows := range from.rows {
		if rows != nil && reads>>v&1 == 1 {
			picked.rows[v] = gather(w.takeRows(len(places)), rows, places)
		}
	}
	if from.codes != nil {
		picked.codes = gather(w.takeRows(len(places)), from.codes, places)
	}
	return picked
}

func gather(out, from, places []uint32) []uint32 {
	for i, place := range places {
		out[i] = from[place]
	}
	return out
}

func (w *worker) dropRows(v []uint32)   { w.rows = append(w.rows, v) }
func (w *worker) dropFlags(v []uint8)   { w.flags = append(w.flags, v) }
func (w *worker) dropNumbers(v numbers) { w.numbers = append(w.numbers, v) }
func (w *worker) dropTexts(v texts)     { w.texts = append(w.texts, v) }

// chunk returns lanes for the rows from start, at most chunkRows of them, up to end.
func (w *worker) chunk(start, end int) *lanes {
	w.letters = w.letters[:0]
	at := w.takeLanes()
	at.n = min(chunkRows, end-start)
	at.rows[0] = w.takeRows(at.n)
	numberRows(at.rows[0][:chunkRows], uint32(start))
	at.run = true
	return at
}

// numberRows numbers the rows of a whole chunk from start on: two in a word of the processor, eight at a time.
func numberRows(rows []uint32, start uint32) {
	const two = 2 | 2<<32
	words := unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(rows))), chunkRows/2)
	rows[0], rows[1] = start, start+1
	next := words[0]
	for i := 0; i < len(words); i += 4 {
		four := (*[4]uint64)(words[i:])
		four[0], four[1], four[2], four[3] = next, next+two, next+2*two, next+3*two
		next += 4 * two
	}
}

// settle turns a comparison's answer (no or yes) into unknown where known is 0.
func settle(answer, known uint8) uint8 { return answer*known + (1 - known) }
