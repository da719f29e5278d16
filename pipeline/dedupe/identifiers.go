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
	size := bits.Len(uint(2 * count))
	slots := make([]int32, 1<<size) // number+1 by hash, 0 when free
	for _, c := range columns {
		if !c.Delivered() {
			byRow = append(byRow, nil)
			continue
		}
		text, own := textsOf(c), fill(c.Array.Len())
		for row := range own {
			identifier := read(text.at(int32(row)))
			if identifier == 0 {
				continue
			}
			const mixer = 0x9e3779b97f4a7c15
			at := int(identifier * mixer >> (64 - size) & (1<<size - 1))
			for slots[at] != 0 && numbers[slots[at]-1] != identifier {
				at = (at + 1) & (1<<size - 1)
			}
			if slots[at] == 0 {
				numbers = append(numbers, identifier)
				slots[at] = int32(len(numbers))
			}
			own[row] = slots[at] - 1
		}
		byRow = append(byRow, own)
	}
	return byRow, numbers
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
