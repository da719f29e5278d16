package measure

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sort"

	"github.com/apache/arrow-go/v18/arrow/array"
	"golang.org/x/sync/errgroup"

	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// relate returns the input with the related fields of its tables. A field whose records were not delivered is not
// there: what reads it is not available.
func (c *Catalogue) relate(ctx context.Context, in Input) (Input, error) {
	tables := map[string]*table.Table{}
	for name, t := range in.Tables {
		if t == nil {
			continue
		}
		copied := *t
		copied.Schema = c.extend(name, t.Schema)
		copied.Columns = slices.Clone(t.Columns)
		for _, f := range copied.Schema.Fields[len(t.Columns):] {
			copied.Columns = append(copied.Columns, &table.Column{Field: f})
		}
		tables[name] = &copied
	}
	in.Tables, in.views = tables, &views{stretches: stretchesOf(periods(in.Period))}
	for first := 0; first < len(c.Related); {
		var group errgroup.Group
		group.SetLimit(runtime.GOMAXPROCS(0))
		end := first
		for ; end < len(c.Related) && !c.Related[end].readsAny(c.Related[first:end]); end++ {
			r := c.Related[end]
			group.Go(func() error {
				if err := r.fill(ctx, in); err != nil {
					return fmt.Errorf("compute related field %s of %s: %w", r.Field, r.Table, err)
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			return in, err
		}
		first = end
	}
	return in, nil
}

// readsAny tells whether the condition over the records looked at reads one of these fields.
func (r *Related) readsAny(fields []*Related) bool {
	return r.where != nil && slices.ContainsFunc(fields, func(f *Related) bool {
		return f.Table == r.Records && slices.Contains(r.where.Columns(), f.Field)
	})
}

// unknownAnswer stands for what is not known.
const unknownAnswer = int64(-1) << 40

// fill computes the field for every row of its table, if all that it is about was delivered.
func (r *Related) fill(ctx context.Context, in Input) error {
	t, records := in.Tables[r.Table], in.Tables[r.Records]
	if t == nil || records == nil || !r.delivered(t, records) {
		return nil
	}
	answers := make([]int64, t.Rows)
	byKey, err := r.index(ctx, in, records)
	switch {
	case errors.Is(err, rules.ErrMissing):
		return nil
	case err != nil:
		return err
	case r.Date == "":
		r.among(byKey, t.Column(r.Key), records, answers)
	default:
		r.look(in, byKey, t, answers)
	}
	column := t.Column(r.Field)
	if r.Gives == "answer" {
		column.Array = yesNoUnknown(answers)
	} else {
		column.Array = numbers(answers)
	}
	return nil
}

func yesNoUnknown(answers []int64) *array.Dictionary {
	codes := make([]uint32, len(answers))
	for row, answer := range answers {
		if answer == unknownAnswer {
			answer = 2
		}
		codes[row] = uint32(answer)
	}
	return table.DictionaryArray(codes, table.Texts([]string{"no", "yes", "not known"}), nil, 0)
}

func numbers(answers []int64) *array.Int64 {
	valid, nulls := make([]byte, (len(answers)+7)/8), 0
	for row, answer := range answers {
		if answer == unknownAnswer {
			nulls++
		} else {
			valid[row/8] |= 1 << (row % 8)
		}
	}
	return table.IntegerArray(answers, valid, nulls)
}

// delivered tells whether there is all that the field is about.
func (r *Related) delivered(t, records *table.Table) bool {
	for _, c := range []struct {
		of   *table.Table
		name string
	}{{t, r.Key}, {t, r.Date}, {records, r.RecordsKey}, {records, r.RecordsDate}, {records, r.Of}} {
		if c.name != "" && !c.of.Column(c.name).Delivered() {
			return false
		}
	}
	return true
}

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
	key, hasDate := records.Column(r.RecordsKey), valid{}
	hasKey, days := validity(key), []schemas.Day(nil)
	if r.Date != "" {
		date := records.Column(r.RecordsDate)
		days, hasDate = date.Days(), validity(date)
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
		case !hasKey.of(row) || !hasDate.of(row) || !only(row):
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
	number, has := k.numberOf(column), validity(column)
	return func(row int) []placed {
		if !has.of(row) {
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

// window is the days around one day that a field looks at.
type window struct {
	from, to placed // the last not included
	held     bool
}

// windows returns the window around a day. There are few days, and months take long to count: each is settled once.
func (r *Related) windows(in Input, date *table.Column) func(day schemas.Day) window {
	known := map[schemas.Day]window{}
	last, current := schemas.Day(math.MaxInt32), window{}
	return func(day schemas.Day) window {
		if day == last {
			return current
		}
		w, is := known[day]
		if !is {
			from, to := r.from.day(day, true, in.Calendar), r.to.day(day, false, in.Calendar)
			w = window{placedAt(from, 0), placedAt(to+1, 0), from >= in.Held.From && to <= in.Held.To}
			known[day] = w
		}
		last, current = day, w
		return w
	}
}

// look answers for every row from the records in the window around its date: 0 or 1 for an answer, else the count or
// the days. What has no date or key is not known.
func (r *Related) look(in Input, k *byKey, t *table.Table, answers []int64) {
	key, date := t.Column(r.Key), t.Column(r.Date)
	ofKey, hasKey, hasDate := k.of(key), validity(key), validity(date)
	windows := r.windows(in, date)
	for row, day := range date.Days() {
		answers[row] = unknownAnswer
		if !hasKey.of(row) || !hasDate.of(row) {
			continue
		}
		at := windows(day)
		if r.to.earlier {
			at.to = placedAt(day, row)
		}
		records := ofKey(row)
		first := sort.Search(len(records), func(i int) bool { return records[i] >= at.from })
		records = records[first:]
		found := sort.Search(len(records), func(i int) bool { return records[i] >= at.to })
		answers[row] = r.answer(int64(found), at.held)
		if r.Gives == "days" && found > 0 {
			answers[row] = int64(day - records[found-1].day())
		}
	}
}

// answer is what follows from the number of records that were found in a window that is held, or not.
func (r *Related) answer(found int64, held bool) int64 {
	switch {
	case r.Gives == "answer" && found >= int64(max(r.Least, 1)):
		return 1
	case !held || r.Gives == "days":
		return unknownAnswer
	case r.Gives == "answer":
		return 0
	}
	return found
}
