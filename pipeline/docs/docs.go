// Package docs writes what people read about the catalogues.
//
// The catalogues of rules, schemas and measures that are inside the program walk in; Markdown pages walk out, the
// same ones for make docs and for frontdoor rules docs. A page holds nothing that no catalogue says.
package docs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"frontdoor/rules"
	"frontdoor/schemas"
)

// Page is a file with what it must hold. Path has slashes and is relative to the top of the repository.
type Page struct {
	Path string
	Text []byte
}

// Pages makes every page: one for each collection, catalogue of rules and catalogue of measures, and one for the
// results, and the data dictionary.
func Pages() ([]Page, error) {
	var all []Page
	for _, kind := range []struct {
		folder string
		names  []string
		make   func(name string) ([]byte, error)
	}{
		{"rules/docs/", slices.DeleteFunc(rules.Catalogues(), func(name string) bool { return name == structure }), rulePage},
		{"schemas/docs/", schemas.Collections(), collectionPage},
		{"schemas/docs/", []string{"results"}, func(string) ([]byte, error) { return resultPage() }},
		{"schemas/docs/", []string{"dictionary"}, func(string) ([]byte, error) { return dictionaryPage() }},
		{"pipeline/measure/docs/", []string{"measures"}, func(string) ([]byte, error) { return measurePage() }},
	} {
		for _, name := range kind.names {
			path := kind.folder + name + ".md"
			text, err := kind.make(name)
			if err != nil {
				return nil, fmt.Errorf("make %s: %w", path, err)
			}
			all = append(all, Page{path, text})
		}
	}
	return all, nil
}

// structure names the rules about the files themselves, which stand on the page of the front door.
const structure = "structure"

// Write writes a page below a folder.
func (p Page) Write(folder string) error {
	path := filepath.Join(folder, filepath.FromSlash(p.Path))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	if err := os.WriteFile(path, p.Text, 0o644); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}
