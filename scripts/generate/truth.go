package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A truth is what must come out of the delivery, as expected.json holds it.
type truth struct {
	Synthetic bool      `json:"synthetic"`
	Note      string    `json:"note"`
	Seed      uint64    `json:"seed"`
	Authority authority `json:"authority"`
	Period    span      `json:"period"`
	AsAt      string    `json:"as_at"`
	Migration span      `json:"migration"`

	Files        map[string]rowCount `json:"files"`
	All          classCount          `json:"all"`
	InPeriod     periodCount         `json:"in_period"`
	Referrals    map[status]int      `json:"referrals"`
	Persons      int                 `json:"persons"`
	LinkedPairs  map[string]int      `json:"linked_pairs"`
	RefusedLinks map[string]int      `json:"refused_links"`
}

type authority struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

type span struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// A rowCount says what becomes of the records of a file.
type rowCount struct {
	Rows        int `json:"rows"`
	Accepted    int `json:"accepted"`
	Quarantined int `json:"quarantined"`
}

// A classCount counts accepted contact rows by class.
type classCount struct {
	ContactRows int           `json:"contact_rows"`
	Classes     map[class]int `json:"classes"`
}

// A periodCount counts what is dated in the period. Contacts are distinct
// (contact id, child); children are persons, of whom unique children have a
// unique contact; an incident counts by its first contact's day.
type periodCount struct {
	classCount
	Contacts          int            `json:"contacts"`
	UniqueContacts    int            `json:"unique_contacts"`
	Children          int            `json:"children"`
	UniqueChildren    int            `json:"unique_children"`
	Converted         int            `json:"converted"`
	ConversionPercent float64        `json:"conversion_percent"`
	LinkMethods       map[method]int `json:"link_methods"`
}

// writeTruth writes expected.json and expected_contacts.csv.
func writeTruth(dir string, seed uint64, d *delivery, at lines) error {
	labels, err := createCSV(filepath.Join(dir, "expected_contacts.csv"),
		[]string{"line", "class", "first_line", "converted", "link_method", "referral_id"})
	if err != nil {
		return err
	}
	for _, row := range d.order[tableContacts] {
		if !d.contacts[row].quarantined {
			labels.write(d.labelRecord(row, at[tableContacts]))
		}
	}
	if err := labels.close(); err != nil {
		return err
	}
	findings := maps.Clone(d.findings)
	for rule, groups := range d.together {
		for _, records := range groups {
			findings[rule] = append(findings[rule], firstInFile(records, at))
		}
	}
	text, err := truthText(d.truth(seed), findings, at)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "expected.json"), text, 0o644); err != nil {
		return fmt.Errorf("write truth: %w", err)
	}
	return nil
}

// labelRecord is a row of expected_contacts.csv.
func (d *delivery) labelRecord(row int, at []int) []string {
	c := &d.contacts[row]
	first := ""
	if c.first >= 0 {
		first = strconv.Itoa(at[c.first])
	}
	return []string{
		strconv.Itoa(at[row]), string(c.class), first, strconv.FormatBool(c.linked != nil), string(c.method), c.linked.text(),
	}
}

// truth counts the labels.
func (d *delivery) truth(seed uint64) truth {
	t := truth{
		Synthetic: true,
		Note:      "An invented authority. No record describes a real child. Made by scripts/generate; not to be edited.",
		Seed:      seed,
		Authority: authority{authorityCode, authorityName},
		Period:    span{periodFrom.text(), periodTo.text()},
		AsAt:      asAt.text(),
		Migration: span{migrationFrom.text(), migrationTo.text()},

		Files:        d.countFiles(),
		All:          classCount{Classes: noClasses()},
		Referrals:    map[status]int{statusLinked: 0, statusFurther: 0, statusNotLinked: 0},
		Persons:      d.persons,
		LinkedPairs:  d.linked,
		RefusedLinks: d.refused,
	}
	for i := range d.contacts {
		if c := &d.contacts[i]; !c.quarantined {
			t.All.add(c)
		}
	}
	t.InPeriod = d.countPeriod()
	for _, r := range d.referrals {
		if !r.quarantined {
			t.Referrals[r.status]++
		}
	}
	return t
}

