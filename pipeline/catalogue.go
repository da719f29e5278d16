package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"frontdoor/pipeline/measure"
	"frontdoor/rules"
	"frontdoor/schemas"
)

// catalogue is every declaration that a run goes by.
type catalogue struct {
	declarations *schemas.Declarations
	collection   *schemas.Collection
	calendar     *schemas.Calendar
	rules        *rules.Catalogue // of all years, until hold settles one
	structure    *rules.Catalogue
	measures     *measure.Catalogue
	year         rules.Year        // of the rules in force
	texts        map[string][]byte // the YAML of all, by its path in a run's catalogue

	roots []*os.Root
}

// The folders of a run's catalogue.
const (
	schemaFolder  = "schemas"
	ruleFolder    = "rules"
	localFolder   = "rules/local"
	measureFolder = "measures"
)

// structureRules is the catalogue of the rules about the files themselves.
const structureRules = "structure"

// openCatalogue reads the declarations of a collection: the program's own or, if kept is not "", those in the
// folder catalogue of a published run. local, if not "", is a folder with rule catalogues to add. The cause of
// the error is ErrConfig or rules.ErrCatalogue where a folder is at fault.
func openCatalogue(collection, kept, local string) (*catalogue, error) {
	c := &catalogue{declarations: schemas.Own(), texts: map[string][]byte{}}
	if err := c.load(collection, kept, local); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *catalogue) load(collection, kept, local string) error {
	text, localNames := ownDeclarations, []string(nil)
	if kept != "" {
		root, err := c.open(kept)
		if err != nil {
			return fmt.Errorf("open catalogue: no folder there; name the folder catalogue of a published run: %w", ErrConfig)
		}
		below, err := fs.Sub(root.FS(), schemaFolder)
		if err != nil {
			return fmt.Errorf("open catalogue: %w", err)
		}
		c.declarations = schemas.Declared(below)
		text = func(name string) ([]byte, error) {
			text, err := fs.ReadFile(root.FS(), name)
			if errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("open catalogue: it has no %s; name the folder catalogue of a published run of %s: %w", name, collection, ErrConfig)
			}
			return text, err
		}
		if localNames, err = yamlFiles(root.FS(), localFolder); err != nil {
			return err
		}
	}
	if err := c.read(collection, text); err != nil {
		return err
	}
	locals, err := c.readLocal(localNames, text)
	if err != nil {
		return err
	}
	if local != "" {
		added, err := c.addLocal(local)
		if err != nil {
			return err
		}
		locals = append(locals, added...)
	}
	c.rules, err = c.rules.With(locals, c.structure)
	return err
}

// errNoLocal says that a folder of local rules has none for a collection.
var errNoLocal = errors.New("nothing to add")

// Rules returns the rule catalogues of collections, of all years and with the local rules in a folder if it is
// not "", and behind them the rules about the files themselves.
func Rules(collections []string, local string) ([]*rules.Catalogue, error) {
	var all []*rules.Catalogue
	var structure *rules.Catalogue
	var without error
	added := false
	for _, name := range collections {
		c, err := openCatalogue(name, "", local)
		if errors.Is(err, errNoLocal) {
			without = err
			c, err = openCatalogue(name, "", "")
		} else {
			added = true
		}
		if err != nil {
			return nil, err
		}
		c.close()
		all, structure = append(all, c.rules), c.structure
	}
	if !added {
		return nil, without
	}
	return append(all, structure), nil
}

// ownDeclarations returns a text of the program's own catalogue.
func ownDeclarations(name string) ([]byte, error) {
	folder, file := path.Split(name)
	collection := strings.TrimSuffix(file, ".yaml")
	if folder == measureFolder+"/" {
		return measure.Source(collection)
	}
	return rules.Source(collection)
}

// read reads what every run has.
func (c *catalogue) read(collection string, text func(name string) ([]byte, error)) (err error) {
	catalogues := map[string]*rules.Catalogue{}
	for _, name := range []string{collection, structureRules} {
		file := path.Join(ruleFolder, name+".yaml")
		if c.texts[file], err = text(file); err != nil {
			return err
		}
		if catalogues[name], err = rules.Parse(file, c.texts[file]); err != nil {
			return err
		}
	}
	c.rules, c.structure = catalogues[collection], catalogues[structureRules]
	file := path.Join(measureFolder, collection+".yaml")
	if c.texts[file], err = text(file); err != nil {
		return err
	}
	if c.measures, err = measure.Parse(collection, c.texts[file]); err != nil {
		return err
	}
	if c.collection, err = c.declarations.Load(collection); err != nil {
		return err
	}
	if c.calendar, err = c.declarations.Calendar("england"); err != nil {
		return err
	}
	files := c.declarations.Files()
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		c.texts[path.Join(schemaFolder, name)], err = fs.ReadFile(files, name)
		return err
	})
	if err != nil {
		return fmt.Errorf("read declarations: %w", err)
	}
	return nil
}

