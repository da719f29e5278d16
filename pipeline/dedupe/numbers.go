package dedupe

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// cells are a column as numbers that are equal where the texts are compared as equal: those of a dictionary's codes,
// or those of the rows where codes is nil. The zero value holds nothing.
type cells struct {
	of    []int32
	codes []uint32       // by row
	valid table.Validity // of the rows: which have a code
}

// at returns the number of a row, none where its cell says nothing.
func (c *cells) at(row int32) int32 {
	if c.codes == nil {
		if c.of == nil {
			return none
		}
		return c.of[row]
	}
	if !c.valid.Of(int(row)) {
		return none
	}
	return c.of[c.codes[row]]
}

// rows returns the numbers by row.
func (c cells) rows(count int) []int32 {
	if c.codes == nil && len(c.of) == count {
		return c.of
	}
	numbers := make([]int32, count)
	readCells(&c, numbers, 0)
	return numbers
}

// readCells reads the numbers of rows from one on; as a code, none is noCode.
func readCells[N int32 | uint32](c *cells, into []N, from int) {
	switch {
	case len(c.of) == 0:
		absent := int32(none)
		for i := range into {
			into[i] = N(absent)
		}
	case c.codes == nil:
		for i, number := range c.of[from : from+len(into)] {
			into[i] = N(number)
		}
	case c.valid.All():
		for i, code := range c.codes[from : from+len(into)] {
			into[i] = N(c.of[code])
		}
	default:
		for at := 0; at < len(into); at += 64 {
			valid, own := c.valid.Word(from+at), into[at:min(at+64, len(into))]
			for i, code := range c.codes[from+at:][:len(own)] {
				blank := uint32(valid>>i&1) - 1 // all bits of a cell that says nothing; which do cannot be foretold, so no branch
				own[i] = N(c.of[code&^blank] | int32(blank))
			}
		}
	}
}

// through returns the cells with every number replaced by what stands at its place in to; none stays none.
func (c cells) through(to []int32) cells {
	if c.of == nil {
		return c
	}
	of := make([]int32, len(c.of))
	for i, number := range c.of {
		of[i] = none
		if number >= 0 {
			of[i] = to[number]
		}
	}
	c.of = of
	return c
}

// numbering gives texts numbers, all columns read the same way.
type numbering struct {
	*table.Dictionary
	read    reading
	scratch []byte
}

// reading appends what is compared of a text: nothing where it says nothing.
type reading func(into []byte, text string) []byte

func newNumbering(read reading) *numbering {
	return &numbering{Dictionary: table.NewDictionary(), read: read}
}

// number returns the number of a text, none for one of which nothing is compared.
func (n *numbering) number(text string) int32 {
	if text == "" {
		return none
	}
	n.scratch = n.read(n.scratch[:0], text)
	if len(n.scratch) == 0 {
		return none
	}
	return int32(n.Code(n.scratch))
}

// column numbers the cells of a column.
func (n *numbering) column(column *table.Column) cells {
	if !column.Delivered() {
		return cells{}
	}
	if codes, values := column.Codes(); values != nil {
		of := make([]int32, values.Len())
		for i := range of {
			of[i] = n.number(values.Value(i))
		}
		return cells{of: of, codes: codes, valid: table.ValidityOf(column.Array)}
	}
	of, text := fill(column.Array.Len()), textsOf(column)
	n.Expect((column.Array.Len() - column.Array.NullN()) / 2)
	var some unnumbered
	for from := 0; from < len(of); from += 64 {
		valid := text.valid.Word(from)
		if last := len(of) - from; last < 64 {
			valid &= 1<<last - 1
		}
		for ; valid != 0; valid &= valid - 1 {
			row := from + bits.TrailingZeros64(valid)
			if some.add(n, int32(row), text.values.Value(row)); some.count == table.Together {
				some.number(n, of)
			}
		}
	}
	some.number(n, of)
	return cells{of: of}
}

// unnumbered are the texts of some rows, as they are compared, which are numbered together.
type unnumbered struct {
	count               int
	rows                [table.Together]int32
	begins, ends, codes [table.Together]uint32
	data                []byte
}

func (u *unnumbered) add(n *numbering, row int32, text string) {
	begin := len(u.data)
	if u.data = n.read(u.data, text); len(u.data) == begin {
		return
	}
	u.rows[u.count], u.begins[u.count], u.ends[u.count] = row, uint32(begin), uint32(len(u.data))
	u.count++
}

// number numbers the texts by row and forgets them.
func (u *unnumbered) number(n *numbering, of []int32) {
	codes := u.codes[:u.count]
	n.Find(u.data, u.begins[:u.count], u.ends[:u.count], codes)
	for i, code := range codes {
		if code == table.NoCode {
			code = n.Code(u.data[u.begins[i]:u.ends[i]])
		}
		of[u.rows[i]] = int32(code)
	}
	u.count, u.data = 0, u.data[:0]
}

// folded numbers the cells of a column, equal ones but for case and surrounding blanks the same. Where no two values of a
// dictionary can be equal so, as none of them needs to be read, each keeps its code.
func folded(column *table.Column) cells {
	if column.Delivered() {
		if codes, values := column.Codes(); values != nil && differFolded(values) {
			return cells{of: ownNumbers(values), codes: codes, valid: table.ValidityOf(column.Array)}
		}
	}
	return newNumbering(fold).column(column)
}

