package main

import (
	"bufio"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"frontdoor/rules"
	"frontdoor/schemas"
)

func newRules() *cobra.Command {
	c := &cobra.Command{
		Use:   "rules",
		Short: "List the rules, or print one",
		Args:  noCommand,
		RunE: func(*cobra.Command, []string) error {
			return usage("say what to do with the rules: list, or show CODE")
		},
	}
	c.AddCommand(newRulesList(), newRulesShow())
	return c
}

// structure is the catalogue of the rules about the files themselves, which hold for every collection.
const structure = "structure"

// catalogues loads the rule catalogues of a collection, or of all when it is "".
func catalogues(collection string) ([]*rules.Catalogue, error) {
	names := schemas.Collections()
	if collection != "" {
		if !slices.Contains(names, collection) {
			return nil, usage("--collection wants one of %s", strings.Join(names, ", "))
		}
		names = []string{collection}
	}
	var loaded []*rules.Catalogue
	for _, name := range append(names, structure) {
		c, err := rules.Load(name)
		if err != nil {
			return nil, err
		}
		loaded = append(loaded, c)
	}
	return loaded, nil
}

func newRulesList() *cobra.Command {
	var collection string
	c := &cobra.Command{
		Use:   "list",
		Short: "List the rules, one on a line",
		Args:  exactly(0, "flags only"),
		RunE: func(c *cobra.Command, _ []string) error {
			loaded, err := catalogues(collection)
			if err != nil {
				return err
			}
			out := bufio.NewWriter(c.OutOrStdout())
			rows := &alignedRows{out: out, names: []string{"rule", "severity", "collection", "title"}}
			for _, catalogue := range loaded {
				for _, r := range catalogue.Rules {
					rows.held = append(rows.held, []string{r.Code, string(r.Severity), catalogue.Collection, r.Title})
				}
			}
			return errors.Join(rows.end(), out.Flush())
		},
	}
	c.Flags().StringVar(&collection, "collection", "", "only the rules of a collection: "+strings.Join(schemas.Collections(), ", "))
	return c
}

func newRulesShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show CODE",
		Short: "Print a rule with its conditions and examples",
		Args:  exactly(1, "the code of a rule"),
		RunE: func(c *cobra.Command, args []string) error {
			loaded, err := catalogues("")
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
}

// tellRule tells what a rule demands, of what, and by which examples.
func tellRule(line lines, collection string, r *rules.Rule) {
	line("%s  %s", r.Code, r.Title)
	line("  severity    %s", r.Severity)
	line("  collection  %s", collection)
	line("  holds       %s", r.Holding())
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
