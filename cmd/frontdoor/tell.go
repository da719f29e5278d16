package main

import (
	"fmt"
	"io"
	"strings"

	"frontdoor/pipeline"
)

// lines adds a line of text.
type lines func(format string, args ...any)

// write writes what tell says in one piece.
func write(out io.Writer, tell func(lines)) error {
	var b strings.Builder
	tell(func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) })
	_, err := io.WriteString(out, b.String())
	return err
}

// counted writes a step with its count, or why there is none.
func counted(s pipeline.Step) string {
	sign := " "
	if s.Less {
		sign = "-"
	}
	if s.Unavailable != "" {
		return fmt.Sprintf("  %s %9s  %s: not available, %s", sign, "", s.Title, s.Unavailable)
	}
	return fmt.Sprintf("  %s %9d  %s", sign, s.Count, s.Title)
}

// tellConversion tells of the figure, what was taken off on the way to it, and the records behind it.
func (p *published) tellConversion(line lines, e *pipeline.ConversionExplained) {
	if e.Headline != "" {
		line("%s", e.Headline)
	}
	line("Run %s", p.ID)
	if e.Period != nil {
		line("Period %s to %s", e.Period.From, e.Period.To)
	}
	line("\nFrom rows to unique contacts")
	for _, s := range e.Steps {
		line("%s", counted(s))
	}
	line("\nConversion")
	if e.Unavailable != "" {
		line("  not available: %s", e.Unavailable)
	} else {
		line("  numerator    %9d  unique contacts with a linked referral", e.Converted)
		line("  denominator  %9d  unique contacts", e.Unique)
		if e.Unique > 0 {
			line("  rate         %8.1f%%", 100*float64(e.Converted)/float64(e.Unique))
		}
		line("\nHow the referrals are linked")
		for _, m := range e.Methods {
			line("%s", counted(m))
		}
		line("  not counted")
		line("%s", counted(e.OutcomeOnly))
		tellRecords(line, "numerator", e.Converted, e.ConvertedRecords)
	}
	tellRecords(line, "denominator", e.Unique, e.UniqueRecords)
	line("\nTo list the records behind each")
	steps := append([]pipeline.Step{}, e.Steps...)
	steps = append(steps, pipeline.Step{
		Title:  "unique contacts with a linked referral",
		Behind: pipeline.Condition{Table: "contacts", Where: []string{"in_period=true", "class=unique", "converted=true"}},
	})
	for _, s := range append(append(steps, e.Methods...), e.OutcomeOnly) {
		if s.Behind.Table != "" {
			line("  # %s\n  %s", s.Title, p.showCommand(s.Behind))
		}
	}
}

// showCommand returns the command that lists the rows of a condition.
func (p *published) showCommand(c pipeline.Condition) string {
	words := []string{"frontdoor", "show", c.Table, "--store", quotedWord(p.store), "--run", p.ID}
	for _, where := range c.Where {
		words = append(words, "--where", where)
	}
	return strings.Join(words, " ")
}

