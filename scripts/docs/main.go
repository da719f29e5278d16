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

	"frontdoor/pipeline/docs"
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

// run writes every page below root, or compares it.
func run(root string, check bool) error {
	pages, err := docs.Pages()
	if err != nil {
		return err
	}
	var old []string
	for _, p := range pages {
		path := filepath.Join(root, filepath.FromSlash(p.Path))
		is, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if bytes.Equal(is, p.Text) && err == nil {
			continue
		}
		if check {
			old = append(old, p.Path)
			continue
		}
		if err := p.Write(root); err != nil {
			return err
		}
	}
	if len(old) > 0 {
		return fmt.Errorf("compare pages with catalogues: %q differ: %w", old, errOld)
	}
	return nil
}
