package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"frontdoor/pipeline"
	"frontdoor/pipeline/docs"
	"frontdoor/rules"
	"frontdoor/schemas"
)

func newRulesDocs() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "docs",
		Short: "Write the pages about rules, schemas and measures",
		Args:  exactly(0, "flags only"),
		RunE: func(c *cobra.Command, _ []string) error {
			pages, err := docs.Pages()
			if err != nil {
				return err
			}
			for _, page := range pages {
				if err := page.Write(out); err != nil {
					return err
				}
			}
			return write(c.OutOrStdout(), func(line lines) {
				for _, page := range pages {
					line("%s", page.Path)
				}
			})
		},
	}
	c.Flags().StringVar(&out, "out", "frontdoor-docs", "folder to write them to")
	return c
}

// judge is what is done with one catalogue; it returns what to complain of.
type judge func(ctx context.Context, c *rules.Catalogue, coll *schemas.Collection, calendar *schemas.Calendar) (rules.Faults, error)

func newRulesTest() *cobra.Command {
	return &cobra.Command{
		Use:   "test [FILE...]",
		Short: "Run the examples of rule catalogues, or of those in the program",
		Long: `Test judges every example of every rule, in every form that the rule has had, and prints those that do not fail or
pass as they say, with what was found. The exit code is 4 when there is one, or when a file does not load.`,
		RunE: func(c *cobra.Command, files []string) error {
			return work(c, files, func(ctx context.Context, catalogue *rules.Catalogue, coll *schemas.Collection, calendar *schemas.Calendar) (rules.Faults, error) {
				var faults rules.Faults
				if err := catalogue.Try(ctx, coll, calendar); err != nil && !errors.As(err, &faults) {
					return nil, err
				}
				return faults, nil
			})
		},
	}
}

func newRulesLint() *cobra.Command {
	return &cobra.Command{
		Use:   "lint FILE...",
		Short: "Print everything that is wrong with rule catalogues",
		Long: `Lint reads rule catalogues that a council wrote and prints every mistake with file, line, column and what to do. Of
a catalogue that loads it demands besides: sentences for people, without names of fields; examples that fail and pass
as they say, show a blank, and notice every changed operator and constant of every condition; and that no flagged
field goes unmentioned without a reason (because). The exit code is 0 when nothing is wrong and 4 otherwise.`,
		RunE: func(c *cobra.Command, files []string) error {
			if len(files) == 0 {
				return usage("say which catalogues to lint: frontdoor rules lint FILE...")
			}
			own, err := pipeline.Rules(schemas.Collections(), "")
			if err != nil {
				return err
			}
			return work(c, files, func(ctx context.Context, catalogue *rules.Catalogue, coll *schemas.Collection, calendar *schemas.Calendar) (rules.Faults, error) {
				faults, err := catalogue.Lint(ctx, coll, calendar)
				var taken rules.Faults
				if _, clash := own[len(own)-1].With([]*rules.Catalogue{catalogue}, own...); errors.As(clash, &taken) {
					faults = append(taken, faults...)
				}
				return faults, err
			})
		},
	}
}

// work does something with the catalogues of files, or with those in the program when there is none, and tells
// what there is to complain of.
func work(c *cobra.Command, files []string, do judge) error {
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		return err
	}
	catalogues, complaints, err := loadCatalogues(files)
	if err != nil {
		return err
	}
	var clean []string
	for _, n := range catalogues {
		coll, err := schemas.Load(n.Collection)
		if err != nil && n.Collection != structure {
			return err
		}
		faults, err := do(c.Context(), n.Catalogue, coll, calendar)
		if err != nil {
			return err
		}
		complaints = append(complaints, faults...)
		if len(faults) == 0 {
			clean = append(clean, fmt.Sprintf("%s: nothing wrong with %d %s and %d %s", n.name,
				len(n.Rules), plural(len(n.Rules), "rule", "rules"), n.Examples(), plural(n.Examples(), "example", "examples")))
		}
	}
	err = write(c.OutOrStdout(), func(line lines) {
		for _, complaint := range complaints {
			line("%s", complaint)
		}
		for _, text := range clean {
			line("%s", text)
		}
	})
	if err == nil && len(complaints) > 0 {
		return exit{code: pipeline.ExitUsage}
	}
	return err
}

// structure is the catalogue of the rules about the files themselves, which is of no collection.
const structure = "structure"

// namedCatalogue is a catalogue with the name of its file.
type namedCatalogue struct {
	name string
	*rules.Catalogue
}

// loadCatalogues reads files, or the program's own catalogues when there is none. What does not load is returned
// as complaints.
func loadCatalogues(files []string) (all []namedCatalogue, complaints rules.Faults, err error) {
	if len(files) == 0 {
		for _, name := range rules.Catalogues() {
			c, err := rules.Load(name)
			if err != nil {
				return nil, nil, err
			}
			all = append(all, namedCatalogue{name, c})
		}
		return all, nil, nil
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, usage("read catalogue: %w", err)
		}
		c, err := rules.Read(file, text, schemas.Load)
		var faults rules.Faults
		switch {
		case errors.As(err, &faults):
			complaints = append(complaints, faults...)
		case err != nil:
			return nil, nil, err
		default:
			all = append(all, namedCatalogue{file, c})
		}
	}
	return all, complaints, nil
}
