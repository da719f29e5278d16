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
	"sync"

	"frontdoor/pipeline/measure"
	"frontdoor/rules"
	"frontdoor/schemas"
)

// catalogue is every declaration that a run goes by.
type catalogue struct {
	declarations *schemas.Declarations
	collections  map[string]*schemas.Collection
	calendar     *schemas.Calendar
	rules        map[string]*rules.Catalogue // by collection: of all years, until hold settles one
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

// openCatalogue reads the declarations of collections: the program's own or, if kept is not "", those in the
// folder catalogue of a published run. local, if not "", is a folder with rule catalogues to add. The cause of
// the error is ErrConfig or rules.ErrCatalogue where a folder is at fault. Measures are read only when they are wanted:
// compiling them takes longer than judging a small return.
func openCatalogue(collections []string, kept, local string, measures bool) (*catalogue, error) {
	c := &catalogue{
		declarations: schemas.Own(), texts: map[string][]byte{},
		collections: map[string]*schemas.Collection{}, rules: map[string]*rules.Catalogue{},
	}
	if err := c.load(collections, kept, local, measures); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *catalogue) load(collections []string, kept, local string, measures bool) error {
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
				return nil, fmt.Errorf("open catalogue: it has no %s; name the folder catalogue of a published run of %s: %w", name, strings.Join(collections, ", "), ErrConfig)
			}
			return text, err
		}
		if localNames, err = yamlFiles(root.FS(), localFolder); err != nil {
			return err
		}
	}
	readings := []func() error{func() error { return c.read(collections, text) }}
	var measureTexts map[string][]byte
	if measures {
		looked := measure.DeclaredOf(collections)
		if kept != "" {
			looked = measure.Declared // nobody has compiled them before
		}
		readings = append(readings, func() (err error) {
			measureTexts, err = c.readMeasures(text, looked)
			return err
		})
	}
	if err := allOf(readings...); err != nil {
		return err
	}
	maps.Copy(c.texts, measureTexts)
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
	for name, own := range c.rules {
		ours := slices.DeleteFunc(slices.Clone(locals), func(local *rules.Catalogue) bool { return local.Collection != name })
		if c.rules[name], err = own.With(ours, c.structure); err != nil {
			return err
		}
	}
	return nil
}

// Rules returns the rule catalogues of collections, of all years and with the local rules in a folder if it is
// not "", and behind them the rules about the files themselves. Collections without rules of their own are left out.
func Rules(collections []string, local string) ([]*rules.Catalogue, error) {
	c, err := openCatalogue(collections, "", local, false)
	if err != nil {
		return nil, err
	}
	c.close()
	var all []*rules.Catalogue
	for _, name := range collections {
		if len(c.rules[name].Rules) > 0 {
			all = append(all, c.rules[name])
		}
	}
	return append(all, c.structure), nil
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

// read reads what everything goes by but the measures. A collection may have no rules but those about files.
func (c *catalogue) read(collections []string, text func(name string) ([]byte, error)) error {
	names := slices.Concat(collections, []string{structureRules})
	parsed, read := make([]*rules.Catalogue, len(names)), make([]*schemas.Collection, len(collections))
	var steps []func() error
	for i, name := range names {
		file := path.Join(ruleFolder, name+".yaml")
		if !slices.Contains(rules.Catalogues(), name) {
			parsed[i] = &rules.Catalogue{Collection: name}
			continue
		}
		content, err := text(file)
		if err != nil {
			return err
		}
		c.texts[file] = content
		steps = append(steps, func() (err error) {
			parsed[i], err = rules.Parse(file, content)
			return err
		})
	}
	for i, name := range collections {
		steps = append(steps, func() (err error) {
			read[i], err = c.declarations.Load(name)
			return err
		})
	}
	steps = append(steps, func() (err error) {
		c.calendar, err = c.declarations.Calendar("england")
		return err
	})
	if err := allOf(steps...); err != nil {
		return err
	}
	for i, name := range collections {
		c.rules[name], c.collections[name] = parsed[i], read[i]
	}
	c.structure = parsed[len(collections)]
	files := c.declarations.Files()
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
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

// readMeasures reads the measures and compiles those over the tables that are looked at. It returns their texts.
func (c *catalogue) readMeasures(text func(name string) ([]byte, error), looked measure.Schemas) (texts map[string][]byte, err error) {
	texts = map[string][]byte{}
	c.measures, err = measure.Read(measure.Catalogues(), func(name string) ([]byte, error) {
		file := path.Join(measureFolder, name+".yaml")
		content, err := text(file)
		texts[file] = content
		return content, err
	}, looked)
	return texts, err
}

// allOf does steps side by side. Its error is that of the first, as they stand, that fails.
func allOf(steps ...func() error) error {
	errs := make([]error, len(steps))
	var group sync.WaitGroup
	for i, step := range steps {
		group.Go(func() { errs[i] = step() })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
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
		case c.collections[local.Collection] == nil:
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
		return nil, fmt.Errorf("read local rules: the folder has no .yaml with collection: %s: %w", strings.Join(slices.Sorted(maps.Keys(c.collections)), " or "), ErrConfig)
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
// known, else the newest. Returns that say which year they are of have rules of their own, see holdReturn. The cause of
// the error is ErrConfig.
func (c *catalogue) hold(asked string, days ...*schemas.Day) error {
	for name := range c.rules {
		if judgedAlone(c.collections[name]) {
			continue
		}
		held, year, err := c.inForce(name, asked, days...)
		if err != nil {
			return err
		}
		c.rules[name], c.year = held, max(c.year, year)
	}
	return nil
}

// inForce returns the rules of a collection that hold in the year that is asked for, else in that of the first day
// that is known, else in the newest, and that year. The cause of the error is ErrConfig.
func (c *catalogue) inForce(collection, asked string, days ...*schemas.Day) (*rules.Catalogue, rules.Year, error) {
	all := c.rules[collection]
	first, year := all.Span()
	for _, day := range slices.Backward(days) {
		if day != nil {
			year = rules.YearOf(*day)
		}
	}
	if asked != "" {
		var err error
		if year, err = rules.ParseYear(asked); err != nil {
			return nil, "", fmt.Errorf("%w: %w", err, ErrConfig)
		}
	}
	if len(all.Rules) > 0 && year < first {
		return nil, "", fmt.Errorf("choose rules: %s has none for %s; its first are of %s; say by --year which to take: %w", collection, year, first, ErrConfig)
	}
	return all.In(year), year, nil
}

// localNote says which of the rules by which the parts were judged are local, or returns "".
func (c *catalogue) localNote(parts ...*read) string {
	var codes []string
	for _, part := range parts {
		for _, r := range c.rulesOf(part).Rules {
			if r.Local && !slices.Contains(codes, r.Code) {
				codes = append(codes, r.Code)
			}
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
	slices.Sort(codes)
	return fmt.Sprintf("local rules were added from %s: %s", strings.Join(files, ", "), strings.Join(codes, ", "))
}

// rulesOf returns the rules by which what was read is judged.
func (c *catalogue) rulesOf(r *read) *rules.Catalogue {
	if r.rules != nil {
		return r.rules
	}
	return c.rules[r.collection.Name]
}
