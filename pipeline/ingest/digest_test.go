package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDigest(t *testing.T) {
	dir := t.TempDir()
	text := contactsText(10_000)
	if err := os.WriteFile(filepath.Join(dir, "contacts.csv"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()

	sum, err := Digest(t.Context(), root, Place{Name: "contacts.csv"}, Undeclared, Limits{})
	want := sha256.Sum256(text)
	if err != nil || sum.Bytes != int64(len(text)) || sum.SHA256 != hex.EncodeToString(want[:]) || sum.ModTime.IsZero() {
		t.Errorf("sum %+v, error %v", sum, err)
	}

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Digest(ended, root, Place{Name: "contacts.csv"}, Undeclared, Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after cancellation: %v", err)
	}
	for _, name := range []string{"Noor Ali.csv", "../contacts.csv", "."} {
		_, err := Digest(t.Context(), root, Place{Name: name}, Undeclared, Limits{})
		if err == nil || strings.Contains(err.Error(), "Noor") || strings.Contains(err.Error(), "contacts") {
			t.Errorf("error %v, want one without the file's name", err)
		}
	}
	if _, err := Digest(t.Context(), root, Place{Name: "Noor Ali.csv"}, Undeclared, Limits{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want one of a file that is not there", err)
	}
}
