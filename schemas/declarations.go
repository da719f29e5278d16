package schemas

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

// Declarations are the schemas, code sets and calendars that a run goes by: the program's own, or those that a
// published run kept. Each is read once, whoever asks; what is returned is shared and must not be changed. They are safe
// for concurrent use.
type Declarations struct {
	files       fs.FS
	collections sync.Map // all by name
	results     sync.Map
	codeSets    sync.Map
	calendars   sync.Map
}

// once returns what read returns for a name, or returned before. Whoever asks meanwhile waits.
func once[T any](kept *sync.Map, name string, read func() (T, error)) (T, error) {
	get, _ := kept.LoadOrStore(name, sync.OnceValues(read))
	return get.(func() (T, error))()
}

var own = &Declarations{files: files}

// Own returns the declarations that travel inside the program.
func Own() *Declarations { return own }

// Declared returns the declarations in a folder laid out like this package's.
func Declared(files fs.FS) *Declarations { return &Declarations{files: files} }

// Files returns all declarations as files: what a published run keeps beside its figures.
func (d *Declarations) Files() fs.FS { return d.files }

// Load reads the collection called name. The error is ErrUnknown when there is none.
func (d *Declarations) Load(name string) (*Collection, error) {
	return once(&d.collections, name, func() (*Collection, error) { return d.load(name) })
}

func (d *Declarations) load(name string) (*Collection, error) {
	names, err := d.names(".")
	if err != nil {
		return nil, err
	}
	if !slices.Contains(names, name) {
		return nil, fmt.Errorf("find collection %q (there are: %s): %w", name, strings.Join(names, ", "), ErrUnknown)
	}
	c := &Collection{declarations: d}
	if err := d.read("collection", ".", name, c); err != nil {
		return nil, err
	}
	return c, c.check()
}

// names returns the declarations of a folder, sorted.
func (d *Declarations) names(folder string) ([]string, error) {
	entries, err := fs.ReadDir(d.files, folder)
	if err != nil {
		return nil, fmt.Errorf("list declarations: %w", err)
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".yaml"); ok {
			names = append(names, name)
		}
	}
	return names, nil
}

// read reads one declaration strictly into out.
func (d *Declarations) read(kind, folder, name string, out any) error {
	text, err := fs.ReadFile(d.files, path.Join(folder, name+".yaml"))
	if err != nil {
		return fmt.Errorf("find %s %q: %w", kind, name, ErrUnknown)
	}
	if err := yaml.UnmarshalWithOptions(text, out, yaml.Strict()); err != nil {
		return fmt.Errorf("read %s %q: %w", kind, name, err)
	}
	return nil
}

// CodeSet reads the code set called name of the declarations that the collection is from. The error is
// ErrUnknown when there is none.
func (c *Collection) CodeSet(name string) (*CodeSet, error) {
	if c == nil || c.declarations == nil {
		return own.CodeSet(name)
	}
	return c.declarations.CodeSet(name)
}
