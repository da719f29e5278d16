package rules

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrCatalogue is the cause of every error that a change to a rule catalogue mends.
var ErrCatalogue = errors.New("mend the rule catalogue")

// Fault is one mistake in a catalogue: where it stands, what is wrong and what to do about it.
type Fault struct {
	File         string
	Line, Column int    // from 1, in characters; 0 when the file as a whole is at fault
	Source       string // the line as it is written
	Rule         string // its code, as far as it is known
	Message      string
	Hint         string // what to do next, or ""
}

// String writes the fault over several lines: place and message, the line with a caret under the place, the hint.
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", f.Line, f.Column)
	}
	b.WriteString(": ")
	if f.Rule != "" {
		fmt.Fprintf(&b, "rule %s: ", f.Rule)
	}
	b.WriteString(f.Message)
	if f.Line > 0 {
		source, column := strings.TrimLeft(f.Source, " \t"), f.Column
		column -= len([]rune(f.Source)) - len([]rune(source))
		fmt.Fprintf(&b, "\n    %s\n    %s^", source, strings.Repeat(" ", max(column-1, 0)))
	}
	if f.Hint != "" {
		b.WriteString("\n    " + f.Hint)
	}
	return b.String()
}

// Faults is every mistake found, by file and place. Its cause is ErrCatalogue.
type Faults []Fault

// Error writes every fault, one below the other.
func (f Faults) Error() string {
	texts := make([]string, len(f))
	for i, fault := range f {
		texts[i] = fault.String()
	}
	return strings.Join(texts, "\n")
}

// Is makes ErrCatalogue the cause.
func (f Faults) Is(target error) bool { return target == ErrCatalogue }

// orNil returns the faults in the order of their places as an error, or nil when there is none.
func (f Faults) orNil() error {
	if len(f) == 0 {
		return nil
	}
	return f.sorted()
}

// sorted returns the faults in the order of their places, each once.
func (f Faults) sorted() Faults {
	slices.SortFunc(f, func(a, b Fault) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(f)
}

// nearest suggests the known name that is most like the one that was written, or lists the known ones when none
// is like it and they are few.
func nearest(name string, known []string) string {
	best, distance := "", 1+len(name)/3
	for _, k := range known {
		if d := edits(strings.ToLower(name), strings.ToLower(k)); d < distance || d == distance && best == "" {
			best, distance = k, d
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	const few = 12
	if len(known) == 0 || len(known) > few {
		return ""
	}
	return "there are: " + strings.Join(known, ", ")
}

// edits counts the letters to insert, drop or replace that make b of a.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		above := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := above
			if a[i] != b[j] {
				replaced++
			}
			above = row[j+1]
			row[j+1] = min(replaced, above+1, row[j]+1)
		}
	}
	return row[len(b)]
}
