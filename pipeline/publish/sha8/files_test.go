package sha8

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// TestSumsOfFilesAreThoseOfTheLibrary reads texts of all lengths around a block and a reading, some of which break.
func TestSumsOfFilesAreThoseOfTheLibrary(t *testing.T) {
	random := rand.NewChaCha8([32]byte{})
	content := make([]byte, 3*readBytes)
	_, _ = random.Read(content)
	broken := errors.New("broken")
	rapid.Check(t, func(t *rapid.T) {
		near := rapid.Map(rapid.IntRange(0, 3), func(n int) int { return n * readBytes })
		length := rapid.Custom(func(t *rapid.T) int {
			n := rapid.OneOf(near, rapid.IntRange(0, 200)).Draw(t, "about") + rapid.IntRange(-70, 70).Draw(t, "beside")
			return min(max(n, 0), len(content))
		})
		lengths := rapid.SliceOfN(length, 0, 20).Draw(t, "lengths")
		fails := rapid.SliceOfN(rapid.SampledFrom([]string{"", "", "", "open", "read", "close"}), len(lengths), len(lengths)).Draw(t, "fails")
		opened, closed := 0, 0
		sums := Files(len(lengths), func(i int) (io.ReadCloser, error) {
			if fails[i] == "open" {
				return nil, broken
			}
			opened++
			var r io.Reader = bytes.NewReader(content[:lengths[i]])
			if fails[i] == "read" {
				r = io.MultiReader(r, failing{broken})
			}
			return &closer{Reader: r, closed: &closed, err: map[string]error{"close": broken}[fails[i]]}, nil
		})
		for i, n := range lengths {
			if fails[i] != "" {
				if !errors.Is(sums[i].Err, broken) {
					t.Fatalf("text %d, which fails to %s: got %v", i, fails[i], sums[i].Err)
				}
				continue
			}
			if want := (Sum{Bytes: int64(n), SHA256: sha256.Sum256(content[:n])}); sums[i] != want {
				t.Fatalf("text %d of %d bytes: got %x, want %x", i, n, sums[i], want)
			}
		}
		if opened != closed {
			t.Fatalf("%d opened, %d closed", opened, closed)
		}
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

type closer struct {
	io.Reader
	closed *int
	err    error
}

func (c *closer) Close() error {
	*c.closed++
	return c.err
}

func BenchmarkFiles(b *testing.B) {
	content := make([]byte, 4<<20)
	open := func(int) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	b.Run("eight at once", func(b *testing.B) {
		b.SetBytes(8 * int64(len(content)))
		for b.Loop() {
			Files(8, open)
		}
	})
	b.Run("library", func(b *testing.B) {
		b.SetBytes(8 * int64(len(content)))
		for b.Loop() {
			for i := range 8 {
				single(open, i)
			}
		}
	})
}