// readLocal reads the local rules that a published run kept.
func (c *catalogue) readLocal(names []string, text func(name string) ([]byte, error)) ([]*rules.Catalogue, error) {
	var all []*rules.Catalogue
	for _, name := range names {
		file := path.Join(localFolder, name)
		content, err := text(file)
		if err != nil {
			return nil, err
		}
		local, err := rules.Read(file, content, c.declarations.Load)
		if err != nil {
			return nil, err
		}
		c.texts[file] = content
		all = append(all, local)
	}
	return all, nil
}

// addLocal reads the catalogues of a council in a folder. Those of other collections are left out, but have to
// load all the same.
func (c *catalogue) addLocal(folder string) ([]*rules.Catalogue, error) {
	root, err := c.open(folder)
	if err != nil {
		return nil, fmt.Errorf("open local rules: no folder there, mend its path: %w", ErrConfig)
	}
	names, err := yamlFiles(root.FS(), ".")
	if err != nil {
		return nil, err
	}
	var all []*rules.Catalogue
	var faults rules.Faults
	for _, name := range names {
		content, err := fs.ReadFile(root.FS(), name)
		if err != nil {
			return nil, fmt.Errorf("read local rules: %w", err)
		}
		local, err := rules.Read(filepath.Join(folder, name), content, c.declarations.Load)
		var found rules.Faults
		switch file := path.Join(localFolder, name); {
		case errors.As(err, &found):
			faults = append(faults, found...)
		case err != nil:
			return nil, err
		case local.Collection != c.collection.Name:
		case c.texts[file] != nil:
			return nil, fmt.Errorf("read local rules: the catalogue has a file %s already; give yours another name: %w", name, ErrConfig)
		default:
			c.texts[file] = content
			all = append(all, local)
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("read local rules: the folder has no .yaml with collection: %s: %w: %w", c.collection.Name, errNoLocal, ErrConfig)
	}
	return all, nil
}

// yamlFiles lists the YAML files of a folder by name; none when it does not exist.
func yamlFiles(files fs.FS, folder string) ([]string, error) {
	entries, err := fs.ReadDir(files, folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list rules: %w", err)
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && path.Ext(e.Name()) == ".yaml" && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func (c *catalogue) open(folder string) (*os.Root, error) {
	root, err := os.OpenRoot(folder)
	if err == nil {
		c.roots = append(c.roots, root)
	}
	return root, err
}

func (c *catalogue) close() {
	for _, root := range c.roots {
		root.Close() //nolint:errcheck // opened for reading only
	}
}

// hold settles whose year's rules are in force: the year that is asked for, else that of the first day that is
// known, else the newest. The cause of the error is ErrConfig.
func (c *catalogue) hold(asked string, days ...*schemas.Day) error {
	first, last := c.rules.Span()
	c.year = last
	for _, day := range slices.Backward(days) {
		if day != nil {
			c.year = rules.YearOf(*day)
		}
	}
	if asked != "" {
		year, err := rules.ParseYear(asked)
		if err != nil {
			return fmt.Errorf("%w: %w", err, ErrConfig)
		}
		c.year = year
	}
	if c.year < first {
		return fmt.Errorf("choose rules: %s has none for %s; its first are of %s; say by --year which to take: %w", c.collection.Name, c.year, first, ErrConfig)
	}
	c.rules = c.rules.In(c.year)
	return nil
}

// localNote says which of the rules in force are local, or returns "".
func (c *catalogue) localNote() string {
	var codes []string
	for _, r := range c.rules.Rules {
		if r.Local {
			codes = append(codes, r.Code)
		}
	}
	if len(codes) == 0 {
		return ""
	}
	var files []string
	for _, file := range slices.Sorted(maps.Keys(c.texts)) {
		if path.Dir(file) == localFolder {
			files = append(files, path.Base(file))
		}
	}
	return fmt.Sprintf("local rules were added from %s: %s", strings.Join(files, ", "), strings.Join(codes, ", "))
}
