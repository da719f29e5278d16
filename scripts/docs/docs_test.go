package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPagesAreThoseOfTheCatalogues(t *testing.T) {
	if err := run(filepath.Join("..", ".."), true); err != nil {
		t.Error(err)
	}
}

func TestAPageThatDiffersIsNamed(t *testing.T) {
	root := t.TempDir()
	if err := run(root, false); err != nil {
		t.Fatal(err)
	}
	if err := run(root, true); err != nil {
		t.Fatalf("just written: %v", err)
	}
	changed := filepath.Join(root, "rules", "docs", "front_door.md")
	if err := os.WriteFile(changed, []byte("by hand"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := run(root, true)
	if !errors.Is(err, errOld) || !strings.Contains(err.Error(), "rules/docs/front_door.md") {
		t.Errorf("got %v", err)
	}
}
