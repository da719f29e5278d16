// Package docs writes what people read about the catalogues.
//
// The catalogues of rules, schemas and measures that are inside the program walk in; Markdown pages walk out, the
// same ones for make docs and for frontdoor rules docs. A page holds nothing that no catalogue says.
package docs

import (
	"fmt"
	"os"
	"path/filepath"
)

// Page is a file with what it must hold. Path has slashes and is relative to the top of the repository.
type Page struct {
	Path string
	Text []byte
}

// Pages makes every page.
func Pages() ([]Page, error) {
	var all []Page
	for _, p := range []struct {
		path string
		make func() ([]byte, error)
	}{
		{"rules/docs/front_door.md", func() ([]byte, error) { return rulePage("front_door") }},
		{"schemas/docs/front_door.md", func() ([]byte, error) { return collectionPage("front_door") }},
		{"rules/docs/cin_census.md", func() ([]byte, error) { return rulePage("cin_census") }},
		{"schemas/docs/cin_census.md", func() ([]byte, error) { return collectionPage("cin_census") }},
		{"schemas/docs/results.md", resultPage},
		{"pipeline/measure/docs/front_door.md", func() ([]byte, error) { return measurePage("front_door") }},
	} {
		text, err := p.make()
		if err != nil {
			return nil, fmt.Errorf("make %s: %w", p.path, err)
		}
		all = append(all, Page{p.path, text})
	}
	return all, nil
}

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
