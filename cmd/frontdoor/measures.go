package main

import (
	"bufio"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"frontdoor/pipeline/measure"
)

func newMeasures() *cobra.Command {
	c := &cobra.Command{
		Use:   "measures",
		Short: "List the measures, print one, or print the explanatory text of all",
		Args:  noCommand,
		RunE: func(*cobra.Command, []string) error {
			return usage("say what to do with the measures: list, show ID or docs")
		},
	}
	c.AddCommand(newMeasuresList(), newMeasuresShow(), newMeasuresDocs())
	return c
}

func newMeasuresList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the measures, one on a line",
		Args:  exactly(0, "nothing"),
		RunE: func(c *cobra.Command, _ []string) error {
			catalogue, err := measure.Load()
			if err != nil {
				return err
			}
			out := bufio.NewWriter(c.OutOrStdout())
			rows := &alignedRows{out: out, names: []string{"measure", "kind", "unit", "group", "title"}}
			for _, m := range catalogue.Measures {
				kind, unit := string(m.Kind), m.Unit
				if m.Lacks != "" {
					kind, unit = "not available", ""
				}
				rows.held = append(rows.held, []string{m.ID, kind, unit, m.Group, m.Title})
			}
			return errors.Join(rows.end(), out.Flush())
		},
	}
}

func newMeasuresShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Print what a measure counts, and of what",
		Args:  exactly(1, "the id of a measure"),
		RunE: func(c *cobra.Command, args []string) error {
			catalogue, err := measure.Load()
			if err != nil {
				return err
			}
			m := catalogue.Measure(args[0])
			if m == nil {
				return usage("no measure has this id; frontdoor measures list prints them")
			}
			return write(c.OutOrStdout(), func(line lines) { tellMeasure(line, m) })
		},
	}
}

func newMeasuresDocs() *cobra.Command {
	return &cobra.Command{
		Use:   "docs",
		Short: "Print every measure: what to hand out with the figures",
		Args:  exactly(0, "nothing"),
		RunE: func(c *cobra.Command, _ []string) error {
			catalogue, err := measure.Load()
			if err != nil {
				return err
			}
			return write(c.OutOrStdout(), func(line lines) {
				line("Measures, definition %s", catalogue.Version)
				for _, m := range catalogue.Measures {
					line("")
					tellMeasure(line, m)
				}
			})
		},
	}
}

// tellMeasure tells what a measure counts.
func tellMeasure(line lines, m *measure.Measure) {
	line("%s  %s", m.ID, m.Title)
	line("  %s", m.Wording)
	if m.Lacks != "" {
		line("  not available: %s", m.Lacks)
		return
	}
	for _, fact := range []struct{ name, text string }{
		{"kind", string(m.Kind)}, {"unit", m.Unit}, {"table", m.Table}, {"date", m.Date}, {"numerator", oneLine(m.Numerator)}, {"different", m.Distinct},
		{"denominator", oneLine(m.Denominator)}, {"of table", m.DenominatorTable}, {"left out", m.Exclusions}, {"breakdowns", strings.Join(m.Breakdowns, ", ")},
		{"internal", strings.Join(m.Internal, ", ")}, {"needs", strings.Join(m.Needs, ", ")}, {"better", m.Polarity}, {"limit", m.Limit}, {"source", m.Source},
		{"published", m.Comparator}, {"definition", m.Version}, {"note", m.Notes}, {"changed", m.Changed},
	} {
		if fact.text != "" {
			line("  %-11s  %s", fact.name, fact.text)
		}
	}
	if m.Statistic != nil {
		line("  %-11s  %s", "statistic", m.Statistic)
	}
}

// oneLine returns a condition that a catalogue may have broken into lines.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
