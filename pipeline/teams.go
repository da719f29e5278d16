package pipeline

import (
	"errors"
	"slices"

	"frontdoor/pipeline/measure"
	"frontdoor/pipeline/publish"
	"frontdoor/pipeline/report"
	"frontdoor/rules"
)

// teamField is the field by which delivered records say whose work they are.
const teamField = "allocated_team"

// readTeams counts, for every team that delivered records name, its records and the findings about them. A finding
// about two records of a team is one of its findings; one about records of two teams is one of each.
func readTeams(run *publish.Run, p *report.Page) error {
	teams, err := recordsOfTeams(run)
	if err != nil || len(teams.number) == 0 {
		return err
	}
	for row, err := range run.Rows("findings", false) {
		if err != nil {
			return err
		}
		var of []int
		for _, cell := range publish.Finding(row).Cells {
			if team, known := teams.of[placeOfCell(cell)]; known && !slices.Contains(of, team) {
				of = append(of, team)
				teams.teams[team].Findings++
			}
		}
	}
	slices.SortFunc(teams.teams, func(a, b report.Team) int { return compareTeams(a.Name, b.Name) })
	p.Teams = teams.teams
	return nil
}

// compareTeams orders names, with records of no team last.
func compareTeams(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == measure.Blank, b != measure.Blank && a > b:
		return 1
	}
	return -1
}

// teamsOf is the teams, and which of them each record is of.
type teamsOf struct {
	teams  []report.Team
	number map[string]int
	of     map[Place]int
}

// recordsOfTeams reads the delivered tables whose records name a team.
func recordsOfTeams(run *publish.Run) (*teamsOf, error) {
	t := &teamsOf{number: map[string]int{}, of: map[Place]int{}}
	var read []string
	for _, input := range run.Manifest().Inputs {
		name := input.Collection + "." + input.Table
		schema, err := measure.Declared(name)
		if err != nil || schema.Field(teamField) == nil || slices.Contains(read, name) {
			continue
		}
		read = append(read, name)
		for row, err := range run.Rows(name, false) {
			if errors.Is(err, publish.ErrNoTable) {
				break
			}
			if err != nil {
				return nil, err
			}
			t.add(textOf(row, teamField), placeOf(row))
		}
	}
	return t, nil
}

func (t *teamsOf) add(name string, at Place) {
	if name == "" {
		name = measure.Blank
	}
	team, known := t.number[name]
	if !known {
		team = len(t.teams)
		t.number[name], t.teams = team, append(t.teams, report.Team{Name: name})
	}
	t.teams[team].Records++
	t.of[at] = team
}

// placeOfCell is where the record of a cell starts.
func placeOfCell(c rules.Cell) Place { return Place{File: c.File, Sheet: c.Sheet, Line: int64(c.Line)} }
