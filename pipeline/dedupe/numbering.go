package dedupe

import (
	"math/bits"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas/table"
)

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
