package hmac8

import "golang.org/x/sys/cpu"

// wide tells whether this processor can work on eight messages at once.
var wide = cpu.X86.HasAVX2

// compress8 takes eight blocks, given as the rows of their words, into eight states. It overwrites words.
//
//go:noescape
func compress8(state *[8]row, words *[16]row, constants *[64]uint32)
