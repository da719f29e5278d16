package rules

// The connectives follow Kleene: what one side settles, the other cannot unsettle.

type andNode struct{ left, right boolNode }

func (n andNode) bools(w *worker, rows []uint32, out []uint8) {
	n.left.bools(w, rows, out)
	narrowed(w, rows, out, n.right, no)
}

type orNode struct{ left, right boolNode }

func (n orNode) bools(w *worker, rows []uint32, out []uint8) {
	n.left.bools(w, rows, out)
	narrowed(w, rows, out, n.right, yes)
}

// narrowed joins right into out by and (settled is no) or by or (settled is yes). Rows that out settles already
// are spared where they are many.
func narrowed(w *worker, rows []uint32, out []uint8, right boolNode, settled uint8) {
	open := w.takeRows(len(rows))
	places := w.takeRows(len(rows))
	n := 0
	for i, row := range rows {
		open[n], places[n] = row, uint32(i)
		if out[i] != settled {
			n++
		}
	}
	answers := w.takeFlags(len(rows))
	switch {
	case n == 0:
	case n*4 > len(rows)*3: // nearly all: judging them in their order is cheaper than picking
		right.bools(w, rows, answers)
		if settled == no {
			for i, a := range answers {
				out[i] = min(out[i], a)
			}
		} else {
			for i, a := range answers {
				out[i] = max(out[i], a)
			}
		}
	default:
		right.bools(w, open[:n], answers[:n])
		for i, a := range answers[:n] {
			if settled == no {
				out[places[i]] = min(out[places[i]], a)
			} else {
				out[places[i]] = max(out[places[i]], a)
			}
		}
	}
	w.dropFlags(answers)
	w.dropRows(places)
	w.dropRows(open)
}

type notNode struct{ of boolNode }

func (n notNode) bools(w *worker, rows []uint32, out []uint8) {
	n.of.bools(w, rows, out)
	for i, a := range out {
		out[i] = 2 - a
	}
}

// isTrueNode turns unknown into false.
type isTrueNode struct{ of boolNode }

func (n isTrueNode) bools(w *worker, rows []uint32, out []uint8) {
	n.of.bools(w, rows, out)
	for i, a := range out {
		out[i] = a &^ 1
	}
}

type boolConstant struct{ value bool }

func (n boolConstant) bools(_ *worker, rows []uint32, out []uint8) {
	answer := no
	if n.value {
		answer = yes
	}
	for i := range rows {
		out[i] = answer
	}
}

// sameBoolNode is == over booleans.
type sameBoolNode struct{ left, right boolNode }

func (n sameBoolNode) bools(w *worker, rows []uint32, out []uint8) {
	n.left.bools(w, rows, out)
	right := w.takeFlags(len(rows))
	n.right.bools(w, rows, right)
	for i, b := range right {
		a, answer := out[i], no
		if a == b {
			answer = yes
		}
		out[i] = settle(answer, 1&^(a|b))
	}
	w.dropFlags(right)
}

// The conditional nodes take one of two values; where the condition is unknown, so is the value.

type chooseBool struct{ when, then, otherwise boolNode }

func (n chooseBool) bools(w *worker, rows []uint32, out []uint8) {
	when, otherwise := w.takeFlags(len(rows)), w.takeFlags(len(rows))
	n.when.bools(w, rows, when)
	n.then.bools(w, rows, out)
	n.otherwise.bools(w, rows, otherwise)
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

func (n chooseNumber) numbers(w *worker, rows []uint32, out numbers) {
	when, otherwise := w.takeFlags(len(rows)), w.takeNumbers(len(rows))
	n.when.bools(w, rows, when)
	n.then.numbers(w, rows, out)
	n.otherwise.numbers(w, rows, otherwise)
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

func (n chooseText) texts(w *worker, rows []uint32, out texts) {
	when, otherwise := w.takeFlags(len(rows)), w.takeTexts(len(rows))
	n.when.bools(w, rows, when)
	n.then.texts(w, rows, out)
	n.otherwise.texts(w, rows, otherwise)
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
