package conform

import (
	"fmt"
	"slices"

	"frontdoor/schemas"
)

// headerColumn is one delivered column that no field takes.
type headerColumn struct {
	name  string // under which it is kept: different from all others of the header
	place int
	twice string // the name that a column before it has too, as the schema writes it; blank when none has
}

// mapHeader finds the place of every field in a header, or -1: first by exact name, then, for what is left, by
// alias; case, blanks and dashes do not matter, and a column is taken once. The columns left over are returned
// in the order of the header.
func mapHeader(t *schemas.Table, header []string) (places []int, rest []headerColumn) {
	names := make([]string, len(header))
	for i, text := range header {
		from, to := trim([]byte(text))
		names[i] = schemas.Normalise(text[from:to])
	}
	taken := make([]bool, len(header))
	places = slices.Repeat([]int{-1}, len(t.Fields))
	claim := func(means func(f *schemas.Field, name string) bool) {
		for i, name := range names {
			if taken[i] || name == "" {
				continue
			}
			f := slices.IndexFunc(t.Fields, func(f *schemas.Field) bool { return means(f, name) })
			if f >= 0 && places[f] < 0 {
				places[f], taken[i] = i, true
			}
		}
	}
	claim(func(f *schemas.Field, name string) bool { return schemas.Normalise(f.Name) == name })
	claim(func(f *schemas.Field, name string) bool {
		return slices.ContainsFunc(f.Aliases, func(a string) bool { return schemas.Normalise(a) == name })
	})
	used := map[string]bool{}
	for _, f := range t.Fields {
		used[f.Name] = true
	}
	for i, text := range header {
		if taken[i] {
			continue
		}
		from, to := trim([]byte(text))
		name := text[from:to]
		if name == "" {
			name = fmt.Sprintf("column %d", i+1)
		}
		c := headerColumn{place: i}
		if names[i] != "" && slices.Contains(names[:i], names[i]) {
			c.twice = schemaName(t, name)
		}
		c.name = unusedName(used, name)
		rest = append(rest, c)
	}
	return places, rest
}

// schemaName returns the name of the field that a header's name means exactly, or the name itself.
func schemaName(t *schemas.Table, name string) string {
	for _, f := range t.Fields {
		if schemas.Normalise(f.Name) == schemas.Normalise(name) {
			return f.Name
		}
	}
	return name
}

// unusedName returns name, with a number behind it when it is in use, and puts it to use.
func unusedName(used map[string]bool, name string) string {
	free := name
	for n := 2; used[free]; n++ {
		free = fmt.Sprintf("%s (%d)", name, n)
	}
	used[free] = true
	return free
}
