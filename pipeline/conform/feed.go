package conform

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// Feed makes a table of the front door from delivered lists whose schemas say that they feed it, in the order
// given: the records of one behind those of the other, each with the file and line of the delivered record. A
// record gets the hash of its content and its number among equals as its id. A field that no list has was not
// delivered. It returns nil when none of the lists feeds the table.
func Feed(to *schemas.Table, lists []*table.Table) *table.Table {
	lists = slices.DeleteFunc(slices.Clone(lists), func(t *table.Table) bool { return t == nil || t.Schema.FeedFor(to.Name) == nil })
	if len(lists) == 0 {
		return nil
	}
	fed := &table.Table{Schema: to}
	var ends []int
	for _, list := range lists {
		fed.Rows += list.Rows
		ends = append(ends, fed.Rows)
	}
	fed.StandAt(fed.Rows, func(row int) (*table.Table, int) {
		at := sort.SearchInts(ends, row+1)
		return lists[at], row - ends[at] + lists[at].Rows
	})
	id := lists[0].Schema.FeedFor(to.Name).ID
	for _, f := range to.Fields {
		column := &table.Column{}
		if f.Name == id {
			column = idColumn(f, to.Name, lists)
		} else if slices.ContainsFunc(lists, func(t *table.Table) bool { return source(t, to.Name, f.Name).Delivered() }) {
			column = fedColumn(f, to.Name, lists)
		}
		column.Field = f
		fed.Columns = append(fed.Columns, column)
	}
	return fed
}

// source returns the column of a list that feeds a field of a table, or nil.
func source(list *table.Table, to, field string) *table.Column {
	return list.Column(list.Schema.FeedFor(to).Fields[field])
}

// fedColumn copies a field's values from the lists; what is missing keeps its reason and every cell its text.
func fedColumn(f *schemas.Field, to string, lists []*table.Table) *table.Column {
	c, made := newFedColumn(f)
	var unreadable []table.Kept
	first := 0
	for _, list := range lists {
		from := source(list, to, f.Name)
		if !from.Delivered() {
			made.without(list.Rows)
			first += list.Rows
			continue
		}
		for row := range list.Rows {
			made.common().extend(1)
			switch text, _ := from.Delivery(row); from.State(row) {
			case table.Present:
				c(first+row, from.Text(row), text)
			case table.Unreadable:
				made.common().keep(first+row, []byte(text), rewritten, fixed)
				c(first+row, "", text)
				unreadable = append(unreadable, table.Kept{Row: first + row, Text: text, Unreadable: true})
			default:
				c(first+row, "", text)
			}
		}
		first += list.Rows
	}
	made.endFile()
	out := made.build()
	for _, k := range unreadable {
		i := sort.Search(len(out.Kept), func(i int) bool { return out.Kept[i].Row >= k.Row })
		out.Kept[i].Unreadable = true
	}
	return out
}

// newFedColumn returns a column for a field and what sets a row of it to a value, with the text that was delivered.
func newFedColumn(f *schemas.Field) (set func(row int, value, delivered string), made column) {
	keep := func(b *base, row int, value, delivered string) {
		if value == "" {
			b.null(row)
		}
		if value != delivered {
			b.keep(row, []byte(delivered), rewritten, fixed)
		}
	}
	switch f.Type {
	case schemas.TypeDate, schemas.TypeDateTime:
		c := newDateColumn(f.Type == schemas.TypeDateTime)
		return func(row int, value, delivered string) {
			c.extendDays(1)
			if value == "" {
				keep(&c.base, row, "", delivered)
				return
			}
			if value != delivered {
				keep(&c.base, row, value, delivered)
			}
			c.set(row, []byte(value))
		}, c
	case schemas.TypeInteger:
		c := &integerColumn{}
		return func(row int, value, delivered string) {
			c.values = extended(c.values, 1)
			if keep(&c.base, row, value, delivered); value != "" {
				c.set(row, []byte(value))
			}
		}, c
	case schemas.TypeText:
		c := newTextColumn(false)
		return func(row int, value, delivered string) {
			if keep(&c.base, row, value, delivered); value != "" {
				c.set(row, []byte(value))
			}
			c.fill(row + 1)
		}, c
	}
	c := &codeColumn{dictionary: table.NewDictionary(), field: f}
	return func(row int, value, delivered string) {
		c.codes = extended(c.codes, 1)
		if keep(&c.base, row, value, delivered); value != "" {
			c.codes[row] = c.dictionary.Code([]byte(value))
		}
	}, c
}

// idColumn gives every record the hash of the content that it feeds, of the list's name, and its number among the
// records of the same hash: the same record has the same id in every delivery.
func idColumn(f *schemas.Field, to string, lists []*table.Table) *table.Column {
	set, made := newFedColumn(f)
	seen := map[string]int{}
	row := 0
	for _, list := range lists {
		feed := list.Schema.FeedFor(to)
		var fields []string
		for _, from := range feed.Fields {
			fields = append(fields, from)
		}
		slices.Sort(fields)
		for at := range list.Rows {
			hash := sha256.New()
			fmt.Fprintf(hash, "%q", list.Schema.Name)
			for _, name := range fields {
				fmt.Fprintf(hash, " %q", list.Column(name).Text(at))
			}
			content := hex.EncodeToString(hash.Sum(nil)[:10])
			seen[content]++
			made.common().extend(1)
			id := fmt.Sprintf("%s-%d", content, seen[content])
			set(row, id, id)
			row++
		}
	}
	made.endFile()
	return made.build()
}
