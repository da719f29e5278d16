package rules

import (
	"fmt"
	"math"
	"regexp"
	"time"

	"frontdoor/schemas"
)

// The calls here have an argument that is written out as text, and read when the condition is compiled.

func compileValid(w *walk, call []argument) (any, error) {
	tag, err := written(call, 1, "the format")
	if err != nil {
		return nil, err
	}
	check, err := checkOf(tag)
	if err != nil {
		return nil, mistake{1, err.Error()}
	}
	return w.formatTest(testNode{call[0].node.(textNode), check}, tag), nil
}

func compileNormalForm(_ *walk, call []argument) (any, error) {
	tag, err := written(call, 1, "the format")
	if err != nil {
		return nil, err
	}
	normal, err := normalOf(tag)
	if err != nil {
		return nil, mistake{1, err.Error()}
	}
	return normalNode{call[0].node.(textNode), normal}, nil
}

func compileMatches(_ *walk, call []argument) (any, error) {
	text, err := written(call, 1, "the pattern")
	if err != nil {
		return nil, err
	}
	pattern, err := regexp.Compile(text)
	if err != nil {
		return nil, mistake{1, "want a pattern of RE2: " + err.Error()}
	}
	return testNode{call[0].node.(textNode), pattern.MatchString}, nil
}

func codeSet(w *walk, call []argument) (*schemas.CodeSet, error) {
	name, err := written(call, 1, "the code set")
	if err != nil {
		return nil, err
	}
	set, err := w.world.coll.CodeSet(name)
	if err != nil {
		return nil, mistake{1, err.Error()}
	}
	return set, nil
}

func compileInCodes(w *walk, call []argument) (any, error) {
	set, err := codeSet(w, call)
	if err != nil {
		return nil, err
	}
	return testNode{call[0].node.(textNode), set.Has}, nil
}

func compileInCodesOn(w *walk, call []argument) (any, error) {
	set, err := codeSet(w, call)
	if err != nil {
		return nil, err
	}
	places := map[string]int{}
	n := codeOnNode{of: call[0].node.(textNode), on: call[2].node.(numberNode)}
	for i, c := range set.Codes {
		places[c.Code] = i
		from, to := int64(math.MinInt64), int64(math.MaxInt64)
		for _, bound := range []struct {
			text string
			day  *int64
		}{{c.From, &from}, {c.To, &to}} {
			if bound.text == "" {
				continue
			}
			d, err := schemas.ParseDay(bound.text)
			if err != nil {
				return nil, mistake{1, fmt.Sprintf("code set %q: %v", set.Name, err)}
			}
			*bound.day = int64(d)
		}
		n.from, n.to = append(n.from, from), append(n.to, to)
	}
	n.place = func(text string) int {
		if p, ok := places[text]; ok {
			return p
		}
		return -1
	}
	return n, nil
}

func compileGroupOf(w *walk, call []argument) (any, error) {
	set, err := codeSet(w, call)
	if err != nil {
		return nil, err
	}
	n := groupNode{of: call[0].node.(textNode), groups: map[string]string{}}
	for _, c := range set.Codes {
		if c.Group != "" {
			n.groups[c.Code] = c.Group
		}
	}
	return n, nil
}

func compileDate(_ *walk, call []argument) (any, error) {
	text, err := written(call, 0, "the date")
	if err != nil {
		return nil, err
	}
	d, err := schemas.ParseDay(text)
	if err != nil {
		return nil, mistake{0, "want a date as yyyy-mm-dd"}
	}
	return numberConstant(d), nil
}

func compileDateTime(_ *walk, call []argument) (any, error) {
	text, err := written(call, 0, "the date and time")
	if err != nil {
		return nil, err
	}
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		return nil, mistake{0, "want a date and time as yyyy-mm-dd hh:mm"}
	}
	return numberConstant(t.Unix()), nil
}

// compileMoment compiles datetime() of a field: the field is read once more, with its time.
func compileMoment(w *walk, call []argument) (any, error) {
	if n, ok := call[0].node.(numberField); ok {
		if ref := w.columns[n.slot]; ref.field.Type == schemas.TypeDateTime {
			ref.moment = true
			return momentField{w.column(ref)}, nil
		}
	}
	return nil, mistake{0, "datetime() asks of a field with a time"}
}

func compileBetween(u unit) func(*walk, []argument) (any, error) {
	return func(w *walk, call []argument) (any, error) {
		if u == workingDays {
			w.need(need{kind: needCalendar})
		}
		return betweenNode{u, call[0].node.(numberNode), call[1].node.(numberNode)}, nil
	}
}

func compileAddTo(u unit) func(*walk, []argument) (any, error) {
	return func(w *walk, call []argument) (any, error) {
		if u == workingDays {
			w.need(need{kind: needCalendar})
		}
		return addToNode{u, call[0].node.(numberNode), call[1].node.(numberNode)}, nil
	}
}

func compileIsWorkingDay(w *walk, call []argument) (any, error) {
	w.need(need{kind: needCalendar})
	return dayTestNode{call[0].node.(numberNode), true}, nil
}

func compileDatePart(p datePart) func(*walk, []argument) (any, error) {
	return made1(func(a numberNode) numberNode { return datePartNode{p, a} })
}
