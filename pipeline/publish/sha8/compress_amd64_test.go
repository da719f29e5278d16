package sha8

import (
	"math/rand/v2"
	"testing"
)

// TestBothInstructionSetsCompressAlike: that one of them is right, the sums tell.
func TestBothInstructionSetsCompressAlike(t *testing.T) {
	if !wide || !wider {
		t.Skip("the processor has not both")
	}
	random := rand.New(rand.NewPCG(1, 2))
	fill := func(rows []row) {
		for w := range rows {
			for i := range rows[w] {
				rows[w][i] = random.Uint32()
			}
		}
	}
	for range 100 {
		var state [8]row
		var words [16]row
		fill(state[:])
		fill(words[:])
		otherState, otherWords := state, words
		compressAVX2(&state, &words, &constants)
		compressAVX512(&otherState, &otherWords, &constants)
		if state != otherState {
			t.Fatalf("AVX2 gives %x, AVX-512 %x", state, otherState)
		}
	}
}
