package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"frontdoor/pipeline/publish"
	"frontdoor/rules"
)

// rowWriter writes rows in one format. end writes what is still held back.
type rowWriter interface {
	row(publish.Row) error
	end() error
}

// newRowWriter returns the writer of a format: table, csv or jsonl. values says whether cells have their texts.
func newRowWriter(format string, out *bufio.Writer, names []string, values bool) rowWriter {
	switch format {
	case "csv":
		return &csvRows{out: csv.NewWriter(out), names: names}
	case "jsonl":
		return newJSONRows(out, names, values)
	}
	return &alignedRows{out: out, names: names}
}

// shown writes a value as text; "" where there is none.
func shown(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case []rules.Cell:
		return shownCells(v)
	}
	return fmt.Sprint(value)
}

// shownCells writes cells as "contacts.csv:17 source; ...", with the text where there is one.
func shownCells(cells []rules.Cell) string {
	parts := make([]string, len(cells))
	for i, c := range cells {
		parts[i] = c.Place() + " " + c.Field
		if c.Value != nil {
			parts[i] += " " + strconv.Quote(*c.Value)
		}
	}
	return strings.Join(parts, "; ")
}

// csvRows writes RFC 4180 with a header and LF line ends: CRLF would change line ends inside cells.
type csvRows struct {
	out    *csv.Writer
	names  []string
	begun  bool
	fields []string
}

func (c *csvRows) begin() error {
	if c.begun {
		return nil
	}
	c.begun = true
	return c.out.Write(c.names)
}

func (c *csvRows) row(row publish.Row) error {
	if err := c.begin(); err != nil {
		return err
	}
	c.fields = c.fields[:0]
	for _, value := range row.Values {
		c.fields = append(c.fields, shown(value))
	}
	return c.out.Write(c.fields)
}

func (c *csvRows) end() error {
	if err := c.begin(); err != nil {
		return err
	}
	c.out.Flush()
	return c.out.Error()
}

// jsonRows writes one object a line, keys in the order of the columns.
type jsonRows struct {
	out    *bufio.Writer
	keys   [][]byte // with what stands before and after
	values bool
	text   bytes.Buffer
	encode *json.Encoder
}

func newJSONRows(out *bufio.Writer, names []string, values bool) *jsonRows {
	j := &jsonRows{out: out, values: values}
	j.encode = json.NewEncoder(&j.text)
	j.encode.SetEscapeHTML(false)
	for i, name := range names {
		lead := ","
		if i == 0 {
			lead = "{"
		}
		key, _ := json.Marshal(name) // a text always can be
		j.keys = append(j.keys, fmt.Appendf(nil, "%s%s:", lead, key))
	}
	return j
}

func (j *jsonRows) row(row publish.Row) error {
	j.text.Reset()
	for i, value := range row.Values {
		j.text.Write(j.keys[i])
		if cells, ok := value.([]rules.Cell); ok {
			value = placesOf(cells, j.values)
		}
		if err := j.encode.Encode(value); err != nil {
			return err
		}
		j.text.Truncate(j.text.Len() - 1) // the encoder ends with a line
	}
	j.text.WriteString("}\n")
	_, err := j.out.Write(j.text.Bytes())
	return err
}

func (j *jsonRows) end() error { return nil }

// place is a cell of a finding without its text, and placeWithValue with it, null when the column was absent.
type (
	place struct {
		Table string `json:"table"`
		File  string `json:"file"`
		Sheet string `json:"sheet,omitempty"`
		Line  int    `json:"line"`
		Field string `json:"field"`
	}
	placeWithValue struct {
		place
		Value *string `json:"value"`
	}
)

// placesOf returns cells as they are written to JSON.
func placesOf(cells []rules.Cell, values bool) any {
	bare, full := []place{}, []placeWithValue{}
	for _, c := range cells {
		p := place{c.Table, c.File, c.Sheet, c.Line, c.Field}
		bare, full = append(bare, p), append(full, placeWithValue{p, c.Value})
	}
	if values {
		return full
	}
	return bare
}

// alignedRows writes columns for the eye. Widths come from the first rows, so that any number of rows streams.
type alignedRows struct {
	out    *bufio.Writer
	names  []string
	held   [][]string
	widths []int // nil while rows are held back
}

const (
	alignedSample = 200
	noValue       = "-"
)

func (a *alignedRows) row(row publish.Row) error {
	fields := make([]string, len(row.Values))
	for i, value := range row.Values {
		fields[i] = noValue
		if value != nil {
			fields[i] = printable(shown(value))
		}
	}
	if a.widths != nil {
		return a.write(fields)
	}
	if a.held = append(a.held, fields); len(a.held) == alignedSample {
		return a.release()
	}
	return nil
}

func (a *alignedRows) end() error {
	if a.widths != nil {
		return nil
	}
	return a.release()
}

// release settles the widths and writes the header and the rows that were held back.
func (a *alignedRows) release() error {
	a.widths = make([]int, len(a.names))
	rows := append([][]string{a.names}, a.held...)
	for _, fields := range rows {
		for i, field := range fields {
			a.widths[i] = max(a.widths[i], utf8.RuneCountInString(field))
		}
	}
	for _, fields := range rows {
		if err := a.write(fields); err != nil {
			return err
		}
	}
	a.held = nil
	return nil
}

func (a *alignedRows) write(fields []string) error {
	var b strings.Builder
	for i, field := range fields {
		if i > 0 {
			b.WriteString("  ")
		}
		b.WriteString(field)
		if i < len(fields)-1 {
			b.WriteString(strings.Repeat(" ", max(0, a.widths[i]-utf8.RuneCountInString(field))))
		}
	}
	_, err := a.out.WriteString(strings.TrimRight(b.String(), " ") + "\n")
	return err
}

// printable replaces what could steer a terminal or break a line. Delivered text goes through it.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return utf8.RuneError
	}, text)
}
