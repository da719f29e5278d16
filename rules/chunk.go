package rules

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

// A node computes one value for each of the given rows of the table that its check is for. It writes exactly
// len(rows) results, keeps nothing and allocates nothing: vectors come from the worker.
type (
	boolNode interface {
		bools(w *worker, rows []uint32, out []uint8)
	}
	numberNode interface {
		numbers(w *worker, rows []uint32, out numbers)
	}
	textNode interface {
		texts(w *worker, rows []uint32, out texts)
	}
	// A constantNode is a numberNode with one known value for all rows.
	constantNode interface {
		constant(w *worker) int64
	}
)

// worker is what one goroutine needs to judge chunk after chunk: the columns of the check at hand and a stock of
// vectors that are used again and again.
type worker struct {
	in       *inputs
	distinct bool // rows are places in a dictionary, not rows of a table: see distinct

	rows    [][]uint32
	flags   [][]uint8
	numbers []numbers
	texts   []texts
	letters []byte // texts made while judging this chunk
}

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

func (w *worker) dropRows(v []uint32)   { w.rows = append(w.rows, v) }
func (w *worker) dropFlags(v []uint8)   { w.flags = append(w.flags, v) }
func (w *worker) dropNumbers(v numbers) { w.numbers = append(w.numbers, v) }
func (w *worker) dropTexts(v texts)     { w.texts = append(w.texts, v) }

// chunk returns the rows from start, at most chunkRows of them, up to end.
func (w *worker) chunk(start, end int) []uint32 {
	w.letters = w.letters[:0]
	rows := w.takeRows(min(chunkRows, end-start))
	for i := range rows {
		rows[i] = uint32(start + i)
	}
	return rows
}

// keep shortens rows to those whose flag is want.
func keep(rows []uint32, flags []uint8, want uint8) []uint32 {
	kept := 0
	for i, row := range rows {
		rows[kept] = row
		if flags[i] == want {
			kept++
		}
	}
	return rows[:kept]
}

// settle turns a comparison's answer (no or yes) into unknown where known is 0.
func settle(answer, known uint8) uint8 { return answer*known + (1 - known) }
