package publish

import (
	"encoding/binary"
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
func (st *Staging) Findings(seq iter.Seq[*rules.Found]) (err error) {
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
		rows.add(f)
		if rows.full() {
			if err := st.findingRows(files, rows, content); err != nil {
				return err
			}
			rows.clear()
		}
	}
	if err := st.findingRows(files, rows, content); err != nil {
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

// findingRows writes a row group into the files of both parts and hashes it. All but the texts of cells is encoded once.
func (st *Staging) findingRows(files []*partFile, rows *findingColumns, content *contentHasher) error {
	n := len(rows.ends)
	if n == 0 {
		return nil
	}
	shared := st.sharedChunks()
	var group errgroup.Group
	group.Go(func() error {
		content.findings(rows)
		return nil
	})
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

// findings hashes findings one after the other, each with its cells.
func (h *contentHasher) findings(r *findingColumns) {
	at := &r.cell
	var place [3]uint32 // the codes of the cell before: its table, file and sheet
	var lead []byte     // what stands in front of its line
	cell := 0
	for i, end := range r.ends {
		h.buffer = appendText(h.buffer, r.id[r.idEnds[i]:r.idEnds[i+1]])
		for _, texts := range [...]*codedTexts{&r.rule, &r.severity, &r.collection, &r.table, &r.message} {
			h.buffer = appendText(h.buffer, texts.at(i))
		}
		h.room()
		h.number(btoi(r.local.has(i)))
		h.number(int(end) - cell)
		for ; cell < int(end); cell++ {
			if now := [3]uint32{at.table.codes[cell], at.file.codes[cell], at.sheet.codes[cell]}; now != place || lead == nil || at.sheet.nulls > 0 && at.sheet.nulls < len(at.line) {
				place, lead = now, lead[:0]
				for _, texts := range [...]*codedTexts{&at.table, &at.file, &at.sheet} {
					lead = appendText(lead, texts.at(cell))
				}
			}
			h.buffer = binary.AppendUvarint(append(h.buffer, lead...), uint64(at.line[cell]))
			h.buffer = appendText(h.buffer, at.field.at(cell))
			if !at.value.has(cell) {
				h.number(0)
			} else {
				h.number(1)
				h.buffer = appendText(h.buffer, at.value.at(cell))
			}
			h.room()
		}
	}
}

func appendText(b, text []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}
