package ingest

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// FuzzContainer finds what is in a file of any bytes and reads all of it, under small limits: every failure has a cause
// that callers know, and none is a panic or does not end.
func FuzzContainer(f *testing.F) {
	const csv = "a,b\n1,2\n"
	workbook := book{sheets: []string{"S"}, xml: []string{`<sheetData><row><c t="inlineStr"><is><t>a</t></is></c></row><row><c><v>1</v></c></row></sheetData>`}}.bytes(f)
	for _, seed := range [][]byte{
		[]byte(csv), workbook, zipped(f, map[string]string{"a.csv": csv}), zipped(f, map[string]string{"w.xlsx": string(workbook)}), gzipped(f, csv),
		workbook[:len(workbook)/2], []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), []byte("<html>"), []byte("%PDF-"), nil,
	} {
		f.Add(seed)
	}
	limits := Limits{Field: 1000, Record: 4096, Columns: 50, Unpacked: 1 << 20, Members: 5, Depth: 2, Sheets: 5, Held: 1 << 20}
	known := []error{ErrLimit, ErrDamaged, ErrProtected, ErrBinary, ErrEmpty, ErrHeader, ErrEncoding, ErrChanged, ErrRefused}
	f.Fuzz(func(t *testing.T, text []byte) {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, "x"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		root, err := os.OpenRoot(folder)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		found, err := Find(t.Context(), root, "x", limits)
		if err != nil {
			t.Fatal(err)
		}
		for _, place := range found {
			err := place.Err
			if err == nil {
				_, err = Read(t.Context(), root, place.Place, Options{Limits: limits}, &collector{})
			}
			named := err == nil
			for _, cause := range known {
				named = named || errors.Is(err, cause)
			}
			if !named {
				t.Fatalf("error without a cause: %v", err)
			}
		}
		if bytes.Equal(text, []byte(csv)) && len(found) != 1 {
			t.Fatalf("found %v", found)
		}
	})
}

// gzipped packs a text.
func gzipped(t testing.TB, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
