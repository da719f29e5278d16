package measure

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

//go:embed reference/*.yaml
var references embed.FS

// Reference is what is published about other areas, as far as it is in reach.
type Reference struct {
	People      Population
	Neighbours  Neighbours
	Comparators Comparators
	Regions     Regions
}

// Population is residents aged 0 to 17 by area and year.
type Population struct {
	Title, Source, Note string
	Areas               map[string]struct {
		Name   string
		People map[int]int64
	}
}

// Neighbours are the statistical neighbours of authorities, by the year of the list.
type Neighbours struct {
	Title, Source, Note string
	Lists               []struct {
		Year string
		Of   map[string][]string
	}
}

// Comparators are series of figures of other areas.
type Comparators struct {
	Title, Source, Note string
	Series              []Series
}

// Series is one published measure. A value that is not in reach is not there.
type Series struct {
	ID       string             `yaml:"id"`
	Title    string             `yaml:"title"`
	Year     string             `yaml:"year"`
	YearType string             `yaml:"year_type"`
	England  *float64           `yaml:"england"`
	Regions  map[string]float64 `yaml:"regions"`
	Spread   *struct {
		Authorities       int
		Low, Middle, High float64 // the tenth, half and nine tenths of authorities lie below
	} `yaml:"spread"`
	Neighbours map[string]struct {
		Mean float64
		Of   int // how many of the ten had a value
	} `yaml:"neighbours_2025"`
	ByYear map[string]float64 `yaml:"england_by_year"`
}

// Regions says in which region an authority lies.
type Regions struct {
	Title, Source string
	Of            map[string]string
}

// LoadReference reads what is published about other areas.
var LoadReference = sync.OnceValues(func() (*Reference, error) {
	r := &Reference{}
	for name, out := range map[string]any{"population": &r.People, "neighbours": &r.Neighbours, "comparators": &r.Comparators, "regions": &r.Regions} {
		text, err := references.ReadFile("reference/" + name + ".yaml")
		if err != nil {
			return nil, fmt.Errorf("find reference figures: %w", err)
		}
		if err := yaml.UnmarshalWithOptions(text, out, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("read reference figures %s: %w", name, err)
		}
	}
	return r, nil
})

// ReferenceSource returns the YAML of the reference figures by name: what a published run keeps.
func ReferenceSource() (map[string][]byte, error) {
	texts := map[string][]byte{}
	for _, name := range []string{"population", "neighbours", "comparators", "regions"} {
		text, err := references.ReadFile("reference/" + name + ".yaml")
		if err != nil {
			return nil, fmt.Errorf("find reference figures: %w", err)
		}
		texts[name] = text
	}
	return texts, nil
}

// Beside is one figure of another area, or why there is none.
type Beside struct {
	Area  string
	Year  string
	Value *float64
	Note  string
}

// Beside returns what a measure may be read beside in an authority: England, its region, its statistical neighbours
// and the spread of authorities. What is not in reach says so; nothing is left blank.
func (r *Reference) Beside(m *Measure, authority string) []Beside {
	if m.Comparator == "" {
		return nil
	}
	s := r.series(m.Comparator)
	if s == nil {
		return []Beside{{Area: "England", Note: "not in reach"}}
	}
	all := []Beside{{Area: "England", Year: s.Year, Value: s.England}}
	if s.England == nil {
		all[0].Note = "not in reach"
	}
	region := Beside{Area: "Region", Year: s.Year, Note: "no region is known for this authority"}
	if name, known := r.Regions.Of[authority]; known {
		region.Area, region.Note = name, "not in reach"
		if v, has := s.Regions[name]; has {
			region.Value, region.Note = &v, ""
		}
	}
	all = append(all, region)
	all = append(all, r.besideNeighbours(s, authority)...)
	if s.Spread != nil {
		all = append(all, Beside{
			Area: "Middle of authorities", Year: s.Year, Value: &s.Spread.Middle,
			Note: fmt.Sprintf("eight in ten of %d lie between %s and %s", s.Spread.Authorities, trimmed(s.Spread.Low), trimmed(s.Spread.High)),
		})
	}
	return all
}

// besideNeighbours returns the mean of an authority's statistical neighbours, for every list that has the authority.
func (r *Reference) besideNeighbours(s *Series, authority string) []Beside {
	var all []Beside
	for _, list := range r.NeighboursOf(authority) {
		b := Beside{Area: "Statistical neighbours", Year: s.Year, Note: "list of " + list.Year + ": not in reach"}
		if n, has := s.Neighbours[authority]; has && list.Year == meansYear {
			b.Value, b.Note = &n.Mean, fmt.Sprintf("list of %s: plain mean of %d of %d with a value", list.Year, n.Of, len(list.Names))
		}
		all = append(all, b)
	}
	if len(all) == 0 {
		return []Beside{{Area: "Statistical neighbours", Year: s.Year, Note: "not yet defined for this authority"}}
	}
	return all
}

// meansYear is the list of neighbours that the published means are over.
const meansYear = "2025"

func trimmed(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func (r *Reference) series(id string) *Series {
	for i := range r.Comparators.Series {
		if r.Comparators.Series[i].ID == id {
			return &r.Comparators.Series[i]
		}
	}
	return nil
}

// NeighbourList is the statistical neighbours of one authority, closest first, in the list of a year.
type NeighbourList struct {
	Year  string
	Names []string
}

// NeighboursOf returns the statistical neighbours of an authority in every published list that has it, newest first.
func (r *Reference) NeighboursOf(authority string) (lists []NeighbourList) {
	for _, list := range r.Neighbours.Lists {
		if names := list.Of[authority]; len(names) > 0 {
			lists = append(lists, NeighbourList{list.Year, names})
		}
	}
	slices.SortFunc(lists, func(a, b NeighbourList) int { return strings.Compare(b.Year, a.Year) })
	return lists
}

// PeopleOf returns the residents aged 0 to 17 of an authority in the middle of a year.
func (r *Reference) PeopleOf(authority string, year int) (people int64, known bool) {
	people, known = r.People.Areas[authority].People[year]
	return people, known
}
