package sha8

import "golang.org/x/sys/cpu"

// wide tells whether this processor can work on eight messages at once, wider whether it also turns words and joins
// three of them in one instruction.
var (
	wide  = cpu.X86.HasAVX2
	wider = cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL
)

// compress8 takes eight blocks, given as the rows of their words, into eight states. It may overwrite words.
func compress8(state *[8]row, words *[16]row) {
	if wider {
		compressAVX512(state, words, &constants)
		return
	}
	compressAVX2(state, words, &constants)
}

// compressAVX2 is compress8 with AVX2. It overwrites words.
//
//go:noescape
func compressAVX2(state *[8]row, words *[16]row, constants *[64]uint32)

// compressAVX512 is compress8 with AVX-512F and VL.
//
//go:noescape
func compressAVX512(state *[8]row, words *[16]row, constants *[64]uint32)