func noClasses() map[class]int {
	return map[class]int{
		classRepeatedRow: 0, classUnidentified: 0, classExact: 0, classMigrated: 0, classSameRef: 0, classSameWindow: 0,
		classOpenCase: 0, classUnique: 0,
	}
}

// add counts one row.
func (n *classCount) add(c *contact) {
	n.ContactRows++
	n.Classes[c.class]++
}

// countPeriod counts the rows dated in the period.
func (d *delivery) countPeriod() periodCount {
	n := periodCount{
		classCount:  classCount{Classes: noClasses()},
		LinkMethods: map[method]int{methodExplicit: 0, methodWindow: 0, methodBefore: 0, methodOutcomeOnly: 0},
	}
	children, uniqueChildren := map[int]bool{}, map[int]bool{}
	for i := range d.contacts {
		c := &d.contacts[i]
		if c.quarantined || !inPeriod(c.day) {
			continue
		}
		n.add(c)
		if c.child != nil {
			children[c.child.person] = true
		}
		if c.class == classUnique {
			uniqueChildren[c.child.person] = true
		}
		if c.linked != nil {
			n.Converted++
		}
		if c.method != "" {
			n.LinkMethods[c.method]++
		}
	}
	n.Contacts = n.ContactRows - n.Classes[classRepeatedRow]
	n.UniqueContacts = n.Classes[classUnique]
	n.Children, n.UniqueChildren = len(children), len(uniqueChildren)
	n.ConversionPercent = math.Round(10000*float64(n.Converted)/float64(n.UniqueContacts)) / 100
	return n
}

// countFiles counts the records of each file.
func (d *delivery) countFiles() map[string]rowCount {
	files := map[string]rowCount{}
	add := func(t table, quarantined bool) {
		n := files[string(t)+".csv"]
		n.Rows++
		if quarantined {
			n.Quarantined++
		}
		n.Accepted = n.Rows - n.Quarantined
		files[string(t)+".csv"] = n
	}
	for _, c := range d.children {
		if !c.absent {
			add(tableChildren, c.noID)
		}
	}
	for i := range d.contacts {
		add(tableContacts, d.contacts[i].quarantined)
	}
	for _, r := range d.referrals {
		add(tableReferrals, r.quarantined)
	}
	for _, e := range d.episodes {
		add(tableEpisodes, e.quarantined)
	}
	return files
}

// truthText is expected.json: the counts, then for each rule the records that
// fail it, one a line, by table and line.
func truthText(t truth, findings map[string][]place, at lines) ([]byte, error) {
	text, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write truth: %w", err)
	}
	text = append(text[:len(text)-2], ",\n  \"findings\": {"...)
	rules := make([]string, 0, len(findings))
	for rule := range findings {
		rules = append(rules, rule)
	}
	slices.Sort(rules)
	for i, rule := range rules {
		text = fmt.Appendf(text, "%s\n    %q: [", separator(i), rule)
		for j, found := range inFileOrder(findings[rule], at) {
			text = fmt.Appendf(text, "%s\n      {\"table\": %q, \"line\": %d}", separator(j), found.table, found.row)
		}
		text = append(text, "\n    ]"...)
	}
	return append(text, "\n  }\n}\n"...), nil
}

// separator stands before the i-th element of a list.
func separator(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

// firstInFile is the one of the records that stands first in its file.
func firstInFile(records []place, at lines) place {
	return slices.MinFunc(records, func(a, b place) int { return at[a.table][a.row] - at[b.table][b.row] })
}

// inFileOrder puts lines in the place of rows and sorts them.
func inFileOrder(rows []place, at lines) []place {
	places := make([]place, len(rows))
	for i, r := range rows {
		places[i] = place{r.table, at[r.table][r.row]}
	}
	slices.SortFunc(places, func(a, b place) int {
		if a.table != b.table {
			return strings.Compare(string(a.table), string(b.table))
		}
		return a.row - b.row
	})
	return places
}
