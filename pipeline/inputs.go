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
	"frontdoor/rules"
	"frontdoor/schemas"
)

// input is one delivered list of a table: a file, a member of an archive, a sheet of a workbook.
type input struct {
	collection *schemas.Collection
	root       *os.Root
	place      ingest.Place
	shown      string         // its file, as it stands in findings and tables
	xml        bool           // it holds all tables of a return
	group      int            // inputs of one return have the same; see returns
	table      *schemas.Table // nil for XML, and when the file cannot be read and its name says nothing
	reading    reading
	sum        ingest.Sum
	report     ingest.Report // of its reading
	failure    string        // why it could not be read; "" when it could
	cause      error         // of the failure
}

// inWords names a file, with its sheet if it is a workbook.
func inWords(file, sheet string) string {
	if sheet == "" {
		return file
	}
	return file + "!" + sheet
}

func (in *input) String() string { return inWords(in.shown, in.place.Sheet) }

// cell is the input as a whole: the place of a finding about it.
func (in *input) cell() rules.Cell {
	return rules.Cell{Table: in.tableName(), File: in.shown, Sheet: in.place.Sheet, Line: 1}
}

// tableName is the name of the input's table, "" when it is not known.
func (in *input) tableName() string {
	if in.table == nil {
		return ""
	}
	return in.table.Name
}

func (in *input) fail(err error) { in.failure, in.cause = failure(err), err }

// reading is how the files of an extract are to be read. What is left out is told from the files.
type reading struct {
	table     string // of a file whose name does not say it
	encoding  ingest.Encoding
	separator byte
	limits    ingest.Limits
	order     conform.DateOrder
	mapping   *Mapping // nil for none
	delivery  *conform.Delivery
	authority string // whose records they are; "" when nobody says
	lead      string // of its identifiers
}

// options returns how the cells of a table are read.
func (r reading) options(table string) conform.Options {
	o := conform.Options{DateOrder: r.order, Delivery: r.delivery, Authority: r.authority, Lead: r.lead}
	if r.mapping != nil {
		o.Columns, o.Values = r.mapping.options(table)
	}
	return o
}

// ignored is a file, sheet or member that is no table of the collection.
type ignored struct {
	shown, sheet string
	inside       bool // of a workbook or an archive
}

// delivery is the files of one collection, tables in the order of the schema.
type delivery struct {
	collection *schemas.Collection
	inputs     []*input
	groups     int
	ignored    []ignored
	roots      []*os.Root
}

func (d *delivery) close() {
	for _, root := range d.roots {
		root.Close() //nolint:errcheck // opened for reading only
	}
}

// extensions are those of the files that are read. What a file is, its content says.
var extensions = []string{".csv", ".txt", ".tsv", ".tab", ".psv", ".xlsx", ".xlsm", ".xls", ".gz", ".zip"}

// find adds the lists of a path: a folder of files, or one file. Other files, and sheets and members that are no
// table, are listed as ignored. The cause of the error is ErrConfig.
func (d *delivery) find(ctx context.Context, path string, how reading, shown func(file, sheet string) string) error {
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
	before := len(d.inputs)
	d.groups++
	for _, name := range names {
		extension := strings.ToLower(filepath.Ext(name))
		if d.collection.XML != nil && extension == ".xml" {
			d.groups++
			d.inputs = append(d.inputs, &input{collection: d.collection, root: root, place: ingest.Place{Name: name}, xml: true, shown: shown(name, ""), reading: how, group: -d.groups})
			continue
		}
		if !slices.Contains(extensions, extension) {
			d.ignored = append(d.ignored, ignored{shown: shown(name, "")})
			continue
		}
		found, err := ingest.Find(ctx, root, name, how.limits)
		if err != nil {
			return fmt.Errorf("find extract: %w", err)
		}
		first := len(d.inputs)
		d.add(root, found, how, shown)
		if d.collection.XML != nil && info.IsDir() {
			for _, in := range d.inputs[first:] {
				in.group = d.groups
			}
		}
	}
	if len(d.inputs) == before {
		return fmt.Errorf("find extract: none of its files is a table of %s; name them %s, or say which table it is (table: in the extract): %w", d.collection.Name, strings.Join(fileNames(d.collection), ", "), ErrConfig)
	}
	return nil
}

