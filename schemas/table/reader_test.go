package table

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A reader says of every row, in any order, what the column says.
func TestReaderReadsWhatTheColumnHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const rows = 20
		valid := []byte{0b10110111, 0b11011101, 0b1011}
		nulls := rapid.SampledFrom([]int{0, 5}).Draw(t, "nulls")
		c := &Column{Elements: rapid.Bool().Draw(t, "elements")}
		text := rapid.SampledFrom([]string{"", "a", "ab", "K0000001", "K0000002", "K00000021"})
		switch rapid.IntRange(0, 3).Draw(t, "type") {
		case 0:
			var texts []string
			for range rows {
				texts = append(texts, text.Draw(t, "text"))
			}
			all := Texts(texts)
			c.Array = StringArray(all.ValueOffsets(), all.ValueBytes(), valid, nulls)
		case 1:
			codes := rapid.SliceOfN(rapid.Uint32Range(0, 4), rows, rows).Draw(t, "codes")
			c.Array = DictionaryArray(codes, Texts([]string{"", "x", "K0000001", "K0000002", "K00000021"}), valid, nulls)
		case 2:
			c.Array = IntegerArray(rapid.SliceOfN(rapid.Int64Range(-3, 3), rows, rows).Draw(t, "numbers"), valid, nulls)
		case 3:
			c.Array = DateArray(rapid.SliceOfN(rapid.Int32Range(17000, 17002), rows, rows).Draw(t, "days"), valid, nulls)
			c.Layout = rapid.SampledFrom([]string{"", "02/01/2006"}).Draw(t, "layout")
			c.Clock = rapid.SampledFrom([]string{"", " 15:04:05Z"}).Draw(t, "clock")
			c.Midnight = rapid.SampledFrom([]string{"", " 00:00"}).Draw(t, "midnight")
			if rapid.Bool().Draw(t, "timed") {
				c.Time = TimeArray(rapid.SliceOfN(rapid.Int32Range(0, 86399), rows, rows).Draw(t, "times"), []byte{0b01011111, 0b11101111, 0b0011}, 5)
			}
		}
		if rapid.Bool().Draw(t, "kept") {
			c.Kept = []Kept{{Row: 3, Text: "x", Unreadable: true}, {Row: 11, Text: " y"}}
		}
		if rapid.Bool().Draw(t, "absent") {
			c.Absent = []Span{{4, 9}}
		}
		if rapid.Bool().Draw(t, "leads") {
			c.Leads = []Lead{{Span{2, 12}, "K"}}
		}
		r := NewReader(c)
		order := rapid.SliceOfN(rapid.Uint32Range(0, rows-1), 1, 40).Draw(t, "rows")
		heads := make([]uint64, len(order))
		r.Heads(order, heads)
		codes, present, texts := r.Coded()
		for i, at := range order {
			row := int(at)
			if r.Text(row) != c.Text(row) {
				t.Fatalf("row %d: text %q, want %q", row, r.Text(row), c.Text(row))
			}
			want, wantDelivered := c.Delivery(row)
			if got, delivered := r.Delivery(row); got != want || delivered != wantDelivered {
				t.Fatalf("row %d: delivery %q, %v, want %q, %v", row, got, delivered, want, wantDelivered)
			}
			if got, delivered := r.AppendDelivery([]byte("before "), row); string(got) != "before "+want || delivered != wantDelivered {
				t.Fatalf("row %d: appended %q, %v, want %q, %v", row, got, delivered, want, wantDelivered)
			}
			if before := c.Text(int(order[0])); heads[i] != heads[0] && (heads[i] < heads[0]) != (strings.Compare(c.Text(row), before) < 0) || heads[i] == heads[0] && cut(c.Text(row)) != cut(before) {
				t.Fatalf("heads of %q and %q", c.Text(row), before)
			}
			if codes != nil {
				coded := ""
				if present.Of(row) {
					coded = texts.Value(int(codes[row]))
				}
				if coded != want || !wantDelivered {
					t.Fatalf("row %d: code of %q, want %q, %v", row, coded, want, wantDelivered)
				}
			}
		}
	})
}

func cut(text string) string { return text[:min(len(text), 8)] }
