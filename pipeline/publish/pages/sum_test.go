package pages

import (
	"bytes"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"
)

// sumArray makes a column of sums; one of nil is null.
func sumArray(sums [][]byte) *array.FixedSizeBinary {
	b := array.NewFixedSizeBinaryBuilder(memory.DefaultAllocator, SumType)
	defer b.Release()
	for _, sum := range sums {
		if sum == nil {
			b.AppendNull()
		} else {
			b.Append(sum)
		}
	}
	return b.NewFixedSizeBinaryArray()
}

func TestSumsReadAsBase32(t *testing.T) {
	base32 := base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567")
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		distinct := rapid.IntRange(1, 40_000).Draw(rt, "distinct")
		rows := rapid.IntRange(1, 40_000).Draw(rt, "rows")
		again := rapid.IntRange(1, 4).Draw(rt, "neighbours that are equal")
		nulls := rapid.SampledFrom([]int{0, 3, 1000}).Draw(rt, "rows of which one is null")
		sums := make([][]byte, distinct)
		for i := range sums {
			sums[i] = binary.BigEndian.AppendUint64([]byte{byte(i), byte(i >> 8)}, (seed+uint64(i))*0x9e3779b97f4a7c15)
		}
		codes := array.NewUint32Builder(memory.DefaultAllocator)
		var plain [][]byte
		var want []string
		for i := range rows {
			code := (uint64(i/again)*7919 + seed%1000) % uint64(distinct)
			if nulls > 0 && i%nulls == 0 {
				codes.AppendNull()
				plain, want = append(plain, nil), append(want, array.NullValueStr)
				continue
			}
			codes.Append(uint32(code))
			plain, want = append(plain, sums[code]), append(want, base32.EncodeToString(sums[code]))
		}
		data := write(t, []Column{
			{Name: "coded", Array: array.NewDictionaryArray(SumDictionaryType, codes.NewUint32Array(), sumArray(sums)), Unranged: true},
			{Name: "plain", Array: array.NewSlice(sumArray(append([][]byte{nil}, plain...)), 1, int64(rows)+1), Unranged: true},
			{Name: "hashed", Array: sumArray(plain), Hashed: true},
		})
		for name, cells := range map[string][][]string{"arrow-go": byArrow(t, data), "parquet-go": byParquetGo(t, data)} {
			for i := range cells {
				if !slices.Equal(cells[i], want) {
					rt.Fatalf("%s reads something else in column %d", name, i)
				}
			}
		}
		// 16 bytes for a sum where so few are not packed, else 10; the rest is for the levels, the lengths and the footer
		if limit := 3 * (12*rows + small/4 + 1024); len(data) > limit {
			rt.Error(fmt.Sprint(len(data), " bytes, want at most ", limit))
		}
	})
}

func TestSumsHaveARangeUnlessUnranged(t *testing.T) {
	for _, rows := range []int{10, 5000} {
		sums := make([]byte, rows*SumBytes)
		var texts []string
		for i := range rows {
			sum := sums[i*SumBytes:][:SumBytes]
			binary.BigEndian.PutUint32(sum, uint32(i*7919%rows))
			texts = append(texts, base32.NewEncoding(sumAlphabet).EncodeToString(sum))
		}
		data := write(t, []Column{{Name: "ranged", Array: SumArray(sums, nil, 0)}, {Name: "unranged", Array: SumArray(sums, nil, 0), Unranged: true}})
		f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		columns := f.Metadata().RowGroups[0].Columns
		if least := columns[0].MetaData.Statistics.MinValue; string(least) != slices.Min(texts) {
			t.Errorf("%d rows begin with %q", rows, least)
		}
		if least := columns[1].MetaData.Statistics.MinValue; least != nil {
			t.Errorf("%d rows without a range begin with %q", rows, least)
		}
	}
}
