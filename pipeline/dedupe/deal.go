package dedupe

import (
	"slices"

	"golang.org/x/sync/errgroup"
)

// batchBits is how many persons one worker takes at a time, as a power of two.
var batchBits = 12

// batchOf returns the batch of a person.
func batchOf(person int32) int { return int(person) >> batchBits }

// dealt says which place every contact row has once rows are dealt out to the batches of their persons: those of each batch
// stand together, in file order, and behind them the rows that name no child. Whoever walks over rows by their places writes
// each batch from its beginning to its end, so that memory is met in few orderly streams and not at random.
type dealt struct {
	person []int32   // by row, none where it names no child
	begins []int32   // by batch: its first place; behind the batches the rows that name no child, and the end
	next   [][]int32 // by range of rows: of each batch the place of the range's first row
	size   int       // how many rows a range has
}

// rangeRows is how many rows a range has at least.
var rangeRows = 1 << 16

// deal deals out rows, whose persons are given, to so many batches.
func deal(rows, batches int, persons cells, workers int) *dealt {
	const most = 64 // ranges
	d := &dealt{person: make([]int32, rows), begins: make([]int32, batches+2), size: max(rangeRows, (rows+most-1)/most)}
	d.next = make([][]int32, (rows+d.size-1)/d.size)
	d.eachRange(workers, func(number, from, to int) {
		count := make([]int32, batches+1)
		readCells(&persons, d.person[from:to], from)
		for _, person := range d.person[from:to] {
			count[d.batchOf(person)]++
		}
		d.next[number] = count
	})
	place := int32(0)
	for batch := range batches + 1 {
		d.begins[batch] = place
		for _, next := range d.next {
			next[batch], place = place, place+next[batch]
		}
	}
	d.begins[batches+1] = place
	return d
}

// batchOf returns the batch of a person, that behind all of them for none.
func (d *dealt) batchOf(person int32) int {
	if person < 0 {
		return len(d.begins) - 2
	}
	return batchOf(person)
}

// of returns where the rows of a batch begin and end.
func (d *dealt) of(batch int) (begin, end int32) { return d.begins[batch], d.begins[batch+1] }

// eachRange runs work over the ranges of rows, side by side.
func (d *dealt) eachRange(workers int, work func(number, from, to int)) {
	var group errgroup.Group
	group.SetLimit(max(workers, 1))
	for number := range d.next {
		group.Go(func() error {
			work(number, number*d.size, min((number+1)*d.size, len(d.person)))
			return nil
		})
	}
	_ = group.Wait() // no range fails
}

// gatheredRows is how many rows are gathered together, unless one batch of persons has more: many, as each time all
// columns are walked through, and few enough for the memory of a small machine.
var gatheredRows = 4 << 20

// parts divides batches into parts whose rows are gathered together and returns where each begins, and the end of the last.
func (d *dealt) parts(batches int) []int {
	begins := []int{0}
	for batch := 1; batch < batches; batch++ {
		if int(d.begins[batch+1]-d.begins[begins[len(begins)-1]]) > gatheredRows {
			begins = append(begins, batch)
		}
	}
	return append(begins, batches)
}

// gathered is the rows of some batches, as dealt.
type gathered struct {
	rows  []told
	begin int32 // the place of the first of them
}

// of returns the rows between two places.
func (g *gathered) of(begin, end int32) []told { return g.rows[begin-g.begin : end-g.begin] }

// blockRows is how many rows are read of one column after the other before they are put into their places.
const blockRows = 256

// block is what is read of some rows, column by column.
type block struct {
	starts  [blockRows]uint64
	lengths [blockRows]uint8
	of      [columns][blockRows]int32
}

// gather puts the rows of a range of batches, as they are told, into g, in place of what stood there.
func (d *door) gather(g *gathered, from, to, workers int) {
	begin, end := d.dealt.begins[from], d.dealt.begins[to]
	rows, last := int(end-begin), len(d.dealt.begins)-2
	if rows > cap(g.rows) {
		g.rows = make([]told, 0, max(rows, min(gatheredRows, int(d.dealt.begins[last]))))
	}
	g.rows, g.begin = g.rows[:rows], begin
	whole := begin == 0 && end == d.dealt.begins[last]
	d.dealt.eachRange(workers, func(number, first, end int) {
		next, b := slices.Clone(d.dealt.next[number]), &block{}
		for ; first < end; first += blockRows {
			count := min(blockRows, end-first)
			d.id.starts(b.starts[:count], b.lengths[:count], first)
			for column := range b.of {
				readCells(&d.compared.contacts[column], b.of[column][:count], first)
			}
			for i, person := range d.dealt.person[first : first+count] {
				batch := batchOf(person)
				if person < 0 || !whole && (batch < from || batch >= to) {
					continue
				}
				own := &g.rows[next[batch]-begin]
				next[batch]++
				own.start, own.length = b.starts[i], b.lengths[i]
				own.day, own.row = d.day[first+i], int32(first+i)
				own.place = person & (1<<batchBits - 1)
				own.outcome = int16(b.of[outcome][i])
				for column := range own.of {
					own.of[column] = b.of[column][i]
				}
			}
		}
	})
}

// sortRows puts the rows of a batch, which name their persons by their numbers in the batch, into the order of the persons,
// those of each in file order, and gives each its place in the batch.
func (c *child) sortRows(rows []told) {
	c.begins = append(c.begins[:0], make([]int32, 1<<batchBits+1)...)
	for i := range rows {
		c.begins[rows[i].place+1]++
	}
	for person := range c.begins[1:] {
		c.begins[person+1] += c.begins[person]
	}
	c.next = append(c.next[:0], c.begins...)
	c.sorted = slices.Grow(c.sorted[:0], len(rows))[:len(rows)]
	for i := range rows {
		at := &c.next[rows[i].place]
		own := &c.sorted[*at]
		*own = rows[i]
		own.place = int32(i)
		*at++
	}
}
