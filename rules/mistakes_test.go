package rules

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"frontdoor/schemas"
)

// ruleText is a catalogue of one rule over episodes whose check holds the given lines.
func ruleText(lines ...string) []byte {
	return []byte(`collection: front_door
rules:
  - code: FD-901
    severity: error
    title: Test
    about: A sentence.
    source: the project's own
    since: 2018-19
    checks:
      - for: cin_episodes
        fails: [{episode_id: E1}]
        passes: [{episode_id: E1}]
        ` + strings.Join(lines, "\n        ") + "\n")
}

func compileText(t *testing.T, text []byte) error {
	t.Helper()
	c, err := Parse("local.yaml", text)
	if err != nil {
		return err
	}
	coll, err := schemas.Load("front_door")
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Compile(coll)
	return err
}

func TestMistakesInConditionsAreShownWithTheirPlace(t *testing.T) {
	for _, c := range []struct {
		name   string
		lines  []string
		wanted []string
	}{
		{"unknown field", []string{"holds: start_day <= end_date", "flags: [start_date]"}, []string{"local.yaml:13:16: rule FD-901: holds: undeclared reference to 'start_day'", "    holds: start_day <= end_date\n           ^", "did you mean start_date?"}},
		{"types", []string{`holds: start_date <= "2019-01-01"`, "flags: [start_date]"}, []string{"no matching overload", "(date, string)", "local.yaml:13:27", "<= takes (string, string) or (int, int)"}},
		{"not a condition", []string{"holds: start_date", "flags: [start_date]"}, []string{"want a condition", "date"}},
		{"syntax", []string{"holds: start_date <=", "flags: [start_date]"}, []string{"Syntax error", "local.yaml:13:29"}},
		{"format", []string{`holds: valid(episode_id, "upm")`, "flags: [episode_id]"}, []string{`no format is called "upm"`, "local.yaml:13:34", "did you mean upn?"}},
		{"format not written out", []string{`holds: valid(episode_id, closure_reason)`, "flags: [episode_id]"}, []string{"written out as text"}},
		{"code set", []string{`holds: in_codes(episode_id, "colours")`, "flags: [episode_id]"}, []string{`"colours"`, "not known"}},
		{"date", []string{`holds: start_date > date("1 May 2019")`, "flags: [start_date]"}, []string{"want a date as yyyy-mm-dd"}},
		{"present of a value", []string{"holds: present(start_date + 1)", "flags: [start_date]"}, []string{"present() asks of a field"}},
		{"null", []string{"holds: start_date == null", "flags: [start_date]"}, []string{"this cannot stand in a condition"}},
		{"null text", []string{"holds: episode_id != null", "flags: [start_date]"}, []string{"no matching overload"}},
		{"mixed list", []string{"holds: 'episode_id in [\"a\", 1]'", "flags: [start_date]"}, []string{"expected type 'string' but found 'int'"}},
		{"decimal with an integer", []string{"holds: 1.5 == 1", "flags: [start_date]"}, []string{"no matching overload", "(double, int)"}},
		{"decimal with five places", []string{"holds: 1.00001 == 1.0", "flags: [start_date]"}, []string{"at most 4 places", "local.yaml:13:16"}},
		{"built record", []string{"holds: child{}.sex == \"M\"", "flags: [start_date]"}, []string{"undeclared reference"}},
		{"list of lists", []string{"holds: '[[true]].all(x, x.all(y, y))'", "flags: [start_date]"}, []string{"a list of lists cannot be written out"}},
		{"empty list", []string{"holds: '[].all(x, x)'", "flags: [start_date]"}, []string{"want a list with elements"}},
		{"element without a name", []string{"holds: 'child.episodes.all(1, true)'", "flags: [start_date]"}, []string{"want a name for the element"}},
		{"element named like a field", []string{"holds: 'child.episodes.all(start_date, true)'", "flags: [start_date]"}, []string{"the name start_date is taken already"}},
		{"list of values asked for a record", []string{"holds: 'present([1].max_by(x, x))'", "flags: [start_date]"}, []string{"max_by gives a record"}},
		{"loop over a record", []string{"holds: 'child.all(e, true)'", "flags: [start_date]"}, []string{"cannot be range of a comprehension"}},
		{"list too deep", []string{"holds: '" + nestedLists(8) + "'", "flags: [start_date]"}, []string{"more than 7 deep"}},
		{"named condition called wrongly", []string{`let: {"late(e)": e.start_date > as_at}`, "holds: late(start_date)", "flags: [start_date]"}, []string{"type 'date' does not support field selection"}},
		{"named condition without a name", []string{`let: {"late(1)": start_date > as_at}`, "holds: late(start_date)", "flags: [start_date]"}, []string{"want a name of letters"}},
		{"named condition named like a function", []string{`let: {"age(e)": e.start_date > as_at}`, "holds: age(this)", "flags: [start_date]"}, []string{"the name age is taken"}},
		{"each of a value", []string{"holds: present(start_date)", "flags: [{each: e in start_date, fields: [start_date]}]"}, []string{"want a list of records", "each: "}},
		{"each named like a field", []string{"holds: present(start_date)", "flags: [{each: child in child.episodes, fields: [start_date]}]"}, []string{"the name child is taken"}},
		{"when that is no condition", []string{"holds: present(start_date)", "flags: [{each: e in child.episodes, when: e.start_date, fields: [start_date]}]"}, []string{"when: ", "want a condition"}},
		{"unknown field of each", []string{"holds: present(start_date)", "flags: [{each: e in child.episodes, fields: [start]}]"}, []string{"no field start"}},
		{"two ways", []string{"holds: present(start_date)", "unique: [episode_id]", "flags: [start_date]"}, []string{"want one of holds, unique"}},
		{"no touching", []string{"no_overlap: {within: [child_id], start: start_date, end: end_date}"}, []string{"touching: want allowed or overlap"}},
		{"end that is no field", []string{"no_overlap: {within: [child_id], start: start_date, end: end_date + 1, touching: allowed}", "flags: [start_date]"}, []string{"end: ", "want a field"}},
		{"start that is no date", []string{"no_overlap: {within: [child_id], start: episode_id, end: end_date, touching: allowed}"}, []string{"start: ", "want a date"}},
		{"open within a condition", []string{"at_most_one_open: {within: [present(child)], end: end_date}"}, []string{"within: ", "want a text, a number or a date"}},
		{"group by a list", []string{"holds: present(start_date)", "group: [child.episodes]", "flags: [start_date]"}, []string{"group: ", "want a text"}},
		{"group by a field that the records of each lack", []string{"holds: present(start_date)", "flags: [{each: e in child.episodes, fields: [start_date]}]", "group: [e.start]"}, []string{"group: ", "no field start"}},
		{"group by the records of two lists", []string{"holds: present(start_date)", "flags: [{each: e in child.episodes, fields: [start_date]}, {each: c in child.contacts, fields: [source]}]", "group: [e.start_date, c.source]"}, []string{"group: ", "the records of one each"}},
		{"pattern", []string{`holds: matches(episode_id, "(")`, "flags: [start_date]"}, []string{"want a pattern of RE2"}},
		{"time of a date", []string{`holds: datetime(start_date) == datetime(end_date)`, "flags: [start_date]"}, []string{"asks of a field with a time"}},
		{"macro", []string{"holds: has(child.sex)", "flags: [start_date]"}, []string{"undeclared reference to 'has'"}},
		{"unknown flag", []string{"holds: present(start_date)", "flags: [start]"}, []string{"no field start"}},
		{"unknown parent of a flag", []string{"holds: present(start_date)", "flags: [referral.nfa]"}, []string{"no parent referral"}},
		{"name taken", []string{"let: {start_date: end_date}", "holds: present(start_date)", "flags: [start_date]"}, []string{"the name start_date is taken"}},
		{"records of two tables compared", []string{"holds: child == this", "flags: [start_date]"}, []string{"no matching overload"}},
		{"list as a value", []string{"holds: '[1, 2] == [1, 2]'", "flags: [start_date]"}, []string{"no matching overload"}},
		{"unique of a condition", []string{"unique: [present(start_date)]", "flags: [start_date]"}, []string{"want a text, a number or a date"}},
		{"growing names", []string{
			"let: {a0: start_date == end_date, a1: a0 && a0, a2: a1 && a1 && a1 && a1, a3: a2 && a2 && a2 && a2, a4: a3 && a3 && a3 && a3, a5: a4 && a4 && a4 && a4, a6: a5 && a5 && a5 && a5, a7: a6 && a6 && a6 && a6, a8: a7 && a7 && a7 && a7}",
			"holds: a8", "flags: [start_date]"}, []string{"more than 10000 parts"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := compileText(t, ruleText(c.lines...))
			if err == nil {
				t.Fatal("the mistake is taken")
			}
			for _, want := range c.wanted {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is missing in:\n%v", want, err)
				}
			}
		})
	}
}

