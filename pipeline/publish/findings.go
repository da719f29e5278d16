package publish

import (
	"fmt"
	"iter"

	"golang.org/x/sync/errgroup"

	"frontdoor/rules"
)

// findingRow is a stored finding as it is read.
type findingRow struct {
	ID         string    `parquet:"id"`
	Rule       string    `parquet:"rule"`
	Severity   string    `parquet:"severity"`
	Collection string    `parquet:"collection"`
	Table      string    `parquet:"table"`
	Message    string    `parquet:"message"`
	Cells      []cellRow `parquet:"cells,list"`
	Local      bool      `parquet:"local"`
}

// cellRow is a cell of a finding. Value is null where the column or element was absent, and in the analysis
// part always.
type cellRow struct {
	Table string  `parquet:"table"`
	File  string  `parquet:"file"`
	Sheet *string `parquet:"sheet,optional"`
	Line  int64   `parquet:"line"`
	Field string  `parquet:"field"`
	Value *string `parquet:"value,optional"`
}

// Findings stores findings in the order in which they come: with the texts of their cells in the restricted
// part, without them in the analysis part.
func (st *Staging) Findings(seq iter.Seq[rules.Finding]) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("store findings: %w", err)
		}
	}()
	defer caught(&err, "write findings.parquet")
	rows := newFindingColumns()
	var files []*partFile
	for _, p := range []Part{Restricted, Analysis} {
		f := &partFile{part: p, columns: rows.columns(p)}
		if err := st.createFile(f, &tableWriter{name: "findings.parquet"}); err != nil {
			return err
		}
		defer func() { err = first(err, f.staged.Close()) }()
		files = append(files, f)
	}
	content := newContentHasher()
	for f := range seq {
		content.finding(f)
		rows.add(f)
		if rows.full() {
			if err := st.findingRows(files, rows); err != nil {
				return err
			}
			rows = newFindingColumns()
		}
	}
	if err := st.findingRows(files, rows); err != nil {
		return err
	}
	for _, f := range files {
		if err := f.Close(); err != nil {
			return err
		}
	}
	st.remember("findings", content.sum())
	return nil
}

// findingRows writes a row group into the files of both parts. All but the texts of cells is encoded once.
func (st *Staging) findingRows(files []*partFile, rows *findingColumns) error {
	n := len(rows.ends)
	if n == 0 {
		return nil
	}
	shared := st.sharedChunks()
	var group errgroup.Group
	for _, f := range files {
		f.columns = rows.columns(f.part)
		for i, c := range f.columns {
			if f != files[0] && c.Name != cellValue {
				continue
			}
			group.Go(func() (err error) {
				defer caught(&err, "encode column "+c.Name)
				f.chunks[i], err = shared.encode(c, 0, n)
				return err
			})
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, f := range files {
		for i, chunk := range files[0].chunks {
			if f.columns[i].Name != cellValue {
				f.chunks[i] = chunk
			}
		}
		if err := f.RowGroup(f.chunks); err != nil {
			return err
		}
	}
	return nil
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
	for _, s := range [...]string{f.ID, f.Rule, string(f.Severity), f.Collection, f.Table, f.Message} {
		h.text(s)
	}
	h.number(btoi(f.Local))
	h.number(len(f.Cells))
	for i := range f.Cells {
		c := &f.Cells[i]
		h.short(c.Table)
		h.short(c.File)
		h.short(c.Sheet)
		h.number(c.Line)
		h.short(c.Field)
		if c.Value == nil {
			h.number(0)
		} else {
			h.number(1)
			h.short(*c.Value)
		}
		h.room()
	}
}

// short is text; room must be asked for soon.
func (h *contentHasher) short(s string) {
	h.number(len(s))
	h.buffer = append(h.buffer, s...)
}
