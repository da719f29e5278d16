package rules

// cellSet adds cells to a finding, each once.
type cellSet struct {
	result  *Result
	finding *Finding
	several bool // more than one record may be flagged, so that a cell may come twice
	seen    map[cellPlace]bool
}

type cellPlace struct {
	table tableRef
	field string
	row   int
}

// add adds the cell of a field that a row sees, if the row has such a record.
func (s *cellSet) add(ref fieldRef, row int) {
	b := s.result.binder
	if len(ref.steps) > 0 {
		place := b.link(linkRef{ref.steps[0].from, ref.steps})[row]
		if place < 0 {
			return
		}
		row = int(place)
	}
	if s.several {
		at := cellPlace{ref.table, ref.name, row}
		if s.seen[at] {
			return
		}
		if s.seen == nil {
			s.seen = map[cellPlace]bool{}
		}
		s.seen[at] = true
	}
	t := b.delivery.table(ref.table)
	cell := Cell{Table: ref.table.name(), File: t.FileOf(row), Sheet: t.SheetOf(row), Line: t.LineOf(row), Field: ref.name}
	if text, delivered := t.Column(ref.name).Delivery(row); delivered {
		cell.Value = &text
	}
	s.finding.Cells = append(s.finding.Cells, cell)
}
