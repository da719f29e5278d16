package rules

import (
	"fmt"
	"strconv"
	"strings"
)

// Line is one thing that a check says: its key in the catalogue and the text, on one line.
type Line struct{ Key, Text string }

// Lines returns what a check says, in the order in which it is told everywhere; examples come last. What it does
// not say is left out.
func (c *Check) Lines() []Line {
	var lines []Line
	add := func(key, text string) {
		if text != "" {
			lines = append(lines, Line{key, strings.Join(strings.Fields(text), " ")})
		}
	}
	add("for", c.For)
	for _, let := range c.Let {
		add("let "+let.String(), let.Value.Text)
	}
	add("applies", c.Applies.Text)
	add("holds", c.Holds.Text)
	add("unique", joined(c.Unique))
	if c.AtMost > 0 {
		add("at_most", strconv.Itoa(c.AtMost))
	}
	if c.TimesUsual > 0 {
		add("times_usual", strconv.Itoa(c.TimesUsual))
	}
	if c.NoOverlap != nil {
		add("no_overlap", c.NoOverlap.String())
	}
	if c.AtMostOneOpen != nil {
		add("at_most_one_open", c.AtMostOneOpen.String())
	}
	add("group", joined(c.Group))
	var flags []string
	for _, f := range c.Flags {
		flags = append(flags, f.String())
	}
	add("flags", strings.Join(flags, ", "))
	add("because", c.Because)
	for _, e := range c.Fails {
		add("fails", e.String())
	}
	for _, e := range c.Passes {
		add("passes", e.String())
	}
	return lines
}

// String writes an example much as the catalogue has it.
func (e Example) String() string {
	var parts []string
	for _, r := range e.Records {
		parts = append(parts, r.String())
	}
	for _, list := range e.Tables {
		parts = append(parts, list.String())
	}
	for _, list := range e.LastYear {
		parts = append(parts, "last year's "+list.String())
	}
	text := strings.Join(parts, ", ")
	if e.AsAt != "" {
		text += " as at " + e.AsAt
	}
	for _, f := range e.Facts {
		text += ", " + strings.ReplaceAll(f.Name, "_", " ") + " " + f.Text
	}
	return text
}

// String writes a record with its parents and lists.
func (r Record) String() string {
	var parts []string
	if r.Times > 1 {
		parts = append(parts, "times: "+strconv.Itoa(r.Times))
	}
	for _, f := range r.Fields {
		text := f.Text
		if text == "" || strings.ContainsAny(text, ",:{}[] \t\n\"'") {
			text = strconv.Quote(text)
		}
		parts = append(parts, f.Name+": "+text)
	}
	for _, p := range r.Parents {
		parts = append(parts, p.Name+": "+p.Record.String())
	}
	for _, list := range r.Lists {
		parts = append(parts, list.String())
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// String writes the records of a list behind its name.
func (l ExampleList) String() string {
	var records []string
	for _, r := range l.Records {
		records = append(records, r.String())
	}
	return l.Name + ": [" + strings.Join(records, ", ") + "]"
}

// Holding says in words in which collection years a rule holds.
func (r *Rule) Holding() string {
	if r.Until != "" {
		return fmt.Sprintf("%s to %s", r.Since, r.Until)
	}
	return "since " + string(r.Since)
}

// History returns how a rule changed, the latest change first: the year, the sentence and what it said before
// where it now says something else.
func (r *Rule) History() []Revision {
	var history []Revision
	for ; r.earlier != nil; r = r.earlier {
		change := r.Changes[len(r.Changes)-1]
		revision := Revision{From: change.From, What: change.What}
		for _, words := range []struct{ key, now, before string }{
			{"severity", string(r.Severity), string(r.earlier.Severity)}, {"title", r.Title, r.earlier.Title}, {"about", r.About, r.earlier.About},
			{"source", r.Source, r.earlier.Source}, {"notes", r.Notes, r.earlier.Notes},
		} {
			if words.now != words.before {
				revision.Before = append(revision.Before, Line{words.key, words.before})
			}
		}
		for i, check := range r.Checks {
			now := map[Line]bool{}
			for _, line := range check.Lines() {
				now[line] = true
			}
			for _, line := range r.earlier.Checks[i].Lines() {
				if !now[line] && line.Key != "fails" && line.Key != "passes" {
					revision.Before = append(revision.Before, line)
				}
			}
		}
		history = append(history, revision)
	}
	return history
}

// Revision is one change of a rule.
type Revision struct {
	From   Year
	What   string
	Before []Line
}
