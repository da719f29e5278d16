package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"frontdoor/pipeline/conform"
	"frontdoor/pipeline/ingest"
	"frontdoor/schemas"
)

// input is one delivered file of a table.
type input struct {
	root    *os.Root
	name    string         // inside root
	shown   string         // as it stands in findings and tables
	table   *schemas.Table // nil for a file that holds all tables
	order   conform.DateOrder
	group   int // inputs of one return have the same; see returns
	sum     ingest.Sum
	failure string // why it could not be read; "" when it could
}

// delivery is the files of one collection, tables in the order of the schema.
type delivery struct {
	collection *schemas.Collection
	inputs     []*input
	groups     int
	ignored    []string // files that are no table of the collection
	roots      []*os.Root
}

func (d *delivery) close() {
	for _, root := range d.roots {
		root.Close() //nolint:errcheck // opened for reading only
	}
}

// find adds the files of a path: a folder with a file for each table, or one file. Other files are listed as
// ignored. The cause of the error is ErrConfig.
func (d *delivery) find(path string, order conform.DateOrder, shown func(name string) string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("find extract: no file or folder there, mend its path: %w", ErrConfig)
	}
	folder, names := path, []string{filepath.Base(path)}
	if info.IsDir() {
		if names, err = filesIn(path); err != nil {
			return fmt.Errorf("list extract: %w", err)
		}
	} else {
		folder = filepath.Dir(path)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return fmt.Errorf("open extract: %w", err)
	}
	d.roots = append(d.roots, root)
	found := false
	d.groups++
	for _, name := range names {
		extension := filepath.Ext(name)
		if d.collection.XML != nil && strings.EqualFold(extension, ".xml") {
			found = true
			d.groups++
			d.inputs = append(d.inputs, &input{root: root, name: name, shown: shown(name), order: order, group: -d.groups})
			continue
		}
		t := d.collection.TableOf(strings.TrimSuffix(name, extension))
		if t == nil || !strings.EqualFold(extension, ".csv") {
			d.ignored = append(d.ignored, shown(name))
			continue
		}
		found = true
		in := &input{root: root, name: name, shown: shown(name), table: t, order: order}
		if d.collection.XML != nil && info.IsDir() {
			in.group = d.groups
		}
		d.inputs = append(d.inputs, in)
	}
	if !found {
		return fmt.Errorf("find extract: none of its files is a table of %s; name them %s: %w", d.collection.Name, strings.Join(fileNames(d.collection), ", "), ErrConfig)
	}
	return nil
}

func fileNames(c *schemas.Collection) []string {
	var names []string
	if c.XML != nil {
		names = append(names, "*.xml")
	}
	for _, t := range c.Tables {
		names = append(names, t.Name+".csv")
	}
	return names
}

// returns splits the delivery into what is judged by itself: for a collection that is delivered as XML every such
// file and every folder of tables, for any other the whole. The parts share the roots.
func (d *delivery) returns() []*delivery {
	var parts []*delivery
	var groups []int
	for _, in := range d.inputs {
		i := slices.Index(groups, in.group)
		if i < 0 {
			i = len(groups)
			groups = append(groups, in.group)
			parts = append(parts, &delivery{collection: d.collection})
		}
		parts[i].inputs = append(parts[i].inputs, in)
	}
	if len(parts) > 0 {
		parts[0].ignored = d.ignored
	}
	for _, part := range parts {
		part.order()
	}
	return parts
}

// filesIn lists the files of a folder by name, hidden ones left out.
func filesIn(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// order puts the files into the order in which they are read: tables as in the schema, then as they were found.
func (d *delivery) order() {
	slices.SortStableFunc(d.inputs, func(a, b *input) int {
		return slices.Index(d.collection.Tables, a.table) - slices.Index(d.collection.Tables, b.table)
	})
}

// digest sums up every file. A file that cannot be read keeps the reason and has no sum; the others go on.
func (d *delivery) digest(ctx context.Context, workers int) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(workers, 1))
	for _, in := range d.inputs {
		group.Go(func() error {
			var err error
			in.sum, err = ingest.Digest(ctx, in.root, in.name)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				in.failure = failure(err)
			}
			return nil
		})
	}
	return group.Wait()
}

// failure says in words why a file could not be read, without its path.
func failure(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return "it cannot be opened or read: " + path.Err.Error()
	}
	return err.Error()
}

// unchanged tells whether a file is still as it was summed up.
func (in *input) unchanged() bool {
	info, err := in.root.Stat(in.name)
	return err == nil && info.Size() == in.sum.Bytes && info.ModTime().Equal(in.sum.ModTime)
}

// hashOf returns the SHA-256 of a text as hex.
func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
