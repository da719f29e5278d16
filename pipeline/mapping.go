package pipeline

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"

	"github.com/goccy/go-yaml"

	"frontdoor/pipeline/conform"
	"frontdoor/schemas"
)

// Mapping says how a local export's names and values are to be read, by table of the collection.
type Mapping struct {
	// Columns gives the field that a delivered column holds.
	Columns map[string]map[string]string `yaml:"columns" json:"columns,omitempty"`
	// Values gives, by field and by what is delivered, the value that it means.
	Values map[string]map[string]map[string]Code `yaml:"values" json:"values,omitempty"`
	// Files gives the table that a file or sheet holds, by its name without extension.
	Files map[string]string `yaml:"files" json:"files,omitempty"`
	// State says of a field that it was pseudonymised at source: hashed.
	State map[string]map[string]string `yaml:"state" json:"state,omitempty"`
}

// hashed is the state of a field whose values were pseudonymised before they were delivered.
const hashed = "hashed"

// empty tells whether nothing is mapped.
func (m *Mapping) empty() bool { return len(m.Columns)+len(m.Values)+len(m.Files)+len(m.State) == 0 }

// include adds what a file of mappings says. What the extract itself says holds over it.
func (m *Mapping) include(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read mapping: no file there, mend its path: %w", ErrConfig)
	}
	var file Mapping
	if err := yaml.UnmarshalWithOptions(text, &file, yaml.Strict()); err != nil {
		return fmt.Errorf("read mapping: %s: %w", strings.TrimSpace(yaml.FormatError(err, false, true)), ErrConfig)
	}
	for name, table := range file.Files {
		if m.Files == nil {
			m.Files = map[string]string{}
		}
		if _, ok := m.Files[name]; !ok {
			m.Files[name] = table
		}
	}
	m.Columns, m.State = over(file.Columns, m.Columns), over(file.State, m.State)
	if m.Values == nil {
		m.Values = map[string]map[string]map[string]Code{}
	}
	for table, fields := range file.Values {
		m.Values[table] = over(fields, m.Values[table])
	}
	return nil
}

// over joins two levels of maps; what stands in above holds over what stands in below.
func over[V any](below, above map[string]map[string]V) map[string]map[string]V {
	joined := map[string]map[string]V{}
	for name, entries := range below {
		joined[name] = maps.Clone(entries)
	}
	for name, entries := range above {
		if joined[name] == nil {
			joined[name] = map[string]V{}
		}
		maps.Copy(joined[name], entries)
	}
	return joined
}

// check refuses names that the collection does not have, and values that its code sets do not.
func (m *Mapping) check(c *schemas.Collection) error {
	field := func(table, name string) (*schemas.Field, error) {
		t := c.Table(table)
		if t == nil {
			return nil, fmt.Errorf("table %q, which %s has not: %w", table, c.Name, ErrConfig)
		}
		f := t.Field(name)
		if f == nil {
			return nil, fmt.Errorf("field %q, which %s has not: %w", name, table, ErrConfig)
		}
		return f, nil
	}
	for _, table := range m.Files {
		if c.Table(table) == nil {
			return fmt.Errorf("files names table %q, which %s has not: %w", table, c.Name, ErrConfig)
		}
	}
	for table, columns := range m.Columns {
		for _, name := range columns {
			if _, err := field(table, name); err != nil {
				return fmt.Errorf("columns names %w", err)
			}
		}
	}
	for table, fields := range m.Values {
		for name, values := range fields {
			f, err := field(table, name)
			if err != nil {
				return fmt.Errorf("values names %w", err)
			}
			if f.Type != schemas.TypeCode {
				return fmt.Errorf("values maps %s.%s, which holds no codes: %w", table, name, ErrConfig)
			}
			if f.Codes == "" {
				continue
			}
			set, err := schemas.LoadCodeSet(f.Codes)
			if err != nil {
				return err
			}
			for _, code := range values {
				if !set.Has(string(code)) {
					return fmt.Errorf("values of %s.%s names code %q, which %s has not: %w", table, name, code, f.Codes, ErrConfig)
				}
			}
		}
	}
	for table, fields := range m.State {
		for name, state := range fields {
			if _, err := field(table, name); err != nil {
				return fmt.Errorf("state names %w", err)
			}
			if state != hashed {
				return fmt.Errorf("state of %s.%s: write hashed: %w", table, name, ErrConfig)
			}
		}
	}
	return nil
}

// options returns what the mapping says of one table, for the stage that reads it.
func (m *Mapping) options(table string) (columns map[string]string, values map[string]map[string]string) {
	for name, field := range m.Columns[table] {
		if columns == nil {
			columns = map[string]string{}
		}
		columns[schemas.Normalise(name)] = field
	}
	for field, of := range m.Values[table] {
		if values == nil {
			values = map[string]map[string]string{}
		}
		values[field] = map[string]string{}
		for delivered, code := range of {
			values[field][conform.Folded(delivered)] = string(code)
		}
	}
	return columns, values
}

// table returns the table that a file or sheet of a name holds, or "".
func (m *Mapping) table(name string) string {
	if m == nil {
		return ""
	}
	for of, table := range m.Files {
		if schemas.Normalise(of) == schemas.Normalise(name) {
			return table
		}
	}
	return ""
}

// text writes the mapping, the same for the same mapping: what a run keeps of it.
func (m *Mapping) text() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write mapping: %w", err)
	}
	return append(text, '\n'), nil
}
