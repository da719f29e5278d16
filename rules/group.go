package rules

import "frontdoor/schemas/table"

// failures are where a check failed: its failing rows, in the order of their findings, and what its flags find.
type failures struct {
	rows   []uint32
	starts []uint32  // by finding, where its rows begin, and one more; nil when each row is a finding
	usable []bool    // by flag, whether the delivery has what it reads
	each   []flagged // by flag; empty for those that are fields
}

func (f *failures) count() int {
	if f.starts == nil {
		return len(f.rows)
	}
	return len(f.starts) - 1
}

// of returns where the rows of a finding stand.
func (f *failures) of(finding int) (from, to int) {
	if f.starts == nil {
		return finding, finding + 1
	}
	return int(f.starts[finding]), int(f.starts[finding+1])
}

// grouped puts failing rows that agree in the keys of the check together, in the order of their first row. A row
// with an unknown key stands alone.
func (c *checkProgram) grouped(w *worker, rows []uint32) (failures, error) {
	if c.group == nil || len(rows) == 0 {
		return failures{rows: rows}, nil
	}
	groups := table.NewDictionary()
	var findings [][]uint32
	byGroup := map[uint32]int{}
	var key []byte
	all := *c
	all.applies = nil // these rows were looked at already
	err := all.eachChunk(w, rows, func(at *lanes) {
		keys := takeKeys(w, c.group, at)
		for i, row := range at.rows[0] {
			if key = keys.join(key[:0], i); key == nil {
				findings = append(findings, []uint32{row})
				continue
			}
			group := groups.Code(key)
			finding, known := byGroup[group]
			if !known {
				finding = len(findings)
				byGroup[group] = finding
				findings = append(findings, nil)
			}
			findings[finding] = append(findings[finding], row)
		}
		keys.drop(w)
	})
	f := failures{starts: []uint32{0}}
	for _, rows := range findings {
		f.rows = append(f.rows, rows...)
		f.starts = append(f.starts, uint32(len(f.rows)))
	}
	return f, err
}
