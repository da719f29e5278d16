package report

import (
	"fmt"
	"slices"
	"strconv"
)

// grid is the conversion under other settings: rows are days of one incident, columns working days to a referral.
type grid struct {
	Columns []string
	Rows    []gridRow
}

type gridRow struct {
	Label string
	Cells []gridCell
}

type gridCell struct {
	Rate, Counts string
	Chosen       bool // the settings of this run
}

// newGrid reads the grid out of the figures, or nil where there is none. Its numbers are totals under other
// settings and are shown as totals are.
func newGrid(p Page) *grid {
	type at struct{ days, window int }
	found := map[at]Figure{}
	var days, windows []int
	for _, f := range p.Figures {
		var place at
		if f.Breakdown != "settings" || f.Numerator == nil || f.Denominator == nil {
			continue
		}
		if n, err := fmt.Sscanf(f.Category, "same_incident_days %d, referral_window_wd %d", &place.days, &place.window); n != 2 || err != nil {
			continue
		}
		found[place] = f
		days, windows = append(days, place.days), append(windows, place.window)
	}
	if len(found) == 0 {
		return nil
	}
	setting := func(name string) int {
		i := slices.IndexFunc(p.Settings, func(s Setting) bool { return s.Name == name })
		if i < 0 {
			return -1
		}
		n, err := strconv.Atoi(p.Settings[i].Value)
		if err != nil {
			return -1
		}
		return n
	}
	chosen := at{setting("same_incident_days"), setting("referral_window_wd")}
	slices.Sort(days)
	slices.Sort(windows)
	days, windows = slices.Compact(days), slices.Compact(windows)
	g := &grid{}
	for _, w := range windows {
		g.Columns = append(g.Columns, strconv.Itoa(w))
	}
	for _, d := range days {
		row := gridRow{Label: strconv.Itoa(d)}
		for _, w := range windows {
			cell := gridCell{Rate: "not computed", Chosen: at{d, w} == chosen}
			if f, ok := found[at{d, w}]; ok {
				cell.Counts = thousands(*f.Numerator) + " of " + thousands(*f.Denominator)
				cell.Rate = rate(exempt(*f.Numerator), exempt(*f.Denominator)).String()
			}
			row.Cells = append(row.Cells, cell)
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}
