package rules

import (
	"context"
	"regexp"
	"slices"
	"strconv"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// mutable is everything in a condition that a slip may change. Texts come before what may stand in them.
var mutable = regexp.MustCompile(`date\("[0-9-]+"\)|"[^"]*"|<=|>=|==|!=|&&|\|\|| [+-] |[<>!]|\b[0-9]+\.[0-9]+\b|\b[0-9]+\b|\b[a-z_]+\b`)

// swaps are the operators and words that stand in each other's place.
var swaps = map[string][]string{
	"<": {"<=", ">"}, "<=": {"<", ">="}, ">": {">=", "<"}, ">=": {">", "<="}, "==": {"!="}, "!=": {"=="},
	"&&": {"||"}, "||": {"&&"}, "!": {""}, " + ": {" - "}, " - ": {" + "}, "true": {"false"}, "false": {"true"},
	"exists": {"all"}, "all": {"exists"}, "exists_one": {"exists"}, "max_by": {"min_by"}, "min_by": {"max_by"},
}

var dateConstant = regexp.MustCompile(`^date\("(.*)"\)$`)

// mutant is a text that differs from another in one operator or constant.
type mutant struct {
	text      string
	at        int // where it differs, in characters
	was, with string
}

// mutants returns every text that differs from a condition in one operator or constant.
func mutants(text string) []mutant {
	var made []mutant
	for _, span := range mutable.FindAllStringIndex(text, -1) {
		was := text[span[0]:span[1]]
		replace := func(with string) {
			made = append(made, mutant{text[:span[0]] + with + text[span[1]:], len([]rune(text[:span[0]])), was, with})
		}
		if others, ok := swaps[was]; ok {
			for _, other := range others {
				replace(other)
			}
		} else if n, err := strconv.Atoi(was); err == nil {
			replace(strconv.Itoa(n + 1))
			replace(strconv.Itoa(n - 1))
		} else if n, err := strconv.ParseFloat(was, 64); err == nil {
			replace(strconv.FormatFloat(n*2, 'f', -1, 64))
			replace(strconv.FormatFloat(n/2, 'f', -1, 64))
		} else if date := dateConstant.FindStringSubmatch(was); date != nil {
			if d, err := schemas.ParseDay(date[1]); err == nil {
				replace(`date("` + table.DateText(d+1) + `")`)
				replace(`date("` + table.DateText(d-1) + `")`)
			}
		} else if was[0] == '"' {
			replace(was[:len(was)-1] + `~"`)
		}
	}
	return made
}

// copied returns a check whose texts can be changed without changing c.
func (c *Check) copied() *Check {
	other := *c
	other.Let, other.Unique, other.Flags = slices.Clone(c.Let), slices.Clone(c.Unique), slices.Clone(c.Flags)
	for i, f := range other.Flags {
		if f.Each != nil {
			each := *f.Each
			other.Flags[i].Each = &each
		}
	}
	if c.NoOverlap != nil {
		shape := *c.NoOverlap
		shape.Within = slices.Clone(shape.Within)
		other.NoOverlap = &shape
	}
	if c.AtMostOneOpen != nil {
		shape := *c.AtMostOneOpen
		shape.Within = slices.Clone(shape.Within)
		other.AtMostOneOpen = &shape
	}
	return &other
}

// slot is a text of a check under its key.
type slot struct {
	key  string
	text *Expression
}

// slots returns the texts of a check whose every operator and constant should matter.
func (c *Check) slots() []slot {
	var all []slot
	for i := range c.Let {
		all = append(all, slot{"let " + c.Let[i].Name, &c.Let[i].Value})
	}
	all = append(all, slot{"applies", &c.Applies}, slot{"holds", &c.Holds})
	for i := range c.Unique {
		all = append(all, slot{"unique", &c.Unique[i]})
	}
	for _, f := range c.Flags {
		if f.Each != nil {
			all = append(all, slot{"flags", &f.Each.List}, slot{"flags", &f.Each.When})
		}
	}
	return all
}

// reshaped returns the check with one word of its shape said otherwise: how many may agree, how many times the
// usual, what touches, what is identical, until when an open end reaches and what records agree in.
func (c *Check) reshaped() (changed []*Check, told []mutant) {
	change := func(was, with string, do func(*Check)) {
		other := c.copied()
		do(other)
		changed, told = append(changed, other), append(told, mutant{was: was, with: with})
	}
	for _, step := range []int{-1, 1} {
		if c.AtMost > 0 {
			change("at_most: "+strconv.Itoa(c.AtMost), strconv.Itoa(c.AtMost+step), func(o *Check) { o.AtMost += step })
		}
		if c.TimesUsual > 0 {
			change("times_usual: "+strconv.Itoa(c.TimesUsual), strconv.Itoa(c.TimesUsual+step), func(o *Check) { o.TimesUsual += step })
		}
	}
	var within []Expression
	switch {
	case c.NoOverlap != nil:
		n := c.NoOverlap
		within = n.Within
		swapped := map[string]string{"allowed": "overlap", "overlap": "allowed"}[n.Touching]
		change("touching: "+n.Touching, swapped, func(o *Check) { o.NoOverlap.Touching = swapped })
		if n.Identical != "" {
			change("identical: "+n.Identical, "", func(o *Check) { o.NoOverlap.Identical = "" })
		}
		if n.OpenUntil.Text != "" {
			change("open_until: "+n.OpenUntil.Text, "", func(o *Check) { o.NoOverlap.OpenUntil = Expression{} })
		}
	case c.AtMostOneOpen != nil:
		within = c.AtMostOneOpen.Within
	}
	for i := range within {
		if len(within) > 1 {
			change("within "+within[i].Text, "", func(o *Check) {
				if o.NoOverlap != nil {
					o.NoOverlap.Within = slices.Delete(o.NoOverlap.Within, i, i+1)
				} else {
					o.AtMostOneOpen.Within = slices.Delete(o.AtMostOneOpen.Within, i, i+1)
				}
			})
		}
	}
	return changed, told
}

// survivors hands over every change of an operator or constant of a check that none of its examples notices: the
// key and text that were changed, and how. The examples hold as the check stands.
func (r *Rule) survivors(ctx context.Context, check *Check, judge *examiner, tell func(key string, of Expression, m mutant)) error {
	noticed := func(changed *Check) (bool, error) {
		alone := *r
		alone.Checks = []*Check{changed}
		faults, err := judge.try(ctx, &alone)
		return len(faults) > 0, err
	}
	for i, of := range check.slots() {
		all := mutants(of.text.Text)
		if of.text.Text != "" && of.key == "holds" {
			all = append(all, mutant{text: "!(" + of.text.Text + ")", was: "the condition", with: "its opposite"})
		}
		for _, m := range all {
			changed := check.copied()
			changed.slots()[i].text.Text = m.text
			seen, err := noticed(changed)
			if err != nil {
				return err
			}
			if !seen {
				tell(of.key, *of.text, m)
			}
		}
	}
	shape := check.where("no_overlap", "at_most_one_open", "at_most", "times_usual", "unique")
	reshaped, told := check.reshaped()
	for i, changed := range reshaped {
		seen, err := noticed(changed)
		if err != nil {
			return err
		}
		if !seen {
			tell("shape", Expression{Line: shape.line, Column: shape.column}, told[i])
		}
	}
	for i := range check.Unique {
		if len(check.Unique) < 2 {
			break
		}
		changed := check.copied()
		changed.Unique = slices.Delete(changed.Unique, i, i+1)
		seen, err := noticed(changed)
		if err != nil {
			return err
		}
		if !seen {
			tell("unique", check.Unique[i], mutant{was: check.Unique[i].Text, with: "nothing"})
		}
	}
	return nil
}
