package report

import (
	"fmt"
	"strings"
)

// Charts are SVG without a view box: places along the page are percentages, so that a chart takes the width there
// is and its letters keep their size.

// barPitch is the height of one step of the waterfall in pixels: its label, its bar and the gap below.
const barPitch = 46

// bar is one step of the waterfall. X and Width are percentages.
type bar struct {
	Label, Count, Class, X, Width string
	Line                          string // where the bar ends that the next one hangs from; blank for none
	TextY, BarY, LineY, NextY     int
	Row                           string // the label in the table
}

// waterfall lays the steps out: totals from the left edge, each deduction hanging from where the last step ended.
func waterfall(steps []Step) []bar {
	var most, level int64 = 1, 0
	for _, s := range steps {
		most = max(most, s.Count)
	}
	bars := make([]bar, 0, len(steps))
	for i, s := range steps {
		b := bar{
			Label: s.Label, Row: s.Label, Count: thousands(s.Count), Class: string(s.Kind), X: "0%", Width: share(s.Count, most),
			TextY: i*barPitch + 14, BarY: i*barPitch + 20, LineY: i*barPitch + 36, NextY: (i+1)*barPitch + 20,
		}
		if s.Kind == Deduction {
			level = max(level-s.Count, 0)
			b.X, b.Row, b.Count = share(level, most), "less "+lower(s.Label), thousands(-s.Count)
			if s.Count == 0 {
				b.Count = "0"
			}
		} else {
			level = s.Count
		}
		if i+1 < len(steps) {
			b.Line = share(level, most)
		}
		bars = append(bars, b)
	}
	return bars
}

// inWords says what the waterfall shows, for those who cannot see it.
func inWords(steps []Step) string {
	var b strings.Builder
	for i, s := range steps {
		switch {
		case i == 0:
		case s.Kind == Deduction:
			b.WriteString(", less ")
			s.Label = lower(s.Label)
		default:
			b.WriteString("; leaves ")
		}
		fmt.Fprintf(&b, "%s %s", s.Label, thousands(s.Count))
	}
	b.WriteString(".")
	return b.String()
}

// share writes part as a percentage of whole, for a place or a length.
func share(part, whole int64) string {
	if whole <= 0 {
		return "0%"
	}
	return fmt.Sprintf("%.2f%%", 100*float64(part)/float64(whole))
}

// Sizes of the chart by month, in pixels.
const (
	trendHeight = 200 // of the longest column
	trendTop    = 24
	mostMonths  = 24 // with more, the table alone
	mostLabels  = 7  // under the axis
)

// trend is the chart of unique contacts and referrals by month. A month of which a number is hidden has no column.
type trend struct {
	Columns              []trendColumn
	Base, Height, LabelY int
	Hidden               bool
	Converted            bool
	Says                 string
}

type trendColumn struct {
	Label, Count        string
	X, Middle, Width    string // percentages
	Y, CountY, ColumnH  int    // pixels
	InnerY, InnerH      int
	HasUnique, HasInner bool
}

func newTrend(s suppressed) *trend {
	unique, converted := s.parts["unique_contacts"], s.parts["conversion_unique"]
	n := len(s.categories)
	if unique == nil || len(unique.numerators) == 0 || n < 2 || n > mostMonths {
		return nil
	}
	t := &trend{Base: trendTop + trendHeight, Height: trendTop + trendHeight + 28, LabelY: trendTop + trendHeight + 20}
	var most int64 = 1
	for _, c := range unique.numerators {
		count, _ := c.Value()
		most = max(most, count)
	}
	pitch := 100 / float64(n)
	every := (n + mostLabels - 1) / mostLabels
	at := func(percent float64) string { return fmt.Sprintf("%.2f%%", percent) }
	var said []string
	for i, c := range unique.numerators {
		left := pitch * float64(i)
		column := trendColumn{
			X: at(left + pitch*0.12), Width: at(pitch * 0.76), Middle: at(left + pitch/2),
			Count: c.String(),
		}
		if i%every == 0 {
			column.Label = shortMonth(s.keys[i])
		}
		sentence := s.categories[i] + " " + c.String()
		column.CountY = t.Base - 6
		if count, ok := c.Value(); ok {
			column.HasUnique, column.ColumnH = true, int(count*trendHeight/most)
			column.Y = t.Base - column.ColumnH
			column.CountY = column.Y - 6
			if converted != nil && len(converted.numerators) > 0 {
				sentence += ", of which " + converted.numerators[i].String()
				if inner, ok := converted.numerators[i].Value(); ok {
					t.Converted, column.HasInner, column.InnerH = true, true, int(inner*trendHeight/most)
					column.InnerY = t.Base - column.InnerH
				}
			}
		} else {
			t.Hidden = true
		}
		said = append(said, sentence)
		t.Columns = append(t.Columns, column)
	}
	t.Says = "Unique contacts by month, and how many became a referral: " + strings.Join(said, "; ") + "."
	return t
}

// shortMonth writes Apr 19.
func shortMonth(category string) string {
	name := monthName(category)
	if len(name) < 8 || name == category {
		return name
	}
	return name[:3] + " " + name[len(name)-2:]
}
