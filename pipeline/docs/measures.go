package docs

import (
	"errors"
	"strings"

	"frontdoor/pipeline/measure"
)

// measurePage writes every measure: the explanatory document that a committee may be handed with its figures.
func measurePage() ([]byte, error) {
	c, err := measure.Load()
	if err != nil {
		return nil, err
	}
	policy, err := measure.DefaultPolicy()
	reference, readErr := measure.LoadReference()
	if err := errors.Join(err, readErr); err != nil {
		return nil, err
	}
	w := &writer{}
	w.line("# Measures")
	w.note("pipeline/measure/catalogue`, `pipeline/measure/disclosure.yaml` and `pipeline/measure/reference")
	w.line("Definition %s. Conditions are in the language of the rules, over the rows of the table that is named. A *flow* counts records whose date lies in a period; a *snapshot* those that stand at its end, which is `as_at` in its conditions; a *process* count says how records were handled. A figure that a delivery cannot support is *not available*, with the reason, and never nought.", c.Version)
	w.line("Periods: the reporting period (whole), and in it every month, and every quarter and half year from April that lies in it whole; the financial and the academic year to its last day, and the 12 months to it, as far as what is held reaches back.")
	w.head("Measure", "Title", "Group", "Unit")
	for _, m := range c.Measures {
		w.row("["+m.ID+"](#"+m.ID+")", m.Title, m.Group, m.Unit)
	}
	w.WriteByte('\n')
	for _, m := range c.Measures {
		measureDoc(w, m)
	}
	w.line("# Fields about other records")
	w.line("Some conditions read a field that looks at earlier or later records of the same child. Where the window reaches past what is held, what is not found there is *not known*, and never *no*.")
	w.head("Table", "Field", "What it says", "Looks at", "From", "To", "Gives")
	for _, r := range c.Related {
		w.row(code(r.Table), code(r.Field), r.About, code(strings.TrimSpace(strings.Join([]string{r.Records, r.Where}, " "))), r.From, r.To, r.Gives)
	}
	w.WriteByte('\n')
	w.line("# Small numbers")
	w.line("%s", policy.Words)
	w.line("%s", policy.Exempt)
	w.line("The policy is *%s*, in `pipeline/measure/disclosure.yaml`; an authority may put its own into its figures file. Percentages are computed before anything is hidden or rounded.", policy.Name)
	w.line("# Published figures")
	for _, source := range []struct{ title, source, note string }{
		{reference.People.Title, reference.People.Source, reference.People.Note},
		{reference.Neighbours.Title, reference.Neighbours.Source, reference.Neighbours.Note},
		{reference.Comparators.Title, reference.Comparators.Source, reference.Comparators.Note},
	} {
		w.line("**%s.** %s %s", source.title, source.source, source.note)
	}
	return w.page(), nil
}

func measureDoc(w *writer, m *measure.Measure) {
	w.line("## %s", m.ID)
	if m.Lacks != "" {
		w.line("**%s.** Not available: %s.", m.Title, m.Lacks)
		return
	}
	w.line("**%s.** %s", m.Title, m.Wording)
	w.head("", "")
	optional := func(name, text string) {
		if text != "" {
			w.row(name, text)
		}
	}
	w.row("kind", string(m.Kind))
	optional("counted by", map[string]string{"": "", "grid": "trying other settings"}[m.From])
	optional("table", code(m.Table))
	optional("belongs to a period by", code(m.Date))
	optional("numerator", code(m.Numerator))
	optional("different values of", code(m.Distinct))
	if m.Statistic != nil {
		w.row("statistic", m.Statistic.String())
	}
	optional("denominator", code(m.Denominator))
	optional("table of the denominator", code(m.DenominatorTable))
	if m.Stands {
		w.row("records of the denominator", "those of the day of the extracts, whatever the period")
	}
	if m.PerHead {
		w.row("denominator", "residents aged 0 to 17, mid-year")
	}
	optional("left out", m.Exclusions)
	optional("periods besides the whole", strings.ReplaceAll(strings.Join(m.Periods, ", "), "_", " "))
	optional("breakdowns", codes(m.Breakdowns))
	optional("breakdowns on internal pages", codes(m.Internal))
	optional("needs", codes(m.Needs))
	optional("needs one of", codes(m.NeedsAny))
	optional("needs the purpose", m.Purpose)
	w.row("better when", map[string]string{"high": "higher", "low": "lower", "none": "neither"}[m.Polarity])
	optional("limit", m.Limit)
	w.row("source", strings.TrimSpace(m.Source))
	optional("status", m.Status)
	optional("published series", m.Comparator)
	w.row("definition", m.Version)
	optional("note", strings.TrimSpace(m.Notes))
	optional("changed", m.Changed)
	w.WriteByte('\n')
}
