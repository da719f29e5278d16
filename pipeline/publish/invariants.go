package publish

import (
	"errors"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"
	"golang.org/x/sync/errgroup"

	"frontdoor/rules"
)

// ConversionMeasure is the id of the measure whose numerator and denominator are recounted from the contacts.
const ConversionMeasure = "conversion_unique"

// periodLead leads the names of counts over the reporting period only.
const periodLead = "period_"

// classes are what a contact row can be counted as; each row is exactly one.
var classes = []string{"repeated_row", "unidentified", "exact", "migrated", "same_incident_ref", "same_incident_window", "open_case", "unique"}

// Problem is something in a run that is not as it must be.
type Problem struct {
	Check string // what was checked: file, parquet, count
	Where string // the file or table
	What  string // what is wrong, without a personal value
}

func (p Problem) String() string { return p.Where + ": " + p.What }

// Invariants recounts from the stored Parquet what must always hold, by code of its own, and compares the
// counts of the manifest, or of a staged run's draft, with the recount. A run in which one does not hold must
// not be published. The error says that the run could not be read.
func Invariants(run *Run) ([]Problem, error) {
	whole := &recount{run: run, counts: map[string]int64{}}
	steps := []func(*recount) error{(*recount).inputs, (*recount).contacts, (*recount).referrals, (*recount).rules}
	parts := make([]*recount, len(steps))
	var all errgroup.Group
	for i, step := range steps {
		parts[i] = &recount{run: run, counts: map[string]int64{}}
		all.Go(func() error { return step(parts[i]) })
	}
	if err := all.Wait(); err != nil {
		return nil, fmt.Errorf("recount: %w", err)
	}
	for _, part := range parts {
		maps.Copy(whole.counts, part.counts)
		whole.problems = append(whole.problems, part.problems...)
	}
	if err := whole.conversion(); err != nil {
		return nil, fmt.Errorf("recount: %w", err)
	}
	whole.manifest()
	return whole.problems, nil
}

// recount is some of the counts, and what does not hold among them.
type recount struct {
	run      *Run
	problems []Problem
	counts   map[string]int64
}

func (c *recount) problem(where, format string, args ...any) {
	c.problems = append(c.problems, Problem{Check: "count", Where: where, What: fmt.Sprintf(format, args...)})
}

// equal demands that two counts of the same things are equal.
func (c *recount) equal(where, a string, is int64, b string, want int64) {
	if is != want {
		c.problem(where, "%s: %d, but %s: %d", a, is, b, want)
	}
}

// strips reads columns of a table of the restricted part; nothing when the run does not have it.
func (c *recount) strips(table string, names []string, each func(strips []*strip)) (found bool, err error) {
	f, err := c.run.openParquet(string(Restricted) + "/" + table + ".parquet")
	if errors.Is(err, ErrNoTable) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	return true, f.strips(names, each)
}

// inputs: records read = accepted + quarantined, per file, and both are what is stored.
func (c *recount) inputs() error {
	rows, err := allRows[InputRow](c.run, "inputs")
	if err != nil {
		return err
	}
	type source struct{ file, sheet string }
	type place struct {
		table string
		source
	}
	sourceOf := func(file string, sheet *string) source {
		if sheet == nil {
			return source{file: file}
		}
		return source{file, *sheet}
	}
	quarantined := map[place]int64{}
	held, err := allRows[QuarantinedRow](c.run, "quarantined")
	if err != nil {
		return err
	}
	for _, q := range held {
		quarantined[place{q.Table, sourceOf(q.File, q.Sheet)}]++
	}
	stored := map[string]map[source]int64{} // delivered table to file to rows
	for _, r := range rows {
		table := "delivered/" + r.Collection + "/" + r.Table
		if _, known := stored[table]; known || r.Table == "" {
			continue
		}
		perFile := map[source]int64{}
		_, err := c.strips(table, []string{fileColumn, sheetColumn}, func(s []*strip) {
			files, sheets := s[0], s[1]
			for from, row := 0, 0; from < len(files.codes); from = row { // the rows of a file lie together
				for row < len(files.codes) && files.codes[row] == files.codes[from] && sheets.codes[row] == sheets.codes[from] {
					row++
				}
				perFile[source{string(files.text(from)), string(sheets.text(from))}] += int64(row - from)
			}
		})
		if err != nil {
			return err
		}
		stored[table] = perFile
	}
	for _, r := range rows {
		where, from := "inputs, "+r.Table+", "+r.File, sourceOf(r.File, r.Sheet)
		table := "delivered/" + r.Collection + "/" + r.Table
		c.equal(where, "records read", r.Read, "accepted and quarantined", r.Accepted+r.Quarantined)
		c.equal(where, "accepted", r.Accepted, "stored", stored[table][from])
		c.equal(where, "quarantined", r.Quarantined, "listed as quarantined", quarantined[place{r.Table, from}])
		delete(stored[table], from)
		delete(quarantined, place{r.Table, from})
	}
	for table, perFile := range stored {
		for range perFile {
			c.problem(table, "rows of a file that is not among the inputs")
		}
	}
	for p := range quarantined {
		c.problem("quarantined", "records of a file of table %s that is not among the inputs", p.table)
	}
	return nil
}

