package rules

import (
	"regexp"
	"strings"
)

// codeForm is what codes look like: FD-014, or the bare numbers of the DfE with a Q for a query.
var codeForm = regexp.MustCompile(`^([A-Z][A-Z0-9]*-[0-9A-Z]+|[0-9]{3,4}Q?)$`)

// demandRule notes what the first form of a rule lacks.
func (d *decoder) demandRule(r *Rule) {
	if !codeForm.MatchString(r.Code) {
		d.fault(r.where("code"), "", "code: want letters, a dash and a number, such as FD-014, or a number of the DfE")
	}
	d.demandWords(r)
	_, err := ParseYear(string(r.Since))
	if err != nil {
		d.fault(r.where("since"), "", "since: want the collection year from which it holds, such as 2018-19")
	}
	if r.Until != "" {
		if _, until := ParseYear(string(r.Until)); until != nil || err == nil && r.Until < r.Since {
			d.fault(r.where("until"), "", "until: want the last collection year in which it holds, not before since")
		}
	}
	switch r.MadeBy {
	case "":
		if len(r.Checks) == 0 {
			d.fault(r.where("checks"), "", "checks: a rule has at least one, or names the stage that makes it (made_by)")
		}
	case "ingest", "conform", "pipeline":
		if len(r.Checks) > 0 {
			d.fault(r.where("made_by"), "", "made_by: a rule that a stage makes has no checks")
		}
	default:
		d.fault(r.where("made_by"), "", "made_by: want ingest, conform or pipeline")
	}
	d.demandChecks(r)
}

// demandChange notes what a changed rule, or its last change, lacks.
func (d *decoder) demandChange(r *Rule) {
	if r.earlier == nil {
		return
	}
	c := r.Changes[len(r.Changes)-1]
	if _, err := ParseYear(string(c.From)); err != nil || c.From <= r.earlier.from() || r.Until != "" && c.From > r.Until {
		d.fault(c.where("from"), "", "from: want the collection year of the change, after since and the change before, not after until")
	}
	if c.What == "" {
		d.fault(c.where("what"), "", "what: say in a sentence what changed")
	}
	if len(c.Keys) == 0 {
		d.fault(c.where("from"), "write the keys that read otherwise", "changes: nothing is changed")
	}
	d.demandWords(r)
	d.demandChecks(r)
}

// demandWords notes which words a rule lacks.
func (d *decoder) demandWords(r *Rule) {
	switch r.Severity {
	case Error, Warning, Query:
	default:
		d.fault(r.where("severity"), "", "severity: want error, warning or query")
	}
	for _, needed := range []struct{ key, value string }{{"title", r.Title}, {"about", r.About}, {"source", r.Source}} {
		if needed.value == "" {
			d.fault(r.where(needed.key), "", "%s: every rule has one", needed.key)
		}
	}
}

// demandChecks notes what the checks of a rule lack.
func (d *decoder) demandChecks(r *Rule) {
	for i, check := range r.Checks {
		if check == nil {
			continue // noted when it was read
		}
		n := i + 1
		if check.For == "" {
			d.fault(check.where("for"), "", "check %d: for: want the table it judges", n)
		}
		for _, problem := range check.faults() {
			key, _, _ := strings.Cut(problem.Error(), ":")
			d.fault(check.where(key), "", "check %d: %s", n, problem)
		}
	}
}