// add adds what was found in a file.
func (d *delivery) add(root *os.Root, found []ingest.Found, how reading, shown func(file, sheet string) string) {
	readable := 0
	for _, f := range found {
		if f.Err == nil && !f.Hidden {
			readable++
		}
	}
	for _, f := range found {
		in := &input{collection: d.collection, root: root, place: f.Place, reading: how}
		in.table = d.tableOf(f.Place, how, readable == 1)
		inside := f.Sheet != "" || len(f.Members) > 0
		if in.table == nil && (f.Err == nil || !inside && errors.Is(f.Err, ingest.ErrEmpty)) {
			d.ignored = append(d.ignored, ignored{shown(f.Shown(), f.Sheet), f.Sheet, inside})
			continue
		}
		if in.shown = shown(f.Shown(), f.Sheet); f.Err != nil {
			in.fail(f.Err)
		}
		d.inputs = append(d.inputs, in)
	}
}

// tableOf returns the table that a place holds, or nil: that of the sheet's or the file's name, as the mapping or the
// schema has it, or the declared one. The name of a workbook or an archive says it only where one list in it can be
// seen.
func (d *delivery) tableOf(p ingest.Place, how reading, only bool) *schemas.Table {
	byName := func(name string) *schemas.Table {
		if mapped := how.mapping.table(name); mapped != "" {
			return d.collection.Table(mapped)
		}
		return d.collection.TableOf(name)
	}
	stem := func(name string) string {
		name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".GZ")
		return strings.TrimSuffix(name, filepath.Ext(name))
	}
	names := []string{stem(p.File())}
	if p.Sheet != "" {
		names = []string{p.Sheet}
	}
	if only && !p.Hidden {
		if how.table != "" {
			return d.collection.Table(how.table)
		}
		names = append(names, stem(p.File()), stem(p.Name))
	}
	for _, name := range names {
		if t := byName(name); t != nil {
			return t
		}
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
		return slices.Index(d.collection.Tables, a.table) - slices.Index(d.collection.Tables, b.table) // -1 where the table is not known
	})
}

// digest sums up every list; the sheets of one workbook are summed up once. What cannot be read keeps the reason and
// has no sum; the others go on.
func (d *delivery) digest(ctx context.Context, workers int) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(workers, 1))
	for i := 0; i < len(d.inputs); {
		same := []*input{d.inputs[i]}
		for i++; i < len(d.inputs) && d.inputs[i].ofWorkbook(same[0]); i++ {
			same = append(same, d.inputs[i])
		}
		if same[0].failure != "" {
			continue
		}
		group.Go(func() error {
			sum, err := same[0].digest(ctx)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			for _, in := range same {
				if in.sum = sum; err != nil {
					in.fail(err)
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// digest sums the input up.
func (in *input) digest(ctx context.Context) (ingest.Sum, error) {
	if in.xml {
		return ingest.DigestXML(ctx, in.root, in.place.Name)
	}
	return ingest.Digest(ctx, in.root, in.place, in.reading.encoding, in.reading.limits)
}

// ofWorkbook tells whether two inputs are sheets of one workbook.
func (in *input) ofWorkbook(other *input) bool {
	return in.place.Sheet != "" && other.place.Sheet != "" && in.root == other.root && in.place.Name == other.place.Name && slices.Equal(in.place.Members, other.place.Members)
}

// failure says in words why a file could not be read, without its path.
func failure(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return "it cannot be opened or read: " + path.Err.Error()
	}
	return err.Error()
}

// hashOf returns the SHA-256 of a text as hex.
func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
