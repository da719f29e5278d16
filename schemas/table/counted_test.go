package table

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNumbersAtTheEndOfTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.StringMatching(`([ -/:-~\x80-\xff]|[0-9][A-Z]|é)?[A-Z/\x00-]{0,3}`).Draw(t, "prefix")
		digits := rapid.StringMatching(`[0-9]{0,8}`).Draw(t, "digits")
		text := prefix + digits
		if text == "" || len(text) > shortText {
			return
		}
		word, short := shortWord(append([]byte(text), "12345678"...), uint32(len(text)))
		number, shape, ok := numberOf(word, uint32(len(text)))
		begin := strings.TrimRight(text, "0123456789")
		want := len(begin) < len(text) && len(begin) <= countedPrefix
		if short != !strings.HasSuffix(text, "\x00") {
			t.Fatalf("%q: short: %v", text, short)
		}
		if !short {
			return
		}
		if ok != want {
			t.Fatalf("%q: ends in a number: %v, want %v", text, ok, want)
		}
		if !ok {
			return
		}
		if got := fmt.Sprintf("%s%0*d", begin, len(text)-len(begin), number); got != text {
			t.Errorf("%q: number %d", text, number)
		}
		if got := string([]byte{byte(shape), byte(shape >> 8), byte(shape >> 16)}[:len(begin)]); got != begin || int(shape>>24&15) != len(text) || int(shape>>28) != len(begin) {
			t.Errorf("%q: shape %x", text, shape)
		}
	})
}

// TestCountedTextsHaveTheirCodes gives a dictionary identifiers that count up in several systems, in any order, beside
// others.
func TestCountedTextsHaveTheirCodes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, want := NewDictionary(), map[string]uint32{}
		if rapid.Bool().Draw(t, "expected") {
			d.Expect(3000)
		}
		at := rapid.IntRange(0, 9000).Draw(t, "first")
		step := rapid.SampledFrom([]int{1, 1, 2, 7, -1, -3, 100}).Draw(t, "step")
		systems := rapid.SliceOfNDistinct(rapid.StringMatching(`[A-Z]{0,3}`), 1, 4, rapid.ID[string]).Draw(t, "systems")
		width := rapid.IntRange(1, 8).Draw(t, "width")
		for i := range 3000 {
			text := fmt.Sprintf("%s%0*d", systems[i%len(systems)], width, max(at, 0))
			if i%50 == 0 {
				at = 9000 - at
			}
			at += step
			if _, known := want[text]; !known {
				want[text] = uint32(len(want))
			}
			if got := d.Code([]byte(text)); got != want[text] {
				t.Fatalf("%q has code %d, want %d", text, got, want[text])
			}
		}
		for text, code := range want {
			if got, _ := d.Lookup([]byte(text)); got != code || string(d.Value(code)) != text {
				t.Fatalf("%q has code %d, want %d", text, got, code)
			}
			for _, other := range []string{text + "0", "Z" + text, text[1:]} {
				wanted, known := want[other]
				if got, found := d.Lookup([]byte(other)); found != known || found && got != wanted {
					t.Fatalf("%q is found: %v, %d", other, found, got)
				}
			}
		}
	})
}

func TestNULBytesAreNoZeros(t *testing.T) {
	d := NewDictionary()
	d.Expect(countedFrom + 1)
	for code, text := range []string{"05", "\x005", "A0005", "A\x0005", "A\x00\x005", "\x00\x00\x005"} {
		if got := d.Code([]byte(text)); int(got) != code {
			t.Errorf("%q has code %d, want %d", text, got, code)
		}
	}
}

// TestNumbersAreCopiedNowAndThen counts up and down in the widest steps that are within reach.
func TestNumbersAreCopiedNowAndThen(t *testing.T) {
	for _, step := range []int{1, countedRoom, -1, -countedRoom} {
		d, copies, room := NewDictionary(), 0, 0
		for i := range 100_000 {
			d.CodeOf(fmt.Sprintf("K%06d", 500_000+step*i))
			if d.counted != nil && cap(d.counted.codes) != room {
				copies, room = copies+1, cap(d.counted.codes)
			}
		}
		if copies > 100 {
			t.Errorf("steps of %d: copied %d times", step, copies)
		}
	}
}
