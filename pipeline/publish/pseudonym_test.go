package publish

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"pgregory.net/rapid"

	"frontdoor/pipeline/publish/pages"
)

// TestPseudonymIsWhatThePageSays makes each pseudonym a second time, from the words of the documentation.
func TestPseudonymIsWhatThePageSays(t *testing.T) {
	p, err := NewPseudonymiser(testKey, "839")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]string{"child", "contact", "upn", "nhs_number"}).Draw(t, "kind")
		value := rapid.OneOf(rapid.StringMatching(`[ A-Za-z0-9/-]{0,40}`), rapid.String()).Draw(t, "value")
		normal := strings.ToUpper(strings.TrimSpace(value))
		if kind == "upn" || kind == "nhs_number" {
			normal = strings.Join(strings.Fields(normal), "")
		}
		h := hmac.New(sha256.New, testKey)
		for _, part := range []string{kind, "839", normal} {
			_ = binary.Write(h, binary.LittleEndian, uint32(len(part)))
			h.Write([]byte(part))
		}
		want := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:10]))
		if got := p.Of(kind, value); got != want || len(got) != base32Letters.EncodedLen(pages.SumBytes) {
			t.Fatalf("%s %q: got %s, want %s", kind, value, got, want)
		}
	})
}

func TestPseudonymsStayTheSame(t *testing.T) {
	p, err := NewPseudonymiser(testKey, "839")
	if err != nil {
		t.Fatal(err)
	}
	const want = "3frjukvrqk2535ld"
	if got := p.Of("child", " k1 "); got != want {
		t.Errorf("got %s, want %s: runs of one store would no longer fit together", got, want)
	}
	other, err := NewPseudonymiser(testKey, "840")
	if err != nil {
		t.Fatal(err)
	}
	if p.Of("child", "K1") == other.Of("child", "K1") || p.Of("child", "K1") == p.Of("person", "K1") {
		t.Error("authority or kind makes no difference")
	}
}

func TestKeyOfWrongLengthIsRefused(t *testing.T) {
	for _, key := range [][]byte{nil, {}, testKey[:31]} {
		_, err := NewPseudonymiser(key, "839")
		wantError(t, err, ErrNoKey)
	}
}

func TestKeyFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "store.key")
	_, err := ReadKey(name)
	wantError(t, err, ErrNoKey)
	if err := GenerateKey(name); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(name); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != fileMode {
		t.Errorf("mode: %v %v", info, err)
	}
	text, err := os.ReadFile(name)
	if err != nil || !regexp.MustCompile(`^[0-9a-f]{64}\n$`).Match(text) {
		t.Errorf("the key file is not 64 hex digits: %v", err)
	}
	key, err := ReadKey(name)
	if err != nil || len(key) != KeyBytes {
		t.Fatalf("got %d bytes, %v", len(key), err)
	}
	if id := KeyID(key); !regexp.MustCompile(`^[0-9a-f]{8}$`).MatchString(id) || id != KeyID(key) {
		t.Errorf("key id: %q", id)
	}
	if err := GenerateKey(name); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a key was overwritten: %v", err)
	}
	if again, err := os.ReadFile(name); err != nil || string(again) != string(text) {
		t.Error("the key changed")
	}
	for _, bad := range []string{"", "12", strings.Repeat("g", 64), strings.Repeat("a", 65), strings.Repeat("a", 63), string(text) + string(text)} {
		if err := os.WriteFile(name, []byte(bad), fileMode); err != nil {
			t.Fatal(err)
		}
		_, err := ReadKey(name)
		wantError(t, err, ErrNoKey)
		if err != nil && len(bad) > 8 && strings.Contains(err.Error(), bad) {
			t.Error("the error tells the key")
		}
	}
}

func TestDistrictOfAPostcode(t *testing.T) {
	for postcode, want := range map[string]string{
		"AB1 2CD": "AB1", " sw1a1aa": "SW1A", "M1 1AE": "M1", "B33 8TH": "B33", "DN55 1PT": "DN55", "EC1A 1BB": "EC1A",
		"": "", "AB1": "", "12345": "", "AB12CDE": "", "ABC1 2CD": "", "A1B2 3CD": "", "Flat 2": "", "no fixed abode": "",
	} {
		got, ok := outward([]byte(postcode))
		if got != want || ok != (want != "") {
			t.Errorf("%q: got %q %v, want %q", postcode, got, ok, want)
		}
	}
}

