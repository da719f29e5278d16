package pages

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"frontdoor/schemas/table"
)

// write encodes columns into one file, in row groups of RowGroupRows.
func write(tb testing.TB, columns []Column, notes ...Note) []byte {
	tb.Helper()
	var ends []int
	rows := columns[0].Array.Len()
	for from := 0; from < rows; from += RowGroupRows {
		ends = append(ends, min(from+RowGroupRows, rows))
	}
	return writeGroups(tb, columns, ends, notes...)
}

// writeGroups encodes columns into one file, whose row groups end where it is said.
func writeGroups(tb testing.TB, columns []Column, ends []int, notes ...Note) []byte {
	tb.Helper()
	encoder, err := NewEncoder()
	if err != nil {
		tb.Fatal(err)
	}
	var out bytes.Buffer
	f, err := Create(&out, columns, "frontdoor test", notes)
	if err != nil {
		tb.Fatal(err)
	}
	from := 0
	for _, to := range ends {
		var chunks []*Chunk
		for _, c := range columns {
			chunk, err := encoder.Encode(c, from, to)
			if err != nil {
				tb.Fatal(err)
			}
			chunks = append(chunks, chunk)
		}
		if err := f.RowGroup(chunks); err != nil {
			tb.Fatal(err)
		}
		for _, c := range chunks {
			c.Free()
		}
		from = to
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// arrowTable reads a file with arrow-go.
func arrowTable(tb testing.TB, data []byte) arrow.Table {
	tb.Helper()
	read, err := readArrow(data)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(read.Release)
	return read
}

func readArrow(data []byte) (arrow.Table, error) {
	reader, err := file.NewParquetReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	tables, err := pqarrow.NewFileReader(reader, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		return nil, err
	}
	return tables.ReadTable(context.Background())
}

// byArrow reads a file with arrow-go, each cell as text.
func byArrow(tb testing.TB, data []byte) [][]string {
	tb.Helper()
	read := arrowTable(tb, data)
	cells := make([][]string, read.NumCols())
	for i := range cells {
		for _, chunk := range read.Column(i).Data().Chunks() {
			for row := range chunk.Len() {
				cells[i] = append(cells[i], chunk.ValueStr(row))
			}
		}
	}
	return cells
}

// byParquetGo reads a file with parquet-go, each cell as text.
func byParquetGo(tb testing.TB, data []byte) [][]string {
	tb.Helper()
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		tb.Fatal(err)
	}
	cells := make([][]string, len(f.Root().Columns()))
	for _, group := range f.RowGroups() {
		for i, chunk := range group.ColumnChunks() {
			pages := chunk.Pages()
			for {
				page, err := pages.ReadPage()
				if err == io.EOF {
					break
				}
				if err != nil {
					tb.Fatal(err)
				}
				values := make([]parquet.Value, page.NumValues())
				if n, err := page.Values().ReadValues(values); n != len(values) || err != nil && err != io.EOF {
					tb.Fatalf("column %d: %d of %d values: %v", i, n, len(values), err)
				}
				for _, v := range values {
					cells[i] = append(cells[i], shown(v, f.Root().Columns()[i].Type()))
				}
			}
			if err := pages.Close(); err != nil {
				tb.Fatal(err)
			}
		}
	}
	return cells
}

// shown writes a value as arrow-go's ValueStr does.
func shown(v parquet.Value, typ parquet.Type) string {
	if v.IsNull() {
		return array.NullValueStr
	}
	switch logical := typ.LogicalType(); {
	case logical != nil && logical.String() == "DATE":
		return arrow.Date32(v.Int32()).FormattedString()
	case logical != nil && strings.HasPrefix(logical.String(), "TIME"):
		return arrow.Time32(v.Int32()).FormattedString(arrow.Millisecond)
	case logical != nil && strings.HasPrefix(logical.String(), "DECIMAL"):
		return table.DecimalArray([]int64{v.Int64()}, nil, 0).ValueStr(0)
	case logical != nil && logical.String() == "INT(32,false)":
		return fmt.Sprint(v.Uint32())
	}
	return v.String()
}

// wanted is what a column's cells must read as.
func wanted(a arrow.Array) []string {
	cells := make([]string, a.Len())
	for row := range cells {
		switch t, timed := a.(*array.Time32); {
		case timed && a.IsValid(row):
			cells[row] = (t.Value(row) * 1000).FormattedString(arrow.Millisecond)
		default:
			cells[row] = a.ValueStr(row)
		}
	}
	return cells
}

// drawColumn makes a column of any type, sometimes a slice of a longer one.
func drawColumn(t *rapid.T, name string, rows int) Column {
	before := rapid.SampledFrom([]int{0, 0, 1, 8, 13}).Draw(t, name+" cut off before")
	n := rows + before
	valid, nulls := make([]byte, (n+7)/8), 0
	empty := rapid.IntRange(0, 3).Draw(t, name+" emptiness")
	for i := range n {
		if empty == 0 || empty < 3 && rapid.IntRange(0, empty*3).Draw(t, "null") != 0 {
			valid[i/8] |= 1 << (i % 8)
		} else {
			nulls++
		}
	}
	text := rapid.SampledFrom([]*rapid.Generator[string]{
		rapid.OneOf(rapid.StringN(0, 12, -1), rapid.StringMatching(`[AB]\d?`)), rapid.StringMatching(`CHILD-00\d{1,2}`),
	}).Draw(t, name+" texts")
	var a arrow.Array
	switch rapid.IntRange(0, 7).Draw(t, name+" type") {
	case 0:
		texts := rapid.SliceOfN(text, 1, 200).Draw(t, "texts")
		codes := make([]uint32, n)
		for i := range codes {
			codes[i] = uint32(rapid.IntRange(0, len(texts)-1).Draw(t, "code"))
		}
		a = table.DictionaryArray(codes, table.Texts(texts), valid, nulls)
	case 1:
		offsets, data := []int32{0}, []byte{}
		for i := range n {
			if valid[i/8]>>(i%8)&1 == 1 {
				data = append(data, text.Draw(t, "text")...)
			}
			offsets = append(offsets, int32(len(data)))
		}
		a = table.StringArray(offsets, data, valid, nulls)
	case 2:
		bits := rapid.SliceOfN(rapid.Byte(), len(valid), len(valid)).Draw(t, "bits")
		a = table.BooleanArray(n, bits, valid, nulls)
	case 3:
		a = table.DateArray(rapid.SliceOfN(rapid.Int32Range(-800000, 800000), n, n).Draw(t, "days"), valid, nulls)
	case 4:
		a = table.TimeArray(rapid.SliceOfN(rapid.Int32Range(0, 86399), n, n).Draw(t, "seconds"), valid, nulls)
	case 5:
		a = table.IntegerArray(rapid.SliceOfN(rapid.OneOf(rapid.Int64(), rapid.Int64Range(-5, 5)), n, n).Draw(t, "numbers"), valid, nulls)
	case 6:
		a = table.DecimalArray(rapid.SliceOfN(rapid.Int64Range(-99_999_999, 99_999_999), n, n).Draw(t, "decimals"), valid, nulls)
	default:
		lines := make([]uint32, n)
		for i := range lines {
			lines[i] = rapid.Uint32Range(0, math.MaxInt32).Draw(t, "line")
		}
		return Column{Name: name, Array: array.NewSlice(table.LineArray(lines), int64(before), int64(n)), Required: true}
	}
	return Column{Name: name, Array: array.NewSlice(a, int64(before), int64(n)), Unranged: rapid.Bool().Draw(t, "unranged")}
}

func TestBothLibrariesReadWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.IntRange(1, 300).Draw(rt, "rows")
		var columns []Column
		for i := range rapid.IntRange(1, 4).Draw(rt, "columns") {
			columns = append(columns, drawColumn(rt, fmt.Sprintf("c%d", i), rows))
		}
		data := write(t, columns)
		for name, cells := range map[string][][]string{"arrow-go": byArrow(t, data), "parquet-go": byParquetGo(t, data)} {
			for i, c := range columns {
				if got, want := fmt.Sprintf("%q", cells[i]), fmt.Sprintf("%q", wanted(c.Array)); got != want {
					rt.Fatalf("%s, %s of type %s:\n got %s\nwant %s", name, c.Name, c.Array.DataType(), got, want)
				}
			}
		}
	})
}

