package publish

import (
	"fmt"
	"io"
	"path"

	"golang.org/x/sync/errgroup"

	"frontdoor/schemas/table"
)

// Decided stores a table that the pipeline made: with originals in the restricted part and pseudonyms in the
// analysis part, with file and line first where the table has them. It arrives as Arrow columns and is
// written by arrow-go like the delivered tables: value by value through parquet-go took a third more
// processor time.
func (st *Staging) Decided(t *table.Table) error {
	columns := placeColumns(t, "file", "line")
	for _, c := range t.Columns {
		columns = append(columns, fieldColumn(c, t.Rows))
	}
	var g errgroup.Group
	g.Go(func() error { return st.bothParts(t.Schema.Name+".parquet", columns, t.Rows) })
	g.Go(func() (err error) {
		defer caught(&err, "hash the content")
		st.remember(t.Schema.Name, contentHash(originals(columns), t.Rows))
		return nil
	})
	if err := g.Wait(); err != nil {
		return fmt.Errorf("store table %s: %w", t.Schema.Name, err)
	}
	return nil
}

// parquetFile runs write on a new file of a part, with the maker and the remarks that every file carries. A
// panic of a Parquet library is an error of this file.
func (st *Staging) parquetFile(part Part, name string, write func(w io.Writer, maker string, marks []note) error) (err error) {
	name = path.Join(string(part), name)
	f, err := st.File(name)
	if err != nil {
		return err
	}
	defer func() {
		if closed := f.Close(); err == nil {
			err = closed
		}
	}()
	defer caught(&err, "write "+name)
	return write(f, st.maker(), st.marks(part))
}

// caught, deferred, makes a panic of what it stands in an error: of a library, or of a column past 2 GiB.
func caught(err *error, doing string) {
	if fault := recover(); fault != nil {
		*err = fmt.Errorf("%s: %v", doing, fault)
	}
}

func (st *Staging) maker() string { return "frontdoor " + st.Version }

func (st *Staging) marks(part Part) []note {
	var marks []note
	if part == Analysis {
		marks = append(marks, note{"frontdoor.note", analysisNote})
	}
	if st.Synthetic {
		marks = append(marks, note{"frontdoor.synthetic", "true"})
	}
	return marks
}
