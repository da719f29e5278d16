package pages

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"frontdoor/schemas/table"
)

type listed struct {
	Number int64     `parquet:"number"`
	Parts  []element `parquet:"parts,list"`
	Last   bool      `parquet:"last"`
}

type element struct {
	Name  string  `parquet:"name"`
	Note  *string `parquet:"note,optional"`
	Plain *string `parquet:"plain,optional"`
	Line  int64   `parquet:"line"`
}

// columnsOf lays rows out in columns.
func columnsOf(rows []listed) []Column {
	list := &List{Name: "parts"}
	names, notes := table.NewDictionary(), table.NewDictionary()
	var numbers, lines []int64
	var name, note []uint32
	var last, noted, plainValid []byte
	plain, plainEnds, nulls := []byte(nil), []int32{0}, 0
	set := func(bits []byte, i int, is bool) []byte {
		if i%8 == 0 {
			bits = append(bits, 0)
		}
		if is {
			bits[i/8] |= 1 << (i % 8)
		}
		return bits
	}
	for i, r := range rows {
		numbers, last = append(numbers, r.Number), set(last, i, r.Last)
		for _, p := range r.Parts {
			n := len(lines)
			lines, name = append(lines, p.Line), append(name, names.Code([]byte(p.Name)))
			code, text := uint32(0), ""
			if p.Note != nil {
				code, text = notes.Code([]byte(*p.Note)), *p.Plain
			} else {
				nulls++
			}
			note, noted, plainValid = append(note, code), set(noted, n, p.Note != nil), set(plainValid, n, p.Note != nil)
			plain = append(plain, text...)
			plainEnds = append(plainEnds, int32(len(plain)))
		}
		list.Ends = append(list.Ends, uint32(len(lines)))
	}
	return []Column{
		{Name: "number", Array: table.IntegerArray(numbers, nil, 0), Required: true},
		{Name: "name", Array: table.DictionaryArray(name, names.Array(), nil, 0), Required: true, List: list},
		{Name: "note", Array: table.DictionaryArray(note, notes.Array(), noted, nulls), List: list},
		{Name: "plain", Array: table.StringArray(plainEnds, plain, plainValid, nulls), List: list},
		{Name: "line", Array: table.IntegerArray(lines, nil, 0), Required: true, List: list},
		{Name: "last", Array: table.BooleanArray(len(rows), last, nil, 0), Required: true},
	}
}

func TestListsReadBackAsTheyWere(t *testing.T) {
	parts := rapid.Custom(func(t *rapid.T) element {
		e := element{Name: rapid.SampledFrom([]string{"", "a", "bb"}).Draw(t, "name"), Line: rapid.Int64().Draw(t, "line")}
		if rapid.Bool().Draw(t, "noted") {
			note, plain := rapid.StringN(0, 5, -1).Draw(t, "note"), rapid.StringN(0, 20, -1).Draw(t, "plain")
			e.Note, e.Plain = &note, &plain
		}
		return e
	})
	row := rapid.Custom(func(t *rapid.T) listed {
		return listed{rapid.Int64().Draw(t, "number"), rapid.SliceOfN(parts, 0, 200).Draw(t, "parts"), rapid.Bool().Draw(t, "last")}
	})
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.SliceOfN(row, 1, 20).Draw(rt, "rows")
		ends := []int{len(rows)}
		if half := rapid.IntRange(0, len(rows)-1).Draw(rt, "first row group"); half > 0 {
			ends = []int{half, len(rows)}
		}
		data := writeGroups(t, columnsOf(rows), ends)
		read, err := parquet.Read[listed](bytes.NewReader(data), int64(len(data)))
		if err != nil {
			rt.Fatal(err)
		}
		for i := range read {
			if len(read[i].Parts) == 0 && len(rows[i].Parts) == 0 {
				read[i].Parts = rows[i].Parts
			}
		}
		if !reflect.DeepEqual(read, rows) {
			rt.Fatalf("read\n%+v, want\n%+v", read, rows)
		}
		if whole := arrowTable(t, data); whole.NumRows() != int64(len(rows)) || whole.NumCols() != 3 {
			rt.Fatalf("arrow-go reads %d rows of %d columns", whole.NumRows(), whole.NumCols())
		}
	})
}
