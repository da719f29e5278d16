//go:build !windows

package main

import (
	"errors"
	"syscall"
)

// isBrokenPipe tells whether nobody reads any more what was written.
func isBrokenPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }
