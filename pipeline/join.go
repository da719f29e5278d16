package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"frontdoor/pipeline/conform"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// frontDoor is the collection whose tables are decided and measured; others may feed them.
const frontDoor = "front_door"

// fed is where the records of a table of the front door come from when it was not delivered itself.
type fed struct {
	collection *schemas.Collection
	lists      []string
}

// joined is all that was delivered, by collection, and the tables of the front door among it.
type joined struct {
	parts       []*read // what is judged by itself, the front door first: a collection, or each return of one
	collections []*read // all of each collection, the front door first, if only to hold what others feed
	tables      map[string]*table.Table
	feeds       map[string]fed // by table of the front door
	files       []fileRead
	quarantined []conform.Quarantined
	differences []difference
	notes       []string
	unreadable  int
}

// join puts collections together: what feeds a table of the front door that was not delivered itself becomes that
// table. A table has one source; what else could feed it is named. The cause of the error is ErrConfig where nothing
// tells which of two returns counts.
func join(parts []*read, front *schemas.Collection) (*joined, error) {
	j := &joined{feeds: map[string]fed{}}
	i := slices.IndexFunc(parts, func(r *read) bool { return r.collection.Name == frontDoor })
	if i < 0 {
		parts = append([]*read{{collection: front, tables: map[string]*table.Table{}, looked: map[string]int{}, withheld: map[string]string{}, unconfigured: true}}, parts...)
	} else {
		parts = append([]*read{parts[i]}, slices.Delete(slices.Clone(parts), i, i+1)...)
	}
	j.parts, j.tables = parts, parts[0].tables
	for rest := parts; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].collection == rest[0].collection {
			n++
		}
		j.collections, rest = append(j.collections, whole(rest[:n])), rest[n:]
	}
	for _, delivered := range j.collections[1:] {
		for _, t := range front.Tables {
			if err := j.feed(delivered, t); err != nil {
				return nil, err
			}
		}
	}
	return j, nil
}

// gather gathers what reading the parts told, once all of it is there.
func (j *joined) gather() {
	for _, part := range j.parts {
		for _, f := range part.files {
			f.year = part.year
			j.files = append(j.files, f)
		}
		j.quarantined = append(j.quarantined, part.quarantined...)
		j.differences = append(j.differences, part.differences...)
		j.unreadable += part.unreadable
	}
	notes := j.notes
	j.notes = nil
	for _, part := range j.parts {
		j.notes = append(j.notes, part.notes...)
	}
	j.notes = append(j.notes, notes...)
	j.dropNotes()
}

// dropNotes takes back what was noted about a table that was not delivered and that another collection stands in for:
// one of the front door that is fed, and a list that would have fed one that is there.
func (j *joined) dropNotes() {
	drop := func(name string) {
		j.notes = slices.DeleteFunc(j.notes, func(note string) bool { return strings.HasPrefix(note, name+" was not delivered") })
	}
	for _, part := range j.parts {
		for _, t := range part.collection.Tables {
			_, fed := j.feeds[t.Name]
			stoodIn := part.tables[t.Name] == nil && slices.ContainsFunc(t.Feeds, func(f *schemas.Feed) bool { return j.tables[f.Table] != nil })
			if part.collection.Name == frontDoor && fed || stoodIn {
				drop(t.Name)
			}
		}
	}
}

// feed makes a table of the front door from the lists of a collection that feed it.
func (j *joined) feed(delivered *read, t *schemas.Table) error {
	var lists []*schemas.Table
	var names []string
	for _, list := range delivered.collection.Tables {
		if delivered.tables[list.Name] != nil && list.FeedFor(t.Name) != nil {
			lists, names = append(lists, list), append(names, list.Name)
		}
	}
	collection := delivered.collection
	if len(lists) == 0 {
		return nil
	}
	if j.tables[t.Name] != nil {
		j.notes = append(j.notes, fmt.Sprintf("%s were delivered as %s, so %s of %s are kept beside them and do not count", t.Name, j.sourceOf(t.Name), strings.Join(names, ", "), collection.Name))
		return nil
	}
	note := fmt.Sprintf("%s come from %s of %s", t.Name, strings.Join(names, ", "), collection.Name)
	var feeding []*table.Table
	for _, list := range lists {
		counting, others, gone, err := delivered.feeding(list)
		if err != nil {
			return err
		}
		if others > 0 {
			note += fmt.Sprintf("; a later return speaks for %d of %d records, %d of which it no longer has", others, counting.Rows+others, gone)
		}
		feeding = append(feeding, counting)
	}
	rows := 0
	for _, list := range feeding {
		rows += list.Rows
	}
	made := conform.Feed(t, feeding)
	if left := rows - made.Rows; left > 0 {
		note += fmt.Sprintf("; %d of %d records are left out: %s", left, rows, exceptions(t, lists))
	}
	j.tables[t.Name], j.feeds[t.Name] = made, fed{collection, names}
	j.withhold(delivered, t, lists)
	j.notes = append(j.notes, note)
	return nil
}

// exceptions says which records of lists do not feed a table.
func exceptions(t *schemas.Table, lists []*schemas.Table) string {
	var all []string
	for _, list := range lists {
		feed := list.FeedFor(t.Name)
		for _, f := range t.Fields {
			if f.Needed && f.Name != feed.ID {
				all = append(all, feed.Fields[f.Name]+" is blank or unreadable")
			}
		}
		for _, field := range slices.Sorted(maps.Keys(feed.Unless)) {
			all = append(all, field+" is "+strings.Join(feed.Unless[field], " or "))
		}
	}
	return strings.Join(all, ", ")
}

// withhold keeps from the rules of the front door what was withheld of the lists that feed a table, and the fields
// that name its records by numbers which the lists do not have.
func (j *joined) withhold(delivered *read, t *schemas.Table, lists []*schemas.Table) {
	front := j.collections[0]
	for _, list := range lists {
		feed := list.FeedFor(t.Name)
		for to, from := range feed.Fields {
			if why := delivered.withheld[list.Name+"."+from]; why != "" {
				front.withheld[t.Name+"."+to] = why
			}
		}
		if feed.ID == "" {
			continue
		}
		for _, other := range front.collection.Tables {
			for _, f := range other.Fields {
				if f.References == t.Name && front.tables[other.Name].Column(f.Name).Delivered() {
					front.withheld[other.Name+"."+f.Name] = namesNothing
				}
			}
		}
	}
}

// lacks says what a run without contacts cannot say, where no delivery was to bring them.
func (j *joined) lacks() {
	if j.tables["contacts"] != nil {
		return
	}
	for _, r := range j.collections {
		brings := func(t *schemas.Table) bool { return t.FeedFor("contacts") != nil }
		if !r.unconfigured && (r.collection.Name == frontDoor || slices.ContainsFunc(r.collection.Tables, brings)) {
			return
		}
	}
	j.notes = append(j.notes, "contacts were not delivered: "+costOf("contacts"))
}

// sourceOf names what a table of the front door was delivered as.
func (j *joined) sourceOf(table string) string {
	if f, ok := j.feeds[table]; ok {
		return strings.Join(f.lists, ", ") + " of " + f.collection.Name
	}
	return table + " of " + frontDoor
}

// holds tells whether a file holds records of a table of the front door.
func (j *joined) holds(f fileRead, table string) bool {
	if fed, ok := j.feeds[table]; ok {
		return f.input.collection == fed.collection && slices.Contains(fed.lists, f.tableName())
	}
	return f.input.collection.Name == frontDoor && f.tableName() == table
}
