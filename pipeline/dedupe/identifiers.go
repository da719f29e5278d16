package dedupe

import (
	"math/bits"

	"frontdoor/rules"
	"frontdoor/schemas/table"
)

// identify reads the national identifiers of columns, in the given order, and numbers them by row: equal ones have the
// same number, none stands where a value identifies nobody. numbers holds the identifier of each number.
func identify(read func(text string) uint64, columns ...*table.Column) (byRow [][]int32, numbers []uint64) {
	count := 0
	for _, c := range columns {
		if c.Delivered() {
			count += c.Array.Len() - c.Array.NullN()
		}
	}
	numbering := newIdentifierNumbers(count)
	for _, c := range columns {
		if !c.Delivered() {
			byRow = append(byRow, nil)
			continue
		}
		text, own := textsOf(c), make([]int32, c.Array.Len())
		var some [blockRows]uint64
		for from := 0; from < len(own); from += blockRows {
			rows := own[from:min(from+blockRows, len(own))]
			for i := range rows {
				some[i] = read(text.at(int32(from + i)))
			}
			numbering.number(rows, &some)
		}
		byRow = append(byRow, own)
	}
	return byRow, numbering.numbers
}

// identifierNumbers numbers identifiers.
type identifierNumbers struct {
	numbers []uint64 // by number
	slots   []uint64 // by hash: another part of the hash in the upper half, the number+1 in the lower; 0 when free
	shift   int
}

func newIdentifierNumbers(most int) *identifierNumbers {
	size := bits.Len(uint(2 * most))
	return &identifierNumbers{numbers: make([]uint64, 0, most), slots: make([]uint64, 1<<size), shift: 64 - size}
}

// number numbers identifiers, none for 0. The slots are met in no order: all are asked for before the first is needed.
func (n *identifierNumbers) number(into []int32, identifiers *[blockRows]uint64) {
	const mixer, upper = 0x9e3779b97f4a7c15, 0xffffffff << 32
	var slots [blockRows]uint64
	for i := range into {
		slots[i] = n.slots[identifiers[i]*mixer>>n.shift]
	}
	for i, identifier := range identifiers[:len(into)] {
		if into[i] = none; identifier == 0 {
			continue
		}
		tag, at, slot := identifier*mixer<<32, int(identifier*mixer>>n.shift), slots[i]
		if slot == 0 {
			slot = n.slots[at] // taken meanwhile, perhaps
		}
		for ; slot != 0; slot = n.slots[at] {
			if slot&upper == tag && n.numbers[uint32(slot)-1] == identifier {
				into[i] = int32(uint32(slot)) - 1
				break
			}
			at = (at + 1) & (len(n.slots) - 1)
		}
		if into[i] == none {
			n.numbers = append(n.numbers, identifier)
			n.slots[at] = tag | uint64(len(n.numbers))
			into[i] = int32(len(n.numbers)) - 1
		}
	}
}

// usableUPN reads the UPN as it is compared, 0 when it identifies nobody. The character at the end stands in the lowest
// eight bits; the letter in front follows from the rest.
func usableUPN(text string) uint64 {
	if text == "" {
		return 0
	}
	if !rules.ValidUPN(text) {
		if text = rules.NormaliseUPN(text); !rules.ValidUPN(text) {
			return 0
		}
	}
	end := len(text) - 1
	return digits(text[1:end])<<8 | uint64(text[end])
}

// usableNHSNumber reads the NHS number as it is compared, 0 when it identifies nobody: ten equal digits
// pass the check but stand for a number that nobody knew.
func usableNHSNumber(text string) uint64 {
	if text == "" || !rules.ValidNHSNumber(text) {
		return 0
	}
	const length, equalDigits = 10, 1111111111
	if len(text) > length {
		text = rules.NormaliseNHSNumber(text)
	}
	number := digits(text)
	if number%equalDigits == 0 {
		return 0
	}
	return number
}

// digits returns the number that a text of digits writes.
func digits(text string) (number uint64) {
	for i := range len(text) {
		number = number*10 + uint64(text[i]-'0')
	}
	return number
}

// identifiers are the national identifiers of each record, as numbers; none where a value identifies nobody.
type identifiers struct {
	upn, nhs []int32
	upns     []uint64 // by number
}

func readIdentifiers(t *table.Table) *identifiers {
	upn, upns := identify(usableUPN, t.Column("upn"))
	nhs, _ := identify(usableNHSNumber, t.Column("nhs_number"))
	return &identifiers{upn: upn[0], nhs: nhs[0], upns: upns}
}

// permanent tells whether a record's UPN is one that ends in a digit.
func (ids *identifiers) permanent(row int32) bool {
	return ids.upn[row] >= 0 && byte(ids.upns[ids.upn[row]]) <= '9'
}
