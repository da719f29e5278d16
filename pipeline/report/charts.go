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

// notAvailable stands for what the extract cannot tell: that is never zero.
const notAvailable = "not available"

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
			switch {
			case s.Unknown:
				b.Count = notAvailable
			case s.Count == 0:
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
		count := thousands(s.Count)
		if s.Unknown {
			count = notAvailable
		}
		fmt.Fprintf(&b, "%s %s", s.Label, count)
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

func newTrend(t told) *trend {
	unique, converted := t.columns["unique_contacts"], t.columns["conversion_unique"]
	n := len(t.keys)
	if unique == nil || n < 2 || n > mostMonths {
		return nil
	}
	chart := &trend{Base: trendTop + trendHeight, Height: trendTop + trendHeight + 28, LabelY: trendTop + trendHeight + 20}
	var most int64 = 1
	for _, key := range t.keys {
		count, _ := unique.figures[key].Numerator.Value()
		most = max(most, count)
	}
	pitch := 100 / float64(n)
	every := (n + mostLabels - 1) / mostLabels
	at := func(percent float64) string { return fmt.Sprintf("%.2f%%", percent) }
	var said []string
	for i, key := range t.keys {
		left := pitch * float64(i)
		all := unique.figures[key].Numerator
		c := trendColumn{X: at(left + pitch*0.12), Width: at(pitch * 0.76), Middle: at(left + pitch/2), Count: all.String()}
		if i%every == 0 {
			c.Label = shortMonth(key)
		}
		sentence := t.categories[i] + " " + all.String()
		c.CountY = chart.Base - 6
		if count, ok := all.Value(); ok {
			c.HasUnique, c.ColumnH = true, int(count*trendHeight/most)
			c.Y = chart.Base - c.ColumnH
			c.CountY = c.Y - 6
			if converted != nil && converted.unavailable == "" {
				part := converted.figures[key].Numerator
				sentence += ", of which " + part.String()
				if inner, ok := part.Value(); ok {
					chart.Converted, c.HasInner, c.InnerH = true, true, int(inner*trendHeight/most)
					c.InnerY = chart.Base - c.InnerH
				}
			}
		} else {
			chart.Hidden = true
		}
		said = append(said, sentence)
		chart.Columns = append(chart.Columns, c)
	}
	chart.Says = "Unique contacts by month, and how many became a referral: " + strings.Join(said, "; ") + "."
	return chart
}

// shortMonth writes Apr 19.
func shortMonth(category string) string {
	name := monthName(category)
	if len(name) < 8 || name == category {
		return name
	}
	return name[:3] + " " + name[len(name)-2:]
}
