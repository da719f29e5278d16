package main

import (
	"errors"

	"github.com/spf13/cobra"

	"frontdoor/pipeline"
)

func newExplain() *cobra.Command {
	c := &cobra.Command{
		Use:   "explain",
		Short: "Open a figure, a contact or a finding to its records",
		Long:  "Explain reads a published run and nothing else: it leads from a figure to its records, from a contact to why it was\ncounted or not, and from a finding to its source line.",
		Args:  noCommand,
		RunE: func(*cobra.Command, []string) error {
			return usage("say what to explain: conversion, contact ID or finding ID")
		},
	}
	c.AddCommand(newExplainConversion(), newExplainContact(), newExplainFinding())
	return c
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
