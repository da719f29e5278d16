package report

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// seen is a breakdown as a reader has it: the printed cells of a chain of counts, the first being all and each
// further one part of the one before, with the totals, which are never hidden.
type seen struct {
	cells  [][]string // by count and category
	totals []int64
}

// possible tries every set of numbers that fits what is printed and returns, for each cell, the numbers that it
// can have. It knows nothing of how the page was made but the words of its rule.
func (s seen) possible() [][]map[int64]bool {
	found := make([][]map[int64]bool, len(s.cells))
	assigned := make([][]int64, len(s.cells))
	categories := len(s.cells[0])
	for c := range found {
		found[c] = make([]map[int64]bool, categories)
		assigned[c] = make([]int64, categories)
		for i := range found[c] {
			found[c][i] = map[int64]bool{}
		}
	}
	left := make([]int64, len(s.totals))
	copy(left, s.totals)
	var try func(category, count int) bool
	try = func(category, count int) (fits bool) {
		if category == categories {
			for _, rest := range left {
				if rest != 0 {
					return false
				}
			}
			for c := range assigned {
				for i, n := range assigned[c] {
					found[c][i][n] = true
				}
			}
			return true
		}
		if count == len(s.cells) {
			return try(category+1, 0)
		}
		low, high := allowed(s.cells[count][category], left[count])
		high = min(high, left[count])
		if count > 0 {
			high = min(high, assigned[count-1][category])
		}
		for n := low; n <= high; n++ {
			assigned[count][category] = n
			left[count] -= n
			fits = try(category, count+1) || fits
			left[count] += n
		}
		return fits
	}
	if !try(0, 0) {
		panic("nothing fits what is printed")
	}
	return found
}

// allowed says which numbers a printed cell can stand for.
func allowed(text string, most int64) (low, high int64) {
	switch text {
	case smallText:
		return 1, small
	case hiddenText:
		return small + 1, most
	case withheldText:
		return 0, most
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(text, ",", ""), 10, 64)
	if err != nil {
		panic(err)
	}
	return n, n
}

// print makes the cells into a page's breakdown: a count of all, and rates of parts in it.
func print(cells [][]int64) seen {
	b := breakdown{categories: make([]string, len(cells[0]))}
	all := []block{whole(len(cells[0]))}
	frame := b.add(cells[0], nil, all, nil)
	columns := []*column{frame}
	for _, part := range cells[1:] {
		columns = append(columns, b.add(part, frame, all, nil))
	}
	b.suppress()
	var s seen
	for c, column := range columns {
		var printed []string
		var total int64
		for i, n := range cells[c] {
			printed = append(printed, column.shown(i).String())
			total += n
		}
		s.cells, s.totals = append(s.cells, printed), append(s.totals, total)
	}
	return s
}

// Whatever the numbers: no small count is printed, no small difference can be taken, and no hidden count can be
// worked out from everything that is printed.
func TestHiddenCountsCannotBeWorkedOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		categories := rapid.IntRange(2, 4).Draw(t, "categories")
		counts := rapid.IntRange(1, 3).Draw(t, "counts")
		most := int64(12)
		if categories*counts > 8 {
			most = 8
		}
		cells := make([][]int64, counts)
		for c := range cells {
			for i := range categories {
				high := most
				if c > 0 {
					high = cells[c-1][i]
				}
				cells[c] = append(cells[c], rapid.Int64Range(0, high).Draw(t, fmt.Sprintf("count %d of category %d", c, i)))
			}
		}
		s := print(cells)
		possible := s.possible()
		for c := range cells {
			for i, n := range cells[c] {
				text := s.cells[c][i]
				if !possible[c][i][n] {
					t.Fatalf("count %d of category %d: %q excludes the truth", c, i, text)
				}
				if text == strconv.FormatInt(n, 10) && isSmall(n) {
					t.Fatalf("count %d of category %d: %d is printed", c, i, n)
				}
				if text == withheldText {
					// Where one category holds the whole total, the total, which is exempt, tells it.
					if len(possible[c][i]) < 2 && isSmall(n) && n < s.totals[c] {
						t.Fatalf("count %d of category %d is withheld and can only be %d: %v", c, i, n, s)
					}
					continue
				}
				if text != strconv.FormatInt(n, 10) && len(possible[c][i]) <= span {
					t.Fatalf("count %d of category %d reads %q and can only be %v: %v", c, i, text, possible[c][i], s)
				}
				if c > 0 && text == strconv.FormatInt(n, 10) && s.cells[0][i] == strconv.FormatInt(cells[0][i], 10) && n > 0 && isSmall(cells[0][i]-n) {
					t.Fatalf("category %d: %s of %s tells of a small rest", i, text, s.cells[0][i])
				}
			}
		}
	})
}

