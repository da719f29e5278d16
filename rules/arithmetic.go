package rules

import "math/bits"

// A decimal is a number of ten-thousandths: four places after the point and, in 64 bits, fourteen before it, so
// that comparing, adding and subtracting are exact.
const (
	decimalPlaces = 4
	decimalScale  = 10_000
	mostDecimal   = 1e15 // the most that is written out: a CEL literal is exact up to here
)

// numberConstant is an integer, a decimal, a date or a datetime that is written out.
type numberConstant int64

func (n numberConstant) constant(*worker) (int64, bool) { return int64(n), true }

func (n numberConstant) numbers(_ *worker, _ *lanes, out numbers) { fill(int64(n), out) }

func fill(value int64, out numbers) {
	for i := range out.values {
		out.values[i], out.known[i] = value, 1
	}
}

type operation uint8

const (
	plus operation = iota
	minus
	times
)

// arithmeticNode is +, - and * over integers or decimals, or a date and days. A result that no 64-bit number holds
// is unknown.
type arithmeticNode struct {
	operation   operation
	left, right numberNode
}

func (n arithmeticNode) numbers(w *worker, at *lanes, out numbers) {
	right := w.takeNumbers(at.n)
	n.left.numbers(w, at, out)
	n.right.numbers(w, at, right)
	switch n.operation {
	case plus:
		for i, b := range right.values {
			a := out.values[i]
			sum := a + b
			overflow := uint8(uint64((a^sum)&(b^sum)) >> 63)
			out.values[i], out.known[i] = sum, out.known[i]&right.known[i]&(1^overflow)
		}
	case minus:
		for i, b := range right.values {
			a := out.values[i]
			difference := a - b
			overflow := uint8(uint64((a^b)&(a^difference)) >> 63)
			out.values[i], out.known[i] = difference, out.known[i]&right.known[i]&(1^overflow)
		}
	case times:
		for i, b := range right.values {
			out.known[i] &= right.known[i]
			if product, fits := multiply(out.values[i], b); fits {
				out.values[i] = product
			} else {
				out.known[i] = 0
			}
		}
	}
	w.dropNumbers(right)
}

// multiply tells whether 64 bits hold the product.
func multiply(a, b int64) (int64, bool) {
	high, low := bits.Mul64(uint64(a), uint64(b))
	signed := int64(high)
	if a < 0 {
		signed -= b
	}
	if b < 0 {
		signed -= a
	}
	product := int64(low)
	return product, signed == product>>63
}

func compileArithmetic(o operation) func(*walk, []argument) (any, error) {
	return made2(func(left, right numberNode) numberNode { return arithmeticNode{o, left, right} })
}

func compileNegate(_ *walk, call []argument) (any, error) {
	if c, ok := call[0].node.(numberConstant); ok && c != -c {
		return -c, nil
	}
	return arithmeticNode{minus, numberConstant(0), call[0].node.(numberNode)}, nil
}

func compileDecimal(_ *walk, call []argument) (any, error) {
	return arithmeticNode{times, call[0].node.(numberNode), numberConstant(decimalScale)}, nil
}
