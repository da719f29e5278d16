package sha8

import "golang.org/x/sys/cpu"

// What this processor can: wide is to work on eight texts at once, wider also to turn words and join three of them in one
// instruction. Files are summed at once only where it has no instructions for SHA-256.
var (
	wide      = cpu.X86.HasAVX2
	wider     = cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL
	wideFiles = wide && !hasSHA()
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

// rows8 turns eight blocks into the rows of their words: each begins as many bytes behind blocks as its number in
// offsets says. It takes AVX2.
//
//go:noescape
func rows8(words *[16]row, blocks *byte, offsets *row)

// hasSHA tells whether the processor has instructions for SHA-256.
func hasSHA() bool
