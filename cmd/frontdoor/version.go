package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"frontdoor/pipeline"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), "frontdoor", pipeline.Version)
			return err
		},
	}
}
