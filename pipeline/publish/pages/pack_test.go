package pages

import (
	"bytes"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"
)

func TestPackedFramesUnpackToWhatWasPacked(t *testing.T) {
	reader, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	rapid.Check(t, func(rt *rapid.T) {
		alphabet := rapid.SliceOfNDistinct(rapid.ByteRange(0, treeSymbols), 1, 1<<widest, rapid.ID).Draw(rt, "alphabet")
		seed := rapid.SliceOfN(rapid.SampledFrom(alphabet), 64, 300).Draw(rt, "seed")
		text := bytes.Repeat(seed, rapid.IntRange(1, 3000).Draw(rt, "times"))
		text = text[:rapid.IntRange(64, len(text)).Draw(rt, "length")]
		head := rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(rt, "head")
		encoder := &Encoder{}
		encoder.packing.over(text[:rapid.IntRange(1, len(text)).Draw(rt, "sample")])
		if encoder.packing.width == 0 {
			rt.Fatalf("no packing for an alphabet of %d", len(alphabet))
		}
		before := []byte("before")
		packed := encoder.packedFrame(bytes.Clone(before), head, text)
		if !bytes.HasPrefix(packed, before) {
			rt.Fatal("what stood before is lost")
		}
		got, err := reader.DecodeAll(packed[len(before):], nil)
		if err != nil || !bytes.Equal(got, append(head, text...)) {
			rt.Fatalf("unpacked to something else: %v", err)
		}
		if limit := len(head) + len(text)*encoder.packing.width/8 + 200*(1+len(text)/blockBytes); len(packed) > limit {
			rt.Errorf("%d bytes of %d, want at most %d", len(packed), len(text), limit)
		}
	})
}

func TestTextOfALargeAlphabetIsNotPacked(t *testing.T) {
	var p packing
	for name, text := range map[string]string{"not ASCII": "abcé", "65 characters": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/="} {
		if p.over([]byte(text)); p.width != 0 {
			t.Errorf("%s: packed with %d bits", name, p.width)
		}
	}
}

// The sample does not show every character: the whole text is packed again, or stored if that cannot be.
func TestRareCharactersAreKept(t *testing.T) {
	reader, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	encoder, err := NewEncoder()
	if err != nil {
		t.Fatal(err)
	}
	for _, rare := range []string{"Z", "é", "\x81"} {
		text := []byte(rare + strings.Repeat("0123456789", 10_000) + rare)
		for i := range len(text) - 2*len(rare) {
			text[len(rare)+i] = "0123456789abcdef"[(i*i>>3^i*7919)%16]
		}
		encoder.packing.over(text[100:1000])
		got, err := reader.DecodeAll(encoder.packedFrame(nil, nil, text), nil)
		if err != nil || !bytes.Equal(got, text) {
			t.Errorf("%q: %v", rare, err)
		}
	}
}
