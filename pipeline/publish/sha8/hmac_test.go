package sha8

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"pgregory.net/rapid"
)

func TestSumsAreThoseOfTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "key")
		messages := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 80), 0, 40).Draw(t, "messages")
		leads := []*Lead{{}, {1}, {2, 3, 4, 5, 6}}
		lead := rapid.SliceOfN(rapid.SampledFrom(leads), len(messages), len(messages)).Draw(t, "leads")
		var sums []First
		h := NewHMAC(key)
		h.wide = h.wide && rapid.Bool().Draw(t, "wide")
		for i, m := range messages {
			copy(h.Next(lead[i], len(m)), m)
			if i == len(messages)/2 {
				sums = append(sums, h.Finish()...)
			}
		}
		sums = append(sums, h.Finish()...)
		for i, m := range messages {
			if want := ofLibrary(key, *lead[i], m); sums[i] != want {
				t.Fatalf("message %d of %d bytes: got %x, want %x", i, len(m), sums[i], want)
			}
		}
	})
}

func TestSumsOfTextsOfOneLength(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "key")
		h := NewHMAC(key)
		h.wide = h.wide && rapid.Bool().Draw(t, "wide")
		for _, lead := range rapid.SliceOfN(rapid.SampledFrom([]*Lead{{}, {1}, {2, 3, 4, 5, 6}}), 1, 4).Draw(t, "leads") {
			before := rapid.IntRange(0, 3).Draw(t, "before")
			for range before {
				copy(h.Next(lead, 1), "x")
			}
			n, texts := rapid.IntRange(0, 60).Draw(t, "n"), rapid.IntRange(0, 30).Draw(t, "texts")
			all := rapid.SliceOfN(rapid.Byte(), n*texts, n*texts).Draw(t, "all")
			sums := make([]First, texts)
			h.Each(lead, all, n, sums)
			waited := h.Finish()
			for i := range before {
				if want := ofLibrary(key, *lead, []byte("x")); waited[i] != want {
					t.Fatalf("message %d before: got %x, want %x", i, waited[i], want)
				}
			}
			for i, sum := range sums {
				if want := ofLibrary(key, *lead, all[i*n:(i+1)*n]); sum != want {
					t.Fatalf("text %d of %d bytes: got %x, want %x", i, n, sum, want)
				}
			}
		}
	})
}

func ofLibrary(key, lead, text []byte) First {
	library := hmac.New(sha256.New, key)
	library.Write(lead)
	library.Write(text)
	sum := library.Sum(nil)
	return First{binary.BigEndian.Uint64(sum), binary.BigEndian.Uint64(sum[8:])}
}

func BenchmarkSums(b *testing.B) {
	message := make([]byte, 32)
	b.Run("eight at once", func(b *testing.B) {
		h := NewHMAC(make([]byte, 32))
		lead := Lead(message[8:])
		for i := range b.N {
			binary.LittleEndian.PutUint64(h.Next(&lead, 8), uint64(i))
			if i%1024 == 0 {
				h.Finish()
			}
		}
	})
	b.Run("library", func(b *testing.B) {
		h := hmac.New(sha256.New, make([]byte, 32))
		var sum []byte
		for i := range b.N {
			binary.LittleEndian.PutUint64(message, uint64(i))
			h.Reset()
			h.Write(message)
			sum = h.Sum(sum[:0])
		}
	})
}
