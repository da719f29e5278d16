package main

import (
	"strconv"
	"strings"

	"frontdoor/rules"
)

// ruleDocs writes every rule of a collection, and those about the files themselves.
func ruleDocs(collection string) ([]byte, error) {
	w := &writer{}
	w.line("# Rules of %s", collection)
	w.note("rules/" + collection + ".yaml` and `rules/structure.yaml")
	w.line("Severities: an *error* must be put right, a *warning* should be, a *query* may be right. How to add a rule stands in [rules/README.md](../README.md).")
	for _, name := range []string{collection, "structure"} {
		catalogue, err := rules.Load(name)
		if err != nil {
			return nil, err
		}
		if name == "structure" {
			w.line("# Rules about the files themselves")
		}
		w.head("Rule", "Severity", "Title")
		for _, r := range catalogue.Rules {
			w.row("["+r.Code+"](#"+strings.ToLower(r.Code)+")", string(r.Severity), r.Title)
		}
		w.WriteByte('\n')
		for _, r := range catalogue.Rules {
			w.rule(r)
		}
	}
	return w.page(), nil
}

func (w *writer) rule(r *rules.Rule) {
	w.line("## %s", r.Code)
	w.line("**%s** (%s). %s", r.Title, r.Severity, r.About)
	if r.Notes != "" {
		w.line("%s", r.Notes)
	}
	w.line("Source: %s. Holds since %s.", r.Source, r.Since)
	if r.MadeBy != "" {
		w.line("Its findings are made while the files are read (%s).", r.MadeBy)
	}
	for i, c := range r.Checks {
		if len(r.Checks) > 1 {
			w.line("Check %d%s", i+1, map[bool]string{true: ".", false: ": " + c.About}[c.About == ""])
		}
		w.check(c)
	}
}

func (w *writer) check(c *rules.Check) {
	w.head("", "")
	w.row("for", code(c.For))
	for _, let := range c.Let {
		w.row("let "+let.String(), code(let.Value.Text))
	}
	if c.Applies.Text != "" {
		w.row("applies", code(c.Applies.Text))
	}
	if c.Holds.Text != "" {
		w.row("holds", code(c.Holds.Text))
	}
	if len(c.Unique) > 0 {
		var keys []string
		for _, key := range c.Unique {
			keys = append(keys, key.Text)
		}
		w.row("unique", codes(keys))
	}
	if c.NoOverlap != nil {
		w.row("no_overlap", code(c.NoOverlap.String()))
	}
	if c.AtMostOneOpen != nil {
		w.row("at_most_one_open", code(c.AtMostOneOpen.String()))
	}
	if len(c.Group) > 0 {
		var keys []string
		for _, key := range c.Group {
			keys = append(keys, key.Text)
		}
		w.row("group", codes(keys))
	}
	if len(c.Flags) > 0 {
		var flags []string
		for _, flag := range c.Flags {
			flags = append(flags, flag.String())
		}
		w.row("flags", codes(flags))
	}
	for _, e := range c.Fails {
		w.row("fails", code(example(e)))
	}
	for _, e := range c.Passes {
		w.row("passes", code(example(e)))
	}
	w.WriteByte('\n')
}

// example writes an example as the catalogue does.
func example(e rules.Example) string {
	var records []string
	for _, r := range e.Records {
		records = append(records, record(r))
	}
	for _, t := range e.Tables {
		records = append(records, t.Name+": "+list(t.Records))
	}
	for _, t := range e.LastYear {
		records = append(records, "last year's "+t.Name+": "+list(t.Records))
	}
	text := strings.Join(records, ", ")
	if e.AsAt != "" {
		text += " as at " + e.AsAt
	}
	for _, f := range e.Facts {
		text += ", " + strings.ReplaceAll(f.Name, "_", " ") + " " + f.Text
	}
	return text
}

func record(r rules.Record) string {
	var parts []string
	for _, f := range r.Fields {
		text := f.Text
		if text == "" || strings.ContainsAny(text, ",:{}[] ") {
			text = strconv.Quote(text)
		}
		parts = append(parts, f.Name+": "+text)
	}
	for _, p := range r.Parents {
		parts = append(parts, p.Name+": "+record(p.Record))
	}
	for _, l := range r.Lists {
		parts = append(parts, l.Name+": "+list(l.Records))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func list(records []rules.Record) string {
	var parts []string
	for _, r := range records {
		parts = append(parts, record(r))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
