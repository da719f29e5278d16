package publish

import (
	"errors"
	"fmt"
	"iter"

	"frontdoor/rules"
)

// findingRow is a stored finding.
type findingRow struct {
	ID         string    `parquet:"id"`
	Rule       string    `parquet:"rule,dict"`
	Severity   string    `parquet:"severity,dict"`
	Collection string    `parquet:"collection,dict"`
	Table      string    `parquet:"table,dict"`
	Message    string    `parquet:"message,dict"`
	Cells      []cellRow `parquet:"cells,list"`
	Local      bool      `parquet:"local"`
}

// cellRow is a cell of a finding. Value is null where the column or element was absent, and in the analysis
// part always.
type cellRow struct {
	Table string  `parquet:"table,dict"`
	File  string  `parquet:"file,dict"`
	Sheet *string `parquet:"sheet,optional,dict"`
	Line  int64   `parquet:"line"`
	Field string  `parquet:"field,dict"`
	Value *string `parquet:"value,optional"`
}

// Findings stores findings in the order in which they come: with the texts of their cells in the restricted
// part, without them in the analysis part.
func (st *Staging) Findings(seq iter.Seq[rules.Finding]) error {
	fault := func(err error) error { return fmt.Errorf("store findings: %w", err) }
	var sinks []*rowSink[findingRow]
	for _, p := range []Part{Restricted, Analysis} {
		sink, err := openRows[findingRow](st, p, "findings")
		if err != nil {
			return fault(errors.Join(err, closeRows(sinks)))
		}
		sinks = append(sinks, sink)
	}
	content := newContentHasher()
	var broken error
	for f := range seq {
		content.finding(f)
		for _, sink := range sinks {
			if broken = sink.write(findingRowOf(f, sink.part == Restricted)); broken != nil {
				break
			}
		}
		if broken != nil {
			break
		}
	}
	if err := first(broken, closeRows(sinks)); err != nil {
		return fault(err)
	}
	st.remember("findings", content.sum())
	return nil
}

func findingRowOf(f rules.Finding, values bool) findingRow {
	row := findingRow{
		ID: f.ID, Rule: f.Rule, Severity: string(f.Severity), Collection: f.Collection, Table: f.Table,
		Message: f.Message, Cells: make([]cellRow, len(f.Cells)), Local: f.Local,
	}
	for i, c := range f.Cells {
		row.Cells[i] = cellRow{Table: c.Table, File: c.File, Line: int64(c.Line), Field: c.Field}
		if c.Sheet != "" {
			row.Cells[i].Sheet = &f.Cells[i].Sheet
		}
		if values {
			row.Cells[i].Value = c.Value
		}
	}
	return row
}

func (r findingRow) cells() []rules.Cell {
	cells := make([]rules.Cell, len(r.Cells))
	for i, c := range r.Cells {
		cells[i] = rules.Cell{Table: c.Table, File: c.File, Line: int(c.Line), Field: c.Field, Value: c.Value}
		if c.Sheet != nil {
			cells[i].Sheet = *c.Sheet
		}
	}
	return cells
}

func (h *contentHasher) finding(f rules.Finding) {
	for _, s := range []string{f.ID, f.Rule, string(f.Severity), f.Collection, f.Table, f.Message} {
		h.text(s)
	}
	h.number(btoi(f.Local))
	h.number(len(f.Cells))
	for _, c := range f.Cells {
		h.text(c.Table)
		h.text(c.File)
		h.text(c.Sheet)
		h.number(c.Line)
		h.text(c.Field)
		h.number(btoi(c.Value != nil))
		if c.Value != nil {
			h.text(*c.Value)
		}
	}
}
