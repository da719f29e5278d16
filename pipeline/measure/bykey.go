package measure

import (
	"context"
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
	key, hasDate := records.Column(r.RecordsKey), table.Validity{}
	hasKey, days := table.ValidityOf(key.Array), []schemas.Day(nil)
	if r.Date != "" {
		date := records.Column(r.RecordsDate)
		days, hasDate = date.Days(), table.ValidityOf(date.Array)
	}
	only := func(int) bool { return true }
	if r.where != nil {
		rows, err := r.where.Rows(ctx, in.delivery(records, min(in.Period.To, in.AsAt)))
		if err != nil {
			return nil, err
		}
		only = rows.Has
	}
	k := &byKey{}
	codes, texts := key.Codes()
	if k.texts = texts; texts == nil {
		k.keys = table.NewDictionary()
	}
	const none = -1
	numbers := make([]int32, records.Rows)
	for row := range numbers {
		switch {
		case !hasKey.Of(row) || !hasDate.Of(row) || !only(row):
			numbers[row] = none
		case texts != nil:
			numbers[row] = int32(codes[row])
		default:
			numbers[row] = int32(k.keys.Code([]byte(key.Text(row))))
		}
	}
	if texts != nil {
		k.gather(numbers, days, texts.Len())
	} else {
		k.gather(numbers, days, k.keys.Len())
	}
	return k, nil
}

// gather orders records by the number of their key, which is negative for those that are left out.
func (k *byKey) gather(numbers []int32, days []schemas.Day, keys int) {
	k.first = make([]int32, keys+1)
	for _, n := range numbers {
		if n >= 0 {
			k.first[n]++
		}
	}
	for n := range keys {
		k.first[n+1] += k.first[n] // now where the records of a key end
	}
	k.records = make([]placed, k.first[keys])
	for row, n := range slices.Backward(numbers) {
		if n < 0 {
			continue
		}
		k.first[n]--
		day := schemas.Day(0)
		if days != nil {
			day = days[row]
		}
		k.records[k.first[n]] = placedAt(day, row)
	}
	for n := range keys {
		slices.Sort(k.records[k.first[n]:k.first[n+1]])
	}
}

// of returns the records with the key of a row of another column; none where it has no key.
func (k *byKey) of(column *table.Column) func(row int) []placed {
	number, has := k.numberOf(column), table.ValidityOf(column.Array)
	return func(row int) []placed {
		if !has.Of(row) {
			return nil
		}
		n := number(row)
		if n < 0 {
			return nil
		}
		return k.records[k.first[n]:k.first[n+1]]
	}
}

// numberOf returns the number of the key of a row of another column, or -1. Tables of one run mostly have their keys
// from one dictionary, so that equal codes are equal keys.
func (k *byKey) numberOf(column *table.Column) func(row int) int32 {
	codes, texts := column.Codes()
	if k.texts != nil && texts != nil {
		if shared := table.SharedStart(k.texts, texts); shared > 0 {
			known := k.texts.Len()
			return func(row int) int32 {
				if n := int32(codes[row]); int(n) < known {
					return n
				}
				return -1
			}
		}
	}
	if k.keys == nil {
		k.keys = table.NewDictionary()
		for i := range k.texts.Len() {
			k.keys.Code([]byte(k.texts.Value(i)))
		}
	}
	find := func(text string) int32 {
		if n, known := k.keys.Lookup([]byte(text)); known {
			return int32(n)
		}
		return -1
	}
	if texts == nil {
		return func(row int) int32 { return find(column.Text(row)) }
	}
	const notAsked = -2
	known := make([]int32, texts.Len())
	for i := range known {
		known[i] = notAsked
	}
	return func(row int) int32 {
		code := codes[row]
		if known[code] == notAsked {
			known[code] = find(texts.Value(int(code)))
		}
		return known[code]
	}
}
