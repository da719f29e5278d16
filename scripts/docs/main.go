// Command docs writes the pages about rules, schemas and measures from their catalogues.
//
// The catalogues walk in; Markdown pages beside them walk out. With --check nothing is written: the command ends
// with 1 and names the pages that differ from what the catalogues say.
//
//	go run ./scripts/docs
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	check := flag.Bool("check", false, "write nothing; end with 1 when a page differs from its catalogue")
	flag.Parse()
	if err := run(".", *check); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

// errOld is the cause of the error when pages differ from their catalogues.
var errOld = errors.New("run make docs")

// page is a file with what it must hold.
type page struct {
	path string
	text []byte
}

// run writes every page below root, or compares it.
func run(root string, check bool) error {
	pages, err := pages()
	if err != nil {
		return err
	}
	var old []string
	for _, p := range pages {
		path := filepath.Join(root, filepath.FromSlash(p.path))
		is, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if bytes.Equal(is, p.text) && err == nil {
			continue
		}
		if check {
			old = append(old, p.path)
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, p.text, 0o644); err != nil {
			return err
		}
	}
	if len(old) > 0 {
		return fmt.Errorf("compare pages with catalogues: %q differ: %w", old, errOld)
	}
	return nil
}

// pages makes every page.
func pages() ([]page, error) {
	var all []page
	for _, p := range []struct {
		path string
		make func() ([]byte, error)
	}{
		{"rules/docs/front_door.md", func() ([]byte, error) { return ruleDocs("front_door") }},
		{"schemas/docs/front_door.md", func() ([]byte, error) { return collectionDocs("front_door") }},
		{"schemas/docs/results.md", resultDocs},
		{"pipeline/measure/docs/measures.md", measureDocs},
	} {
		text, err := p.make()
		if err != nil {
			return nil, fmt.Errorf("make %s: %w", p.path, err)
		}
		all = append(all, page{p.path, text})
	}
	return all, nil
}
