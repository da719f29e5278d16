// Command generate writes the synthetic front-door extract of an invented
// authority, and the truth about it.
//
// A seed and a size walk in. Out walk four tables (children, contacts,
// referrals, CIN episodes) as a council would deliver them, and beside them
// what must come out: how every contact row is classed, which referrals are
// linked, and which records fail which rule. Events are planned first and rows
// written from them, so every label is known because it was planted, never
// because somebody matched rows. The same seed and size give the same bytes.
// Nothing here describes a real child.
//
//	go run ./scripts/generate --out samples/front-door --bad samples/bad --exports samples/exports
package main

import (
	"flag"
	"fmt"
	"os"

	"frontdoor/scripts/generate/census"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run parses the arguments and writes what they ask for. The truth about
// --out DIR goes to DIR-expected, so that DIR holds tables only.
func run(args []string) error {
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	out := flags.String("out", "", "write the extract to this folder, its truth to the folder of this name plus -expected")
	seed := flags.Uint64("seed", 1, "seed of all random choices")
	contacts := flags.Int("contacts", 6720, "distinct (contact id, child) in the period")
	rows := flags.Int("rows", 0, "rows of contacts.csv; overrides --contacts; beyond a million no truth is written")
	years := flags.Int("years", 0, "spread the contacts evenly over so many years, for measuring; no truth is written")
	bad := flags.String("bad", "", "write the bad deliveries to this folder")
	exports := flags.String("exports", "", "write the exports of councils' systems to this folder")
	censusFile := flags.String("census", "", "write a census return to this XML file, or with a name without .xml to this folder as CSV")
	children := flags.Int("children", 10000, "children of the census return")
	year := flags.Int("year", 2025, "calendar year in which the census year ends, 2023 to 2026")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *out == "" && *bad == "" && *exports == "" && *censusFile == "" {
		return fmt.Errorf("nothing to do: give --out, --bad, --exports or --census")
	}
	if *censusFile != "" {
		if err := census.Large(*censusFile, *seed, *year, *children); err != nil {
			return err
		}
	}
	if *out != "" {
		g := goal{contacts: *contacts, rows: *rows, years: *years}
		if err := writeDelivery(*out, *seed, parts(*seed, g, partRows), g.years == 0 && g.rows <= partRows); err != nil {
			return err
		}
	}
	if *bad != "" {
		if err := writeBad(*bad); err != nil {
			return err
		}
	}
	if *exports != "" {
		return writeExports(*exports)
	}
	return nil
}
