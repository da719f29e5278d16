//go:build !unix

package pipeline

import "runtime"

// memoryPeak is about the most bytes of memory that the program held at once: what it took from the system.
func memoryPeak() int64 {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return int64(memory.Sys)
}
