package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// generate runs the command into a new folder, with further arguments, and
// gives the folder that holds front-door, front-door-expected, bad and exports.
func generate(t *testing.T, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	args = append([]string{"--out", filepath.Join(dir, "front-door"), "--bad", filepath.Join(dir, "bad"), "--exports", filepath.Join(dir, "exports")}, args...)
	if err := run(args); err != nil {
		t.Fatal(err)
	}
	return dir
}

// planned is the one part of a small goal.
func planned(seed uint64, g goal) (*delivery, error) {
	for d, err := range parts(seed, g, partRows) {
		return d, err
	}
	return nil, nil
}

// differing names the first file of one folder that the other lacks or holds
// with other bytes; "" when there is none.
func differing(t *testing.T, one, other string) string {
	t.Helper()
	found := ""
	err := filepath.WalkDir(one, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(one, path)
		if err != nil {
			return err
		}
		want, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		got, err := os.ReadFile(filepath.Join(other, name))
		if err != nil || !bytes.Equal(want, got) {
			found = name
			return fs.SkipAll
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
