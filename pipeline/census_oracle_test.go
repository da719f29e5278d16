package pipeline_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// This file judges a census return a second time: slowly, row by row, from the published wording of each rule and
// with nothing of the product. A blank compares as nothing; dates are all readable.

// oracleRow is one record: its cells by field, blank ones left out.
type oracleRow struct {
	table                string
	line                 int
	cell                 map[string]string
	child, episode, plan *oracleRow
}

func (r *oracleRow) at(field string) string {
	if r == nil {
		return ""
	}
	return r.cell[field]
}

// oracle is a return and what is wrong with it: by rule and group, the cells.
type oracle struct {
	tables map[string][]*oracleRow
	found  map[string]map[string]map[string]bool
	year   int // whose rules are judged
	r, s   string
}

// flag notes cells of a rule under a group.
func (o *oracle) flag(rule string, group []string, cells ...string) {
	if o.found[rule] == nil {
		o.found[rule] = map[string]map[string]bool{}
	}
	key := strings.Join(group, "\x00")
	if o.found[rule][key] == nil {
		o.found[rule][key] = map[string]bool{}
	}
	for _, c := range cells {
		o.found[rule][key][c] = true
	}
}

func cellOf(r *oracleRow, fields ...string) []string {
	var all []string
	for _, f := range fields {
		all = append(all, fmt.Sprintf("%s:%d %s", r.table, r.line, f))
	}
	return all
}

// alone is the group of a record that is an issue of its own.
func alone(r *oracleRow) []string {
	return []string{r.table, strconv.Itoa(r.line), fmt.Sprintf("%p", r)}
}

// readOracle reads a return with the standard library.
func readOracle(text string) *oracle {
	o := &oracle{tables: map[string][]*oracleRow{}, found: map[string]map[string]map[string]bool{}}
	d := xml.NewDecoder(strings.NewReader(text))
	var path []string
	var child, episode, plan, current *oracleRow
	var value strings.Builder
	episodes, assessments, plans := 0, 0, 0
	begin := func(table string) *oracleRow {
		line, _ := d.InputPos()
		row := &oracleRow{table: table, line: line, cell: map[string]string{}, child: child, episode: episode, plan: plan}
		o.tables[table] = append(o.tables[table], row)
		return row
	}
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			panic(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			path = append(path, t.Name.Local)
			value.Reset()
			switch t.Name.Local {
			case "Header":
				current = begin("Header")
			case "Child":
				child, episode, plan, episodes = &oracleRow{}, nil, nil, 0
			case "ChildIdentifiers":
				current = begin("ChildIdentifiers")
				*child = *current
				o.tables["ChildIdentifiers"][len(o.tables["ChildIdentifiers"])-1] = child
				child.child, current = child, child
			case "ChildCharacteristics":
				current = begin("ChildCharacteristics")
			case "Disability":
				current = begin("Disabilities")
			case "CINdetails":
				episodes++
				assessments, plans = 0, 0
				episode, plan = nil, nil
				current = begin("CINdetails")
				current.cell["CINdetailsID"] = strconv.Itoa(episodes)
				episode = current
				episode.episode = episode
			case "Assessments":
				assessments++
				current = begin("Assessments")
			case "CINPlanDates":
				current = begin("CINplanDates")
			case "Section47":
				current = begin("Section47")
			case "ChildProtectionPlans":
				plans++
				plan = nil
				plan = begin("ChildProtectionPlans")
				current = plan
				plan.cell["CPPID"] = strconv.Itoa(plans)
			case "Reviews":
				current = begin("Reviews")
			}
		case xml.CharData:
			value.Write(t)
		case xml.EndElement:
			name := path[len(path)-1]
			path = path[:len(path)-1]
			if text := strings.Trim(value.String(), "\n "); text != "" && current != nil {
				if name == "AssessmentFactors" {
					current.cell[name] = strings.TrimPrefix(current.cell[name]+";"+text, ";")
				} else {
					current.cell[name] = text
				}
			}
			value.Reset()
			switch name {
			case "Assessments", "CINPlanDates", "Section47", "ChildProtectionPlans":
				current = episode
			case "Reviews":
				current = plan
			}
		}
	}
	h := o.tables["Header"][0]
	o.r = h.at("ReferenceDate")
	o.year, _ = strconv.Atoi(h.at("Year"))
	o.s = shift(o.r, -1, 0, 1)
	return o
}

