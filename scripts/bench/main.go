// Command bench holds frontdoor against DuckDB doing the same work.
//
//	bench job --in FOLDER --out FOLDER [--threads N] [--steps]
//	bench compare [--rows N] [--pairs N]
//
// The first does the main job of the front door in SQL. The second, started from the top of the repository with
// bin/frontdoor built and its input made (make compare does both), runs the two in turn, each as a process of its own,
// and prints what they took, their ratios, and whether what they found is the same.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New("say what to do: job or compare")
	}
	flags := flag.NewFlagSet(args[0], flag.ExitOnError)
	switch args[0] {
	case "job":
		in := flags.String("in", "", "folder of the extracts")
		out := flags.String("out", "", "folder for the results")
		threads := flags.Int("threads", 2, "threads of DuckDB")
		steps := flags.Bool("steps", false, "print how long each file of statements took")
		if err := flags.Parse(args[1:]); err != nil {
			return err
		}
		return job(ctx, *in, *out, *threads, *steps)
	case "compare":
		rows := flags.Int("rows", 1_000_000, "rows of contacts.csv")
		pairs := flags.Int("pairs", 5, "how often each runs with each number of threads")
		if err := flags.Parse(args[1:]); err != nil {
			return err
		}
		return compare(ctx, *rows, *pairs)
	}
	return fmt.Errorf("%q is neither job nor compare", args[0])
}