func TestSmallCountsAreHidden(t *testing.T) {
	for _, c := range []struct {
		about string
		cells [][]int64
		want  string
	}{
		{"nothing small", [][]int64{{6, 70, 800}}, "6 70 800"},
		{"nought is shown", [][]int64{{0, 70, 800}}, "0 70 800"},
		{"one small count takes the smallest other with it", [][]int64{{3, 70, 800}}, "1 to 5, hidden, 800"},
		{"nought is no cover", [][]int64{{3, 0, 800}}, "1 to 5, 0, hidden"},
		{"two small counts cover each other", [][]int64{{3, 4, 800}}, "1 to 5, 1 to 5, 800"},
		{"two counts of one would add up to two", [][]int64{{1, 1, 800}}, "1 to 5, 1 to 5, hidden"},
		{"two counts of five would add up to ten", [][]int64{{5, 5, 800}}, "1 to 5, 1 to 5, hidden"},
		{"a cover of six is none for one", [][]int64{{1, 6, 800}}, "1 to 5, hidden, hidden"},
		{"nothing is left to hide behind", [][]int64{{1, 1, 0}}, "not shown, not shown, not shown"},
		{"a small numerator", [][]int64{{90, 70, 80}, {3, 20, 30}}, "90 70 80 / 1 to 5, hidden, 30"},
		{"a small rest", [][]int64{{90, 70, 80}, {88, 20, 30}}, "90 70 80 / hidden, hidden, 30"},
		{"all of them leave no rest", [][]int64{{90, 70, 80}, {90, 20, 30}}, "90 70 80 / 90 20 30"},
		{"equal columns are hidden alike", [][]int64{{3, 70, 80}, {3, 70, 80}}, "1 to 5, hidden, 80 / 1 to 5, hidden, 80"},
		{"a small denominator without a numerator", [][]int64{{3, 70, 80}, {0, 20, 30}}, "1 to 5, hidden, 80 / 0 20 30"},
	} {
		var rows []string
		for _, cells := range print(c.cells).cells {
			separator := " "
			if strings.ContainsAny(strings.Join(cells, ""), "hn") || strings.Contains(strings.Join(cells, ""), smallText) {
				separator = ", "
			}
			rows = append(rows, strings.Join(cells, separator))
		}
		if got := strings.Join(rows, " / "); got != c.want {
			t.Errorf("%s: got %s, want %s", c.about, got, c.want)
		}
	}
}

// The referrals within one working day are a total of their own: it must not tell a hidden day.
func TestTotalWithinOneDayTellsNoHiddenDay(t *testing.T) {
	var figures []Figure
	for i, n := range []int64{3, 40, 50, 7, 60, 70} {
		figures = append(figures, counted("days_to_referral", "working_days", fmt.Sprint(i-1), n))
	}
	s := days.disclose(figures)
	got := fmt.Sprint(s.parts["days_to_referral"].numerators)
	if want := "[1 to 5 hidden 50 7 60 70]"; got != want {
		t.Errorf("got %s, want %s: the cover must be a day within one working day too", got, want)
	}
}

// The referrals among what became of contacts are a total elsewhere: they are shown, and cover nothing.
func TestTotalElsewhereCoversNothing(t *testing.T) {
	var figures []Figure
	for _, c := range []struct {
		name string
		n    int64
	}{{"referral", 20}, {"early help", 3}, {"advice", 30}} {
		figures = append(figures, rated("became", "became", c.name, c.n, 53))
	}
	s := became.disclose(figures)
	if got, want := fmt.Sprint(s.parts["became"].numerators), "[20 1 to 5 hidden]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := s.parts["became"].rates[1].String(), hiddenText; got != want {
		t.Errorf("rate: got %s, want %s", got, want)
	}
}

// A hidden number must reach neither the template nor a chart.
func TestHiddenNumberIsNotInWhatIsShown(t *testing.T) {
	for _, s := range []Shown{keep(smallText), keep(hiddenText), rate(keep(hiddenText), exempt(40)), rate(exempt(40), keep(smallText))} {
		if n, ok := s.Value(); ok || n != 0 {
			t.Errorf("%q holds %d", s, n)
		}
	}
	p := smallPage()
	for i, f := range p.Figures {
		if f.Breakdown == "month" && f.Category == "2019-05" {
			n := int64(4)
			p.Figures[i].Numerator = &n
			if f.Denominator != nil {
				p.Figures[i].Denominator = &n
			}
		}
	}
	v, err := newView(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range v.Trend.Columns {
		if c.Count == smallText && (c.HasUnique || c.ColumnH != 0 || c.HasInner) {
			t.Error("a hidden month has a column")
		}
	}
	if !v.Trend.Hidden {
		t.Error("the page does not say why a column is missing")
	}
}
