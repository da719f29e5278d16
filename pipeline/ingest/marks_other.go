//go:build !amd64

package ingest

var wide = false

func markAVX2(*blockMarks, *byte, int, byte, *oddities) {
	panic("no 32 bytes at once on this processor")
}
