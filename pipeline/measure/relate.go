package measure

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
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
	made := make([]arrow.Array, len(c.Related))
	for first := 0; first < len(c.Related); {
		var group errgroup.Group
		group.SetLimit(runtime.GOMAXPROCS(0))
		end := first
		for ; end < len(c.Related) && !c.Related[end].readsAny(c.Related[first:end]); end++ {
			r, into := c.Related[end], &made[end]
			group.Go(func() (err error) {
				if *into, err = r.values(ctx, in); err != nil {
					return fmt.Errorf("compute related field %s of %s: %w", r.Field, r.Table, err)
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			return in, err
		}
		for ; first < end; first++ { // only now: each looks at whole tables
			if made[first] != nil {
				r := c.Related[first]
				tables[r.Table].Column(r.Field).Array = made[first]
			}
		}
	}
	return in, nil
}

// readsAny tells whether the field is made from one of these fields.
func (r *Related) readsAny(fields []*Related) bool {
	own, others := []string{r.Key, r.Date}, []string{r.RecordsKey, r.RecordsDate, r.Of}
	if r.where != nil {
		others = append(others, r.where.Columns()...)
	}
	return slices.ContainsFunc(fields, func(f *Related) bool {
		return f.Table == r.Table && slices.Contains(own, f.Field) || f.Table == r.Records && slices.Contains(others, f.Field)
	})
}

// unknownAnswer stands for what is not known.
const unknownAnswer = int64(-1) << 40

// values computes the field for every row of its table; nil unless all that it is about was delivered.
func (r *Related) values(ctx context.Context, in Input) (arrow.Array, error) {
	t, records := in.Tables[r.Table], in.Tables[r.Records]
	if t == nil || records == nil || !r.delivered(t, records) {
		return nil, nil
	}
	answers := make([]int64, t.Rows)
	byKey, err := r.index(ctx, in, records)
	switch {
	case errors.Is(err, rules.ErrMissing):
		return nil, nil
	case err != nil:
		return nil, err
	case r.Date == "":
		r.among(byKey, t.Column(r.Key), records, answers)
	default:
		r.look(in, byKey, t, answers)
	}
	if r.Gives == "answer" {
		return yesNoUnknown(answers), nil
	}
	return numbers(answers), nil
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

// window is the days around one day that a field looks at.
type window struct {
	from, to placed // the last not included
	held     bool
}

// in returns the records in the window, of those that stand in order.
func (w window) in(records []placed) []placed {
	if len(records) > 16 {
		at, _ := slices.BinarySearch(records, w.from)
		end, _ := slices.BinarySearch(records, w.to)
		return records[at:max(at, end)]
	}
	for len(records) > 0 && records[0] < w.from {
		records = records[1:]
	}
	for len(records) > 0 && records[len(records)-1] >= w.to {
		records = records[:len(records)-1]
	}
	return records
}

// windows is the windows around days. There are few days, and months take long to count: each is settled once.
type windows struct {
	field *Related
	in    Input
	first schemas.Day // among those that rows have
	at    []int32     // by day from then: one more than the place among all; 0 where it is not settled
	all   []window
}

// windows prepares for the days that rows have.
func (r *Related) windows(in Input, days []schemas.Day, has table.Validity) *windows {
	first, last := schemas.Day(math.MaxInt32), schemas.Day(math.MinInt32)
	for row, day := range days {
		if has.Of(row) {
			first, last = min(first, day), max(last, day)
		}
	}
	w := &windows{field: r, in: in, first: first}
	if first <= last {
		w.at = make([]int32, last-first+1)
	}
	return w
}

func (w *windows) around(day schemas.Day) window {
	at := &w.at[day-w.first]
	if *at == 0 {
		from, to := w.field.from.day(day, true, w.in.Calendar), w.field.to.day(day, false, w.in.Calendar)
		w.all = append(w.all, window{placedAt(from, 0), placedAt(to+1, 0), from >= w.in.Held.From && to <= w.in.Held.To})
		*at = int32(len(w.all))
	}
	return w.all[*at-1]
}

// look answers for every row from the records in the window around its date: 0 or 1 for an answer, else the count or
// the days. What has no date or key is not known.
func (r *Related) look(in Input, k *byKey, t *table.Table, answers []int64) {
	key, date := t.Column(r.Key), t.Column(r.Date)
	numbers, hasKey, hasDate := k.numbersOf(key), table.ValidityOf(key.Array), table.ValidityOf(date.Array)
	days := date.Days()
	windows := r.windows(in, days, hasDate)
	for row, day := range days {
		answers[row] = unknownAnswer
		if !hasKey.Of(row) || !hasDate.Of(row) {
			continue
		}
		at := windows.around(day)
		if r.to.earlier {
			at.to = placedAt(day, row)
		}
		found := at.in(k.of(numbers[row]))
		answers[row] = r.answer(int64(len(found)), at.held)
		if r.Gives == "days" && len(found) > 0 {
			answers[row] = int64(day - found[len(found)-1].day())
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
