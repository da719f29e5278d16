package ingest

import "golang.org/x/sys/cpu"

// wide tells that the processor looks at 32 bytes at once.
var wide = cpu.X86.HasAVX2

// markAVX2 marks so many blocks of data, behind which a byte more may be read.
//
//go:noescape
func markAVX2(marks *blockMarks, data *byte, blocks int, separator byte, odd *oddities)