// nestedLists writes lists inside one another.
func nestedLists(depth int) string {
	text := "true"
	for i := range depth {
		text = fmt.Sprintf("child.episodes.all(e%d, %s)", i, text)
	}
	return text
}

func TestAllMistakesOfACatalogueAreShown(t *testing.T) {
	text := string(ruleText("holds: nonsense", "applies: more_nonsense", "flags: [start_date, nothing]"))
	err := compileText(t, []byte(text))
	for _, want := range []string{"'nonsense'", "'more_nonsense'", "no field nothing"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in:\n%v", want, err)
		}
	}
	text += `  - code: FD-902
    severity: serious
    titel: Test
  - code: fd 903
    severity: serious
    since: 2018
    checks:
      - holds: present(start_date)
`
	_, err = Parse("local.yaml", []byte(text))
	for _, want := range []string{"local.yaml:18:5: rule FD-902: titel: no such key in a rule", "did you mean title?", "local.yaml:20:15: rule fd 903: severity", "since: want", "for: want the table", "flags: want", "at least one example", "source: every rule", "code: want letters"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in:\n%v", want, err)
		}
	}
}

func TestUnknownKeysAreRefusedWithTheirPlace(t *testing.T) {
	_, err := Parse("local.yaml", ruleText("hold: present(start_date)", "flags: [start_date]"))
	if err == nil || !strings.Contains(err.Error(), "local.yaml:13:9: rule FD-901: hold: no such key in each of checks") || !strings.Contains(err.Error(), "did you mean holds?") {
		t.Errorf("got %v", err)
	}
}