func TestBytesDoNotTellHowADictionaryWasFilled(t *testing.T) {
	a := table.DictionaryArray([]uint32{0, 1, 0, 2}, table.Texts([]string{"x", "y", "z"}), nil, 0)
	b := table.DictionaryArray([]uint32{3, 0, 3, 1}, table.Texts([]string{"y", "z", "unused", "x"}), nil, 0)
	if !bytes.Equal(write(t, []Column{{Name: "c", Array: a}}), write(t, []Column{{Name: "c", Array: b}})) {
		t.Error("the same values give other bytes")
	}
}

func TestLongTextsFillSeveralPages(t *testing.T) {
	long := strings.Repeat("long ", 1<<20)
	var texts []string
	for i := range 40 {
		texts = append(texts, fmt.Sprint(i, long))
	}
	data := write(t, []Column{{Name: "c", Array: table.Texts(texts)}})
	if got := byParquetGo(t, data)[0]; fmt.Sprint(got) != fmt.Sprint(texts) {
		t.Error("the texts are not those that were written")
	}
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	chunk := f.Metadata().RowGroups[0].Columns[0].MetaData
	if pages := chunk.EncodingStats[0].Count; pages < 2 {
		t.Errorf("%d pages", pages)
	}
	if chunk.Statistics.MinValue != nil {
		t.Error("a text of megabytes stands in the footer")
	}
}

