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

// failed is a failing row on its way into a finding, with the record that findings are split by, or none. Those with one
// number stand together; one whose number is noCode stands alone.
type failed struct {
	row, number uint32
	place       int64 // of the record; negative for none
}

// grouped puts failing rows that agree in the keys of the check together, in the order of their first row. A row with
// an unknown key stands alone.
func (c *checkProgram) grouped(w *worker, b *binder, rows []uint32) (failures, error) {
	if c.group == nil && c.split == nil || len(rows) == 0 {
		return failures{rows: rows}, nil
	}
	check := *c
	check.applies = nil // these rows were looked at already
	least := 2
	if c.split != nil {
		least = 1 // one row may stand for several records that agree
	}
	by := newAgreement(w, c.group, least)
	defer by.drop(w)
	if err := check.eachChunk(w, rows, func(at *lanes) { by.add(w, at) }); err != nil {
		return failures{}, err
	}
	numbers, bound, err := by.numbers(w, 0)
	if err != nil {
		return failures{}, err
	}
	all := make([]failed, len(rows))
	for i, row := range rows {
		all[i] = failed{row, numbers[i], -1}
	}
	var found flagged
	if c.split != nil {
		if all, found, bound, err = c.splitted(w, b, rows, all, bound); err != nil {
			return failures{}, err
		}
	}
	f := failures{each: make([]flagged, len(c.flags))}
	all, f.starts = together(all, bound)
	f.rows = make([]uint32, len(all))
	for i, s := range all {
		f.rows[i] = s.row
	}
	if found.starts != nil {
		ordered := flagged{starts: []uint32{0}}
		for _, s := range all {
			if s.place >= 0 {
				ordered.places = append(ordered.places, uint32(s.place))
			}
			ordered.starts = append(ordered.starts, uint32(len(ordered.places)))
		}
		f.each[c.split.flag] = ordered
	}
	return f, nil
}

// together puts those with one number behind the first of them and returns where each finding begins, and one more. bound
// is above the numbers.
func together(all []failed, bound int) (ordered []failed, starts []uint32) {
	known := make([]uint32, bound) // by number the finding, counted from 1
	finding := make([]uint32, len(all))
	starts = []uint32{0}
	for i, s := range all {
		at := uint32(len(starts))
		switch {
		case s.number == noCode:
			starts = append(starts, 0)
		case known[s.number] == 0:
			known[s.number] = at
			starts = append(starts, 0)
		default:
			at = known[s.number]
		}
		finding[i] = at - 1
		starts[at]++
	}
	next := make([]uint32, len(starts))
	for i := 1; i < len(starts); i++ {
		starts[i] += starts[i-1]
		next[i] = starts[i]
	}
	ordered = make([]failed, len(all))
	for i, s := range all {
		ordered[next[finding[i]]] = s
		next[finding[i]]++
	}
	return ordered, starts
}

// splitted makes one for each record that the flag of the split finds for a row, numbered by the row's number and the
// record's fields; bound is above the numbers, those that it is given and those that it returns. A row for which it finds
// none stands there all the same. Without what the flag reads, nothing is split.
func (c *checkProgram) splitted(w *worker, b *binder, rows []uint32, all []failed, bound int) ([]failed, flagged, int, error) {
	flag := &c.flags[c.split.flag]
	if missing(flag.needs, b.delivery) != "" {
		return all, flagged{}, bound, nil
	}
	found, err := flag.find(w, b, c.table, rows)
	if err != nil {
		return nil, found, bound, err
	}
	made := make([]failed, 0, len(found.places))
	keys := table.NewDictionary()
	var key []byte
	for i, s := range all {
		places := found.places[found.starts[i]:found.starts[i+1]]
		if len(places) == 0 {
			made = append(made, s)
		}
		for _, place := range places {
			one := failed{s.row, noCode, int64(place)}
			key = binary.LittleEndian.AppendUint32(key[:0], s.number)
			var known bool
			if key, known = c.split.key(b, key, int(place)); known && s.number != noCode {
				one.number = uint32(bound) + keys.Code(key)
			}
			made = append(made, one)
		}
	}
	return made, found, bound + keys.Len(), nil
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