// differFolded tells that texts that differ are told apart by fold as well: none has blanks around it, and small letters,
// capital letters and those beyond ASCII do not meet. It may say no of texts that do.
func differFolded(texts *array.String) bool {
	if texts.Len() == 0 {
		return true
	}
	var small, capital bool
	data := texts.ValueBytes()
	for _, b := range data {
		if b >= utf8.RuneSelf {
			return false
		}
		small = small || 'a' <= b && b <= 'z'
		capital = capital || 'A' <= b && b <= 'Z'
	}
	if small && capital {
		return false
	}
	offsets := texts.ValueOffsets()
	for i, begin := range offsets[:texts.Len()] {
		if end := offsets[i+1]; begin < end && (data[begin-offsets[0]] <= ' ' || data[end-offsets[0]-1] <= ' ') {
			return false
		}
	}
	return true
}

// ownNumbers gives every text its place, none to one that is blank.
func ownNumbers(texts *array.String) []int32 {
	own := make([]int32, texts.Len())
	for i := range own {
		if own[i] = int32(i); texts.ValueLen(i) == 0 {
			own[i] = none
		}
	}
	return own
}

// keys numbers the whole texts of columns of one key, blank ones excepted. Columns of one key share a dictionary that
// has only grown from one to the next: then the longest is the numbering and no text is looked up.
func keys(columns ...*table.Column) (texts *array.String, numbers []cells) {
	numbers = make([]cells, len(columns))
	if texts = longestShared(columns); texts == nil {
		n := newNumbering(whole)
		for i, c := range columns {
			numbers[i] = n.column(c)
		}
		return n.Array(), numbers
	}
	own := make([]int32, texts.Len())
	for i := range own {
		own[i] = int32(i)
	}
	for i, c := range columns {
		if c.Delivered() {
			codes, values := c.Codes()
			numbers[i] = cells{of: own[:values.Len()], codes: codes, valid: table.ValidityOf(c.Array)}
		}
	}
	return texts, numbers
}

// longestShared returns the dictionary with which those of all columns begin, nil when there is none without a blank.
func longestShared(columns []*table.Column) *array.String {
	longest := table.Texts(nil)
	for _, c := range columns {
		if !c.Delivered() {
			continue
		}
		_, values := c.Codes()
		if values == nil {
			return nil
		}
		if values.Len() > longest.Len() {
			longest = values
		}
	}
	for _, c := range columns {
		if c.Delivered() {
			if _, values := c.Codes(); table.SharedStart(values, longest) < values.Len() {
				return nil
			}
		}
	}
	offsets := longest.ValueOffsets()
	for i := range longest.Len() {
		if offsets[i] == offsets[i+1] {
			return nil
		}
	}
	return longest
}

// mapCodes numbers the values of a column by their place in a code set. A value that no code is known for gets
// a number behind the set, equal only for equal text, or notMapped when unmapped is nil.
func mapCodes(column *table.Column, set *schemas.CodeSet, unmapped *table.Dictionary) cells {
	texts := newNumbering(fold)
	result := texts.column(column)
	of := make([]int32, texts.Len())
	for code := range of {
		text := texts.Value(uint32(code))
		switch place := set.Place(string(text)); {
		case place >= 0:
			of[code] = int32(place)
		case unmapped == nil:
			of[code] = notMapped
		default:
			of[code] = int32(len(set.Codes)) + int32(unmapped.Code(text))
		}
	}
	return result.through(of)
}

// daysOr returns the days of a column, with missing for rows that have none.
func daysOr(column *table.Column, rows int, missing schemas.Day) []schemas.Day {
	if column.Delivered() && column.Array.NullN() == 0 {
		return column.Days()
	}
	result := slices.Repeat([]schemas.Day{missing}, rows)
	if column.Delivered() {
		for row, day := range column.Days() {
			if column.Array.IsValid(row) {
				result[row] = day
			}
		}
	}
	return result
}

// whole reads all of a text.
func whole(into []byte, text string) []byte { return append(into, text...) }

// fold makes texts that differ only in case or in surrounding blanks equal.
func fold(into []byte, text string) []byte {
	text = strings.TrimSpace(text)
	from := len(into)
	into = append(into, text...)
	for i, b := range into[from:] {
		switch {
		case b >= utf8.RuneSelf:
			return append(into[:from], strings.ToLower(text)...)
		case 'A' <= b && b <= 'Z':
			into[from+i] = b + ('a' - 'A')
		}
	}
	return into
}

// texts are the texts of a column's cells; the zero value holds none.
type texts struct {
	values *array.String
	codes  []uint32
	valid  table.Validity
}

func textsOf(column *table.Column) texts {
	if !column.Delivered() {
		return texts{}
	}
	if codes, values := column.Codes(); values != nil {
		return texts{values: values, codes: codes, valid: table.ValidityOf(column.Array)}
	}
	return texts{values: column.Array.(*array.String), valid: table.ValidityOf(column.Array)}
}

// longID is the length of a text that is longer than its start.
const longID = 9

// starts reads how the texts of rows from one on start, and how long they are.
func (t *texts) starts(into []uint64, lengths []uint8, from int) {
	if t.values == nil || t.values.Len() == 0 {
		clear(into)
		clear(lengths)
		return
	}
	offsets, data := t.values.ValueOffsets(), t.values.ValueBytes()
	base := int(offsets[0])
	for i := range into {
		row := from + i
		into[i], lengths[i] = 0, 0
		if !t.valid.Of(row) {
			continue
		}
		if t.codes != nil {
			row = int(t.codes[row])
		}
		begin, end := int(offsets[row])-base, int(offsets[row+1])-base
		into[i], lengths[i] = startOf(data, begin, end), uint8(min(end-begin, longID))
	}
}

// at returns the text of a row; a cell without a value reads as "".
func (t *texts) at(row int32) string {
	switch {
	case t.values == nil || !t.valid.Of(int(row)):
		return ""
	case t.codes != nil:
		return t.values.Value(int(t.codes[row]))
	}
	return t.values.Value(int(row))
}
