package main

import (
	"errors"

	"github.com/spf13/cobra"

	"frontdoor/pipeline"
	"frontdoor/pipeline/measure"
	"frontdoor/schemas/table"
)

func newExplain() *cobra.Command {
	var p published
	var name pipeline.FigureName
	var limit int
	c := &cobra.Command{
		Use:   "explain [MEASURE]",
		Short: "Open a figure, a contact or a finding to its records",
		Long: `Explain reads a published run and nothing else: it leads from a figure to its records, from a contact to why it was
counted or not, and from a finding to its source line. MEASURE is the id of any measure; frontdoor measures list prints
them. conversion tells of the main figure with every deduction before it.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("explain wants one measure, or: conversion, contact ID, finding ID")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("say what to explain: conversion, contact ID, finding ID or the id of a measure")
			}
			if limit < 0 {
				return usage("--limit wants 0 for all records, or how many")
			}
			if (name.Breakdown == "") != (name.Category == "") {
				return usage("--breakdown goes with --category; give both or neither")
			}
			if catalogue, err := measure.Load(); err != nil {
				return err
			} else if catalogue.Measure(args[0]) == nil {
				return usage("explain: there is no such command and no such measure; frontdoor measures list prints the measures")
			}
			if err := p.open(); err != nil {
				return err
			}
			defer p.close()
			name.Measure = args[0]
			e, err := pipeline.ExplainMeasure(c.Context(), p.Run, name, limit, p.reveal)
			if errors.Is(err, measure.ErrNoFigure) {
				return usage("%w", err)
			}
			if err != nil {
				return err
			}
			if err := p.logReveal(e.Table, len(e.Above)+len(e.Below)); err != nil {
				return err
			}
			return write(c.OutOrStdout(), func(line lines) { tellFigure(line, e) })
		},
	}
	p.storeFlags(c)
	p.revealFlags(c)
	c.Flags().StringVar(&name.Period, "period", "whole", "whole, a month such as 2019-04, 2019-20 Q1, 2019-20 H1, financial_year, academic_year or rolling_12_months")
	c.Flags().StringVar(&name.Breakdown, "breakdown", "", "a field by which the measure is told apart")
	c.Flags().StringVar(&name.Category, "category", "", "a value of that field")
	c.Flags().IntVar(&limit, "limit", 10, "how many records to list behind numerator and denominator; 0 for all")
	c.AddCommand(newExplainConversion(), newExplainContact(), newExplainFinding())
	return c
}

// tellFigure tells of one figure and the records behind it.
func tellFigure(line lines, e *pipeline.MeasureExplained) {
	line("%s", e.Measure.Title)
	line("%s", e.Measure.Wording)
	line("Period %s: %s to %s", e.Period.Label, table.DateText(e.Period.From), table.DateText(e.Period.To))
	if e.Figure.Breakdown != "" {
		line("Of %s %s", e.Figure.Breakdown, printable(e.Figure.Category))
	}
	line("")
	line("  numerator    %9d", *e.Figure.Numerator)
	line("    %s: %s", e.Table, oneLine(e.Measure.Numerator))
	if e.Figure.Denominator != nil {
		line("  denominator  %9d", *e.Figure.Denominator)
	}
	if e.BelowTable != "" {
		line("    %s: %s", e.BelowTable, oneLine(e.Measure.Denominator))
	}
	switch {
	case e.Figure.Value == nil:
	case e.Measure.Unit == "percent":
		line("  rate         %9.*f%%", e.Measure.Places(), 100**e.Figure.Value)
	default:
		line("  %-11s  %9.*f", e.Measure.Unit, e.Measure.Places(), *e.Figure.Value)
	}
	if e.Stored != nil && *e.Stored != *e.Figure.Numerator {
		line("  The run tells %d: it does not fit its rows; run frontdoor verify", *e.Stored)
	}
	if e.Measure.Distinct != "" {
		line("  The numerator counts the different values of %s in these records.", e.Measure.Distinct)
	}
	tellRecords(line, "numerator", int64(e.AllAbove), e.Above)
	if e.BelowTable != "" {
		tellRecords(line, "denominator", int64(e.AllBelow), e.Below)
	}
}

func newExplainConversion() *cobra.Command {
	var p published
	var limit int
	c := &cobra.Command{
		Use:   "conversion",
		Short: "Open the conversion of unique contacts to its records",
		Args:  exactly(0, "flags only"),
		RunE: func(c *cobra.Command, _ []string) error {
			if limit < 0 {
				return usage("--limit wants 0 for all records, or how many")
			}
			if err := p.open(); err != nil {
				return err
			}
			defer p.close()
			e, err := pipeline.ExplainConversion(p.Run, limit, p.reveal)
			if err != nil {
				return err
			}
			if err := p.logReveal("contacts", len(e.ConvertedRecords)+len(e.UniqueRecords)); err != nil {
				return err
			}
			return write(c.OutOrStdout(), func(line lines) { p.tellConversion(line, e) })
		},
	}
	p.storeFlags(c)
	p.revealFlags(c)
	c.Flags().IntVar(&limit, "limit", 10, "how many records to list behind numerator and denominator; 0 for all")
	return c
}

func newExplainContact() *cobra.Command {
	var p published
	c := &cobra.Command{
		Use:   "contact ID",
		Short: "Tell why a contact was counted or not",
		Long: `Contact tells how every delivered row of a contact was counted, and why. ID is the contact's pseudonym as show
prints it, the place of one of its rows as FILE:LINE or, with --reveal, its original number.`,
		Args: exactly(1, "the id of a contact"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := p.open(); err != nil {
				return err
			}
			defer p.close()
			e, err := pipeline.ExplainContact(p.Run, args[0], p.reveal)
			if errors.Is(err, pipeline.ErrNotInRun) {
				return usage(`%w; give the pseudonym as "frontdoor show contacts" prints it, FILE:LINE, or the original with --reveal --reason "..."`, err)
			}
			if err != nil {
				return err
			}
			if err := p.logReveal("contacts", shownRows(e)); err != nil {
				return err
			}
			return write(c.OutOrStdout(), func(line lines) { tellContact(line, e) })
		},
	}
	p.storeFlags(c)
	p.revealFlags(c)
	return c
}

func newExplainFinding() *cobra.Command {
	var p published
	c := &cobra.Command{
		Use:   "finding ID",
		Short: "Lead from a finding to its rule and its cells",
		Args:  exactly(1, "the id of a finding"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := p.open(); err != nil {
				return err
			}
			defer p.close()
			e, err := pipeline.ExplainFinding(p.Run, args[0], p.reveal)
			if errors.Is(err, pipeline.ErrNotInRun) {
				return usage(`%w; "frontdoor show findings" prints the ids of a run`, err)
			}
			if err != nil {
				return err
			}
			if err := p.logReveal("findings", 1); err != nil {
				return err
			}
			return write(c.OutOrStdout(), func(line lines) { tellFinding(line, e, p.reveal) })
		},
	}
	p.storeFlags(c)
	p.revealFlags(c)
	return c
}

// logReveal notes that originals are about to be shown, if they are.
func (p *published) logReveal(table string, rows int) error {
	if !p.reveal {
		return nil
	}
	return p.logAccess(table, int64(rows))
}

// shownRows counts the contact rows that an explanation shows: its own and those of its incidents.
func shownRows(e *pipeline.ContactExplained) int {
	shown := map[pipeline.Place]bool{}
	for _, r := range e.Rows {
		shown[r.Place] = true
		if r.Incident != nil {
			for _, m := range r.Incident.Contacts {
				shown[m.Place] = true
			}
		}
	}
	return len(shown)
}
