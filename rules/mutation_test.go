package rules

import (
	"context"
	"regexp"
	"strconv"
	"testing"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

var mutable = regexp.MustCompile(`date\("[0-9-]+"\)|"[^"]*"|<=|>=|==|!=|&&|\|\||[<>!?]|\b[0-9]+\b|\b[a-z_]+\b`)

// mutants returns every text that differs from a condition in one operator or constant.
func mutants(text string) []string {
	var made []string
	for _, at := range mutable.FindAllStringIndex(text, -1) {
		token := text[at[0]:at[1]]
		replace := func(with string) { made = append(made, text[:at[0]]+with+text[at[1]:]) }
		if others, ok := map[string][]string{
			"<": {"<=", ">"}, "<=": {"<", ">="}, ">": {">=", "<"}, ">=": {">", "<="}, "==": {"!="}, "!=": {"=="},
			"&&": {"||"}, "||": {"&&"}, "!": {""},
		}[token]; ok {
			for _, o := range others {
				replace(o)
			}
			continue
		}
		if n, err := strconv.Atoi(token); err == nil {
			replace(strconv.Itoa(n + 1))
			replace(strconv.Itoa(n - 1))
			continue
		}
		if date := regexp.MustCompile(`^date\("(.*)"\)$`).FindStringSubmatch(token); date != nil {
			d, err := schemas.ParseDay(date[1])
			if err != nil {
				panic(err)
			}
			replace(`date("` + table.DateText(d+1) + `")`)
			replace(`date("` + table.DateText(d-1) + `")`)
		}
	}
	return made
}

func TestChangingAConditionBreaksAnExampleOfItsRule(t *testing.T) {
	whole, coll, calendar := loadFrontDoor(t)
	tried := 0
	for _, rule := range whole.Rules {
		alone := *whole
		alone.Rules = []*Rule{rule}
		for _, check := range rule.Checks {
			change := func(e *Expression) {
				kept := e.Text
				for _, text := range append(mutants(kept), negated(kept)...) {
					e.Text = text
					if alone.Try(context.Background(), coll, calendar) == nil {
						t.Errorf("rule %s: no example tells %q from %q", rule.Code, text, kept)
					}
					tried++
				}
				e.Text = kept
			}
			for i := range check.Let {
				change(&check.Let[i].Value)
			}
			change(&check.Holds)
			for _, text := range mutants(check.Applies.Text) {
				kept := check.Applies
				check.Applies.Text = text
				if alone.Try(context.Background(), coll, calendar) == nil {
					t.Errorf("rule %s: no example tells %q from %q", rule.Code, text, kept.Text)
				}
				check.Applies = kept
				tried++
			}
		}
	}
	if tried < 80 {
		t.Errorf("only %d changes tried", tried)
	}
}

// negated returns a condition turned round.
func negated(text string) []string {
	if text == "" {
		return nil
	}
	return []string{"!(" + text + ")"}
}
