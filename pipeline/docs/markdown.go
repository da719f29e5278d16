package docs

import (
	"bytes"
	"fmt"
	"strings"
)

// writer collects a Markdown page.
type writer struct{ bytes.Buffer }

// line writes a line of text and a blank one.
func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(w, format+"\n\n", args...)
}

// note says where the page comes from.
func (w *writer) note(catalogue string) {
	w.line("Written by `make docs` from `%s`; not to be edited.", catalogue)
}

// row writes a line of a table.
func (w *writer) row(cells ...string) {
	w.WriteByte('|')
	for _, c := range cells {
		w.WriteString(" " + cell(c) + " |")
	}
	w.WriteByte('\n')
}

// head writes the head of a table.
func (w *writer) head(cells ...string) {
	w.row(cells...)
	w.WriteString(strings.Repeat("|---", len(cells)) + "|\n")
}

// page returns what was written, with one line break at the end.
func (w *writer) page() []byte {
	return append(bytes.TrimRight(w.Bytes(), "\n"), '\n')
}

// cell keeps a text inside a cell of a table.
func cell(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\n", " "), "|", `\|`)
}

// code writes a text as code.
func code(text string) string {
	if text == "" {
		return ""
	}
	if strings.Contains(text, "`") {
		return "`` " + text + " ``"
	}
	return "`" + text + "`"
}

// codes writes names as code, with commas.
func codes(names []string) string {
	var quoted []string
	for _, n := range names {
		quoted = append(quoted, code(n))
	}
	return strings.Join(quoted, ", ")
}
