package main

import (
	"strconv"
	"strings"

	"frontdoor/rules"
)

// ruleDocs writes every rule of a collection; the page of the front door has those about the files themselves too.
func ruleDocs(collection string) ([]byte, error) {
	names := []string{collection}
	if collection == "front_door" {
		names = append(names, "structure")
	}
	w := &writer{}
	w.line("# Rules of %s", collection)
	w.note("rules/" + strings.Join(names, ".yaml` and `rules/") + ".yaml")
	w.line("Severities: an *error* must be put right, a *warning* should be, a *query* may be right. How to add a rule stands in [rules/README.md](../README.md).")
	for _, name := range names {
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
		w.row("let "+let.Name, code(let.Value.Text))
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
	if len(c.Flags) > 0 {
		w.row("flags", codes(c.Flags))
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
	text := strings.Join(records, ", ")
	if e.AsAt != "" {
		text += " as at " + e.AsAt
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
	return "{" + strings.Join(parts, ", ") + "}"
}
