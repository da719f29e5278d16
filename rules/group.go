package rules

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"frontdoor/schemas/table"
)

// failures are where a check failed: its failing rows, in the order of their findings, and what its flags find. Where
// findings are split, a row stands once for each record that they are split by.
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

// split says that the records which an each-flag finds for a failing row make findings of their own: those that agree
// in these fields of theirs stand together.
type split struct {
	flag   int // among the flags of the check
	table  tableRef
	fields []fieldRef
}

// splitKeys tells what failing rows are put together by from what stands behind the name of an each-flag: fields of the
// records that it finds.
func splitKeys(group []Expression, flags []Flag) (own, others []Expression) {
	for _, e := range group {
		if eachOf(e, flags) < 0 {
			own = append(own, e)
		} else {
			others = append(others, e)
		}
	}
	return own, others
}

// eachOf returns the place of the each-flag whose name leads an expression, or -1.
func eachOf(e Expression, flags []Flag) int {
	name, _, _ := strings.Cut(e.Text, ".")
	return slices.IndexFunc(flags, func(f Flag) bool { return f.Each != nil && f.Each.Name == name })
}

// splits compiles what findings are split by. The flags are compiled already.
func (c *checkCompiler) splits(w *world, flags []Flag, keys []Expression, compiled *checkProgram) {
	for _, e := range keys {
		at := eachOf(e, flags)
		_, field, _ := strings.Cut(e.Text, ".")
		of := compiled.flags[at].of
		switch {
		case of.schema == nil: // the flag has a mistake
		case compiled.split != nil && compiled.split.flag != at:
			c.note(e, "group", errors.New("want the records of one each only"))
		default:
			if compiled.split == nil {
				compiled.split = &split{flag: at, table: of}
			}
			ref, _, err := w.resolve(of, field)
			c.note(e, "group", err)
			compiled.split.fields = append(compiled.split.fields, ref)
		}
	}
}

// failed is a failing row on its way into a finding, with the record that findings are split by, or none.
type failed struct {
	row   uint32
	place int64 // of the record; negative for none
	key   string
	alone bool // its key is not known
}

// grouped puts failing rows that agree in the keys of the check together, in the order of their first row. A row with
// an unknown key stands alone.
func (c *checkProgram) grouped(w *worker, b *binder, rows []uint32) (failures, error) {
	if c.group == nil && c.split == nil || len(rows) == 0 {
		return failures{rows: rows}, nil
	}
	all := make([]failed, 0, len(rows))
	check := *c
	check.applies = nil // these rows were looked at already
	err := check.eachChunk(w, rows, func(at *lanes) {
		keys := takeKeys(w, c.group, at)
		var key []byte
		for i, row := range at.rows[0] {
			key = keys.join(key[:0], i)
			all = append(all, failed{row, -1, string(key), key == nil})
		}
		keys.drop(w)
	})
	var found flagged
	if c.split != nil && err == nil {
		all, found, err = c.splitted(w, b, rows, all)
	}
	var findings [][]int
	byKey := map[string]int{}
	for i, s := range all {
		finding, known := byKey[s.key]
		if s.alone || !known {
			finding = len(findings)
			findings = append(findings, nil)
		}
		if !s.alone {
			byKey[s.key] = finding
		}
		findings[finding] = append(findings[finding], i)
	}
	f := failures{starts: []uint32{0}, each: make([]flagged, len(c.flags))}
	ordered := flagged{starts: []uint32{0}}
	for _, of := range findings {
		for _, i := range of {
			f.rows = append(f.rows, all[i].row)
			if all[i].place >= 0 {
				ordered.places = append(ordered.places, uint32(all[i].place))
			}
			ordered.starts = append(ordered.starts, uint32(len(ordered.places)))
		}
		f.starts = append(f.starts, uint32(len(f.rows)))
	}
	if found.starts != nil {
		f.each[c.split.flag] = ordered
	}
	return f, err
}

// splitted makes one for each record that the flag of the split finds for a row, its fields added to the row's key.
// A row for which it finds none stands there all the same. Without what the flag reads, nothing is split.
func (c *checkProgram) splitted(w *worker, b *binder, rows []uint32, all []failed) ([]failed, flagged, error) {
	flag := &c.flags[c.split.flag]
	if missing(flag.needs, b.delivery) != "" {
		return all, flagged{}, nil
	}
	found, err := flag.find(w, b, c.table, rows)
	if err != nil {
		return nil, found, err
	}
	made := make([]failed, 0, len(found.places))
	for i, s := range all {
		places := found.places[found.starts[i]:found.starts[i+1]]
		if len(places) == 0 {
			made = append(made, s)
		}
		for _, place := range places {
			one := failed{row: s.row, place: int64(place)}
			key, known := c.split.key(b, []byte(s.key), int(place))
			one.key, one.alone = string(key), s.alone || !known
			made = append(made, one)
		}
	}
	return made, found, nil
}

// key adds the fields of a record to a key; false when one of them has no value.
func (s *split) key(b *binder, key []byte, place int) ([]byte, bool) {
	for _, ref := range s.fields {
		at := place
		if len(ref.steps) > 0 {
			if at = int(b.link(linkRef{ref.steps[0].from, ref.steps})[at]); at < 0 {
				return key, false
			}
		}
		c := b.delivery.table(ref.table).Column(ref.name)
		if c.State(at) != table.Present {
			return key, false
		}
		text := c.Text(at)
		key = binary.LittleEndian.AppendUint32(key, uint32(len(text)))
		key = append(key, text...)
	}
	return key, true
}