// arrow-go and DuckDB look at the checksum of the frame, parquet-go at that of the page.
func TestEveryFlippedBitOfAPageIsNoticed(t *testing.T) {
	var texts, random, digits []string
	var sums []byte
	source := rand.New(rand.NewPCG(1, 2))
	for i := range 300 {
		texts = append(texts, fmt.Sprint("text ", i))
	}
	for range 10_000 {
		random = append(random, fmt.Sprintf("%c%c%c%c%c%c%c%c", source.Uint32()%0xd000, source.Uint32()%0xd000, source.Uint32()%0xd000, source.Uint32()%0xd000,
			source.Uint32()%0xd000, source.Uint32()%0xd000, source.Uint32()%0xd000, source.Uint32()%0xd000))
		digits = append(digits, fmt.Sprintf("%016x", source.Uint64()))
		sums = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint64(sums, source.Uint64()), uint16(source.Uint32()))
	}
	t.Run("compressed", func(t *testing.T) { flipBits(t, table.Texts(texts), 7) })
	t.Run("stored", func(t *testing.T) { flipBits(t, table.Texts(random), 1777) })
	t.Run("packed", func(t *testing.T) { flipBits(t, table.Texts(digits), 977) })
	t.Run("sums", func(t *testing.T) { flipBits(t, SumArray(sums, nil, 0), 977) })
}

func flipBits(t *testing.T, values arrow.Array, step int64) {
	t.Helper()
	data := write(t, []Column{{Name: "c", Array: values}})
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	chunk := f.Metadata().RowGroups[0].Columns[0].MetaData
	from, to := chunk.DataPageOffset+40, chunk.DataPageOffset+chunk.TotalCompressedSize
	for at := from; at < to; at += step {
		damaged := bytes.Clone(data)
		damaged[at] ^= 1 << (at % 8)
		if tryRead(damaged) {
			t.Fatalf("byte %d of %d: parquet-go reads on over the flipped bit", at, len(data))
		}
		if read, err := readArrow(damaged); err == nil {
			read.Release()
			t.Fatalf("byte %d of %d: arrow-go reads on over the flipped bit", at, len(data))
		}
	}
}

// tryRead reads all values with parquet-go, and tells whether that went without an error.
func tryRead(data []byte) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return false
	}
	pages := f.RowGroups()[0].ColumnChunks()[0].Pages()
	defer pages.Close()
	for {
		page, err := pages.ReadPage()
		if err != nil {
			return err == io.EOF
		}
		values := make([]parquet.Value, page.NumValues())
		if _, err := page.Values().ReadValues(values); err != nil && err != io.EOF {
			return false
		}
	}
}

