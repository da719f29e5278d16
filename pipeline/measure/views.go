package measure

import (
	"context"
	"sync"

	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// views are what is made of tables once, however many measures ask for it: when rows lie by a date, for which rows a
// condition holds, the categories of a column. They are safe for concurrent use.
type views struct {
	stretches  *stretches
	whens      kept[*table.Column, *when] // by date
	categories kept[*table.Column, *categories]
	parts      kept[operand, *rules.Bits]
	chosen     kept[question, *chosen]
	crossings  kept[crossed, *crossing]
}

// question is a condition over a table, whose rows belong to periods by a date.
type question struct {
	condition *rules.Condition
	table     *table.Table
	date      string
	asAt      schemas.Day
}

// when says when the rows of a table lie by a date, which may be blank for none.
func (v *views) when(t *table.Table, date string) *when {
	column := t.Column(date)
	w, _ := v.whens.get(column, func() (*when, error) { return whenOf(v.stretches, column), nil })
	return w
}

// categoriesOf returns the categories of a column that was delivered.
func (v *views) categoriesOf(column *table.Column) *categories {
	c, _ := v.categories.get(column, func() (*categories, error) { return categoriesOf(column), nil })
	return c
}

// choose returns the rows for which a condition holds. The cause of its error is rules.ErrMissing where the condition
// reads what was not delivered.
func (in *Input) choose(ctx context.Context, q question) (*chosen, error) {
	return in.views.chosen.get(q, func() (*chosen, error) {
		delivery := in.delivery(q.table, q.asAt)
		if err := q.condition.Lacks(delivery); err != nil {
			return nil, err
		}
		var all *rules.Bits
		for _, condition := range q.condition.Parts() {
			rows, err := in.views.parts.get(operand{condition.Text(), q.table, q.asAt}, func() (*rules.Bits, error) {
				return condition.Rows(ctx, delivery)
			})
			if err != nil {
				return nil, err
			}
			if all == nil {
				all = rows
			} else {
				all = all.And(rows)
			}
		}
		return choose(all.Words(), in.views.when(q.table, q.date)), nil
	})
}

// operand is a part of conditions over a table: many have one in common.
type operand struct {
	text  string
	table *table.Table
	asAt  schemas.Day
}

// crossed is chosen rows by the categories of a column.
type crossed struct {
	rows   *chosen
	column *table.Column
}

// cross counts chosen rows by the categories of a column.
func (v *views) cross(rows *chosen, column *table.Column) *crossing {
	x, _ := v.crossings.get(crossed{rows, column}, func() (*crossing, error) { return cross(rows, v.categoriesOf(column)), nil })
	return x
}

// kept is what is made once for each key.
type kept[K comparable, V any] struct {
	mu   sync.Mutex
	made map[K]func() (V, error)
}

// get returns what make makes, or made before. Whoever asks meanwhile waits.
func (k *kept[K, V]) get(key K, make func() (V, error)) (V, error) {
	k.mu.Lock()
	if k.made == nil {
		k.made = map[K]func() (V, error){}
	}
	get := k.made[key]
	if get == nil {
		get = sync.OnceValues(make)
		k.made[key] = get
	}
	k.mu.Unlock()
	return get()
}
