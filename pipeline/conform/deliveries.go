package conform

import (
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// superseded returns, by file, the rows for which a later delivery speaks: one that covers the record's day, or for
// records without a day one that has the record's key. It counts those of them that no later delivery has.
func (b *Builder) superseded(full []*table.Column) [][]int {
	rows := make([][]int, len(b.files))
	several := slices.ContainsFunc(b.files, func(f *file) bool {
		return !f.dropped && f.delivery != nil && f.delivery.Delivered != b.files[0].delivered()
	})
	if !several {
		return rows
	}
	keys := make([]map[string]bool, len(b.files))
	for i, f := range b.files {
		keys[i] = map[string]bool{}
		for row := f.span.From; row < f.span.To; row++ {
			keys[i][b.keyOf(full, row)] = true
		}
	}
	var days *array.Date32
	if b.schema.Dated != "" {
		days, _ = full[b.schema.FieldIndex(b.schema.Dated)].Array.(*array.Date32)
	}
	for i, f := range b.files {
		if f.dropped || f.delivery == nil {
			continue
		}
		for row := f.span.From; row < f.span.To; row++ {
			key := b.keyOf(full, row)
			speaks, has := true, false
			for k, other := range b.files {
				if other.dropped || other.delivery == nil || other.delivery.Delivered <= f.delivery.Delivered {
					continue
				}
				has = has || keys[k][key]
				switch {
				case b.schema.Dated == "":
					speaks = speaks && !keys[k][key]
				case days != nil && days.IsValid(row):
					speaks = speaks && !other.delivery.covers(schemas.Day(days.Value(row)))
				}
			}
			if speaks {
				continue
			}
			rows[i] = append(rows[i], row)
			if !has {
				f.report.Withdrawn++
			}
		}
	}
	return rows
}

// delivered is the day of the file's delivery; the earliest there is when none is declared.
func (f *file) delivered() schemas.Day {
	if f.delivery == nil {
		return -1 << 31
	}
	return f.delivery.Delivered
}

// keyOf returns the texts of a record's key.
func (b *Builder) keyOf(full []*table.Column, row int) string {
	var key strings.Builder
	for _, name := range b.schema.Key {
		key.WriteString(full[b.schema.FieldIndex(name)].Text(row))
		key.WriteByte(0)
	}
	return key.String()
}

// superseded sets records aside for which a later delivery speaks; that some are is one finding for the file.
func (s *findings) superseded(number int, f *file, rows []int) {
	if len(rows) == 0 {
		return
	}
	s.add(number, wholeRecord, f, RuleSuperseded, int(s.builder.lines[rows[0]]), nil, nil, nil)
	before := len(s.quarantined)
	for _, row := range rows {
		s.quarantine(f, int(s.builder.lines[row]), RuleSuperseded, "a later delivery speaks for it", s.text(f, row))
	}
	slices.SortStableFunc(s.quarantined[before:], func(x, y Quarantined) int { return x.Line - y.Line })
}
