package rules

import (
	"bytes"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas/table"
)

// parentRows returns, for each of the child table's rows, the row of the first parent record with that key,
// noRecord when the key is blank or no record has it, or unsureRecord when the key cannot be read.
//
// Usually the child's dictionary begins with the parent's, so that equal codes mean equal text; where it does
// not, keys are matched by their text.
func parentRows(child, parent *table.Column) []int32 {
	link := make([]int32, child.Array.Len())
	codes, keys := child.Codes()
	switch {
	case keys == nil:
		find := byText(parent)
		text := child.Array.(*array.String)
		for row := range link {
			if link[row] = noRecord; text.IsValid(row) {
				link[row] = find(text.Value(row))
			}
		}
	default:
		rows := rowsByCode(keys, parent)
		for row, code := range codes {
			if link[row] = noRecord; child.Array.IsValid(row) {
				link[row] = rows[code]
			}
		}
	}
	for _, k := range child.Kept {
		if k.Unreadable {
			link[k.Row] = unsureRecord
		}
	}
	return link
}

// rowsByCode returns the parent's row for each of the child's keys, or noRecord.
func rowsByCode(keys *array.String, parent *table.Column) []int32 {
	rows := make([]int32, keys.Len())
	if codes, values := parent.Codes(); values != nil && begins(keys, values) {
		for code := range rows {
			rows[code] = noRecord
		}
		for row := len(codes) - 1; row >= 0; row-- { // backwards, so that the first record stays
			if parent.Array.IsValid(row) {
				rows[codes[row]] = int32(row)
			}
		}
		return rows
	}
	find := byText(parent)
	for code := range rows {
		rows[code] = find(keys.Value(code))
	}
	return rows
}

// begins tells whether the texts of long begin with those of short.
func begins(long, short *array.String) bool {
	n := short.Len()
	if n == 0 || n > long.Len() {
		return n == 0
	}
	a, b := long.ValueOffsets(), short.ValueOffsets()
	for i := range n {
		if a[i+1]-a[0] != b[i+1]-b[0] {
			return false
		}
	}
	return bytes.Equal(long.ValueBytes()[:a[n]-a[0]], short.ValueBytes()[:b[n]-b[0]])
}

// byText returns a function that finds the first row with a key.
func byText(parent *table.Column) func(key string) int32 {
	index := table.NewDictionary()
	var rows []int32
	for row := range parent.Array.Len() {
		if parent.Array.IsValid(row) {
			if int(index.Code([]byte(parent.Text(row)))) == len(rows) {
				rows = append(rows, int32(row))
			}
		}
	}
	return func(key string) int32 {
		if code, found := index.Lookup([]byte(key)); found {
			return rows[code]
		}
		return noRecord
	}
}
