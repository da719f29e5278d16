package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"frontdoor/pipeline"
	"frontdoor/schemas"
)

func newConvert() *cobra.Command {
	var options pipeline.ConvertOptions
	c := &cobra.Command{
		Use:   "convert --collection NAME --out DIR FILE",
		Short: "Write an XML return as a folder of CSV tables",
		Long: `Convert reads an XML return and writes one CSV for each table into a new folder, with the keys that join them. What
the folder holds is personal data, as the return is.

The exit code is 0, or 3 when the file is damaged and only part of it could be written; 4 when it is no such return or
the folder is there already.`,
		Annotations: undoes,
		Args:        exactly(1, "one XML file"),
		RunE: func(c *cobra.Command, paths []string) error {
			options.Path = paths[0]
			if options.Collection == "" || options.Folder == "" {
				return usage("say what the file holds and where the tables go: --collection and --out; see %s --help", c.CommandPath())
			}
			made, err := pipeline.Convert(c.Context(), options)
			if err != nil {
				return err
			}
			for _, note := range made.Notes {
				fmt.Fprintln(c.ErrOrStderr(), "Note:", printable(note))
			}
			collection, err := schemas.Load(options.Collection)
			if err != nil {
				return err
			}
			for _, t := range collection.Tables {
				fmt.Fprintf(c.OutOrStdout(), "%s.csv  %d\n", t.Name, made.Records[t.Name])
			}
			return ended(made.Code)
		},
	}
	c.Flags().StringVar(&options.Collection, "collection", "", "what the file holds: cin_census")
	c.Flags().StringVar(&options.Folder, "out", "", "the folder for the tables; it must not be there yet")
	return c
}
