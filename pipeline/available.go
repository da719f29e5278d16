package pipeline

import (
	"io/fs"
	"math"
	"os"
	"path"
	"strconv"
	"strings"
)

// How much memory a run takes that was not told how much: never more than mostMemory, and assumedMemory, which up to 256 MB
// of delivered text fit into with their columns, where the system does not say what it has to give.
const (
	mostMemory    int64 = 4e9
	assumedMemory int64 = 14e8
)

// memoryToTake returns how much memory a run takes that was not told how much. A quarter of what there is is left to others.
func memoryToTake() int64 {
	available, ok := availableMemory(os.DirFS("/"))
	if !ok {
		return assumedMemory
	}
	return min(mostMemory, available/4*3)
}

// availableMemory returns how much memory the system can give without taking it from others, and no more than the control
// groups of the program allow; ok is false where it does not say. Linux says so in /proc and /sys/fs/cgroup, others do not.
func availableMemory(system fs.FS) (bytes int64, ok bool) {
	said, err := fs.ReadFile(system, "proc/meminfo")
	if err != nil {
		return 0, false
	}
	_, after, _ := strings.Cut(string(said), "MemAvailable:")
	kilobytes, _, _ := strings.Cut(after, "kB")
	if bytes, err = strconv.ParseInt(strings.TrimSpace(kilobytes), 10, 64); err != nil || bytes > math.MaxInt64>>10 {
		return 0, false
	}
	return min(bytes<<10, groupLimit(system)), true
}

// groupLimit returns the least limit of the control groups that the program is in, of the first or the second version
// (cgroups(7)).
func groupLimit(system fs.FS) int64 {
	limit := int64(math.MaxInt64)
	said, err := fs.ReadFile(system, "proc/self/cgroup")
	if err != nil {
		return limit
	}
	for line := range strings.Lines(string(said)) {
		_, line, _ = strings.Cut(strings.TrimSpace(line), ":")
		controllers, group, _ := strings.Cut(line, ":")
		folder, file := "sys/fs/cgroup", "memory.max"
		if controllers != "" {
			folder, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
			if !strings.Contains(","+controllers+",", ",memory,") {
				continue
			}
		}
		for group = path.Join("/", group); ; group = path.Dir(group) {
			if text, err := fs.ReadFile(system, path.Join(folder, group, file)); err == nil {
				if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil { // else "max"
					limit = min(limit, n)
				}
			}
			if group == "/" {
				break
			}
		}
	}
	return limit
}
