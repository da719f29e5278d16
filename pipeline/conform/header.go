package conform

import (
	"fmt"
	"slices"
	"strings"

	"frontdoor/schemas"
)

// headerColumn is one delivered column that no field takes.
type headerColumn struct {
	name  string // under which it is kept: different from all others of the header
	place int
	twice string // the name that a column before it has too, as the schema writes it; blank when none has
}

// mapHeader finds the place of every field in a header, or -1: first as the delivery declares it (fields by
// normalised name), then by exact name, by alias and by pattern; case, blanks and dashes do not matter, and a column
// is taken once. The columns left over are returned in the order of the header, and the fields that only their
// pattern found.
func mapHeader(t *schemas.Table, header []string, declared map[string]string) (places []int, rest []headerColumn, guessed []int) {
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
	claim(func(f *schemas.Field, name string) bool { return declared[name] == f.Name })
	claim(func(f *schemas.Field, name string) bool { return schemas.Normalise(f.Name) == name })
	claim(func(f *schemas.Field, name string) bool {
		return slices.ContainsFunc(f.Aliases, func(a string) bool { return schemas.Normalise(a) == name })
	})
	guessed = claimByPattern(t, names, places, taken)
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
	return places, rest, guessed
}

// claimByPattern gives the fields that have no column yet the columns that their patterns match, the best match
// first: the one that has the most words of the field's names and the fewest others.
func claimByPattern(t *schemas.Table, names []string, places []int, taken []bool) (guessed []int) {
	type match struct{ field, column, score int }
	var matches []match
	for i, f := range t.Fields {
		for column, name := range names {
			if places[i] < 0 && !taken[column] && name != "" && f.Matches(name) {
				matches = append(matches, match{i, column, likeness(f, name)})
			}
		}
	}
	slices.SortStableFunc(matches, func(a, b match) int { return b.score - a.score })
	for _, m := range matches {
		if places[m.field] < 0 && !taken[m.column] {
			places[m.field], taken[m.column] = m.column, true
			guessed = append(guessed, m.field)
		}
	}
	slices.Sort(guessed)
	return guessed
}

// likeness counts the words that a header shares with one of a field's names, less those that it does not.
func likeness(f *schemas.Field, header string) int {
	words := strings.Split(header, "_")
	best := -len(words)
	for _, name := range append([]string{f.Name}, f.Aliases...) {
		of := strings.Split(schemas.Normalise(name), "_")
		shared := 0
		for _, word := range words {
			if slices.Contains(of, word) {
				shared++
			}
		}
		best = max(best, 3*shared-len(words)-len(of))
	}
	return best
}

// Known returns a test of whether a name is that of a column of the table, for the reader that looks for the header.
func Known(t *schemas.Table, declared map[string]string) func(name string) bool {
	exact := map[string]bool{}
	for name := range declared {
		exact[name] = true
	}
	for _, f := range t.Fields {
		exact[schemas.Normalise(f.Name)] = true
		for _, alias := range f.Aliases {
			exact[schemas.Normalise(alias)] = true
		}
	}
	return func(name string) bool {
		from, to := trim([]byte(name))
		folded := schemas.Normalise(name[from:to])
		return exact[folded] || slices.ContainsFunc(t.Fields, func(f *schemas.Field) bool { return f.Matches(folded) })
	}
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
