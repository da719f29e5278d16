//go:build unix

package publish

import (
	"syscall"
	"testing"
	"time"
)

const benchmarkRows = 1_000_000

func BenchmarkDelivered(b *testing.B) {
	t := manyDelivered(b, benchmarkRows)
	benchmarkWrite(b, func(st *Staging) error { return storeDelivered(st, "front_door", t) })
}

func BenchmarkDecided(b *testing.B) {
	t := manyContacts(b, benchmarkRows)
	benchmarkWrite(b, func(st *Staging) error { return storeDecided(st, t) })
}

func benchmarkWrite(b *testing.B, write func(*Staging) error) {
	s := newStore(b)
	b.ReportAllocs()
	var bytes int64
	used := processor()
	for b.Loop() {
		st := newStaging(b, s, "benchmark")
		if err := write(st); err != nil {
			b.Fatal(err)
		}
		bytes = 0
		for _, f := range st.files {
			bytes += f.Bytes
		}
		if err := st.Discard(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((processor()-used).Seconds()/float64(b.N), "cpu-s/op")
	b.ReportMetric(float64(bytes)/1e6, "MB")
}

// processor returns the processor time that the process has used.
func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkInvariants(b *testing.B) {
	st := newStaging(b, newStore(b), "benchmark")
	if err := storeDecided(st, manyContacts(b, benchmarkRows)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Invariants(st.Reader()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRows(b *testing.B) {
	st := newStaging(b, newStore(b), "benchmark")
	if err := storeDecided(st, manyContacts(b, benchmarkRows)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range st.Reader().Rows("contacts", true) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
