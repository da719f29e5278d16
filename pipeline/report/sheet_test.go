package report

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"

	"frontdoor/rules"
)

// A number that disclosure control hides is in no byte of the public page, and in the internal one.
func TestHiddenNumbersReachNoPublicPage(t *testing.T) {
	p := smallPage()
	for i, f := range p.Figures {
		n := int64(7654321)
		switch {
		case f.Measure == "conversion_unique" && f.Period.Kind == "month":
			p.Figures[i].Numerator, p.Figures[i].Publish = &n, "numerator hidden"
		case f.Measure == "repeat_30d":
			p.Figures[i].Denominator, p.Figures[i].Publish = &n, "denominator hidden"
		case f.Measure == "rereferral":
			p.Figures[i].Numerator, p.Figures[i].Publish = &n, "hidden"
		}
	}
	public := written(t, p)
	if strings.Contains(public, "7,654,321") || strings.Contains(public, "7654321") {
		t.Error("the public page tells a hidden number")
	}
	if strings.Contains(public, "near target") {
		t.Error("a colour tells of a hidden rate")
	}
	if strings.Contains(public, "North") {
		t.Error("the public page has a breakdown that is internal")
	}
	if strings.Contains(public, "OFFICIAL") {
		t.Error("the public page is marked as if it hid nothing")
	}
	var b bytes.Buffer
	if err := WriteInternal(&b, p.Internal()); err != nil {
		t.Fatal(err)
	}
	internal := b.String()
	if !strings.Contains(internal, "7,654,321") || !strings.Contains(internal, "near target") || !strings.Contains(internal, "North") {
		t.Error("the internal page hides something")
	}
	if strings.Index(internal, "OFFICIAL-SENSITIVE") > strings.Index(internal, "<h1") || !strings.Contains(internal, "OFFICIAL-SENSITIVE") {
		t.Error("the internal page is not marked first")
	}
}

func TestCountsAreRoundedOnlyInPublic(t *testing.T) {
	p := smallPage()
	p.Policy.RoundTo = 10
	public := written(t, p)
	if !strings.Contains(public, "4,290") || strings.Contains(public, "4,293") || !strings.Contains(public, "29.0\u00a0%") {
		t.Error("counts are not rounded to ten with rates from the unrounded")
	}
	var b bytes.Buffer
	if err := WriteInternal(&b, p.Internal()); err != nil || !strings.Contains(b.String(), "4,293") {
		t.Errorf("the internal page is rounded: %v", err)
	}
}

func TestWorkbookHoldsTheFiguresAndIsTheSameBytes(t *testing.T) {
	var first bytes.Buffer
	p := smallPage()
	p.Measures[0].Title = "=1+1"
	if err := WriteWorkbook(&first, t.TempDir(), p.Internal()); err != nil {
		t.Fatal(err)
	}
	for range 32 { // a library that walks over a map gives the same order twice now and then
		var again bytes.Buffer
		if err := WriteWorkbook(&again, t.TempDir(), p.Internal()); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), again.Bytes()) {
			t.Fatal("two writes differ")
		}
	}
	book, err := excelize.OpenReader(&first)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close() //nolint:errcheck // read from memory
	for _, name := range book.GetSheetList() {
		if head, err := book.GetCellValue(name, "A1"); err != nil || head != "OFFICIAL-SENSITIVE" {
			t.Errorf("sheet %s begins with %q, %v", name, head, err)
		}
	}
	rows, err := book.GetRows("Figures")
	if err != nil || len(rows) != len(p.Figures)+2 {
		t.Errorf("%d rows, %v; want one for each of %d figures", len(rows), err, len(p.Figures))
	}
	if formula, err := book.GetCellFormula("Measures", "B3"); err != nil || formula != "" {
		t.Errorf("a text became the formula %q, %v", formula, err)
	}
}