// shift moves a date by years, months and days; a blank stays blank.
func shift(date string, years, months, days int) string {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return ""
	}
	first := time.Date(d.Year()+years, d.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(d.Day(), last)-1+days).Format(time.DateOnly)
}

func less(a, b string) bool      { return a != "" && b != "" && a < b }
func lessEqual(a, b string) bool { return a != "" && b != "" && a <= b }
func same(a, b string) bool      { return a != "" && a == b }

func (o *oracle) inPeriod(d string) bool { return lessEqual(o.s, d) && lessEqual(d, o.r) }
func (o *oracle) outside(d string) bool  { return less(d, o.s) || less(o.r, d) }

func weekend(date string) bool {
	d, err := time.Parse(time.DateOnly, date)
	return err == nil && (d.Weekday() == time.Saturday || d.Weekday() == time.Sunday)
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// of returns the rows of a table for which is holds.
func (o *oracle) of(table string, is func(r *oracleRow) bool) []*oracleRow {
	var all []*oracleRow
	for _, r := range o.tables[table] {
		if is(r) {
			all = append(all, r)
		}
	}
	return all
}

func (o *oracle) ofChild(table string, c *oracleRow) []*oracleRow {
	return o.of(table, func(r *oracleRow) bool { return r.child == c })
}

func (o *oracle) ofEpisode(table string, e *oracleRow) []*oracleRow {
	return o.of(table, func(r *oracleRow) bool { return r.episode == e })
}

func (r *oracleRow) id() string          { return r.child.at("LAchildID") }
func (r *oracleRow) byEpisode() []string { return []string{r.id(), r.episode.at("CINdetailsID")} }

// thresholds are written out in the rules: the first working day of the year, 44 and 14 working days before its end.
var thresholds = map[string][3]string{
	"2023-03-31": {"2022-04-01", "2023-01-30", "2023-03-13"}, "2024-03-31": {"2023-04-03", "2024-01-29", "2024-03-11"},
	"2025-03-31": {"2024-04-02", "2025-01-28", "2025-03-11"}, "2026-03-31": {"2025-04-01", "2026-01-28", "2026-03-11"},
}

func in(text string, all ...string) bool { return slices.Contains(all, text) }

func digits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// judgeUPN judges the form of UPNs and identifiers.
func (o *oracle) judgeUPN(c *oracleRow) {
	upn := c.at("UPN")
	if len(upn) == 13 && digits(upn[1:]) {
		sum := 0
		for k := 2; k <= 13; k++ {
			sum += k * int(upn[k-1]-'0')
		}
		if upn[:1] != "ABCDEFGHJKLMNPQRTUVWXYZ"[sum%23:sum%23+1] {
			o.flag("1510", alone(c), cellOf(c, "UPN")...)
		}
	}
	if upn != "" && len(o.of("ChildIdentifiers", func(r *oracleRow) bool { return r.at("UPN") == upn })) > 1 {
		o.flag("1520", []string{c.id(), upn}, cellOf(c, "UPN")...)
	}
	if len(upn) == 13 {
		n, err := strconv.Atoi(upn[1:4])
		known := err == nil && digits(upn[1:4]) && (in(upn[1:4], "801", "839", "301", "909", "001") || o.year >= 2024 && (n == 942 || n == 943))
		if !known {
			o.flag("1530", alone(c), cellOf(c, "UPN")...)
		}
		if !strings.Contains("0123456789ABCDEFGHJKLMNPQRTUVWXYZ", upn[12:]) {
			o.flag("1550", alone(c), cellOf(c, "UPN")...)
		}
	}
	if upn != "" && !digits(upn[min(4, len(upn)):min(12, len(upn))]) {
		o.flag("1540", alone(c), cellOf(c, "UPN")...)
	}
	if former := c.at("FormerUPN"); former != "" && (len(former) != 13 || !digits(former[1:]) || !unicode.IsLetter(rune(former[0]))) {
		o.flag("1560Q", alone(c), cellOf(c, "FormerUPN")...)
	}
	id := c.at("LAchildID")
	if o.year >= 2025 && len(id) > 20 {
		o.flag("1570", alone(c), cellOf(c, "LAchildID")...)
	}
	if o.year >= 2025 && strings.ContainsFunc(id, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		o.flag("1580", alone(c), cellOf(c, "LAchildID")...)
	}
	if id == "" {
		o.flag("8500", alone(c), cellOf(c, "LAchildID")...)
	} else if len(o.of("ChildIdentifiers", func(r *oracleRow) bool { return r.at("LAchildID") == id })) > 1 {
		o.flag("8510", alone(c), cellOf(c, "LAchildID")...)
	}
}

// judgeChild judges a child's own cells, and those beside their episodes and plans.
func (o *oracle) judgeChild(c *oracleRow) {
	o.judgeUPN(c)
	born, expected, died := c.at("PersonBirthDate"), c.at("ExpectedPersonBirthDate"), c.at("PersonDeathDate")
	episodes := o.ofChild("CINdetails", c)
	sex, unborn := "Sex", "U"
	valid := in(c.at("Sex"), "M", "F", "U")
	if o.year < 2025 {
		sex, unborn, valid = "GenderCurrent", "0", in(c.at("GenderCurrent"), "0", "1", "2", "9")
	}
	if !valid {
		o.flag("4180", alone(c), cellOf(c, sex)...)
	}
	if expected != "" && born == "" && c.at(sex) != unborn {
		o.flag("8750", alone(c), cellOf(c, sex, "PersonBirthDate", "ExpectedPersonBirthDate")...)
	}
	if less(o.r, born) {
		o.flag("8520", alone(c), cellOf(c, "PersonBirthDate")...)
	}
	if (born == "") == (expected == "") {
		o.flag("8525Q", alone(c), cellOf(c, "PersonBirthDate", "ExpectedPersonBirthDate")...)
	}
	if lessEqual(expected, shift(o.r, 0, 0, -30)) || lessEqual(shift(o.r, 0, 9, 0), expected) {
		o.flag("8530Q", alone(c), cellOf(c, "ExpectedPersonBirthDate")...)
	}
	if died != "" && (born == "" || born > died) {
		o.flag("8535Q", alone(c), cellOf(c, "PersonDeathDate", "PersonBirthDate")...)
	}
	if died != "" && !o.inPeriod(died) {
		o.flag("8545Q", alone(c), cellOf(c, "PersonDeathDate")...)
	}
	if len(episodes) == 0 {
		o.flag("8590", alone(c), cellOf(c, "LAchildID")...)
	}
	limit := shift(o.r, -6, 0, 0)
	if o.year >= 2025 {
		limit = shift(shift(o.r, 0, 4, 31), -6, 0, 0)
	}
	further := slices.ContainsFunc(episodes, func(e *oracleRow) bool { return in(strings.ToLower(e.at("ReferralNFA")), "0", "false") })
	if lessEqual(born, limit) && further && c.at("UPN") == "" && !in(strings.ToUpper(c.at("UPNunknown")), "UN2", "UN3", "UN4", "UN5", "UN6", "UN7") {
		o.flag("8770Q", alone(c), cellOf(c, "UPN", "UPNunknown")...)
	}
	for _, p := range o.ofChild("CINplanDates", c) {
		if less(died, p.at("CINPlanStartDate")) {
			o.flag("4008", alone(c), append(cellOf(c, "PersonDeathDate"), cellOf(p, "CINPlanStartDate")...)...)
		}
		if less(died, p.at("CINPlanEndDate")) {
			o.flag("4009Q", alone(c), append(cellOf(c, "PersonDeathDate"), cellOf(p, "CINPlanEndDate")...)...)
		}
	}
	o.judgeDisabilities(c, episodes)
}

func (o *oracle) judgeDisabilities(c *oracleRow, episodes []*oracleRow) {
	all := o.ofChild("Disabilities", c)
	var wrong []*oracleRow
	for _, d := range all {
		code := d.at("Disability")
		if !in(code, "NONE", "MOB", "HAND", "PC", "INC", "COMM", "LD", "HEAR", "VIS", "BEH", "CON", "AUT", "DDA") {
			wrong = append(wrong, d)
		}
		for _, other := range all {
			if other != d && same(code, other.at("Disability")) {
				o.flag("8794", alone(d), cellOf(d, "Disability")...)
			}
			if strings.ToUpper(other.at("Disability")) == "NONE" && strings.ToUpper(code) != "NONE" {
				o.flag("8790", alone(d), cellOf(d, "Disability")...)
			}
		}
	}
	for _, e := range episodes {
		if c.at("PersonBirthDate") != "" && in(e.at("ReferralNFA"), "false", "0") && (len(all) == 0 || len(wrong) > 0) {
			o.flag("8540", alone(c), append(cellOf(c, "PersonBirthDate"), cellOf(e, "ReferralNFA")...)...)
			for _, d := range wrong {
				o.flag("8540", alone(c), cellOf(d, "Disability")...)
			}
		}
	}
}