func TestSmallestAndLargestStandInTheFooter(t *testing.T) {
	columns := []Column{
		{Name: "text", Array: table.Texts([]string{"bb", "b", "ccccccccc1", "ccccccccc2", "a\x00"})},
		{Name: "day", Array: table.DateArray([]int32{5, -3, 70000, 0, 1}, nil, 0)},
		{Name: "hidden", Array: table.Texts([]string{"p", "q", "r", "s", "t"}), Unranged: true},
	}
	data := write(t, columns, Note{"k", "v"})
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	group := f.Metadata().RowGroups[0]
	if s := group.Columns[0].MetaData.Statistics; string(s.MinValue) != "a\x00" || string(s.MaxValue) != "ccccccccc2" {
		t.Errorf("text: from %q to %q", s.MinValue, s.MaxValue)
	}
	if s := group.Columns[1].MetaData.Statistics; !bytes.Equal(s.MinValue, []byte{0xfd, 0xff, 0xff, 0xff}) || !bytes.Equal(s.MaxValue, []byte{0x70, 0x11, 1, 0}) {
		t.Errorf("day: from %v to %v", s.MinValue, s.MaxValue)
	}
	if s := group.Columns[2].MetaData.Statistics; s.MinValue != nil || s.MaxValue != nil {
		t.Error("a column without a range has one")
	}
	if got, ok := f.Lookup("k"); !ok || got != "v" || f.Metadata().CreatedBy != "frontdoor test" {
		t.Errorf("note %q, made by %q", got, f.Metadata().CreatedBy)
	}
}

func TestPseudonymsArePackedAndReadByBothLibraries(t *testing.T) {
	source := rand.New(rand.NewPCG(3, 4))
	texts := make([]string, 50_000)
	for i := range texts {
		text := make([]byte, 16)
		for j := range text {
			text[j] = "abcdefghijklmnopqrstuvwxyz234567"[source.Uint32()%32]
		}
		texts[i] = string(text)
	}
	data := write(t, []Column{{Name: "c", Array: table.Texts(texts)}})
	if len(data) > 10*len(texts)+4096 {
		t.Errorf("%d bytes: more than 5 bits for a character", len(data))
	}
	for name, cells := range map[string][][]string{"arrow-go": byArrow(t, data), "parquet-go": byParquetGo(t, data)} {
		if !slices.Equal(cells[0], texts) {
			t.Errorf("%s reads something else", name)
		}
	}
}

func TestUnknownArrayIsRefused(t *testing.T) {
	a := array.NewFloat64Data(array.NewData(arrow.PrimitiveTypes.Float64, 0, []*memory.Buffer{nil, nil}, nil, 0, 0))
	if _, err := Create(io.Discard, []Column{{Name: "c", Array: a}}, "", nil); err == nil {
		t.Error("a column of floating-point numbers was taken")
	}
	encoder, err := NewEncoder()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := encoder.Encode(Column{Name: "c", Array: a}, 0, 0); err == nil {
		t.Error("a column of floating-point numbers was encoded")
	}
}

func BenchmarkEncode(b *testing.B) {
	const rows = 1 << 20
	codes, days, names := make([]uint32, rows), make([]int32, rows), make([]string, rows)
	for i := range codes {
		codes[i], days[i], names[i] = uint32(i*7919%17), int32(17000+i*31%900), fmt.Sprintf("%016x", uint64(i)*0x9e3779b97f4a7c15)
	}
	for name, a := range map[string]arrow.Array{
		"code": table.DictionaryArray(codes, table.Texts(strings.Fields("a b c d e f g h i j k l m n o p q")), nil, 0),
		"day":  table.DateArray(days, nil, 0), "text": table.Texts(names),
	} {
		b.Run(name, func(b *testing.B) {
			encoder, err := NewEncoder()
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.SetBytes(rows)
			for b.Loop() {
				for from := 0; from < rows; from += RowGroupRows {
					if _, err := encoder.Encode(Column{Name: "c", Array: a}, from, from+RowGroupRows); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
