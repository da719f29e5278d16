package main

import "testing"

func TestMemoryIsANumberWithAUnit(t *testing.T) {
	for text, want := range map[string]int64{
		"800M": 800e6, "800MB": 800e6, "2g": 2e9, "1.5GiB": 3 << 29, "512Mi": 512 << 20, "64 KB": 64e3, "1T": 1e12,
		"": 0, "800": 0, "M": 0, "-1G": 0, "0G": 0, "NaNG": 0, "1e30G": 0, "1X": 0, "1GiBs": 0, "1BG": 0,
	} {
		var m memoryLimit
		if err := m.Set(text); m.bytes != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d bytes, %v; want %d", text, m.bytes, err, want)
		}
	}
}
