package docs

import (
	"strings"

	"frontdoor/rules"
)

// rulePage writes every rule of a collection, and those about the files themselves.
func rulePage(collection string) ([]byte, error) {
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
	w.line("Source: %s. Holds %s.", r.Source, r.Holding())
	if r.MadeBy != "" {
		w.line("Its findings are made while the files are read (%s).", r.MadeBy)
	}
	for i, c := range r.Checks {
		if len(r.Checks) > 1 {
			w.line("Check %d%s", i+1, map[bool]string{true: ".", false: ": " + c.About}[c.About == ""])
		}
		w.check(c)
	}
	for _, revision := range r.History() {
		w.line("**Changed from %s.** %s", revision.From, revision.What)
		w.head("Before", "")
		for _, line := range revision.Before {
			w.row(line.Key, code(line.Text))
		}
		w.WriteByte('\n')
	}
}

func (w *writer) check(c *rules.Check) {
	w.head("", "")
	for _, line := range c.Lines() {
		w.row(line.Key, code(line.Text))
	}
	w.WriteByte('\n')
}
