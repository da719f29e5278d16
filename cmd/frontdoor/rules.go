package main

import (
	"bufio"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"frontdoor/pipeline"
	"frontdoor/rules"
	"frontdoor/schemas"
)

func newRules() *cobra.Command {
	c := &cobra.Command{
		Use:   "rules",
		Short: "List, print, document, test and lint the rules",
		Args:  noCommand,
		RunE: func(*cobra.Command, []string) error {
			return usage("say what to do with the rules: list, show CODE, docs, test or lint FILE...")
		},
	}
	c.AddCommand(newRulesList(), newRulesShow(), newRulesDocs(), newRulesTest(), newRulesLint())
	return c
}

// catalogues loads the rule catalogues of a collection, or of all when it is "", with local rules if asked for.
func catalogues(collection, local string) ([]*rules.Catalogue, error) {
	names := schemas.Collections()
	if collection != "" {
		if !slices.Contains(names, collection) {
			return nil, usage("--collection wants one of %s", strings.Join(names, ", "))
		}
		names = []string{collection}
	}
	return pipeline.Rules(names, local)
}

func newRulesList() *cobra.Command {
	var collection, local, year string
	c := &cobra.Command{
		Use:   "list",
		Short: "List the rules, one on a line",
		Args:  exactly(0, "flags only"),
		RunE: func(c *cobra.Command, _ []string) error {
			if _, err := rules.ParseYear(year); year != "" && err != nil {
				return usage("--year: %w", err)
			}
			loaded, err := catalogues(collection, local)
			if err != nil {
				return err
			}
			out := bufio.NewWriter(c.OutOrStdout())
			rows := &alignedRows{out: out, names: []string{"rule", "severity", "collection", "since", "until", "origin", "title"}}
			for _, catalogue := range loaded {
				if year != "" {
					catalogue = catalogue.In(rules.Year(year))
				}
				for _, r := range catalogue.Rules {
					rows.held = append(rows.held, []string{
						r.Code, string(r.Severity), catalogue.Collection, string(r.Since), string(r.Until), origin(r.Local), r.Title,
					})
				}
			}
			return errors.Join(rows.end(), out.Flush())
		},
	}
	c.Flags().StringVar(&collection, "collection", "", "only the rules of a collection: "+strings.Join(schemas.Collections(), ", "))
	c.Flags().StringVar(&year, "year", "", "only the rules of a collection year, as they stood in it, as 2018-19")
	c.Flags().StringVar(&local, "rules", "", "add the rule catalogues (.yaml) of this folder")
	return c
}

func newRulesShow() *cobra.Command {
	var local string
	c := &cobra.Command{
		Use:   "show CODE",
		Short: "Print a rule with its conditions, examples and history",
		Args:  exactly(1, "the code of a rule"),
		RunE: func(c *cobra.Command, args []string) error {
			loaded, err := catalogues("", local)
			if err != nil {
				return err
			}
			for _, catalogue := range loaded {
				if r := catalogue.Rule(strings.ToUpper(args[0])); r != nil {
					return write(c.OutOrStdout(), func(line lines) { tellRule(line, catalogue.Collection, r) })
				}
			}
			return usage("no rule has this code; frontdoor rules list prints them")
		},
	}
	c.Flags().StringVar(&local, "rules", "", "add the rule catalogues (.yaml) of this folder")
	return c
}

// tellRule tells what a rule demands, of what, and by which examples.
func tellRule(line lines, collection string, r *rules.Rule) {
	line("%s  %s", r.Code, r.Title)
	line("  severity    %s", r.Severity)
	line("  collection  %s", collection)
	line("  holds       %s", r.Holding())
	line("  origin      %s", origin(r.Local))
	line("  source      %s", r.Source)
	line("  %s", r.About)
	if r.Notes != "" {
		line("  %s", strings.TrimSpace(r.Notes))
	}
	if r.MadeBy != "" {
		line("\nMade by %s while the files are read.", r.MadeBy)
	}
	for i, check := range r.Checks {
		line("\nCheck %d", i+1)
		if check.About != "" {
			line("  %s", check.About)
		}
		tellLines(line, check.Lines())
	}
	for _, revision := range r.History() {
		line("\nChanged from %s", revision.From)
		line("  %s", revision.What)
		line("  Before:")
		tellLines(line, revision.Before)
	}
}

// tellLines tells what a check says, key by key.
func tellLines(line lines, said []rules.Line) {
	for _, l := range said {
		line("  %-8s %s", l.Key, l.Text)
	}
}
