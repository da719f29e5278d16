// Command frontdoor checks extracts of children's social care, tells repeat and duplicate contacts from unique
// ones, and publishes figures and Parquet that lead back to every record.
//
//	frontdoor run --config FILE            run the configured extracts and publish the result
//	frontdoor check --collection NAME PATH judge files by the rules, without a store
//	frontdoor convert --out DIR FILE       write an XML return as a folder of CSV tables
//	frontdoor show TABLE                   print the rows of a table of a published run
//	frontdoor explain conversion           open a figure, a contact or a finding to its records
//	frontdoor verify                       check a published run against its manifest and recount it
//	frontdoor rules list                   list the rules; rules show CODE prints one
//	frontdoor keygen FILE                  make a pseudonym key
//
// Arguments walk in; rows and summaries walk out on standard output, everything else on standard error. The
// promise is the exit code, which is only ever added to:
//
//	0    published, judged or shown
//	1    published or judged, with findings at or above --fail-on
//	3    published or judged, but a file or table could not be read or a rule broke
//	4    usage or configuration
//	5    a gate failed: nothing was published
//	6    nothing was published: disk, input or output, or a count that does not hold
//	10   no such store or run
//	11   another run holds the store
//	12   the store is damaged
//	130  interrupted
//
// Code 2 is left to the Go runtime. Shown identifiers are pseudonyms unless --reveal asks for the originals with
// a reason, which is logged first.
package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// gcPercent keeps the heap at one and a half times what lives. Columns hold no pointers, so collecting more often
// than Go does by default costs little and saves a third of the peak. GOGC in the environment wins.
const gcPercent = 50

// firstPercent lets the heap grow to 32 MB before the first collection: the declarations live to the end, and nothing
// is gained by looking at them again at every second megabyte.
const firstPercent = 800

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(firstPercent)
		runtime.AddCleanup(new([64]byte), func(percent int) { debug.SetGCPercent(percent) }, gcPercent)
	}
	os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr))
}
