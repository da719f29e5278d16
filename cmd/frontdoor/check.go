package main

import (
	"bufio"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"frontdoor/pipeline"
	"frontdoor/rules"
	"frontdoor/schemas"
)

func newCheck() *cobra.Command {
	var options pipeline.CheckOptions
	var asAt day
	var memory memoryLimit
	var values bool
	fail, format := failOn(), oneOf("text", "csv", "jsonl", "summary")
	c := &cobra.Command{
		Use:   "check --collection NAME PATH...",
		Short: "Judge files by the rules, without a store",
		Long: `Check reads files, or folders with one CSV for each table, and prints every finding with file, line and field. It
needs no store and no key and keeps nothing. Texts of cells are printed only with --values. Without --as-at the
rules that read that day are skipped, and named in --format summary.

The exit code is 0 whatever was found, 1 only with --fail-on, 3 when a file or table could not be read or a rule
broke, and 4 for a mistake on the command line.`,
		Annotations: undoes,
		RunE: func(c *cobra.Command, paths []string) error {
			if err := checkArguments(options.Collection, paths); err != nil {
				return err
			}
			options.Paths, options.AsAt, options.Memory = paths, asAt.value, memory.bytes
			checked, err := pipeline.Check(c.Context(), options)
			if err != nil {
				return err
			}
			for _, note := range checkNotes(checked, format.value) {
				fmt.Fprintln(c.ErrOrStderr(), "Note:", note)
			}
			code := checked.Exit(fail.value)
			out := bufio.NewWriterSize(c.OutOrStdout(), 1<<16)
			err = cmp.Or(printChecked(out, checked, format.value, values), out.Flush())
			if err != nil && !isBrokenPipe(err) {
				return fmt.Errorf("print findings: %w", err)
			}
			return ended(code)
		},
	}
	c.Flags().StringVar(&options.Collection, "collection", "", "what the files hold: "+strings.Join(schemas.Collections(), ", "))
	catalogueFlags(c, &options.Year, &options.Rules, &options.Kept)
	c.Flags().Var(&memory, "memory", "how much memory the check may take, as 800M or 2G; what cannot fit is refused before it is read")
	c.Flags().Var(&asAt, "as-at", "the day on which the extracts stood")
	c.Flags().Var(format, "format", "how findings are written; summary has one line for each rule")
	c.Flags().BoolVar(&values, "values", false, "print the texts of the cells: personal data")
	c.Flags().Var(fail, "fail-on", "exit with 1 when there is a finding of this severity or a more serious one")
	return c
}

// checkArguments refuses what check cannot be asked.
func checkArguments(collection string, paths []string) error {
	if !slices.Contains(schemas.Collections(), collection) {
		return usage("say what the files hold: --collection with one of %s", strings.Join(schemas.Collections(), ", "))
	}
	if len(paths) == 0 {
		return usage("say which files or folders to check")
	}
	return nil
}

// checkNotes returns what stands on standard error: what the check says, and rules that did not run where the
// format does not name them.
func checkNotes(c *pipeline.Checked, format string) []string {
	notes := slices.Clone(c.Notes)
	for _, status := range []rules.Status{rules.Skipped, rules.Broken} {
		codes := codesOf(c.Outcomes, status)
		if len(codes) > 0 && (format == "csv" || format == "jsonl") {
			notes = append(notes, fmt.Sprintf("%s: %s; --format summary says why", status, strings.Join(codes, ", ")))
		}
	}
	return notes
}

// codesOf returns the codes of the rules with a status.
func codesOf(outcomes []rules.Outcome, status rules.Status) []string {
	var codes []string
	for _, o := range outcomes {
		if o.Status == status {
			codes = append(codes, o.Rule)
		}
	}
	return codes
}
