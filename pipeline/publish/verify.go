package publish

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
	"golang.org/x/sync/errgroup"

	"frontdoor/pipeline/publish/sha8"
)

// Verify checks a published run against its manifest: every file there with its size and hash, none beside
// them, every page of every Parquet file readable, and every count equal to a recount. What is wrong is a
// problem; the error says that it could not be checked.
func Verify(run *Run) ([]Problem, error) {
	m := run.Manifest()
	if m == nil {
		return nil, fmt.Errorf("verify run: %w", ErrNotSealed)
	}
	var problems []Problem
	problem := func(check, where, format string, args ...any) {
		problems = append(problems, Problem{Check: check, Where: where, What: fmt.Sprintf(format, args...)})
	}
	if m.RunID != run.ID {
		problem("file", ManifestFile, "it is the manifest of run %s", m.RunID)
	}
	there, err := run.list()
	if err != nil {
		return nil, fmt.Errorf("verify run: %w", err)
	}
	var sums map[string]sha8.Sum
	var broken []Problem
	var unread error
	undecoded := make([]error, len(m.Files))
	var checks errgroup.Group
	checks.SetLimit(runtime.GOMAXPROCS(0))
	check := func(work func()) {
		checks.Go(func() error {
			work()
			return nil
		})
	}
	check(func() { sums = run.sums(m.Files) })
	check(func() { broken, unread = Invariants(run) })
	for i, entry := range m.Files {
		if strings.HasSuffix(entry.Path, ".parquet") && slices.Contains(there, entry.Path) {
			check(func() { undecoded[i] = run.decode(entry.Path) })
		}
	}
	_ = checks.Wait() // what a check finds is kept
	for number, entry := range m.Files {
		i := slices.Index(there, entry.Path)
		if i < 0 {
			problem("file", entry.Path, "it is missing")
			continue
		}
		there = slices.Delete(there, i, i+1)
		sum := sums[entry.Path]
		switch {
		case sum.Err != nil:
			problem("file", entry.Path, "it cannot be read: %v", sum.Err)
		case sum.Bytes != entry.Bytes:
			problem("file", entry.Path, "it has %d bytes, the manifest says %d", sum.Bytes, entry.Bytes)
		case hex.EncodeToString(sum.SHA256[:]) != entry.SHA256:
			problem("file", entry.Path, "its content is not what was published")
		}
		if err := undecoded[number]; err != nil {
			problem("parquet", entry.Path, "it cannot be decoded: %v", err)
		}
	}
	for _, name := range there {
		if name != ManifestFile && name != JournalFile {
			problem("file", name, "it is not in the manifest")
		}
	}
	switch {
	case errors.Is(unread, ErrDamaged):
		problem("count", "run", "it cannot be recounted: %v", unread)
	case unread != nil:
		return nil, fmt.Errorf("verify run: %w", unread)
	}
	return append(problems, broken...), nil
}

// list returns the paths of all files of the run.
func (r *Run) list() ([]string, error) {
	var names []string
	err := fs.WalkDir(r.root.FS(), r.folder, func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, strings.TrimPrefix(name, r.folder+"/"))
		}
		return err
	})
	return names, err
}

// sums returns the size and hash of files by their paths.
func (r *Run) sums(files []FileEntry) map[string]sha8.Sum {
	files = slices.Clone(files)
	sums := map[string]sha8.Sum{}
	for i, sum := range sumFiles(files, func(name string) (io.ReadCloser, error) { return r.root.Open(path.Join(r.folder, name)) }) {
		sums[files[i].Path] = sum
	}
	return sums
}

// decode reads every page of a Parquet file.
func (r *Run) decode(name string) (err error) {
	f, err := r.openParquet(name)
	if err != nil {
		return err
	}
	defer f.Close()
	defer damaged(&err, name)
	var rows int64
	for _, group := range f.data.RowGroups() {
		rows += group.NumRows()
		for _, chunk := range group.ColumnChunks() {
			var values int64
			if err := eachPage(chunk, func(page parquet.Page) { values += page.NumValues() }); err != nil {
				return err
			}
			if values != chunk.NumValues() {
				return fmt.Errorf("a column has %d of %d values: %w", values, chunk.NumValues(), ErrDamaged)
			}
		}
	}
	if rows != f.data.NumRows() {
		return fmt.Errorf("it has %d of %d rows: %w", rows, f.data.NumRows(), ErrDamaged)
	}
	return nil
}
