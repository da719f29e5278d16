package pipeline

import (
	"testing"
	"testing/fstest"
)

func TestAvailableMemoryIsTheLeastThatTheSystemAndItsGroupsSay(t *testing.T) {
	const machine = "MemTotal:        4000000 kB\nMemFree:          100000 kB\nMemAvailable:    3000000 kB\nBuffers: 1 kB\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  int64 // negative where the system does not say
	}{
		"nothing is said":     {nil, -1},
		"an old kernel":       {map[string]string{"proc/meminfo": "MemTotal:  4000000 kB\n"}, -1},
		"no number":           {map[string]string{"proc/meminfo": "MemAvailable: some kB\n"}, -1},
		"a machine":           {map[string]string{"proc/meminfo": machine}, 3000000 << 10},
		"a group without one": {map[string]string{"proc/meminfo": machine, "proc/self/cgroup": "0::/a.slice/b.service\n", "sys/fs/cgroup/a.slice/b.service/memory.max": "max\n"}, 3000000 << 10},
		"a group's limit":     {map[string]string{"proc/meminfo": machine, "proc/self/cgroup": "0::/a.slice/b.service\n", "sys/fs/cgroup/a.slice/b.service/memory.max": "2000000000\n"}, 2e9},
		"a limit above it": {map[string]string{
			"proc/meminfo": machine, "proc/self/cgroup": "0::/a.slice/b.service\n",
			"sys/fs/cgroup/a.slice/b.service/memory.max": "2000000000\n", "sys/fs/cgroup/a.slice/memory.max": "1000000000\n",
		}, 1e9},
		"a container":        {map[string]string{"proc/meminfo": machine, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "1500000000\n"}, 15e8},
		"outside the mount":  {map[string]string{"proc/meminfo": machine, "proc/self/cgroup": "0::/../other\n", "sys/fs/cgroup/memory.max": "1500000000\n"}, 15e8},
		"the first version":  {map[string]string{"proc/meminfo": machine, "proc/self/cgroup": "5:cpu,memory:/x\n4:pids:/y\n0::/\n", "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "700000000\n"}, 7e8},
		"no limit set there": {map[string]string{"proc/meminfo": machine, "proc/self/cgroup": "5:memory:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 3000000 << 10},
	} {
		system := fstest.MapFS{}
		for file, text := range c.files {
			system[file] = &fstest.MapFile{Data: []byte(text)}
		}
		got, ok := availableMemory(system)
		if ok != (c.want >= 0) || ok && got != c.want {
			t.Errorf("%s: %d, %v; want %d", name, got, ok, c.want)
		}
	}
}
