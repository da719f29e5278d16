package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"frontdoor/pipeline"
	"frontdoor/rules"
)

func newRun() *cobra.Command {
	var config, store, year, local, kept string
	var asAt day
	var memory memoryLimit
	fail, format, logs := failOn(), oneOf("text", "json"), oneOf("text", "json")
	c := &cobra.Command{
		Use:   "run --config FILE",
		Short: "Run the configured extracts and publish the result",
		Long: `Run reads the extracts that the configuration names, judges and decides them, and publishes the result in the
store: whole or not at all. A run that is there already is not made again. One summary goes to standard output,
the log to standard error.`,
		Annotations: undoes,
		Args:        exactly(0, "flags only"),
		RunE: func(c *cobra.Command, _ []string) error {
			if config == "" {
				return usage("say which configuration to run: --config FILE")
			}
			settings, err := pipeline.ReadConfig(config)
			if err != nil {
				return err
			}
			out := &terminal{out: c.ErrOrStderr()}
			defer out.close()
			options := pipeline.Options{Store: store, AsAt: asAt.value, Year: year, Rules: local, Kept: kept, Memory: memory.bytes, Log: newLog(logs.value, out)}
			if showsProgress(c.ErrOrStderr()) {
				options.Progress = out.progress
			}
			summary, err := pipeline.Run(c.Context(), settings, options)
			if err != nil {
				return err
			}
			code := summary.Exit(fail.value)
			tell := printSummary
			if format.value == "json" {
				tell = printSummaryJSON
			}
			if err := tell(c.OutOrStdout(), summary, code); err != nil {
				return exit{code, fmt.Errorf("print summary: %w", err)} // what was published stays so
			}
			return ended(code)
		},
	}
	c.Flags().StringVar(&config, "config", "", "configuration file")
	c.Flags().StringVar(&store, "store", "", "folder of the store, instead of the configuration's")
	c.Flags().Var(&memory, "memory", "how much memory the run may take, as 800M or 2G; what cannot fit is refused before it is read")
	c.Flags().Var(&asAt, "as-at", "the day on which the extracts stood, instead of the configuration's")
	catalogueFlags(c, &year, &local, &kept)
	c.Flags().Var(fail, "fail-on", "exit with 1 when there is a finding of this severity or a more serious one")
	c.Flags().Var(format, "format", "how the summary is written")
	c.Flags().Var(logs, "log-format", "how the log is written")
	return c
}

// ended is nil for code 0, and else what ends the program with the code and without a word.
func ended(code int) error {
	if code == pipeline.ExitPublished {
		return nil
	}
	return exit{code: code}
}

// severities and statuses are in the order in which they are told.
var (
	severities = []rules.Severity{rules.Error, rules.Warning, rules.Query}
	statuses   = []rules.Status{rules.Passed, rules.Failed, rules.Skipped, rules.Broken}
)

// printSummary writes what a run says of itself, for people.
func printSummary(out io.Writer, s *pipeline.Summary, _ int) error {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	if len(s.Gates) > 0 {
		line("Not published: a gate failed. The last published run stands.")
		for _, gate := range s.Gates {
			line("  %s", gate)
		}
	}
	if s.Repeated {
		line("This run is published already; nothing was done.")
	}
	if s.Headline != "" {
		line("%s", s.Headline)
	}
	line("Rules of %s: %s", s.Year, counts(s.Outcomes, statuses))
	line("Findings: %s", counts(s.Findings, severities))
	line("Memory: %s", pipeline.SizeText(s.Memory))
	for _, note := range s.Notes {
		line("Note: %s", note)
	}
	if s.Folder != "" {
		line("Run: %s", s.RunID)
		line("Report: %s", s.Report)
		line("Parquet: %s%canalysis (pseudonymised, not anonymous), %s%crestricted (originals)", s.Folder, os.PathSeparator, s.Folder, os.PathSeparator)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// counts writes "5 passed, 1 failed".
func counts[K ~string](of map[K]int64, names []K) string {
	var parts []string
	for _, name := range names {
		parts = append(parts, fmt.Sprintf("%d %s", of[name], name))
	}
	return strings.Join(parts, ", ")
}

// printSummaryJSON writes the same as one JSON object. Every key is always there.
func printSummaryJSON(out io.Writer, s *pipeline.Summary, code int) error {
	summary := struct {
		RunID     string                   `json:"run_id"`
		Year      string                   `json:"year"`
		Published bool                     `json:"published"`
		Repeated  bool                     `json:"repeated"`
		ExitCode  int                      `json:"exit_code"`
		Headline  string                   `json:"headline"`
		Rules     map[rules.Status]int64   `json:"rules"`
		Findings  map[rules.Severity]int64 `json:"findings"`
		Folder    string                   `json:"folder"`
		Report    string                   `json:"report"`
		Memory    int64                    `json:"memory_bytes"`
		Notes     []string                 `json:"notes"`
		Gates     []string                 `json:"gates"`
	}{
		RunID: s.RunID, Year: s.Year, Published: s.Folder != "", Repeated: s.Repeated, ExitCode: code, Headline: s.Headline,
		Rules: map[rules.Status]int64{}, Findings: map[rules.Severity]int64{}, Folder: s.Folder, Report: s.Report,
		Memory: s.Memory, Notes: append([]string{}, s.Notes...), Gates: append([]string{}, s.Gates...),
	}
	for _, status := range statuses {
		summary.Rules[status] = s.Outcomes[status]
	}
	for _, severity := range severities {
		summary.Findings[severity] = s.Findings[severity]
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	return e.Encode(summary)
}
