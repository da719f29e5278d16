package measure

import (
	"context"
	"math"
	"slices"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// placed is a record of a child: by its day, and its row among those of a day. Without a date the day is 0.
type placed int64

func placedAt(day schemas.Day, row int) placed { return placed(day)<<32 | placed(row) }

func (p placed) day() schemas.Day { return schemas.Day(p >> 32) }
func (p placed) row() int         { return int(uint32(p)) }

// byKey is the records of each key, in the order of day and row.
type byKey struct {
	keys    *table.Dictionary // the number of a key; nil where it is its place in texts
	texts   *array.String
	first   []int32 // where the records of a key begin; one more than keys
	records []placed
}

// index gathers the records that the field looks at. The cause of its error is rules.ErrMissing where the condition
// over them reads what was not delivered.
func (r *Related) index(ctx context.Context, in Input, records *table.Table) (*byKey, error) {
	key := records.Column(r.RecordsKey)
	looked := &chosen{words: slices.Repeat([]uint64{^uint64(0)}, (records.Rows+63)/64)}
	if spare := records.Rows & 63; spare > 0 {
		looked.words[len(looked.words)-1] = 1<<spare - 1
	}
	if r.where != nil {
		rows, err := r.where.Rows(ctx, in.delivery(records, min(in.Period.To, in.AsAt)))
		if err != nil {
			return nil, err
		}
		looked.words = slices.Clone(rows.Words())
	}
	table.ValidityOf(key.Array).Keep(looked.words)
	var days []schemas.Day
	if r.Date != "" {
		date := records.Column(r.RecordsDate)
		days = date.Days()
		table.ValidityOf(date.Array).Keep(looked.words)
	}
	k := &byKey{}
	codes, texts := key.Codes()
	if texts != nil {
		k.texts = texts
		k.gather(looked, codes, days, texts.Len())
		return k, nil
	}
	k.keys = table.NewDictionary()
	codes = make([]uint32, records.Rows)
	for rows := range looked.rows() {
		for _, row := range rows {
			codes[row] = k.keys.Code([]byte(key.Text(int(row))))
		}
	}
	k.gather(looked, codes, days, k.keys.Len())
	return k, nil
}

// gather orders rows by the number of their key, and those of a key by day and row.
func (k *byKey) gather(looked *chosen, numbers []uint32, days []schemas.Day, keys int) {
	next := make([]int32, keys+2) // by key and two: first how many records there are, then where the next one comes
	for rows := range looked.rows() {
		for _, row := range rows {
			next[numbers[row]+2]++
		}
	}
	for n := range keys {
		next[n+2] += next[n+1]
	}
	k.records = make([]placed, next[keys+1])
	for rows := range looked.rows() {
		for _, row := range rows {
			at := &next[numbers[row]+1]
			day := schemas.Day(0)
			if days != nil {
				day = days[row]
			}
			k.records[*at] = placedAt(day, int(row))
			*at++
		}
	}
	k.first = next[:keys+1]
	for n := range keys {
		if records := k.records[k.first[n]:k.first[n+1]]; len(records) > 1 {
			slices.Sort(records)
		}
	}
}

// of returns the records of a key by its number; none for a number that no key has.
func (k *byKey) of(number uint32) []placed {
	if int64(number) >= int64(len(k.first))-1 {
		return nil
	}
	return k.records[k.first[number]:k.first[number+1]]
}

// noKey is the number of what is no key. One more than it must be a number too: see known.
const noKey = math.MaxUint32 - 1

// numbersOf returns by row the number of the key of another column: one that no key has where there is none such, and
// anything where the row has no key. Tables of one run mostly have their keys from one dictionary, so that equal codes
// are equal keys.
func (k *byKey) numbersOf(column *table.Column) []uint32 {
	codes, texts := column.Codes()
	if k.texts != nil && texts != nil && table.SharedStart(k.texts, texts) > 0 {
		return codes
	}
	if k.keys == nil {
		k.keys = table.NewDictionary()
		for i := range k.texts.Len() {
			k.keys.Code([]byte(k.texts.Value(i)))
		}
	}
	find := func(text string) uint32 {
		if n, known := k.keys.Lookup([]byte(text)); known {
			return n
		}
		return noKey
	}
	numbers, has := make([]uint32, column.Array.Len()), table.ValidityOf(column.Array)
	var known []uint32 // by code, one more than the number; 0 where it was not looked for
	if texts != nil {
		known = make([]uint32, texts.Len())
	}
	for row := range numbers {
		switch {
		case !has.Of(row):
		case texts == nil:
			numbers[row] = find(column.Text(row))
		default:
			code := codes[row]
			if known[code] == 0 {
				known[code] = find(texts.Value(int(code))) + 1
			}
			numbers[row] = known[code] - 1
		}
	}
	return numbers
}
