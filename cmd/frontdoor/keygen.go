package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"frontdoor/pipeline"
	"frontdoor/pipeline/publish"
)

func newKeygen() *cobra.Command {
	return &cobra.Command{
		Use:   "keygen FILE",
		Short: "Make a pseudonym key",
		Long: `Keygen writes a new random key of 64 hex digits and refuses to overwrite a file. Keep it outside the store, and
keep a copy: without it the pseudonyms of earlier runs cannot be made again.`,
		Args: exactly(1, "the name of the new file"),
		RunE: func(c *cobra.Command, args []string) error {
			err := publish.GenerateKey(args[0])
			if errors.Is(err, fs.ErrExist) {
				return exit{pipeline.ExitUsage, err}
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "Wrote a pseudonym key to %s. Keep it outside the store, and keep a copy.\n", args[0])
			return err
		},
	}
}
