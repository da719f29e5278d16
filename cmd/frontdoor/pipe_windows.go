package main

import (
	"errors"

	"golang.org/x/sys/windows"
)

// isBrokenPipe tells whether nobody reads any more what was written.
func isBrokenPipe(err error) bool {
	return errors.Is(err, windows.ERROR_BROKEN_PIPE) || errors.Is(err, windows.ERROR_NO_DATA)
}
