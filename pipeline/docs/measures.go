package docs

import (
	"strings"

	"frontdoor/pipeline/measure"
)

// measurePage writes every measure of a collection.
func measurePage(collection string) ([]byte, error) {
	c, err := measure.Load(collection)
	if err != nil {
		return nil, err
	}
	w := &writer{}
	w.line("# Measures of %s", collection)
	w.note("pipeline/measure/" + collection + ".yaml")
	w.line("Definition %s. Conditions are in the language of the rules, over the rows of the table that is named. A figure that a delivery cannot support is *not available*, with the reason.", c.Version)
	w.head("Measure", "Title", "Unit")
	for _, m := range c.Measures {
		w.row("["+m.ID+"](#"+m.ID+")", m.Title, m.Unit)
	}
	w.WriteByte('\n')
	for _, m := range c.Measures {
		w.line("## %s", m.ID)
		w.line("**%s.** %s", m.Title, m.Wording)
		w.head("", "")
		optional := func(name, text string) {
			if text != "" {
				w.row(name, text)
			}
		}
		optional("counted by", map[string]string{"": "", "grid": "trying other settings"}[m.From])
		optional("table", code(m.Table))
		optional("numerator", code(m.Numerator))
		optional("different values of", code(m.Distinct))
		optional("denominator", code(m.Denominator))
		optional("table of the denominator", code(m.DenominatorTable))
		optional("left out", m.Exclusions)
		optional("breakdowns", codes(m.Breakdowns))
		optional("needs", codes(m.Needs))
		optional("needs one of", codes(m.NeedsAny))
		w.row("better when", map[string]string{"high": "higher", "low": "lower", "none": "neither"}[m.Polarity])
		w.row("source", strings.TrimSpace(m.Source))
		w.WriteByte('\n')
	}
	return w.page(), nil
}
