package publish

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"frontdoor/pipeline/publish/pages"
	"frontdoor/schemas/table"
)

// Stored is a table that goes into both parts of a run: with originals into the restricted part, with pseudonyms
// into the analysis part.
type Stored struct {
	Table *table.Table
	// Collection is that of a delivered table; blank for one that the pipeline decided.
	Collection string
}

// Tables stores tables, several at once. What stands in several files - an open column in both parts, a delivered
// column among the decisions - is encoded once. It may be called again, for tables that share no columns with these.
func (st *Staging) Tables(ctx context.Context, workers int, tables ...Stored) error {
	workers = max(workers, 1)
	writers := make([]*tableWriter, len(tables))
	shared := st.sharedChunks()
	for i, t := range tables {
		w, err := st.tableWriter(t)
		if err != nil {
			return fmt.Errorf("store table %s: %w", t.Table.Schema.Name, err)
		}
		for i, c := range w.columns {
			w.columns[i].source = c.key("")
			shared.expect(c, w.logical != "")
		}
		writers[i] = w
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for i, w := range writers {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := st.writeTable(ctx, w); err != nil {
				return fmt.Errorf("store table %s: %w", tables[i].Table.Schema.Name, err)
			}
			if tables[i].Collection == "" {
				return nil
			}
			return st.kept(tables[i].Collection, tables[i].Table)
		})
	}
	return group.Wait()
}

// sharedChunks returns the chunks that several files hold.
func (st *Staging) sharedChunks() *sharedChunks {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.shared == nil {
		st.shared = newSharedChunks(runtime.GOMAXPROCS(0))
	}
	return st.shared
}

// tableWriter is a table on its way into the parts.
type tableWriter struct {
	name    string // of its files, in each part
	columns []column
	rows    int
	notes   []pages.Note
	logical string // the name under which its content hash is remembered; blank for a delivered table
	// restricted: the table has no place in the analysis part.
	restricted bool
}

func (st *Staging) tableWriter(t Stored) (*tableWriter, error) {
	name := t.Table.Schema.Name + ".parquet"
	if t.Collection == "" {
		return &tableWriter{name: name, columns: decidedColumns(t.Table), rows: t.Table.Rows, logical: t.Table.Schema.Name}, nil
	}
	columns, err := deliveredColumns(t.Table)
	if err != nil {
		return nil, err
	}
	notes := []pages.Note{{Key: absentNote, Text: strings.Join(absent(t.Table), ",")}}
	return &tableWriter{name: path.Join("delivered", t.Collection, name), columns: columns, rows: t.Table.Rows, notes: notes}, nil
}

// decidedColumns returns the columns of a table that the pipeline made, with file and line first and sheet and authority
// last where it has them.
func decidedColumns(t *table.Table) []column {
	columns := placeColumns(t, "file", "line")
	for _, c := range t.Columns {
		columns = append(columns, fieldColumn(c, t.Rows))
	}
	return append(columns, originColumns(t, "sheet", "authority")...)
}

// writeTable writes the table's files row group by row group.
func (st *Staging) writeTable(ctx context.Context, w *tableWriter) (err error) {
	defer caught(&err, "write "+w.name)
	files := []*partFile{{part: Restricted, columns: w.columns}}
	if !w.restricted {
		public, err := st.analysis(w.columns)
		if err != nil {
			return err
		}
		files = append(files, &partFile{part: Analysis, columns: public})
	}
	for _, f := range files {
		if err := st.createFile(f, w); err != nil {
			return err
		}
		defer func() { err = first(err, f.staged.Close()) }()
	}
	content := newContentHasher()
	for _, c := range w.columns {
		content.text(c.Name)
		content.text(c.Array.DataType().String())
	}
	shared := st.sharedChunks()
	for from := 0; from < w.rows; from += pages.RowGroupRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		var group errgroup.Group
		for _, f := range files {
			f.encode(&group, shared, from, min(from+pages.RowGroupRows, w.rows))
		}
		if err := group.Wait(); err != nil {
			return err
		}
		for _, c := range files[0].chunks {
			sum := c.Content.Bytes()
			content.bytes(sum[:])
		}
		for _, f := range files {
			if err := f.RowGroup(f.chunks); err != nil {
				return err
			}
			shared.written(f.chunks)
		}
	}
	if w.logical != "" {
		st.remember(w.logical, content.sum())
	}
	for _, f := range files {
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

// partFile is a table's file in one part.
type partFile struct {
	*pages.File
	part    Part
	columns []column
	chunks  []*pages.Chunk // of the row group at hand
	staged  io.Closer
}

func (st *Staging) createFile(f *partFile, w *tableWriter) error {
	staged, err := st.File(path.Join(string(f.part), w.name))
	if err != nil {
		return err
	}
	f.staged, f.chunks = staged, make([]*pages.Chunk, len(f.columns))
	shapes := make([]pages.Column, len(f.columns))
	for i, c := range f.columns {
		shapes[i] = c.Column
	}
	if f.File, err = pages.Create(staged, shapes, st.maker(), append(st.marks(f.part), w.notes...)); err != nil {
		return errors.Join(err, staged.Close())
	}
	return nil
}

// encode encodes the rows from to to, columns side by side.
func (f *partFile) encode(group *errgroup.Group, shared *sharedChunks, from, to int) {
	for i, c := range f.columns {
		group.Go(func() (err error) {
			defer caught(&err, "encode column "+c.Name)
			f.chunks[i], err = shared.chunk(c, from, to)
			return err
		})
	}
}

// caught, deferred, makes a panic of what it stands in an error: of a library, or of a column past 2 GiB.
func caught(err *error, doing string) {
	if fault := recover(); fault != nil {
		*err = fmt.Errorf("%s: %v", doing, fault)
	}
}

func (st *Staging) maker() string { return "frontdoor " + st.Version }

func (st *Staging) marks(part Part) []pages.Note {
	var marks []pages.Note
	if part == Analysis {
		marks = append(marks, pages.Note{Key: "frontdoor.note", Text: analysisNote})
	}
	if st.Synthetic {
		marks = append(marks, pages.Note{Key: "frontdoor.synthetic", Text: "true"})
	}
	return marks
}