func TestACodeStandsOnce(t *testing.T) {
	text := string(ruleText("holds: present(start_date)", "flags: [start_date]"))
	twice := text + strings.TrimPrefix(text, "collection: front_door\nrules:\n")
	if _, err := Parse("local.yaml", []byte(twice)); err == nil || !strings.Contains(err.Error(), "stands already in line") {
		t.Errorf("got %v", err)
	}
}

func TestUnknownCataloguesSayWhatTheyAre(t *testing.T) {
	if _, err := Load("no_such_collection"); !errors.Is(err, ErrUnknown) {
		t.Errorf("got %v", err)
	}
}

func TestNamedValuesSeeThoseBeforeThem(t *testing.T) {
	text := ruleText("let: {born: child.date_of_birth, unborn: start_date < born, codes: '[\"RC1\", \"RC2\"]', of: child}",
		"applies: present(born) && present(of.sex)", "holds: '!unborn || closure_reason in codes'", "flags: [start_date]")
	text = []byte(strings.NewReplacer(
		"fails: [{episode_id: E1}]", "fails: [{start_date: 2019-01-01, closure_reason: RC3, child: {sex: M, date_of_birth: 2019-01-02}}]",
		"passes: [{episode_id: E1}]", "passes: [{start_date: 2019-01-01, closure_reason: RC2, child: {sex: M, date_of_birth: 2019-01-02}}, {start_date: 2019-01-01, child: {sex: M, date_of_birth: 2019-01-01}}]",
	).Replace(string(text)))
	c, err := Parse("local.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	_, coll, calendar := loadFrontDoor(t)
	if err := c.Try(context.Background(), coll, calendar); err != nil {
		t.Error(err)
	}
	c.Rules[0].Checks[0].Passes = c.Rules[0].Checks[0].Fails
	if err := c.Try(context.Background(), coll, calendar); err == nil || !strings.Contains(err.Error(), "should have passed, and failed") {
		t.Errorf("got %v", err)
	}
}

func TestStructuralFindingsTakeTheirWordsFromTheCatalogue(t *testing.T) {
	c, err := Load("structure")
	if err != nil {
		t.Fatal(err)
	}
	f, err := c.Finding(NewIdentifier(nil), "IN-005", "front_door", "contacts", []string{"K1", "C1"}, []string{"contact_date"}, nil)
	if err != nil || f.Severity != Error || f.Message != c.Rule("IN-005").About || f.ID == "" || f.Rule != "IN-005" {
		t.Errorf("got %+v, %v", f, err)
	}
	if _, err := c.Finding(NewIdentifier(nil), "IN-999", "front_door", "contacts", nil, nil, nil); !errors.Is(err, ErrUnknown) {
		t.Errorf("got %v", err)
	}
}

func TestMalformedCataloguesAreRefusedNotFeltAsFaults(t *testing.T) {
	whole := string(ruleText("holds: present(start_date)", "flags: [start_date]"))
	for _, text := range []string{
		"", "[]", "rules", "collection: front_door\nrules: [~]", "collection: front_door\nrules: {a: b}", "collection: front_door\nrules: [[a]]",
		"collection: front_door\nrules: [x]", "rules: [", "collection: front_door\nrules: [{code: }]", "collection: {a: b}\nrules: []", "\x00", "a: &a [*a]",
		strings.Replace(whole, "fails: [{episode_id: E1}]", "fails: [~]", 1), strings.Replace(whole, "fails: [{episode_id: E1}]", "fails: {episode_id: E1}", 1),
		strings.Replace(whole, "fails: [{episode_id: E1}]", "fails: [{episode_id: ~}]", 1), strings.Replace(whole, "fails: [{episode_id: E1}]", "fails: [{episode_id: [a]}]", 1),
		strings.Replace(whole, "fails: [{episode_id: E1}]", "fails: [{records: [~]}]", 1), strings.Replace(whole, "fails: [{episode_id: E1}]", "fails: [E1]", 1),
		strings.Replace(whole, "holds: present", "let: [a]\n        holds: present", 1), strings.Replace(whole, "holds: present", "let: ~\n        holds: [a]\n        applies: present", 1),
		strings.Replace(whole, "holds: present(start_date)", "holds: {a: b}", 1), strings.Replace(whole, "holds: present(start_date)", "holds: ~", 1),
		strings.Replace(whole, "checks:", "checks: ~\n    notes:", 1), strings.Replace(whole, "for: cin_episodes", "for: [a]", 1),
		strings.Replace(whole, "      - for: cin_episodes", "      - ~\n      - for: cin_episodes", 1),
	} {
		if _, err := Parse("local.yaml", []byte(text)); err == nil {
			t.Errorf("taken:\n%s", text)
		}
	}
}