// contacts: every row is of one class; an incident converts on one row, its first contact's.
func (c *recount) contacts() error {
	var rows, misplaced, unknown, converted, convertedInPeriod int64
	found, err := c.strips("contacts", []string{"class", "in_period", "converted", "first_of_incident"}, func(s []*strip) {
		class, inPeriod, isConverted, first := s[0], s[1], s[2], s[3]
		const ofPeriod, ofReferral, ofFirst = 1, 2, 4
		kinds := make([][8]int64, class.texts()) // by class, how many rows are of which of these
		for i, code := range class.codes {
			kind := 0
			if inPeriod.codes[i] == inPeriod.yes {
				kind |= ofPeriod
			}
			if isConverted.codes[i] == isConverted.yes {
				kind |= ofReferral
			}
			if first.codes[i] == first.yes {
				kind |= ofFirst
			}
			kinds[code][kind]++
		}
		for place := range kinds {
			class := string(class.at(uint32(place)))
			var all, inPeriod int64
			for kind, n := range kinds[place] {
				all += n
				if kind&ofPeriod != 0 {
					inPeriod += n
				}
				if kind&ofReferral == 0 {
					continue
				}
				converted += n
				if kind&ofPeriod != 0 {
					convertedInPeriod += n
				}
				if class != "unique" || kind&ofFirst == 0 {
					misplaced += n
				}
			}
			rows += all
			if !slices.Contains(classes, class) {
				unknown += all
				continue
			}
			names := []string{"contact_rows", class}
			if class != "repeated_row" {
				names = append(names, "contacts")
			}
			for _, name := range names {
				c.counts[name] += all
				c.counts[periodLead+name] += inPeriod
			}
		}
	})
	if err != nil || !found {
		return err
	}
	for _, name := range slices.Concat(classes, []string{"contact_rows", "contacts"}) {
		c.counts[name] += 0
		c.counts[periodLead+name] += 0
	}
	c.counts["converted"], c.counts[periodLead+"converted"] = converted, convertedInPeriod
	c.equal("contacts", "rows", rows, "rows of the eight classes", rows-unknown)
	c.equal("contacts", "converted rows", converted, "of them first contacts of unique incidents", converted-misplaced)
	var delivered int64
	found, err = c.strips("delivered/front_door/contacts", []string{fileColumn}, func(s []*strip) { delivered += int64(len(s[0].codes)) })
	if err == nil && found {
		c.equal("contacts", "rows", rows, "delivered rows", delivered)
	}
	return err
}

// referrals: linked, further or not linked; one incident to one linked referral.
func (c *recount) referrals() error {
	var rows, unknown, loose int64
	var referrals, incidents []uint64 // the hashes of the ids of those that are linked
	var linked uint64                 // of the pairs of them
	found, err := c.strips("referrals", []string{"status", "referral_id", "incident_id"}, func(s []*strip) {
		status := s[0]
		perStatus, isLinked := make([]int64, status.texts()), make([]bool, status.texts())
		for place := range isLinked {
			isLinked[place] = string(status.at(uint32(place))) == "linked"
		}
		referrals, incidents = slices.Grow(referrals, len(status.codes)), slices.Grow(incidents, len(status.codes))
		for i, code := range status.codes {
			perStatus[code]++
			if !isLinked[code] {
				continue
			}
			if len(s[2].text(i)) == 0 {
				loose++
				continue
			}
			referral, incident := xxh3.Hash(s[1].text(i)), xxh3.Hash(s[2].text(i))
			referrals, incidents = append(referrals, referral), append(incidents, incident)
			linked += pair(referral, incident)
		}
		for place, n := range perStatus {
			rows += n
			switch name := string(status.at(uint32(place))); name {
			case "linked", "further", "not_linked":
				c.counts["referrals_"+name] += n
			default:
				unknown += n
			}
		}
	})
	if err != nil || !found {
		return err
	}
	for _, name := range []string{"linked", "further", "not_linked"} {
		c.counts["referrals_"+name] += 0
	}
	c.equal("referrals", "rows", rows, "linked, further and not linked", rows-unknown)
	c.equal("referrals", "linked referrals without an incident", loose, "allowed", 0)
	for _, link := range []struct {
		hashes     []uint64
		id, wanted string
	}{
		{incidents, "incident_id", "linked referrals whose incident has another one"},
		{referrals, "referral_id", "referrals linked twice"},
	} {
		again := repeats(link.hashes)
		if again > 0 {
			if again, err = c.linkedAgain(link.id); err != nil {
				return err
			}
		}
		c.equal("referrals", link.wanted, again, "allowed", 0)
	}
	return c.incidents(linked)
}

// linkedAgain counts the linked referrals with the id of one before them, by the ids themselves.
func (c *recount) linkedAgain(id string) (n int64, err error) {
	met := map[string]bool{}
	_, err = c.strips("referrals", []string{"status", id}, func(s []*strip) {
		for i, code := range s[0].codes {
			if string(s[0].at(code)) != "linked" || len(s[1].text(i)) == 0 {
				continue
			}
			text := string(s[1].text(i))
			if met[text] {
				n++
			}
			met[text] = true
		}
	})
	return n, err
}

