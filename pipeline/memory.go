package pipeline

import (
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// ErrMemory says that what was delivered does not fit into the memory that was allowed.
var ErrMemory = errors.New("not enough memory allowed")

// What a run and a check need, measured with one and five million synthetic contacts and a third on top: so much for the
// program and its declarations, and so many bytes for every byte of delivered text, unpacked and as UTF-8. A check keeps
// in memory what it reads, a run only what its stages work with.
const (
	memoryAtLeast  = 96 << 20
	memoryPerByte  = 3
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

// allowMemory holds the program to so many bytes of memory until done is called, and refuses what cannot fit before it
// is read: the cause of the error is ErrMemory. Spare is how many bytes are left beside what is needed. With 0 the program
// may take what it needs, and has spare what the machine has besides; the collector then keeps close to what lives, unless
// the environment told it otherwise.
func allowMemory(limit int64, perByte float64, deliveries ...*delivery) (spare int64, done func(), err error) {
	text := textBytes(deliveries...)
	needed := memoryAtLeast + int64(perByte*float64(text))
	before := debug.SetMemoryLimit(-1)
	if limit == 0 {
		most := min(memoryToTake(), before)
		spare = max(most-needed, 0)
		if before != math.MaxInt64 || os.Getenv("GOGC") != "" {
			return spare, func() {}, nil
		}
		aim := newMemoryAim(aimOf(needed, most))
		return spare, func() { aim.end(before) }, nil
	}
	if limit < needed {
		return 0, nil, fmt.Errorf("read extracts: they unpack to %s, which takes about %s of memory, and --memory allows %s; allow that much, or deliver fewer years at a time: %w",
			SizeText(text), SizeText(needed), SizeText(limit), ErrMemory)
	}
	debug.SetMemoryLimit(limit - programMemory)
	return limit - needed, func() { debug.SetMemoryLimit(before) }, nil
}

// aimOf returns with what an aim begins where so much is needed and may be taken at most: half as much again as is needed.
// The last stages come to that in any case, so that the first ones need not save.
func aimOf(needed, most int64) int64 { return min(needed+needed/2, most/3*2) }

// aimRoom is how much room an aim leaves above what lives, beside an eighth of it.
const aimRoom = 64 << 20

// memoryAim is a limit that gives way: the collector keeps to it, which costs little as long as it leaves room above
// what lives, and would cost much where it does not. It is looked at after every collection.
type memoryAim struct {
	mu    sync.Mutex
	bytes int64
	ended bool
}

func newMemoryAim(bytes int64) *memoryAim {
	a := &memoryAim{bytes: bytes}
	debug.SetMemoryLimit(bytes)
	a.watch()
	return a
}

// watch calls give after the next collection.
func (a *memoryAim) watch() {
	type sentinel struct{ _ [64]byte }
	runtime.AddCleanup(&sentinel{}, func(a *memoryAim) { a.give(heapLive()) }, a)
}

// give makes room when so many bytes live, and watches on.
func (a *memoryAim) give(live int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended {
		return
	}
	if room := live + live/8 + aimRoom; room > a.bytes {
		a.bytes = room
		debug.SetMemoryLimit(room)
	}
	a.watch()
}

func (a *memoryAim) end(before int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ended = true
	debug.SetMemoryLimit(before)
}

// heapLive is how many bytes the last collection found in use.
func heapLive() int64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return int64(min(sample[0].Value.Uint64(), math.MaxInt64))
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
