package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// grid is the conversion under other settings: rows are days of one incident, columns working days to a referral.
type grid struct {
	Columns []string
	Rows    []gridRow

	days, windows []int
	rates         map[setting]float64
	chosen        setting
}

// setting is a pair of settings.
type setting struct{ days, window int }

type gridRow struct {
	Label string
	Cells []gridCell
}

type gridCell struct {
	Rate, Counts string
	Chosen       bool // the settings of this run
}

// newGrid reads the grid out of the figures, or nil where there is none. Its numbers are counts of the process under
// other settings and are shown as such.
func newGrid(s *sheet) *grid {
	g := &grid{rates: map[setting]float64{}}
	found := map[setting]figure{}
	for _, f := range s.figures {
		var at setting
		if f.Breakdown != "settings" || f.Unavailable != "" {
			continue
		}
		if n, err := fmt.Sscanf(f.Category, "same_incident_days %d, referral_window_wd %d", &at.days, &at.window); n != 2 || err != nil {
			continue
		}
		found[at] = f
		g.days, g.windows = append(g.days, at.days), append(g.windows, at.window)
		n, _ := f.Numerator.Value()
		if d, _ := f.Denominator.Value(); d > 0 {
			g.rates[at] = float64(n) / float64(d)
		}
	}
	if len(found) == 0 {
		return nil
	}
	g.chosen = setting{s.setting("same_incident_days"), s.setting("referral_window_wd")}
	slices.Sort(g.days)
	slices.Sort(g.windows)
	g.days, g.windows = slices.Compact(g.days), slices.Compact(g.windows)
	for _, w := range g.windows {
		g.Columns = append(g.Columns, strconv.Itoa(w))
	}
	for _, d := range g.days {
		row := gridRow{Label: strconv.Itoa(d)}
		for _, w := range g.windows {
			cell := gridCell{Rate: "not computed", Chosen: setting{d, w} == g.chosen}
			if f, ok := found[setting{d, w}]; ok {
				cell.Counts = f.Numerator.String() + " of " + f.Denominator.String()
				cell.Rate = f.Value.String()
			}
			row.Cells = append(row.Cells, cell)
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// setting returns a setting of the run as a number, -1 where it is none.
func (s *sheet) setting(name string) int {
	i := slices.IndexFunc(s.page.Settings, func(s Setting) bool { return s.Name == name })
	if i < 0 {
		return -1
	}
	n, err := strconv.Atoi(s.page.Settings[i].Value)
	if err != nil {
		return -1
	}
	return n
}

// neighbours returns the range of the rate under the settings next to the chosen ones, one of them moved at a time,
// the chosen rate included. Where the chosen ones are not on the grid, the nearest on every side count.
func (g *grid) neighbours() (low, high, chosen float64) {
	low, high = math.Inf(1), math.Inf(-1)
	chosen, onGrid := g.rates[g.chosen]
	for at, rate := range g.rates {
		oneMoved := at.days == g.chosen.days || at.window == g.chosen.window
		if (oneMoved || !onGrid) && beside(at.days, g.chosen.days, g.days) && beside(at.window, g.chosen.window, g.windows) {
			low, high = min(low, rate), max(high, rate)
		}
	}
	if !onGrid {
		chosen = (low + high) / 2
	}
	return low, high, chosen
}

// beside tells whether a value of the grid is the chosen one or the nearest below or above it.
func beside(value, chosen int, grid []int) bool {
	for _, other := range grid {
		if value < other && other < chosen || chosen < other && other < value {
			return false
		}
	}
	return true
}
