package rules

// The connectives follow Kleene: what one side settles, the other cannot unsettle.

type andNode struct {
	left, right boolNode
	reads       variables // of right
}

func (n andNode) bools(w *worker, at *lanes, out []uint8) {
	n.left.bools(w, at, out)
	narrowed(w, at, out, n.right, n.reads, no)
}

type orNode struct {
	left, right boolNode
	reads       variables // of right
}

func (n orNode) bools(w *worker, at *lanes, out []uint8) {
	n.left.bools(w, at, out)
	narrowed(w, at, out, n.right, n.reads, yes)
}

// narrowed joins right into out by and (settled is no) or by or (settled is yes). Lanes that out settles already
// are spared where they are many.
func narrowed(w *worker, at *lanes, out []uint8, right boolNode, reads variables, settled uint8) {
	n := countUnlike(out, settled)
	if n == 0 {
		return
	}
	answers := w.takeFlags(at.n)
	join := joinOr
	if settled == no {
		join = joinAnd
	}
	if n*4 > at.n*3 { // nearly all: judging them in their order is cheaper than picking
		right.bools(w, at, answers)
		join(out, answers)
		w.dropFlags(answers)
		return
	}
	places := w.takeRows(at.n)
	n = 0
	for i, a := range out {
		places[n] = uint32(i)
		if a != settled {
			n++
		}
	}
	open := w.pick(at, places[:n], reads)
	right.bools(w, open, answers[:n])
	w.dropLanes(open)
	for i, a := range answers[:n] {
		if settled == no {
			out[places[i]] = min(out[places[i]], a)
		} else {
			out[places[i]] = max(out[places[i]], a)
		}
	}
	w.dropRows(places)
	w.dropFlags(answers)
}

type notNode struct{ of boolNode }

func (n notNode) bools(w *worker, at *lanes, out []uint8) {
	n.of.bools(w, at, out)
	negate(out)
}

// isTrueNode turns unknown into false.
type isTrueNode struct{ of boolNode }

func (n isTrueNode) bools(w *worker, at *lanes, out []uint8) {
	n.of.bools(w, at, out)
	unknownToNo(out)
}

type boolConstant struct{ value bool }

func (n boolConstant) bools(_ *worker, at *lanes, out []uint8) {
	answer := no
	if n.value {
		answer = yes
	}
	for i := range out {
		out[i] = answer
	}
}

// sameBoolNode is == over booleans.
type sameBoolNode struct{ left, right boolNode }

func (n sameBoolNode) bools(w *worker, at *lanes, out []uint8) {
	n.left.bools(w, at, out)
	right := w.takeFlags(at.n)
	n.right.bools(w, at, right)
	for i, b := range right {
		out[i] = sameBool(out[i], b)
	}
	w.dropFlags(right)
}

func sameBool(a, b uint8) uint8 {
	answer := no
	if a == b {
		answer = yes
	}
	return settle(answer, 1&^(a|b))
}

// The conditional nodes take one of two values; where the condition is unknown, so is the value.

type chooseBool struct{ when, then, otherwise boolNode }

func (n chooseBool) bools(w *worker, at *lanes, out []uint8) {
	when, otherwise := w.takeFlags(at.n), w.takeFlags(at.n)
	n.when.bools(w, at, when)
	n.then.bools(w, at, out)
	n.otherwise.bools(w, at, otherwise)
	for i, c := range when {
		switch c {
		case no:
			out[i] = otherwise[i]
		case unknown:
			out[i] = unknown
		}
	}
	w.dropFlags(otherwise)
	w.dropFlags(when)
}

type chooseNumber struct {
	when            boolNode
	then, otherwise numberNode
}

func (n chooseNumber) numbers(w *worker, at *lanes, out numbers) {
	when, otherwise := w.takeFlags(at.n), w.takeNumbers(at.n)
	n.when.bools(w, at, when)
	n.then.numbers(w, at, out)
	n.otherwise.numbers(w, at, otherwise)
	for i, c := range when {
		switch c {
		case no:
			out.values[i], out.known[i] = otherwise.values[i], otherwise.known[i]
		case unknown:
			out.known[i] = 0
		}
	}
	w.dropNumbers(otherwise)
	w.dropFlags(when)
}

type chooseText struct {
	when            boolNode
	then, otherwise textNode
}

func (n chooseText) texts(w *worker, at *lanes, out texts) {
	when, otherwise := w.takeFlags(at.n), w.takeTexts(at.n)
	n.when.bools(w, at, when)
	n.then.texts(w, at, out)
	n.otherwise.texts(w, at, otherwise)
	for i, c := range when {
		switch c {
		case no:
			out.values[i], out.known[i] = otherwise.values[i], otherwise.known[i]
		case unknown:
			out.known[i] = 0
		}
	}
	w.dropTexts(otherwise)
	w.dropFlags(when)
}
