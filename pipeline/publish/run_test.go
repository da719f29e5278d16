package publish

import (
	"context"
	"fmt"
	"io"
	"slices"
	"testing"

	"frontdoor/schemas/table"
)

// wholeRun is a small run in which every count holds; a test changes one thing and sees it found.
type wholeRun struct {
	classes    []string // of the contacts
	inPeriod   []string
	converted  []string
	first      []string
	incident   []string
	status     []string // of the referrals
	linkedTo   []string
	incidents  [][3]string // id, converted, referral
	outcomes   []OutcomeRow
	measures   []MeasureRow
	inputs     []InputRow
	quarantine []QuarantinedRow
	counts     map[string]int64
}

func number(n int64) *int64 { return &n }

func newWholeRun() *wholeRun {
	return &wholeRun{
		classes:   []string{"unique", "unique", "repeated_row", "unidentified", "exact", "migrated", "same_incident_ref", "same_incident_window", "open_case", "unique"},
		inPeriod:  []string{"true", "true", "true", "true", "true", "true", "true", "false", "false", "false"},
		converted: []string{"true", "false", "false", "false", "false", "false", "false", "false", "false", "true"},
		first:     []string{"true", "true", "false", "false", "false", "false", "false", "false", "true", "true"},
		incident:  []string{"I0", "I1", "I1", "", "I1", "I1", "I1", "I1", "I8", "I9"},
		status:    []string{"linked", "further", "not_linked", "linked"},
		linkedTo:  []string{"I0", "I0", "", "I9"},
		incidents: [][3]string{{"I0", "true", "R0"}, {"I1", "false", ""}, {"I8", "false", ""}, {"I9", "true", "R3"}},
		outcomes: []OutcomeRow{
			{Rule: "FD-001", Status: "failed", Looked: 10, Failures: 1}, {Rule: "FD-002", Status: "failed", Looked: 1, Failures: 1},
			{Rule: "FD-003", Status: "passed", Looked: 9}, {Rule: "FD-004", Status: "skipped", Reason: "no column sex"},
			{Rule: "FD-005", Status: "broken", Reason: "too much work"},
		},
		measures: []MeasureRow{
			{Measure: ConversionMeasure, PeriodKind: "whole", Numerator: number(1), Denominator: number(2), Status: "available"},
			{Measure: ConversionMeasure, PeriodKind: "whole", Breakdown: "source", Category: "1A", Numerator: number(0), Denominator: number(1), Status: "available"},
		},
		inputs:     []InputRow{{Collection: "front_door", Table: "contacts", File: "contacts.csv", Read: 11, Accepted: 10, Quarantined: 1, Status: "read"}},
		quarantine: []QuarantinedRow{{File: "contacts.csv", Line: 99, Table: "contacts", Rule: "FD-900", Reason: "ragged", Text: text("x")}},
		counts: map[string]int64{
			"contact_rows": 10, "repeated_row": 1, "unidentified": 1, "exact": 1, "migrated": 1, "same_incident_ref": 1,
			"same_incident_window": 1, "open_case": 1, "unique": 3, "contacts": 9, "converted": 2,
			"referrals_linked": 2, "referrals_further": 1, "referrals_not_linked": 1,
			"rules_passed": 1, "rules_failed": 2, "rules_skipped": 1, "rules_broken": 1,
			"period_contact_rows": 7, "period_unique": 2, "period_converted": 1, "period_contacts": 6,
		},
	}
}

func (w *wholeRun) manifest(id string) *Manifest {
	return &Manifest{
		RunID: id, InputsID: "inputs", Program: "test", Synthetic: true, Authority: Authority{"839", "Anywhere"}, AsAt: "2019-12-31",
		KeyID: KeyID(testKey), Settings: []byte(`{"same_incident_days":3}`), Counts: w.counts, Headline: "1 of 2",
	}
}

// write writes every table of the run into st.
func (w *wholeRun) write(tb testing.TB, st *Staging) {
	tb.Helper()
	st.Synthetic = true
	must := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	delivered := makeTable(tb, frontDoor(tb, "contacts"), len(w.classes), "contacts.csv", func(row int, field string) string {
		if field == "contact_date" {
			return "2019-04-01"
		}
		return fmt.Sprintf("%s %d", field, row)
	})
	must(storeDelivered(st, "front_door", delivered))
	must(storeDelivered(st, "front_door", someChildren(tb)))
	w.inputs = append(slices.Clone(w.inputs), InputRow{Collection: "front_door", Table: "children", File: "children.csv", Read: 3, Accepted: 3, Status: "read"})
	contacts := makeTable(tb, resultSchema(tb, "contacts"), len(w.classes), "contacts.csv", func(row int, field string) string {
		switch field {
		case "class":
			return w.classes[row]
		case "in_period":
			return w.inPeriod[row]
		case "converted":
			return w.converted[row]
		case "first_of_incident":
			return w.first[row]
		case "incident_id":
			return w.incident[row]
		case "contact_id":
			return fmt.Sprint("C", row)
		}
		return ""
	})
	must(storeDecided(st, contacts))
	referrals := makeTable(tb, resultSchema(tb, "referrals"), len(w.status), "referrals.csv", func(row int, field string) string {
		switch field {
		case "referral_id":
			return fmt.Sprint("R", row)
		case "status":
			return w.status[row]
		case "incident_id":
			return w.linkedTo[row]
		}
		return ""
	})
	must(storeDecided(st, referrals))
	incidents := makeTable(tb, resultSchema(tb, "incidents"), len(w.incidents), "", func(row int, field string) string {
		switch field {
		case "incident_id":
			return w.incidents[row][0]
		case "converted":
			return w.incidents[row][1]
		case "referral_id":
			return w.incidents[row][2]
		}
		return ""
	})
	must(storeDecided(st, incidents))
	must(st.Findings(written(someFindings)))
	must(Rows(st, "outcomes", Both, slices.Values(w.outcomes)))
	must(Rows(st, "measures", Both, slices.Values(w.measures)))
	must(Rows(st, "inputs", Both, slices.Values(w.inputs)))
	must(Rows(st, "quarantined", Both, slices.Values(w.quarantine)))
	must(st.StoreLedger(context.Background(), table.Texts([]string{"K1"}), table.Texts([]string{"K1"}), table.DateArray([]int32{0}, nil, 0)))
	for _, name := range []string{"catalogue/schemas/front_door.yaml", "report.html", JournalFile} {
		f, err := st.File(name)
		must(err)
		_, err = io.WriteString(f, "text\n")
		must(err)
		must(f.Close())
	}
}

// publish publishes the run and returns it.
func (w *wholeRun) publish(tb testing.TB, s *Store, id string) *Run {
	tb.Helper()
	st := newStaging(tb, s, id)
	w.write(tb, st)
	if err := st.Seal(w.manifest(id)); err != nil {
		tb.Fatal(err)
	}
	run, err := st.Publish()
	if err != nil {
		tb.Fatal(err)
	}
	return run
}