// quotedWord returns a word as a shell takes it.
func quotedWord(word string) string {
	if strings.ContainsAny(word, " \t'\"\\$`&|;<>()*?[]#~!{}") {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return word
}

func tellRecords(line lines, of string, all int64, records []pipeline.Record) {
	line("\nBehind the %s: %d records", of, all)
	for _, r := range records {
		link := ""
		if r.ReferralID != "" {
			link = fmt.Sprintf("  %s referral %s", r.LinkMethod, printable(r.ReferralID))
		}
		what := "contact " + idOr(r.ContactID)
		if r.ContactID == "" && r.ReferralID != "" {
			what, link = "referral "+printable(r.ReferralID), ""
		}
		line("  %s  %s%s", placed(r.Place), what, link)
	}
	if more := all - int64(len(records)); more > 0 {
		line("  and %d more; --limit 0 lists all", more)
	}
}

// placed returns a place for the eye: file names are delivered text.
func placed(p pipeline.Place) string { return printable(p.String()) }

// idOr returns an identifier for the eye, or that there is none.
func idOr(id string) string {
	if id == "" {
		return "without a number"
	}
	return printable(id)
}

// tellContact tells of every row of a contact.
func tellContact(line lines, e *pipeline.ContactExplained) {
	line("Contact %s: %d %s", idOr(e.Rows[0].ContactID), len(e.Rows), plural(len(e.Rows), "delivered row", "delivered rows"))
	for _, r := range e.Rows {
		line("")
		tellContactRow(line, r)
	}
	line("\nSettings of the run")
	for _, s := range e.Settings {
		line("  %s: %s", s.Name, orNone(printable(s.Value)))
	}
}

func tellContactRow(line lines, r pipeline.ContactRow) {
	field := func(name, value string) {
		if value != "" {
			line("  %-18s %s", name, printable(value))
		}
	}
	line("%s", placed(r.Place))
	line("  %-18s %s", "counted as", r.Class)
	field("because", r.Reason)
	field("evidence", r.Evidence)
	switch {
	case r.Matched != nil:
		field("matched", fmt.Sprintf("%s, contact %s", r.Matched, idOr(r.MatchedID)))
	case r.MatchedID != "":
		field("matched", "contact "+r.MatchedID)
	}
	if r.Class == "unique" {
		field("converted", yesNo(r.Incident != nil && r.Incident.Converted))
	}
	field("in the period", yesNo(r.InPeriod))
	field("child", r.ChildID)
	field("person", r.PersonID)
	field("date", r.Date)
	field("source", r.Source)
	field("concern", r.Concern)
	field("outcome", r.Outcome)
	field("system", r.System)
	field("names referral", r.NamedReferralID)
	field("repeat, 30 days", r.RepeatIn30d)
	field("repeat, 90 days", r.RepeatIn90d)
	field("repeat, 12 months", r.RepeatIn12m)
	for _, flag := range []struct {
		set   bool
		words string
	}{
		{r.PossibleSameIncident, "it may tell of the same event as an earlier incident of the child"},
		{r.TooRecent, "too recent to judge whether a referral follows"},
		{r.LeftEdge, "within the first 30 days of what is held: what went before is not known"},
	} {
		if flag.set {
			field("note", flag.words)
		}
	}
	if r.Incident != nil {
		tellIncident(line, r.Incident)
	}
}

func tellIncident(line lines, held *pipeline.Incident) {
	line("  incident %s: %s, begun %s, %d %s", printable(held.ID), held.Class, held.FirstDate, len(held.Contacts), plural(len(held.Contacts), "row", "rows"))
	for _, m := range held.Contacts {
		line("    %s  %s  contact %s  %s  source %s", placed(m.Place), m.Date, idOr(m.ContactID), m.Class, printable(orNone(m.Source)))
	}
	if held.EpisodeID != "" {
		line("    on the open episode %s", printable(held.EpisodeID))
	}
	switch {
	case held.Referral != nil:
		days := ""
		if held.WorkingDays != nil {
			days = fmt.Sprintf(", %d %s from the nearest contact", *held.WorkingDays, plural(int(*held.WorkingDays), "working day", "working days"))
		}
		line("    referral %s  %s  %s  %s%s", placed(held.Referral.Place), orNone(held.Referral.Date), printable(held.Referral.ID), held.LinkMethod, days)
	case held.LinkMethod == "outcome_only":
		line("    no linked referral, although an outcome speaks of one")
	default:
		line("    no linked referral")
	}
	if held.Became != "" {
		line("    became: %s", held.Became)
	}
}

// tellFinding tells of a finding, its rule and its cells.
func tellFinding(line lines, e *pipeline.FindingExplained, values bool) {
	f := e.Finding
	line("Finding %s", f.ID)
	line("  %s  %s  %s%s", f.Rule, f.Severity, localMark(f.Local), e.Rule.Title)
	line("  %s", f.Message)
	if e.Rule.About != f.Message {
		line("  rule: %s", e.Rule.About)
	}
	line("  source: %s", e.Rule.Source)
	if e.Rule.Notes != "" {
		line("  notes: %s", strings.TrimSpace(e.Rule.Notes))
	}
	if len(f.Cells) == 0 {
		line("  about the whole table %s; no cell carries it", f.Table)
	}
	for _, c := range f.Cells {
		text := ""
		if values {
			text = "  " + quoted(c.Value)
		}
		line("  %s  %s, %s%s", printable(c.Place()), c.Table, fieldOr(c.Field), text)
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func plural(n int, one, many string) string {
	if n == 1 || n == -1 {
		return one
	}
	return many
}
