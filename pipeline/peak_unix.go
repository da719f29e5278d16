//go:build unix

package pipeline

import (
	"runtime"
	"syscall"
)

// memoryPeak is the most bytes of memory that the program held at once; 0 when the system does not say.
func memoryPeak() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10 // kilobytes elsewhere
}
