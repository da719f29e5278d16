package conform

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

func TestParseDate(t *testing.T) {
	for text, want := range map[string]string{
		"2019-05-02": "2019-05-02 fixed 2006-01-02", "02/05/2019": "2019-05-02 either 02/01/2006", "2/5/2019": "2019-05-02 either 2/1/2006",
		"2/05/2019": "2019-05-02 either 2/01/2006", "02/5/2019": "2019-05-02 either 02/1/2006", "12/11/2019": "2019-11-12 either 02/01/2006",
		"13/05/2019": "2019-05-13 dayFirst 02/01/2006", "05/13/2019": "2019-05-13 monthFirst 02/01/2006", "02-05-2019": "2019-05-02 either 02-01-2006",
		"29/02/2020": "2020-02-29 dayFirst 02/01/2006", "1800-01-01": "1800-01-01 fixed 2006-01-02", "2199-12-31": "2199-12-31 fixed 2006-01-02",
		"29/02/2019": "", "31/04/2019": "", "2019-00-10": "", "2019-13-10": "", "2019-02-30": "", "0/5/2019": "", "13/13/2019": "", "1799-12-31": "", "2200-01-01": "",
		"2-5-2019": "", "02/05-2019": "", "02/05/19": "2019-05-02 either 02/01/2006", "02/05/29": "2029-05-02 either 02/01/2006", "02/05/30": "1930-05-02 either 02/01/2006", "02-05-19": "", "02/05/199": "", "2/5/201": "", "2019-5-2": "", "2019/05/02": "", "": "", "/": "", "1": "", "1/": "", "1/1": "", "1/1/": "",
		"002/05/2019": "", "02//2019": "", "43587": "", "٢/٥/2019": "", "2019-05-0x": "", "x2/05/2019": "",
	} {
		orders := map[dateOrder]string{fixed: "fixed", either: "either", dayFirst: "dayFirst", monthFirst: "monthFirst"}
		got := ""
		if d, ok := parseDate([]byte(text)); ok {
			got = table.DateText(d.day) + " " + orders[d.order] + " " + d.form.layout()
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestParseDateAgainstPackageTime holds the parser against package time on dates and near-dates.
func TestParseDateAgainstPackageTime(t *testing.T) {
	oracle := func(text string) (day schemas.Day, ok bool) {
		for _, layout := range []string{"2006-01-02", "02-01-2006", "2/1/2006", "01-02-2006", "1/2/2006"} {
			if at, err := time.Parse(layout, text); err == nil && at.Year() >= firstYear && at.Year() <= lastYear {
				return schemas.DayOf(at.Year(), at.Month(), at.Day()), true
			}
		}
		return 0, false
	}
	text := rapid.OneOf(
		rapid.StringMatching(`[0-3][0-9]/[01][0-9]/(19|20|1|2)[0-9][0-9]`), rapid.StringMatching(`[0-9]{1,2}/[0-9]{1,2}/[0-9]{3,5}`),
		rapid.StringMatching(`[0-3]?[0-9]-[01]?[0-9]-20[0-9][0-9]`), rapid.StringMatching(`(1[789]|2[012])[0-9][0-9]-[01][0-9]-[0-3][0-9]`),
		rapid.StringMatching(`[-0-9/ ]{0,11}`), rapid.StringMatching(`[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}`),
	)
	rapid.Check(t, func(t *rapid.T) {
		s := text.Draw(t, "text")
		want, wantOK := oracle(s)
		d, ok := parseDate([]byte(s))
		ok = ok && d.length == len(s)
		if ok != wantOK || ok && d.day != want {
			t.Fatalf("%q: got %s %v, want %s %v", s, table.DateText(d.day), ok, table.DateText(want), wantOK)
		}
	})
}

// TestTheUsualWaysAreReadAsAllOthers holds the short ways of reading a date and a time against the long ones.
func TestTheUsualWaysAreReadAsAllOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		date := rapid.OneOf(rapid.StringMatching(`[12][789012][0-9]{2}-[01][0-9]-[0-3][0-9]`), rapid.StringMatching("[-/0-9:;\x00\x7f]{10}")).Draw(t, "date")
		text := []byte(date)
		if rapid.Bool().Draw(t, "spoilt") {
			text[rapid.IntRange(0, 9).Draw(t, "place")] = rapid.Byte().Draw(t, "byte")
		}
		long, want := parseDate(text)
		want = want && long.form == formISO && long.length == len(text)
		if day, ok := parseISO([10]byte(text)); ok != want || ok && day != long.day {
			t.Fatalf("%q: got %d %v, want %d %v", text, day, ok, long.day, want)
		}
		clockText := rapid.OneOf(rapid.StringMatching(`[ T][0-2][0-9]:[0-6][0-9]`), rapid.StringMatching(`[ 0-9:]{6}`)).Draw(t, "time")
		clock, layout, ok := parseClock([]byte(clockText), nil)
		minutes := -1
		if ok && clock.exact && clock.seconds > 0 && string(layout) == " 15:04" {
			minutes = clock.seconds / 60
		}
		if got := minutesOf([6]byte([]byte(clockText))); got != minutes {
			t.Fatalf("%q: got %d, want %d", clockText, got, minutes)
		}
	})
}

