package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"frontdoor/pipeline"
	"frontdoor/rules"
)

// printChecked writes the result of a check; values says whether the texts of cells are written.
func printChecked(out *bufio.Writer, c *pipeline.Checked, format string, values bool) error {
	switch format {
	case "summary":
		return printOutcomes(out, c.Outcomes)
	case "jsonl":
		return printFindingLines(out, c, values)
	case "csv":
		return printFindingCells(out, c, values)
	}
	return printFindingText(out, c, values)
}

// printOutcomes writes one line for each rule.
func printOutcomes(out *bufio.Writer, outcomes []rules.Outcome) error {
	rows := &alignedRows{out: out, names: []string{"rule", "severity", "status", "looked", "failures", "origin", "title", "reason"}}
	for _, o := range outcomes {
		rows.held = append(rows.held, []string{
			o.Rule, string(o.Severity), string(o.Status), strconv.Itoa(o.Looked), strconv.Itoa(o.Failures), origin(o.Local), o.Title, o.Reason,
		})
	}
	return rows.end()
}

// printFindingLines writes one JSON object a line. A cell has its value only when values are asked for, then
// null where the column was absent.
func printFindingLines(out *bufio.Writer, c *pipeline.Checked, values bool) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	for f := range c.Findings() {
		line := struct {
			ID         string         `json:"id"`
			Rule       string         `json:"rule"`
			Severity   rules.Severity `json:"severity"`
			Collection string         `json:"collection"`
			Table      string         `json:"table"`
			Message    string         `json:"message"`
			Cells      any            `json:"cells"`
			Local      bool           `json:"local,omitempty"`
		}{f.ID, f.Rule, f.Severity, f.Collection, f.Table, f.Message, placesOf(f.Cells, values), f.Local}
		if err := e.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// printFindingCells writes CSV with one line for each cell, and one for a finding without cells.
func printFindingCells(out *bufio.Writer, c *pipeline.Checked, values bool) error {
	w := csv.NewWriter(out)
	header := []string{"id", "rule", "severity", "collection", "table", "message", "origin", "cell_table", "file", "line", "field", "sheet"}
	if values {
		header = append(header, "value")
	}
	if err := w.Write(header); err != nil {
		return err
	}
	for f := range c.Findings() {
		lead := []string{f.ID, f.Rule, string(f.Severity), f.Collection, f.Table, f.Message, origin(f.Local)}
		if len(f.Cells) == 0 {
			if err := w.Write(append(lead, make([]string, len(header)-len(lead))...)); err != nil {
				return err
			}
		}
		for _, cell := range f.Cells {
			fields := append(lead[:len(lead):len(lead)], cell.Table, cell.File, strconv.Itoa(cell.Line), cell.Field, cell.Sheet)
			if values {
				fields = append(fields, textOf(cell.Value))
			}
			if err := w.Write(fields); err != nil {
				return err
			}
		}
	}
	w.Flush()
	return w.Error()
}

func textOf(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

// printFindingText writes the findings for people, grouped by rule, then the rules that did not run.
func printFindingText(out *bufio.Writer, c *pipeline.Checked, values bool) error {
	outcomes := map[string]rules.Outcome{}
	for _, o := range c.Outcomes {
		outcomes[o.Rule] = o
	}
	rule, message := "", ""
	for f := range c.Findings() {
		if f.Rule != rule {
			if rule != "" {
				fmt.Fprintln(out)
			}
			o := outcomes[f.Rule]
			fmt.Fprintf(out, "%s  %s  %s%s: %d of %d looked at\n", f.Rule, f.Severity, localMark(f.Local), o.Title, o.Failures, o.Looked)
			rule, message = f.Rule, ""
		}
		if f.Message != message {
			fmt.Fprintf(out, "  %s\n", f.Message)
			message = f.Message
		}
		if _, err := fmt.Fprintf(out, "    %s\n", placesInWords(f, values)); err != nil {
			return err
		}
	}
	if rule != "" {
		fmt.Fprintln(out)
	}
	for _, status := range []rules.Status{rules.Skipped, rules.Broken} {
		for _, o := range c.Outcomes {
			if o.Status == status {
				fmt.Fprintf(out, "%s  %s  %s%s: %s\n", o.Rule, o.Status, localMark(o.Local), o.Title, o.Reason)
			}
		}
	}
	of := map[rules.Status]int64{}
	for _, o := range c.Outcomes {
		of[o.Status]++
	}
	_, err := fmt.Fprintf(out, "Findings: %s. Rules of %s: %s.\n", counts(c.Count(), severities), c.Year, counts(of, statuses))
	return err
}

// origin says in a column where a rule comes from.
func origin(local bool) string {
	if local {
		return "local"
	}
	return "program"
}

// localMark marks a rule that a council added in a line for people.
func localMark(local bool) string {
	if local {
		return "(local) "
	}
	return ""
}

// placesInWords writes where a finding stands: "contacts.csv:17 source, outcome; referrals.csv:3 child_id".
func placesInWords(f rules.Finding, values bool) string {
	if len(f.Cells) == 0 {
		return "the table " + f.Table
	}
	var b strings.Builder
	for i, cell := range f.Cells {
		switch {
		case i > 0 && f.Cells[i-1].Place() == cell.Place():
			b.WriteString(", ")
		case i > 0:
			b.WriteString("; ")
			fallthrough
		default:
			b.WriteString(printable(cell.Place()) + " ")
		}
		b.WriteString(fieldOr(cell.Field))
		if values {
			b.WriteString(" " + quoted(cell.Value))
		}
	}
	return b.String()
}

// fieldOr returns the name of a cell's field, or that the cell is the record itself.
func fieldOr(field string) string {
	if field == "" {
		return "the whole record"
	}
	return printable(field)
}

// quoted writes the text of a cell for the eye; it holds nothing that could steer a terminal.
func quoted(value *string) string {
	if value == nil {
		return "(not delivered)"
	}
	return strconv.Quote(*value)
}
