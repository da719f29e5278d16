package pipeline

import (
	"context"
	"errors"

	"frontdoor/pipeline/publish"
	"frontdoor/rules"
	"frontdoor/schemas"
)

// The exit codes of the command. Codes are only ever added.
const (
	ExitPublished   = 0   // published, or judged
	ExitFindings    = 1   // published, with findings at or above --fail-on
	ExitUnreadable  = 3   // published, but a file or table unreadable or a rule broken
	ExitUsage       = 4   // usage or configuration
	ExitGate        = 5   // a gate failed: not published
	ExitFailed      = 6   // not published: disk, input or output, or a count that does not hold
	ExitNoStore     = 10  // no such store or run
	ExitLocked      = 11  // another run holds the store
	ExitDamaged     = 12  // the store is damaged
	ExitInterrupted = 130 // interrupted
)

// ErrCount says that a count which must always hold does not: the run is not published.
var ErrCount = errors.New("a count does not hold")

// ExitCode returns the exit code that an error becomes; 0 for nil.
func ExitCode(err error) int {
	is := func(causes ...error) bool {
		for _, cause := range causes {
			if errors.Is(err, cause) {
				return true
			}
		}
		return false
	}
	switch {
	case err == nil:
		return ExitPublished
	case is(context.Canceled, context.DeadlineExceeded):
		return ExitInterrupted
	case is(publish.ErrNoStore, publish.ErrNoRun):
		return ExitNoStore
	case is(publish.ErrLocked):
		return ExitLocked
	case is(publish.ErrDamaged, publish.ErrConflict):
		return ExitDamaged
	case is(ErrConfig, ErrMemory, rules.ErrCatalogue, schemas.ErrUnknown, publish.ErrNoKey, publish.ErrNoTable):
		return ExitUsage
	}
	return ExitFailed
}

// Exit returns the exit code of a run that ended in order: the highest of 5, 3 and 1 wins. failOn is never,
// error, warning or query.
func (s *Summary) Exit(failOn string) int {
	if s.Code == ExitPublished && fails(s.Findings, failOn) {
		return ExitFindings
	}
	return s.Code
}

// fails tells whether there are findings at or above a severity; never and unknown words mean no.
func fails(findings map[rules.Severity]int64, failOn string) bool {
	for _, severity := range []rules.Severity{rules.Error, rules.Warning, rules.Query} {
		switch {
		case failOn == "" || failOn == "never":
			return false
		case findings[severity] > 0:
			return true
		case string(severity) == failOn:
			return false
		}
	}
	return false
}
