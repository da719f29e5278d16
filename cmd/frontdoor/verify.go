package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"frontdoor/pipeline"
	"frontdoor/pipeline/publish"
)

func newVerify() *cobra.Command {
	var p published
	c := &cobra.Command{
		Use:   "verify",
		Short: "Check a published run against its manifest and recount it",
		Long: `Verify reads every file of a run, compares size and hash with the manifest, decodes every page of the Parquet,
and recounts what must always hold. What is wrong is listed, and the exit code is 12.`,
		Args: exactly(0, "flags only"),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := p.open(); err != nil {
				return err
			}
			defer p.close()
			problems, err := publish.Verify(p.Run)
			if err != nil {
				return err
			}
			if len(problems) == 0 {
				_, err := fmt.Fprintf(c.OutOrStdout(), "Run %s is as it was published: %d files, every count holds.\n", p.ID, len(p.Manifest().Files))
				return err
			}
			for _, problem := range problems {
				if _, err := fmt.Fprintln(c.OutOrStdout(), problem); err != nil {
					return exit{pipeline.ExitDamaged, err}
				}
			}
			return exit{pipeline.ExitDamaged, fmt.Errorf("verify run %s: %d problems; publish it again from its extracts, or restore it from a copy", p.ID, len(problems))}
		},
	}
	p.storeFlags(c)
	return c
}
