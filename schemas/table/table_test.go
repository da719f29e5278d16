package table

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"pgregory.net/rapid"

	"frontdoor/schemas"
)

func TestCellStates(t *testing.T) {
	c := &Column{
		Array:  IntegerArray([]int64{7, 0, 0, 0, 0, 9}, []byte{0b100001}, 4),
		Kept:   []Kept{{Row: 0, Text: " 7"}, {Row: 1, Text: "x", Unreadable: true}, {Row: 2, Text: " "}},
		Absent: []Span{{3, 5}},
	}
	states := []State{Present, Unreadable, Blank, Absent, Absent, Present}
	texts := []string{" 7", "x", " ", "", "", "9"}
	for row, want := range states {
		if got := c.State(row); got != want {
			t.Errorf("row %d: state %d, want %d", row, got, want)
		}
		if text, delivered := c.Delivery(row); text != texts[row] || delivered != (want != Absent) {
			t.Errorf("row %d: delivery %q, %v", row, text, delivered)
		}
	}
	none := &Column{}
	if text, delivered := none.Delivery(0); none.State(0) != Absent || text != "" || delivered || none.Delivered() {
		t.Error("a column that was not delivered has cells")
	}
}

func TestDatesAreDeliveredAsWritten(t *testing.T) {
	day := schemas.DayOf(2019, 5, 2)
	days, valid := []int32{day, day, 0}, []byte{0b011}
	times := TimeArray([]int32{34215, 0, 0}, []byte{0b001}, 2)
	for name, c := range map[string]struct {
		column Column
		want   [3]string
	}{
		"no layout":          {Column{Time: times}, [3]string{"2019-05-02 09:30:15", "2019-05-02", ""}},
		"layout alone":       {Column{Time: times, Layout: "02/01/2006"}, [3]string{"02/05/2019 09:30:15", "02/05/2019", ""}},
		"clock and midnight": {Column{Time: times, Layout: "2/1/2006", Clock: "T15:04:05.000Z", Midnight: " 00:00"}, [3]string{"2/5/2019T09:30:15.000Z", "2/5/2019 00:00", ""}},
		"clock of minutes":   {Column{Time: times, Layout: "2006-01-02", Clock: " 15:04 +0100"}, [3]string{"2019-05-02 09:30 +0100", "2019-05-02", ""}},
		"date with midnight": {Column{Layout: "2006-01-02", Midnight: " 00:00:00"}, [3]string{"2019-05-02 00:00:00", "2019-05-02 00:00:00", ""}},
	} {
		c.column.Array = DateArray(days, valid, 1)
		for row, want := range c.want {
			if got, _ := c.column.Delivery(row); got != want {
				t.Errorf("%s, row %d: %q, want %q", name, row, got, want)
			}
		}
	}
}

func TestDictionaryKeepsTheOrderOfFirstSight(t *testing.T) {
	d := NewDictionary()
	var words [][]byte
	for i := range 1000 {
		words = append(words, []byte{byte('a' + i%26), byte('a' + i/26%26), byte(i / 676)})
	}
	for range 2 {
		for i, w := range words {
			if got := d.Code(w); got != uint32(i) || string(d.Value(got)) != string(w) {
				t.Fatalf("word %d has code %d", i, got)
			}
		}
	}
	before := d.Array()
	d.Code([]byte("more"))
	if before.Len() != 1000 || d.Array().Len() != 1001 || before.Value(7) != string(words[7]) {
		t.Error("an array changes with its dictionary")
	}
	if code, found := d.Lookup([]byte("more")); !found || code != 1000 {
		t.Error("a known text is not found")
	}
	if _, found := d.Lookup([]byte("never")); found {
		t.Error("an unknown text is found")
	}
}

// The room of a dictionary may be larger than what it may hold: 2 GiB of memory that nobody touches.
func TestADictionaryRefusesMoreThanOneArrayHolds(t *testing.T) {
	if testing.Short() {
		t.Skip("needs 2 GiB of addresses")
	}
	d := NewDictionary()
	d.data = make([]byte, math.MaxInt32-2, math.MaxInt32+8)
	if d.CodeOf("ab") != 0 {
		t.Error("what fits is refused")
	}
	defer func() {
		if fault := recover(); fault == nil || !strings.Contains(fmt.Sprint(fault), "2 GiB") {
			t.Errorf("panics with %v", fault)
		}
	}()
	d.CodeOf("c")
}

// TestTextsAreFoundTogetherAsOneByOne holds Find against Code and Lookup, and all of them against a map.
func TestTextsAreFoundTogetherAsOneByOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, want := NewDictionary(), map[string]uint32{}
		text := rapid.OneOf(rapid.StringMatching(`[KR]?[0-9]{0,4}`), rapid.StringMatching(`[ab\x00]{0,12}`), rapid.StringMatching(`ID-[0-9]{5}-[0-9]{2,9}`), rapid.StringMatching(`[A-D]{0,4}[01][0-9]{3,4}`))
		for range rapid.IntRange(1, 4).Draw(t, "rounds") {
			for _, s := range rapid.SliceOfN(text, 0, 2000).Draw(t, "known") {
				if _, known := want[s]; !known {
					want[s] = uint32(len(want))
				}
				if got := d.Code([]byte(s)); got != want[s] {
					t.Fatalf("%q has code %d, want %d", s, got, want[s])
				}
			}
			d.Expect(rapid.IntRange(0, 5000).Draw(t, "expected"))
			sought := rapid.SliceOfN(text, 0, 3*Together).Draw(t, "sought")
			var data []byte
			begins, ends, codes := make([]uint32, len(sought)), make([]uint32, len(sought)), make([]uint32, len(sought))
			for i, s := range sought {
				begins[i] = uint32(len(data))
				data = append(data, s...)
				ends[i] = uint32(len(data))
			}
			d.Find(data, begins, ends, codes)
			for i, s := range sought {
				code, known := want[s]
				if got, found := d.Lookup([]byte(s)); found != known || known && got != code {
					t.Fatalf("%q: looked up %d %v, want %d %v", s, got, found, code, known)
				}
				switch {
				case s == "":
					code = 0
				case !known:
					code = NoCode
				}
				if codes[i] != code {
					t.Fatalf("%q: found %d, want %d", s, codes[i], code)
				}
			}
		}
	})
}

func TestReleaseGivesAWindowBack(t *testing.T) {
	freed := 0
	(&Text{Free: func() { freed++ }}).Release()
	(&Text{}).Release()
	if freed != 1 {
		t.Errorf("freed %d times", freed)
	}
}

func TestValidityTellsOfManyRowsWhatItTellsOfEach(t *testing.T) {
	const rows = 203
	valid := make([]byte, (rows+7)/8)
	for row := range rows {
		if row*row%7 < 3 {
			valid[row>>3] |= 1 << (row & 7)
		}
	}
	whole := IntegerArray(make([]int64, rows), valid, 1)
	for from := range int64(20) {
		part := ValidityOf(array.NewSlice(whole, from, rows))
		for row := range rows - int(from) {
			for bit := range min(64, rows-int(from)-row) {
				if part.Word(row)>>bit&1 == 1 != part.Of(row+bit) {
					t.Fatalf("row %d behind %d, bit %d", row, from, bit)
				}
			}
		}
	}
}