func TestALargeSheetLeavesNothingBehindAndNothingElsewhere(t *testing.T) {
	folder, elsewhere := t.TempDir(), t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, elsewhere)
	}
	p := smallPage()
	for range 600 { // 18 MB
		p.Outcomes = append(p.Outcomes, rules.Outcome{Rule: "FD-001", Reason: strings.Repeat("x", 30_000)})
	}
	namesIn := func(folder string) (names []string) {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Error(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	look := sync.OnceFunc(func() { // at the first byte every sheet stands somewhere
		if in, out := namesIn(folder), namesIn(elsewhere); len(in) != 1 || len(out) != 0 {
			t.Errorf("while it is written %q stand in the folder and %q outside", in, out)
		}
	})
	for _, fault := range []error{nil, errors.New("the disk is full")} {
		err := WriteWorkbook(writerFunc(func(b []byte) (int, error) { look(); return len(b), fault }), folder, p.Internal())
		if !errors.Is(err, fault) {
			t.Errorf("the workbook is written with %v, want %v", err, fault)
		}
		if in, out := namesIn(folder), namesIn(elsewhere); len(in) != 0 || len(out) != 0 {
			t.Errorf("%q stay in the folder and %q outside", in, out)
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func TestHeadlinePartsAddUp(t *testing.T) {
	s := smallPage().Public().sheet
	unique, _ := s.count("unique_contacts", "", "").Value()
	var sum int64
	taken := []string{"referral"}
	add := func(n Shown) {
		value, seen := n.Value()
		if !seen {
			t.Fatalf("%q is hidden", n)
		}
		sum += value
	}
	p := smallPage()
	for i, f := range p.Figures {
		if f.Measure == "became" {
			p.Figures[i].Publish = "shown"
		}
	}
	s = p.Public().sheet
	add(s.count("became", "became", "referral"))
	for _, part := range partsOf {
		add(s.together(part.categories))
		taken = append(taken, part.categories...)
	}
	add(s.together(s.othersThan(taken)))
	if sum != unique {
		t.Errorf("the parts add up to %d, and %d are unique", sum, unique)
	}
	want := "Synthetic data of Sampleshire. Between 1 April and 30 September 2019 the front door recorded 6,720 contacts, one for each child named. " +
		"2,036 were copies or later reports of an event already counted, 349 were about children who already had an open case and 42 named no child. " +
		"That leaves 4,293 unique contacts about 3,504 children. 1,245 of these (29\u00a0%) became a referral; 801 led to early help, 1,992 ended with advice or no further action, " +
		"65 went elsewhere, and 190 are too recent to judge or not recorded. As a share of all 6,720 contacts this is 19\u00a0%."
	if got := s.headline(); !strings.HasPrefix(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What every reader can subtract is told; what two hidden parts leave open is not.
func TestHiddenPartsOfTheHeadline(t *testing.T) {
	p := smallPage() // another authority is 61 and shown, other is 4 and hidden
	public := p.Public()
	if got := public.headline(); !strings.Contains(got, "65 went elsewhere, and 190 are") {
		t.Errorf("got %s", got)
	}
	for i, f := range p.Figures {
		if f.Category == "advice" {
			p.Figures[i].Publish = "numerator hidden"
		}
	}
	public = p.Public()
	if got := public.headline(); !strings.Contains(got, "801 led to early help, a number not shown ended with advice or no further action, a number not shown went elsewhere, and 190 are") {
		t.Errorf("got %s", got)
	}
}

func TestNeighboursAreTheNearestSettingsOfTheGrid(t *testing.T) {
	grid := []int{0, 1, 2, 5, 10}
	for _, c := range []struct {
		value, chosen int
		want          bool
	}{{2, 5, true}, {10, 5, true}, {5, 5, true}, {1, 5, false}, {2, 3, true}, {5, 3, true}, {10, 3, false}, {10, 20, true}} {
		if got := beside(c.value, c.chosen, grid); got != c.want {
			t.Errorf("%d beside %d: got %t", c.value, c.chosen, got)
		}
	}
}

// A series is not joined across a break, nor over what is hidden.
func TestLinesBreak(t *testing.T) {
	var series []figure
	for i, n := range []int64{10, 20, 30, 40} {
		month := []string{"2019-04", "2019-05", "2019-06", "2019-07"}[i]
		f := figure{Period: Period{Kind: "month", Label: month, From: month + "-01"}, Value: counted(n, 1)}
		if i == 3 {
			f.Value = keep("c")
		}
		series = append(series, f)
	}
	l := newLine(Measure{Title: "M", Breaks: []Break{{On: "2019-06-01"}}}, series)
	if len(l.Strokes) != 1 || len(l.Gaps) != 1 || len(l.Dots) != 3 {
		t.Errorf("got %+v", l)
	}
}
