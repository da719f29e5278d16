package rules

// The calls here take a list.

// compileAmong compiles in.
func compileAmong(w *walk, call []argument) (any, error) {
	l := call[1].node.(*list)
	if l.written != nil {
		var elements []value
		for _, e := range l.written {
			elements = append(elements, w.answered(e))
		}
		switch of := call[0].node.(type) {
		case boolNode:
			return amongBools{of, nodesOf[boolNode](elements)}, nil
		case textNode:
			return compileAmongTexts(of, nodesOf[textNode](elements)), nil
		case numberNode:
			return amongNumbers{of, nodesOf[numberNode](elements)}, nil
		}
	}
	over := *l.loop
	over.reads |= l.element.reads | call[0].reads
	var same boolNode
	switch of := call[0].node.(type) {
	case boolNode:
		same = sameBoolNode{of, l.element.node.(boolNode)}
	case textNode:
		same = compareTexts{equal, of, l.element.node.(textNode)}
	case numberNode:
		same = compareNumbers{equal, of, l.element.node.(numberNode)}
	}
	return someNode{&over, same, yes}, nil
}

// compileCount compiles size() of a list: of its known elements.
func compileCount(_ *walk, call []argument) (any, error) {
	l := call[0].node.(*list)
	if l.element.node == nil {
		return numberConstant(0), nil
	}
	over := *l.loop
	over.reads |= l.element.reads
	switch of := l.element.node.(type) {
	case record:
		if p, ok := of.node.(pathNode); ok && p.link == own {
			return countNode{loop: &over}, nil
		}
		return countNode{&over, presentRecord{of.node}}, nil
	case *list:
		return countNode{&over, knownList{of.loop}}, nil
	case boolNode:
		return countNode{&over, knownBool{of}}, nil
	case textNode:
		return countNode{&over, knownText{of}}, nil
	}
	return countNode{&over, knownNumber{l.element.node.(numberNode)}}, nil
}

func compileGather(what gathering) func(*walk, []argument) (any, error) {
	return func(_ *walk, call []argument) (any, error) {
		l := call[0].node.(*list)
		over := *l.loop
		over.reads |= l.element.reads
		return gatherNode{&over, l.element.node.(numberNode), what}, nil
	}
}

func compileDifferent(_ *walk, call []argument) (any, error) {
	l := call[0].node.(*list)
	over := *l.loop
	over.reads |= l.element.reads
	return differentNode{&over, l.element.node}, nil
}
