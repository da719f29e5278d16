package pipeline

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
)

// ErrMemory says that what was delivered does not fit into the memory that was allowed.
var ErrMemory = errors.New("not enough memory allowed")

// What a run and a check need, measured with synthetic extracts of a thousand, a million and five million contacts
// under limits that grew until they were kept: so much for the program and its declarations, and so many bytes for
// every byte of delivered text, unpacked and as UTF-8.
const (
	memoryAtLeast  = 96 << 20
	memoryPerByte  = 7.5
	checkedPerByte = 2.5
)

// sheetShare is how much of a workbook's unpacked bytes are text; the others are marks around its cells.
const sheetShare = 0.25

// programMemory is what the collector does not count: the program itself.
const programMemory = 32 << 20

// textBytes counts the bytes of text that were delivered, unpacked. The sheets of one workbook count once.
func textBytes(deliveries ...*delivery) (total int64) {
	for _, d := range deliveries {
		for i, in := range d.inputs {
			switch {
			case in.failure != "" || i > 0 && in.ofWorkbook(d.inputs[i-1]):
			case in.place.Sheet != "":
				total += int64(float64(in.sum.Unpacked) * sheetShare)
			default:
				total += in.sum.Unpacked
			}
		}
	}
	return total
}

// allowMemory holds the program to so many bytes of memory until the function that it returns is called; with 0 it
// may take what it needs. It refuses what cannot fit, before it is read: the cause of the error is ErrMemory.
func allowMemory(limit int64, perByte float64, deliveries ...*delivery) (done func(), err error) {
	if limit == 0 {
		return func() {}, nil
	}
	text := textBytes(deliveries...)
	if needed := memoryAtLeast + int64(perByte*float64(text)); limit < needed {
		return nil, fmt.Errorf("read extracts: they unpack to %s, which takes about %s of memory, and --memory allows %s; allow that much, or deliver fewer years at a time: %w",
			SizeText(text), SizeText(needed), SizeText(limit), ErrMemory)
	}
	before := debug.SetMemoryLimit(limit - programMemory)
	return func() { debug.SetMemoryLimit(before) }, nil
}

// memoryTaken is how many bytes of memory the program took from the system, most of which it may have used at once.
func memoryTaken() int64 {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return int64(min(memory.Sys, math.MaxInt64))
}

// SizeText writes a number of bytes for people, rounded up: 850 MB, 1.2 GB.
func SizeText(bytes int64) string {
	switch {
	case bytes >= 1e9:
		return fmt.Sprintf("%.1f GB", math.Ceil(float64(bytes)/1e8)/10)
	case bytes >= 1e6:
		return fmt.Sprintf("%.0f MB", math.Ceil(float64(bytes)/1e6))
	}
	return fmt.Sprintf("%d bytes", bytes)
}