func TestEveryDayReadsBack(t *testing.T) {
	for d, end := schemas.DayOf(firstYear, 1, 1), schemas.DayOf(lastYear, 12, 31); d <= end; d++ {
		text := schemas.Date(d).Format("2006-01-02")
		got, ok := parseDate([]byte(text))
		if !ok || got.day != d {
			t.Fatalf("%s: %v %v", text, got, ok)
		}
	}
}

func TestParseClock(t *testing.T) {
	for text, want := range map[string]string{
		"": "0||exact", " 09:30": "34200| 15:04|exact", "T09:30:15": "34215|T15:04:05|exact", " 09:30:00.000": "34200| 15:04:05.000|exact",
		"T09:30:00Z": "34200|T15:04:05Z|exact", "T09:30:00.0+01:00": "34200|T15:04:05.0+01:00|exact", " 09:30 +0100": "34200| 15:04 +0100|exact",
		" 23:59:59,123456789": "86399| 15:04:05,123456789|", " 9:30": "34200| 15:04|", " 00:00": "0| 00:00|exact", " 00:00:00.000": "0| 00:00:00.000|exact",
		"T0:00Z": "0|T0:00Z|exact", " 09:30-01": "34200| 15:04-01|exact",
		" ": "bad", "x": "bad", " 24:00": "bad", " 09:60": "bad", " 09:30:60": "bad", " 09:30:": "bad", " 09:3": "bad", " 0930": "bad", "09:30": "bad",
		"  09:30": "bad", " 09:30 ": "bad", " 09:30Zx": "bad", " 09:30+1": "bad", " 09:30+x1": "bad", " 09:30+01:x0": "bad", " 09:30:00.": "bad", " 09:30 PM": "bad",
		" 09:30:00.1234567890": "bad", " 0x:30": "bad", " 09:x0": "bad", " 09:30:x0": "bad", " 009:30": "bad",
	} {
		got := "bad"
		if c, layout, ok := parseClock([]byte(text), nil); ok {
			exact := ""
			if c.exact {
				exact = "exact"
			}
			got = strings.Join([]string{strconv.Itoa(c.seconds), string(layout), exact}, "|")
			if c.exact && c.seconds > 0 && table.ClockText(c.seconds, string(layout)) != text {
				t.Errorf("%q is written back as %q", text, table.ClockText(c.seconds, string(layout)))
			}
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestClocksReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(1, 86399).Draw(t, "seconds"), 0).UTC()
		layout := rapid.SampledFrom([]string{" 15:04:05", "T15:04:05", " 15:04:05.000", "T15:04:05.000000Z07:00", " 15:04:05-0700"}).Draw(t, "layout")
		c, notation, ok := parseClock([]byte(at.Format(layout)), nil)
		if !ok || int64(c.seconds) != at.Unix() || table.ClockText(c.seconds, string(notation)) != at.Format(layout) {
			t.Fatalf("%s: %+v %q %v", at.Format(layout), c, notation, ok)
		}
	})
}

func TestParseInteger(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0 plain", "7": "7 plain", "-7": "-7 plain", "+7": "7", "007": "7", "-0": "0", "00": "0",
		"9223372036854775807": "9223372036854775807 plain", "-9223372036854775808": "-9223372036854775808 plain",
		"9223372036854775808": "", "-9223372036854775809": "", "92233720368547758070": "", "-": "", "+": "", "6.0": "", "1,000": "", "1e3": "", "x": "", "--1": "",
	} {
		got := ""
		if n, plain, ok := parseInteger([]byte(text)); ok {
			if got = strconv.FormatInt(n, 10); plain {
				got += " plain"
			}
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestTrim(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "a": "a", " a ": "a", "\u00a0a\u00a0": "a", " \u200b\u00a0\ta b\r\n\u2060\ufeff": "a b", " ": "", "\u00a0\u200b": "",
		"é": "é", "à": "à", "\u00a0é": "é", "–": "–", "a\u00a0b": "a\u00a0b", "\x7f": "\x7f",
	} {
		from, to := trim([]byte(text))
		if text[from:to] != want {
			t.Errorf("%q: got %q, want %q", text, text[from:to], want)
		}
	}
}

func BenchmarkParseDate(b *testing.B) {
	for _, text := range []string{"2019-05-02", "02/05/2019"} {
		b.Run(text[2:3], func(b *testing.B) {
			value := []byte(text)
			for b.Loop() {
				if _, ok := parseDate(value); !ok {
					b.Fatal("not read")
				}
			}
		})
	}
}
