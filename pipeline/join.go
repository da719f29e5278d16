package pipeline

import (
	"fmt"
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
	parts       []*read // the front door first, if only to hold what others feed
	tables      map[string]*table.Table
	feeds       map[string]fed // by table of the front door
	files       []fileRead
	quarantined []conform.Quarantined
	differences []difference
	notes       []string
	unreadable  int
}

// join puts collections together: what feeds a table of the front door that was not delivered itself becomes that
// table. A table has one source; what else could feed it is named.
func join(parts []*read, front *schemas.Collection) *joined {
	j := &joined{feeds: map[string]fed{}}
	i := slices.IndexFunc(parts, func(r *read) bool { return r.collection.Name == frontDoor })
	if i < 0 {
		parts = append([]*read{{collection: front, tables: map[string]*table.Table{}, looked: map[string]int{}, hashed: map[string]bool{}, unconfigured: true}}, parts...)
	} else {
		parts = append([]*read{parts[i]}, slices.Delete(slices.Clone(parts), i, i+1)...)
	}
	j.parts, j.tables = parts, parts[0].tables
	for _, part := range parts {
		j.files = append(j.files, part.files...)
		j.quarantined = append(j.quarantined, part.quarantined...)
		j.differences = append(j.differences, part.differences...)
		j.notes = append(j.notes, part.notes...)
		j.unreadable += part.unreadable
	}
	for _, part := range parts[1:] {
		for _, t := range parts[0].collection.Tables {
			j.feed(part, t)
		}
	}
	return j
}

// feed makes a table of the front door from the lists of a collection that feed it.
func (j *joined) feed(part *read, t *schemas.Table) {
	var lists []*table.Table
	var names []string
	for _, list := range part.collection.Tables {
		if delivered := part.tables[list.Name]; delivered != nil && list.FeedFor(t.Name) != nil {
			lists, names = append(lists, delivered), append(names, list.Name)
		}
	}
	switch {
	case len(lists) == 0:
	case j.tables[t.Name] != nil:
		j.notes = append(j.notes, fmt.Sprintf("%s were delivered as %s, so %s of %s are kept beside them and do not count", t.Name, j.sourceOf(t.Name), strings.Join(names, ", "), part.collection.Name))
	default:
		j.tables[t.Name] = conform.Feed(t, lists)
		for _, list := range lists {
			for to, from := range list.Schema.FeedFor(t.Name).Fields {
				if part.hashed[list.Schema.Name+"."+from] {
					j.parts[0].hashed[t.Name+"."+to] = true
				}
			}
		}
		j.feeds[t.Name] = fed{part.collection, names}
		j.notes = append(j.notes, fmt.Sprintf("%s come from %s of %s", t.Name, strings.Join(names, ", "), part.collection.Name))
	}
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
		return f.input.collection == fed.collection && slices.Contains(fed.lists, f.input.tableName())
	}
	return f.input.collection.Name == frontDoor && f.input.tableName() == table
}
