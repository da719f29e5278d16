package ingest

// maxPaths is how many paths of unknown elements or loose text are told of in one file.
const maxPaths = 1000

// oddity notes an element that is not known or text where none belongs, once for every path.
func (x *nestedReader) oddity(kind OddityKind, under *element, name string) {
	x.path = append(x.path[:0], byte(kind))
	for e := under; e != nil; e = e.parent {
		x.path = append(append(x.path, e.name...), '/')
	}
	x.path = append(x.path, name...)
	if x.odd[string(x.path)] || len(x.odd) >= maxPaths {
		return
	}
	x.odd[string(x.path)] = true
	if name == "" {
		name = under.name
	}
	x.report.Odd = append(x.report.Odd, Oddity{Kind: kind, Table: x.tableOf(under), Line: x.lineAt(x.pos), Element: name})
}

// twice notes an element that stands a second time in its record.
func (x *nestedReader) twice(e *element) {
	line := x.lineAt(x.pos)
	if w := x.tables[e.table]; e.role == valueElement && w.open {
		line = int(w.text.Lines[w.opened])
	}
	x.report.Odd = append(x.report.Odd, Oddity{Kind: Twice, Table: e.table, Line: line, Element: e.name})
}

// tableOf returns the table of the record that an element is or belongs to, else the units' own.
func (x *nestedReader) tableOf(e *element) int {
	for ; e != nil; e = e.parent {
		if e.table >= 0 {
			return e.table
		}
	}
	return x.layout.own
}
