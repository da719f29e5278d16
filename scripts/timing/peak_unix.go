//go:build unix

package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// peak returns the largest resident memory that a finished process had.
func peak(p *os.ProcessState) string {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return "not known"
	}
	bytes := int64(usage.Maxrss)
	if runtime.GOOS != "darwin" && runtime.GOOS != "ios" {
		bytes *= 1024 // elsewhere it is counted in kilobytes
	}
	return fmt.Sprintf("%.0f MB", float64(bytes)/1e6)
}
