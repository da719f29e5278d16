package ingest

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// sideBySide reads a text in windows of a size with so many workers.
func sideBySide(t testing.TB, text string, window, workers int) (*collector, Report, error) {
	t.Helper()
	c := &collector{}
	report, err := ReadCSV(context.Background(), strings.NewReader(text), Options{Limits: Limits{Window: window, Field: 200}, Workers: workers}, c)
	return c, report, err
}

// TestWindowsSideBySideReadWhatOneReads cuts every text at every place, with quotes that stand alone, quoted line
// ends, blank lines and other headers on both sides of the cut.
func TestWindowsSideBySideReadWhatOneReads(t *testing.T) {
	for name, text := range map[string]string{
		"plain":           "a,b\n" + strings.Repeat("1,2\n", 20),
		"quoted feeds":    "a,b\n" + strings.Repeat("\"x\ny\nz\",\"1\n2\"\n", 8),
		"doubled quotes":  "a,b\n" + strings.Repeat("\"x\"\"y\",\"\"\"\"\n3,\n", 8),
		"stray quote":     "a,b\n1,2\n5\" pipe,3\n\"x\ny\",4\n" + strings.Repeat("6,7\n", 8),
		"open quote":      "a,b\n1,2\n\"never closed,3\n" + strings.Repeat("6,7\n\"8\n9\",0\n", 6),
		"behind a quote":  "a,b\n" + strings.Repeat("\"x\"y,1\n", 9),
		"blank lines":     "a,b\n1,2\n\n\n\n\n\n\n\n\n3,4\n,\n \n\n5,6\n\n\n",
		"ragged":          "a,b\n" + strings.Repeat("1\n1,2,3\n4,5\n", 8),
		"header again":    "a,b\n1,2\na,b\n3,4\n\na,b\n",
		"another header":  "a,b,c\n1,2,3\nc,a,b\n3,1,2\n\"3\n3\",1,2\na,b\n" + strings.Repeat("1,2\n", 9),
		"CRLF":            "a,b\r\n" + strings.Repeat("\"1\r\n2\",3\r\n4,5\r\n", 6),
		"letters":         "a,b\n" + strings.Repeat("é,\"ü\nö\"\n", 9),
		"NUL":             "a,b\n" + strings.Repeat("1,2\n", 20) + "3,\"4\"\"\x00\"\n" + strings.Repeat("1,2\n", 20),
		"no end":          "a,b\n" + strings.Repeat("1,2\n", 9) + "3,\"4",
		"long record":     "a,b\n1," + strings.Repeat("x", 190) + "\n3,4\n",
		"two open quotes": "a,b\n\"1,2\n" + strings.Repeat("3,4\n", 5) + "\"5,6\n" + strings.Repeat("7,8\n", 60),
	} {
		t.Run(name, func(t *testing.T) {
			want, report, err := sideBySide(t, text, 0, 1)
			if err != nil {
				t.Fatal(err)
			}
			for window := 5; window < len(text)+2; window++ {
				for _, workers := range []int{2, 5} {
					got, gotReport, err := sideBySide(t, text, window, workers)
					if err != nil || !reflect.DeepEqual(got, want) || gotReport != report {
						t.Fatalf("windows of %d, %d workers: %v\ngot  %+v %+v\nwant %+v %+v", window, workers, err, got, gotReport, want, report)
					}
				}
			}
		})
	}
}

func TestAnyTextReadsTheSameSideBySide(t *testing.T) {
	words := []string{"a", "b", "1", ",", ",", "\n", "\n", "\r\n", "\"", "\"", "\"\"", " ", "\n\n", "a,b\n", "b,a\n", "x,y\n", "\"p\nq\",", "Total"}
	rapid.Check(t, func(t *rapid.T) {
		text := "a,b\n" + strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 80).Draw(t, "words"), "")
		read := func(window, workers int) (*collector, Report, error) {
			c := &collector{}
			report, err := ReadCSV(context.Background(), strings.NewReader(text), Options{Limits: Limits{Window: window, Field: 30}, Workers: workers}, c)
			return c, report, err
		}
		want, report, err := read(0, 1)
		got, gotReport, gotErr := read(rapid.IntRange(1, 60).Draw(t, "window"), rapid.IntRange(2, 6).Draw(t, "workers"))
		if (err == nil) != (gotErr == nil) || err == nil && (!reflect.DeepEqual(got, want) || gotReport != report) {
			t.Fatalf("%q\ngot  %+v %+v %v\nwant %+v %+v %v", text, got, gotReport, gotErr, want, report, err)
		}
	})
}

func TestTheLineOfABadByteDoesNotDependOnTheWindows(t *testing.T) {
	lines := slices.Repeat([]string{"1,2\n"}, 60)
	lines[40], lines[50] = "3,\xff\n", "4,\xff\n"
	text := "a,b\n" + strings.Join(lines, "")
	for _, workers := range []int{1, 2, 7} {
		for window := 8; window < 80; window += 3 {
			_, _, err := sideBySide(t, text, window, workers)
			if err == nil || !strings.Contains(err.Error(), "line 42 ") {
				t.Fatalf("windows of %d, %d workers: %v", window, workers, err)
			}
		}
	}
}

func TestARecordEndsBehindAnEvenNumberOfQuotes(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "",
		"1,2":                   "",
		"1,2\n3":                "1,2\n",
		"1,2,3\n\"4\n5":         "1,2,3\n",
		"1\n\"3\n4\"\n5":        "1\n\"3\n4\"\n",
		"\"1\n2\n3\n4\n5\n6\n7": "\"1\n2\n3\n4\n5\n6\n", // no end in its second half: the quote is taken to stand alone
	} {
		if got := text[:likelyEnd([]byte(text))]; got != want {
			t.Errorf("%q ends behind %q, want %q", text, got, want)
		}
	}
}

// BenchmarkScanSideBySide scans by several workers; what they gain shows with as many processors.
func BenchmarkScanSideBySide(b *testing.B) {
	text := contactsText(200_000)
	for _, workers := range []int{1, 2, 4} {
		b.Run(fmt.Sprint(workers), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, err := ReadCSV(b.Context(), bytes.NewReader(text), Options{Workers: workers}, &releaser{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
