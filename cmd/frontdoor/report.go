package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"frontdoor/pipeline"
)

func newReport() *cobra.Command {
	var p published
	var out string
	var internal bool
	c := &cobra.Command{
		Use:   "report",
		Short: "Write the page of a published run again",
		Long: `Report makes the page of a run again from what is stored, with what this program knows of other areas; the run itself
stays as it is. The page hides small counts by the run's policy. --internal writes the page and the workbook that hide
nothing as well, headed OFFICIAL-SENSITIVE. A file that is there already is not overwritten.`,
		Args: exactly(0, "flags only"),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := p.open(); err != nil {
				return err
			}
			defer p.close()
			return pipeline.WriteReports(p.Run, internal, filepath.Clean(out), func(name string) (io.WriteCloser, error) {
				path := filepath.Join(out, name)
				file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
				if err != nil {
					return nil, usage("write %s: %w; choose another folder with --out", name, err)
				}
				_, err = fmt.Fprintln(c.OutOrStdout(), path)
				return file, err
			})
		},
	}
	p.storeFlags(c)
	c.Flags().StringVar(&out, "out", ".", "folder to write to")
	c.Flags().BoolVar(&internal, "internal", false, "write the internal page and the workbook as well: they hide nothing")
	return c
}