// TestAnIdentifierKeepsThePseudonymOfItsAuthority: what was pseudonymised for an authority that became part of another is
// found again in the other's runs, and equal numbers of two authorities are not one.
func TestAnIdentifierKeepsThePseudonymOfItsAuthority(t *testing.T) {
	of := func(authority string, former ...string) *Pseudonymiser {
		p, err := NewPseudonymiser(testKey, authority, former...)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	poole, merged := of("836"), of("839", "837", "836")
	if got, want := merged.Of("child", "836:c1"), poole.Of("child", "C1"); got != want {
		t.Errorf("got %s, want that of the old authority, %s", got, want)
	}
	if merged.Of("child", "837:C1") == merged.Of("child", "836:C1") || merged.Of("child", "C1") != of("839").Of("child", "C1") || merged.Of("child", "835:C1") != of("839").Of("child", "835:C1") {
		t.Error("pseudonyms of different authorities are equal, or others have changed")
	}
}

func TestNormalValuesAreLeftAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.StringMatching(`[!-~]{0,20}`), rapid.StringMatching("[\\x00-\\x7f]{0,20}"), rapid.String()).Draw(t, "value")
		left := string(normalise(nil, []byte(value), true)) == value && string(normalise(nil, []byte(value), false)) == value
		if isNormal([]byte(value)) && !left {
			t.Fatalf("%q is altered", value)
		}
		if !isNormal([]byte(value)) && regexp.MustCompile(`^[!-~]*$`).MatchString(value) && left {
			t.Fatalf("%q is left alone and taken the long way", value)
		}
	})
}

// TestTextsThatBecomeTheSameAreOne compares the places of equal pseudonyms with those that a plain search finds.
func TestTextsThatBecomeTheSameAreOne(t *testing.T) {
	p, err := NewPseudonymiser(testKey, "839", "836")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfNDistinct(rapid.StringMatching(`(836:)?[ aA]{0,2}[bB]?`), 0, 20, func(s string) string { return s }).Draw(t, "texts")
		shorter := rapid.IntRange(0, len(texts)).Draw(t, "shorter")
		var held aliases
		known := held.of(p, "child")
		for _, n := range []int{shorter, len(texts)} {
			made, err := known.array(textArray(texts[:n]), nil)
			if err != nil {
				t.Fatal(err)
			}
			firsts := made.firstOfEach()
			if firsts == nil {
				firsts = places(n)
			}
			for i, text := range texts[:n] {
				if got, want := base32Letters.EncodeToString(made.pseudonyms.Value(i)), p.Of("child", text); got != want {
					t.Fatalf("%q: got %s, want %s", text, got, want)
				}
				first := slices.IndexFunc(texts, func(other string) bool { return p.Of("child", other) == p.Of("child", text) })
				if int(firsts[i]) != first {
					t.Fatalf("%q: first one %d, want %d", text, firsts[i], first)
				}
			}
		}
	})
}

// TestPseudonymsOfAnArray: rows with nulls, of one length or of many, some of them beyond what is made at a time.
func TestPseudonymsOfAnArray(t *testing.T) {
	for _, former := range []string{"", "836"} {
		p, err := NewPseudonymiser(testKey, "839", strings.Fields(former)...)
		if err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(t *rapid.T) {
			few := rapid.SliceOfN(rapid.OneOf(rapid.StringMatching(`K[0-9]{7}`), rapid.StringMatching(`(836:)?[ A-Za-z0-9]{0,40}`)), 1, 4).Draw(t, "texts")
			rows, nulls := rapid.IntRange(0, 2500).Draw(t, "rows"), rapid.IntRange(1, 4).Draw(t, "rows of which one is null")
			first := rapid.IntRange(0, rows).Draw(t, "first row")
			b := array.NewStringBuilder(memory.DefaultAllocator)
			for row := range rows {
				if nulls > 1 && row%nulls == 0 {
					b.AppendNull()
				} else {
					b.Append(few[row%len(few)])
				}
			}
			texts := array.NewSlice(b.NewStringArray(), int64(first), int64(rows)).(*array.String)
			var held aliases
			made, err := held.of(p, "child").array(texts, nil)
			if err != nil {
				t.Fatal(err)
			}
			for row := range texts.Len() {
				switch {
				case made.pseudonyms.IsNull(row) != texts.IsNull(row):
					t.Fatalf("row %d: null is %v", row, made.pseudonyms.IsNull(row))
				case texts.IsValid(row):
					got := base32Letters.EncodeToString(made.pseudonyms.Value(row))
					if want := p.Of("child", texts.Value(row)); got != want {
						t.Fatalf("row %d, %q: got %s, want %s", row, texts.Value(row), got, want)
					}
				}
			}
		})
	}
}

func textArray(texts []string) *array.String {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	b.AppendValues(texts, nil)
	return b.NewStringArray()
}
