package report

import (
	"fmt"
	"slices"
	"strconv"
)

// The rule on small numbers, in the words of the page.
const disclosureRule = "In every breakdown a count of 1 to 5 is hidden and reads “1 to 5”. Where it, or the difference " +
	"between two counts of a row, could still be worked out from a total, the smallest other count is hidden too and " +
	"reads “hidden”, until every hidden count could be at least three different numbers. Rates of hidden counts are " +
	"hidden. Nought is shown as 0. Totals, the steps from contacts to unique contacts, and counts of rows, findings and " +
	"files are exempt: they describe the process as a whole and no group of children."

const (
	small = 5 // counts from 1 to small are hidden in a breakdown

	// span is how far apart the smallest and the largest number must at least lie that a hidden count could be.
	span = 2

	smallText    = "1 to 5"
	hiddenText   = "hidden"
	withheldText = "not shown"
)

// Shown is a number as readers see it. It holds a number only if the number may be seen, so that neither the
// template nor the length of a bar can tell a hidden one. Its zero value is blank.
type Shown struct {
	text  string
	value int64
	count bool // value holds
	kept  bool // from the reader
}

func (s Shown) String() string { return s.text }

// Value returns the count; ok is false where there is none to see.
func (s Shown) Value() (count int64, ok bool) { return s.value, s.count }

// Hidden tells whether a number is kept from the reader.
func (s Shown) Hidden() bool { return s.kept }

// exempt shows a number whatever its size: a total, or a count of the process.
func exempt(n int64) Shown { return Shown{text: thousands(n), value: n, count: true} }

// keep shows a text in place of a number.
func keep(text string) Shown { return Shown{text: text, kept: true} }

// mark is what a reader sees of one cell.
type mark int

const (
	open     mark = iota
	little        // 1 to 5
	hidden        // larger, hidden for another's sake
	withheld      // its whole column is not shown
)

// block is cells of a column that add up to a published number.
type block []int

// column is one published column of a breakdown: a count for each category.
type column struct {
	cells  []int64
	marks  []mark
	blocks []block
	fixed  map[int]bool // cells that stand elsewhere on the page as a total and cannot be hidden
	frames []*column    // the denominators that it is a numerator of; nil for a plain count
}

// breakdown is the columns of one breakdown, as they stand unsuppressed. It never leaves this file's functions but
// as Shown.
type breakdown struct {
	categories []string
	columns    []*column
	nested     []nesting
}

// nesting says that what part counts is counted by whole too, so that their difference counts something as well.
type nesting struct{ part, whole *column }

// add returns the column with these cells. Equal columns are one: what is hidden in one is hidden in the other.
// Of two divisions into sums, the finer holds.
func (b *breakdown) add(cells []int64, frame *column, blocks []block, fixed map[int]bool) *column {
	i := slices.IndexFunc(b.columns, func(c *column) bool { return slices.Equal(c.cells, cells) })
	if i < 0 {
		i = len(b.columns)
		b.columns = append(b.columns, &column{cells: cells, marks: make([]mark, len(cells)), fixed: map[int]bool{}})
	}
	c := b.columns[i]
	c.frames = append(c.frames, frame)
	if len(blocks) > len(c.blocks) {
		c.blocks = blocks
	}
	for cell := range fixed {
		c.fixed[cell] = true
	}
	return c
}

// suppress marks the cells that must not be seen. First the small ones, and where the difference of two nested
// counts is small, the lesser of them. Then, as long as a hidden cell is held too closely by the sums it stands in,
// the smallest other cell of that sum; and where none is left, the whole column.
func (b *breakdown) suppress() {
	b.nest()
	for _, c := range b.columns {
		for i, n := range c.cells {
			if isSmall(n) && !c.fixed[i] {
				c.marks[i] = little
			}
		}
	}
	for _, n := range b.nested {
		for i := range b.categories {
			if isSmall(n.whole.cells[i]-n.part.cells[i]) && n.part.cells[i] > 0 {
				n.part.hide(i)
			}
		}
	}
	for b.protect() {
	}
}

func isSmall(n int64) bool { return n >= 1 && n <= small }

// nest finds the nested columns: a numerator and its denominator, and any two of the same frame of which one is
// nowhere larger than the other. The second is a guess on the safe side.
func (b *breakdown) nest() {
	for _, part := range b.columns {
		for _, whole := range b.columns {
			if part == whole || !slices.Contains(part.frames, whole) && !commonFrame(part, whole) {
				continue
			}
			larger := false
			for i, n := range part.cells {
				larger = larger || n > whole.cells[i]
			}
			if !larger {
				b.nested = append(b.nested, nesting{part, whole})
			}
		}
	}
}

func commonFrame(a, b *column) bool {
	return slices.ContainsFunc(a.frames, func(f *column) bool { return slices.Contains(b.frames, f) })
}

// protect hides one more cell where a hidden one is held too closely, and tells whether it did.
func (b *breakdown) protect() bool {
	for _, c := range b.columns {
		for _, sum := range c.blocks {
			if !b.exposed(c, sum) {
				continue
			}
			next := -1
			for _, i := range sum {
				if c.marks[i] == open && c.cells[i] > 0 && !c.fixed[i] && (next < 0 || c.cells[i] < c.cells[next]) {
					next = i
				}
			}
			if next >= 0 {
				c.hide(next)
				return true
			}
			if c.withhold() {
				return true
			}
		}
	}
	return false
}

// hide hides a cell that can be hidden and is not yet.
func (c *column) hide(i int) {
	if c.marks[i] == open && !c.fixed[i] {
		c.marks[i] = hidden
	}
}