// incidents: the converted ones are those of the linked referrals, whose pairs have a sum.
func (c *recount) incidents(linked uint64) error {
	var converted int64
	var pairs uint64
	found, err := c.strips("incidents", []string{"converted", "referral_id", "incident_id"}, func(s []*strip) {
		for i, code := range s[0].codes {
			if code == s[0].yes {
				converted++
				pairs += pair(xxh3.Hash(s[1].text(i)), xxh3.Hash(s[2].text(i)))
			}
		}
	})
	if err != nil || !found {
		return err
	}
	c.equal("incidents", "converted", converted, "linked referrals", c.counts["referrals_linked"])
	if pairs != linked {
		c.problem("incidents", "some are converted by a referral that is linked elsewhere")
	}
	return nil
}

// pair returns the hash of a referral with its incident. The sum of the hashes of pairs is the same in any order, and hardly
// ever that of other pairs.
func pair(referral, incident uint64) uint64 {
	high, low := bits.Mul64(referral^bits.RotateLeft64(incident, 32), incident|1)
	return high ^ low
}

// repeats returns how many hashes have stood among those before them. Of ten million different ids two have the same hash
// with a chance of 1 in 300,000, so that the ids must be asked where there is one.
func repeats(hashes []uint64) (n int64) {
	met := make([]uint64, 1<<bits.Len(uint(len(hashes)*3/2))) // by the hash's end, or behind it; 0 is free
	mask := uint64(len(met) - 1)
	for _, hash := range hashes {
		hash = max(hash, 1)
		at := hash & mask
		for met[at] != 0 && met[at] != hash {
			at = (at + 1) & mask
		}
		if met[at] == hash {
			n++
		}
		met[at] = hash
	}
	return n
}

// rules: each rule in force has one of four outcomes, and its failures are its findings.
func (c *recount) rules() error {
	outcomes, err := allRows[OutcomeRow](c.run, "outcomes")
	if err != nil {
		return err
	}
	findings := map[string]int64{}
	if _, err := c.strips("findings", []string{"rule"}, func(s []*strip) {
		perRule := make([]int64, s[0].texts())
		for _, code := range s[0].codes {
			perRule[code]++
		}
		for place, n := range perRule {
			if n > 0 {
				findings[string(s[0].at(uint32(place)))] += n
			}
		}
	}); err != nil {
		return err
	}
	for _, status := range []rules.Status{rules.Passed, rules.Failed, rules.Skipped, rules.Broken} {
		c.counts["rules_"+string(status)] = 0
	}
	seen := map[string]bool{}
	for _, o := range outcomes {
		if seen[o.Rule] {
			c.problem("outcomes", "rule %s has two outcomes", o.Rule)
		}
		seen[o.Rule] = true
		if _, known := c.counts["rules_"+o.Status]; !known {
			c.problem("outcomes", "rule %s is neither passed, failed, skipped nor broken", o.Rule)
			continue
		}
		c.counts["rules_"+o.Status]++
		c.equal("outcomes, rule "+o.Rule, "failures", o.Failures, "findings", findings[o.Rule])
		if failed := o.Status == string(rules.Failed); failed != (o.Failures > 0) && o.Status != string(rules.Broken) {
			c.problem("outcomes, rule "+o.Rule, "it is %s with %d failures", o.Status, o.Failures)
		}
		delete(findings, o.Rule)
	}
	for _, rule := range slices.Sorted(maps.Keys(findings)) {
		c.problem("findings", "rule %s has findings and no outcome", rule)
	}
	return nil
}

// conversion: linked = converted, and the measure of it is the recounted one.
func (c *recount) conversion() error {
	if linked, there := c.counts["referrals_linked"]; there {
		c.equal("referrals", "linked", linked, "converted contacts", c.counts["converted"])
	}
	if _, judged := c.counts["unique"]; !judged {
		return nil
	}
	measures, err := allRows[MeasureRow](c.run, "measures")
	if err != nil {
		return err
	}
	for _, m := range measures {
		if m.Measure != ConversionMeasure || m.PeriodKind != "whole" || m.Breakdown != "" || m.Status != "available" {
			continue
		}
		if m.Numerator == nil || m.Denominator == nil {
			c.problem("measures", "the conversion has no numerator or denominator")
			continue
		}
		c.equal("measures, conversion", "numerator", *m.Numerator, "converted in the period", c.counts[periodLead+"converted"])
		c.equal("measures, conversion", "denominator", *m.Denominator, "unique in the period", c.counts[periodLead+"unique"])
	}
	return nil
}

// manifest: the counts it gives are the recounted ones. One that it does not give is 0; those of the period may
// be left out.
func (c *recount) manifest() {
	m := c.run.Manifest()
	if m == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(c.counts)) {
		given, there := m.Counts[name]
		if there || !strings.HasPrefix(name, periodLead) {
			c.equal(ManifestFile, name, given, "recounted", c.counts[name])
		}
	}
}
