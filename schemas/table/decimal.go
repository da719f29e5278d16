package table

import (
	"errors"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

// DecimalPlaces is how many places after the point a decimal has: its value is a whole number of ten-thousandths.
const DecimalPlaces = 4

// DecimalType is the Arrow type of decimal columns.
var DecimalType = &arrow.Decimal128Type{Precision: 18, Scale: DecimalPlaces}

// mostDecimal is the first number of ten-thousandths that does not fit the type.
const mostDecimal = 1_000_000_000_000_000_000

var errNoDecimal = errors.New("read decimal: want digits, at most four of them after a point and fourteen before it")

// ParseDecimal reads digits with at most four places after a point, and a minus if need be, as ten-thousandths.
func ParseDecimal(text string) (int64, error) {
	digits, negative := strings.CutPrefix(text, "-")
	whole, places, point := strings.Cut(digits, ".")
	if whole == "" || point && places == "" || len(places) > DecimalPlaces {
		return 0, errNoDecimal
	}
	value := int64(0)
	for _, d := range []byte(whole + places + "0000"[len(places):]) {
		if d < '0' || d > '9' || value >= mostDecimal/10 {
			return 0, errNoDecimal
		}
		value = value*10 + int64(d-'0')
	}
	if negative {
		value = -value
	}
	return value, nil
}

// DecimalText writes ten-thousandths with as many places as they need.
func DecimalText(value int64) string {
	text, sign := strconv.FormatInt(value, 10), ""
	if value < 0 {
		text, sign = text[1:], "-"
	}
	if short := DecimalPlaces + 1 - len(text); short > 0 {
		text = strings.Repeat("0", short) + text
	}
	point := len(text) - DecimalPlaces
	return sign + strings.TrimSuffix(strings.TrimRight(text[:point]+"."+text[point:], "0"), ".")
}

// DecimalArray makes ten-thousandths into an Arrow array.
func DecimalArray(values []int64, valid []byte, nulls int) *array.Decimal128 {
	wide := make([]decimal128.Num, len(values))
	for i, v := range values {
		wide[i] = decimal128.FromI64(v)
	}
	return array.NewDecimal128Data(array.NewData(DecimalType, len(values), fixedBuffers(arrow.Decimal128Traits.CastToBytes(wide), valid, nulls), nil, nulls, 0))
}
