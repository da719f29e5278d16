//go:build unix

package spill

import "golang.org/x/sys/unix"

// views tells that files can be seen as memory.
const views = true

func viewOf(file Place, at int64, bytes int) ([]byte, error) {
	return unix.Mmap(int(file.Fd()), at, bytes, unix.PROT_READ, unix.MAP_SHARED)
}

// restView gives the memory of a view back; it is filled again from the file when it is read.
func restView(view []byte) { _ = unix.Madvise(view, unix.MADV_DONTNEED) }

func closeView(view []byte) error { return unix.Munmap(view) }