// withhold hides a whole column, noughts included, and tells whether it was not so already.
func (c *column) withhold() (changed bool) {
	for i, m := range c.marks {
		if m != withheld && !c.fixed[i] {
			c.marks[i], changed = withheld, true
		}
	}
	return changed
}

// exposed tells whether a hidden cell of a sum can be told too closely. A cell can move as far as its own bounds
// and those of the other hidden cells of the sum together let it: every such move leaves all that is published as
// it is, so that no arithmetic over the page can tell the two apart.
func (b *breakdown) exposed(c *column, sum block) bool {
	return slices.ContainsFunc(sum, func(i int) bool {
		if c.marks[i] == open {
			return false
		}
		down, up := b.reachDown(c, i), b.reachUp(c, i)
		for _, other := range sum {
			if other != i && c.marks[other] != open {
				up = max(up, b.transfer(c, other, i))
				down = max(down, b.transfer(c, i, other))
			}
		}
		return down+up < span
	})
}

// transfer says how much could be moved from one hidden cell of a column to another, together with the same move in
// every column that is nested with it and has both hidden.
func (b *breakdown) transfer(c *column, from, to int) int64 {
	moved := []*column{c}
	for i := 0; i < len(moved); i++ {
		for _, n := range b.nested {
			for _, other := range []*column{n.part, n.whole} {
				if (n.part == moved[i] || n.whole == moved[i]) && !slices.Contains(moved, other) && other.marks[from] != open && other.marks[to] != open {
					moved = append(moved, other)
				}
			}
		}
	}
	most := unbounded
	for _, m := range moved {
		low, _ := m.bounds(from)
		_, high := m.bounds(to)
		most = min(most, m.cells[from]-low, high-m.cells[to])
		for _, n := range b.nested {
			if n.part == m && !slices.Contains(moved, n.whole) {
				most = min(most, n.whole.cells[to]-m.cells[to])
			}
			if n.whole == m && !slices.Contains(moved, n.part) {
				most = min(most, m.cells[from]-n.part.cells[from])
			}
		}
	}
	return most
}

// rooms adds up the room of all hidden cells of a sum.
func (b *breakdown) rooms(c *column, sum block) (down, up int64) {
	for _, i := range sum {
		if c.marks[i] != open {
			d, u := b.room(c, i)
			down, up = down+d, up+u
		}
	}
	return down, up
}

// unbounded is more room than any count can fill, and few enough to add up.
const unbounded = int64(1) << 40

// room says how far a hidden cell could lie below and above its number for all that the reader sees of it, while
// every other column stays as it is.
func (b *breakdown) room(c *column, i int) (down, up int64) {
	low, high := c.bounds(i)
	for _, n := range b.nested {
		if n.part == c {
			high = min(high, n.whole.cells[i])
		}
		if n.whole == c {
			low = max(low, n.part.cells[i])
		}
	}
	return c.cells[i] - low, high - c.cells[i]
}

// roomAbove is the room upwards where the columns that hold the cell's have moved up first, as far as they are hidden
// and can.
func (b *breakdown) roomAbove(c *column, i int) int64 {
	_, high := c.bounds(i)
	for _, n := range b.nested {
		if n.part == c {
			high = min(high, n.whole.cells[i]+b.reachUp(n.whole, i))
		}
	}
	return high - c.cells[i]
}

// roomBelow is the room downwards where the columns that the cell's holds have moved down first.
func (b *breakdown) roomBelow(c *column, i int) int64 {
	low, _ := c.bounds(i)
	for _, n := range b.nested {
		if n.whole == c {
			low = max(low, n.part.cells[i]-b.reachDown(n.part, i))
		}
	}
	return c.cells[i] - low
}

// reachUp says how far a cell can rise while the other hidden cells of its sum fall; an open cell cannot.
func (b *breakdown) reachUp(c *column, i int) int64 {
	if c.marks[i] == open {
		return 0
	}
	down, _ := b.room(c, i)
	all, _ := b.rooms(c, c.sumOf(i))
	return min(b.roomAbove(c, i), all-down)
}

// reachDown says how far a cell can fall while the other hidden cells of its sum rise; an open cell cannot.
func (b *breakdown) reachDown(c *column, i int) int64 {
	if c.marks[i] == open {
		return 0
	}
	_, up := b.room(c, i)
	_, all := b.rooms(c, c.sumOf(i))
	return min(b.roomBelow(c, i), all-up)
}

// sumOf returns the sum that a cell stands in.
func (c *column) sumOf(i int) block {
	return c.blocks[slices.IndexFunc(c.blocks, func(sum block) bool { return slices.Contains(sum, i) })]
}

// bounds are the numbers that a mark lets a cell have.
func (c *column) bounds(i int) (low, high int64) {
	switch c.marks[i] {
	case little:
		return 1, small
	case hidden:
		return small + 1, unbounded
	}
	return 0, unbounded
}

// shown returns a cell as readers see it.
func (c *column) shown(i int) Shown {
	switch c.marks[i] {
	case little:
		return keep(smallText)
	case hidden:
		return keep(hiddenText)
	case withheld:
		return keep(withheldText)
	}
	return exempt(c.cells[i])
}

// rate returns the share of numerator in denominator, as far as both are seen.
func rate(numerator, denominator Shown) Shown {
	n, seen := numerator.Value()
	d, alsoSeen := denominator.Value()
	switch {
	case !seen || !alsoSeen:
		return keep(hiddenText)
	case d == 0:
		return Shown{text: "no rate"}
	}
	return Shown{text: percent(float64(n) / float64(d))}
}

func percent(share float64) string { return fmt.Sprintf("%.1f\u00a0%%", 100*share) }

// thousands writes a whole number with commas.
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
