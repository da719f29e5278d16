package rules

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"frontdoor/schemas"
)

// mostWords is the most words that a sentence for people may have.
const mostWords = 30

var snakeCase = regexp.MustCompile(`\b[a-z0-9]+_[a-z0-9_]+\b`)

// Lint holds a catalogue that compiles against what people and later changes need: examples that fail or pass as
// they say, that notice every changed operator and constant, and one with a blank; sentences that somebody who
// does not know the fields understands; and no flagged field of which the check says nothing. It returns
// everything that it would have otherwise, each with its place; the error is the context's, or of a catalogue
// that does not compile.
func (c *Catalogue) Lint(ctx context.Context, coll *schemas.Collection, calendar *schemas.Calendar) (Faults, error) {
	judge, err := newExaminer(coll, calendar)
	if err != nil {
		return nil, err
	}
	var all Faults
	for _, r := range c.everyVersion().Rules {
		l := &linter{rule: r}
		l.words()
		for _, check := range r.Checks {
			l.blank(check)
			l.flags(coll, check)
		}
		faults, err := judge.try(ctx, r)
		if err != nil {
			return nil, err
		}
		for _, check := range r.Checks {
			if len(faults) > 0 {
				break
			}
			err := r.survivors(ctx, check, judge, func(key string, of Expression, m mutant) {
				l.complain(r.document.within(of, m.at), "add one on each side of the boundary", "%s: no example notices %s in place of %s", key, strings.TrimSpace(named(m.with)), strings.TrimSpace(m.was))
			})
			if err != nil {
				return nil, err
			}
		}
		all = append(append(all, l.faults...), faults...)
	}
	return all.sorted(), nil
}

// named says what stands in the place of something.
func named(with string) string {
	if with == "" {
		return "nothing"
	}
	return with
}

// linter collects what one rule should have otherwise.
type linter struct {
	rule   *Rule
	faults Faults
}

func (l *linter) complain(at position, hint, format string, args ...any) {
	l.faults = append(l.faults, l.rule.document.fault(at, l.rule.Code, fmt.Sprintf(format, args...), hint))
}

// words judges the title and the sentences of a rule.
func (l *linter) words() {
	if strings.HasSuffix(l.rule.Title, ".") {
		l.complain(l.rule.where("title"), "", "title: a title has no full stop")
	}
	l.plain(l.rule.where("title"), "title", l.rule.Title)
	l.sentence(l.rule.where("about"), "about", l.rule.About)
	for _, check := range l.rule.Checks {
		if check.About != "" {
			l.sentence(check.where("about"), "about", check.About)
		}
	}
	for _, change := range l.rule.Changes {
		l.sentence(change.where("what"), "what", change.What)
	}
}

// sentence judges a text that people read as the message of a finding.
func (l *linter) sentence(at position, key, text string) {
	first := []rune(text + ".")[0]
	if !strings.HasSuffix(text, ".") || !unicode.IsUpper(first) && !unicode.IsDigit(first) {
		l.complain(at, "", "%s: want a sentence, with a capital and a full stop", key)
	}
	if n := len(strings.Fields(text)); n > mostWords {
		l.complain(at, "put what is not needed to understand a finding into notes", "%s: %d words are more than %d", key, n, mostWords)
	}
	l.plain(at, key, text)
}

func (l *linter) plain(at position, key, text string) {
	if name := snakeCase.FindString(text); name != "" {
		l.complain(at, "say it as a person would", "%s: %s is the name of a field", key, name)
	}
}

// blank demands an example with a blank.
func (l *linter) blank(check *Check) {
	for _, examples := range [][]Example{check.Fails, check.Passes} {
		for _, e := range examples {
			for _, r := range e.Records {
				if r.hasBlank() {
					return
				}
			}
			for _, list := range e.Tables {
				if list.hasBlank() {
					return
				}
			}
		}
	}
	l.complain(check.where("passes"), `write the field with ""`, "passes: no example shows what a blank does")
}

func (r Record) hasBlank() bool {
	for _, f := range r.Fields {
		if f.Text == "" {
			return true
		}
	}
	for _, p := range r.Parents {
		if p.Record.hasBlank() {
			return true
		}
	}
	for _, list := range r.Lists {
		if list.hasBlank() {
			return true
		}
	}
	return false
}

func (l ExampleList) hasBlank() bool {
	for _, r := range l.Records {
		if r.hasBlank() {
			return true
		}
	}
	return false
}

// flags demands that the texts of a check mention every flagged field, or the parent that it points to, or that
// it says why not.
func (l *linter) flags(coll *schemas.Collection, check *Check) {
	if check.Because != "" {
		return
	}
	var said strings.Builder
	for _, line := range check.Lines() {
		if line.Key != "flags" && line.Key != "fails" && line.Key != "passes" {
			said.WriteString(line.Text + "\n")
		}
	}
	for i, flag := range check.Flags {
		fields := []string{flag.Field}
		if flag.Each != nil {
			said.WriteString(flag.Each.List.Text + "\n" + flag.Each.When.Text + "\n")
			fields = flag.Each.Fields
		}
		for _, name := range fields {
			last := name[strings.LastIndexByte(name, '.')+1:]
			known := []string{last}
			for _, t := range coll.Tables {
				for _, p := range coll.Belongs(t) {
					for _, by := range p.By {
						if by == last {
							known = append(known, p.Name)
						}
					}
				}
			}
			if !regexp.MustCompile(`\b(` + strings.Join(known, "|") + `)\b`).MatchString(said.String()) {
				l.complain(check.where(fmt.Sprintf("flags[%d]", i), "flags"), "flag only what the condition reads, or say why in because", "flags: no condition mentions %s", name)
			}
		}
	}
}
